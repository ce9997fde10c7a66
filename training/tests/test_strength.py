"""What is asked for at a strength, and a small whole run."""

import json
import sys
from pathlib import Path

import numpy as np

from training import improvise, recognition, strength
from training import vocabulary as v
from training.tests.invented import write_folder

TOY = Path(__file__).parents[2] / "tests/data/toy-pack"


def test_the_strength_scales_what_is_said_of_the_style_and_nothing_else():
    manifest, _ = improvise.open_pack(TOY)
    first, second = manifest["styles"][:2]
    ground = improvise.usual_ground(first, 8)
    asks = [improvise.ask_of(first, ground, 1.0, (1,), second=second, lean=0.25, strength=s) for s in (0.0, 1.0, 2.0)]
    of_style = slice(v.STYLE_AT, v.STYLE_AT + len(v.STYLES))
    none, plain, double = (ask.context for ask in asks)
    assert not none[of_style].any() and plain[of_style].sum() == 1
    assert np.allclose(double[of_style], 2 * plain[of_style])
    rest = np.delete(np.stack([none, plain, double]), np.r_[of_style], axis=1)
    assert (rest == rest[0]).all()


def test_a_pack_is_judged_at_each_strength(tmp_path, monkeypatch):
    monkeypatch.setattr(improvise, "MOST_NOTES", 40)
    monkeypatch.setattr(recognition, "FEWEST_PIECES", 2)
    folder, out = write_folder(tmp_path / "data", 9), tmp_path / "out"
    arguments = ["--pack", str(TOY), "--data", str(folder), "--out", str(out), "--pieces", "3", "--bars", "8"]
    monkeypatch.setattr(sys, "argv", ["strength", *arguments, "--strengths", "0.5", "2"])
    assert strength.main() == 0
    found = json.loads((out / "strength.json").read_text(encoding="utf-8"))
    assert [row["strength"] for row in found["strengths"]] == [0.5, 2.0]
    assert set(found["strengths"][0]["styles"]) == {"song", "drums"}
    assert all(0 < row["overlap"] <= 1 for row in found["strengths"])
    assert "| 200% |" in (out / "strength.md").read_text(encoding="utf-8")
