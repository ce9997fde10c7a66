"""The host's inputs of many streams at once, kept up event by event as the plugin does, for improvising in batches."""

from typing import NamedTuple

import numpy as np

from training import data, features, motif
from training import vocabulary as v


class Ground(NamedTuple):
    """Where a stream is played: who is there, and the bars from tick 0 on, one number each bar."""

    families: np.ndarray  # int64 [5]
    bar_start: np.ndarray  # ticks
    bar_length: np.ndarray  # ticks
    beat: np.ndarray  # ticks

    @property
    def end(self) -> int:
        """End of the last bar in ticks."""
        return int(self.bar_start[-1] + self.bar_length[-1])


class Heard(NamedTuple):
    """Inputs of one step of B streams under the graph's names."""

    event: np.ndarray  # int64 [B, 5]
    position: np.ndarray  # int64 [B, 3]
    remain: np.ndarray  # float32 [B, 128]
    last: np.ndarray  # int64 [B, 5]
    lookback: np.ndarray  # int64 [B, 5, 5]
    motif: np.ndarray  # int16 [B, 5, 5, 4]


class _Past(NamedTuple):
    """What is kept of B streams of at most C events; see `features.hear_each` and `motif.hear_each`."""

    onset: np.ndarray  # int64 [B, C]
    event: np.ndarray  # int64 [B, C + 1, 5], START in front
    step: np.ndarray  # int64 [B, C]
    end: np.ndarray  # int64 [B, 128]
    current: np.ndarray  # int64 [B, 5]
    own: np.ndarray  # int64 [B, 4, 5, C]
    found: np.ndarray  # int64 [B, 5, 8]
    bar: np.ndarray  # int64 [B]: index of the newest onset's bar
    bar_start: np.ndarray  # int64 [B, bars]
    bar_length: np.ndarray
    beat: np.ndarray
    drums: np.ndarray  # bool [B, 5]


class Hearing:
    """B streams that start together at tick 0 of their grounds and take one event each at every step."""

    def __init__(self, grounds: list[Ground], capacity: int):
        size, bars = len(grounds), max(len(g.bar_start) for g in grounds)
        own, found = motif.memory(1)

        def column(field: str) -> np.ndarray:
            rows = [getattr(g, field) for g in grounds]
            out = np.stack([np.pad(row, (0, bars - len(row)), mode="edge") for row in rows]).astype(np.int64)
            if field == "bar_start":
                for row, ground in zip(out, grounds, strict=True):
                    row[len(ground.bar_start) :] = np.iinfo(np.int64).max  # bars that never come
            return out

        self.count = 0
        self._past = _Past(
            np.zeros((size, capacity), np.int64), np.zeros((size, capacity + 1, 5), np.int64),
            np.zeros((size, capacity), np.int64), np.zeros((size, v.PITCHES), np.int64),
            np.full((size, v.PARTS), v.NO_PITCH), np.zeros((size, *own.shape[:2], capacity), np.int64),
            np.tile(found, (size, 1, 1)), np.zeros(size, np.int64), column("bar_start"), column("bar_length"),
            column("beat"), np.stack([g.families == v.DRUMS for g in grounds]),
        )  # fmt: skip
        self._past.event[:, 0] = v.START
        self._heard = Heard(
            np.empty((size, 5), np.int64), np.empty((size, 3), np.int64), np.zeros((size, v.PITCHES), np.float32),
            np.empty((size, v.PARTS), np.int64), np.empty((size, v.MEMORIES, 5), np.int64),
            np.empty((size, v.PARTS, v.SOURCES, 4), np.int16),
        )  # fmt: skip

    @property
    def now(self) -> np.ndarray:
        """Newest onset of each stream in ticks, int64 [B]; 0 before the first."""
        past = self._past
        return past.onset[:, self.count - 1] if self.count else np.zeros(len(past.onset), np.int64)

    def hear(self) -> Heard:
        """Inputs after the newest events; they hold until the next call, which follows the next `push`."""
        past, heard = self._past, self._heard
        features.hear_each(
            self.count, past.bar, past.bar_start, past.bar_length, past.beat, past.drums, past.onset, past.event,
            past.step, past.end, past.current, heard.position, heard.remain, heard.last, heard.lookback,
        )  # fmt: skip
        heard.event[:] = past.event[:, self.count]
        lengths = np.maximum(past.bar_length[np.arange(len(past.bar)), past.bar], 1)
        motif.hear_each(self.count, past.onset, past.event, past.drums, lengths, past.own, past.found, heard.motif)
        return heard

    def push(self, drawn: np.ndarray, told_velocity: np.ndarray) -> None:
        """Absorb one drawn event (int64 [B, 5]) of each stream; `told_velocity` is what the network is told of it."""
        self._past.onset[:, self.count] = self.now + drawn[:, 0]
        event = self._past.event[:, self.count + 1]
        event[:] = drawn
        event[:, 4] = told_velocity
        self.count += 1

    def keep(self, rows: np.ndarray) -> None:
        """Go on with these streams only."""
        self._past = _Past(*(column[rows] for column in self._past))
        self._heard = Heard(*(column[rows] for column in self._heard))

    def stream(self, row: int, style: int, count: int, ground: Ground, has_velocity: bool) -> data.Stream:
        """The first `count` events of one stream."""
        event = self._past.event[row, 1 : count + 1].copy()
        velocity = event[:, 4] if has_velocity else np.full(count, v.VELOCITIES // 2)
        return data.Stream(
            style, self._past.onset[row, :count].copy(), event[:, 1], event[:, 2], event[:, 3], velocity, has_velocity,
            ground.families, ground.bar_start, ground.bar_length, ground.beat,
        )  # fmt: skip
