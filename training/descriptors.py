"""What a stream of notes is like: fourteen numbers and three histograms that need no network."""

import math

import numba
import numpy as np

from training import data
from training import vocabulary as v

MAJOR_SCALE, MINOR_SCALE = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10, 11)  # minor with both sevenths
WIDEST = 13  # semitones: the last step of the interval histogram on either side holds every wider one
POSITIONS = 24  # equal steps of a bar
CLASHES = (1, 11, 13)  # semitones
PATTERN = 5  # intervals
STRETCH, NARROW = 12, 4  # notes; pitches of a narrow stretch, at most
GRAM = 4  # notes


def describe(stream: data.Stream) -> dict[str, float | np.ndarray]:
    """Every descriptor of one stream of N >= 1 events over all of its bars; nan where there is nothing to measure.

    Melodies, repeats and durations are those of the slots ("parts"). Shares are 0..1.
    """
    which = np.maximum(np.searchsorted(stream.bar_start, stream.onset, side="right") - 1, 0)
    pitched = ~stream.drums[stream.slot]
    bars = bar_sets(stream)
    pitch = stream.pitch[pitched]
    classes = np.bincount(pitch % 12, minlength=12) / max(len(pitch), 1)
    phase = (stream.onset - stream.bar_start[which]) * POSITIONS // np.maximum(stream.bar_length[which], 1)
    quarters = (stream.bar_start[-1] + stream.bar_length[-1] - stream.bar_start[0]) / v.TICKS_PER_QUARTER
    pairs, clashes, sounding = _together(stream)
    similar = _similarities(bars)
    steps = [np.diff(stream.pitch[stream.slot == slot]) for slot in range(v.PARTS) if not stream.drums[slot]]
    return {
        "pitch_class_entropy": -float(np.sum(classes * np.log2(classes, where=classes > 0, out=np.zeros(12))))
        if len(pitch) else math.nan,
        "in_scale": in_scale(stream),
        "pitch_range": float(np.ptp(pitch)) if len(pitch) else math.nan,
        "intervals": _histogram(np.clip(np.concatenate(steps), -WIDEST, WIDEST) + WIDEST, 2 * WIDEST + 1),
        "durations": _histogram(stream.duration, len(v.DURATIONS)),
        "density": len(stream.onset) / float(quarters),
        "polyphony": sounding,
        "positions": _histogram(np.clip(phase, 0, POSITIONS - 1), POSITIONS),
        "most_similar_bars": max((float(row.max()) for row in similar), default=math.nan),
        "similar_bars": float(np.mean([row.max() for row in similar])) if similar else math.nan,
        "patterns_again": heard_before(stream),
        "narrow_stretches": narrow_stretches(stream),
        "repeated_grams": _repeated_grams(stream),
        "empty_bars": sum(not bar for bar in bars) / len(bars),
        "clashes": clashes / pairs if pairs else math.nan,
        "same_bar_run": float(longest_run(bars)),
        "silence_bars": longest_silence(stream),
    }  # fmt: skip


NAMES = {
    "pitch_class_entropy": "pitch-class entropy (bits)",
    "in_scale": "notes in the best key's scale",
    "pitch_range": "range (semitones)",
    "intervals": "steps within a part (semitones)",
    "durations": "durations (classes)",
    "density": "notes a quarter",
    "polyphony": "pitches sounding at once",
    "positions": "onsets in the bar (24 steps)",
    "most_similar_bars": "most similar pair of bars",
    "similar_bars": "bar and its most similar earlier one",
    "patterns_again": "five-interval patterns heard before",
    "narrow_stretches": "twelve notes on four pitches or fewer",
    "repeated_grams": "four-note figures that return",
    "empty_bars": "empty bars",
    "clashes": "clashing semitones between parts",
    "same_bar_run": "longest run of one bar",
    "silence_bars": "longest silence (bars)",
}
SHARES = (
    "in_scale", "most_similar_bars", "similar_bars", "patterns_again", "narrow_stretches", "repeated_grams",
    "empty_bars", "clashes",
)  # fmt: skip
HISTOGRAMS = {"intervals": 2 * WIDEST + 1, "durations": len(v.DURATIONS), "positions": POSITIONS}  # and their sizes


def in_scale(stream: data.Stream) -> float:
    """Share of pitched notes in the scale of the best key."""
    key = data.key_of(stream)
    return math.nan if key is None else in_key(stream, key)


def in_key(stream: data.Stream, key: int) -> float:
    """Share of pitched notes in the scale of a key, 0..23."""
    scale = MAJOR_SCALE if key < 12 else MINOR_SCALE
    pitch = stream.pitch[~stream.drums[stream.slot]]
    return float(np.isin((pitch - key) % 12, scale).mean()) if len(pitch) else math.nan


def bar_sets(stream: data.Stream) -> list[set]:
    """Every bar, empty ones too, as the set of its (phase, slot, pitch)."""
    which = np.maximum(np.searchsorted(stream.bar_start, stream.onset, side="right") - 1, 0)
    phase = stream.onset - stream.bar_start[which]
    found: list[set] = [set() for _ in stream.bar_start]
    for bar, *note in zip(which.tolist(), phase.tolist(), stream.slot.tolist(), stream.pitch.tolist(), strict=True):
        found[bar].add(tuple(note))
    return found


def heard_before(stream: data.Stream) -> float:
    """Share of patterns of five intervals within a part that the part had played before."""
    again = total = 0
    for slot in np.flatnonzero(~stream.drums):
        steps = np.diff(stream.pitch[stream.slot == slot]).tolist()
        own = [tuple(steps[at : at + PATTERN]) for at in range(len(steps) - PATTERN + 1)]
        again += len(own) - len(set(own))
        total += len(own)
    return again / total if total else math.nan


def narrow_stretches(stream: data.Stream) -> float:
    """Share of stretches of twelve notes of a part that have four pitches at most."""
    narrow = total = 0
    for slot in np.flatnonzero(~stream.drums):
        pitch = stream.pitch[stream.slot == slot].tolist()
        own = [len(set(pitch[at : at + STRETCH])) <= NARROW for at in range(len(pitch) - STRETCH + 1)]
        narrow += sum(own)
        total += len(own)
    return narrow / total if total else math.nan


def _histogram(values: np.ndarray, size: int) -> np.ndarray:
    """Shares of sum 1, or nan where there are no values."""
    return np.bincount(values, minlength=size) / len(values) if len(values) else np.full(size, math.nan)


def _similarities(bars: list[set]) -> list[np.ndarray]:
    """Of each bar with notes but the first, how similar each earlier one is: shared notes over all notes of both."""
    played = [bar for bar in bars if bar]
    found = []
    for i, bar in enumerate(played[1:], 1):
        shared = np.array([len(bar & other) for other in played[:i]])
        sizes = np.array([len(other) for other in played[:i]])
        found.append(shared / (len(bar) + sizes - shared))
    return found


def _repeated_grams(stream: data.Stream) -> float:
    """Share of four-note figures (steps, of drums keys, and waits between onsets) that their part plays again."""
    again = total = 0
    for slot in range(v.PARTS):
        mine = stream.slot == slot
        pitch, wait = stream.pitch[mine], np.diff(stream.onset[mine])
        step = pitch[1:] if stream.drums[slot] else np.diff(pitch)
        both = np.stack([step, wait], 1)
        if len(both) < GRAM - 1:
            continue
        grams = np.lib.stride_tricks.sliding_window_view(both, GRAM - 1, axis=0).reshape(len(both) - GRAM + 2, -1)
        _, counts = np.unique(grams, axis=0, return_counts=True)
        again += int(counts[counts > 1].sum())
        total += len(grams)
    return again / total if total else math.nan


def longest_run(bars: list[set]) -> int:
    """Most bars in a row that are all the same and not empty."""
    longest = run = 0
    for at, bar in enumerate(bars):
        run = 0 if not bar else run + 1 if at and bar == bars[at - 1] else 1
        longest = max(longest, run)
    return longest


def longest_silence(stream: data.Stream) -> float:
    """Longest stretch without any sound, before the first note and after the last one too, in mean bar lengths."""
    ends = np.maximum.accumulate(stream.onset + v.DURATION_TICKS[stream.duration])
    final = stream.bar_start[-1] + stream.bar_length[-1]
    gaps = np.append(stream.onset, final) - np.append(stream.bar_start[0], ends)
    return max(float(gaps.max()), 0.0) / float(np.mean(stream.bar_length))


@numba.njit(cache=True)
def _meet(onset, end, slot, pitch):
    """Pairs of notes of different parts that sound at the same time, and how many of them clash."""
    pairs = clashes = 0
    for i in range(len(onset)):
        for j in range(i + 1, len(onset)):
            if onset[j] >= end[i]:
                break
            if slot[i] == slot[j]:
                continue
            pairs += 1
            apart = abs(pitch[i] - pitch[j])
            clashes += apart == 1 or apart == 11 or apart == 13
    return pairs, clashes


def _together(stream: data.Stream) -> tuple[int, int, float]:
    """Pairs sounding together, clashing pairs, and the mean number of notes sounding while any does; no drums."""
    pitched = ~stream.drums[stream.slot]
    onset, pitch = stream.onset[pitched], stream.pitch[pitched]
    if not len(onset):
        return 0, 0, math.nan
    end = onset + v.DURATION_TICKS[stream.duration[pitched]]
    pairs, clashes = _meet(onset, end, stream.slot[pitched], pitch)
    latest = np.maximum.accumulate(end)
    covered = (latest - np.maximum(onset, np.concatenate([onset[:1], latest[:-1]]))).clip(0).sum()
    return pairs, clashes, float((end - onset).sum() / covered)
