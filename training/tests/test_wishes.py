"""Measures of obedience on streams that are known to obey, and a whole small run with the toy pack."""

import json
import sys
from pathlib import Path

import numpy as np

from training import data, harmony, improvise, wishes
from training import vocabulary as v

TOY = Path(__file__).parents[2] / "tests/data/toy-pack"


def _stream(notes, bars=2) -> data.Stream:
    """Notes (onset, slot, pitch) of a quarter each in bars of 4/4."""
    onset, slot, pitch = np.array(sorted(notes)).T
    families = np.array([v.ABSENT, 0, 4, v.ABSENT, v.ABSENT])
    return data.Stream(
        0, onset, slot, pitch, v.duration_class(np.full(len(onset), 24)), np.full(len(onset), 8), True, families,
        np.arange(bars) * 96, np.full(bars, 96), np.full(bars, 24),
    )  # fmt: skip


def test_rank_correlation_is_spearmans():
    assert np.isclose(wishes.rank_correlation([1, 2, 3, 4], [10, 20, 40, 80]), 1)
    assert np.isclose(wishes.rank_correlation([1, 2, 3, 4], [4, 3, 2, 1]), -1)
    assert wishes.ranks(np.array([5, 1, 5, 9])).tolist() == [1.5, 0, 1.5, 3]
    assert np.isnan(wishes.rank_correlation([1, 2, 3], [7, 7, 7]))


def test_density_is_on_the_scale_of_the_wish():
    eighths = [(12 * i, 1, 60) for i in range(16)]
    assert np.isclose(wishes.density_of(_stream(eighths)), (np.log2(2.25) + np.log2(0.25)) / 2)


def test_chords_are_those_of_the_bar():
    chords = tuple(harmony.named(name) for name in ("C", "G"))
    notes = [(0, 1, 60), (24, 1, 64), (48, 1, 67), (96, 1, 59), (120, 1, 60), (144, 1, 62)]
    assert np.isclose(wishes.in_chords(_stream(notes), chords), 5 / 6)
    assert wishes._transposed(chords, 5) == tuple(harmony.named(name) for name in ("F", "C"))


def test_all_wishes_are_measured(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(improvise, "MOST_NOTES", 30)
    options = ["--styles", "chorale,drums", "--pieces", "1", "--bars", "8"]
    monkeypatch.setattr(sys, "argv", ["wishes", "--pack", str(TOY), "--out", str(tmp_path), *options])
    assert wishes.main() == 0
    found = json.loads((tmp_path / "wishes.json").read_text(encoding="utf-8"))["styles"]
    assert set(found["chorale"]) == {"density", "register", "chords", "key", "entropy"}
    assert set(found["drums"]) == {"density", "entropy"}
    assert list(found["chorale"]["entropy"]) == [str(t) for t in wishes.TEMPERATURES + wishes.NEAR]
    assert "| chorale |" in (tmp_path / "wishes.md").read_text(encoding="utf-8")


def test_styles_that_were_tried_are_kept_where_nothing_else_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(improvise, "MOST_NOTES", 30)

    def run(*options: str) -> dict:
        arguments = ["wishes", "--pack", str(TOY), "--out", str(tmp_path), "--pieces", "1", "--bars", "2", *options]
        monkeypatch.setattr(sys, "argv", arguments)
        assert wishes.main() == 0
        return json.loads((tmp_path / "wishes.json").read_text(encoding="utf-8"))["styles"]

    path, first = tmp_path / "wishes.json", run("--styles", "drums")
    report = json.loads(path.read_text(encoding="utf-8"))
    report["styles"]["drums"]["density"]["rank_correlation"] = -2.0  # what no trial gives
    path.write_text(json.dumps(report), encoding="utf-8")
    kept = run("--styles", "drums,ragtime", "--resume")
    assert list(kept) == ["drums", "ragtime"] and kept["drums"]["density"]["rank_correlation"] == -2.0
    assert run("--styles", "drums") == first
