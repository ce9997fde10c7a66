"""Renders and analyses the notes of every instrument: `python -m training.timbre.analyse --out FOLDER`.

What is there already stays; the sound itself is not kept.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.timbre import instruments, partials, shape, soundfont, tuning, valleys, zones

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


def render_and_analyse(player: soundfont.Player, it: instruments.Instrument, note: tuple[int, int]) -> Note | None:
    """Measure a note of the soundfont."""
    long = player.note(it.sound, note, shape.HOLD_SECS, shape.RELEASE_SECS)
    short = player.note(it.sound, note, shape.SHORT_SECS, shape.RELEASE_SECS)
    return analyse(long, short, note[0], it.kind)


def analyse_split(
    player: soundfont.Player, it: instruments.Instrument, wanted: list[tuple[int, int]], out: Path
) -> int:
    """Measure the notes of one file that are not in it, and leave out what is not wanted; gives how many sound."""
    known = np.load(out) if out.exists() else {"notes": np.zeros((0, 2), int)}
    place = {tuple(note): row for row, note in enumerate(known["notes"].tolist())}
    columns = {key: known[key] for key in ("frames", "statics", "weights", "onsets")} if place else {}
    kept, rows = [], {key: [] for key in ("frames", "statics", "weights", "onsets")}
    for note in wanted:
        if note in place:
            found = {key: column[place[note]] for key, column in columns.items()}
        else:
            measured = render_and_analyse(player, it, note)
            if measured is None:
                continue
            found = {
                "frames": measured.frames, "statics": measured.statics, "weights": measured.weights,
                "onsets": measured.onset,
            }  # fmt: skip
        kept.append(note)
        for key, value in found.items():
            rows[key].append(value)
    if not kept:
        raise ValueError(f"{it.name} is silent on every note that is asked for")
    kinds = {"frames": np.float32, "statics": np.float32, "weights": np.float32, "onsets": int}
    beside = out.with_suffix(".part.npz")
    np.savez(beside, notes=np.array(kept), **{key: np.array(rows[key], kind) for key, kind in kinds.items()})
    beside.replace(out)
    return len(kept)


def is_complete(out: Path, wanted: list[tuple[int, int]], done: Path) -> bool:
    """Whether a file was finished for exactly these notes: those that are silent are not in it."""
    return out.exists() and done.exists() and done.read_text(encoding="utf-8") == repr(wanted)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--soundfont", type=Path, default=soundfont.MUSESCORE)
    parser.add_argument("--only", nargs="*", default=[], help="names of instruments; all without it")
    parser.add_argument(
        "--share", default="1/1", help="2/3: the second third of the instruments, beside other processes"
    )
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    turn, turns = (int(it) for it in arguments.share.split("/"))
    player = soundfont.Player(arguments.soundfont)
    zones.write(arguments.soundfont, arguments.out)
    for it in instruments.INSTRUMENTS[turn - 1 :: turns]:
        if arguments.only and it.name not in arguments.only:
            continue
        for split, notes_of in instruments.SPLITS.items():
            out, wanted = arguments.out / f"{it.name}.{split}.npz", notes_of(it)
            done = out.with_suffix(".done")
            if not is_complete(out, wanted, done):
                print(f"{it.name}: {analyse_split(player, it, wanted, out)} notes, {split}", flush=True)
                done.write_text(repr(wanted), encoding="utf-8")


if __name__ == "__main__":
    main()
