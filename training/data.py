"""Makes training rows and evaluation streams out of pieces: parts to slots, crops, wishes, batches."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from training import features, harmony, motif
from training import vocabulary as v
from training.corpus import Corpus, Piece
from training.settings import DataSettings

# Krumhansl and Kessler, "Tracing the dynamic changes in perceived tonal organization", 1982.
_MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
_MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
PROFILES = np.stack([np.roll(profile, tonic) for profile in (_MAJOR, _MINOR) for tonic in range(12)])


@dataclass(frozen=True)
class Stream:
    """N events of one piece in slots, sorted by (onset, slot, pitch), with what the host knows of them."""

    style: int
    onset: np.ndarray  # int64 [N] ticks
    slot: np.ndarray  # int64 [N]
    pitch: np.ndarray  # int64 [N]
    duration: np.ndarray  # int64 [N] class
    velocity: np.ndarray  # int64 [N] class 0..15
    has_velocity: bool
    families: np.ndarray  # int64 [5], ABSENT for slots without notes in the piece
    bar_start: np.ndarray
    bar_length: np.ndarray
    beat: np.ndarray

    @property
    def drums(self) -> np.ndarray:
        """Which slots hold drums, bool [5]."""
        return self.families == v.DRUMS

    def features(self, velocity: np.ndarray | None = None) -> features.Features:
        """The host's inputs at START and after each event; `velocity` replaces the stream's own."""
        told = self.velocity if velocity is None else velocity
        return features.compute(
            self.onset, self.slot, self.pitch, self.duration, told, self.drums,
            self.bar_start, self.bar_length, self.beat,
        )  # fmt: skip


class Row(NamedTuple):
    """Inputs and targets of the network for M consecutive events; the names are those of the graph's inputs."""

    event: np.ndarray  # int64 [M, 5]
    position: np.ndarray  # int64 [M, 3]
    family: np.ndarray  # int64 [M, 5]
    context: np.ndarray  # float32 [M, CONTEXT_SIZE]
    remain: np.ndarray  # float32 [M, 128]
    last: np.ndarray  # int64 [M, 5]
    lookback: np.ndarray  # int64 [M, 5, 5]
    motif: np.ndarray  # int16 [M, 5, 5, 4]; the graph takes int64
    age: np.ndarray  # int64 [M]: events since the START of the stream
    target: np.ndarray  # int64 [M, 5]: the next event
    weight: np.ndarray  # float32 [M, 2]: 1 where the target counts; second column: its velocity


def stream_of(piece: Piece, slots: np.ndarray, first: int, count: int) -> Stream:
    """`count` notes of the kept parts from the `first`-th on.

    slots: int64 [P], slot of each part of the piece or -1 for a part that is left out.
    """
    slot = slots[piece.part]
    keep = np.flatnonzero(slot >= 0)[first : first + count]
    slot, onset, pitch = slot[keep], piece.onset[keep].astype(np.int64), piece.pitch[keep].astype(np.int64)
    order = np.lexsort((pitch, slot, onset))
    keep = keep[order]
    families = np.full(v.PARTS, v.ABSENT)
    for part, s in enumerate(slots):
        if s >= 0:
            families[s] = piece.families[part]
    return Stream(
        v.STYLES.index(piece.style), onset[order], slot[order], pitch[order],
        v.duration_class(piece.duration[keep].astype(np.int64)), piece.loudness[keep].astype(np.int64) // 8,
        piece.velocity != "none", families, piece.bar_start, piece.bar_length, piece.beat,
    )  # fmt: skip


def part_counts(piece: Piece) -> np.ndarray:
    """Notes of each part, int64 [P]."""
    return np.bincount(piece.part, minlength=len(piece.families))


def evaluation_slots(piece: Piece) -> np.ndarray:
    """No player; the four parts with the most notes, in score order, in slots 1..4."""
    counts = part_counts(piece)
    kept = np.sort(np.argsort(-counts, kind="stable")[:4])
    slots = np.full(len(counts), -1)
    slots[kept[counts[kept] > 0]] = 1 + np.arange((counts[kept] > 0).sum())
    return slots


def _training_slots(piece: Piece, rng: np.random.Generator, s: DataSettings) -> np.ndarray:
    """Slots as in training: a player or none, bigger scores thinned by chance but never without their bass."""
    counts = part_counts(piece)
    present = np.flatnonzero(counts)
    has_player = rng.random() < s.player
    room = 5 if has_player else 4
    if len(present) > room:
        pitched = [p for p in present if piece.families[p] != v.DRUMS]
        mean = np.bincount(piece.part, piece.pitch, len(counts)) / np.maximum(counts, 1)
        bass = min(pitched, key=lambda p: mean[p]) if pitched else present[0]
        others = present[present != bass]
        chance = counts[others] / counts[others].sum()
        present = np.sort(np.append(rng.choice(others, room - 1, replace=False, p=chance), bass))
    slots = np.full(len(counts), -1)
    if has_player:
        pitched = [p for p in present if piece.families[p] != v.DRUMS]
        player = rng.choice(pitched or present)
        slots[player] = 0
        present = present[present != player]
    if rng.random() < s.shuffle_slots:
        slots[present] = 1 + rng.permutation(4)[: len(present)]
    else:
        slots[present] = 1 + np.arange(len(present))
    return slots


def _transposed(stream: Stream, semitones: int) -> np.ndarray:
    """The stream's pitches moved towards `semitones` as far as they stay within 0..127; drums stay."""
    pitched = ~stream.drums[stream.slot]
    if not pitched.any():
        return stream.pitch
    low, high = stream.pitch[pitched].min(), stream.pitch[pitched].max()
    move = int(np.clip(semitones, -low, 127 - high))
    return stream.pitch + move * pitched


def key_of(stream: Stream) -> int | None:
    """Best of 24 keys by correlation with the duration-weighted pitch classes; None if there are only drums."""
    pitched = ~stream.drums[stream.slot]
    if not pitched.any():
        return None
    ticks = v.DURATION_TICKS[stream.duration[pitched]]
    weights = np.bincount(stream.pitch[pitched] % 12, ticks, 12)
    if weights.std() == 0:
        return None
    profiles = PROFILES - PROFILES.mean(1, keepdims=True)
    scores = profiles @ (weights - weights.mean()) / np.sqrt((profiles**2).sum(1))
    return int(scores.argmax())


def registers_of(stream: Stream) -> tuple[np.ndarray, np.ndarray]:
    """Register of each slot (float [5], octaves above C4) and whether it is known (bool [5])."""
    counts = np.bincount(stream.slot, minlength=v.PARTS)
    known = (counts > 0) & ~stream.drums
    mean = np.bincount(stream.slot, stream.pitch, v.PARTS) / np.maximum(counts, 1)
    return np.where(known, (mean - 60) / 12, 0.0), known


def row_of(stream: Stream, rng: np.random.Generator | None, s: DataSettings | None) -> Row:
    """Inputs and targets of a whole stream. Without `rng`: style and families told, every other wish open."""
    n = len(stream.onset)
    context = np.zeros((n, v.CONTEXT_SIZE), np.float32)
    velocity = stream.velocity
    families = stream.families.copy()
    if not stream.has_velocity or (rng and rng.random() < s.drop_velocity):
        velocity = np.full(n, v.NO_VELOCITY)
    if not rng or rng.random() >= s.drop_style:
        context[:, v.STYLE_AT + stream.style] = 1
    f = stream.features(velocity)
    looks_back = s is None or s.look_back
    if not looks_back:
        features.forget(f.lookback, f.motif)
    if rng:
        _tell_wishes(context, stream, rng, s)
        if looks_back:
            _tell_repetition(context, stream, f, rng, s)
        families[(rng.random(v.PARTS) < s.drop_family) & (families != v.ABSENT)] = v.AUTO
    target = np.stack([f.event[1:, 0], stream.slot, stream.pitch, stream.duration, stream.velocity], 1)
    weight = np.ones((n, 2), np.float32)
    weight[:, 1] = stream.has_velocity
    return Row(
        f.event[:-1], f.position[:-1], np.broadcast_to(families, (n, v.PARTS)), context, f.remain[:-1],
        f.last[:-1], f.lookback[:-1], f.motif[:-1], np.arange(n), target, weight,
    )  # fmt: skip


def _tell_wishes(context: np.ndarray, stream: Stream, rng: np.random.Generator, s: DataSettings) -> None:
    """Fill density, register, key and chords of the crop, each dropped by chance."""
    n = len(context)
    value, known = features.densities(stream.onset, stream.slot, stream.bar_start, stream.bar_length)
    told = (rng.random(v.PARTS) >= s.drop_density) & (stream.families != v.ABSENT)
    flag = known[:n, None] & told[None]
    context[:, v.DENSITY_AT : v.DENSITY_AT + v.PARTS] = value[:n] * flag
    context[:, v.DENSITY_FLAG_AT : v.DENSITY_FLAG_AT + v.PARTS] = flag
    register, known = registers_of(stream)
    flag = known & (rng.random(v.PARTS) >= s.drop_register)
    context[:, v.REGISTER_AT : v.REGISTER_AT + v.PARTS] = register * flag
    context[:, v.REGISTER_FLAG_AT : v.REGISTER_FLAG_AT + v.PARTS] = flag
    key = key_of(stream)
    if key is not None and rng.random() >= s.drop_key:
        context[:, v.KEY_AT + key] = 1
    if rng.random() < s.tell_chords:
        chords = harmony.chords(
            stream.onset, stream.pitch, v.DURATION_TICKS[stream.duration], ~stream.drums[stream.slot],
            stream.bar_start, stream.beat,
        )  # fmt: skip
        told = np.where(rng.random(len(chords.of_beat)) < s.open_beat, harmony.NO_CHORD, chords.of_beat)
        context[:, v.CHORD_AT : v.REPETITION_AT] = harmony.one_hot(told, chords.beat[:n])


def _tell_repetition(
    context: np.ndarray, stream: Stream, f: features.Features, rng: np.random.Generator, s: DataSettings
) -> None:
    """Fill how much each part repeats itself over the crop, dropped by chance."""
    value, known = motif.repetition(f.motif[:-1], f.event[1:, 0], stream.slot, stream.pitch)
    flag = known & (rng.random(v.PARTS) >= s.drop_repetition)
    context[:, v.REPETITION_AT : v.REPETITION_FLAG_AT] = value * flag
    context[:, v.REPETITION_FLAG_AT : v.CONTEXT_SIZE] = flag


class Sampler:
    """Draws batches from the training split for ever; the same seed draws the same batches."""

    def __init__(self, corpus: Corpus, settings: DataSettings, seed: int):
        self._corpus = corpus
        self._settings = settings
        self.rng = np.random.default_rng(seed)
        style, notes = corpus.column("style"), corpus.column("notes_in")
        train = corpus.column("split") == "train"
        self._pieces, self._chances, shares, lengths = [], [], [], []
        self.names = [name for name in v.STYLES if (train & (style == name)).any()]
        for name in self.names:
            members = np.flatnonzero(train & (style == name))
            size = notes[members].astype(float)
            share = size.sum() ** settings.style_exponent * settings.style_factor.get(name, 1.0)
            self._pieces.append(members)
            self._chances.append(size / size.sum())
            shares.append(share)
            lengths.append((size / size.sum() * np.minimum(size, settings.crop)).sum())
        shares = np.array(shares) / np.sum(shares)
        sizes = np.array([notes[m].sum() for m in self._pieces])
        shares = np.minimum(shares, settings.most_passes * sizes / settings.notes_expected)
        self.shares = shares / shares.sum()
        picks = self.shares / np.array(lengths)
        self._picks = picks / picks.sum()

    def _crop(self, room: int) -> Stream:
        """A crop of at most `room` notes from the start of a random bar, transposed at random."""
        s, rng = self._settings, self.rng
        style = rng.choice(len(self._picks), p=self._picks)
        piece = self._corpus[int(rng.choice(self._pieces[style], p=self._chances[style]))]
        slots = _training_slots(piece, rng, s)
        onsets = piece.onset[slots[piece.part] >= 0]
        first = 0
        if len(onsets) > room:
            near = onsets[rng.integers(0, len(onsets) - room + 1)]
            bar = max(np.searchsorted(piece.bar_start, near, side="right") - 1, 0)
            first = int(np.searchsorted(onsets, piece.bar_start[bar], side="left"))
        stream = stream_of(piece, slots, first, room)
        semitones = int(rng.integers(-s.transpose, s.transpose + 1))
        return Stream(**{**stream.__dict__, "pitch": _transposed(stream, semitones)})

    def row(self) -> Row:
        """One row of `crop` events: as many streams as fit, the last one cut."""
        parts, room = [], self._settings.crop
        while room > 0:
            part = row_of(self._crop(room), self.rng, self._settings)
            parts.append(part)
            room -= len(part.age)
        if len(parts) == 1:
            return parts[0]
        return Row(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def batch(self) -> Row:
        """A batch in time-major layout: every array is [crop, batch, ...]."""
        rows = [self.row() for _ in range(self._settings.batch)]
        return Row(*(np.stack(column, 1) for column in zip(*rows, strict=True)))


def padded(rows: list[Row], length: int) -> Row:
    """Rows of differing lengths as one time-major batch; what is added has weight 0."""

    def pad(column: np.ndarray) -> np.ndarray:
        return np.pad(column, [(0, length - len(column))] + [(0, 0)] * (column.ndim - 1))

    return Row(*(np.stack([pad(c) for c in column], 1) for column in zip(*rows, strict=True)))
