"""Where the partials of one note lie."""

from dataclasses import dataclass

import numpy as np

from training.timbre import shape
from training.timbre.instruments import Kind

_SECS = 1.0  # of the note that is looked at
_SKIP_SECS = 0.03
_BINS = 1 << 17
_PEAK = 100.0  # over the median around it, as a power
_MOST_STIFFNESS = 4e-3
_MOST_DETUNE = 0.04
_BELIEVED_DETUNE = 0.034  # 58 cents: whoever is farther away is another mode, and no mistuned fundamental
_LEAST_DEVIATION = 0.02


@dataclass(frozen=True)
class Tuning:
    """The fundamental, and how the others lie to it."""

    hertz: float
    stiffness: float
    deviations: np.ndarray  # [DEVIATIONS] in fundamentals, beside the stiff string's
    weights: np.ndarray  # [DEVIATIONS] 0 to 1: amplitude of the partial that was found

    def multiples(self) -> np.ndarray:
        """As `shape.multiples`."""
        return shape.multiples(self.stiffness, self.deviations)


def _spectrum(sound: np.ndarray) -> np.ndarray:
    start = round(_SKIP_SECS * shape.RATE)
    part = sound[:, start : start + round(_SECS * shape.RATE)]
    return (np.abs(np.fft.rfft(part * np.blackman(part.shape[1]), _BINS)) ** 2).sum(0)


def _peaks(power: np.ndarray, nominal: float) -> tuple[np.ndarray, np.ndarray]:
    """Offset (in nominal frequencies) and amplitude of the partial near each harmonic; 0 where none is."""
    step = shape.RATE / _BINS
    offset, weight = np.zeros(shape.DEVIATIONS), np.zeros(shape.DEVIATIONS)
    stiffness = drift = 0.0
    for k in range(1, min(shape.DEVIATIONS, int(19000 / nominal)) + 1):
        expected = nominal * (float(shape.stretched(np.array(k), stiffness)) + drift * k)
        reach = (0.2, 0.25) if k == 1 else (0.42, 0.42)
        low = max(int((expected - reach[0] * nominal) / step), 2)
        high = min(int((expected + reach[1] * nominal) / step) + 1, len(power) - 2)
        if high <= low + 2:
            break
        top = low + int(np.argmax(power[low:high]))
        before, here, after = np.log(power[top - 1 : top + 2] + 1e-30)
        bend = np.clip(0.5 * (before - after) / (before - 2 * here + after + 1e-12), -0.5, 0.5)
        offset[k - 1] = (top + bend) * step / nominal - k
        weight[k - 1] = np.sqrt(power[top]) if power[top] > _PEAK * np.median(power[low:high]) + 1e-30 else 0.0
        heard = weight[:k] > weight[:k].max() * 1e-3
        if heard.sum() >= 4:
            drift, stiffness = _stiff_fit(np.arange(1, k + 1)[heard], offset[:k][heard], weight[:k][heard])
            if abs(offset[k - 1] - drift * k - float(shape.stretched(np.array(k), stiffness)) + k) > 0.25:
                drift = 0.0
    return offset, weight


def _stiff_fit(k: np.ndarray, offset: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Detuning a harmonic, and stiffness: for small stiffness B a partial lies B k³ / 2 too high."""
    scale = weight**0.25
    terms = np.stack([k, 0.5 * k.astype(float) ** 3], 1)
    detune, stiffness = np.linalg.lstsq(terms * scale[:, None], offset * scale, rcond=None)[0]
    return float(np.clip(detune, -_MOST_DETUNE, _MOST_DETUNE)), float(np.clip(stiffness, 0.0, _MOST_STIFFNESS))


def _harmonic(nominal: float, offset: np.ndarray, weight: np.ndarray) -> Tuning:
    k = np.arange(1, shape.DEVIATIONS + 1)
    good = (weight > weight.max() * 1e-3) & (k <= 8) & (np.abs(offset) < 0.04 * k)
    detune = float((weight[good] * offset[good] / k[good]).sum() / weight[good].sum()) if good.any() else 0.0
    relative = weight / (weight.max() + 1e-12)
    return Tuning(nominal * (1.0 + np.clip(detune, -0.03, 0.03)), 0.0, np.zeros(shape.DEVIATIONS), relative)


def _leading(offset: np.ndarray, weight: np.ndarray) -> float:
    """Detuning of the strongest low partial; none where that is a mode of its own, as of a bell."""
    k = np.arange(1, shape.DEVIATIONS + 1)
    lead = 0 if weight[0] > 0.02 * weight.max() else int(np.argmax(np.where(k <= 4, weight, 0.0)))
    detune = float(offset[lead] / (lead + 1))
    return detune if abs(detune) < _BELIEVED_DETUNE else 0.0


def tuning(sound: np.ndarray, pitch: int, kind: Kind) -> Tuning:
    """Of a held note, left and right [2, frames], that begins at its onset."""
    nominal = shape.hertz_of(pitch)
    offset, weight = _peaks(_spectrum(sound), nominal)
    if kind is not Kind.STRUCK:
        return _harmonic(nominal, offset, weight)
    k = np.arange(1, shape.DEVIATIONS + 1)
    good = weight > weight.max() * 1e-3
    detune, stiffness = _leading(offset, weight), 0.0
    if good.sum() >= 3:
        fitted = _stiff_fit(k[good], offset[good], weight[good])
        off = np.abs(offset - fitted[0] * k - shape.stretched(k, fitted[1]) + k)
        strong = good & (weight > 0.03 * weight.max())
        loose = np.sqrt(weight[strong & (off > 0.06)]).sum()
        # Bars and bells follow no string: their partials are told one by one.
        if loose <= 0.2 * np.sqrt(weight[strong]).sum() and abs(fitted[0]) < _BELIEVED_DETUNE:
            detune, stiffness = fitted
    hertz = nominal * (1.0 + detune)
    found = (k + offset) / (1.0 + detune) - shape.stretched(k, stiffness)
    deviations = np.clip(np.where(good, found, 0.0), -0.5, 0.5)
    if np.abs(deviations).max() < _LEAST_DEVIATION:
        deviations[:] = 0.0
    return Tuning(hertz, stiffness, deviations, weight / (weight.max() + 1e-12))
