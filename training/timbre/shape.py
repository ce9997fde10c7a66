"""The shape of one note: its slots, bands and moments. The same numbers stand in `src/infer/timbre_model.rs`."""

import numpy as np

RATE = 48000
HOLD_SECS = 3.0  # a long note, for everything but the release
SHORT_SECS = 0.7  # a short one, for the release
RELEASE_SECS = 1.2  # heard after either

FRAMES = 40
CURVE = 6.0  # of the moments, as in `PartialTable::frame_secs`
FRAME_SECS = HOLD_SECS * np.expm1(CURVE * np.arange(FRAMES) / (FRAMES - 1)) / np.expm1(CURVE)

BELOW = np.array([0.25, 0.5, 0.75, 1.5])  # partials between the harmonics, of organs
EXACT = np.arange(1, 33)  # harmonics with a slot each
COARSE = np.array([36, 41, 47, 54, 62, 71, 81, 93, 107, 123, 141, 160])  # of one slot for many
HARMONICS = int(COARSE[-1])
SLOTS = len(BELOW) + len(EXACT) + len(COARSE)
FIRST = len(BELOW)  # the slot of the fundamental
COARSE_EDGES = np.concatenate([[33], (COARSE[1:] + COARSE[:-1]) / 2, [HARMONICS + 1]])

# Critical bands: Zwicker, "Subdivision of the audible frequency range into critical bands", 1961.
BAND_EDGES = np.array(
    [20, 100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720, 2000, 2320, 2700, 3150, 3700, 4400, 5300]
    + [6400, 7700, 9500, 12000, 15500, 20000],
    float,
)
BANDS = len(BAND_EDGES) - 1
COLUMNS = SLOTS + BANDS  # of one frame

WIDTH_GROUPS = (
    (1, 1),
    (2, 2),
    (3, 4),
    (5, 8),
    (9, 16),
    (17, 32),
)  # harmonics whose left and right are compared together
DEVIATIONS = 24  # harmonics whose frequency may lie off
STATICS = ("level", "cents", "stiffness", "vibrato_cents", "vibrato_hertz", "release_secs")
STATIC_SIZE = len(STATICS) + len(WIDTH_GROUPS) + DEVIATIONS
WIDTH_AT = len(STATICS)
DEVIATION_AT = WIDTH_AT + len(WIDTH_GROUPS)

FLOOR_DB = -100.0  # against the loudest moment
TOP_HERTZ = 19500.0


def hertz_of(pitch: float) -> float:
    """Frequency of a MIDI note number."""
    return 440.0 * 2.0 ** ((pitch - 69.0) / 12.0)


def stretched(harmonics: np.ndarray, stiffness: float) -> np.ndarray:
    """Frequencies of a stiff string's partials over the fundamental's.

    Fletcher and Rossing, "The Physics of Musical Instruments", 1998.
    """
    return harmonics * np.sqrt(1.0 + stiffness * harmonics**2)


def multiples(stiffness: float, deviations: np.ndarray) -> np.ndarray:
    """Frequency of every partial, those between first, over the fundamental's."""
    harmonics = stretched(np.arange(1, HARMONICS + 1, dtype=float), stiffness)
    harmonics[:DEVIATIONS] += deviations
    return np.concatenate([BELOW, harmonics])
