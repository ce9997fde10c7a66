"""The committed toy pack and the judge, through ONNX Runtime."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from training import data, evaluate, session
from training import vocabulary as v
from training.tests.invented import random_stream, record, write_folder

ROOT = Path(__file__).parents[2]
TOY = ROOT / "tests/data/toy-pack"


def test_toy_manifest_tells_the_truth():
    manifest = json.loads((TOY / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["vocabulary"] == v.description()
    assert manifest["vocabulary_sha256"] == v.sha256()
    assert manifest["note_model"]["sha256"] == hashlib.sha256((TOY / "note.onnx").read_bytes()).hexdigest()
    opened = session.open_session(TOY / "note.onnx")
    assert {i.name: i.shape for i in opened.get_inputs()} == manifest["note_model"]["inputs"]
    assert {o.name: o.shape for o in opened.get_outputs()} == manifest["note_model"]["outputs"]
    assert [s["name"] for s in manifest["styles"]] == list(v.STYLES)
    assert all(1 <= len(s["parts"]) <= 4 for s in manifest["styles"])


def test_toy_pack_gives_the_reference_steps():
    reference = json.loads((TOY / "reference.json").read_text(encoding="utf-8"))
    opened = session.open_session(TOY / "note.onnx")
    inputs = session.open_inputs(opened)
    for step in reference["steps"]:
        for name, shape in (("event", (1, 5)), ("position", (1, 3)), ("family", (1, 5)), ("last", (1, 5)),
                            ("lookback", (1, 5, 5)), ("motif", (1, 5, 5, 4))):  # fmt: skip
            inputs[name] = np.array(step[name]).reshape(shape)
        for name in ("context", "noise", "sharpness"):
            inputs[name] = np.array([step[name]], np.float32)
        inputs["remain"] = np.zeros((1, v.PITCHES), np.float32)
        for pitch, ticks in step["remain"]:
            inputs["remain"][0, pitch] = ticks
        inputs["min_p"] = np.full((1, 5), step["min_p"], np.float32)
        drawn, logp, inputs["state"] = opened.run(None, inputs)
        assert drawn[0].tolist() == step["drawn"]
        assert np.abs(logp[0] - step["logp"]).max() < reference["tolerance"]
        assert np.isclose(np.abs(inputs["state"]).sum(), step["state_sum"], rtol=1e-3)


def test_nothing_is_drawn_before_the_last_note_of_its_tick_unless_forced():
    opened, rng = session.open_session(TOY / "note.onnx"), np.random.default_rng(1)
    row = data.row_of(random_stream(2, 120), None, None)
    inputs = session.open_inputs(opened)
    for at in range(120):
        inputs |= session.row_inputs(row, at) | session.open_biases() | {"noise": session.gumbel(rng)}
        inputs["bias_time"][:, 1:] = session.OFF
        drawn, _, _ = opened.run(None, inputs)
        _, part, pitch, _, _ = inputs["event"][0]
        assert part == v.START_PART or (drawn[0, 1], drawn[0, 2]) > (part, pitch) or pitch == 127
        wanted = np.array([0, 1, 3, 4, 5])
        session.force(inputs, wanted)
        assert opened.run(None, inputs)[0][0].tolist() == wanted.tolist()


def test_min_p_keeps_the_likely_classes_only():
    opened, rng = session.open_session(TOY / "note.onnx"), np.random.default_rng(3)
    row = data.row_of(random_stream(4, 60), None, None)
    for at in range(60):
        inputs = session.open_inputs(opened) | session.row_inputs(row, at) | {"noise": session.gumbel(rng) * 5}
        inputs["min_p"][:] = np.log(0.5)
        drawn, logp, _ = opened.run(None, inputs)
        for field in (0, 3, 4):
            head = logp[0, session.SPANS[field] : session.SPANS[field + 1]]
            assert head[drawn[0, field]] >= head.max() + np.log(0.5) - 1e-5


def test_the_judge_counts_every_field(tmp_path):
    folder = write_folder(tmp_path / "data")
    judge, backend = evaluate.open_judge(TOY, "onnx")
    report = evaluate.evaluate(judge, evaluate.chosen_pieces(folder, "valid"), 3)
    assert backend == "onnx" and report["pieces"] == 3
    bits = report["bits"]
    assert np.isclose(bits["all"], sum(bits[f] for f in ("time", "part", "pitch", "duration")))
    assert sum(s["notes"] for s in report["styles"].values()) == report["notes"]


def _evaluate(*words):
    command = [sys.executable, "-m", "training.evaluate", "--pack", str(TOY), "--backend", "onnx", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_command_names_what_is_wrong(tmp_path):
    good = _evaluate("--data", str(write_folder(tmp_path / "good", 1)), "--split", "all", "--json")
    assert good.returncode == 0, good.stderr
    assert json.loads(good.stdout)["pieces"] == 2
    bad = tmp_path / "bad" / "song.jsonl"
    bad.parent.mkdir()
    bad.write_text(json.dumps(record(0)) + "\n" + json.dumps(record(1) | {"style": 3}) + "\n")
    failed = _evaluate("--data", str(bad.parent))
    assert failed.returncode == 2
    assert f"{bad}, line 2: field `style`" in failed.stderr
    assert _evaluate("--data", str(tmp_path / "missing")).returncode == 2
