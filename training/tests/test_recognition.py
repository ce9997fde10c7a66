"""The recognizer on vectors that tell their style, and a small whole run."""

import json
import sys
from pathlib import Path

import numpy as np

from training import improvise, recognition
from training.tests.invented import write_folder

TOY = Path(__file__).parents[2] / "tests/data/toy-pack"


def test_what_differs_is_recognized_and_what_does_not_is_not():
    rng = np.random.default_rng(1)
    styles = ["song"] * 150 + ["hymn"] * 50 + ["drums"] * 100
    vectors = rng.normal(size=(300, 5))
    vectors[:150, 0] += 4
    vectors[150:200, 1] += 4
    vectors[::7, 3] = np.nan
    recognizer = recognition.Recognizer(vectors, styles)
    assert recognizer.names == ["drums", "hymn", "song"]
    assert recognition.named(recognizer, vectors[:150], "song") > 0.9
    assert recognition.named(recognizer, vectors[150:200], "hymn") > 0.9
    between = vectors[:150] * [0.5, 1, 1, 1, 1] + [0, 2, 0, 0, 0]
    leaning = [recognition._leaning(recognizer, x, "song", "hymn") for x in (vectors[:150], between, vectors[150:200])]
    assert leaning == sorted(leaning)
    assert np.allclose(np.exp(recognizer.log_probabilities(vectors)).sum(1), 1)


def test_a_pack_is_judged(tmp_path, monkeypatch):
    monkeypatch.setattr(improvise, "MOST_NOTES", 40)
    monkeypatch.setattr(recognition, "FEWEST_PIECES", 2)
    folder, out = write_folder(tmp_path / "data", 9), tmp_path / "out"
    arguments = ["--pack", str(TOY), "--data", str(folder), "--out", str(out), "--pieces", "2", "--bars", "8"]
    monkeypatch.setattr(sys, "argv", ["recognition", *arguments])
    assert recognition.main() == 0
    found = json.loads((out / "recognition.json").read_text(encoding="utf-8"))
    assert set(found["styles"]) == {"song", "drums"} and found["chance"] == 0.5
    # The invented pieces of both styles are drawn alike, so that how many are named rightly is luck.
    assert all(0.0 <= row["real"] <= 1.0 for row in found["styles"].values())
    assert len(found["blends"]) == 2
    assert "| song |" in (out / "recognition.md").read_text(encoding="utf-8")
