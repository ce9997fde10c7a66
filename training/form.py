"""What holds improvisations near the form of their style's pieces, as `src/music/form.rs` does.

Four shares of real pieces are aimed at: figures of five intervals that their part has played before, notes in the best
key's scale, semitones between parts that sound together, and narrow stretches: twelve notes of a part on four pitches
at most, as of a drone or a trill. Pieces of one style differ, so each improvisation draws which quantile of each share
it aims at. What is owed of a share is counted note by note, and notes that would pay it become more or less likely. In
the same way each draws how long a piece of the style copies others, and copies none for longer (`training.guard`). A
part that has wandered from the register asked for is told one beyond it.
"""

import numba
import numpy as np

from training import vocabulary as v
from training.data import PROFILES

AIMS = ("figures_again", "in_scale", "clashes", "narrow_stretches", "longest_copy")  # by these names in the manifest
LONGEST_COPY = 4  # place among them of what is no share but notes
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
INTERVALS = 5  # of a figure
STRETCH, NARROW = 12, 4  # notes of a stretch; pitches of a narrow one, at most
FOREIGN = (1, 3, 6, 8, 10), (1, 4, 6, 9)  # degrees outside a major key; outside a minor one with both sevenths
_CLASHING = (1, 11, 13)  # semitones
_MEMORY = 512  # newest notes of a part, in which its figures are looked for
_KEPT = 32  # newest notes, of which some sound still
_LASTING = 1 - 1 / 256  # what remains of a debt after one more figure, note, pair or stretch
_KEY_LASTING = 1 - 1 / 512  # and of what was heard of the key
_LONGEST = 192  # ticks that one note counts for in the key at most
_FEWEST = 6  # notes without which there is no key
# Natural logarithms of odds for one figure, note, pair or stretch owed, and the most of them.
EACH, MOST = np.array([0.2, 0.3, 0.25, 0.2]), np.array([4.0, 3.0, 4.0, 4.0])
_UNPAID = 1.5  # what is owed at most, as a multiple of what leans most
_PROMISED = 0.5  # share of it for what follows three equal intervals and not four
TOLD, MOST_TOLD = 0.15, 3.0  # deviations of repetition that are told for one figure owed, and the most
# Figures return the more, the more bars there are that they may come from: this times bars / (bars + half) of a share.
_GROWTH, _HALF, _GROWN = 2.05, 8.0, 32.0
_NEARLY_ALL = 0.95
_LOGISTIC = 1.7  # a normal distribution's deviation, on the logistic scale
# Square roots of primes without their whole parts, 2^64 times each: R. D. Richtmyer, "The evaluation of definite
# integrals, and a quasi-Monte-Carlo method based on the properties of algebraic numbers", 1951.
_SPREAD = (0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1, 0x510E527FADE682D1)
# What remains of a part's height after one more note; how far it may be from what is asked for, in octaves; how much
# beyond that is told for an octave too far, the most of it, and the farthest register told.
_HEIGHT_LASTING, _NEAR, _EACH_OCTAVE, _MOST_BEYOND, _FARTHEST = 1 - 1 / 32, 0.1, 1.0, 1.0, 3.0
_PROFILE_ROWS = (PROFILES - PROFILES.mean(1, keepdims=True)) / PROFILES.std(1, keepdims=True)
_OUTSIDE = np.array([[(c - k) % 12 in FOREIGN[k >= 12] for c in range(12)] for k in range(24)])


def no_aims() -> np.ndarray:
    """Of a style whose pieces are not known, float [5, 5]."""
    return np.full((len(AIMS), len(QUANTILES)), np.nan)


def aims_of(row: dict, second: dict | None = None, lean: float = 0.0) -> np.ndarray:
    """Quantiles of each aim in a style's pieces, float [5, 5]; of two styles blended, as far as both know them."""
    lean = lean if second else 0.0
    rows = [row.get("aims", {}), (second or row).get("aims", {})]
    first, other = ([no_aims()[0] if of.get(n) is None else np.array(of[n]) for n in AIMS] for of in rows)
    mixed = (1 - lean) * np.array(first) + lean * np.array(other)
    known = np.where(np.isnan(first) if lean > 0 else False, other, first)
    return np.where(np.isnan(mixed), known, mixed)


def shares_of(seed: int, repetition: float) -> np.ndarray:
    """The quantile of each aim that the improvisation of a seed aims at, float [5].

    Seeds that follow each other are spread evenly over what the style's pieces are like. repetition: as wished for,
    deviations.
    """
    drawn = np.array([0.05 + 0.9 * (((seed + 1) * step + (1 << 63)) % (1 << 64)) / (1 << 64) for step in _SPREAD])
    odds = drawn[0] / (1 - drawn[0]) * np.exp(_LOGISTIC * repetition)
    return np.array([odds / (1 + odds), *drawn[1:]])


@numba.njit(cache=True)
def _follows(pitch, at, newest, low):
    """How many intervals up to `at`, from `low` on, equal those up to `newest`: all but one of a figure at most."""
    same = 0
    while same < INTERVALS - 1 and at - same > low:
        if pitch[at - same] - pitch[at - same - 1] != pitch[newest - same] - pitch[newest - same - 1]:
            break
        same += 1
    return same


@numba.njit(cache=True)
def _was_played(pitch, count, low):
    """Whether the newest five intervals of a part stand anywhere before in its notes from `low` on."""
    newest = count - 1
    step = pitch[newest] - pitch[newest - 1]
    for at in range(newest - 2, low + INTERVALS - 2, -1):
        if pitch[at + 1] - pitch[at] == step and _follows(pitch, at, newest - 1, low) == INTERVALS - 1:
            return True
    return False


@numba.njit(cache=True)
def _promise(pitch, count, low, bias, much, leave):
    """Lean to what went on as the part's newest intervals do, but to no pitch to leave. bias: float32 [128]."""
    newest = count - 1
    share = np.zeros(128)
    for at in range(newest - 1, low + INTERVALS - 3, -1):
        same = _follows(pitch, at, newest, low)
        to = pitch[newest] + pitch[at + 1] - pitch[at]
        if same >= INTERVALS - 2 and 0 <= to < 128 and not (much > 0 and np.any(leave == to)):
            share[to] = max(share[to], 1.0 if same == INTERVALS - 1 else _PROMISED)
    for p in range(128):
        bias[p] += much * share[p]


@numba.njit(cache=True)
def _to_leave(pitch, count):
    """The pitches of all notes but the next of a stretch that would be narrow, int16 [any]."""
    found = np.unique(pitch[max(0, count - STRETCH + 1) : count])
    return found[: len(found) if count >= STRETCH - 1 and len(found) <= NARROW else 0]


@numba.njit(cache=True)
def _lean(pitch, count, melodic, ends, slots, keys, now, outside, much, bias):
    """Add to bias, float32 [B, 5, 128]; much: float64 [B, 4]; outside: bool [B, 12]."""
    for b in range(len(count)):
        for s in range(1, 5):
            if not melodic[b, s]:
                continue
            leave = _to_leave(pitch[b, s], count[b, s] if much[b, 3] < 0.0 else 0)
            if much[b, 0] != 0.0 and count[b, s] >= INTERVALS:
                low = max(0, count[b, s] - _MEMORY)
                _promise(pitch[b, s], count[b, s], low, bias[b, s], much[b, 0], leave)
            for p in leave:
                bias[b, s, p] += much[b, 3]
            if much[b, 1] != 0.0:
                for p in range(128):
                    if outside[b, p % 12]:
                        bias[b, s, p] -= much[b, 1]
            if much[b, 2] > 0.0:
                hit = np.zeros(128, np.bool_)
                for i in range(_KEPT):
                    if ends[b, i] > now[b] and slots[b, i] != s:
                        for apart in (-13, -11, -1, 1, 11, 13):
                            p = keys[b, i] + apart
                            if 0 <= p < 128:
                                hit[p] = True
                for p in range(128):
                    if hit[p]:
                        bias[b, s, p] -= much[b, 2]


def _owe(debt: np.ndarray, aim: int, more: float) -> None:
    """Owe more of one aim; what could not be paid for long is not owed. debt: float [4], in place."""
    limit = _UNPAID * MOST[aim] / EACH[aim]
    debt[aim] = min(max(debt[aim] * _LASTING + more, -limit), limit)


class Form:
    """Of B streams, kept up event by event."""

    def __init__(self, families: np.ndarray, aims: np.ndarray, shares: np.ndarray, wished: np.ndarray, most: int):
        """families: int [B, 5]; aims: float [B, 5, 5], quantiles of each aim, nan = no aim; shares: float [B, 5], the
        quantiles aimed at, 0..1; wished: bool [B], whether a key is told, which is then kept to instead; most: notes of
        a stream."""
        size = len(families)
        self._melodic = families < v.DRUMS  # bool [B, 5]
        self._aims = np.array([[np.interp(u, QUANTILES, q) for u, q in zip(us, qs, strict=True)]
                               for us, qs in zip(shares, aims, strict=True)]).reshape(size, len(AIMS))  # fmt: skip
        self._aims[wished, 1] = np.nan
        self._pitch = np.zeros((size, v.PARTS, most + 1), np.int16)
        self._count = np.zeros((size, v.PARTS), np.int64)
        self._debt = np.zeros((size, len(EACH)))
        self._height = np.zeros((size, v.PARTS, 2))  # octaves from middle C of each slot's newest notes: sum, weight
        self._classes = np.zeros((size, 12))
        self._notes = np.zeros(size, np.int64)
        self._ends = np.zeros((size, _KEPT), np.int64)
        self._slots = np.zeros((size, _KEPT), np.int64)
        self._keys = np.zeros((size, _KEPT), np.int64)
        self._now = np.zeros(size, np.int64)
        self._begun = np.full(size, -1)  # first onset, -1 = none yet

    def push(self, drawn: np.ndarray, bar: np.ndarray) -> None:
        """Absorb one drawn event (int64 [B, 5]) of each stream, in bars of so many ticks, [B]."""
        self._now += drawn[:, 0]
        self._begun = np.where(self._begun < 0, self._now, self._begun)
        key = self._key()
        for b, (_, slot, pitch, duration, _) in enumerate(drawn.tolist()):
            if not self._melodic[b, slot]:
                continue
            end, aims, debt = self._now[b] + int(v.DURATION_TICKS[duration]), self._aims[b], self._debt[b]
            sounding = (self._ends[b] > self._now[b]) & (self._slots[b] != slot)
            if slot and not np.isnan(aims[2]):
                for apart in np.abs(self._keys[b][sounding] - pitch).tolist():
                    _owe(debt, 2, (apart in _CLASHING) - aims[2])
            if key[b] >= 0 and slot and not np.isnan(aims[1]):
                _owe(debt, 1, aims[1] - (not _OUTSIDE[key[b], pitch % 12]))
            own, count = self._pitch[b, slot], self._count[b, slot]
            own[count] = pitch
            self._count[b, slot] = count = count + 1
            if slot and count > INTERVALS and not np.isnan(aims[0]):
                bars = min((self._now[b] - self._begun[b]) / bar[b], _GROWN)
                wanted = min(aims[0] * _GROWTH * bars / (bars + _HALF), max(aims[0], _NEARLY_ALL))
                _owe(debt, 0, wanted - _was_played(own, count, max(0, count - _MEMORY)))
            if slot and count >= STRETCH and not np.isnan(aims[3]):
                _owe(debt, 3, aims[3] - (len(np.unique(own[count - STRETCH : count])) <= NARROW))
            newest = np.array([(pitch - 60) / 12, 1.0])
            self._height[b, slot] = newest + (self._height[b, slot] - newest) * _HEIGHT_LASTING
            self._classes[b] *= _KEY_LASTING
            self._classes[b, pitch % 12] += min(int(v.DURATION_TICKS[duration]), _LONGEST)
            self._notes[b] += 1
            for row, newest in ((self._ends, end), (self._slots, slot), (self._keys, pitch)):
                row[b, :-1] = row[b, 1:]
                row[b, -1] = newest

    def _key(self) -> np.ndarray:
        """The best of 24 keys of what was heard, -1 = none, int [B]."""
        weights = self._classes - self._classes.mean(1, keepdims=True)
        agreement = weights @ _PROFILE_ROWS.T
        best = agreement.argmax(1)
        known = (self._notes >= _FEWEST) & (agreement.max(1) > 0)
        return np.where(known, best, -1)

    @property
    def wanted(self) -> np.ndarray:
        """What is aimed at, float [B, 5]; nan = no aim."""
        return self._aims

    def told(self) -> np.ndarray:
        """Deviations of repetition that are told beside the usual, float [B]."""
        return np.where(np.isnan(self._aims[:, 0]), 0.0, (self._debt[:, 0] * TOLD).clip(-MOST_TOLD, MOST_TOLD))

    def registers(self, asked: np.ndarray) -> np.ndarray:
        """What is told instead of the registers asked for, octaves from middle C, float [B, 5]."""
        off = self._height[..., 0] - self._height[..., 1] * asked
        beyond = off - off.clip(-_NEAR, _NEAR)
        told = asked - (beyond * _EACH_OCTAVE).clip(-_MOST_BEYOND, _MOST_BEYOND)
        return np.where(beyond == 0, asked, told.clip(-_FARTHEST, _FARTHEST))

    def pitches(self, bias: np.ndarray) -> np.ndarray:
        """The bias of pitches, float32 [B, 5, 128], with what pays the debts more likely and what adds to them less."""
        much = (self._debt * EACH).clip(-MOST, MOST)
        much[:, 2] = much[:, 2].clip(0)
        key = self._key()
        much[key < 0, 1] = 0.0
        out = bias.copy()
        _lean(self._pitch, self._count, self._melodic, self._ends, self._slots, self._keys, self._now,
              _OUTSIDE[key], much, out)  # fmt: skip
        return out

    def keep(self, rows: np.ndarray) -> None:
        """Go on with these streams only."""
        for name, column in vars(self).items():
            setattr(self, name, column[rows])
