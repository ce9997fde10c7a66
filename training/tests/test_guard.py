"""What many streams copy, against the examples that the plugin is held to."""

import json
from pathlib import Path

import numpy as np
import pytest

from training import guard
from training import vocabulary as v

EXAMPLES = Path(__file__).parents[2] / "tests/data/copies"


def _event(pitch: int) -> np.ndarray:
    return np.array([[0, 1, pitch, 5, 0], [0, 2, pitch, 5, 0]])


def test_copies_of_many_streams_are_those_of_the_examples():
    lines = json.loads((EXAMPLES / "lines.json").read_text(encoding="utf-8"))["lines"]
    families = np.array([[v.ABSENT, 0, 4, 0, 0], [v.ABSENT, 0, v.DRUMS, 0, 0]])
    assert any(max(line["length"]) > 12 for line in lines)
    for number, line in enumerate(lines):
        copies = guard.Copies(guard.read(EXAMPLES / "index.bin"), families)
        for onset, pitch, length in zip(line["onset"], line["pitch"], line["length"], strict=True):
            told = copies.after(_event(pitch), np.array([onset, onset]), np.array([0, 1]))
            assert told.tolist() == [length, 0], number  # drums copy nothing
            assert copies.after(_event(pitch)[:1], np.array([onset]), np.array([0])).tolist() == [length]
            copies.push(_event(pitch), np.array([onset, onset]))
        copies.keep(np.array([1]))


def test_without_an_index_nothing_is_a_copy():
    copies = guard.Copies(None, np.zeros((2, 5), np.int64))
    copies.push(_event(60), np.array([0, 0]))
    assert copies.after(_event(60), np.array([6, 6]), np.array([0, 1])).tolist() == [0, 0]


@pytest.mark.parametrize("cut", [0, 20, 60, 400])
def test_an_index_that_is_cut_short_is_named(tmp_path, cut):
    (tmp_path / "index.bin").write_bytes((EXAMPLES / "index.bin").read_bytes()[:cut])
    with pytest.raises(ValueError, match="index.bin"):
        guard.read(tmp_path / "index.bin")
