"""Writes pieces of a corpus as MIDI files for `antiphon-cli measure`: a folder for each style, the top part first.

Pieces whose bars, the last apart, are not all as long as the first, or whose top part is too short, are left out.
"""

import argparse
import struct
from pathlib import Path

import numpy as np

from training import corpus
from training import vocabulary as v

TICKS = 24
FEWEST_NOTES = 48  # of the top part
_DRUM_CHANNEL = 9
_PROGRAMS = (0, 11, 19, 24, 32, 40, 48, 56, 71, 73, 80, 88, 96, 105, 108, 120)  # stands for each family


def chosen_parts(piece: corpus.Piece, most: int) -> list[int]:
    """The highest part but drums, then the busiest others in score order, `most` in all; none if that part is short."""
    counts = np.bincount(piece.part, minlength=len(piece.families))
    mean = np.bincount(piece.part, piece.pitch, len(counts)) / np.maximum(counts, 1)
    melodic = [p for p in range(len(counts)) if counts[p] >= FEWEST_NOTES and piece.families[p] != v.DRUMS]
    if not melodic:
        return []
    top = max(melodic, key=lambda p: mean[p])
    others = [p for p in np.argsort(-counts, kind="stable") if p != top and counts[p] > 0][: most - 1]
    return [top, *sorted(int(p) for p in others)]


def _length(number: int) -> bytes:
    """A variable-length number."""
    out = [number & 127]
    while number := number >> 7:
        out.append(number & 127 | 128)
    return bytes(reversed(out))


def _track(events: list[tuple[int, int, bytes]]) -> bytes:
    """A track chunk of (tick, rank, message); at one tick lower ranks come first."""
    now, out = 0, b""
    for tick, _, message in sorted(events):
        out += _length(tick - now) + message
        now = tick
    out += b"\x00\xff\x2f\x00"
    return b"MTrk" + struct.pack(">I", len(out)) + out


def midi(piece: corpus.Piece, parts: list[int], notes: int) -> bytes:
    """A MIDI file of the parts up to the `notes`-th note of the first of them, from the first bar on."""
    origin = int(piece.bar_start[0])
    end = int(piece.onset[piece.part == parts[0]][:notes][-1]) + 1
    count, unit = piece.meter
    tempo = round(60e6 / (piece.tempo or 120))
    conductor = [
        (0, 0, b"\xff\x51\x03" + struct.pack(">I", min(tempo, 2**24 - 1))[1:]),
        (0, 0, b"\xff\x58\x04" + bytes((count, unit.bit_length() - 1, 24, 8))),
    ]
    tracks = [_track(conductor)]
    for index, part in enumerate(parts):
        family = int(piece.families[part])
        channel = _DRUM_CHANNEL if family == v.DRUMS else index
        events = [(0, 0, bytes((0xC0 | channel, _PROGRAMS[family])))] if family != v.DRUMS else []
        for n in np.flatnonzero((piece.part == part) & (piece.onset < end)):
            on, pitch = int(piece.onset[n]) - origin, int(piece.pitch[n])
            events.append((on, 2, bytes((0x90 | channel, pitch, max(1, int(piece.loudness[n]))))))
            events.append((on + int(piece.duration[n]), 1, bytes((0x80 | channel, pitch, 0))))
        tracks.append(_track(events))
    return b"MThd" + struct.pack(">IHHH", 6, 1, len(tracks), TICKS) + b"".join(tracks)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="the .npz file that training.corpus wrote")
    parser.add_argument("--out", type=Path, required=True, help="a folder; made if need be")
    parser.add_argument("--split", default="valid")
    parser.add_argument("--pieces", type=int, default=12, help="at most so many of each style")
    parser.add_argument("--notes", type=int, default=320, help="at most so many of the top part")
    arguments = parser.parse_args()
    pieces = corpus.Corpus.open(arguments.corpus)
    split, style = pieces.column("split"), pieces.column("style")
    for name in v.STYLES:
        written = 0
        for index in np.random.default_rng(1).permutation(np.flatnonzero((split == arguments.split) & (style == name))):
            piece = pieces[int(index)]
            parts = chosen_parts(piece, 5)
            if not parts:
                continue
            heard = piece.bar_start < piece.onset[piece.part == parts[0]][: arguments.notes][-1]
            steady = (piece.bar_length[heard][:-1] == piece.bar_length[0]).all()
            count, unit = piece.meter
            if not steady or count * 96 != piece.bar_length[0] * unit:
                continue
            folder = arguments.out / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{written:03}.mid").write_bytes(midi(piece, parts, arguments.notes))
            written += 1
            if written == arguments.pieces:
                break
        print(f"{name}: {written}")


if __name__ == "__main__":
    main()
