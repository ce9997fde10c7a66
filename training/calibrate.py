"""Sets what every style is told at rest, so that what is improvised is as dense, repetitive and tonal as real pieces.

A network that is told a style's mean of a wish does not play that mean: left alone its errors add up. So each style's
row in the manifest gets, under `rest`, what to tell it (deviations from the mean) and how much to sharpen its pitches,
found on the grounds of training windows at temperature 1; how far one step of the density wish is to be told; and how
often running a part may strike one pitch before it wearies of it, for how many bars it may play nothing new before it
tires, and what `training.form` aims at, which are read off the real windows alone. Since that holds the figures
of each part, repetition is set anew in the end: by the bars that are alike. Last comes how much denser than those
pieces the band plays then where nothing is wished for.
"""

import argparse
import math
import os
import sys
import time
from pathlib import Path

import numpy as np

from training import data, descriptors, form, improvise, originality, pack, windows, wishes
from training import vocabulary as v
from training.corpus import Corpus

KNOBS = ("density", "repetition", "pitch_sharpness")
_LOWEST, _HIGHEST = np.array([-3.0, -2.0, 0.8]), np.array([3.0, 5.0, 1.4])
_BEGIN, _REACH = np.array([-0.3, 1.0, 1.0]), np.array([0.6, 1.0, 0.1])  # first try, and farthest move in a round
# What one unit of each knob is thought to do to each measure before anything is known, and how sure of it.
_EXPECTED = np.array([[0.5, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.3, 4.0]])
_SURE = 0.2
_TELLING = np.array([0.15, 0.3, 0.2])  # errors of the measures that matter alike
_USUAL, _UNUSUAL = np.array([-0.3, 1.5, 1.0]), np.array([2.0, 3.0, 0.25])
_FEW = 0.005  # shares below this are as good as none
STEPS = (1.0, 2.0, 4.0, 8.0)  # of the density wish, deviations
WANTED_RATIO = 2.0 * math.log2(1.6)  # octaves of density from one step below to one above
_HURRY = 0.5
_DENSE = 640  # notes of sixteen bars, beyond which a trial of the density is dense enough
_PIECES = 200  # of a style, from which the windows are chosen
_TIRELESS, _FEWEST_BARS, _MOST_BARS = 90, 4.0, 16.0  # percentile of a piece's longest stretch of nothing new; bars
_DESCRIBED = {
    "figures_again": "patterns_again", "in_scale": "in_scale", "clashes": "clashes",
    "narrow_stretches": "narrow_stretches",
}  # fmt: skip
_REPETITIONS = (-1.0, 0.0, 1.0, 2.0, 3.0, 4.0)  # that are tried for the bars that are alike, deviations
_ALL_ALIKE = 0.95  # two bars as alike as that tell nothing
_ENOUGH, _OWN_HALF = 8, 12  # windows without which nothing is aimed at; of `valid`, that count as much as all others
_PATIENT, _FEWEST_PATIENCE, _MOST_PATIENCE = 95, 4.0, 64.0  # percentile of a part's longest run of one pitch; notes


def measures(streams: list) -> np.ndarray:
    """Octaves of density and log-odds of figures that return and of notes in the key: medians, nan = none, [3]."""
    found = [descriptors.describe(s) for s in streams if len(s.onset)]
    again = "patterns_again" if any(not math.isnan(f["patterns_again"]) for f in found) else "repeated_grams"
    rows = np.array([[f["density"], f[again], f["in_scale"]] for f in found])
    middle = np.array([np.median(c[~np.isnan(c)]) if (~np.isnan(c)).any() else math.nan for c in rows.T])
    share = np.clip(middle[1:], _FEW, 1 - _FEW)
    return np.array([np.log2(middle[0]), *np.log(share / (1 - share))])


def solve(tried: np.ndarray, found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Where to try next: the measures are taken to be linear in the knobs near the last try.

    tried, found: [rounds, 3]; wanted: [3], nan where there is nothing to reach. Ridge regression towards `_EXPECTED`.
    """
    last = tried[-1]
    known = ~np.isnan(wanted)
    slope = _EXPECTED.copy()
    moved = (tried[:-1] - last) / _REACH
    for i in np.flatnonzero(known):
        change = found[:-1, i] - found[-1, i] - (tried[:-1] - last) @ _EXPECTED[i]
        weight = moved.T @ moved + _SURE * np.eye(3)
        slope[i] += np.linalg.solve(weight, moved.T @ change) / _REACH
    error = np.where(known, wanted - found[-1], 0.0)
    use = slope * known[:, None] * known[None]
    step = np.linalg.solve(use.T @ use + 1e-3 * np.diag(_REACH**-2), use.T @ error)
    return np.clip(last + np.clip(step * known, -_REACH, _REACH), _LOWEST, _HIGHEST)


def settle(tried: np.ndarray, found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Of all that lies between what was tried, what fits best by a straight line through every round, [3].

    A round's medians scatter; the line through all of them less so. Knobs far from the usual cost a little.
    """
    known = ~np.isnan(wanted)
    middle, mean = tried.mean(0), found.mean(0)
    moved = (tried - middle) / _REACH
    slope = _EXPECTED.copy()
    for i in np.flatnonzero(known):
        change = found[:, i] - mean[i] - (tried - middle) @ _EXPECTED[i]
        slope[i] += np.linalg.solve(moved.T @ moved + np.eye(3), moved.T @ change) / _REACH
    rng = np.random.default_rng(1)
    between = np.concatenate([tried, rng.dirichlet(np.full(len(tried), 0.5), 2000) @ tried])
    errors = ((mean + (between - middle) @ slope.T - wanted) / _TELLING)[:, known]
    cost = (errors**2).sum(1) + (((between - _USUAL) / _UNUSUAL) ** 2).sum(1)
    return between[cost.argmin()]


def _row(row: dict, knobs: np.ndarray, **more: float) -> dict:
    return row | {"rest": improvise.UNMEASURED | dict(zip(KNOBS, knobs.tolist(), strict=True)) | more}


def rest_of(
    player, rows: list[dict], real: dict[str, list[windows.Window]], rounds: int, tell
) -> dict[str, np.ndarray]:
    """Knobs of each style, float [3]."""
    wanted = {row["name"]: measures([w.stream for w in real[row["name"]]]) for row in rows}
    tried: dict[str, list] = {row["name"]: [_BEGIN] for row in rows}
    found: dict[str, list] = {row["name"]: [] for row in rows}
    for turn in range(rounds):
        asks, owner = [], []
        for row in rows:
            name = row["name"]
            for i, window in enumerate(real[name]):
                seed = (7, v.STYLES.index(name), i)
                asks.append(improvise.ask_of(_row(row, tried[name][-1]), window.ground, 1.0, seed))
                owner.append(name)
        made = improvise.improvise(player, asks)
        for row in rows:
            name = row["name"]
            found[name].append(measures([m.stream for m, own in zip(made, owner, strict=True) if own == name]))
            if turn + 1 < rounds:
                onward = solve if 2 * (turn + 1) < rounds else settle  # search, then come to rest
                tried[name].append(onward(np.array(tried[name]), np.array(found[name]), wanted[name]))
        tell(turn, tried, found, wanted)
    return {row["name"]: settle(*(np.array(x[row["name"]]) for x in (tried, found, wanted))) for row in rows}


def density_steps(player, rows: list[dict], knobs: dict[str, np.ndarray], pieces: int) -> dict[str, dict]:
    """How far a step of the density wish is told in each style, and whether waits must be hurried beside it."""
    plan = [(step, 0.0) for step in STEPS] + [(STEPS[1], _HURRY)]
    asks, owner = [], []
    for row in rows:
        ground = improvise.usual_ground(row, 16)
        for step, hurry in plan:
            told = _row(row, knobs[row["name"]], density_step=step, hurry=hurry)
            for i in range(pieces):
                for side in (-1.0, 1.0):
                    seed = (8, v.STYLES.index(row["name"]), i)
                    asks.append(improvise.ask_of(told, ground, 1.0, seed, density=side))
                    owner.append((row["name"], step, hurry, side))
    made = improvise.improvise(player, asks, most_notes=_DENSE)
    got: dict[tuple, list[float]] = {}
    for one, own in zip(made, owner, strict=True):
        got.setdefault(own, []).append(wishes.density_of(one.stream))
    found = {}
    for row in rows:
        name = row["name"]
        ratios = [np.mean(got[name, s, h, 1.0]) - np.mean(got[name, s, h, -1.0]) for s, h in plan]
        plain = np.maximum.accumulate(ratios[: len(STEPS)])
        step = float(2 ** np.interp(WANTED_RATIO, plain, np.log2(STEPS)))
        slack = plain[-1] < WANTED_RATIO * 0.75
        found[name] = {"density_step": round(STEPS[1] if slack else step, 2), "hurry": _HURRY if slack else 0.0}
    return found


def patience_of(streams: list) -> float:
    """How often running a melodic part of these strikes one pitch at the most, in all but the most stubborn ones."""
    longest = []
    for stream in streams:
        for slot in np.flatnonzero(stream.families < v.DRUMS):
            pitch = stream.pitch[stream.slot == slot]
            edges = np.flatnonzero(np.diff(pitch, prepend=-1, append=-1))
            if len(pitch) >= windows.FEWEST_NOTES:
                longest.append(int(np.diff(edges).max()))
    found = np.percentile(longest, _PATIENT) if longest else improvise.UNMEASURED["patience"]
    return round(float(np.clip(found, _FEWEST_PATIENCE, _MOST_PATIENCE)), 1)


def tireless_of(streams: list[data.Stream]) -> float:
    """For how many bars a part of these plays nothing that it has not played before, in all but the most stubborn."""
    found = np.percentile([_longest_stale(s) for s in streams], _TIRELESS) if streams else _FEWEST_BARS
    return round(float(np.clip(found, _FEWEST_BARS, _MOST_BARS)), 1)


def _longest_stale(stream: data.Stream) -> float:
    s, heard = stream, stream.features()
    own, event = heard.motif[np.arange(len(s.onset)), s.slot], heard.event[1:]
    stale = ((own[..., 0] == event[:, :1]) & (own[..., 1] == event[:, 2:3])).any(1)
    bar = s.bar_length[np.maximum(np.searchsorted(s.bar_start, s.onset, side="right") - 1, 0)]
    longest = 0.0
    for slot in range(v.PARTS):
        mine = np.flatnonzero(s.slot == slot)
        fresh = np.maximum.accumulate(np.where(stale[mine], -1, s.onset[mine])) if len(mine) else mine
        since = (s.onset[mine] - fresh) / bar[mine]
        longest = max(longest, since[fresh >= 0].max(initial=0.0))
    return longest


def aims_of(learned: list[data.Stream], held: list[data.Stream]) -> dict[str, list[float] | None]:
    """Quantiles of the shares that `form` aims at; None where too few pieces have one.

    Enough windows of the `valid` split weigh as much together as all of the training split's.
    """
    rows = [[descriptors.describe(s) for s in some] for some in (learned, held)]
    found = {aim: quantiles_of(name, *rows) for aim, name in _DESCRIBED.items()}
    return {aim: None if known is None else known.round(4).tolist() for aim, known in found.items()}


def quantiles_of(name: str, learned: list[dict], held: list[dict]) -> np.ndarray | None:
    """Quantiles of one descriptor in real pieces, float [5]; None where too few have it."""
    values = [np.array([row[name] for row in some if not math.isnan(row[name])]) for some in (learned, held)]
    sizes = [len(x) for x in values]
    heavy = sizes[0] / sizes[1] if sizes[1] >= _OWN_HALF else 1.0
    both, weight = np.concatenate(values), np.repeat([1.0, heavy], sizes)
    if len(both) < _ENOUGH:
        return None
    order = both.argsort()
    middle = (weight[order].cumsum() - weight[order] / 2) / weight.sum()
    return np.interp(form.QUANTILES, middle, both[order])


def repetitions(player, rows: list[dict], real: dict[str, list], held: dict[str, list]) -> dict[str, float]:
    """Repetition told at rest with which the two most similar bars are as alike as real ones, of styles that say."""
    wanted, asks, owner = {}, [], []
    for row in rows:
        name = row["name"]
        some = [[descriptors.describe(w.stream) for w in split.get(name, [])] for split in (real, held)]
        known = quantiles_of("most_similar_bars", *some)
        if known is None or known[2] >= _ALL_ALIKE:
            continue
        wanted[name] = known[2]
        for told in _REPETITIONS:
            trial = row | {"rest": row["rest"] | {"repetition": told}}
            for i, window in enumerate(real[name]):
                asks.append(improvise.ask_of(trial, window.ground, 1.0, (6, v.STYLES.index(name), i)))
                owner.append((name, told))
    alike: dict[tuple, list[float]] = {}
    for own, made in zip(owner, improvise.improvise(player, asks), strict=True):
        alike.setdefault(own, []).append(descriptors.describe(made.stream)["most_similar_bars"])
    found = {}
    for name, target in wanted.items():
        got = np.maximum.accumulate([np.nanmedian(alike[name, told]) for told in _REPETITIONS])
        print(f"  {name:22} bars alike {got.round(2).tolist()} wanted {target:.2f}", file=sys.stderr, flush=True)
        found[name] = round(float(np.interp(target, got + 1e-6 * np.arange(len(got)), _REPETITIONS)), 2)
    return found


def longest_copy_of(held: list[data.Stream], corpus: np.ndarray) -> list[float] | None:
    """Quantiles of the longest copy of the training split in pieces that are not of it, notes; None without any.

    corpus: the training split's lines, as `originality.corpus_tokens` gives them.
    """
    longest, share = originality.runs(held, corpus)
    known = longest[~np.isnan(share)]
    return np.quantile(known, form.QUANTILES).round(1).tolist() if len(known) else None


def excess_of(player, rows: list[dict], pieces: int) -> dict[str, float]:
    """Octaves by which each style is improvised denser than its pieces are where no density is wished for."""
    asks = [
        improvise.ask_of(row, improvise.usual_ground(row, 16), 1.0, (9, v.STYLES.index(row["name"]), i))
        for row in rows for i in range(pieces)
    ]  # fmt: skip
    made = iter(improvise.improvise(player, asks))
    found = {row["name"]: np.mean([wishes.density_of(next(made).stream) for _ in range(pieces)]) for row in rows}
    return {row["name"]: round(float(found[row["name"]] - row["density"]["mean"]), 3) for row in rows}


def choose(
    corpus: Corpus, names: list[str], count: int, bars: int, split: str = "train"
) -> dict[str, list[windows.Window]]:
    """Windows of each style from one split."""
    rng, pieces = np.random.default_rng(3), []
    for name in names:
        members = np.flatnonzero((corpus.column("split") == split) & (corpus.column("style") == name))
        pieces += [corpus[int(i)] for i in rng.permutation(members)[:_PIECES]]
    return windows.choose(pieces, set(names), count, bars, 3)


def main() -> int:
    """Command line; 0, or 2 where the pack or the corpus cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, default=Path("models/default"), help="its manifest is written anew")
    parser.add_argument("--corpus", type=Path, required=True, help="the .npz file that training.corpus wrote")
    parser.add_argument("--styles", type=lambda text: text.split(","), default=list(v.STYLES), help="a,b,c")
    parser.add_argument("--windows", type=int, default=48, help="of each style")
    parser.add_argument("--bars", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=8, help="0 = keep density and sharpness as they are")
    parser.add_argument("--pieces", type=int, default=6, help="for each trial of the density wish")
    wanted = parser.parse_args()
    try:
        manifest, player = improvise.open_pack(wanted.pack)
        corpus = Corpus.open(wanted.corpus)
    except (OSError, ValueError, KeyError) as error:
        print(f"calibrate: {error}", file=sys.stderr)
        return 2
    real = choose(corpus, wanted.styles, wanted.windows, wanted.bars)
    held = choose(corpus, wanted.styles, wanted.windows, wanted.bars, "valid")
    rows = [row for row in manifest["styles"] if real.get(row["name"])]
    begun = time.monotonic()

    def tell(turn: int, tried: dict, found: dict, aims: dict) -> None:
        print(f"round {turn + 1}, {time.monotonic() - begun:.0f} s", file=sys.stderr)
        for name, aim in aims.items():
            shown = (np.round(x, 2).tolist() for x in (tried[name][turn], found[name][-1], aim))
            print(f"  {name:22} told {next(shown)} got {next(shown)} wanted {next(shown)}", file=sys.stderr, flush=True)

    if wanted.rounds:
        chosen = rest_of(player, rows, real, wanted.rounds, tell)
        steps = density_steps(player, rows, chosen, wanted.pieces)
        for row in rows:
            knobs = dict(zip(KNOBS, (round(float(x), 2) for x in chosen[row["name"]]), strict=True))
            row["rest"] = knobs | steps[row["name"]]
    lines = originality.corpus_tokens(corpus)
    for row in rows:
        patience = patience_of([w.stream for w in real[row["name"]]])
        more = {"patience": patience, "tireless": tireless_of([w.stream for w in real[row["name"]]]), "excess": 0.0}
        row["rest"] = improvise.UNMEASURED | row.get("rest", {}) | more
        learned, own = ([w.stream for w in some.get(row["name"], [])] for some in (real, held))
        row["aims"] = aims_of(learned, own) | {"longest_copy": longest_copy_of(own, lines)}
    few = {name: some[: wanted.windows // 2] for name, some in real.items()}
    for name, told in repetitions(player, rows, few, held).items():
        next(row for row in rows if row["name"] == name)["rest"]["repetition"] = told
    for name, excess in excess_of(player, rows, 2 * wanted.pieces).items():
        next(row for row in rows if row["name"] == name)["rest"]["excess"] = excess
    partial = wanted.pack / "manifest.partial"
    pack.write_manifest(partial, manifest)
    os.replace(partial, wanted.pack / "manifest.json")
    print(f"{wanted.pack}: {len(rows)} styles")
    return 0


if __name__ == "__main__":
    sys.exit(main())
