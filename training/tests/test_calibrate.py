"""The search for what to tell at rest, on invented networks that answer in a straight line, and a small whole run."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from training import calibrate, corpus, improvise
from training.tests import invented

TOY = Path(__file__).parents[2] / "tests/data/toy-pack"


@pytest.mark.parametrize("strength", (0.4, 1.0, 2.5))
def test_the_search_finds_what_is_wanted(strength):
    slope = calibrate._EXPECTED * strength + np.array([[0, 0.1, 0], [0.2, 0, 0], [0, 0, 0]])
    aim = np.array([0.4, 1.6, 1.1])

    def answer(knobs):
        return slope @ (knobs - aim) + np.array([1.0, -2.0, 2.0])

    tried, found = [calibrate._BEGIN], [answer(calibrate._BEGIN)]
    for _ in range(9):
        tried.append(calibrate.solve(np.array(tried), np.array(found), answer(aim)))
        found.append(answer(tried[-1]))
    assert np.allclose(found[-1], answer(aim), atol=0.05)


def test_scattered_rounds_are_settled_by_the_line_through_them():
    rng, aim = np.random.default_rng(2), np.array([-0.2, 1.4, 1.02])
    tried = aim + rng.uniform(-1, 1, (9, 3)) * calibrate._REACH
    exact = (tried - aim) @ calibrate._EXPECTED.T * 1.5 + np.array([1.0, -2.0, 2.0])
    found = exact + rng.normal(size=(9, 3)) * (0.03, 0.15, 0.1)
    settled = calibrate.settle(tried, found, np.array([1.0, -2.0, 2.0]))
    assert (np.abs(settled - aim) < (0.2, 0.3, 0.06)).all()


def test_a_measure_that_is_not_there_moves_nothing():
    tried, found = np.array([calibrate._BEGIN]), np.array([[0.0, 0.0, np.nan]])
    moved = calibrate.solve(tried, found, np.array([0.2, 0.5, np.nan])) - calibrate._BEGIN
    assert moved[0] > 0.1 and moved[1] > 0.1 and moved[2] == 0


def test_a_pack_is_calibrated(tmp_path, monkeypatch):
    monkeypatch.setattr(improvise, "MOST_NOTES", 30)
    shutil.copytree(TOY, tmp_path / "pack")
    folder = invented.write_folder(tmp_path / "data")
    pieces = corpus.Corpus.collect(p for path in corpus.files_of(folder) for p in corpus.read(path))
    pieces.save(tmp_path / "corpus.npz")
    options = ["--windows", "2", "--bars", "8", "--rounds", "2", "--pieces", "1"]
    paths = ["--pack", str(tmp_path / "pack"), "--corpus", str(tmp_path / "corpus.npz")]
    monkeypatch.setattr(sys, "argv", ["calibrate", *paths, *options])
    assert calibrate.main() == 0
    manifest = json.loads((tmp_path / "pack/manifest.json").read_text(encoding="utf-8"))
    rests = {row["name"]: row["rest"] for row in manifest["styles"] if "rest" in row}
    assert set(rests) == {"song", "drums"}
    assert all(set(rest) == set(improvise.UNMEASURED) for rest in rests.values())
