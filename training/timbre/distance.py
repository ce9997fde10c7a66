"""How far two sounds are apart, and what can be read off one."""

from functools import cache

import numpy as np

from training.timbre import shape

BANDS = 80
_WINDOW, _HOP = 2048, 480
_LOW, _HIGH = 40.0, 16000.0
_RANGE_DB = 60.0  # below the original's loudest moment nothing is compared


@cache
def _bank() -> np.ndarray:
    """Triangles on the mel scale (O'Shaughnessy, "Speech Communication", 1987), [BANDS, bins]."""
    mel = np.linspace(*(2595 * np.log10(1 + np.array([_LOW, _HIGH]) / 700)), BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    hertz = np.fft.rfftfreq(_WINDOW, 1 / shape.RATE)
    rise = (hertz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - hertz) / (edges[2:] - edges[1:-1])[:, None]
    bank = np.maximum(np.minimum(rise, fall), 0.0)
    # A triangle narrower than a bin hears the nearest one.
    for band in np.flatnonzero(bank.sum(1) < 0.5):
        bank[band, int(np.argmin(np.abs(hertz - edges[band + 1])))] = 1.0
    return bank / bank.sum(1, keepdims=True)


def mel(sound: np.ndarray) -> np.ndarray:
    """Decibels [moments, BANDS] of the mean of left and right's powers."""
    starts = np.arange(0, sound.shape[1] - _WINDOW, _HOP)
    looks = sound[:, starts[:, None] + np.arange(_WINDOW)] * np.hanning(_WINDOW)
    power = (np.abs(np.fft.rfft(looks)) ** 2).mean(0) / (np.hanning(_WINDOW).sum() / 2) ** 2
    return 10 * np.log10(power @ _bank().T + 1e-14)


def log_spectral(original: np.ndarray, other: np.ndarray) -> float:
    """Decibels: root mean square over the bands, averaged over the moments in which the original sounds."""
    floor = original.max() - _RANGE_DB
    a, b = np.maximum(original, floor), np.maximum(other, floor)
    sounds = (a > floor).any(1)
    return float(np.sqrt(((a - b) ** 2).mean(1))[sounds].mean())


def attack_secs(sound: np.ndarray) -> float:
    """From 40 to 3 decibels below the loudest moment of the first second and a half."""
    power = (sound[:, : round(1.5 * shape.RATE)].astype(float) ** 2).mean(0)
    width = round(0.010 * shape.RATE)
    level = np.convolve(power, np.ones(width) / width, "valid")
    top = level.max()
    begun = int(np.argmax(level > top * 1e-4))
    return float(int(np.argmax(level[begun:] > top * 0.5)) / shape.RATE)


def fine_attack_secs(sound: np.ndarray) -> float:
    """The same of the analytic signal's power, seen through 2 milliseconds in place of 10: for what is struck."""
    part = sound[:, : round(1.5 * shape.RATE)].astype(float)
    size = 1 << (part.shape[1] - 1).bit_length()
    spectrum = np.fft.fft(part, size)
    spectrum[:, size // 2 :] = 0.0
    power = (np.abs(np.fft.ifft(2 * spectrum)) ** 2).mean(0)[: part.shape[1]]
    window = np.hanning(round(0.002 * shape.RATE) + 2)[1:-1]
    level = np.convolve(power, window / window.sum(), "same")
    top = level.max()
    return (int(np.argmax(level > top * 0.5)) - int(np.argmax(level > top * 1e-4))) / shape.RATE


def correlation(sound: np.ndarray) -> float:
    """Of left and right, while the note is held."""
    left, right = sound[:, round(0.1 * shape.RATE) : round(2.9 * shape.RATE)].astype(float)
    return float((left * right).sum() / np.sqrt((left**2).sum() * (right**2).sum() + 1e-20))
