"""Whether a style can be recognized: a small classifier that learned from real pieces judges improvisations.

It sees the descriptors of a piece (`descriptors.describe`) and nothing of its instruments. It judges real pieces that
it did not learn from, improvisations in each style on the grounds of such pieces, and blends of two styles. Writes
`recognition.json` and `recognition.md`.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from training import descriptors, evaluate, improvise, windows
from training import vocabulary as v

FEWEST_PIECES = 20  # to learn a style from
_ROUNDS, _DECAY = 400, 1e-2


def vector_of(stream) -> np.ndarray:
    """The descriptors of one stream as one vector; what is not there is nan."""
    found = descriptors.describe(stream)
    return np.concatenate([np.atleast_1d(found[name]) for name in descriptors.NAMES]).astype(np.float64)


class Recognizer:
    """Multinomial logistic regression on standardized descriptors; every style weighs the same."""

    def __init__(self, vectors: np.ndarray, styles: list[str]):
        self.names = sorted(set(styles), key=v.STYLES.index)
        self._mean, self._scale = np.nanmean(vectors, 0), np.nanstd(vectors, 0) + 1e-6
        labels = torch.tensor([self.names.index(style) for style in styles])
        weight = 1.0 / torch.bincount(labels, minlength=len(self.names)).double()
        x = torch.from_numpy(self._standard(vectors))
        self._weight = torch.zeros(x.shape[1], len(self.names), dtype=torch.float64, requires_grad=True)
        self._bias = torch.zeros(len(self.names), dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.Adam([self._weight, self._bias], lr=0.03)
        for _ in range(_ROUNDS):
            optimizer.zero_grad()
            loss = F.cross_entropy(x @ self._weight + self._bias, labels, weight=weight)
            (loss + _DECAY * self._weight.pow(2).mean()).backward()
            optimizer.step()

    def _standard(self, vectors: np.ndarray) -> np.ndarray:
        return np.nan_to_num((vectors - self._mean) / self._scale).clip(-6, 6)

    def log_probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """Natural logarithms, [pieces, styles]."""
        with torch.no_grad():
            return F.log_softmax(torch.from_numpy(self._standard(vectors)) @ self._weight + self._bias, 1).numpy()


def named(recognizer: Recognizer, vectors: np.ndarray, style: str) -> float:
    """Share of pieces that are taken for the style."""
    best = recognizer.log_probabilities(vectors).argmax(1)
    return round(float((best == recognizer.names.index(style)).mean()), 3)


def _leaning(recognizer: Recognizer, vectors: np.ndarray, first: str, second: str) -> float:
    """Median log-odds of the second style over the first."""
    logp = recognizer.log_probabilities(vectors)
    return round(float(np.median(logp[:, recognizer.names.index(second)] - logp[:, recognizer.names.index(first)])), 3)


def measure(player, manifest: dict, learn: dict, judged: dict, wanted: argparse.Namespace, tell=None) -> dict:
    """The report. learn, judged: style -> windows of the pieces to learn from, and of others."""
    names = [name for name in v.STYLES if len({w.piece for w in learn.get(name, [])}) >= FEWEST_PIECES]
    names = [name for name in names if judged.get(name)]
    vectors = [vector_of(w.stream) for name in names for w in learn[name]]
    recognizer = Recognizer(np.stack(vectors), [name for name in names for _ in learn[name]])
    cards = {row["name"]: row for row in manifest["styles"]}
    pairs = list(zip(names, names[1:] + names[:1], strict=True))
    plan: list[tuple] = [(name,) for name in names] + pairs
    asks, owner = [], []
    for kind in plan:
        for i in range(wanted.pieces):
            of = judged[kind[i % len(kind)]]  # a blend plays on the grounds of both
            second = {"second": cards[kind[1]], "lean": 0.5} if len(kind) == 2 else {}
            seed = (wanted.seed, len(kind), v.STYLES.index(kind[0]), i)
            ground = of[i // len(kind) % len(of)].ground
            asks.append(improvise.ask_of(cards[kind[0]], ground, 1.0, seed, **second))
            owner.append(kind)
    made = improvise.improvise(player, asks, tell=tell)
    ours = {kind: np.stack([vector_of(m.stream) for m, own in zip(made, owner, strict=True) if own == kind
                            and len(m.stream.onset)]) for kind in plan}  # fmt: skip
    styles = {}
    for name in names:
        real = np.stack([vector_of(w.stream) for w in judged[name]])
        row = {"real": named(recognizer, real, name), "ours": named(recognizer, ours[name,], name)}
        styles[name] = row | {"windows": len(real)}
    blends = []
    for first, second in pairs:
        steps = (ours[first,], ours[first, second], ours[second,])
        values = [_leaning(recognizer, x, first, second) for x in steps]
        blends.append(
            {"first": first, "second": second, "log_odds": values, "between": values[0] < values[1] < values[2]}
        )
    return {"chance": round(1 / len(names), 4), "styles": styles, "blends": blends}


_PAGE = """# Whether the style that was asked for can be recognized

A small classifier (logistic regression on the descriptors of [the report](README.md), which say nothing of the
instruments) learned {count} styles from windows of {bars} bars of training pieces. It judges pieces that it did not
learn from: real ones of the `valid` split, and {pieces} improvisations a style at temperature 1, each on the ground of
such a piece. By chance a style would be named {chance:.0%} of the time. Seed {seed}, pack `{pack}` (graph `{sha}`).
Made by `python -m training.recognition`; the numbers are in [recognition.json](recognition.json).

Named as the style, mean of {count}: real {real:.0%}, ours **{ours:.0%}**, {times:.1f} times chance; lowest
{lowest_name} with {lowest:.0%}. Blends that sit between their two styles: {between} of {blends}.

| style | real named so | ours named so |
|---|---|---|
"""


def markdown(report: dict) -> str:
    """The page."""
    styles = report["styles"]
    ours = {name: row["ours"] for name, row in styles.items()}
    lowest = min(ours, key=ours.get)
    mean = float(np.mean(list(ours.values())))
    page = _PAGE.format(
        count=len(styles), bars=report["bars"], pieces=report["pieces"], chance=report["chance"], seed=report["seed"],
        pack=report["pack"], sha=report["graph_sha256"][:12], ours=mean, times=mean / report["chance"],
        real=float(np.mean([row["real"] for row in styles.values()])), lowest_name=lowest, lowest=ours[lowest],
        between=sum(b["between"] for b in report["blends"]), blends=len(report["blends"]),
    )  # fmt: skip
    page += "".join(f"| {name} | {row['real']:.2f} | {row['ours']:.2f} |\n" for name, row in styles.items())
    page += "\nHalf and half, median log-odds of the second style over the first:\n\n"
    page += "| first | second | first alone | half and half | second alone |\n|---|---|---|---|---|\n"
    for b in report["blends"]:
        page += f"| {b['first']} | {b['second']} | " + " | ".join(f"{x:.1f}" for x in b["log_odds"]) + " |\n"
    return page


def main() -> int:
    """Command line; 0, or 2 where the pack or the data cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, default=Path("models/default"))
    parser.add_argument("--data", type=Path, required=True, help="folder of .jsonl or .jsonl.xz records")
    parser.add_argument("--out", type=Path, default=Path("docs/generation"))
    parser.add_argument("--pieces", type=int, default=32, help="improvisations in each style and each blend")
    parser.add_argument("--learn", type=int, default=300, help="windows of each style to learn from, at most")
    parser.add_argument("--bars", type=int, default=32)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    try:
        manifest, player = improvise.open_pack(wanted.pack)
        learn, judged = (
            windows.choose(evaluate.chosen_pieces(wanted.data, split), set(v.STYLES), count, wanted.bars, wanted.seed)
            for split, count in (("train", wanted.learn), ("valid", 64))
        )
    except (OSError, ValueError, KeyError) as error:
        print(f"recognition: {error}", file=sys.stderr)
        return 2
    found = measure(player, manifest, learn, judged, wanted, lambda done: print(f"{done} improvised", file=sys.stderr))
    report = {
        "pack": manifest["name"], "graph_sha256": manifest["note_model"]["sha256"], "bars": wanted.bars,
        "pieces": wanted.pieces, "seed": wanted.seed, **found,
    }  # fmt: skip
    wanted.out.mkdir(parents=True, exist_ok=True)
    (wanted.out / "recognition.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    (wanted.out / "recognition.md").write_text(markdown(report), encoding="utf-8")
    print(f"{wanted.out}: {len(found['styles'])} styles")
    return 0


if __name__ == "__main__":
    sys.exit(main())
