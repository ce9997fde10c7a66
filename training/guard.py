"""What many streams copy of the pieces that a pack learned from, note by note, as `src/music/originality` tells it.

What a copy is stands at the head of `training/copies.py`, how the index is laid out at that of `training/index.py`.
"""

from pathlib import Path
from typing import NamedTuple

import numba
import numpy as np

from training import copies, index
from training import vocabulary as v

_KEPT = 128  # newest tokens of a line: no copy is told to be longer
_RUN = index.NOTES - 1  # tokens of a run that is looked up


class Index(NamedTuple):
    """An originality index that was read: which runs of eight notes the training split has."""

    codes: np.ndarray  # uint64, ascending: bucket and remainder of each fingerprint
    shift: int  # by which a spread fingerprint gives its code


def read(path: Path) -> Index:
    """The index in a file. Raises OSError if it cannot be read, ValueError if it is none."""
    data = path.read_bytes()
    try:
        magic, notes, bits, _, _, count, _ = index.HEADER.unpack_from(data)
    except index.struct.error:
        magic, notes = b"", 0
    if magic != index.MAGIC or notes != index.NOTES or not 1 <= bits <= 48:
        raise ValueError(f"cannot read {path}: it is no originality index of runs of {index.NOTES} notes")
    size = -(-(count + (1 << bits)) // 64) * 8
    if len(data) < index.HEADER.size + size + count:
        raise ValueError(f"cannot read {path}: it is cut short")
    unary = np.unpackbits(np.frombuffer(data, np.uint8, size, index.HEADER.size), bitorder="little")
    at = np.flatnonzero(unary)
    if len(at) != count:
        raise ValueError(f"cannot read {path}: it has {len(at)} fingerprints and should have {count}")
    bucket = (at - np.arange(count)).astype(np.uint64)
    remainder = np.frombuffer(data, np.uint8, count, index.HEADER.size + size)
    return Index(bucket << np.uint64(8) | remainder, 56 - bits)


@numba.njit(cache=True)
def _token(onset, pitch, newest_onset, newest_pitch, wait):
    """Token of a note after the newest of its line, and the latest wait that is not zero (0 = none) with it."""
    interval = min(max(pitch - newest_pitch, -copies.WIDEST), copies.WIDEST) + copies.WIDEST
    gap = onset - newest_onset
    if gap <= 0:
        return interval * 32, wait
    if wait == 0:
        return interval * 32 + copies.RATIO_NONE, gap
    steps = int(np.rint(2.0 * np.log2(gap / wait)))
    return interval * 32 + copies.RATIO_SAME + min(max(steps, -copies.RATIO_MOST), copies.RATIO_MOST), gap


@numba.njit(cache=True)
def _is_known(tokens, end, codes, shift):
    """Whether the run that ends before token `end` is in the index; a plain one never is."""
    if end < _RUN:
        return False
    h, seen, different = np.uint64(0), np.uint64(0), 0
    for token in tokens[end - _RUN : end]:
        h = h * copies.FACTOR + np.uint64(token + 1)
        bit = np.uint64(1) << np.uint64(token // 32)
        different += not seen & bit
        seen |= bit
    if different < copies.PLAIN_BELOW:
        return False
    code = ((h ^ (h >> np.uint64(29))) * index.SPREAD) >> np.uint64(shift)
    at = np.searchsorted(codes, code)
    return at < len(codes) and codes[at] == code


@numba.njit(cache=True)
def _length(tokens, end, known):
    """Notes of the copy of so many known runs that ends before token `end`, figures that come again counted once."""
    first, different = end - known - _RUN + 1, 0
    for i in range(first, end - copies.FIGURE + 1):
        is_new = True
        for k in range(first, i):
            is_new &= not np.array_equal(tokens[k : k + copies.FIGURE], tokens[i : i + copies.FIGURE])
        different += is_new
    return different + copies.FIGURE


@numba.njit(cache=True)
def _hear(events, now, melodic, line, tokens, codes, shift, keep):
    """Length of the copy that each event (int64 [B, 5]) ends, 0 = none, int64 [B].

    now: onsets, [B]; line: int64 [B, 5, 5], of each slot onset and pitch of the newest note, latest wait, number of
    tokens and of known runs; tokens: int16 [B, 5, _KEPT]. keep: whether the events have come, and are absorbed.
    """
    out = np.zeros(len(events), np.int64)
    for b in range(len(events)):
        slot, pitch = events[b, 1], events[b, 2]
        if slot >= v.PARTS or not melodic[b, slot]:
            continue
        onset, before, wait, count, known = line[b, slot]
        own = tokens[b, slot] if keep else tokens[b, slot].copy()
        if before >= 0:
            token, wait = _token(now[b], pitch, onset, before, wait)
            if count == _KEPT:
                own[:-1] = own[1:].copy()
                count -= 1
            own[count] = token
            count += 1
            known = min(known + 1, _KEPT - _RUN + 1) if _is_known(own, count, codes, shift) else 0
            out[b] = _length(own, count, known) if known else 0
        if keep:
            line[b, slot] = (now[b], pitch, wait, count, known)
    return out


class Copies:
    """Of B streams, kept up event by event."""

    def __init__(self, index: Index | None, families: np.ndarray):
        """families: int [B, 5]; without an index nothing is a copy."""
        self._index = index
        self._melodic = families < v.DRUMS
        self._line = np.zeros((*families.shape, 5), np.int64)
        self._line[..., 1] = -1
        self._tokens = np.zeros((*families.shape, _KEPT), np.int16)

    def after(self, drawn: np.ndarray, onset: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Notes of the copy that each drawn event (int64 [R, 5]) would end in these streams, 0 = none, int64 [R]."""
        return self._heard(drawn, onset, rows, False)

    def push(self, drawn: np.ndarray, onset: np.ndarray) -> None:
        """Absorb one drawn event (int64 [B, 5]) of each stream, which begins at `onset` in ticks, [B]."""
        self._heard(drawn, onset, np.arange(len(drawn)), True)

    def _heard(self, drawn: np.ndarray, onset: np.ndarray, rows: np.ndarray, keep: bool) -> np.ndarray:
        if self._index is None:
            return np.zeros(len(drawn), np.int64)
        own = (self._line, self._tokens) if keep else (self._line[rows], self._tokens[rows])
        return _hear(drawn, onset, self._melodic[rows], *own, *self._index, keep)

    def keep(self, rows: np.ndarray) -> None:
        """Go on with these streams only."""
        self._melodic, self._line, self._tokens = self._melodic[rows], self._line[rows], self._tokens[rows]
