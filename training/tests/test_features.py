"""The compiled inputs against the plain reference."""

import numpy as np

from training import data, features
from training import vocabulary as v
from training.tests import slow
from training.tests.invented import random_stream, turning_stream


def _check(stream, rows):
    f = stream.features()
    notes = list(zip(*(x.tolist() for x in (stream.onset, stream.slot, stream.pitch, stream.duration, stream.velocity)),
                     strict=True))  # fmt: skip
    drums = stream.drums.tolist()
    for n in rows:
        bar = max(i for i, start in enumerate(stream.bar_start) if start <= notes[n][0])
        length, row = int(stream.bar_length[bar]), n + 1
        assert f.event[row].tolist() == [slow.time_class(notes, n), *notes[n][1:]]
        phase = notes[n][0] - int(stream.bar_start[bar])
        assert f.position[row].tolist() == [min(phase, 383), min(length, 383), int(stream.beat[bar])]
        assert f.remain[row].tolist() == slow.remain(notes, drums, n)
        assert f.last[row].tolist() == slow.last(notes, n)
        for k, lag in enumerate((1, 2, 4, 8)):
            assert tuple(f.lookback[row, k]) == slow.bar_memory(notes, length, lag, n), (n, lag)
        assert tuple(f.lookback[row, 4]) == slow.match_memory(notes, drums, n), n
        assert np.array_equal(f.motif[row], slow.motif(notes, drums, length, n)), n
    return f


def test_features_equal_the_reference():
    for seed in range(4):
        stream = random_stream(seed, 180)
        _check(stream, range(180))


def test_long_streams_forget_what_is_older_than_the_history():
    stream = random_stream(9, 1400)
    _check(stream, range(1020, 1400, 23))


def test_suffixes_of_every_length_equal_the_reference():
    found = [_check(turning_stream(seed, 200), range(0, 200, 3)).motif[..., v.SOURCES - 1, 3] for seed in range(3)]
    assert set(np.concatenate(found).ravel().tolist()) == {0, *range(2, v.LONGEST_MATCH + 1)}


def _stream(notes, bars=200):
    """Notes (onset, slot, pitch) of a quarter each in bars of 4/4, no drums."""
    onset, slot, pitch = np.array(sorted(notes)).T
    count, starts = len(notes), np.arange(bars) * 96
    return data.Stream(
        0, onset, slot, pitch, np.full(count, 12), np.full(count, 8), True, np.array([v.ABSENT, 0, 0, v.ABSENT, 0]),
        starts, np.full(bars, 96), np.full(bars, 24),
    )  # fmt: skip


def test_a_copy_shrinks_as_its_beginning_leaves_the_history():
    """Twelve notes of a figure of three, then another part alone: one note of the figure leaves at each event."""
    figure = [(24 * i, 1, (60, 64, 67)[i % 3]) for i in range(12)]
    stream = _stream(figure + [(300 + 6 * i, 2, 40 + i * i % 37) for i in range(1100)])
    f = _check(stream, range(1018, 1040))
    assert f.motif[1024:1034, 1, v.SOURCES - 1, 3].tolist() == [8, 8, 7, 6, 5, 4, 3, 2, 0, 0]


def test_a_part_hears_its_own_line_again():
    """Two bars of a tune over a drone: the third bar is told in advance, whatever the drone does in between."""
    tune = [(0, 60), (24, 62), (48, 64), (72, 60), (96, 60), (120, 62), (144, 64), (168, 60)]
    f = _stream([(at, 1, pitch) for at, pitch in tune] + [(0, 2, 36), (96, 2, 41)]).features()
    assert f.motif[-1, 1].tolist() == [[24, 60, 12, 1], *[list(v.NO_MOTIF)] * 3, [24, 60, 12, 3]]
    assert f.motif[-1, 2].tolist() == [[24, 41, 12, 1], *[list(v.NO_MOTIF)] * 4]


def test_start_knows_nothing():
    f = random_stream(1, 10).features()
    assert tuple(f.event[0]) == v.START
    assert not f.remain[0].any()
    assert (f.last[0] == v.NO_PITCH).all()
    assert (f.lookback[0] == v.NO_MEMORY).all()
    assert (f.motif[0] == v.NO_MOTIF).all()
    assert f.position[0].tolist() == f.position[1].tolist()


def test_densities_count_the_next_four_bars():
    stream = random_stream(3, 200)
    value, known = features.densities(stream.onset, stream.slot, stream.bar_start, stream.bar_length)
    notes = list(zip(stream.onset.tolist(), stream.slot.tolist(), strict=True))
    assert known.any() and not known.all()
    for row in np.flatnonzero(known)[::7]:
        now = notes[max(row - 1, 0)][0]
        bar = max(i for i, start in enumerate(stream.bar_start) if start <= now)
        for slot in range(v.PARTS):
            x = slow.density(notes, slot, now, int(stream.bar_length[bar]))
            assert np.isclose(value[row, slot], np.log2(x + 0.25), atol=1e-5)
