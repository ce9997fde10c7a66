"""Renders the notes of every instrument: `python -m training.timbre.render --out FOLDER`.

What is there already stays.
"""

import argparse
from pathlib import Path

import numpy as np

from training.timbre import instruments, shape, soundfont

SPLITS = {"train": instruments.train_notes, "held_out": instruments.held_out_notes}


def render(player: soundfont.Player, it: instruments.Instrument, notes: list[tuple[int, int]], path: Path) -> None:
    """Write the long and the short rendering of each note, whole or not at all."""
    long = [player.note(it.program, *note, shape.HOLD_SECS, shape.RELEASE_SECS) for note in notes]
    short = [player.note(it.program, *note, shape.SHORT_SECS, shape.RELEASE_SECS) for note in notes]
    beside = path.with_suffix(".part.npz")
    # Half precision keeps 66 dB below each sample's own level, far below what is measured.
    np.savez(beside, notes=np.array(notes), long=np.array(long, np.float16), short=np.array(short, np.float16))
    beside.replace(path)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--soundfont", type=Path, default=soundfont.MUSESCORE)
    parser.add_argument("--only", nargs="*", default=[], help="names of instruments; all without it")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    player = soundfont.Player(arguments.soundfont)
    for it in instruments.INSTRUMENTS:
        if arguments.only and it.name not in arguments.only:
            continue
        for split, notes_of in SPLITS.items():
            path = arguments.out / f"{it.name}.{split}.npz"
            if not path.exists():
                notes = notes_of(it)
                render(player, it, notes, path)
                print(f"{it.name}: {len(notes)} notes, {split}", flush=True)


if __name__ == "__main__":
    main()
