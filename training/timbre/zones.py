"""Over which keys and velocities a soundfont plays the same samples.

Source: "SoundFont technical specification", version 2.04 (Creative Technology, 2006). From one key to the next the
sound may change at once, where one sample ends and another begins: what lies between two learned notes is their
middle only where both are of one zone.
"""

import os
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.timbre import instruments

FILE = "zones.npz"
KEYS = 128
_KEY_RANGE, _VELOCITY_RANGE, _INSTRUMENT, _SAMPLE = 43, 44, 41, 53
_RECORDS = {"phdr": "<20s3H3I", "pbag": "<2H", "pgen": "<HH", "inst": "<20sH", "ibag": "<2H", "igen": "<HH"}


@dataclass(frozen=True)
class _Zone:
    """A rectangle of keys and velocities, and what it points to."""

    target: int
    keys: tuple[int, int]
    velocities: tuple[int, int]


def _chunks(data: bytes, begin: int, end: int):
    while begin + 8 <= end:
        name, size = struct.unpack_from("<4sI", data, begin)
        yield name.decode("latin-1"), begin + 8, begin + 8 + size
        begin += 8 + size + size % 2


def _tables(path: Path) -> dict[str, list[tuple]]:
    """The lists of a soundfont that say what plays when; its samples are not read."""
    with open(path, "rb") as file:
        kind, size, form = struct.unpack("<4sI4s", file.read(12))
        if kind != b"RIFF" or form != b"sfbk":
            raise ValueError(f"read the zones of {path}: it is no soundfont")
        while head := file.read(8):
            name, size = struct.unpack("<4sI", head)
            inner = file.read(4)
            if name == b"LIST" and inner == b"pdta":
                data = file.read(size - 4)
                break
            file.seek(size - 4 + size % 2, 1)
        else:
            raise ValueError(f"read the zones of {path}: it has no list of presets")
    found = {name: data[begin:end] for name, begin, end in _chunks(data, 0, len(data))}
    return {name: list(struct.iter_unpack(form, found[name])) for name, form in _RECORDS.items()}


def _zones(bags: list[tuple], generators: list[tuple], begin: int, end: int, pointer: int) -> list[_Zone]:
    """Zones of a preset or an instrument; the first is the default of the others where it points to nothing."""
    usual = {_KEY_RANGE: 127 << 8, _VELOCITY_RANGE: 127 << 8}
    zones = []
    for bag in range(begin, end):
        own = dict(generators[bags[bag][0] : bags[bag + 1][0]])
        if pointer not in own:
            if bag == begin:
                usual |= own
            continue
        ranges = usual | own
        keys, velocities = ((ranges[it] & 255, ranges[it] >> 8) for it in (_KEY_RANGE, _VELOCITY_RANGE))
        zones.append(_Zone(own[pointer], keys, velocities))
    return zones


class Zones:
    """The zones of one soundfont."""

    def __init__(self, path: Path):
        self.tables, self.path = _tables(path), path

    def grid(self, sound: tuple[int, int]) -> np.ndarray:
        """Which samples play, as a number, [KEYS keys, KEYS velocities]. sound: bank and program."""
        t = self.tables
        presets = {(row[2], row[1]): place for place, row in enumerate(t["phdr"][:-1])}
        if sound not in presets:
            raise ValueError(f"read the zones of {self.path}: it has no preset {sound[1]} in bank {sound[0]}")
        place = presets[sound]
        played = [[frozenset() for _ in range(KEYS)] for _ in range(KEYS)]
        for outer in _zones(t["pbag"], t["pgen"], t["phdr"][place][3], t["phdr"][place + 1][3], _INSTRUMENT):
            instrument, after = t["inst"][outer.target], t["inst"][outer.target + 1]
            for inner in _zones(t["ibag"], t["igen"], instrument[1], after[1], _SAMPLE):
                keys = range(max(outer.keys[0], inner.keys[0]), min(outer.keys[1], inner.keys[1]) + 1)
                low = max(outer.velocities[0], inner.velocities[0])
                high = min(outer.velocities[1], inner.velocities[1])
                for key in keys:
                    for velocity in range(low, high + 1):
                        played[key][velocity] |= {inner.target}
        names: dict[frozenset, int] = {}
        return np.array([[names.setdefault(cell, len(names)) for cell in row] for row in played])


def reach(grid: np.ndarray, note: tuple[int, int]) -> tuple[int, int, int, int]:
    """The lowest and highest key, then velocity, to which the samples of a note are played without a break."""
    pitch, velocity = note
    return _run(grid[:, velocity], pitch) + _run(grid[pitch], velocity)


def _run(line: np.ndarray, at: int) -> tuple[int, int]:
    other = np.flatnonzero(line != line[at])
    below, above = other[other < at], other[other > at]
    return (int(below[-1]) + 1 if len(below) else 0, int(above[0]) - 1 if len(above) else len(line) - 1)


def write(soundfont: Path, folder: Path) -> None:
    """Write the grids of all instruments beside what is measured of them, unless they are there."""
    if (folder / FILE).exists():
        return
    zones = Zones(soundfont)
    grids = {it.name: zones.grid(it.sound).astype(np.int16) for it in instruments.INSTRUMENTS}
    beside = folder / f"part.{os.getpid()}.{FILE}"
    np.savez_compressed(beside, **grids)
    beside.replace(folder / FILE)
