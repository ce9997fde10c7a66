"""What counts as a copy of the training corpus, whatever the key and the tempo.

What counts as a copy is defined here so that it can be told in any language, note by note as they come:

- A *line* is one part's notes in order of onset, then pitch. Drums have no line.
- Each note but the first gives a *token*: interval * 32 + ratio. The interval is the step from the note before in
  semitones, at most 24 either way, plus 24. The ratio compares the *wait* (ticks since the onset of the note before)
  with the line's latest wait that was not zero: 0 = no wait, a chord; 1 = there is no earlier wait to compare with;
  otherwise 16 + 2 * log2(wait / earlier wait), the logarithm times two rounded to the nearest whole number and kept
  within -8..8. No ratio of whole numbers falls on a border. Waits stand for durations here, because how long a note is
  held differs from one edition or player to the next.
- A *run* of n notes is n - 1 tokens in a row. It is a copy if the same tokens stand in a row in a line of the training
  split, and plain, and not counted, if its tokens have fewer than three different intervals.
- The *length* of a copy is four notes more than it has different figures of four tokens: n where nothing comes again,
  and eight for an accompaniment of four notes however long it goes on, as thousands of pieces have one.
- The *fingerprint* of a run is its tokens folded by h = h * 0x9E3779B97F4A7C15 + token + 1 modulo 2^64 from h = 0, and
  then mixed: h ^= h >> 29. A note can so be added to a run, and the oldest taken away, in constant time.
"""

from collections.abc import Iterable

import numba
import numpy as np

PLAIN_BELOW = 3  # different intervals
WIDEST = 24  # semitones
RATIO_NONE, RATIO_SAME, RATIO_MOST = 1, 16, 8
FACTOR = np.uint64(0x9E3779B97F4A7C15)
_BREAK = -1  # between lines
FIGURE = 4  # tokens


def tokens(onset: np.ndarray, pitch: np.ndarray) -> np.ndarray:
    """Tokens int64 [N - 1] of one line of N notes, sorted by onset and pitch."""
    interval = np.clip(np.diff(pitch.astype(np.int64)), -WIDEST, WIDEST) + WIDEST
    wait = np.diff(onset.astype(np.int64))
    moving = np.flatnonzero(wait)
    ratio = np.zeros(len(wait), np.int64)
    steps = np.rint(2 * np.log2(wait[moving][1:] / wait[moving][:-1])).astype(np.int64)
    ratio[moving[:1]] = RATIO_NONE
    ratio[moving[1:]] = RATIO_SAME + np.clip(steps, -RATIO_MOST, RATIO_MOST)
    return interval * 32 + ratio


def joined(lines: Iterable[np.ndarray]) -> np.ndarray:
    """Lines of tokens one after the other with a break behind each, int16."""
    found = [np.append(line, _BREAK).astype(np.int16) for line in lines if len(line)]
    return np.concatenate(found) if found else np.empty(0, np.int16)


@numba.njit(cache=True)
def fingerprints(line, notes):
    """Fingerprint of the run of `notes` notes that ends with each token, uint64 [tokens]; 0 where none does."""
    length = notes - 1
    leaving = np.uint64(1)
    for _ in range(length):
        leaving *= FACTOR
    out = np.zeros(len(line), np.uint64)
    h, held = np.uint64(0), 0
    for i in range(len(line)):
        if line[i] < 0:
            h, held = np.uint64(0), 0
            continue
        h = h * FACTOR + np.uint64(line[i] + 1)
        if held == length:
            h -= leaving * np.uint64(line[i - length] + 1)
        else:
            held += 1
        if held == length:
            out[i] = h ^ (h >> np.uint64(29))
    return out


@numba.njit(cache=True)
def plain(line, notes):
    """Whether the run of `notes` notes that ends with each token has too few different intervals, bool [tokens]."""
    out = np.ones(len(line), np.bool_)
    for i in range(notes - 2, len(line)):
        seen, different = np.uint64(0), 0
        for k in range(i - notes + 2, i + 1):
            if line[k] < 0:
                different = 0
                break
            bit = np.uint64(1) << np.uint64(line[k] // 32)
            if not seen & bit:
                seen |= bit
                different += 1
        out[i] = different < PLAIN_BELOW
    return out


@numba.njit(cache=True)
def lengths(line, ends, notes):
    """Length of each run of `notes` notes by its different figures, given the index of its last token, int64 [ends]."""
    out = np.empty(len(ends), np.int64)
    seen = np.empty(notes, np.int64)
    for e in range(len(ends)):
        different = 0
        for i in range(ends[e] - notes + 2 + FIGURE - 1, ends[e] + 1):
            code = 0
            for k in range(i - FIGURE + 1, i + 1):
                code = code * 2048 + line[k]
            known = False
            for k in range(different):
                known |= seen[k] == code
            if not known:
                seen[different] = code
                different += 1
        out[e] = different + FIGURE
    return out
