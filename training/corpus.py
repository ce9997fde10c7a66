"""Reads training records, names what is wrong with a bad one, and packs the corpus into one compact file."""

import argparse
import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training import vocabulary as v

CORPUS_TICKS_PER_QUARTER = 48
_SPLITS = ("train", "valid", "test")


class RecordError(ValueError):
    """A record that cannot be read; the message names the file, the line and the field."""


@dataclass(frozen=True)
class Piece:
    """One piece in ticks of 1/24 quarter. Notes are sorted by (onset, part, pitch)."""

    name: str
    style: str
    split: str
    velocity: str  # none, score, perf or synthetic
    source: str
    licence: str
    tier: str
    onset: np.ndarray  # int32 [N] ticks
    part: np.ndarray  # int16 [N] index into `families`, in score order
    pitch: np.ndarray  # uint8 [N]
    duration: np.ndarray  # int16 [N] ticks, 1..576
    loudness: np.ndarray  # uint8 [N] MIDI velocity
    families: np.ndarray  # int8 [P]
    bar_start: np.ndarray  # int32 [B] ticks; a pickup's start lies before its first note
    bar_length: np.ndarray  # int16 [B] ticks
    beat: np.ndarray  # int8 [B] ticks
    tempo: float  # quarters a minute, 0 = not told
    meter: tuple[int, int]


def _require(record: dict, field: str, kind: type | tuple) -> object:
    if field not in record:
        raise RecordError(f"field `{field}` is missing")
    value = record[field]
    if not isinstance(value, kind) or isinstance(value, bool):
        raise RecordError(f"field `{field}` has the wrong type ({type(value).__name__})")
    return value


def _notes(record: dict) -> tuple[np.ndarray, np.ndarray]:
    """All notes as int64 [N, 5] (onset, part, pitch, duration, velocity in corpus units), and the families [P]."""
    rows, families = [], []
    for index, part in enumerate(_require(record, "parts", list)):
        where = f"parts[{index}]"
        if not isinstance(part, dict):
            raise RecordError(f"field `{where}` is not an object")
        program = part.get("program")
        if not isinstance(program, int) or not -1 <= program <= 127:
            raise RecordError(f"field `{where}.program` is not in -1..127")
        families.append(v.family_of(program))
        if not part.get("notes"):
            if not isinstance(part.get("notes"), list):
                raise RecordError(f"field `{where}.notes` is missing or not a list")
            continue
        try:
            notes = np.array(part["notes"], dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise RecordError(f"field `{where}.notes` holds something that is not a number") from error
        if notes.ndim != 2 or notes.shape[1] != 4:
            raise RecordError(f"field `{where}.notes` does not hold [onset, duration, pitch, velocity]")
        _check_ranges(notes, where)
        notes = notes.astype(np.int64)
        rows.append(np.stack([notes[:, 0], np.full(len(notes), index), notes[:, 2], notes[:, 1], notes[:, 3]], 1))
    if not rows:
        raise RecordError("field `parts` holds no notes")
    return np.concatenate(rows), np.array(families, np.int8)


def _check_ranges(notes: np.ndarray, where: str) -> None:
    limits = ((0, "onset", 0, 2**31), (1, "duration", 1, 2**31), (2, "pitch", 0, 127), (3, "velocity", 0, 127))
    for column, label, low, high in limits:
        bad = ~((notes[:, column] >= low) & (notes[:, column] <= high))
        if bad.any():
            row = int(bad.argmax())
            raise RecordError(f"field `{where}.notes[{row}]`: {label} {notes[row, column]:g} is not in {low}..{high}")


def _bars(record: dict, end: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Start, length and beat of each bar in ticks. A short first bar is moved back to the start of a full one."""
    starts = np.array(_require(record, "bars", list) or [0], dtype=np.int64)
    if starts.ndim != 1 or (np.diff(starts) <= 0).any():
        raise RecordError("field `bars` is not a rising list of ticks")
    meters = _require(record, "ts", list) or [[0, 4, 4]]
    for index, entry in enumerate(meters):
        if len(entry) != 3 or entry[1] < 1 or entry[2] not in (1, 2, 4, 8, 16, 32, 64):
            raise RecordError(f"field `ts[{index}]` is not [tick, numerator, denominator]")
    at = np.array([m[0] for m in meters], dtype=np.int64)
    which = np.clip(np.searchsorted(at, starts, side="right") - 1, 0, None)
    nominal = np.array([m[1] * 96 // m[2] for m in meters])[which]
    beat = np.array([36 if m[2] == 8 and m[1] in (6, 9, 12) else max(1, 96 // m[2]) for m in meters])[which]
    starts = starts // 2
    length = np.append(np.diff(starts), nominal[-1])
    length = np.maximum(length, 1)
    if len(starts) > 1 and length[0] < nominal[0] and length[0] < length[1]:
        starts[0] -= length[1] - length[0]
        length[0] = length[1]
    while starts[-1] + length[-1] <= end:
        extra = np.arange(starts[-1] + length[-1], end + 1, length[-1])
        starts = np.append(starts, extra)
        length = np.append(length, np.full(len(extra), length[-1]))
        beat = np.append(beat, np.full(len(extra), beat[-1]))
    return starts.astype(np.int32), np.minimum(length, 32000).astype(np.int16), beat.astype(np.int8)


def parse(record: dict) -> Piece:
    """A record as a piece.

    Raises RecordError naming the field that is wrong.
    """
    if not isinstance(record, dict):
        raise RecordError("the line is not a JSON object")
    style = _require(record, "style", str)
    if style not in v.STYLES:
        raise RecordError(f"field `style`: {style!r} is not a style of the vocabulary")
    split = _require(record, "split", str)
    if split not in _SPLITS:
        raise RecordError(f"field `split`: {split!r} is none of {', '.join(_SPLITS)}")
    if _require(record, "tpq", int) != CORPUS_TICKS_PER_QUARTER:
        raise RecordError(f"field `tpq` is not {CORPUS_TICKS_PER_QUARTER}")
    notes, families = _notes(record)
    notes[:, 0] //= 2
    notes[:, 3] = np.clip(notes[:, 3] // 2, 1, v.DURATIONS[-1])
    notes = notes[np.lexsort((-notes[:, 3], notes[:, 2], notes[:, 1], notes[:, 0]))]
    first_copy = np.append(True, (np.diff(notes[:, :3], axis=0) != 0).any(1))
    notes = notes[first_copy]
    bar_start, bar_length, beat = _bars(record, int(notes[-1, 0]))
    tempo = record.get("tempo") or []
    meter = record["ts"][0][1:] if record["ts"] else [4, 4]
    return Piece(
        str(record.get("id", "")), style, split, str(record.get("vel", "none")), str(record.get("source", "")),
        str(record.get("licence", "")), str(record.get("tier", "")), notes[:, 0].astype(np.int32),
        notes[:, 1].astype(np.int16), notes[:, 2].astype(np.uint8), notes[:, 3].astype(np.int16),
        notes[:, 4].astype(np.uint8), families, bar_start, bar_length, beat,
        float(tempo[0][1]) if tempo else 0.0, (int(meter[0]), int(meter[1])),
    )  # fmt: skip


def files_of(folder: Path) -> list[Path]:
    """The record files of a folder, by name.

    Raises FileNotFoundError where there are none.
    """
    files = sorted(p for p in Path(folder).iterdir() if p.name.endswith((".jsonl", ".jsonl.xz")))
    if not files:
        raise FileNotFoundError(f"found no .jsonl or .jsonl.xz file in {folder}")
    return files


def read(path: Path) -> Iterator[Piece]:
    """The pieces of one file, in order.

    Raises RecordError naming file, line and field at the first bad record.
    """
    opener = lzma.open if path.name.endswith(".xz") else open
    number = 0
    try:
        with opener(path, "rt", encoding="utf-8") as handle:
            for number, line in enumerate(handle, 1):
                if line.strip():
                    yield parse(json.loads(line))
    except json.JSONDecodeError as error:
        raise RecordError(f"{path}, line {number}: not JSON ({error.msg} at column {error.colno})") from error
    except RecordError as error:
        raise RecordError(f"{path}, line {number}: {error}") from error
    except (lzma.LZMAError, EOFError, UnicodeDecodeError) as error:
        raise RecordError(f"{path}, after line {number}: cannot be decoded ({error})") from error


_NOTE_FIELDS = ("onset", "part", "pitch", "duration", "loudness")
_BAR_FIELDS = ("bar_start", "bar_length", "beat")
_TEXT_FIELDS = ("name", "style", "split", "velocity", "source", "licence", "tier")


class Corpus:
    """Pieces in flat arrays. Indexing gives a `Piece` whose arrays are views."""

    def __init__(self, arrays: dict[str, np.ndarray]):
        self._arrays = arrays
        self._notes = np.concatenate([[0], np.cumsum(arrays["notes_in"])])
        self._bars = np.concatenate([[0], np.cumsum(arrays["bars_in"])])
        self._parts = np.concatenate([[0], np.cumsum(arrays["parts_in"])])

    @classmethod
    def collect(cls, pieces: Iterator[Piece]) -> "Corpus":
        """Gather pieces into flat arrays."""
        pieces = list(pieces)
        arrays = {f: np.concatenate([getattr(p, f) for p in pieces]) for f in (*_NOTE_FIELDS, *_BAR_FIELDS, "families")}
        arrays |= {f: np.array([getattr(p, f) for p in pieces]) for f in (*_TEXT_FIELDS, "tempo", "meter")}
        arrays["notes_in"] = np.array([len(p.onset) for p in pieces])
        arrays["bars_in"] = np.array([len(p.bar_start) for p in pieces])
        arrays["parts_in"] = np.array([len(p.families) for p in pieces])
        return cls(arrays)

    @classmethod
    def open(cls, path: Path) -> "Corpus":
        """Open a file that `save` wrote."""
        with np.load(path) as handle:
            return cls({name: handle[name] for name in handle.files})

    def save(self, path: Path) -> None:
        """Write everything into one .npz file."""
        np.savez(path, **self._arrays)

    def __len__(self) -> int:
        return len(self._arrays["notes_in"])

    def __getitem__(self, index: int) -> Piece:
        a = self._arrays
        notes = slice(self._notes[index], self._notes[index + 1])
        bars = slice(self._bars[index], self._bars[index + 1])
        parts = slice(self._parts[index], self._parts[index + 1])
        text = {f: str(a[f][index]) for f in _TEXT_FIELDS}
        return Piece(
            **text,
            **{f: a[f][notes] for f in _NOTE_FIELDS},
            **{f: a[f][bars] for f in _BAR_FIELDS},
            families=a["families"][parts],
            tempo=float(a["tempo"][index]),
            meter=tuple(int(x) for x in a["meter"][index]),
        )

    def column(self, field: str) -> np.ndarray:
        """A field of every piece: a text field, `tempo`, `meter` or `notes_in` (note counts)."""
        return self._arrays[field]


def main() -> None:
    """Pack a folder of records into one file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of .jsonl or .jsonl.xz records")
    parser.add_argument("--out", type=Path, required=True, help="the .npz file to write")
    arguments = parser.parse_args()
    corpus = Corpus.collect(piece for path in files_of(arguments.data) for piece in read(path))
    corpus.save(arguments.out)
    print(f"{len(corpus)} pieces, {int(corpus.column('notes_in').sum())} notes in {arguments.out}")


if __name__ == "__main__":
    main()
