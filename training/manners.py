"""What keeps improvisations of many streams from running away, as `src/infer/sampling.rs` and the plugin's drawing do.

No more than a handful of keys of one part at once; no run of notes closer than a thirty-second; a pitch that a part has
struck more often running than the style's pieces do grows less likely.
"""

import numpy as np

from training import vocabulary as v

HANDFUL = 8  # keys of one part struck at once
_GAPS, _RUSHING = 4, 3  # onsets in a row that are closer than so many ticks
_WEARYING, _MOST_WEARY = 0.5, 8.0  # natural logarithms of odds
_OFF = -1e9


class Manners:
    """Of B streams, kept up event by event."""

    def __init__(self, patience: np.ndarray, families: np.ndarray):
        size = len(patience)
        self._patience = patience  # float [B]
        self._melodic = families < v.DRUMS  # bool [B, 5]
        self._gaps = np.full((size, _GAPS), v.TIME_CLASSES)  # ticks between the newest onsets
        self._struck = np.zeros((size, v.PARTS), np.int64)  # keys struck at the newest onset
        self._pitch = np.full((size, v.PARTS), -1)  # each part's newest
        self._running = np.zeros((size, v.PARTS), np.int64)  # how often running it was struck

    def push(self, drawn: np.ndarray) -> None:
        """Absorb one drawn event (int64 [B, 5]) of each stream."""
        every, time, part, pitch = np.arange(len(drawn)), drawn[:, 0], drawn[:, 1], drawn[:, 2]
        moved = time > 0
        self._gaps[moved] = np.roll(self._gaps[moved], 1, axis=1)
        self._gaps[moved, 0] = time[moved]
        self._struck[moved] = 0
        self._struck[every, part] += 1
        again = self._pitch[every, part] == pitch
        self._running[every, part] = np.where(again, self._running[every, part] + 1, 1)
        self._pitch[every, part] = pitch

    def times(self, bias: np.ndarray) -> np.ndarray:
        """The bias of waits, float32 [B, 384], with those ruled out that would be a runaway."""
        bias = bias.copy()
        bias[(self._gaps < _RUSHING).all(1), 1:_RUSHING] = _OFF
        bias[(self._struck >= HANDFUL).any(1), 0] = _OFF
        return bias

    def pitches(self, bias: np.ndarray) -> np.ndarray:
        """The bias of pitches, float32 [B, 5, 128], with those less likely that a part has struck too often running."""
        weary = ((self._running - self._patience[:, None]) * _WEARYING).clip(0, _MOST_WEARY) * self._melodic
        rows, parts = np.nonzero(weary)
        if not len(rows):
            return bias
        bias = bias.copy()
        bias[rows, parts, self._pitch[rows, parts]] -= weary[rows, parts]
        return bias

    def keep(self, rows: np.ndarray) -> None:
        """Go on with these streams only."""
        for name, column in vars(self).items():
            setattr(self, name, column[rows])
