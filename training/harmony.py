"""The chord of each beat, read off what sounds in it: the wish that the note model is told in training."""

from typing import NamedTuple

import numba
import numpy as np

from training import vocabulary as v

NO_CHORD = -1
_SIZES = np.array([len(intervals) for _, intervals in v.QUALITIES])
_MEMBERS = np.array([intervals + (0,) * (4 - len(intervals)) for _, intervals in v.QUALITIES])
_SILENT = 0.02  # share below which a member of a template does not sound
_SILENT_COST, _BASS_WORTH = 0.12, 0.1
_LEAST_INSIDE = 0.6


_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SUFFIXES = ("", "m", "dim", "aug", "sus4", "7", "maj7", "m7")  # in the order of the vocabulary's qualities


class Chords(NamedTuple):
    """The chords of one stream of N notes; a chord is quality * 12 + root, or NO_CHORD."""

    beat: np.ndarray  # int64 [N+1]: beat at START (that of the first onset) and of each note's onset
    of_beat: np.ndarray  # int64 [beats]; one beat follows the last onset's


@numba.njit(cache=True)
def _best(weight, bass):
    """The chord that fits twelve shares of sum 1 over the pitch class `bass`; the first one wins a tie."""
    best, best_score, best_inside = NO_CHORD, -10.0, 0.0
    for quality in range(len(_SIZES)):
        for root in range(12):
            inside, silent = 0.0, 0
            for k in range(_SIZES[quality]):
                share = weight[(root + _MEMBERS[quality, k]) % 12]
                inside += share
                silent += share < _SILENT
            score = inside - _SILENT_COST * silent + _BASS_WORTH * (root == bass)
            if score > best_score + 1e-9:  # rounding does not decide a tie
                best, best_score, best_inside = quality * 12 + root, score, inside
    return best if best_inside >= _LEAST_INSIDE - 1e-9 else NO_CHORD


@numba.njit(cache=True)
def _beats(onset, bar_start, beat):
    """Start of every beat from the bar of the first onset to one beat and its end after the last onset's."""
    first = max(np.searchsorted(bar_start, onset[0], side="right") - 1, 0)
    starts = []
    bar, at = first, bar_start[first]
    after = 0  # beats after the last onset's
    while after < 2:
        starts.append(at)
        if at > onset[-1]:
            after += 1
        at += max(beat[bar], 1)
        if bar + 1 < len(bar_start) and at >= bar_start[bar + 1]:
            bar += 1
            at = bar_start[bar]
    return np.array(starts)


@numba.njit(cache=True)
def _chords(onset, pitch, ticks, pitched, bar_start, beat):
    starts = _beats(onset, bar_start, beat)
    count = len(starts) - 1
    weight = np.zeros((count, 12))
    lowest = np.full(count, 128, np.int64)
    held = np.empty(len(onset) + 1, np.int64)
    k = 0
    for i in range(len(onset)):
        while k + 1 < count and starts[k + 1] <= onset[i]:
            k += 1
        held[i + 1] = k
        if not pitched[i]:
            continue
        end, j = onset[i] + ticks[i], k
        while j < count and starts[j] < end:
            part = min(end, starts[j + 1]) - max(onset[i], starts[j])
            if part > 0:
                weight[j, pitch[i] % 12] += part
                lowest[j] = min(lowest[j], pitch[i])
            j += 1
    held[0] = held[1]
    found = np.full(count, NO_CHORD, np.int64)
    for j in range(count):
        if lowest[j] < 128:
            found[j] = _best(weight[j] / weight[j].sum(), lowest[j] % 12)
    return held, found


def chords(onset, pitch, ticks, pitched, bar_start, beat) -> Chords:
    """Chords of N >= 1 notes in stream order: onset and length in ticks, pitch, and whether it is no drum, each [N].

    bar_start, beat: ticks, one each bar. Beats are counted from each bar's start; the last one of a bar may be short.
    """
    onset, pitch, ticks = (np.ascontiguousarray(x, np.int64) for x in (onset, pitch, ticks))
    bar_start, beat = (np.ascontiguousarray(x, np.int64) for x in (bar_start, beat))
    return Chords(*_chords(onset, pitch, ticks, np.ascontiguousarray(pitched, np.bool_), bar_start, beat))


def named(name: str) -> int:
    """The chord (quality * 12 + root) of a name such as C, F#m, Bb7 or Gsus4; `-` is no chord.

    Raises ValueError for any other name.
    """
    if name == "-":
        return NO_CHORD
    sharp = name[1:2]
    suffix = name[2:] if sharp in ("#", "b") else name[1:]
    if name[:1] not in _LETTERS or suffix not in _SUFFIXES:
        raise ValueError(f"no such chord: {name!r}")
    root = _LETTERS[name[0]] + (sharp == "#") - (sharp == "b")
    return _SUFFIXES.index(suffix) * v.ROOTS + root % v.ROOTS


def members(chord: int) -> set[int]:
    """Pitch classes of a chord."""
    return {(chord + k) % v.ROOTS for k in v.QUALITIES[chord // v.ROOTS][1]}


def one_hot(of_beat: np.ndarray, beat: np.ndarray) -> np.ndarray:
    """Context columns of N rows in the given beats: chord of the beat and of the next, float32 [N, 2 * CHORD_SIZE]."""
    out = np.zeros((len(beat), 2, v.CHORD_SIZE), np.float32)
    for which in (0, 1):
        chord = of_beat[beat + which]
        rows = np.flatnonzero(chord != NO_CHORD)
        out[rows, which, chord[rows] % v.ROOTS] = 1
        out[rows, which, v.ROOTS + chord[rows] // v.ROOTS] = 1
    return out.reshape(len(beat), -1)
