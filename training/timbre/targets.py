"""What was measured, as the network is told it: scaled, masked and weighed."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.timbre import instruments, shape, zones

FRAME_MIDDLE, FRAME_SCALE = -50.0, 20.0
# Statics as the network gives them: (value - middle) / scale, stiffness and release as logarithms.
LEVEL = (-35.0, 10.0)
CENTS = 10.0
STIFFNESS = (-4.5, 1.0)  # of the decimal logarithm
LEAST_STIFFNESS = 4e-6  # below it a string counts as ideal
VIBRATO_CENTS, VIBRATO_HERTZ = 10.0, 5.0
RELEASE = (-1.6, 0.8)  # of the natural logarithm of seconds
DEVIATION = 0.25
STATIC_WEIGHTS = (2.0, 1.0, 0.7, 0.5, 0.2, 1.0)
_WIDTH_WEIGHT = 0.7
_UNKNOWN_RELEASE = 0.25


@dataclass(frozen=True)
class Targets:
    """Notes of all instruments, row by row."""

    instrument: np.ndarray  # [N] index into the names
    pitch: np.ndarray  # [N]
    velocity: np.ndarray  # [N]
    frames: np.ndarray  # [N, FRAMES, COLUMNS] decibels against the note's loudest moment
    audible: np.ndarray  # [N, COLUMNS] 0 where a slot lies too high to sound
    statics: np.ndarray  # [N, STATIC_SIZE] scaled
    weights: np.ndarray  # [N, STATIC_SIZE]
    reach: np.ndarray  # [N, 4] lowest and highest pitch, then velocity, that play the same samples


def scale(statics: np.ndarray) -> np.ndarray:
    """Measured statics [N, STATIC_SIZE] as the network gives them."""
    out = statics.copy()
    out[:, 0] = (statics[:, 0] - LEVEL[0]) / LEVEL[1]
    out[:, 1] = statics[:, 1] / CENTS
    out[:, 2] = (np.log10(np.maximum(statics[:, 2], 1e-6)) - STIFFNESS[0]) / STIFFNESS[1]
    out[:, 3] = statics[:, 3] / VIBRATO_CENTS
    out[:, 4] = statics[:, 4] / VIBRATO_HERTZ
    release = np.where(statics[:, 5] > 0, statics[:, 5], _UNKNOWN_RELEASE)
    out[:, 5] = (np.log(release) - RELEASE[0]) / RELEASE[1]
    out[:, shape.DEVIATION_AT :] = statics[:, shape.DEVIATION_AT :] / DEVIATION
    return out


def _weights(statics: np.ndarray, deviation_weights: np.ndarray) -> np.ndarray:
    out = np.ones_like(statics)
    out[:, : shape.WIDTH_AT] = STATIC_WEIGHTS
    out[:, 4] *= statics[:, 3] > 0  # no vibrato, no rate
    out[:, 5] *= statics[:, 5] > 0
    out[:, shape.WIDTH_AT : shape.DEVIATION_AT] = _WIDTH_WEIGHT
    out[:, shape.DEVIATION_AT :] = np.sqrt(deviation_weights)
    return out


def read(folder: Path, split: str, names: list[str]) -> Targets:
    """The measured notes of one split of the named instruments."""
    rows: dict[str, list] = {key: [] for key in ("instrument", "notes", "frames", "statics", "weights", "reach")}
    grids = np.load(folder / zones.FILE)
    for index, name in enumerate(names):
        measured = np.load(folder / f"{name}.{split}.npz")
        rows["instrument"].append(np.full(len(measured["notes"]), index))
        for key in ("notes", "frames", "statics"):
            rows[key].append(measured[key])
        grid = grids[name]
        rows["reach"].append(np.array([zones.reach(grid, tuple(note)) for note in measured["notes"].tolist()]))
        rows["weights"].append(_weights(measured["statics"], measured["weights"]))
    joined = {key: np.concatenate(parts) for key, parts in rows.items()}
    pitch, velocity = joined["notes"].T.astype(np.float32)
    slots = np.concatenate([shape.BELOW, shape.EXACT, shape.COARSE])
    audible = shape.hertz_of(pitch[:, None]) * slots < shape.TOP_HERTZ
    audible = np.concatenate([audible, np.ones((len(pitch), shape.BANDS), bool)], 1)
    frames = np.clip(joined["frames"], shape.FLOOR_DB, 10.0)
    return Targets(
        joined["instrument"], pitch, velocity, frames.astype(np.float32), audible.astype(np.float32),
        scale(joined["statics"]).astype(np.float32), joined["weights"].astype(np.float32),
        joined["reach"].astype(np.float32),
    )  # fmt: skip


def measured_names(folder: Path) -> list[str]:
    """Names of the instruments that were measured, in the catalog's order."""
    return [it.name for it in instruments.INSTRUMENTS if (folder / f"{it.name}.train.npz").exists()]
