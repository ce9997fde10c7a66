"""The compiled inputs against the plain reference."""

import numpy as np

from training import features
from training import vocabulary as v
from training.tests import slow
from training.tests.invented import random_stream


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


def test_features_equal_the_reference():
    for seed in range(4):
        stream = random_stream(seed, 180)
        _check(stream, range(180))


def test_long_streams_forget_what_is_older_than_the_history():
    stream = random_stream(9, 1400)
    _check(stream, range(1020, 1400, 23))


def test_start_knows_nothing():
    f = random_stream(1, 10).features()
    assert tuple(f.event[0]) == v.START
    assert not f.remain[0].any()
    assert (f.last[0] == v.NO_PITCH).all()
    assert (f.lookback[0] == v.NO_MEMORY).all()
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
