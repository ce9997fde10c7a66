"""Real pieces cut into windows of so many bars, and the ground that an improvisation needs to stand beside each."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from training import corpus, data
from training import vocabulary as v
from training.hearing import Ground

FEWEST_BARS, FEWEST_NOTES = 8, 16


class Window(NamedTuple):
    """Some bars of a real piece, moved to tick 0; parts that are silent in them are absent."""

    piece: str
    place: int  # 0 = from the piece's first bar, 1 = the next window, ...
    stream: data.Stream

    @property
    def ground(self) -> Ground:
        """Who plays, and in which bars."""
        s = self.stream
        return Ground(s.families, s.bar_start, s.bar_length, s.beat)


def cut(piece: corpus.Piece, bars: int) -> list[Window]:
    """Every window of `bars` bars of the four busiest parts, and what is left at the end if it is worth it."""
    slots = data.evaluation_slots(piece)
    whole = data.stream_of(piece, slots, 0, len(piece.onset))
    final = int(np.searchsorted(piece.bar_start, whole.onset[-1], side="right"))  # bars up to the last onset's
    found = []
    for place, first in enumerate(range(0, final, bars)):
        after = min(first + bars, final)
        begin = int(piece.bar_start[first])
        end = int(piece.bar_start[after - 1]) + int(piece.bar_length[after - 1])
        kept = np.flatnonzero((whole.onset >= begin) & (whole.onset < end))
        if after - first < min(FEWEST_BARS, bars) or len(kept) < FEWEST_NOTES:
            continue
        slot = whole.slot[kept]
        families = np.where(np.isin(np.arange(v.PARTS), slot), whole.families, v.ABSENT)
        stream = data.Stream(
            whole.style, whole.onset[kept] - begin, slot, whole.pitch[kept], whole.duration[kept],
            whole.velocity[kept], whole.has_velocity, families, piece.bar_start[first:after].astype(np.int64) - begin,
            piece.bar_length[first:after].astype(np.int64), piece.beat[first:after].astype(np.int64),
        )  # fmt: skip
        found.append(Window(piece.name, place, stream))
    return found


def choose(
    pieces: Iterable[corpus.Piece], styles: set[str], count: int, bars: int, seed: int
) -> dict[str, list[Window]]:
    """At most `count` windows of each style: all first ones before any second one, pieces in random order."""
    cuts: dict[str, list[list[Window]]] = {name: [] for name in styles}
    for piece in pieces:
        if piece.style in styles:
            cuts[piece.style].append(cut(piece, bars))
    found = {}
    for name, of_pieces in cuts.items():
        rng = np.random.default_rng((seed, v.STYLES.index(name)))
        shuffled = [of_pieces[i] for i in rng.permutation(len(of_pieces))]
        in_turn = sorted((w for windows in shuffled for w in windows), key=lambda w: w.place)
        found[name] = in_turn[:count]
    return found
