"""How far wishes are obeyed: density, register, key, chords and temperature, from empty starts with the usual band.

Every wish is tried alone, the others as the plugin tells them at rest. Writes `wishes.json` and `wishes.md` after each
style; with `--resume` it keeps the styles that a `wishes.json` of the same graph and settings has.
"""

import argparse
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np

from training import data, descriptors, harmony, improvise, manners
from training import vocabulary as v
from training.kept import Kept

LEVELS = (-1.0, -0.5, 0.0, 0.5, 1.0)  # deviations of density, octaves of register
TEMPERATURES = (0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3)
NEAR = (0.98, 1.02)  # temperatures that are to differ measurably
DIATONIC = (
    "band_synth", "baroque_ensemble", "baroque_keyboard", "baroque_vocal", "choral", "chorale", "chorale_synth",
    "classical_piano", "folk_celtic", "folk_songs", "hymn", "renaissance", "sacred_ensemble", "song",
)  # fmt: skip
_EACH_KEY = 2  # improvisations
_SHOWN = (TEMPERATURES[0], 1.0, TEMPERATURES[-1])
PROGRESSION = ("C", "Am", "Dm", "G7")  # one a bar, moved to another root for each improvisation


def ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 0, equal values at their mean rank."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts + 1) / 2)[which]


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's; nan where one of both is constant."""
    a, b = ranks(np.asarray(a)), ranks(np.asarray(b))
    return float(np.corrcoef(a, b)[0, 1]) if len(a) and a.std() and b.std() else float("nan")


def _parts(stream: data.Stream) -> list[int]:
    """Slots that are to play."""
    return np.flatnonzero(stream.families != v.ABSENT).tolist()


def density_of(stream: data.Stream) -> float:
    """Notes a quarter of one part over the whole ground, the mean of the parts, on the scale of the density wish."""
    quarters = (stream.bar_start[-1] + stream.bar_length[-1]) / v.TICKS_PER_QUARTER
    counts = [(stream.slot == slot).sum() for slot in _parts(stream)]
    return float(np.mean([np.log2(count / quarters + 0.25) for count in counts]))


def _register_errors(ask: improvise.Ask, stream: data.Stream) -> list[float]:
    """Mean pitch of each pitched part less the one asked for, in semitones."""
    found = []
    for slot in _parts(stream):
        mine = stream.slot == slot
        if ask.context[v.REGISTER_FLAG_AT + slot] and mine.any():
            found.append(float(stream.pitch[mine].mean() - 60 - 12 * ask.context[v.REGISTER_AT + slot]))
    return found


def _transposed(chords: tuple[int, ...], semitones: int) -> tuple[int, ...]:
    return tuple(c - c % v.ROOTS + (c + semitones) % v.ROOTS for c in chords)


def in_chords(stream: data.Stream, chords: tuple[int, ...]) -> float:
    """Share of pitched notes that belong to the chord of their bar."""
    pitched = ~stream.drums[stream.slot]
    bars = np.searchsorted(stream.bar_start, stream.onset[pitched], side="right") - 1
    inside = [
        pitch % 12 in harmony.members(chords[bar % len(chords)])
        for pitch, bar in zip(stream.pitch[pitched].tolist(), bars.tolist(), strict=True)
    ]
    return float(np.mean(inside)) if inside else float("nan")


class _Trial:
    """The asks of one style, and what their answers say."""

    def __init__(self, row: dict, wanted: argparse.Namespace):
        self._row, self._wanted = row, wanted
        self._ground = improvise.usual_ground(row, wanted.bars)
        self.name = row["name"]
        self.asks: dict[tuple, improvise.Ask] = {}
        pitched = set(self._ground.families.tolist()) - {v.ABSENT, v.DRUMS}
        for i in range(wanted.pieces):
            for level in LEVELS:
                self._put(("density", level, i), density=level)
                if pitched:
                    self._put(("register", level, i), octaves=level)
            for t in TEMPERATURES + NEAR:
                self._put(("temperature", t, i), temperature=t)
            if pitched:
                self._put(("chords", "told", i), chords=self.chords(i))
                self._put(("chords", "open", i))
        for i in range(v.KEYS * _EACH_KEY if self.name in DIATONIC else 0):
            self._put(("key", "told", i), key=i % v.KEYS)
            self._put(("key", "open", i))

    def chords(self, i: int) -> tuple[int, ...]:
        """The progression of the i-th improvisation."""
        return _transposed(tuple(harmony.named(c) for c in PROGRESSION), 5 * i)

    def _put(self, name: tuple, temperature: float = 1.0, **wishes) -> None:
        kind = ("density", "register", "temperature", "chords", "key").index(name[0])
        seed = (self._wanted.seed, v.STYLES.index(self.name), kind, name[2])  # all levels of a wish from one seed
        self.asks[name] = improvise.ask_of(self._row, self._ground, temperature, seed, **wishes)

    def judge(self, made: dict[tuple, improvise.Made]) -> dict:
        """The style's figures."""
        streams = {name: m.stream for name, m in made.items() if len(m.stream.onset)}
        found = {"density": self._density(streams)}
        if any(name[0] == "register" for name in streams):
            errors = {x: self._errors(streams, x) for x in LEVELS}
            every = np.concatenate(list(errors.values()))
            found["register"] = {
                "error": _mean(np.abs(every)), "usual": _mean(np.abs(errors[0.0])),
                "bias": {str(x): _mean(e) for x, e in errors.items()},
            }  # fmt: skip
        for kind, share in (
            ("chords", lambda stream, i: in_chords(stream, self.chords(i))),
            ("key", lambda stream, i: descriptors.in_key(stream, i % v.KEYS)),
        ):
            told, left_open = (
                {n[2]: share(s, n[2]) for n, s in streams.items() if n[:2] == (kind, how)} for how in ("told", "open")
            )
            if told:
                found[kind] = {"told": _mean([*told.values()]), "open": _mean([*left_open.values()])}
            if told and kind == "key":
                keys = [_mean([x for i, x in told.items() if i % v.KEYS == key]) for key in range(v.KEYS)]
                best = [descriptors.in_scale(s) for n, s in streams.items() if n[:2] == ("key", "open")]
                found["key"] |= {"best": _mean(best), "least": min((x for x in keys if x is not None), default=None)}
                found["key"]["keys"] = keys
        found["entropy"] = {
            str(t): [_mean([m.bits[f] for n, m in made.items() if n[:2] == ("temperature", t)]) for f in range(5)]
            for t in TEMPERATURES + NEAR
        }
        return found

    def _density(self, streams: dict[tuple, data.Stream]) -> dict:
        pairs = np.array([(n[1], density_of(s)) for n, s in streams.items() if n[0] == "density"]).reshape(-1, 2)
        return {
            "rank_correlation": _mean([rank_correlation(*pairs.T)]),
            "measured": {str(x): _mean(pairs[pairs[:, 0] == x, 1]) for x in LEVELS},
        }  # fmt: skip

    def _errors(self, streams: dict[tuple, data.Stream], level: float) -> list[float]:
        some = [(n, s) for n, s in streams.items() if n[:2] == ("register", level)]
        return [e for n, s in some for e in _register_errors(self.asks[n], s)]


def _mean(values) -> float | None:
    values = np.asarray(values, float)
    values = values[~np.isnan(values)]
    return round(float(values.mean()), 3) if len(values) else None


def measure(player, manifest: dict, wanted: argparse.Namespace, known: dict, tell=None) -> dict[str, dict]:
    """Figures of every wanted style that is not `known` already; `tell` gets all that are, after each that was not."""
    cards = {row["name"]: row for row in manifest["styles"]}
    found = dict(known)
    for name in wanted.styles:
        if name in found:
            continue
        trial = _Trial(cards[name], wanted)
        made = improvise.improvise(player, trial.asks.values(), batch=256, most_notes=improvise.MOST_NOTES)
        found[name] = trial.judge(dict(zip(trial.asks, made, strict=True)))
        if tell:
            tell(found)
    return found


_PAGE = """# How far wishes are obeyed

{pieces} improvisations of {bars} bars for each level of each wish, from an empty start with the usual band of the
style; seed {seed}, pack `{pack}` (graph `{sha}`). Made by `python -m training.wishes`; the numbers are in
[wishes.json](wishes.json).

Density: rank correlation of what was asked (five levels, one deviation either way) and what came, and the mean that
came at the lowest, middle and highest level, in notes a quarter of one part. Register: mean distance in semitones of
a part's mean pitch from what was asked, over five levels (an octave either way) and at the usual register. Key: share
of notes in the told key's scale, two improvisations in each of 24; beside it the worst key, and the share in the best
key where none was told. Chords: share of notes in the told chord of the bar ({chords}, moved about); beside it the
same share where none was told. Entropy: mean bits of the pitch distributions drawn from, at three temperatures.

"""


def markdown(report: dict) -> str:
    """The page."""
    heads = ["style", "density: rank correlation", "lowest, middle, highest", "register error", "usual register",
             "in key", "worst key", "no key told", "in chord", "no chord told",
             "pitch bits at " + ", ".join(map(str, _SHOWN))]  # fmt: skip
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]

    def cell(table: dict | None, name: str) -> str:
        return "–" if not table or table[name] is None else f"{table[name]:.2f}"

    for name, row in report["styles"].items():
        levels = [row["density"]["measured"][str(x)] for x in (LEVELS[0], 0.0, LEVELS[-1])]
        rates = ", ".join("–" if x is None else f"{2**x - 0.25:.2f}" for x in levels)
        key, chords, register = row.get("key"), row.get("chords"), row.get("register")
        bits = ", ".join("–" if x is None else f"{x:.2f}" for x in (row["entropy"][str(t)][2] for t in _SHOWN))
        cells = [cell(row["density"], "rank_correlation"), rates, cell(register, "error"), cell(register, "usual")]
        cells += [cell(key, name) for name in ("told", "least", "best")]
        cells += [cell(chords, "told"), cell(chords, "open"), bits]
        lines.append("| " + " | ".join([name, *cells]) + " |")
    values = {k: report[k] for k in ("pieces", "bars", "seed", "pack")}
    page = _PAGE.format(**values, sha=report["graph_sha256"][:12], chords=" ".join(PROGRESSION))
    return page + "\n".join(lines) + "\n\n" + _temperatures(report["styles"])


def _temperatures(styles: dict[str, dict]) -> str:
    """What temperature does to the bits of all fields together, each improvisation from one seed at all of them."""
    rows = [row["entropy"] for row in styles.values()]
    bits = {t: np.array([np.sum(np.array(row[str(t)], float)) for row in rows]) for t in TEMPERATURES + NEAR}
    means = ", ".join(f"{bits[t].mean():.2f} at {t}" for t in TEMPERATURES)
    climbing = sum(all(low[i] < high[i] for low, high in pairwise([bits[t] for t in TEMPERATURES]))
                   for i in range(len(rows)))  # fmt: skip
    step = bits[NEAR[1]] - bits[NEAR[0]]
    error = step.std(ddof=1) / np.sqrt(len(step)) if len(step) > 1 else float("nan")
    return (
        f"Temperature: mean bits a note of all five distributions drawn from: {means}. They grow with every step in\n"
        f"{climbing} of {len(rows)} styles. From {NEAR[0]} to {NEAR[1]} they grow by {step.mean():.3f} bits (standard "
        f"error over styles {error:.3f}).\n"
    )


def main() -> int:
    """Command line; 0, or 2 where the pack cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, default=Path("models/default"))
    parser.add_argument("--out", type=Path, default=Path("docs/generation"))
    parser.add_argument("--styles", type=lambda text: text.split(","), default=list(v.STYLES), help="a,b,c")
    parser.add_argument("--pieces", type=int, default=6, help="improvisations for each level of each wish")
    parser.add_argument("--bars", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true", help="keep the styles that are in wishes.json")
    wanted = parser.parse_args()
    unknown = set(wanted.styles) - set(v.STYLES)
    if unknown:
        parser.error(f"no such style: {', '.join(sorted(unknown))}")
    try:
        manifest, player = improvise.open_pack(wanted.pack)
    except (OSError, ValueError, KeyError) as error:
        print(f"wishes: {error}", file=sys.stderr)
        return 2
    about = {
        "pack": manifest["name"], "graph_sha256": manifest["note_model"]["sha256"], "bars": wanted.bars,
        "pieces": wanted.pieces, "seed": wanted.seed,
        "rules": manners.RULES,
    }  # fmt: skip

    kept = Kept(wanted.out, "wishes", about, markdown)
    styles = measure(player, manifest, wanted, kept.known() if wanted.resume else {}, kept.write)
    print(f"{wanted.out}: {len(styles)} styles")
    return 0


if __name__ == "__main__":
    sys.exit(main())
