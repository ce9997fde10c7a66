"""A comparator without a network: prediction by partial matching over the same fields as the note model.

Each field has five contexts, from almost nothing to a long past, blended from the shortest up by method C (Moffat,
"Implementing the PPM Data Compression Scheme", 1990) in its interpolated form. *Static* counts the training split;
*memory* also counts the piece so far and mixes both by how well each has done in this piece.
"""

import argparse
import json
import math
import time
from pathlib import Path

import numba
import numpy as np

from training import data, evaluate
from training import vocabulary as v
from training.corpus import Corpus

ORDERS = 5
FIELDS = 4  # velocity is left out
_LOCAL_FROM = 2  # the piece's own counts begin at this order
_SHARE = 0.02  # of the mixture's weight that is handed out anew at each note
_CLASSES = np.array(v.CLASSES[:FIELDS], dtype=np.float64)


@numba.njit(cache=True, inline="always")
def _mix(h, x):
    """A 64-bit hash step (after SplitMix64)."""
    h = (h ^ np.uint64(x)) * np.uint64(0x9E3779B97F4A7C15)
    return h ^ (h >> np.uint64(29))


@numba.njit(cache=True)
def _slot_of(keys, key):
    """Where `key` stands or may be put; the table is never full."""
    mask = np.uint64(len(keys) - 1)
    at = (key ^ (key >> np.uint64(32))) & mask
    while keys[at] != 0 and keys[at] != key:
        at = (at + np.uint64(1)) & mask
    return np.int64(at)


@numba.njit(cache=True)
def _hash(field, order, a, b, c, d, e):
    h = _mix(np.uint64(0x243F6A8885A308D3), field * 8 + order)
    for x in (a, b, c, d, e):
        h = _mix(h, x + 7)
    return h | np.uint64(1)


@numba.njit(cache=True)
def _contexts(out, field, n, rows, family, length, past):
    """Hashes of the five contexts of one field of event `n`.

    rows: [N, 6] time class, part, pitch, duration class, phase, same-tick count; past: [5, 8] last four pitches and
    last four durations of each slot.
    """
    t1, p1, x1 = -1, -1, -1
    t2, p2, p3 = -1, -1, -1
    if n > 0:
        t1, p1, x1 = rows[n - 1, 0], rows[n - 1, 1], rows[n - 1, 2]
    if n > 1:
        t2, p2 = rows[n - 2, 0], rows[n - 2, 1]
    if n > 2:
        p3 = rows[n - 3, 1]
    phase = rows[n - 1, 4] if n > 0 else rows[0, 4]
    chord = rows[n - 1, 5] if n > 0 else 0
    dt, part = rows[n, 0], rows[n, 1]
    if field == 0:
        out[0] = _hash(0, 0, 0, 0, 0, 0, 0)
        out[1] = _hash(0, 1, phase, length, 0, 0, 0)
        out[2] = _hash(0, 2, phase, length, chord, p1, 0)
        out[3] = _hash(0, 3, phase, length, chord, p1, t1)
        out[4] = _hash(0, 4, phase, chord, p1, t1, t2 * 8 + p2)
    elif field == 1:
        slots = 0
        for s in range(1, 5):
            slots += family[s] != v.ABSENT
        out[0] = _hash(1, 0, slots, 0, 0, 0, 0)
        out[1] = _hash(1, 1, slots, min(dt, 1), p1, 0, 0)
        out[2] = _hash(1, 2, slots, dt, p1, p2, 0)
        out[3] = _hash(1, 3, slots, dt, p1, p2, p3)
        out[4] = _hash(1, 4, dt, p1, p2, p3, t1 * 512 + t2)
    elif field == 2:
        together = x1 * 8 + p1 if dt == 0 else -1
        out[0] = _hash(2, 0, family[part], 0, 0, 0, 0)
        out[1] = _hash(2, 1, family[part], past[part, 0], 0, 0, 0)
        out[2] = _hash(2, 2, past[part, 0], together, 0, 0, 0)
        out[3] = _hash(2, 3, past[part, 0], past[part, 1], together, 0, 0)
        out[4] = _hash(2, 4, past[part, 0], past[part, 1], past[part, 2], past[part, 3], together)
    else:
        now = rows[n, 4]
        out[0] = _hash(3, 0, family[part], 0, 0, 0, 0)
        out[1] = _hash(3, 1, past[part, 4], family[part], 0, 0, 0)
        out[2] = _hash(3, 2, past[part, 4], now, length, 0, 0)
        out[3] = _hash(3, 3, past[part, 4], past[part, 5], now, dt, 0)
        out[4] = _hash(3, 4, past[part, 4], past[part, 5], past[part, 6], now, dt)


@numba.njit(cache=True)
def _count(context, symbol, keys, total, distinct, pair_keys, pair):
    at = _slot_of(keys, context)
    keys[at] = context
    total[at] += 1
    both = _mix(context, symbol + 1) | np.uint64(1)
    there = _slot_of(pair_keys, both)
    if pair_keys[there] == 0:
        pair_keys[there] = both
        distinct[at] += 1
    pair[there] += 1


@numba.njit(cache=True)
def _blend(p, context, symbol, keys, total, distinct, pair_keys, pair):
    """Probability of `symbol` in one context over the probability `p` of the shorter one."""
    at = _slot_of(keys, context)
    if keys[at] == 0:
        return p
    there = _slot_of(pair_keys, _mix(context, symbol + 1) | np.uint64(1))
    count = pair[there] if pair_keys[there] != 0 else 0
    return (count + distinct[at] * p) / (total[at] + distinct[at])


@numba.njit(cache=True)
def _remember(rows, n, past):
    part = rows[n, 1]
    for k in range(3, 0, -1):
        past[part, k] = past[part, k - 1]
        past[part, 4 + k] = past[part, 3 + k]
    past[part, 0] = rows[n, 2]
    past[part, 4] = rows[n, 3]


@numba.njit(cache=True)
def _learn(rows, family, lengths, keys, total, distinct, pair_keys, pair):
    context, past = np.zeros(ORDERS, np.uint64), np.full((5, 8), -1)
    for n in range(len(rows)):
        for field in range(FIELDS):
            _contexts(context, field, n, rows, family, lengths[n], past)
            for order in range(ORDERS):
                _count(context[order], rows[n, field], keys, total, distinct, pair_keys, pair)
        _remember(rows, n, past)


@numba.njit(cache=True)
def _judge(rows, family, lengths, classes, keys, total, distinct, pair_keys, pair, out):
    """Log-probability of every field: out[0] static, out[1] with memory; out: [2, N, 4]."""
    size = 1 << 17
    own_keys, own_total, own_distinct = np.zeros(size, np.uint64), np.zeros(size, np.int32), np.zeros(size, np.int32)
    own_pair_keys, own_pair = np.zeros(size, np.uint64), np.zeros(size, np.int32)
    context, past, trust = np.zeros(ORDERS, np.uint64), np.full((5, 8), -1), np.full(FIELDS, 0.5)
    for n in range(len(rows)):
        for field in range(FIELDS):
            symbol = rows[n, field]
            _contexts(context, field, n, rows, family, lengths[n], past)
            static = 1.0 / classes[field]
            for order in range(ORDERS):
                static = _blend(static, context[order], symbol, keys, total, distinct, pair_keys, pair)
            local = static
            for order in range(_LOCAL_FROM, ORDERS):
                c = context[order]
                local = _blend(local, c, symbol, own_keys, own_total, own_distinct, own_pair_keys, own_pair)
                _count(c, symbol, own_keys, own_total, own_distinct, own_pair_keys, own_pair)
            both = trust[field] * local + (1 - trust[field]) * static
            trust[field] = _SHARE / 2 + (1 - _SHARE) * trust[field] * local / both
            out[0, n, field] = math.log(static)
            out[1, n, field] = math.log(both)
        _remember(rows, n, past)


def _rows(stream: data.Stream) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What `_contexts` reads: rows [N, 6], families [5], bar lengths [N]."""
    bar = np.maximum(np.searchsorted(stream.bar_start, stream.onset, side="right") - 1, 0)
    phase = np.clip(stream.onset - stream.bar_start[bar], 0, 383)
    time = np.minimum(np.diff(stream.onset, prepend=stream.onset[:1]), v.TIME_CLASSES - 1)
    first = np.maximum.accumulate(np.where(time > 0, np.arange(len(time)), 0))
    chord = np.minimum(np.arange(len(time)) - first, 6)
    rows = np.stack([time, stream.slot, stream.pitch, stream.duration, phase, chord], 1).astype(np.int64)
    return rows, stream.families.astype(np.int64), stream.bar_length[bar].astype(np.int64)


class Model:
    """Counts of the training split."""

    def __init__(self, bits: int = 26):
        size = 1 << bits
        self._tables = (
            np.zeros(size // 2, np.uint64), np.zeros(size // 2, np.int32), np.zeros(size // 2, np.int32),
            np.zeros(size, np.uint64), np.zeros(size, np.int32),
        )  # fmt: skip

    def learn(self, stream: data.Stream) -> None:
        """Count one piece."""
        _learn(*_rows(stream), *self._tables)

    def judge(self, stream: data.Stream) -> np.ndarray:
        """Nats of each true field, [2, N, 4]: static, with memory."""
        out = np.empty((2, len(stream.onset), FIELDS))
        _judge(*_rows(stream), _CLASSES, *self._tables, out)
        return out

    @property
    def load(self) -> float:
        """Share of the fuller table in use, 0..1."""
        return max(float((self._tables[i] != 0).mean()) for i in (0, 3))


def compare(corpus: Corpus, model: Model, limit: int | None) -> dict:
    """Reports of the static comparator and of the one with memory, on the validation crops of `training.evaluate`.

    Beside them `ms`: milliseconds a note of both together.
    """
    split = corpus.column("split")
    for index in np.random.default_rng(1).permutation(np.flatnonzero(split == "train"))[:limit]:
        piece = corpus[int(index)]
        model.learn(data.stream_of(piece, data.evaluation_slots(piece), 0, 10**9))
    tallies = {"static": evaluate.Tally(), "memory": evaluate.Tally()}
    spent, notes = 0.0, 0
    for index in np.flatnonzero(split == "valid"):
        piece = corpus[int(index)]
        stream = data.stream_of(piece, data.evaluation_slots(piece), 0, evaluate.CROP)
        begun = time.perf_counter()
        found = model.judge(stream)
        spent, notes = spent + time.perf_counter() - begun, notes + len(stream.onset)
        for tally, nats in zip(tallies.values(), found, strict=True):
            tally.add(piece.style, np.pad(nats, [(0, 0), (0, 1)]), False)
    return {"ms": round(1000 * spent / max(notes, 1), 4)} | {name: tally.report() for name, tally in tallies.items()}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="the .npz file that training.corpus wrote")
    parser.add_argument("--limit", type=int, help="train on this many pieces only")
    parser.add_argument("--bits", type=int, default=26, help="size of the tables, as a power of two")
    arguments = parser.parse_args()
    model = Model(arguments.bits)
    reports = compare(Corpus.open(arguments.corpus), model, arguments.limit)
    print(json.dumps({"load": round(model.load, 3), **reports}, indent=1))


if __name__ == "__main__":
    main()
