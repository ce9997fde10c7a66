"""Runs that are known to be silent or stuck, and a small whole run."""

import json
import sys
from pathlib import Path

import numpy as np

from training import data, longrun
from training import vocabulary as v

TOY = Path(__file__).parents[2] / "tests/data/toy-pack"


def _run(bars_that_play, pitches) -> data.Stream:
    """One note a beat in some bars of sixteen."""
    onset = np.array([96 * bar + 24 * beat for bar in bars_that_play for beat in range(4)])
    pitch = np.array([pitches[bar % len(pitches)] + beat for bar in bars_that_play for beat in range(4)])
    count = len(onset)
    return data.Stream(
        0, onset, np.ones(count, int), pitch, v.duration_class(np.full(count, 24)), np.full(count, 8), True,
        np.array([v.ABSENT, 0, v.ABSENT, v.ABSENT, v.ABSENT]), np.arange(16) * 96, np.full(16, 96), np.full(16, 24),
    )  # fmt: skip


def test_silent_and_stuck_runs_are_counted():
    fine = _run(range(16), (60, 65))
    silent = _run([*range(8), *range(12, 16)], (60, 65))
    stuck = _run(range(16), (60,))
    found = longrun.judge([fine, silent, stuck], 16)
    assert (found["silent"], found["longest_silence"]) == ([1], 4.0)
    assert (found["stuck"], found["longest_same"]) == ([2], 16)
    assert found["last_to_first_quarter"] == 1.0
    assert longrun.judge([fine], 16)["silent"] == longrun.judge([fine], 16)["stuck"] == []


def test_runs_made_one_after_the_other_are_judged_as_all_at_once():
    runs = [_run(range(16), (60, 65)), _run([*range(8), *range(12, 16)], (60, 65)), _run(range(16), (60,))]
    assert longrun.judge(runs[1:], 16, longrun.judge(runs[:1], 16)) == longrun.judge(runs, 16)


def test_a_page_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(longrun, "MOST_NOTES", 60)
    options = ["--styles", "song,drums", "--runs", "2", "--bars", "8"]
    monkeypatch.setattr(sys, "argv", ["longrun", "--pack", str(TOY), "--out", str(tmp_path), *options])
    assert longrun.main() == 0
    found = json.loads((tmp_path / "long.json").read_text(encoding="utf-8"))
    assert set(found["styles"]) == {"song", "drums"} and found["styles"]["song"]["runs"] == 2
    assert "| song |" in (tmp_path / "long.md").read_text(encoding="utf-8")


def test_styles_that_were_run_are_kept_where_nothing_else_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(longrun, "MOST_NOTES", 60)

    def run(*options: str) -> dict:
        arguments = ["longrun", "--pack", str(TOY), "--out", str(tmp_path), "--runs", "2", "--bars", "8", *options]
        monkeypatch.setattr(sys, "argv", arguments)
        assert longrun.main() == 0
        return json.loads((tmp_path / "long.json").read_text(encoding="utf-8"))["styles"]

    run("--styles", "song")
    path = tmp_path / "long.json"
    report = json.loads(path.read_text(encoding="utf-8"))
    report["styles"]["song"]["notes"] = -1  # what no run gives
    path.write_text(json.dumps(report), encoding="utf-8")
    kept = run("--styles", "song,drums", "--resume")
    assert kept["song"]["notes"] == -1 and kept["drums"]["runs"] == 2
    assert run("--styles", "chorale", "--resume").keys() == {"song", "drums", "chorale"}, (
        "of other styles nothing is lost"
    )
    report = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(report | {"rules": 0}), encoding="utf-8")
    assert run("--styles", "chorale", "--resume").keys() == {"chorale"}, "made by other rules"
    assert run("--styles", "song", "--resume", "--seed", "2")["song"]["notes"] >= 0
    path.write_text("{", encoding="utf-8")
    assert "drums" not in run("--styles", "song", "--resume")
