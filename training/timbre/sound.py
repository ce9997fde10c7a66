"""A note as the plugin would play it: from decoded columns to a table, and from the table to samples.

The same rules stand in `src/infer/timbre_model/decoded.rs`.
"""

from dataclasses import dataclass, field
from functools import cache

import numba
import numpy as np

from training.timbre import shape

MAX_PARTIALS = 128
FAINT = 4e-4  # partials this far below the loudest are left out
LOWEST_HERTZ, HIGHEST_HERTZ = 16.0, 19500.0
SILENT_DB = -95.0
SIDES = (1, -1, -1, 1, -1, 1, 1, -1)  # of the stereo picture, from harmonic to harmonic
MOST_OPPOSED = 0.9  # left and right are never more opposed than by that, or a note would vanish in mono
NOISE_GROUPS = slice(
    shape.WIDTH_AT + 3, shape.DEVIATION_AT
)  # of the widths: as far apart as the harmonics that it lies among
USUAL_CORRELATION = 0.5  # of left and right of noise that nothing is known of
COPIED = 16  # lowest harmonics, that a section plays in three
COPY_CENTS = (-7.0, 0.0, 8.0)
LEAST_VIBRATO_CENTS = 2.0
RELEASE_SECS = (0.05, 4.0)
_BLOCK = 64


@dataclass(frozen=True)
class Table:
    """As `PartialTable`."""

    hertz: np.ndarray  # [partials]
    amplitude: np.ndarray  # [FRAMES, partials]
    noise: np.ndarray  # [FRAMES, BANDS]
    spread: np.ndarray  # [partials]
    release_secs: float
    vibrato: tuple[float, float]  # cents and hertz
    noise_correlation: float = USUAL_CORRELATION  # of left and right
    glide: np.ndarray = field(default_factory=lambda: np.zeros(shape.FRAMES))  # cents by which all partials lie higher


def _slot_columns() -> np.ndarray:
    """The slot of every partial, those between first, as a place between two: [partials]."""
    numbers = np.arange(1, shape.HARMONICS + 1)
    slots = np.interp(numbers, np.concatenate([shape.EXACT, shape.COARSE]), np.arange(shape.SLOTS - shape.FIRST))
    return np.concatenate([np.arange(shape.FIRST), shape.FIRST + slots])


def _width(statics: np.ndarray) -> np.ndarray:
    """How far from the middle each harmonic lies: left and right of a partial at s are correlated by sqrt(1 - s²).

    Beyond 1 it is by -sqrt(1 - (2 - s)²): the nearer side comes back upside down.
    """
    ends = [high for _, high in shape.WIDTH_GROUPS]
    correlation = statics[shape.WIDTH_AT : shape.DEVIATION_AT]
    groups = np.searchsorted(ends[:-1], np.arange(1, shape.HARMONICS + 1))
    width = np.sqrt(1.0 - np.clip(correlation, -MOST_OPPOSED, 1.0) ** 2)
    return np.where(correlation < 0, 2.0 - width, width)[groups]


def pans(spread: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gains of left and right of partials at places from -2 to 2, their powers 2 together."""
    near = np.abs(spread)
    far = np.sqrt(np.where(near <= 1, 1 + near, 3 - near))
    close = np.where(near <= 1, 1.0, -1.0) * np.sqrt(np.abs(1 - near))
    return np.where(spread < 0, far, close), np.where(spread < 0, close, far)


def table(frames: np.ndarray, statics: np.ndarray, pitch: float, players: int = 1) -> Table:
    """The table of one note. frames: [FRAMES, COLUMNS] in decibels; statics: [STATIC_SIZE]."""
    level, cents, stiffness, depth, rate, release = statics[: shape.WIDTH_AT]
    base = shape.hertz_of(pitch) * 2 ** (cents / 1200)
    depth = depth if depth >= LEAST_VIBRATO_CENTS else 0.0
    hertz = base * shape.multiples(stiffness, statics[shape.DEVIATION_AT :])
    place = _slot_columns()
    below, share = np.floor(place).astype(int), place - np.floor(place)
    above = np.minimum(below + 1, shape.SLOTS - 1)
    tones = frames[:, : shape.SLOTS]
    decibels = tones[:, below] * (1 - share) + tones[:, above] * share
    amplitude = np.where(decibels > SILENT_DB, 10 ** ((decibels + level) / 20), 0.0)
    noise = np.where(frames[:, shape.SLOTS :] > SILENT_DB, 10 ** ((frames[:, shape.SLOTS :] + level) / 20), 0.0)
    sides = np.resize(SIDES, shape.HARMONICS) * _width(statics)
    spread = np.concatenate([np.zeros(shape.FIRST), sides])
    if players > 1:
        hertz, amplitude, spread = _section(hertz, amplitude, spread)
    loudest = amplitude.max(0)
    kept = (loudest > FAINT * loudest.max()) & (hertz > LOWEST_HERTZ) & (hertz < HIGHEST_HERTZ)
    if kept.sum() > MAX_PARTIALS:
        kept &= loudest >= np.sort(loudest[kept])[-MAX_PARTIALS]
    order = np.flatnonzero(kept)
    order = order[np.argsort(hertz[order], kind="stable")]
    release_secs = float(np.clip(release, *RELEASE_SECS))
    together = float(np.clip(statics[NOISE_GROUPS].mean(), 0.0, 1.0))
    vibrato = (float(depth), float(rate))
    return Table(hertz[order], amplitude[:, order], noise, spread[order], release_secs, vibrato, together)


def _section(hertz: np.ndarray, amplitude: np.ndarray, spread: np.ndarray) -> tuple:
    """The lowest harmonics three times, a little apart in pitch and place."""
    copied = np.arange(shape.FIRST, shape.FIRST + COPIED)
    others = np.setdiff1d(np.arange(len(hertz)), copied)
    detuned = [hertz[copied] * 2 ** (cents / 1200) for cents in COPY_CENTS]
    share, width = 1 / np.sqrt(len(COPY_CENTS)), np.abs(spread[copied])
    return (
        np.concatenate([hertz[others], *detuned]),
        np.concatenate([amplitude[:, others]] + [amplitude[:, copied] * share] * len(COPY_CENTS), 1),
        np.concatenate([spread[others], -width, spread[copied], width]),
    )


@numba.njit(cache=True)
def _partials(hertz, log_level, fall, left, right, points, hold, depth, rate, glide, out):
    """Add the partials, their levels straight lines in decibels between the moments, blocks of `_BLOCK` linear."""
    frames = out.shape[1]
    for partial in range(len(hertz)):
        phase = partial * partial * 2.399963
        before, point = 0.0, 0
        for start in range(0, frames, _BLOCK):
            end = start + _BLOCK
            while point + 2 < len(points) and end >= points[point + 1]:
                point += 1
            share = min((end - points[point]) / (points[point + 1] - points[point]), 1.0)
            level = log_level[point, partial] * (1 - share) + log_level[point + 1, partial] * share
            level -= fall[partial] * max(end - hold, 0)
            after = np.exp(level)
            secs = start / 48000.0
            bend = depth * min(max((secs - 0.3) / 0.3, 0.0), 1.0) * np.sin(2 * np.pi * rate * secs)
            bend += glide[point] * (1 - share) + glide[point + 1] * share
            omega = 2 * np.pi * hertz[partial] * 2 ** (bend / 1200) / 48000.0
            for frame in range(start, min(end, frames)):
                amplitude = before + (after - before) * (frame - start) / _BLOCK
                value = amplitude * np.sin(phase)
                out[0, frame] += value * left[partial]
                out[1, frame] += value * right[partial]
                phase += omega
            before = after


@cache
def _hiss(seed: int) -> np.ndarray:
    """A loop of noise for each band, root mean square 1, [BANDS, 2, frames]."""
    frames = 1 << 18
    generator = np.random.default_rng(seed)
    hertz = np.fft.rfftfreq(frames, 1 / shape.RATE)
    loops = []
    for low, high in zip(shape.BAND_EDGES[:-1], shape.BAND_EDGES[1:], strict=True):
        inside = (hertz >= low) & (hertz < high)
        turns = np.exp(2j * np.pi * generator.random((2, len(hertz)))) * inside
        wave = np.fft.irfft(turns, frames)
        loops.append(wave / wave.std(axis=1, keepdims=True))
    return np.array(loops, np.float32)


def play(it: Table, secs: float, hold_secs: float, seed: int = 14) -> np.ndarray:
    """Left and right, [2, frames]; the note is let go after `hold_secs`. seed: of the noise."""
    frames = round(secs * shape.RATE)
    out = np.zeros((2, frames))
    points = shape.FRAME_SECS * shape.RATE
    fall = np.log(1000.0) / (it.release_secs * shape.RATE) * (1 + np.minimum(it.hertz / 4000, 1.5))
    left, right = pans(it.spread)
    hold = hold_secs * shape.RATE
    _partials(it.hertz, np.log(it.amplitude + 1e-9), fall, left, right, points, hold, *it.vibrato, it.glide, out)
    apart = np.sqrt(0.5 * (1 - it.noise_correlation))
    common = np.sqrt(1 - apart**2)
    moments = np.arange(frames)
    noise_fall = 1.3 * np.log(1000.0) / (it.release_secs * shape.RATE) * np.maximum(moments - hold, 0)
    for band, loop in enumerate(_hiss(seed)):
        if it.noise[:, band].max() > 1e-6:
            level = np.exp(np.interp(moments, points, np.log(it.noise[:, band] + 1e-9)) - noise_fall)
            out += level * (common * loop[0, :frames] + apart * np.array([[1], [-1]]) * loop[1, :frames])
    return out
