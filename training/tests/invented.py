"""Invented streams and records for tests."""

import json
import lzma
from pathlib import Path

import numpy as np

from training import data
from training import vocabulary as v


def random_stream(seed: int, count: int) -> data.Stream:
    """`count` events on a coarse grid, so that chords, repeats and copies are many; slot 3 holds drums."""
    rng = np.random.default_rng(seed)
    step = rng.choice([0, 0, 6, 12, 12, 24, 500], count, p=[0.2, 0.2, 0.2, 0.2, 0.12, 0.075, 0.005])
    onset = np.cumsum(step) + 5
    slot = rng.choice([0, 1, 2, 3], count)
    pitch = np.where(slot == 3, rng.choice([36, 38, 42], count), rng.choice([60, 62, 64, 67], count) + 5 * slot)
    order = np.lexsort((pitch, slot, onset))
    length = np.array([96, 72, 144, 400] * (int(onset[-1]) // 300 + 2))
    start = np.concatenate([[-40], -40 + np.cumsum(length)[:-1]])
    families = np.array([0, 5, 4, v.DRUMS, v.ABSENT])
    return data.Stream(
        0, onset[order], slot[order], pitch[order], rng.integers(0, 32, count), rng.integers(0, 16, count), True,
        families, start, length, np.full(len(length), 24),
    )  # fmt: skip


def turning_stream(seed: int, count: int) -> data.Stream:
    """A `random_stream` whose parts take up their own beginnings again, so that suffixes of every length match."""
    first = random_stream(seed, 60)
    rng, onset, kept = np.random.default_rng(seed), [], []
    at = 0
    while len(kept) < count:
        low = int(rng.integers(0, 30))
        taken = np.arange(low, low + int(rng.integers(4, 30)))
        taken = taken[first.slot[taken] != rng.integers(0, 5)]
        onset += (first.onset[taken] - first.onset[low] + at).tolist()
        kept += taken.tolist()
        at = onset[-1] + int(rng.choice([0, 12, 24])) if onset else 0
    onset, kept = np.array(onset[:count]) + 5, np.array(kept[:count])
    order = np.lexsort((first.pitch[kept], first.slot[kept], onset))
    onset, kept = onset[order], kept[order]
    length = np.array([96, 72, 144, 400] * (int(onset[-1]) // 300 + 2))
    start = np.concatenate([[-40], -40 + np.cumsum(length)[:-1]])
    return data.Stream(
        0, onset, first.slot[kept], first.pitch[kept], first.duration[kept], first.velocity[kept], True,
        first.families, start, length, np.full(len(length), 24),
    )  # fmt: skip


def record(index: int, style: str = "song", split: str = "train", velocity: str = "perf", bars: int = 12) -> dict:
    """A piece of three parts and some drums; every fourth bar comes again."""
    rng = np.random.default_rng(index)
    tune = rng.choice([0, 2, 4, 5, 7, 9, 11], 8)
    parts = []
    for program, base, every in ((0, 72, 24), (40, 60, 48), (33, 43, 96), (-1, 36, 24)):
        notes = [
            [at, every, int(base + (0 if program < 0 else tune[(at // 24 + at // 768) % 8])), 40 + (at // 24) % 60]
            for at in range(0, bars * 192, every)
        ]
        parts.append({"name": str(program), "program": program, "notes": notes})
    return {
        "id": f"{style}/{index}", "source": "invented", "licence": "MIT", "tier": "A", "style": style, "split": split,
        "tpq": 48, "vel": velocity, "ts": [[0, 4, 4]], "key": [], "tempo": [[0, 100.0]],
        "bars": [192 * b for b in range(bars)], "parts": parts,
    }  # fmt: skip


def write_folder(folder: Path, pieces: int = 6) -> Path:
    """A folder with two files of records, one of them compressed; a third of the pieces are for validation."""
    folder.mkdir(parents=True, exist_ok=True)
    for style in ("song", "drums"):
        lines = []
        for i in range(pieces):
            split = "valid" if i % 3 == 0 else "train"
            lines.append(json.dumps(record(i, style, split, "none" if i % 2 else "perf")) + "\n")
        text = "".join(lines).encode()
        if style == "song":
            (folder / "song.jsonl.xz").write_bytes(lzma.compress(text))
        else:
            (folder / "drums.jsonl").write_bytes(text)
    return folder
