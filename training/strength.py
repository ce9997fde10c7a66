"""What the strength of the style does: improvisations at several strengths before the classifier of `recognition`.

It learned from training pieces and judges improvisations on the grounds of pieces that it did not learn from. Beside
how often they are named as the style stands how far their descriptors overlap with those of the style's real pieces
(`overlap`). Writes `strength.json` and `strength.md`.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from training import descriptors, evaluate, improvise, overlap, recognition, windows
from training import vocabulary as v

STRENGTHS = (0.0, 0.5, 1.0, 1.5, 2.0)


def _overlap(real: list, ours: list) -> float:
    """Mean over the descriptors of the overlap of two sets of streams."""
    both = [[descriptors.describe(stream) for stream in streams] for streams in (real, ours)]
    found = []
    for name in descriptors.NAMES:
        scores = overlap.overlap(*(np.stack([np.asarray(row[name], float) for row in rows]) for rows in both))
        if scores:
            found.append(scores["overlap"])
    return float(np.mean(found))


def measure(player, manifest: dict, learn: dict, judged: dict, wanted: argparse.Namespace, tell=None) -> dict:
    """The report. learn, judged: style -> windows of the pieces to learn from, and of others."""
    names = [n for n in v.STYLES if len({w.piece for w in learn.get(n, [])}) >= recognition.FEWEST_PIECES]
    names = [name for name in names if judged.get(name)]
    vectors = [recognition.vector_of(w.stream) for name in names for w in learn[name]]
    recognizer = recognition.Recognizer(np.stack(vectors), [name for name in names for _ in learn[name]])
    cards = {row["name"]: row for row in manifest["styles"]}
    rows = []
    for strength in wanted.strengths:
        asks, owner = [], []
        for name in names:
            for i in range(wanted.pieces):
                ground = judged[name][i % len(judged[name])].ground
                seed = (wanted.seed, 1, v.STYLES.index(name), i)
                asks.append(improvise.ask_of(cards[name], ground, 1.0, seed, strength=strength))
                owner.append(name)
        made = improvise.improvise(player, asks, tell=tell)
        styles = {}
        for name in names:
            ours = [m.stream for m, own in zip(made, owner, strict=True) if own == name and len(m.stream.onset)]
            seen = np.stack([recognition.vector_of(stream) for stream in ours])
            logp = recognizer.log_probabilities(seen)[:, recognizer.names.index(name)]
            styles[name] = {
                "named": recognition.named(recognizer, seen, name),
                "log_probability": round(float(logp.mean()), 3),
                "overlap": round(_overlap([w.stream for w in judged[name]], ours), 3),
            }
        means = {key: round(float(np.mean([row[key] for row in styles.values()])), 3) for key in styles[names[0]]}
        rows.append({"strength": strength, **means, "styles": styles})
        print(f"strength {strength}: {means}", file=sys.stderr, flush=True)
    real = [
        recognition.named(recognizer, np.stack([recognition.vector_of(w.stream) for w in judged[n]]), n) for n in names
    ]
    return {"count": len(names), "real": round(float(np.mean(real)), 3), "strengths": rows}


_PAGE = """# How much of the style

At the control *Style strength*, the classifier of [recognition](recognition.md) on {pieces} improvisations of {bars}
bars in each of {count} styles at temperature 1, everything else at rest. Real pieces that it did not learn from are
named as their style {real:.0%} of the time; by chance it would be {chance:.0%}. *Log-probability* is what it gives the
style that was asked for, natural logarithm, mean; *overlap* is that of the descriptors with the real pieces' (Yang and
Lerch 2020), mean over descriptors and styles. Means over the styles have a standard error of some 0.02.
Made by `python -m training.strength`; the numbers of each style are in [strength.json](strength.json).

| style strength | named as the style | log-probability | overlap |
|---|---|---|---|
"""


def markdown(report: dict) -> str:
    """The page."""
    page = _PAGE.format(
        pieces=report["pieces"], bars=report["bars"], count=report["count"], real=report["real"],
        chance=1 / report["count"],
    )  # fmt: skip
    for row in report["strengths"]:
        page += (
            f"| {row['strength']:.0%} | {row['named']:.0%} | {row['log_probability']:.2f} | {row['overlap']:.2f} |\n"
        )
    return page


def main() -> int:
    """Command line; 0, or 2 where the pack or the data cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, default=Path("models/default"))
    parser.add_argument("--data", type=Path, required=True, help="folder of .jsonl or .jsonl.xz records")
    parser.add_argument("--out", type=Path, default=Path("docs/generation"))
    parser.add_argument("--strengths", type=float, nargs="+", default=STRENGTHS)
    parser.add_argument("--pieces", type=int, default=16, help="improvisations in each style at each strength")
    parser.add_argument("--learn", type=int, default=120, help="windows of each style to learn from, at most")
    parser.add_argument("--bars", type=int, default=32)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    try:
        manifest, player = improvise.open_pack(wanted.pack)
        learn, judged = (
            windows.choose(evaluate.chosen_pieces(wanted.data, split), set(v.STYLES), count, wanted.bars, wanted.seed)
            for split, count in (("train", wanted.learn), ("valid", 24))
        )
    except (OSError, ValueError, KeyError) as error:
        print(f"strength: {error}", file=sys.stderr)
        return 2
    report = {"pieces": wanted.pieces, "bars": wanted.bars, "seed": wanted.seed, "pack": manifest["name"]}
    report |= {"graph_sha256": manifest["note_model"]["sha256"]}
    report |= measure(player, manifest, learn, judged, wanted)
    wanted.out.mkdir(parents=True, exist_ok=True)
    (wanted.out / "strength.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    (wanted.out / "strength.md").write_text(markdown(report), encoding="utf-8")
    print(f"{wanted.out}: {len(report['strengths'])} strengths")
    return 0


if __name__ == "__main__":
    sys.exit(main())
