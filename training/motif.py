"""Each part's own memory: what it did next 1, 2, 4 and 8 bars ago, and after its longest suffix heard before.

Compiled with numba; `tests/slow.py` holds a plain reference. The Rust side does the same event by event.
"""

import numba
import numpy as np

from training import vocabulary as v

_FIRST_NOTE = 1000  # step of a part's first note, outside any interval
_DRUM_STEP = 2000  # plus the key of the drum
_NOTHING = np.array(v.NO_MOTIF, np.int16).view(np.int64)[0]  # all four numbers at once
_NO_MOTIF = np.array(v.NO_MOTIF, np.int16)
_LAGS = np.array([1, 2, 4, 8])  # bars
_FEWEST = 8  # notes with something to repeat, below which a part's repetition is not known


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
def _longest_suffix(step, wait, low, count):
    """Latest j (or -1) and length m of the longest copy, 2..8 events ending at j, of the newest events of a part."""
    best, at = 1, -1
    newest = count - 1
    for j in range(newest - 1, low, -1):
        m = 0
        while m < 8 and j - m >= low and step[j - m] == step[newest - m] and wait[j - m] == wait[newest - m]:
            m += 1
        if m > best:
            best, at = m, j
            if best == 8:
                break
    return at, best


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


@numba.njit(cache=True)
def memory(capacity):
    """What is kept of one stream from event to event, for at most `capacity` events; see `hear`."""
    own = np.empty((4, 5, capacity), np.int64)  # of each part's own events: onset, index in the stream, step, wait
    found = np.zeros((5, 8), np.int64)  # of each part: count, first own event within the history, copy, its length
    found[:, 2] = -1  # ... and where each of the four sources in bars was found last
    return own, found


@numba.njit(cache=True)
def hear(n, onset, slot, pitch, duration, drums, bar_length, own, found, out):
    """Absorb event `n` of a stream and fill its row `out` [5 parts, 5 sources, 4], which says nothing yet.

    own, found: the stream's `memory`.
    """
    times, index, step, wait = own[0], own[1], own[2], own[3]
    count, low, match, length = found[:, 0], found[:, 1], found[:, 2], found[:, 3]
    now, p = onset[n], slot[n]
    k = count[p]
    if drums[p]:
        step[p, k] = _DRUM_STEP + pitch[n]
    elif k == 0:
        step[p, k] = _FIRST_NOTE
    else:
        step[p, k] = pitch[n] - pitch[index[p, k - 1]]
    wait[p, k] = now - times[p, k - 1] if k > 0 else -1
    times[p, k], index[p, k] = now, n
    count[p] = k + 1
    oldest = max(0, n - 1023)
    for q in range(5):
        while low[q] < count[q] and index[q, low[q]] < oldest:
            low[q] += 1
        # A copy that reaches back behind the history may have become the second longest.
        if q == p or (match[q] >= 0 and match[q] - length[q] + 1 < low[q]):
            match[q], length[q] = _longest_suffix(step[q], wait[q], low[q], count[q])
        if low[q] == count[q]:
            continue
        row, near = out[q], found[q, 4:]
        _bar_sources(row, near, times[q], index[q], low[q], count[q], now, onset[oldest], bar_length, pitch, duration)
        if match[q] >= 0:
            after, newest = match[q] + 1, count[q] - 1
            i = index[q, after]
            row[4, 0] = min(max(times[q, newest] + wait[q, after] - now, 0), 383)
            if drums[q]:
                row[4, 1] = pitch[i]
            else:
                row[4, 1] = min(max(pitch[index[q, newest]] + step[q, after], 0), 127)
            row[4, 2] = duration[i]
            row[4, 3] = length[q]


@numba.njit(cache=True)
def hear_each(count, onset, event, drums, bar_length, own, found, out):
    """`hear` for event `count` - 1 of each of B streams: the arrays have that axis in front, bar_length is [B].

    event: with START in front [B, events + 1, 5].
    """
    for b in range(len(onset)):
        out[b, :, :] = _NO_MOTIF
        if count > 0:
            e = event[b, 1:]
            hear(count - 1, onset[b], e[:, 1], e[:, 2], e[:, 3], drums[b], bar_length[b], own[b], found[b], out[b])


@numba.njit(cache=True)
def _fill(onset, slot, pitch, duration, drums, bar_length, out):
    own, found = memory(len(onset))
    for n in range(len(onset)):
        hear(n, onset, slot, pitch, duration, drums, bar_length[n], own, found, out[n + 1])


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


def repetition(memory, time, slot, pitch) -> tuple[np.ndarray, np.ndarray]:
    """How much each part repeats itself over N events: (value float32 [5], known bool [5]).

    Counted are the notes of a part that had anything to repeat; value = ln((repeated + 1) / (others + 1)), where a note
    is repeated if one source of its part's memory foretold both its time step and its pitch. Fewer than eight notes
    tell nothing. memory: [N, 5 parts, 5 sources, 4], before each event; time, slot, pitch: of the event itself, [N].
    """
    own = memory[np.arange(len(slot)), slot]
    counted = (own[..., 0] != v.NO_TIME).any(1)
    repeated = ((own[..., 0] == time[:, None]) & (own[..., 1] == pitch[:, None])).any(1)
    notes = np.bincount(slot[counted], minlength=v.PARTS)
    again = np.bincount(slot[repeated], minlength=v.PARTS)
    return np.log((again + 1) / (notes - again + 1)).astype(np.float32), notes >= _FEWEST
