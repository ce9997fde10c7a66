"""Analyses rendered notes: `python -m training.timbre.analyse --notes FOLDER --out FOLDER`.

What is there already stays.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.timbre import instruments, partials, shape, tuning, valleys

_ONSET = 0.003  # of the peak: where a note begins
_LEAD = 48  # frames before that
_SILENT = 1e-5
_RELEASE_LIMITS = (0.03, 6.0)


@dataclass(frozen=True)
class Note:
    """What was measured of a note. Levels are against `level`, its loudest moment."""

    frames: np.ndarray  # [FRAMES, COLUMNS] decibels
    statics: np.ndarray  # [STATIC_SIZE]
    weights: np.ndarray  # [DEVIATIONS] of the deviations
    onset: int  # frame of the long rendering at which the note begins


def onset_of(sound: np.ndarray) -> int | None:
    """The frame at which a note begins; none where it is silent."""
    level = np.abs(sound).max(0)
    peak = level.max()
    return None if peak < _SILENT else max(0, int(np.argmax(level > peak * _ONSET)) - _LEAD)


def release_secs(short: np.ndarray, hertz: float) -> float:
    """Time for 60 decibels from the end of a short note on; 0 where the note has died before."""
    envelope = partials.Onset(short, hertz)
    end = round(shape.SHORT_SECS * shape.RATE)
    at = end + np.array([-0.03, 0.05, 0.1, 0.2, 0.4]) * shape.RATE
    level = 10 * np.log10(envelope.power(at.astype(int)))
    fallen = level[0] - level[1:]
    if level[0] < -85:
        return 0.0
    after = np.array([0.05, 0.1, 0.2, 0.4])
    # The last look before the sound is lost: what is left is the soundfont's own silence.
    seen = np.flatnonzero(fallen < 45)
    last = int(seen[-1]) if len(seen) else 0
    return float(np.clip(60 * after[last] / max(fallen[last], 1.0), *_RELEASE_LIMITS))


def analyse(long: np.ndarray, short: np.ndarray, pitch: int, kind: instruments.Kind) -> Note | None:
    """Measure one note; none where it is silent."""
    begin = onset_of(long)
    if begin is None:
        return None
    held = long[:, begin : round(shape.HOLD_SECS * shape.RATE)].astype(np.float32)
    tuned = tuning.tuning(held, pitch, kind)
    multiples = tuned.multiples()
    hertz = tuned.hertz * multiples
    audible = hertz < shape.TOP_HERTZ
    envelope = partials.Onset(held, tuned.hertz)
    amplitude, found = partials.amplitudes(held, hertz[audible], tuned.hertz, kind, envelope)
    tones = partials.slots(amplitude, audible, kind)
    noise = valleys.bands(held, tuned.hertz, multiples, envelope)
    powers = 10 ** (tones[:, : shape.FIRST + len(shape.EXACT)] / 10) / 2
    level = float(10 * np.log10((powers.sum(1) + (10 ** (noise / 10)).sum(1)).max()))
    strongest = tuned.hertz * (1 + int(np.argmax(tones[20:, shape.FIRST : shape.FIRST + 6].max(0))))
    depth, rate = partials.vibrato(held, strongest) if kind is not instruments.Kind.STRUCK else (0.0, 0.0)
    cents = 1200 * np.log2(tuned.hertz / shape.hertz_of(pitch))
    heads = [level, cents, tuned.stiffness, depth, rate, release_secs(short.astype(np.float32), tuned.hertz)]
    statics = np.concatenate([heads, partials.correlation(found), tuned.deviations])
    return Note(np.concatenate([tones, noise], 1) - level, statics, tuned.weights, begin)


def analyse_file(path: Path, it: instruments.Instrument, out: Path) -> int:
    """Measure the notes of one file; gives how many sound."""
    rendered = np.load(path)
    kept, measured = [], []
    for row, long, short in zip(rendered["notes"], rendered["long"], rendered["short"], strict=True):
        note = analyse(long, short, int(row[0]), it.kind)
        if note is not None:
            kept.append(row)
            measured.append(note)
    beside = out.with_suffix(".part.npz")
    np.savez(
        beside,
        notes=np.array(kept),
        frames=np.array([note.frames for note in measured], np.float32),
        statics=np.array([note.statics for note in measured], np.float32),
        weights=np.array([note.weights for note in measured], np.float32),
        onsets=np.array([note.onset for note in measured]),
    )
    beside.replace(out)
    return len(kept)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=Path, required=True, help="what training.timbre.render wrote")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for it in instruments.INSTRUMENTS:
        for split in ("train", "held_out"):
            path, out = arguments.notes / f"{it.name}.{split}.npz", arguments.out / f"{it.name}.{split}.npz"
            if path.exists() and not out.exists():
                print(f"{it.name}: {analyse_file(path, it, out)} notes, {split}", flush=True)


if __name__ == "__main__":
    main()
