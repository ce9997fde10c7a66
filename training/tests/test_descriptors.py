"""Descriptors of small tunes, overlaps of known sets, windows of pieces."""

import numpy as np
import pytest

from training import data, descriptors, overlap, windows
from training import vocabulary as v
from training.corpus import parse
from training.tests.invented import record


def _stream(notes, bars=4, families=(v.ABSENT, 0, 4, v.DRUMS, v.ABSENT)) -> data.Stream:
    """Notes (onset, slot, pitch, ticks) in bars of 4/4."""
    onset, slot, pitch, ticks = np.array(sorted(notes)).T
    return data.Stream(
        0, onset, slot, pitch, v.duration_class(ticks), np.full(len(onset), 8), True, np.array(families),
        np.arange(bars) * 96, np.full(bars, 96), np.full(bars, 24),
    )  # fmt: skip


SCALE = [(24 * i, 1, p, 24) for i, p in enumerate((60, 62, 64, 65, 67, 69, 71, 72))]


def test_a_scale_is_in_its_key_and_never_repeats():
    d = descriptors.describe(_stream(SCALE))
    assert d["in_scale"] == 1 and d["pitch_range"] == 12 and d["polyphony"] == 1
    assert d["density"] == 8 / 16 and d["patterns_again"] == 0
    assert d["repeated_grams"] == 0.4  # two steps and a half step, from 60 and from 67
    assert np.isclose(d["pitch_class_entropy"], 2.75)
    assert d["intervals"][descriptors.WIDEST + 2] == 5 / 7 and d["intervals"][descriptors.WIDEST + 1] == 2 / 7
    assert d["positions"][[0, 6, 12, 18]].tolist() == [0.25] * 4
    assert d["empty_bars"] == 0.5 and d["silence_bars"] == 2 and d["same_bar_run"] == 1
    assert d["most_similar_bars"] == 0 and np.isnan(d["clashes"])


def test_a_bar_that_comes_again_is_found():
    notes = [(at + 96 * bar, 1, p, 24) for bar in range(4) for at, _, p, _ in SCALE[:4]]
    d = descriptors.describe(_stream(notes))
    assert d["same_bar_run"] == 4 and d["most_similar_bars"] == d["similar_bars"] == 1
    assert np.isclose(d["patterns_again"], 7 / 11)  # the first four of eleven are new
    assert d["repeated_grams"] == 1 and d["silence_bars"] == 0


@pytest.mark.parametrize(("apart", "clash"), [(1, 1), (2, 0), (11, 1), (12, 0), (13, 1), (23, 0)])
def test_semitones_between_parts_clash(apart, clash):
    d = descriptors.describe(_stream([(0, 1, 60, 48), (24, 2, 60 + apart, 24), (48, 2, 61, 24), (48, 3, 61, 24)]))
    assert d["clashes"] == clash and d["polyphony"] == 96 / 72


def test_drums_have_no_pitches():
    d = descriptors.describe(_stream([(12 * i, 3, 36 + 2 * (i % 2), 12) for i in range(16)]))
    for name in ("pitch_class_entropy", "in_scale", "pitch_range", "polyphony", "clashes", "patterns_again"):
        assert np.isnan(d[name]), name
    assert np.isnan(d["intervals"]).all() and d["repeated_grams"] == 1


def test_overlap_is_one_for_the_same_and_falls_with_the_distance():
    rng = np.random.default_rng(3)
    real, again = rng.normal(size=200), rng.normal(size=200)
    found = [overlap.overlap(real, again + shift)["overlap"] for shift in (0, 1, 2, 4)]
    assert found[0] > 0.97 and found == sorted(found, reverse=True) and found[-1] < 0.3
    assert overlap.overlap(real, np.zeros(50))["own"] < 0.3  # all alike
    assert overlap.overlap(np.zeros(9), np.zeros(9)) == {"overlap": 1.0, "own": 1.0}
    assert overlap.overlap(real, np.array([1.0, np.nan, 2.0])) is None
    nearly = np.array([0.0] * 15 + [0.1])
    assert overlap.overlap(np.zeros(16), nearly)["overlap"] > 0.9


def test_overlap_is_that_of_the_densities():
    """Two sets of distances a bandwidth of kernels apart, against a sum over the kernels themselves."""
    rng = np.random.default_rng(4)
    a, b = rng.gamma(2.0, size=300), rng.gamma(3.0, size=400)
    both = np.concatenate([a, b])
    h, grid = both.std() * len(both) ** -0.2, np.linspace(-3, 20, 4000)

    def density(x):
        return np.exp(-0.5 * ((grid[:, None] - x) / h) ** 2).mean(1) / (h * np.sqrt(2 * np.pi))

    wanted = np.minimum(density(a), density(b)).sum() * (grid[1] - grid[0])
    assert abs(overlap.area(a, b) - wanted) < 0.005


def test_halves_of_the_real_set_do_not_share_pieces():
    """Ten pieces of six equal windows each: drawn by windows, the halves would be all but equal."""
    rows = np.repeat(np.arange(10.0) ** 2, 6)
    by_piece = overlap.real_overlap(rows, np.repeat(np.arange(10), 6), 1)
    by_window = overlap.real_overlap(rows, np.arange(60), 1)
    assert by_piece < by_window
    assert overlap.real_overlap(rows[:6], np.zeros(6), 1) is None


def test_windows_begin_at_their_first_bar():
    piece = parse(record(1, bars=44))
    found = windows.cut(piece, 16)
    assert [w.place for w in found] == [0, 1, 2]
    assert [len(w.stream.bar_start) for w in found] == [16, 16, 12]
    assert all(w.ground.bar_start[0] == 0 and w.stream.onset[0] == 0 for w in found)
    assert sum(len(w.stream.onset) for w in found) == len(piece.onset)
    chosen = windows.choose([piece, parse(record(2, bars=20))], {"song", "hymn"}, 3, 16, 1)
    assert chosen["hymn"] == []
    assert sorted((w.piece, w.place) for w in chosen["song"][:2]) == [("song/1", 0), ("song/2", 0)]
