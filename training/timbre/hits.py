"""A drum hit taken apart: modes that move together, and noise in critical bands, from moment to moment."""

from dataclasses import dataclass

import numpy as np

from training.timbre import shape

MODES = 28  # at most
_WINDOWS = (1024, 3072, 12288)  # frames that are searched for modes
_PADDED = 1 << 17
_PEAK = 10**0.6  # over the median around it, as a power
_FAINT = 10**-5.5  # below the strongest, as a power
_LOWEST, _HIGHEST = 32.0, 15000.0
_LOOK_SECS = (0.008, 0.090)  # shortest and longest window of a mode's level
_LEAST_SECS = 0.002  # of a band's power
_SWELL = 4.0  # how far a mode's level may be led back to the onset, as a power
_MOST_SECS = 0.012  # of one look at it
_EDGE = 0.06  # of a band's edge: how far its filter takes to open
_LONG, _SHORT = 4096, 2048  # frames in which noise is told from modes
_MOST_GAIN = 8.0  # of a mode's power
_TRACK_SECS = 0.006
_TRACK_SPAN = (0.55, 2.2)
_TRACKED_DB = -36.0
_SILENT = 1e-14


@dataclass(frozen=True)
class Measured:
    """One hit. Levels are against `level`, the loudest moment's."""

    level: float  # decibels of full scale
    hertz: np.ndarray  # [modes] where they end up
    modes: np.ndarray  # [FRAMES, modes] decibels
    noise: np.ndarray  # [FRAMES, BANDS] decibels
    cents: np.ndarray  # [FRAMES] by which all modes lie higher


def _analytic(sound: np.ndarray, low: float, high: float) -> np.ndarray:
    """The part of the sound between two frequencies, complex."""
    size = 1 << (len(sound) + 4096 - 1).bit_length()
    hertz = np.fft.fftfreq(size, 1 / shape.RATE)
    spectrum = np.fft.fft(sound, size) * ((hertz >= low) & (hertz < high)) * 2
    return np.fft.ifft(spectrum)[: len(sound)]


def _smooth(values: np.ndarray, secs: float) -> np.ndarray:
    """Running mean, the sound being nothing before its onset."""
    width = max(round(secs * shape.RATE), 1)
    window = np.hanning(width + 2)[1:-1]
    return np.convolve(values, window / window.sum(), "same")


def track(sound: np.ndarray) -> np.ndarray:
    """Cents of the strongest mode against its end, at each frame of the sound, by the course of its phase."""
    early = np.abs(np.fft.rfft(sound[: round(0.4 * shape.RATE)], _PADDED)) ** 2
    hertz = np.fft.rfftfreq(_PADDED, 1 / shape.RATE)
    inside = (hertz > _LOWEST) & (hertz < 1500.0)
    strongest = hertz[int(np.argmax(np.where(inside, early, 0.0)))]
    wave = _analytic(sound, _TRACK_SPAN[0] * strongest, _TRACK_SPAN[1] * strongest)
    turned = wave[1:] * wave[:-1].conj()
    secs = max(_TRACK_SECS, 1.0 / strongest)
    mean = _smooth(turned.real, secs) + 1j * _smooth(turned.imag, secs)
    course = np.angle(mean) * shape.RATE / (2 * np.pi)
    power = _smooth(np.abs(turned), secs)
    heard = power > power.max() * 10 ** (_TRACKED_DB / 10)
    last = int(np.flatnonzero(heard)[-1])
    settled = (np.arange(len(course)) > last // 3) & heard
    end = np.average(course[settled], weights=power[settled])
    cents = 1200 * np.log2(np.clip(course, 1.0, None) / end)
    cents = np.where(np.arange(len(cents)) <= last, cents, cents[last])
    cents = np.clip(cents, -700.0, 2400.0)
    # What sets in before the tone itself is heard says nothing of its pitch.
    first = int(np.argmax(power > power.max() * 10**-1.5))
    cents[:first] = cents[first]
    settle = np.clip((np.arange(len(cents)) - last * 0.5) / max(last * 0.5, 1), 0.0, 1.0)
    return np.append(cents, cents[-1]) * np.append(1.0 - settle, 0.0)


def _warped(sound: np.ndarray, cents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sound as it were without its glide, and the place in it of each frame."""
    place = np.concatenate([[0.0], np.cumsum(2 ** (cents[:-1] / 1200))])
    return np.interp(np.arange(int(place[-1])), place, sound), place


def modes(sound: np.ndarray) -> np.ndarray:
    """Frequencies of what stands out in any of several windows, the strongest `MODES`, from low to high."""
    hertz = np.fft.rfftfreq(_PADDED, 1 / shape.RATE)
    step = hertz[1]
    found: list[tuple[float, float, float]] = []  # power, frequency, breadth
    for length in sorted(_WINDOWS, reverse=True):
        part = sound[96 : 96 + length]
        fade = np.hanning(2 * len(part))[len(part) :] * np.minimum(np.arange(len(part)) / 96, 1.0)
        power = np.abs(np.fft.rfft(part * fade, _PADDED)) ** 2 / fade.sum() ** 2
        breadth = 2.0 * shape.RATE / length
        tops = np.flatnonzero((power[1:-1] > power[:-2]) & (power[1:-1] >= power[2:])) + 1
        tops = tops[(hertz[tops] > max(_LOWEST, 0.7 * breadth)) & (hertz[tops] < _HIGHEST)]
        tops = tops[power[tops] > power.max() * _FAINT]
        for top in tops[np.argsort(-power[tops])][:400]:
            reach = int(max(5 * breadth, 0.10 * hertz[top]) / step)
            around = power[max(top - reach, 0) : top + reach]
            if power[top] < _PEAK * np.median(around):
                continue
            if all(abs(hertz[top] - other) > max(breadth, wide) for _, other, wide in found):
                found.append((power[top] * length, hertz[top], breadth))
    found.sort(reverse=True)
    return np.array(sorted(frequency for _, frequency, _ in found[:MODES]))


def _frames() -> np.ndarray:
    return np.round(shape.FRAME_SECS * shape.RATE).astype(int)


def _gain(hertz: np.ndarray, low: float, high: float) -> np.ndarray:
    """Of a band's filter: soft edges, at which two neighbors' powers add up to one, ring no longer than they must."""
    rise = np.clip((hertz - low) / (_EDGE * low) + 0.5, 0.0, 1.0)
    fall = np.clip((hertz - high) / (_EDGE * high) + 0.5, 0.0, 1.0)
    return np.sin(0.5 * np.pi * rise) * np.cos(0.5 * np.pi * fall)


def _band(sound: np.ndarray, low: float, high: float) -> np.ndarray:
    """The part of the sound in one band, complex."""
    size = 1 << (len(sound) + 4096 - 1).bit_length()
    hertz = np.fft.fftfreq(size, 1 / shape.RATE)
    gain = 2 * _gain(hertz, low, high) * (hertz > 0)
    return np.fft.ifft(np.fft.fft(sound, size) * gain)[: len(sound)]


def band_power(sound: np.ndarray, low: float, high: float) -> np.ndarray:
    """Mean square of what lies between two frequencies around each moment, [FRAMES].

    Late moments are the mean of the decibels of several looks.
    """
    power = np.abs(_band(sound, low, high)) ** 2 / 2
    total = np.concatenate([[0.0], np.cumsum(power)])
    spacing = np.gradient(shape.FRAME_SECS) * shape.RATE
    least = max(_LEAST_SECS, 0.7 / (high - low)) * shape.RATE
    out = np.zeros(shape.FRAMES)
    for frame, center in enumerate(_frames()):
        width = float(np.clip(0.8 * spacing[frame], least, max(least, _MOST_SECS * shape.RATE)))
        looks = max(1, round(0.8 * spacing[frame] / width))
        centers = center + (np.arange(looks) - 0.5 * (looks - 1)) * width
        begin = np.clip(np.round(centers - 0.5 * width), 0, len(power) - 2).astype(int)
        end = np.clip(np.round(centers + 0.5 * width), begin + 1, len(power)).astype(int)
        seen = (total[end] - total[begin]) / (end - begin) + _SILENT
        # The mean logarithm of noise lies below the logarithm of its mean.
        degrees = max((high - low) * width / shape.RATE, 1.0)
        out[frame] = np.exp(np.log(seen).mean() + (0.5 / degrees if looks > 1 else 0.0))
    return out


def noise_shares(sound: np.ndarray) -> np.ndarray:
    """How much of each band is noise, [FRAMES, BANDS].

    The geometric mean of a spectrum against its mean is exp(-0.577) for noise (Euler's constant) and less for tones.
    """
    out = np.ones((shape.FRAMES, shape.BANDS))
    for band, (low, high) in enumerate(zip(shape.BAND_EDGES[:-1], shape.BAND_EDGES[1:], strict=True)):
        length = _LONG if high < 1300 else _SHORT
        window = np.hanning(length + 2)[1:-1]
        at = np.arange(0, min(len(sound) - length, round(3.0 * shape.RATE)), length // 4)
        power = np.abs(np.fft.rfft(sound[at[:, None] + np.arange(length)] * window)) ** 2
        step = shape.RATE / length
        wide = max(high - low, 12 * step)
        middle = 0.5 * (low + high)
        inside = power[:, max(int((middle - 0.5 * wide) / step), 1) : int((middle + 0.5 * wide) / step) + 1] + 1e-12
        share = np.exp(np.log(inside).mean(1)) / inside.mean(1) / 0.56
        out[:, band] = np.interp(_frames(), at + length // 2, np.clip(share, 0.0, 1.0))
    return out


def _mode_power(sound: np.ndarray, hertz: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean square of each mode around places [FRAMES, modes], and the reach of each look in frames [modes]."""
    out, reaches = np.zeros((len(at), len(hertz))), np.zeros(len(hertz), int)
    for column, frequency in enumerate(hertz):
        apart = np.abs(np.delete(hertz, column) - frequency)
        secs = np.clip(3.0 / (apart.min() if len(apart) else 1e3), *_LOOK_SECS)
        length = int(max(secs, 3.0 / frequency) * shape.RATE)
        window = np.hanning(length + 2)[1:-1]
        turn = np.exp(-2j * np.pi * frequency / shape.RATE * np.arange(length)) * window * 2 / window.sum()
        starts = np.clip(at - length // 2, 0, max(len(sound) - length - 1, 0))
        looks = sound[starts[:, None] + np.arange(length)]
        out[:, column] = np.abs(looks @ turn) ** 2 / 2
        reaches[column] = length // 2
    return out, reaches


def _led_back(
    power: np.ndarray, reaches: np.ndarray, at: np.ndarray, bands: np.ndarray, band_of: np.ndarray
) -> np.ndarray:
    """The modes' power with its first moments, which no window tells apart, shaped like their bands'."""
    out = power.copy()
    for column, reach in enumerate(reaches):
        first = min(int(np.searchsorted(at, reach)), shape.FRAMES - 2)
        course = bands[:, band_of[column]]
        led = power[first, column] * course[:first] / max(course[first], _SILENT)
        out[:first, column] = np.minimum(led, _SWELL * power[first, column])
    return out


def measure(sound: np.ndarray, glides: bool) -> Measured:
    """Take apart a hit, [frames] from its onset on, at least 3 seconds."""
    sound = sound.astype(float)
    cents = track(sound) if glides else np.zeros(len(sound))
    flat, place = _warped(sound, cents)
    hertz = modes(flat)
    edges = np.stack([shape.BAND_EDGES[:-1], shape.BAND_EDGES[1:]], 1)
    bands = np.stack([band_power(sound, *edge) for edge in edges], 1)
    at = np.round(place[np.minimum(_frames(), len(place) - 1)]).astype(int)
    tones = np.zeros((shape.FRAMES, 0))
    if len(hertz):
        power, reaches = _mode_power(flat, hertz, at)
        heights = hertz * 2 ** (cents[np.minimum(_frames(), len(cents) - 1)][:, None] / 1200)
        band_of = np.clip(np.searchsorted(shape.BAND_EDGES, hertz) - 1, 0, shape.BANDS - 1)
        tones = _led_back(power, reaches, at, bands, band_of)
        reached = np.stack([_gain(heights, *edge) ** 2 for edge in edges], 2)
        shares = noise_shares(sound)
        for frame in range(shape.FRAMES):
            tones[frame], bands[frame] = _shared(tones[frame], reached[frame], bands[frame], shares[frame])
    whole = tones.sum(1) + bands.sum(1)
    level = 10 * np.log10(whole.max() + _SILENT)
    at_frames = cents[np.minimum(_frames(), len(cents) - 1)]
    # Amplitudes of tones, root mean squares of noise.
    return Measured(
        float(level),
        hertz,
        10 * np.log10(2 * tones + _SILENT) - level,
        10 * np.log10(bands + _SILENT) - level,
        at_frames,
    )


def _shared(
    tones: np.ndarray, reached: np.ndarray, bands: np.ndarray, shares: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Powers of modes and of noise that together make up each band's.

    reached: [modes, BANDS] how much each band hears of a mode.
    """
    wanted = bands * (1.0 - shares)
    gain = np.minimum(wanted / np.maximum(tones @ reached, _SILENT), _MOST_GAIN)
    tones = tones * (reached @ gain) / np.maximum(reached.sum(1), _SILENT)
    return tones, np.maximum(bands - tones @ reached, 0.0)
