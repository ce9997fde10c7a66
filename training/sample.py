"""Improvises a few bars through a pack's graph and describes them beside real pieces."""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training import data, descriptors, evaluate, harmony, session
from training import vocabulary as v

MIN_P = 0.02


@dataclass(frozen=True)
class Wish:
    """What is asked of an improvisation."""

    style: str
    bars: int
    seed: int
    temperature: float
    families: tuple[int, ...]  # of slots 1..4
    registers: tuple[int, ...]  # mean pitches, one for each family
    meter: tuple[int, int]
    told: bool  # whether registers are told to the model
    density: float | None  # density value told for every slot; None = open
    key: int | None  # told, 0..23; None = open
    chords: tuple[int, ...]  # told, one a bar, again and again; empty = open
    velocity: bool  # whether the style's velocities are the model's own; if not, it never hears any


def wish_of(
    manifest: dict, style: str, bars: int, seed: int, temperature: float, told: bool, denser: float | None = None,
    key: int | None = None, chords: tuple[int, ...] = (),
) -> Wish:  # fmt: skip
    """The usual band of a style, added parts left out.

    `denser`: how many deviations above the style's mean density to ask for; None leaves it open.
    """
    row = next(s for s in manifest["styles"] if s["name"] == style)
    parts = [p for p in row["parts"] if not p.get("added")]
    families, registers = (tuple(p[key] for p in parts) for key in ("family", "register"))
    density = None if denser is None else row["density"]["mean"] + denser * row["density"]["std"]
    own = row["velocity"] == "model"
    meter = tuple(row["meter"])
    return Wish(style, bars, seed, temperature, families, registers, meter, told, density, key, chords, own)


def _context(wish: Wish) -> np.ndarray:
    context = np.zeros((1, v.CONTEXT_SIZE), np.float32)
    context[0, v.STYLE_AT + v.STYLES.index(wish.style)] = 1
    for slot, (family, pitch) in enumerate(zip(wish.families, wish.registers, strict=True), 1):
        if wish.density is not None:
            context[0, v.DENSITY_AT + slot] = wish.density
            context[0, v.DENSITY_FLAG_AT + slot] = 1
        if wish.told and family != v.DRUMS:
            context[0, v.REGISTER_AT + slot] = (pitch - 60) / 12
            context[0, v.REGISTER_FLAG_AT + slot] = 1
    if wish.key is not None:
        context[0, v.KEY_AT + wish.key] = 1
    return context


def _told_chord(wish: Wish, now: int, length: int) -> int:
    """The chord wished for at a tick, in bars of `length`."""
    return wish.chords[now // length % len(wish.chords)] if wish.chords else harmony.NO_CHORD


def improvise(opened, wish: Wish, limit: int = 1000) -> data.Stream:
    """Notes of `wish.bars` bars from a START at a bar line; at most `limit`."""
    rng, inputs = np.random.default_rng(wish.seed), session.open_inputs(opened)
    length = wish.meter[0] * 96 // wish.meter[1]
    beat = 36 if wish.meter[1] == 8 and wish.meter[0] in (6, 9, 12) else 96 // wish.meter[1]
    families = np.full(v.PARTS, v.ABSENT)
    families[1 : 1 + len(wish.families)] = wish.families
    inputs["family"], inputs["context"] = families[None], _context(wish)
    inputs["bias_part"][0, families == v.ABSENT] = session.OFF
    inputs["sharpness"][:] = 1 / wish.temperature
    inputs["min_p"][:] = np.log(MIN_P)
    inputs |= {
        "event": np.array([v.START]), "position": np.array([[0, min(length, 383), beat]]),
        "remain": np.zeros((1, v.PITCHES), np.float32), "last": np.full((1, v.PARTS), v.NO_PITCH),
        "lookback": np.array([[v.NO_MEMORY] * v.MEMORIES]),
        "motif": np.array([[[v.NO_MOTIF] * v.SOURCES] * v.PARTS]),
    }  # fmt: skip
    bars = np.arange(wish.bars + 1) * length
    onset, notes = [], []
    while len(notes) < limit:
        now = onset[-1] if onset else 0
        coming = min(now + beat - now % length % beat, now + length - now % length)
        chords = np.array([_told_chord(wish, at, length) for at in (now, coming)])
        inputs["context"][:, v.CHORD_AT : v.REPETITION_AT] = harmony.one_hot(chords, np.zeros(1, int))
        inputs["noise"] = session.gumbel(rng)
        drawn, _, inputs["state"] = opened.run(None, inputs)
        now += int(drawn[0, 0])
        if now >= bars[-1]:
            break
        onset.append(now)
        notes.append(drawn[0, 1:])
        slot, pitch, duration, velocity = np.array(notes).T
        stream = data.Stream(
            v.STYLES.index(wish.style), np.array(onset), slot, pitch, duration, velocity, wish.velocity, families,
            bars, np.full(len(bars), length), np.full(len(bars), beat),
        )  # fmt: skip
        f = stream.features(None if wish.velocity else np.full(len(notes), v.NO_VELOCITY))
        for name in ("event", "position", "remain", "last", "lookback"):
            inputs[name] = getattr(f, name)[-1][None]
        inputs["motif"] = f.motif[-1][None].astype(np.int64)
    return stream


def _kept_wishes(stream: data.Stream, wish: Wish) -> dict[str, float]:
    """Shares of pitched notes in the told key's scale, and in the told chord of the bar."""
    pitched = ~stream.drums[stream.slot]
    classes, onsets = stream.pitch[pitched] % 12, stream.onset[pitched]
    found: dict[str, float] = {}
    if wish.key is not None and len(classes):
        found["in_told_key"] = descriptors.in_key(stream, wish.key)
    if wish.chords and len(classes):
        chords = [_told_chord(wish, int(at), int(stream.bar_length[0])) for at in onsets]
        inside = [pc in harmony.members(c) for pc, c in zip(classes, chords, strict=True) if c != harmony.NO_CHORD]
        found["in_told_chord"] = float(np.mean(inside))
    return found


def describe(stream: data.Stream) -> dict[str, float]:
    """Simple figures of one stream; shares are 0..1, density is in notes a quarter."""
    bars = [bar for bar in descriptors.bar_sets(stream) if bar]
    pairs = [len(a & b) / len(a | b) for i, a in enumerate(bars) for b in bars[:i]]
    ticks = max(int(stream.onset[-1] - stream.onset[0]), 1)
    longest = run = 1
    for slot in range(v.PARTS):
        pitch = stream.pitch[(stream.slot == slot)]
        run = 1
        for a, b in zip(pitch[:-1], pitch[1:], strict=True):
            run = run + 1 if a == b else 1
            longest = max(longest, run)
    same_time = np.diff(stream.onset) == 0
    order = np.diff(stream.slot * 128 + stream.pitch)
    return {
        "notes": len(stream.onset),
        "density": len(stream.onset) * v.TICKS_PER_QUARTER / ticks,
        "in_scale": descriptors.in_scale(stream),
        "bars_again": sum(bar in bars[:i] for i, bar in enumerate(bars)) / len(bars),
        "most_similar_bars": max(pairs, default=float("nan")),
        "patterns_again": descriptors.heard_before(stream),
        "longest_same_pitch": longest,
        "longest_rest_quarters": float(np.diff(stream.onset).max(initial=0)) / v.TICKS_PER_QUARTER,
        "slots": len(set(stream.slot.tolist())),
        "out_of_order": float((same_time & (order <= 0)).sum()),
    }


def _mean(rows: list[dict]) -> dict[str, float]:
    table = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    return {key: round(float(x[~np.isnan(x)].mean()), 3) for key, x in table.items() if not np.isnan(x).all()}


def real_streams(folder: Path, style: str, bars: int, count: int) -> list[data.Stream]:
    """The first bars of `count` validation pieces of a style."""
    found = []
    for piece in evaluate.chosen_pieces(folder, "valid"):
        if piece.style == style and len(piece.bar_start) > bars:
            slots = data.evaluation_slots(piece)
            onsets = piece.onset[slots[piece.part] >= 0]
            last = int(np.searchsorted(onsets, piece.bar_start[bars]))
            if last > 8:
                found.append(data.stream_of(piece, slots, 0, last))
        if len(found) == count:
            break
    return found


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, default=Path("models/default"))
    parser.add_argument("--style", action="append", help="may be given several times")
    parser.add_argument("--bars", type=int, default=16)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--told", action="store_true", help="tell the model the usual registers")
    parser.add_argument("--denser", type=float, help="ask for the style's density and so many deviations more")
    parser.add_argument("--key", type=int, choices=range(v.KEYS), metavar="0..23", help="0 = C major, 12 = C minor")
    parser.add_argument("--chords", default="", help="one a bar, again and again, such as 'C Am Dm7 G7'; - is open")
    parser.add_argument("--data", type=Path, help="folder of records, to describe real pieces beside")
    parser.add_argument(
        "--notes", type=Path, help="write the notes as JSON: [onset, slot, pitch, ticks, velocity class]"
    )
    arguments = parser.parse_args()
    manifest = json.loads((arguments.pack / "manifest.json").read_text(encoding="utf-8"))
    opened = session.open_session(arguments.pack / manifest["note_model"]["file"])
    chords = tuple(harmony.named(name) for name in arguments.chords.split())
    kept = {}
    for style in arguments.style or ("folk_celtic", "chorale", "band_synth", "string_quartet"):
        rows = []
        for seed in range(arguments.seeds):
            wish = wish_of(
                manifest, style, arguments.bars, seed, arguments.temperature, arguments.told, arguments.denser,
                arguments.key, chords,
            )  # fmt: skip
            stream = improvise(opened, wish)
            rows.append(describe(stream) | _kept_wishes(stream, wish))
            ticks = v.DURATION_TICKS[stream.duration]
            columns = (stream.onset, stream.slot, stream.pitch, ticks, stream.velocity)
            kept[f"{style} {seed}"] = np.stack(columns, 1).tolist()
        print(f"{style:18} model {json.dumps(_mean(rows))}")
        if arguments.data:
            real = [describe(s) for s in real_streams(arguments.data, style, arguments.bars, 10)]
            print(f"{style:18} real  {json.dumps(_mean(real)) if real else 'none'}")
    if arguments.notes:
        arguments.notes.write_text(json.dumps(kept), encoding="utf-8")


if __name__ == "__main__":
    main()
