"""The generation report: how improvised pieces are distributed beside real ones, style by style.

Writes `report.json`, `README.md` and the pictures of both into a folder. Every improvisation stands on the ground of a
real window: its families, metre and bars. Nothing is to be chosen on the `test` split.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from training import corpus, descriptors, evaluate, improvise, overlap, page, windows
from training import vocabulary as v

FEWEST_MADE = 16  # improvisations of a style that has fewer real windows
_SPLIT_PIECES = 200  # of one style and split, from which windows are chosen
_QUANTILES = (5, 25, 50, 75, 95)
Rows = dict[str, np.ndarray]  # descriptor -> one row each piece


def rows_of(streams: list) -> Rows:
    """The descriptors of several streams, each as one array."""
    found = [descriptors.describe(s) for s in streams if len(s.onset)]
    sizes = descriptors.HISTOGRAMS
    empty = {name: np.empty((0, sizes[name]) if name in sizes else 0) for name in descriptors.NAMES}
    return {name: np.stack([f[name] for f in found]) for name in descriptors.NAMES} if found else empty


def _summary(values: np.ndarray) -> list[float] | dict[str, float] | None:
    """A histogram's mean over the pieces, or quantiles and mean of a number."""
    good = values[~np.isnan(values.reshape(len(values), -1)).any(1)] if len(values) else values
    if not len(good):
        return None
    if good.ndim == 2:
        return [round(float(x), 4) for x in good.mean(0)]
    found = {f"p{q}": round(float(x), 4) for q, x in zip(_QUANTILES, np.percentile(good, _QUANTILES), strict=True)}
    return found | {"mean": round(float(good.mean()), 4)}


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 3)


def compare(real: list[windows.Window], rows: Rows, ours: dict[str, Rows], seed: int) -> dict:
    """One style's part of the report. `ours`: temperature -> descriptors."""
    piece, table = np.array([w.piece for w in real]), {}
    for name in descriptors.NAMES:
        scores = {t: overlap.overlap(rows[name], made[name]) for t, made in ours.items()}
        table[name] = {
            "real": _summary(rows[name]),
            "ours": {t: _summary(made[name]) for t, made in ours.items()},
            "overlap": {t: _rounded(s and s["overlap"]) for t, s in scores.items()},
            "own": {t: _rounded(s and s["own"]) for t, s in scores.items()},
            "real_overlap": _rounded(overlap.real_overlap(rows[name], piece, seed)),
        }
    return {
        "real": {"pieces": len(set(piece)), "windows": len(real), "notes": sum(len(w.stream.onset) for w in real)},
        "overlap": {t: _mean(table[name]["overlap"][t] for name in table) for t in ours},
        "real_overlap": _mean(table[name]["real_overlap"] for name in table),
        "descriptors": table,
    }


def _mean(values) -> float | None:
    known = [x for x in values if x is not None]
    return round(float(np.mean(known)), 3) if known else None


def asks_of(
    row: dict, real: list[windows.Window], wanted: argparse.Namespace, temperature: float
) -> list[improvise.Ask]:
    """As many asks as real windows, on the ground of each; a style with few takes them again, or its usual ground."""
    style = v.STYLES.index(row["name"])
    grounds = [w.ground for w in real] or [improvise.usual_ground(row, wanted.bars)]
    count = max(len(real), min(FEWEST_MADE, wanted.pieces))
    seed = (wanted.seed, style, round(temperature * 100))
    return [improvise.ask_of(row, grounds[i % len(grounds)], temperature, (*seed, i)) for i in range(count)]


def make(player, manifest: dict, real: dict[str, list[windows.Window]], wanted: argparse.Namespace) -> tuple:
    """The report's styles, and the rows behind them: style -> (real, temperature -> ours)."""
    cards = {row["name"]: row for row in manifest["styles"]}
    plan = [(name, t) for name in real for t in wanted.temperatures]
    asks = {(name, t): asks_of(cards[name], real[name], wanted, t) for name, t in plan}
    total, begun = sum(len(some) for some in asks.values()), time.monotonic()

    def tell(done: int) -> None:
        print(f"{done} of {total} improvised, {time.monotonic() - begun:.0f} s", file=sys.stderr)

    every = [ask for some in asks.values() for ask in some]
    made = iter(improvise.improvise(player, every, most_notes=improvise.MOST_NOTES, tell=tell))
    streams = {key: [next(made).stream for _ in some] for key, some in asks.items()}
    report, rows = {}, {}
    for name, some in real.items():
        ours = {str(t): rows_of(streams[name, t]) for t in wanted.temperatures}
        rows[name] = rows_of([w.stream for w in some]), ours
        report[name] = compare(some, *rows[name], wanted.seed) | {
            "ours": {str(t): _counts(streams[name, t]) for t in wanted.temperatures}
        }
    return report, rows


def _counts(streams: list) -> dict[str, int]:
    return {
        "pieces": len(streams), "notes": sum(len(s.onset) for s in streams),
        "cut": sum(len(s.onset) >= improvise.MOST_NOTES for s in streams),
    }  # fmt: skip


def splits_of(pieces: Iterable[corpus.Piece], wanted: argparse.Namespace) -> dict[str, dict[str, dict]]:
    """Style -> split -> medians of the form of its real pieces, so that one sees how far real pieces agree."""
    found: dict[tuple[str, str], list] = {}
    for piece in pieces:
        if piece.style in wanted.styles:
            found.setdefault((piece.style, piece.split), []).append(piece)
    medians: dict[str, dict[str, dict]] = {}
    for (style, split), some in found.items():
        rng = np.random.default_rng((wanted.seed, v.STYLES.index(style)))
        some = [some[i] for i in rng.permutation(len(some))[:_SPLIT_PIECES]]
        chosen = windows.choose(some, {style}, wanted.pieces, wanted.bars, wanted.seed)[style]
        rows = rows_of([w.stream for w in chosen])
        row = {name: (_summary(rows[name]) or {}).get("p50") for name in page.FORM}
        medians.setdefault(style, {})[split] = {"windows": len(chosen)} | row
    return medians


def write(folder: Path, report: dict, rows: dict) -> None:
    """Numbers, page and pictures."""
    from training import figures

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(_lines(report) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(page.markdown(report), encoding="utf-8")
    middle = page.middle(report)
    for name, style in report["styles"].items():
        title = f"{name}: {style['real']['windows']} real windows, {style['ours'][middle]['pieces']} improvised"
        figures.draw_style(folder / f"{name}.png", title, *rows[name], style["descriptors"])
    styles = report["styles"].items()
    table = {n: [d["overlap"][middle] for d in s["descriptors"].values()] for n, s in styles if s["overlap"][middle]}
    if table:
        figures.draw_overview(folder / "overview.png", f"Overlap with real pieces at temperature {middle}", table)


def _lines(report: dict) -> str:
    """JSON with one line for each descriptor of each style."""
    styles = []
    for name, style in report["styles"].items():
        found = ",\n".join(f'    "{key}": {json.dumps(row)}' for key, row in style["descriptors"].items())
        head = json.dumps({k: x for k, x in style.items() if k != "descriptors"})[1:-1]
        styles.append(f'  "{name}": {{{head}, "descriptors": {{\n{found}\n  }}}}')
    head = json.dumps({k: x for k, x in report.items() if k != "styles"})[1:-1]
    return f'{{{head},\n "styles": {{\n' + ",\n".join(styles) + "\n }}"


def main() -> int:
    """Command line; 0, or 2 where the data or the pack cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, default=Path("models/default"))
    parser.add_argument("--data", type=Path, required=True, help="folder of .jsonl or .jsonl.xz records")
    parser.add_argument("--out", type=Path, default=Path("docs/generation"))
    parser.add_argument("--split", choices=("valid", "test"), default="valid", help="where the real pieces are from")
    parser.add_argument("--styles", type=lambda text: text.split(","), default=list(v.STYLES), help="a,b,c")
    parser.add_argument("--pieces", type=int, default=64, help="windows of each style, and improvisations beside them")
    parser.add_argument("--bars", type=int, default=32)
    parser.add_argument("--temperatures", type=lambda t: [float(x) for x in t.split(",")], default=[0.8, 1.0, 1.2])
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    unknown = set(wanted.styles) - set(v.STYLES)
    if unknown:
        parser.error(f"no such style: {', '.join(sorted(unknown))}")
    if len(wanted.temperatures) > 5:
        parser.error("at most five temperatures can be told apart in a picture")
    try:
        manifest, player = improvise.open_pack(wanted.pack)
        splits = splits_of(evaluate.chosen_pieces(wanted.data, "all"), wanted)
        pieces = evaluate.chosen_pieces(wanted.data, wanted.split)
        chosen = windows.choose(pieces, set(wanted.styles), wanted.pieces, wanted.bars, wanted.seed)
    except (OSError, ValueError, KeyError) as error:
        print(f"report: {error}", file=sys.stderr)
        return 2
    real = {name: chosen[name] for name in v.STYLES if name in chosen}
    styles, rows = make(player, manifest, real, wanted)
    for name in styles:
        styles[name]["splits"] = splits.get(name, {})
    report = {
        "pack": manifest["name"], "graph_sha256": manifest["note_model"]["sha256"], "figures": manifest["figures"],
        "split": wanted.split, "bars": wanted.bars, "pieces": wanted.pieces, "seed": wanted.seed,
        "temperatures": [str(t) for t in wanted.temperatures], "min_p": improvise.MIN_P, "styles": styles,
    }  # fmt: skip
    write(wanted.out, report, rows)
    print(f"{wanted.out}: {len(styles)} styles")
    return 0


if __name__ == "__main__":
    sys.exit(main())
