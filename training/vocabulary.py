"""What a note is to the model: fields, classes, families, and the hash that ties a pack to them.

The Rust side (`src/music`) holds the same numbers. `python -m training.vocabulary --golden FILE` writes the piece
that proves both sides make the same inputs.
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np

TICKS_PER_QUARTER = 24
TIME_CLASSES = 384
PARTS = 5
PITCHES = 128
DURATIONS = (
    1, 2, 3, 4, 6, 8, 9, 12, 15, 16, 18, 21, 24, 30, 32, 36,
    42, 48, 60, 64, 72, 84, 96, 108, 120, 144, 168, 192, 240, 288, 384, 576,
)  # fmt: skip
VELOCITIES = 16
FAMILIES = 19
MEMORIES = 5
SOURCES = 5  # of each part's own memory: 1, 2, 4, 8 bars ago, and its longest suffix heard before

# Classes that only an input can have: they say "nothing here".
START_PART = PARTS
NO_PITCH = PITCHES
NO_DURATION = len(DURATIONS)
NO_VELOCITY = VELOCITIES
NO_TIME = TIME_CLASSES

DRUMS, AUTO, ABSENT = 16, 17, 18

START = (0, START_PART, NO_PITCH, NO_DURATION, NO_VELOCITY)
NO_MEMORY = (NO_TIME, START_PART, NO_PITCH, NO_DURATION, 0)
NO_MOTIF = (NO_TIME, NO_PITCH, NO_DURATION, 0)

HISTORY = 1024  # events that the look-back searches
LONGEST_MATCH = 8  # events; shorter suffixes than two are not matches
REMAIN_LIMIT = 600  # ticks
BEAT_LIMIT = 96  # ticks
KEYS = 24  # 0..11 major from C, 12..23 minor from C
ROOTS = 12
QUALITIES = (
    ("maj", (0, 4, 7)), ("min", (0, 3, 7)), ("dim", (0, 3, 6)), ("aug", (0, 4, 8)), ("sus4", (0, 5, 7)),
    ("7", (0, 4, 7, 10)), ("maj7", (0, 4, 7, 11)), ("min7", (0, 3, 7, 10)),
)  # fmt: skip
CHORD_QUALITIES = len(QUALITIES)
CHORD_SIZE = ROOTS + CHORD_QUALITIES  # one chord in the context: root, then quality, one-hot; all zero = open

FIELDS = ("time", "part", "pitch", "duration", "velocity")
CLASSES = (TIME_CLASSES, PARTS, PITCHES, len(DURATIONS), VELOCITIES)
CLASSES_TOTAL = sum(CLASSES)

STYLES = (
    "band_synth", "baroque_ensemble", "baroque_keyboard", "baroque_vocal", "chamber", "chopin_piano", "choral",
    "chorale", "chorale_synth", "classical_guitar", "classical_piano", "drums", "etudes", "folk_celtic",
    "folk_songs", "game_rock", "hymn", "leadsheet_early_jazz", "modern_piano", "orchestral", "ragtime",
    "renaissance", "romantic_piano", "sacred_ensemble", "song", "string_quartet",
)  # fmt: skip

# Columns of the context input.
STYLE_AT = 0
DENSITY_AT = len(STYLES)
DENSITY_FLAG_AT = DENSITY_AT + PARTS
REGISTER_AT = DENSITY_FLAG_AT + PARTS
REGISTER_FLAG_AT = REGISTER_AT + PARTS
KEY_AT = REGISTER_FLAG_AT + PARTS
CHORD_AT = KEY_AT + KEYS  # the chord of this beat, then that of the coming beat
REPETITION_AT = CHORD_AT + 2 * CHORD_SIZE
REPETITION_FLAG_AT = REPETITION_AT + PARTS
CONTEXT_SIZE = REPETITION_FLAG_AT + PARTS


def _duration_table() -> np.ndarray:
    """Class of each duration 0..DURATIONS[-1] in ticks: the nearest, ties to the shorter."""
    ticks = np.arange(DURATIONS[-1] + 1)[:, None]
    return np.abs(ticks - np.array(DURATIONS)).argmin(1).astype(np.int64)


DURATION_TICKS = np.array(DURATIONS, dtype=np.int64)
_DURATION_CLASS = _duration_table()


def duration_class(ticks: np.ndarray) -> np.ndarray:
    """Class (0..31) of each duration in ticks."""
    return _DURATION_CLASS[np.clip(ticks, 0, DURATIONS[-1])]


def family_of(program: int) -> int:
    """Family of a General MIDI program: 0..15, or DRUMS for -1."""
    return DRUMS if program < 0 else program // 8


def description() -> dict:
    """The vocabulary as it stands in a pack's manifest."""
    return {
        "ticks_per_quarter": TICKS_PER_QUARTER,
        "time_classes": TIME_CLASSES,
        "parts": PARTS,
        "pitches": PITCHES,
        "durations": list(DURATIONS),
        "velocities": VELOCITIES,
        "families": FAMILIES,
        "styles": len(STYLES),
        "memories": MEMORIES,
        "motif_sources": SOURCES,
        "chord_qualities": CHORD_QUALITIES,
    }


def sha256() -> str:
    """SHA-256 of the canonical JSON of `description()`: sorted keys, no spaces."""
    text = json.dumps(description(), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def main() -> None:
    """Write the golden file, or print the vocabulary's hash."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--golden", metavar="FILE", nargs="?", const="tests/data/tokens.json")
    arguments = parser.parse_args()
    if arguments.golden:
        from training import golden

        golden.write(arguments.golden)
        golden.write_form(Path(arguments.golden).with_name("form.json"))
    else:
        print(sha256())


if __name__ == "__main__":
    main()
