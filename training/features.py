"""The inputs that the host computes beside the event: position, what sounds, last pitches, look-back.

Compiled with numba; the memory of each part is in `motif.py`. The Rust side does the same by hand, event by event;
`tests/data/tokens.json` compares them, and `tests/slow.py` holds a plain reference for these loops.
"""

from typing import NamedTuple

import numba
import numpy as np

from training import motif
from training import vocabulary as v

_DURATIONS = v.DURATION_TICKS
_FIRST_NOTE = 1000  # step of a slot's first note, outside any interval
_DRUM_STEP = 2000  # plus the key of the drum
_BAR_LAGS = np.array([1, 2, 4, 8])


class Features(NamedTuple):
    """Inputs at START and after each of N events; the first axis is N + 1 long."""

    event: np.ndarray  # int64 [N+1, 5]
    position: np.ndarray  # int64 [N+1, 3]: phase, bar length, beat length in ticks
    remain: np.ndarray  # float32 [N+1, 128]: ticks
    last: np.ndarray  # int64 [N+1, 5]: pitches
    lookback: np.ndarray  # int64 [N+1, 5, 5]
    motif: np.ndarray  # int16 [N+1, 5 parts, 5 sources, 4]: time step, pitch, duration class, strength


def forget(lookback: np.ndarray, motif_rows: np.ndarray) -> None:
    """Blank what was played before, in place: what a network without look-back is told. Shapes end as in `Features`."""
    lookback[:] = v.NO_MEMORY
    motif_rows[:] = v.NO_MOTIF


@numba.njit(cache=True)
def _bar_of(onset, bar_start):
    """Index of the bar that holds each onset."""
    n = len(onset)
    bar = np.empty(n, np.int64)
    for i in range(n):
        k = np.searchsorted(bar_start, onset[i], side="right") - 1
        bar[i] = max(k, 0)
    return bar


@numba.njit(cache=True)
def _bar_memory(out, lag_ticks, n, oldest, onset, event):
    """The event that followed the same moment `lag_ticks` ago."""
    now = onset[n]
    then = now - lag_ticks
    if then < onset[oldest]:
        return
    low = np.searchsorted(onset[oldest : n + 1], then, side="left") + oldest
    up = np.searchsorted(onset[oldest : n + 1], then, side="right") + oldest
    first_now = np.searchsorted(onset[oldest : n + 1], now, side="left") + oldest
    i = min(low + (n + 1 - first_now), up)
    if i > n:
        return
    out[0] = min(onset[i] - then, 383)
    out[1] = event[i + 1, 1]
    out[2] = event[i + 1, 2]
    out[3] = event[i + 1, 3]
    out[4] = 1


@numba.njit(cache=True)
def _match_memory(out, n, oldest, event, step, drums, last):
    """The event that followed the longest earlier copy of the newest events."""
    best, at = 1, -1
    for j in range(n - 1, oldest, -1):
        m = 0
        while m < 8 and j - m >= oldest:
            a, b = j - m, n - m
            if step[a] != step[b] or event[a + 1, 0] != event[b + 1, 0] or event[a + 1, 1] != event[b + 1, 1]:
                break
            m += 1
        if m > best:
            best, at = m, j
            if best == 8:
                break
    if at < 0:
        return
    nxt = at + 1
    part = event[nxt + 1, 1]
    pitch = event[nxt + 1, 2]
    if not drums[part] and step[nxt] != _FIRST_NOTE:
        pitch = min(max(last[part] + step[nxt], 0), 127)
    out[0] = event[nxt + 1, 0]
    out[1] = part
    out[2] = pitch
    out[3] = event[nxt + 1, 3]
    out[4] = best


@numba.njit(cache=True)
def hear(n, bar_start, bar_length, beat, drums, onset, event, step, end, current, position, remain, last, lookback):
    """Fill one row, that after event `n` of a stream (-1: START), given the bar of its newest onset.

    onset, event, step: of the whole stream, event with START in front; step, end (of each pitch) and current (last
    pitches) are kept from row to row. position, remain, last, lookback: the row.
    """
    now = onset[max(n, 0)]
    position[0] = min(max(now - bar_start, 0), 383)
    position[1] = min(max(bar_length, 1), 383)
    position[2] = min(max(beat, 1), 96)
    lookback[:, 0] = 384
    lookback[:, 1] = 5
    lookback[:, 2] = 128
    lookback[:, 3] = 32
    lookback[:, 4] = 0
    if n >= 0:
        part, pitch = event[n + 1, 1], event[n + 1, 2]
        if drums[part]:
            step[n] = _DRUM_STEP + pitch
        elif current[part] == 128:
            step[n] = _FIRST_NOTE
        else:
            step[n] = pitch - current[part]
        current[part] = pitch
        if not drums[part]:
            end[pitch] = max(end[pitch], now + _DURATIONS[event[n + 1, 3]])
        oldest = max(0, n - 1023)
        for i in range(4):
            _bar_memory(lookback[i], _BAR_LAGS[i] * max(bar_length, 1), n, oldest, onset, event)
        _match_memory(lookback[4], n, oldest, event, step, drums, current)
        for p in range(128):
            remain[p] = min(max(end[p] - now, 0), 600)
    last[:] = current


@numba.njit(cache=True)
def hear_each(
    count, bar, bar_start, bar_length, beat, drums, onset, event, step, end, current, position, remain, last, lookback
):
    """`hear` for event `count` - 1 of each of B streams: the arrays have that axis in front, bars one number each bar.

    bar: index of the newest onset's bar [B], kept from event to event.
    """
    n = count - 1
    for b in range(len(onset)):
        k = bar[b]
        while n >= 0 and k + 1 < bar_start.shape[1] and bar_start[b, k + 1] <= onset[b, n]:
            k += 1
        bar[b] = k
        hear(
            n, bar_start[b, k], bar_length[b, k], beat[b, k], drums[b], onset[b], event[b], step[b], end[b],
            current[b], position[b], remain[b], last[b], lookback[b],
        )  # fmt: skip


@numba.njit(cache=True)
def _fill(onset, bar, bar_start, bar_length, beat, drums, event, position, remain, last, lookback):
    """Fill every array of `Features` in place; row 0 is START."""
    end = np.zeros(128, np.int64)
    current = np.full(5, 128, np.int64)
    step = np.empty(len(onset), np.int64)
    for row in range(len(onset) + 1):
        k = bar[max(row - 1, 0)]
        hear(
            row - 1, bar_start[k], bar_length[k], beat[k], drums, onset, event, step, end, current,
            position[row], remain[row], last[row], lookback[row],
        )  # fmt: skip


def compute(onset, slot, pitch, duration, velocity, drums, bar_start, bar_length, beat) -> Features:
    """Inputs for one stream of N >= 1 events, sorted by (onset, slot, pitch).

    onset: ticks [N]; slot 0..4 [N]; pitch 0..127 [N]; duration: class 0..31 [N]; velocity: class 0..16 [N];
    drums: bool [5]; bar_start, bar_length, beat: ticks, one each bar, ascending. A stream starts at its first onset.
    """
    n = len(onset)
    onset = np.ascontiguousarray(onset, np.int64)
    event = np.empty((n + 1, 5), np.int64)
    event[0] = v.START
    event[1, 0] = 0
    event[2:, 0] = np.minimum(np.diff(onset), v.TIME_CLASSES - 1)
    event[1:, 1] = slot
    event[1:, 2] = pitch
    event[1:, 3] = duration
    event[1:, 4] = velocity
    position = np.empty((n + 1, 3), np.int64)
    remain = np.zeros((n + 1, 128), np.float32)
    last = np.empty((n + 1, 5), np.int64)
    lookback = np.empty((n + 1, 5, 5), np.int64)
    bar_start = np.ascontiguousarray(bar_start, np.int64)
    bar_length = np.ascontiguousarray(bar_length, np.int64)
    beat = np.ascontiguousarray(beat, np.int64)
    drums = np.ascontiguousarray(drums, np.bool_)
    bar = _bar_of(onset, bar_start)
    _fill(onset, bar, bar_start, bar_length, beat, drums, event, position, remain, last, lookback)
    own = motif.compute(onset, event[1:, 1], event[1:, 2], event[1:, 3], drums, bar_length[bar])
    return Features(event, position, remain, last, lookback, own)


@numba.njit(cache=True)
def densities(onset, slot, bar_start, bar_length):
    """Density wish of each slot at START and at each event: (value float32 [N+1, 5], known bool [N+1]).

    value = log2(x + 0.25), x in notes a quarter over the next four bars; not known where the stream ends sooner.
    """
    n = len(onset)
    bar = _bar_of(onset, bar_start)
    counts = np.zeros((n + 1, 5), np.int64)
    for i in range(n):
        counts[i + 1] = counts[i]
        counts[i + 1, slot[i]] += 1
    value = np.zeros((n + 1, 5), np.float32)
    known = np.zeros(n + 1, np.bool_)
    for row in range(n + 1):
        t = onset[max(row - 1, 0)]
        span = 4 * max(bar_length[bar[max(row - 1, 0)]], 1)
        if t + span > onset[n - 1]:
            continue
        known[row] = True
        low = np.searchsorted(onset, t, side="left")
        high = np.searchsorted(onset, t + span, side="left")
        for p in range(5):
            value[row, p] = np.log2((counts[high, p] - counts[low, p]) / (span / 24.0) + 0.25)
    return value, known
