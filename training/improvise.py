"""Improvises many streams at once under the plugin's conditions: what `src/infer/sampling.rs` asks, in batches.

Three things differ from the plugin: a step is drawn in one go and not window by window, so that a part tires, wearies,
is held to the wished density and is called back from a silence from note to note, and so many notes may be drawn again
at each step; its impatience is read at the beat that the drawn step leads to on the newest bar's metre; and the random
numbers are numpy's.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from training import data, features, form, guard, harmony, manners, model, stepping, weights
from training import vocabulary as v
from training.hearing import Ground, Heard, Hearing

MIN_P = 0.02
OUTSIDE = -2.0  # bias of pitches outside the scale of a key that is told
UNMEASURED = {
    "density": 0.0, "repetition": 0.0, "pitch_sharpness": 1.0, "density_step": 1.0, "hurry": 0.0, "patience": 16.0,
    "excess": 0.0, "tireless": 4.0,
}  # fmt: skip
OFF = -1e9
_FOREIGN = (1, 3, 6, 8, 10), (1, 4, 6)  # degrees outside a major key; outside a minor one with both sixths and sevenths
DRUM_KEYS, MELODIC_KEYS = (35, 81), (21, 108)
MOST_STEP = 0.8  # octaves of density that one step of its control is told at most
MOST_NOTES = 3072  # of one stream
_LOWEST, _HIGHEST = 24, 96  # registers told
_MOST_IMPATIENT = 9.0
_TIRING, _MOST_TIRED = 2.0, 16.0  # deviations less repetition told for a bar of nothing new, and the most
_TIRELESS = 4.0  # bars that the whole band plays all the same again; each beyond them counts for so many bars more:
_SAME_AGAIN = 4.0
_ROUND = 6  # bars that the whole band plays all the same again; then some note is another one
_TRIES = 12  # draws of one note that are thrown away since it copies for too long, or goes round for too long
_SHUNNED = 1e6
_SHORTEST, _LONGEST = 8, 16  # copies that are allowed to every piece; that are allowed to none
_SPARSE = 0.75  # share of rows playing below which the others are taken out
_COLUMNS = (
    "_rows", "_families", "_context", "_sharpness", "_pitches", "_velocity", "_end", "_sounded", "_bits",
    "_repetition_std", "_again", "_register", "_tireless", "_fresh", "_turned", "_limit", "playing",
)  # fmt: skip
# Where each family is at home, for one that the style's band does not have.
_HOME = (60, 72, 60, 57, 40, 64, 62, 58, 64, 74, 70, 60, 62, 60, 60, 60)


@dataclass(frozen=True)
class Ask:
    """One improvisation to make."""

    ground: Ground
    style: int
    context: np.ndarray  # float32 [CONTEXT_SIZE], without chords
    has_velocity: bool  # whether the style's velocities are the model's own; if not, it never hears any
    sharpness: np.ndarray  # float32 [5]: 1 / temperature of each field
    seed: tuple[int, ...]
    chords: tuple[int, ...] = ()  # one a bar, again and again; empty = open
    repetition_std: float = 0.0  # of the style
    patience: float = UNMEASURED["patience"]  # times running that a part strikes one pitch before it wearies of it
    hurry: float = 0.0  # natural logarithms of odds by which a wait of half the length is likelier
    density: tuple[float, float] = (0.0, 0.0)  # what the wish's steps are counted from, and the steps
    aims: np.ndarray = field(default_factory=form.no_aims)  # float [5, 5]: of the style's pieces, see `form`
    repetition: float = 0.0  # deviations that are wished for
    tireless: float = UNMEASURED["tireless"]  # bars of nothing new that a part plays before it tires


@dataclass(frozen=True)
class Player:
    """What improvises: a pack's network, and the index of what it learned from; without one it copies as it likes."""

    network: model.NoteModel
    index: guard.Index | None = None


@dataclass(frozen=True)
class Made:
    """One improvisation, and the mean entropy of what its fields were drawn from."""

    stream: data.Stream
    bits: np.ndarray  # float64 [5]


def usual_registers(row: dict, families: np.ndarray) -> list[float]:
    """Mean pitch of the part in each of slots 1..4 as the plugin chooses it. `row`: the style's in the manifest."""
    band = [(p["family"], p["register"]) for p in row["parts"] if not p.get("added")]
    found = []
    for place, family in enumerate(families[1:]):
        seat = band[place % len(band)]
        same = [register for own, register in (seat, *band) if own == family]
        home = _HOME[family] if family < len(_HOME) else 60
        found.append(float(np.clip(same[0] if same else home, _LOWEST, _HIGHEST)))
    return found


def ask_of(
    row: dict, ground: Ground, temperature: float, seed: tuple[int, ...], density: float = 0.0, octaves: float = 0.0,
    key: int | None = None, chords: tuple[int, ...] = (), repetition: float = 0.0, second: dict | None = None,
    lean: float = 0.0, strength: float = 1.0,
) -> Ask:  # fmt: skip
    """What the plugin asks for with every control at rest, or with these wishes. `row`: the style's in the manifest.

    density, repetition: steps and deviations beside the usual; octaves: added to every part's usual register;
    second: another style's row, blended in by `lean` (0..0.5);
    strength: of the style, 0..2.
    """
    context = np.zeros(v.CONTEXT_SIZE, np.float32)
    style, aims = v.STYLES.index(row["name"]), form.aims_of(row, second, lean)
    context[v.STYLE_AT + style] = (1 - lean) * strength
    row = row | {"rest": UNMEASURED | row.get("rest", {})}
    if second:
        second = second | {"rest": UNMEASURED | second.get("rest", {})}
        context[v.STYLE_AT + v.STYLES.index(second["name"])] += lean * strength
        row = row | {name: _blended(row[name], second[name], lean) for name in ("density", "repetition", "rest")}
    rest = row["rest"]
    step = min(rest["density_step"] * row["density"]["std"], MOST_STEP)
    value = row["density"]["mean"] + density * step + rest["density"] * row["density"]["std"]
    again = row["repetition"]["mean"] + (repetition + rest["repetition"]) * row["repetition"]["std"]
    for slot, pitch in enumerate(usual_registers(row, ground.families), 1):
        if ground.families[slot] == v.ABSENT:
            continue
        context[[v.DENSITY_AT + slot, v.DENSITY_FLAG_AT + slot]] = value, 1
        context[[v.REPETITION_AT + slot, v.REPETITION_FLAG_AT + slot]] = again, 1
        if ground.families[slot] != v.DRUMS:
            context[[v.REGISTER_AT + slot, v.REGISTER_FLAG_AT + slot]] = (pitch - 60) / 12 + octaves, 1
    if key is not None:
        context[v.KEY_AT + key] = 1
    sharpness = np.full(5, 1 / temperature, np.float32)
    sharpness[2] *= rest["pitch_sharpness"]
    return Ask(
        ground, style, context, row["velocity"] == "model", sharpness, seed, chords, row["repetition"]["std"],
        rest["patience"], density * rest["hurry"], (row["density"]["mean"] + _beyond(rest["excess"], density), density),
        aims, repetition, rest["tireless"],
    )  # fmt: skip


def _beyond(excess: float, wished: float) -> float:
    """What is played at rest beyond the style's pieces, as far as it is on the side of the wish: more is never less."""
    return max(excess, 0.0) if wished > 0 else min(excess, 0.0) if wished < 0 else 0.0


def _blended(first: dict, second: dict, lean: float) -> dict:
    return {name: (1 - lean) * value + lean * second[name] for name, value in first.items()}


def usual_ground(row: dict, bars: int) -> Ground:
    """The style's usual band, added parts left out, in its usual metre."""
    over, under = row["meter"]
    families = np.full(v.PARTS, v.ABSENT)
    band = [p["family"] for p in row["parts"] if not p.get("added")]
    families[1 : 1 + len(band)] = band
    length, beat = over * 96 // under, 36 if under == 8 and over in (6, 9, 12) else 96 // under
    return Ground(families, np.arange(bars) * length, np.full(bars, length), np.full(bars, beat))


def _pitch_bias(families: np.ndarray, context: np.ndarray) -> np.ndarray:
    """Keys that a part's instrument lacks, and those outside a told key, float32 [5, 128]."""
    told = np.flatnonzero(context[v.KEY_AT : v.KEY_AT + v.KEYS])
    degrees = _FOREIGN[int(told[0] >= 12)] if len(told) else ()
    outside = np.isin((np.arange(v.PITCHES) - (told[0] if len(told) else 0)) % 12, degrees)
    out = np.full((v.PARTS, v.PITCHES), OFF, np.float32)
    for slot, family in enumerate(families):
        low, high = DRUM_KEYS if family == v.DRUMS else MELODIC_KEYS
        out[slot, low : high + 1] = 0
        if family != v.DRUMS:
            out[slot, outside] += OUTSIDE
    return out


class _Batch:
    """Streams that are improvised together; the rows of those that have ended are taken out by and by."""

    def __init__(self, player: Player, asks: list[Ask], most_notes: int, look_back: bool):
        self._network, self._asks, self._most_notes, self._look_back = player.network, asks, most_notes, look_back
        self._rows = np.arange(len(asks))  # which ask each row of the arrays belongs to
        self._hearing = Hearing([a.ground for a in asks], most_notes)
        self._rng = [np.random.default_rng(a.seed) for a in asks]
        self._families = np.stack([a.ground.families for a in asks])
        self._context = np.stack([a.context for a in asks])
        self._sharpness = np.stack([a.sharpness for a in asks])
        self._pitches = np.stack([_pitch_bias(a.ground.families, a.context) for a in asks])
        self._velocity = np.array([a.has_velocity for a in asks])
        self._end = np.array([a.ground.end for a in asks])
        self._sounded = np.full((len(asks), v.PARTS), -1)  # last onset of each part, -1 = none yet
        self._bits = np.zeros((len(asks), 5))
        self._repetition_std = np.array([a.repetition_std for a in asks])
        self._tireless = np.array([a.tireless for a in asks])
        self._again = self._context[:, v.REPETITION_AT : v.REPETITION_FLAG_AT].copy()  # as asked for
        self._register = self._context[:, v.REGISTER_AT : v.REGISTER_FLAG_AT].copy()
        self._fresh = np.full((len(asks), v.PARTS), -1)  # last onset that no memory of the part foretold, -1 = none
        self._turned = np.zeros(len(asks), np.int64)  # last onset of a note that its part did not play a bar before
        self._manners = manners.Manners(
            np.array([a.patience for a in asks]), self._families, np.array([a.density for a in asks]),
            np.array([a.hurry for a in asks]),
        )  # fmt: skip
        self._form = form.Form(
            self._families, np.stack([a.aims for a in asks]),
            np.stack([form.shares_of(a.seed[-1], a.repetition) for a in asks]),
            self._context[:, v.KEY_AT : v.KEY_AT + v.KEYS].any(1), most_notes,
        )  # fmt: skip
        limit = self._form.wanted[:, form.LONGEST_COPY]
        self._limit = np.where(np.isnan(limit), _LONGEST, limit.round().clip(_SHORTEST, _LONGEST))  # of copies, notes
        self._copies = guard.Copies(player.index, self._families)
        self._state = stepping.state_of(player.network, len(asks))
        self.playing = np.full(len(asks), True)  # rows that have not ended

    def _impatience(self, position: np.ndarray, time: torch.Tensor, rows: np.ndarray) -> torch.Tensor:
        """Bias of the rows' parts at the beat that a drawn time step leads to: for having been silent, or absent."""
        phase, length, beat = (position[:, i, None] for i in range(3))
        time, sounded = time.numpy()[:, None], self._sounded[rows]
        onset = self._hearing.now[rows, None] + time
        begin = onset - (phase + time) % length % beat
        silent = (begin - np.maximum(sounded, 0)) / length
        bias = np.where(sounded < 0, 2 + 4 * silent, 2 * (silent - 2)).clip(0, _MOST_IMPATIENT)
        return torch.from_numpy(np.where(self._families[rows] == v.ABSENT, OFF, bias).astype(np.float32))

    def _tire(self, position: np.ndarray) -> None:
        """Tell a part that has played nothing new for some bars up to its newest note to repeat itself less.

        Sooner where everybody has played one bar again and again.
        """
        bars = (self._sounded - self._fresh) / position[:, 1, None]
        alike = (self._hearing.now - self._turned) / position[:, 1]
        bars = bars + _SAME_AGAIN * (alike - _TIRELESS).clip(0)[:, None]
        tired = (_TIRING * (bars - self._tireless[:, None])).clip(0, _MOST_TIRED)
        more = self._form.told()[:, None] - np.where(self._fresh < 0, 0.0, tired)
        flag = self._context[:, v.REPETITION_FLAG_AT : v.CONTEXT_SIZE]
        more = more * self._repetition_std[:, None] * flag
        self._context[:, v.REPETITION_AT : v.REPETITION_FLAG_AT] = self._again + more

    def _tell_registers(self) -> None:
        flag = self._context[:, v.REGISTER_FLAG_AT : v.REGISTER_FLAG_AT + v.PARTS]
        self._context[:, v.REGISTER_AT : v.REGISTER_FLAG_AT] = self._form.registers(self._register) * flag

    def _tell_chords(self, position: np.ndarray) -> None:
        """Chords of the newest onset's beat and of the next beat, as the bars go."""
        for b, row in enumerate(self._rows):
            ask, now = self._asks[row], int(self._hearing.now[b])
            if ask.chords:
                phase, length, beat = position[b].tolist()
                coming = now + min(beat - phase % beat, length - phase)
                bars = np.searchsorted(ask.ground.bar_start, (now, coming), side="right") - 1
                told = np.array([ask.chords[bar % len(ask.chords)] for bar in bars])
                self._context[b, v.CHORD_AT : v.REPETITION_AT] = harmony.one_hot(told, np.zeros(1, int))[0]

    def step(self) -> list[tuple[int, Made]]:
        """Draw one event of each stream; gives what has ended, with the index of its ask."""
        heard = self._hearing.hear()
        if not self._look_back:
            features.forget(heard.lookback, heard.motif)
        self._tell_chords(heard.position)
        self._tire(heard.position)
        self._tell_registers()
        drawn = self._draw(heard)
        self._state, event = drawn.state, drawn.event.numpy()
        over = self.playing & (self._hearing.now + event[:, 0] >= self._end)
        self._bits += stepping.entropies(drawn.logits).numpy() * ~over[:, None]
        self._manners.push(event)
        self._form.push(event, heard.position[:, 1])
        self._hearing.push(event, np.where(self._velocity, event[:, 4], v.NO_VELOCITY))
        self._copies.push(event, self._hearing.now)
        every = np.arange(len(event))
        self._sounded[every, event[:, 1]] = self._hearing.now
        own = heard.motif[every, event[:, 1]]
        foretold = (own[..., 0] == event[:, :1]) & (own[..., 1] == event[:, 2:3])
        turned, fresh = ~foretold[:, 0], ~foretold.any(1)
        self._turned[turned] = self._hearing.now[turned]
        self._fresh[every[fresh], event[fresh, 1]] = self._hearing.now[fresh]
        ended = self._made(over, self._hearing.count - 1)
        self.playing &= ~over
        if self.playing.mean() < _SPARSE:
            self._keep(np.flatnonzero(self.playing))
        return ended

    def _draw(self, heard: Heard) -> stepping.Drawn:
        """The next event of each stream; one that copies or goes round for too long is drawn again, not its pitch."""
        every = np.arange(len(heard.event))
        times = torch.from_numpy(self._manners.times(*heard.position[:, 1:].T))
        pitches = self._form.pitches(self._manners.pitches(self._pitches))
        drawn = self._draw_some(heard, every, times, pitches)
        event, rows = drawn.event.numpy(), every
        for _ in range(_TRIES):
            rows = rows[self._is_unwanted(event[rows], heard, rows)]
            if not len(rows):
                break
            pitches = pitches.copy() if pitches is self._pitches else pitches
            pitches[rows, event[rows, 1], event[rows, 2]] -= _SHUNNED
            event[rows] = self._draw_some(heard, rows, times, pitches).event.numpy()
        return drawn

    def _draw_some(self, heard: Heard, rows: np.ndarray, times: torch.Tensor, pitches: np.ndarray) -> stepping.Drawn:
        noise = np.stack([self._rng[b].standard_exponential(v.CLASSES_TOTAL, np.float32) for b in rows])
        how = stepping.Drawing(
            torch.from_numpy(-np.log(np.maximum(noise, 1e-20))), torch.from_numpy(self._sharpness[rows]),
            torch.full((len(rows), 1), float(np.log(MIN_P))), times[rows],
            lambda time: self._impatience(heard.position[rows], time, rows), torch.from_numpy(pitches[rows]),
        )  # fmt: skip
        families, context = torch.from_numpy(self._families[rows]), torch.from_numpy(self._context[rows])
        some = Heard(*(column[rows] for column in heard))
        return stepping.step(self._network, some, families, context, self._state[torch.from_numpy(rows)], how)

    def _is_unwanted(self, event: np.ndarray, heard: Heard, rows: np.ndarray) -> np.ndarray:
        """Whether the event drawn for each of the rows makes a copy too long, or goes on with a bar for too long."""
        onset = self._hearing.now[rows] + event[:, 0]
        own = heard.motif[rows, event[:, 1], 0]
        goes_round = (own[:, 0] == event[:, 0]) & (own[:, 1] == event[:, 2])
        goes_round &= onset - self._turned[rows] >= _ROUND * heard.position[rows, 1]
        return goes_round | (self._copies.after(event, onset, rows) > self._limit[rows])

    def full(self) -> bool:
        """Whether there is no room for another event."""
        return self._hearing.count >= self._most_notes

    def rest(self) -> list[tuple[int, Made]]:
        """What is playing still, as far as it has come."""
        return self._made(self.playing, self._hearing.count)

    def _made(self, which: np.ndarray, count: int) -> list[tuple[int, Made]]:
        found = []
        for b in np.flatnonzero(which):
            ask = self._asks[self._rows[b]]
            stream = self._hearing.stream(b, ask.style, count, ask.ground, ask.has_velocity)
            found.append((int(self._rows[b]), Made(stream, self._bits[b] / max(count, 1))))
        return found

    def _keep(self, rows: np.ndarray) -> None:
        self._hearing.keep(rows)
        self._manners.keep(rows)
        self._form.keep(rows)
        self._copies.keep(rows)
        self._rng = [self._rng[b] for b in rows]
        for name in _COLUMNS:
            setattr(self, name, getattr(self, name)[rows])
        self._state = self._state[torch.from_numpy(rows)]


def improvise(
    player: Player, asks: Iterable[Ask], batch: int = 128, most_notes: int = MOST_NOTES, tell=None,
    look_back: bool = True,
) -> list[Made]:  # fmt: skip
    """An improvisation for each ask, each from its own seed whatever else is in its batch; at most `most_notes` long.

    tell: called with the number of streams made so far, after each batch; look_back: whether the network is told what
    was played before, for one that was trained without.
    """
    asks = list(asks)
    found: list[Made | None] = [None] * len(asks)
    order = sorted(range(len(asks)), key=lambda i: -asks[i].ground.end * int((asks[i].ground.families < v.AUTO).sum()))
    for at in range(0, len(order), batch):
        which = order[at : at + batch]
        together = _Batch(player, [asks[i] for i in which], most_notes, look_back)
        while together.playing.any() and not together.full():
            for row, made in together.step():
                found[which[row]] = made
        for row, made in together.rest():
            found[which[row]] = made
        if tell:
            tell(at + len(which))
    return found


def open_pack(folder: Path) -> tuple[dict, Player]:
    """Manifest of a pack and what improvises with it, on one thread.

    Raises ValueError for a pack of another vocabulary or a broken index, OSError where a file is missing.
    """
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if manifest["vocabulary_sha256"] != v.sha256():
        raise ValueError(f"cannot improvise: another vocabulary made {folder}")
    torch.set_num_threads(1)
    network = weights.read_network(folder / manifest["note_model"]["file"])
    index = manifest.get("originality")
    return manifest, Player(network, guard.read(folder / index["file"]) if index else None)
