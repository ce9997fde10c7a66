"""What keeps improvisations of many streams from running away, as `src/infer/sampling.rs` and the plugin's drawing do.

No more than a handful of keys of one part at once; no run of notes closer than a thirty-second; a pitch that a part has
struck more often running than the style's pieces do grows less likely; and where far more or fewer notes have come than
are wished for, shorter or longer waits grow less likely. A band that is silent comes in again after a bar, in a beat.
"""

import numpy as np

from training import vocabulary as v

RULES = 7  # raised with every rule that changes what is improvised: figures of other rules are not gone on with
HANDFUL = 8  # keys of one part struck at once
_GAPS, _RUSHING = 4, 3  # onsets in a row that are closer than so many ticks
_WEARYING, _MOST_WEARY = 0.5, 8.0  # natural logarithms of odds
_OFF = -1e9
_RECENT = 256  # newest onsets that density is counted in
_STEP = 0.678  # octaves of density that one step of its control means: 1.6 times the notes
_FREE, _FREE_AT_REST, _AT_REST = 0.1, 0.3, 0.1  # octaves that nobody is held to; steps below which nothing is wished
# Natural logarithms of odds for an octave too many or too few; more of them for each step that is wished for; the most.
_EACH, _INSISTING, _MOST_HELD = 3.5, 10.0, 8.0
_MOST_DRIVEN, _MOST_DRIVEN_AT_REST = 5.0, 1.5  # driven on less than held back
_WAITS = np.arange(v.TIME_CLASSES)
# How much longer waits are less likely for one unit of hurry. A band that is held back strikes as many notes together
# as after an eighth; one that is driven on as many as after a sixteenth, so that chords grow along with runs.
_LENGTHS = (np.log2(np.maximum(_WAITS, 1) / 12) * (_WAITS > 0)).astype(np.float32)
_DRIVEN = np.where(_WAITS == 0, -1, _LENGTHS).astype(np.float32)


class Manners:
    """Of B streams, kept up event by event."""

    def __init__(self, patience: np.ndarray, families: np.ndarray, density: np.ndarray, hurry: np.ndarray):
        """patience: float [B]; families: int [B, 5]; density: float [B, 2], usual and wished steps; hurry: [B]."""
        size = len(patience)
        self._patience = patience
        self._melodic = families < v.DRUMS  # bool [B, 5]
        self._band = (families != v.ABSENT) & (np.arange(v.PARTS) > 0)
        self._density, self._hurry = density, hurry
        self._onsets = np.full((size, _RECENT), -1)  # newest last
        self._parts = np.zeros((size, _RECENT), np.int64)
        self._now = np.zeros(size, np.int64)  # ticks
        self._rings = np.zeros(size, np.int64)  # end of what sounds longest, ticks
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
        self._now += time
        self._rings = np.maximum(self._rings, self._now + v.DURATION_TICKS[drawn[:, 3]])
        for column, newest in ((self._onsets, self._now), (self._parts, part)):
            column[:, :-1] = column[:, 1:]
            column[:, -1] = newest
        self._struck[moved] = 0
        self._struck[every, part] += 1
        again = self._pitch[every, part] == pitch
        self._running[every, part] = np.where(again, self._running[every, part] + 1, 1)
        self._pitch[every, part] = pitch

    def _governed(self, bar: np.ndarray) -> np.ndarray:
        """What is added to the hurry for the last two bars' density, float [B]. bar: the newest's ticks, [B]."""
        span = np.minimum(self._now, 2 * bar)
        recent = self._onsets >= (self._now - span)[:, None]
        counts = [(recent & (self._parts == part)).sum(1) for part in range(v.PARTS)]
        values = np.log2(np.stack(counts, 1) * v.TICKS_PER_QUARTER / np.maximum(span, 1)[:, None] + 0.25)
        played = (values * self._band).sum(1) / np.maximum(self._band.sum(1), 1)
        usual, wished = self._density.T
        off = played - (usual + wished * _STEP)
        free = np.where(np.abs(wished) < _AT_REST, _FREE_AT_REST, _FREE)
        excess = off - off.clip(-free, free)
        firmly = excess * (_EACH + _INSISTING * np.abs(wished))
        driven = np.where(np.abs(wished) < _AT_REST, _MOST_DRIVEN_AT_REST, _MOST_DRIVEN)
        return np.where(span < bar, 0.0, -firmly.clip(-driven, _MOST_HELD))

    def times(self, bar: np.ndarray, beat: np.ndarray) -> np.ndarray:
        """The bias of waits, float32 [B, 384], without those that would be a runaway or a silence.

        bar: as in `_governed`; beat: likewise.
        """
        hurry = (self._hurry + self._governed(bar)).astype(np.float32)
        bias = -hurry[:, None] * np.where(hurry[:, None] > 0, _DRIVEN, _LENGTHS)
        bias[(self._gaps < _RUSHING).all(1), 1:_RUSHING] = _OFF
        bias[(self._struck >= HANDFUL).any(1), 0] = _OFF
        latest = np.maximum(self._rings - self._now, 0) + bar + beat
        bias[latest[:, None] <= _WAITS] = _OFF
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
