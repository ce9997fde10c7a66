"""Each part's own memory: what it did next 1, 2, 4 and 8 bars ago, and after its longest suffix heard before.

Compiled with numba; `tests/slow.py` holds a plain reference. The Rust side does the same event by event.
"""

import numba
import numpy as np

from training import vocabulary as v

_FIRST_NOTE = 1000  # step of a part's first note, outside any interval
_DRUM_STEP = 2000  # plus the key of the drum
_NOTHING = np.array(v.NO_MOTIF, np.int16).view(np.int64)[0]  # all four numbers at once
_LAGS = np.array([1, 2, 4, 8])  # bars


@numba.njit(cache=True)
def _first_at(times, near, low, count, then):
    """First index in low..count of ascending `times` whose value is not before `then`, sought from `near`."""
    i = max(near, low)
    while i < count and times[i] < then:
        i += 1
    while i > low and times[i - 1] >= then:
        i -= 1
    return i


@numba.njit(cache=True)
def _longest_suffix(step, ioi, low, count):
    """Latest j (or -1) and length m of the longest copy, 2..8 events ending at j, of the newest events of a part."""
    best, at = 1, -1
    newest = count - 1
    for j in range(newest - 1, low, -1):
        m = 0
        while m < 8 and j - m >= low and step[j - m] == step[newest - m] and ioi[j - m] == ioi[newest - m]:
            m += 1
        if m > best:
            best, at = m, j
            if best == 8:
                break
    return at, best


@numba.njit(cache=True)
def _fill(onset, slot, pitch, duration, drums, bar_length, out):
    n_events = len(onset)
    times = np.empty((5, n_events), np.int64)  # onset of each part's own events, and so on
    index = np.empty((5, n_events), np.int64)
    step = np.empty((5, n_events), np.int64)
    ioi = np.empty((5, n_events), np.int64)
    count = np.zeros(5, np.int64)
    low = np.zeros(5, np.int64)  # the part's first own event within the history
    near = np.zeros((5, 4), np.int64)  # where each source was found last
    match = np.full(5, -1, np.int64)
    length = np.zeros(5, np.int64)
    for n in range(n_events):
        now, p = onset[n], slot[n]
        k = count[p]
        if drums[p]:
            step[p, k] = _DRUM_STEP + pitch[n]
        elif k == 0:
            step[p, k] = _FIRST_NOTE
        else:
            step[p, k] = pitch[n] - pitch[index[p, k - 1]]
        ioi[p, k] = now - times[p, k - 1] if k > 0 else -1
        times[p, k], index[p, k] = now, n
        count[p] = k + 1
        oldest = max(0, n - 1023)
        for q in range(5):
            while low[q] < count[q] and index[q, low[q]] < oldest:
                low[q] += 1
            # A copy that reaches back behind the history may have become the second longest.
            if q == p or (match[q] >= 0 and match[q] - length[q] + 1 < low[q]):
                match[q], length[q] = _longest_suffix(step[q], ioi[q], low[q], count[q])
            if low[q] == count[q]:
                continue
            found = out[n + 1, q]
            _bar_sources(
                found, near[q], times[q], index[q], low[q], count[q], now, onset[oldest], bar_length[n], pitch, duration
            )
            if match[q] >= 0:
                after, newest = match[q] + 1, count[q] - 1
                i = index[q, after]
                found[4, 0] = min(max(times[q, newest] + ioi[q, after] - now, 0), 383)
                if drums[q]:
                    found[4, 1] = pitch[i]
                else:
                    found[4, 1] = min(max(pitch[index[q, newest]] + step[q, after], 0), 127)
                found[4, 2] = duration[i]
                found[4, 3] = length[q]


@numba.njit(cache=True)
def _bar_sources(out, near, times, index, low, count, now, oldest_onset, bar_length, pitch, duration):
    """Sources 0..3 of one part: what followed the same moment so many bars ago."""
    together = count - _first_at(times, count, low, count, now)
    for source in range(4):
        then = now - _LAGS[source] * bar_length
        if then < oldest_onset:
            return
        i, skipped = _first_at(times, near[source], low, count, then), 0
        near[source] = i
        while skipped < together and i < count and times[i] == then:
            i += 1
            skipped += 1
        if i == count:
            continue
        out[source, 0] = min(times[i] - then, 383)
        out[source, 1] = pitch[index[i]]
        out[source, 2] = duration[index[i]]
        out[source, 3] = 1


def compute(onset, slot, pitch, duration, drums, bar_length) -> np.ndarray:
    """The motif input at START and after each of N events: int16 [N+1, 5 parts, 5 sources, 4]; the graph takes int64.

    onset: ticks [N], ascending; slot 0..4 [N]; pitch 0..127 [N]; duration: class [N]; drums: bool [5];
    bar_length: ticks [N], of the bar that holds each event. The last axis is time step, pitch, duration class and
    strength (0 = nothing, 1 = so many bars ago, 2..8 = events of the suffix).
    """
    out = np.empty((len(onset) + 1, v.PARTS, v.SOURCES, 4), np.int16)
    out.view(np.int64)[:] = _NOTHING
    columns = (np.ascontiguousarray(x, np.int64) for x in (onset, slot, pitch, duration))
    lengths = np.maximum(np.ascontiguousarray(bar_length, np.int64), 1)
    _fill(*columns, np.ascontiguousarray(drums, np.bool_), lengths, out)
    return out
