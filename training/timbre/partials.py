"""How strong each partial of a note is from moment to moment, and how left and right go together."""

import numpy as np

from training.timbre import shape
from training.timbre.instruments import Kind

_PERIODS = {Kind.STRUCK: 4, Kind.HELD: 4, Kind.ORGAN: 16}  # in one window: 16 tell f0/4 from f0/2
_LEAST_SECS = 0.010
_OFFSETS = (-0.3, 0.0, 0.3)  # of the looks that one late moment averages, in distances between moments
_FAINT = 1e-7


def windows(sound: np.ndarray, starts: np.ndarray, length: int) -> np.ndarray:
    """Stretches of the sound, [2, starts, length]."""
    return sound[:, starts[:, None] + np.arange(length)]


def frame_starts(length: int, held: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the windows around the moments begin, and the moment of each: late moments are looked at several times."""
    centers, owner = [], []
    spacing = np.gradient(shape.FRAME_SECS)
    for frame, secs in enumerate(shape.FRAME_SECS):
        offsets = _OFFSETS if spacing[frame] > 0.04 else (0.0,)
        centers += [secs + offset * spacing[frame] for offset in offsets]
        owner += [frame] * len(offsets)
    starts = (np.array(centers) * shape.RATE).astype(int) - length // 2
    return np.clip(starts, 0, max(held - length - 1, 0)), np.array(owner)


class Onset:
    """The envelope of a note's first moments, finer than any window that tells partials apart."""

    def __init__(self, sound: np.ndarray, hertz: float):
        self._sum = np.concatenate([[0.0], np.cumsum((sound.astype(float) ** 2).mean(0))])
        self._reach = int(max(0.003 * shape.RATE, 0.5 * shape.RATE / hertz)) // 2

    def power(self, at: np.ndarray) -> np.ndarray:
        """Mean square around frames."""
        last = len(self._sum) - 1
        low = np.clip(at - self._reach, 0, last)
        high = np.clip(at + self._reach + 1, 0, last)
        return (self._sum[high] - self._sum[low]) / np.maximum(high - low, 1) + 1e-14

    def shares(self, length: int) -> np.ndarray:
        """What the moments before half a window of `length` are to be multiplied by, [FRAMES]; 1 later on."""
        at = (shape.FRAME_SECS * shape.RATE).astype(int)
        whole = self.power(np.linspace(0, length, 64).astype(int)).mean()
        return np.where(at < length // 2, np.clip(np.sqrt(self.power(at) / whole), 0.0, 1.6), 1.0)


def amplitudes(
    sound: np.ndarray, hertz: np.ndarray, base: float, kind: Kind, onset: Onset
) -> tuple[np.ndarray, np.ndarray]:
    """Amplitude of each partial [FRAMES, partials], and the complex ones of the later half [2, looks, partials]."""
    held = sound.shape[1]
    length = min(int(max(_PERIODS[kind] * shape.RATE / base, _LEAST_SECS * shape.RATE)), held - 2)
    starts, owner = frame_starts(length, held)
    window = np.hanning(length + 2)[1:-1]
    window = 2.0 * window / window.sum()
    turns = np.exp(-2j * np.pi * np.outer(np.arange(length), hertz) / shape.RATE) * window[:, None]
    looks = windows(sound, starts, length).astype(np.float32)
    found = looks @ turns.real.astype(np.float32) + 1j * (looks @ turns.imag.astype(np.float32))
    power = (np.abs(found) ** 2).mean(0)
    summed = np.zeros((shape.FRAMES, len(hertz)))
    np.add.at(summed, owner, power)
    summed /= np.bincount(owner, minlength=shape.FRAMES)[:, None]
    return np.sqrt(summed) * onset.shares(length)[:, None], found[:, owner >= shape.FRAMES // 2]


def slots(amplitude: np.ndarray, audible: np.ndarray, kind: Kind) -> np.ndarray:
    """Decibels of each slot [FRAMES, SLOTS], from amplitudes of the partials below the top, [FRAMES, audible]."""
    every = np.full((shape.FRAMES, len(audible)), _FAINT)
    every[:, audible] = amplitude
    out = np.full((shape.FRAMES, shape.SLOTS), 20 * np.log10(_FAINT))
    exact = shape.FIRST + len(shape.EXACT)
    start = 0 if kind is Kind.ORGAN else shape.FIRST
    out[:, start:exact] = 20 * np.log10(every[:, start:exact] + _FAINT)
    numbers = np.arange(1, shape.HARMONICS + 1)
    for place, (low, high) in enumerate(zip(shape.COARSE_EDGES[:-1], shape.COARSE_EDGES[1:], strict=True)):
        inside = np.concatenate([np.zeros(shape.FIRST, bool), (numbers >= low) & (numbers < high)]) & audible
        if inside.any():
            out[:, exact + place] = 10 * np.log10((every[:, inside] ** 2).mean(1) + _FAINT**2)
    return out


def correlation(found: np.ndarray) -> np.ndarray:
    """Of left and right in each of `WIDTH_GROUPS`, from complex amplitudes [2, looks, partials].

    The partials between the harmonics come first.
    """
    left, right = found
    out = np.ones(len(shape.WIDTH_GROUPS))
    for place, (low, high) in enumerate(shape.WIDTH_GROUPS):
        columns = slice(shape.FIRST + low - 1, shape.FIRST + high)
        a, b = left[:, columns], right[:, columns]
        power = np.sqrt((np.abs(a) ** 2).sum() * (np.abs(b) ** 2).sum())
        out[place] = (a * b.conj()).real.sum() / power if power > 1e-12 else out[max(place - 1, 0)]
    return out


def vibrato(sound: np.ndarray, hertz: float) -> tuple[float, float]:
    """Depth in cents (half the swing) and rate in hertz of a partial's vibrato in the later part of a held note."""
    length = int(max(4 * shape.RATE / hertz, _LEAST_SECS * shape.RATE))
    hop = round(0.02 * shape.RATE)
    starts = np.arange(round(0.8 * shape.RATE), sound.shape[1] - length - hop, hop)
    if len(starts) < 40:
        return 0.0, 0.0
    turn = np.exp(-2j * np.pi * np.arange(length) * hertz / shape.RATE) * np.hanning(length)
    found = windows(sound, starts, length)[int(np.argmax(np.abs(sound).max(1)))] @ turn
    phase = np.unwrap(np.angle(found) - 2 * np.pi * hertz * starts / shape.RATE)
    course = np.diff(phase) / (2 * np.pi * hop / shape.RATE)
    cents = 1200 * np.log2(1 + np.clip(course / hertz, -0.05, 0.05))
    cents -= cents.mean()
    spectrum = np.abs(np.fft.rfft(cents * np.hanning(len(cents)), 512)) ** 2
    rates = np.fft.rfftfreq(512, hop / shape.RATE)
    usual = (rates > 3.0) & (rates < 9.0)
    peak = int(np.argmax(np.where(usual, spectrum, 0.0)))
    share = spectrum[np.abs(rates - rates[peak]) < 1.2].sum() / max(spectrum[rates > 0.5].sum(), 1e-12)
    depth = np.sqrt(2.0) * cents.std()
    return (float(min(depth, 40.0)), float(rates[peak])) if share > 0.4 and depth > 4.0 else (0.0, 0.0)
