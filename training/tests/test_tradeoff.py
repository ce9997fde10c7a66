"""Small networks compared: what is judged, timed and written."""

import functools
import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from training import data, evaluate, improvise, notochord, settings, timing, tradeoff, train
from training.corpus import Corpus, files_of, read
from training.tests.invented import write_folder

TOY = Path(__file__).parents[2] / "tests/data/toy-pack"


@pytest.fixture(name="folder")
def _folder(tmp_path):
    return write_folder(tmp_path / "data")


def _checkpoint(folder: Path, path: Path, network: str, *changes: str) -> Path:
    sizes = ["model.width=16", "model.blocks=1", "model.recurrent=16", "data.batch=1", "data.crop=32"]
    pieces = Corpus.collect(p for file in files_of(folder) for p in read(file))
    run = train.Run(pieces, settings.read(changes=[*sizes, *changes]), "cpu", network)
    run.save(path)
    return path


def _program(path: Path) -> Path:
    """What answers as the bench does, to a folder that holds a pack."""
    figures = {"embedded": {"median_ms": 0.25, "p99_ms": 0.5}, "native": None}
    path.write_text(f"#!/bin/sh\ntest -e $1/manifest.json || exit 3\necho '{json.dumps(figures)}'\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_networks_are_compared_in_one_run(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(timing, "STEPS", 3)
    small = functools.partial(notochord.Notochord, hidden=16, width=16)
    monkeypatch.setitem(train.NETWORKS, "notochord", lambda _: small())
    monkeypatch.setattr(tradeoff.notochord, "Notochord", small)
    deaf = _checkpoint(folder, tmp_path / "deaf.pt", "antiphon", "data.look_back=false")
    other = _checkpoint(folder, tmp_path / "other.pt", "notochord")
    ppm = {"ms": 0.01, "memory": {"bits": dict.fromkeys(("all", "time", "part", "pitch", "duration"), 4.0)}}
    (tmp_path / "ppm.json").write_text(json.dumps(ppm), encoding="utf-8")
    options = ["--run", f"deaf={deaf}", "--run", f"other={other}", "--ppm", str(tmp_path / "ppm.json")]
    options += ["--bench", str(_program(tmp_path / "bench"))]
    options += ["--pack", str(TOY), "--data", str(folder), "--out", str(tmp_path), "--form", "song", "--windows", "1"]
    monkeypatch.setattr(improvise, "MOST_NOTES", 30)
    monkeypatch.setattr(sys, "argv", ["tradeoff", *options])
    assert tradeoff.main() == 0
    report = json.loads((tmp_path / "tradeoff.json").read_text(encoding="utf-8"))
    assert list(report["form"]) == ["real pieces", "deaf", "the pack"]
    assert 0 < report["form"]["real pieces"]["song"]["repeated_grams"] <= 1
    runs = report["runs"]
    assert list(runs) == ["deaf", "other", "the pack", "partial matching, memory"]
    assert runs["deaf"]["looks_back"] is False and runs["other"]["looks_back"] is True
    for name in ("deaf", "other", "the pack"):
        assert 0 < runs[name]["ms"]["median"] <= runs[name]["ms"]["p99"]
        assert runs[name]["bits"]["all"] == pytest.approx(
            sum(runs[name]["bits"][f] for f in tradeoff._FIELDS), abs=3e-3
        )
        assert ("embedded" in runs[name]["ms"]) == (name != "other")  # which is no pack
    assert runs["deaf"]["ms"]["embedded"] == {"median": 0.25, "p99": 0.5}
    judge, _ = evaluate.open_judge(TOY, "torch")
    wanted = evaluate.evaluate(judge, evaluate.chosen_pieces(folder, "valid"))["bits"]["all"]
    assert runs["the pack"]["bits"]["all"] == pytest.approx(wanted, abs=2e-3)
    page = (tmp_path / "tradeoff.md").read_text(encoding="utf-8")
    assert "| deaf |" in page and " – | 0.25 / 0.50 |" in page

    runs["deaf"]["bits"]["time"] = 9.87
    (tmp_path / "tradeoff.json").write_text(json.dumps(report), encoding="utf-8")
    again = ["tradeoff", "--run", f"deaf={deaf}", "--pack", str(TOY), "--out", str(tmp_path), "--times-only"]
    monkeypatch.setattr(sys, "argv", again)
    assert tradeoff.main() == 0
    anew = json.loads((tmp_path / "tradeoff.json").read_text(encoding="utf-8"))["runs"]
    assert anew["deaf"]["bits"]["time"] == 9.87 and "embedded" not in anew["deaf"]["ms"]
    assert anew["other"] == runs["other"]
    monkeypatch.setattr(sys, "argv", [*again, "--run", f"stranger={deaf}"])
    assert tradeoff.main() == 2


def test_without_look_back_nothing_of_it_is_told(folder):
    piece = next(p for file in files_of(folder) for p in read(file))
    stream = data.stream_of(piece, data.evaluation_slots(piece), 0, 200)
    told = data.row_of(stream, None, settings.read().data)
    deaf = data.row_of(stream, None, settings.read(changes=["data.look_back=false"]).data)
    assert (told.motif[..., 3] > 0).any() and not (deaf.motif[..., 3] > 0).any()
    assert (told.lookback[..., 4] > 0).any() and not (deaf.lookback[..., 4] > 0).any()
    assert np.array_equal(told.event, deaf.event)


@pytest.mark.parametrize("change", ("model.widths=3", "width=3", "model.width", "model.width=wide", "nothing.width=3"))
def test_a_change_that_names_no_setting_is_refused(change):
    with pytest.raises(ValueError, match="expected SECTION.NAME=VALUE"):
        settings.read(changes=[change])


def test_a_foreign_checkpoint_is_named(tmp_path):
    torch.save({"vocabulary": "another"}, tmp_path / "old.pt")
    with pytest.raises(ValueError, match="old.pt"):
        tradeoff.open_run(tmp_path / "old.pt")


def test_a_program_that_times_nothing_is_named(tmp_path):
    program = _program(tmp_path / "bench")
    assert timing._whole_notes(program, TOY) == {"embedded": {"median": 0.25, "p99": 0.5}}
    with pytest.raises(ValueError, match=r"nowhere with .*bench \(status 3\)"):
        timing._whole_notes(program, tmp_path / "nowhere")


def test_what_is_saved_against_the_comparator_is_said():
    def row(bits: float, **ms) -> dict:
        return {"bits": {"all": bits}, "ms": ms}

    runs = {"notochord": row(6.0, median=4.0), "small": row(3.5, median=9.0, embedded={"median": 0.5})}
    assert "small 2.50 bits and 8.0 times" in tradeoff._against(runs)
    assert tradeoff._against({"small": runs["small"]}) == ""
