"""The noise of a note, measured in the valleys between its partials."""

import numpy as np

from training.timbre import shape
from training.timbre.partials import Onset, frame_starts, windows

_PERIODS = 8
_LEAST_SECS = 0.045
_LOWEST_HERTZ = 25.0
_CLEAR = 0.75  # of the fundamental: bands below it hear no partial, and a plain mean does
_LOBE = 3.6  # bins: how far the window smears a partial
# The square of a mean root is less led by what leaks out of the partials than a mean, and less blind to the sparse
# lines of a looped sample than a geometric mean. What it lacks, as a logarithm, for powers that are means of n
# exponential ones (left and right, and three looks).
_LACK_OF_TWO, _LACK_OF_SIX = 0.124, 0.042


def _blackman_harris(length: int) -> np.ndarray:
    """Harris, "On the use of windows for harmonic analysis with the discrete Fourier transform", 1978."""
    turn = 2 * np.pi * np.arange(length) / length
    return 0.35875 - 0.48829 * np.cos(turn) + 0.14128 * np.cos(2 * turn) - 0.01168 * np.cos(3 * turn)


def bands(sound: np.ndarray, base: float, multiples: np.ndarray, onset: Onset) -> np.ndarray:
    """Decibels of each noise band, [FRAMES, BANDS]."""
    held = sound.shape[1]
    length = min(int(max(_PERIODS * shape.RATE / base, _LEAST_SECS * shape.RATE)), held // 2)
    size = 1 << (length - 1).bit_length()
    window = _blackman_harris(length).astype(np.float32)
    starts, owner = frame_starts(length, held)
    looks = windows(sound, starts, length) * window
    power = (np.abs(np.fft.rfft(looks, size)) ** 2).mean(0) * 2 / (window**2).sum() / shape.RATE
    density = np.zeros((shape.FRAMES, power.shape[1]))
    np.add.at(density, owner, power)
    counts = np.bincount(owner, minlength=shape.FRAMES)
    density /= counts[:, None]
    bias = np.where(counts > 1, _LACK_OF_SIX, _LACK_OF_TWO)
    hertz = np.arange(size // 2 + 1) * shape.RATE / size
    beyond = np.arange(shape.HARMONICS + 1, int(20000 / base) + 2)
    lines = np.sort(np.concatenate([base * multiples, base * beyond]))
    after = np.clip(np.searchsorted(lines, hertz), 1, len(lines) - 1)
    distance = np.minimum(np.abs(hertz - lines[after - 1]), np.abs(hertz - lines[after]))
    valley = (distance >= _LOBE * shape.RATE / length) & (hertz > _LOWEST_HERTZ)
    log_density = np.full((shape.FRAMES, shape.BANDS), np.nan)
    for band, (low, high) in enumerate(zip(shape.BAND_EDGES[:-1], shape.BAND_EDGES[1:], strict=True)):
        inside = (hertz >= low) & (hertz < high) & valley
        if inside.any() and high < _CLEAR * base:
            log_density[:, band] = np.log(density[:, inside].mean(1) + 1e-20)
        elif inside.any():
            log_density[:, band] = 2 * np.log(np.sqrt(density[:, inside]).mean(1) + 1e-12) + bias
    known = ~np.isnan(log_density[0])
    if not known.any():
        return np.full((shape.FRAMES, shape.BANDS), -140.0)
    places = np.arange(shape.BANDS)
    filled = np.stack([np.interp(places, places[known], row[known]) for row in log_density])
    root_mean_square = np.sqrt(np.exp(filled) * np.diff(shape.BAND_EDGES))
    return 20 * np.log10(root_mean_square * onset.shares(length)[:, None] + 1e-7)
