"""Long free runs: whether the band falls silent, or repeats one bar for ever, over hundreds of bars.

Every run is from an empty start with the usual band, every control at rest. A run is silent where no note of any part
sounds for so many bars. Writes `long.json` and `long.md` after every few styles; with `--resume` it keeps what runs a
`long.json` of the same graph and settings has, and makes those that are missing: more `--runs` add to them.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from training import descriptors, improvise, manners
from training import vocabulary as v
from training.kept import Kept

_NO_RUNS = {
    "runs": 0, "notes": 0, "cut": 0, "longest_silence": 0.0, "silent": [], "quarters": [0, 0], "same": [],
}  # fmt: skip
MOST_NOTES = 12288  # of one run
TOGETHER = 128  # runs that are made at once
SILENT_BARS, SAME_BARS = 4, 8  # a run that is silent for so long, or plays one bar more often in a row, has failed


def measure(player, manifest: dict, wanted: argparse.Namespace, known: dict, tell=None) -> dict[str, dict]:
    """Figures of every wanted style: longest silence and longest run of one bar of each run, and whether form holds.

    Runs that are `known` are not made again, only those that are missing of the wanted number. `tell` gets all that is
    known, of other styles too, after every few styles of which there was something to make.
    """
    cards = {row["name"]: row for row in manifest["styles"]}
    found = dict(known)
    missing = {name: range(found[name]["runs"] if name in found else 0, wanted.runs) for name in wanted.styles}
    for together in _groups({name: runs for name, runs in missing.items() if runs}):
        asks = []
        for name, runs in together.items():
            ground, style = improvise.usual_ground(cards[name], wanted.bars), v.STYLES.index(name)
            asks += [improvise.ask_of(cards[name], ground, wanted.temperature, (wanted.seed, style, i)) for i in runs]
        made = iter(improvise.improvise(player, asks, batch=len(asks), most_notes=MOST_NOTES))
        for name, runs in together.items():
            found[name] = judge([next(made).stream for _ in runs], wanted.bars, found.get(name))
        if tell:
            tell(found)
    return found


def _groups(missing: dict[str, range]) -> list[dict[str, range]]:
    """Styles whose runs are made together, since few at a time cost nearly as much as many."""
    groups: list[dict[str, range]] = []
    for name, runs in missing.items():
        if not groups or sum(map(len, groups[-1].values())) + len(runs) > TOGETHER:
            groups.append({})
        groups[-1][name] = runs
    return groups


def judge(streams: list, bars: int, before: dict | None = None) -> dict:
    """Figures of the runs of one style, with those of the runs `before` them; silent and stuck ones by their index."""
    before = before or _NO_RUNS
    silence, same, quarters = [], list(before["same"]), np.array(before["quarters"])
    for stream in streams:
        silence.append(descriptors.longest_silence(stream) if len(stream.onset) else float(bars))
        same.append(descriptors.longest_run(descriptors.bar_sets(stream)))
        edges = stream.bar_start[[0, bars // 4, bars - bars // 4]]
        quarters += [
            int(((stream.onset >= low) & (stream.onset < high)).sum())
            for low, high in ((edges[0], edges[1]), (edges[2], np.iinfo(np.int64).max))
        ]
    return {
        "runs": len(same), "notes": before["notes"] + int(sum(len(s.onset) for s in streams)),
        "cut": before["cut"] + sum(len(s.onset) >= MOST_NOTES for s in streams),
        "silent": before["silent"] + [before["runs"] + i for i, x in enumerate(silence) if x >= SILENT_BARS],
        "longest_silence": round(max([before["longest_silence"], *silence]), 2),
        "stuck": [i for i, x in enumerate(same) if x > SAME_BARS], "longest_same": max(same),
        "median_same": float(np.median(same)),
        "last_to_first_quarter": round(float(quarters[1] / max(quarters[0], 1)), 3),
        "quarters": quarters.tolist(), "same": same,
    }  # fmt: skip


_PAGE = """# Long free runs

Runs of {bars} bars a style from an empty start with the usual band, every control at rest, temperature
{temperature}; seed {seed}, pack `{pack}` (graph `{sha}`). Made by `python -m training.longrun`; the numbers are in
[long.json](long.json).

*Silent*: runs in which nothing sounds for {silent} bars or more. *Stuck*: runs that play one bar more than {same} times
in a row. *Last to first quarter*: notes in the last quarter of the bars over those in the first, all runs together.

Of {total} runs {all_silent} were silent and {all_stuck} stuck.

| style | runs | notes | silent | longest silence (bars) | stuck | one bar in a row | median | last to first quarter |
|---|---|---|---|---|---|---|---|---|
"""


def markdown(report: dict) -> str:
    """The page."""
    styles = report["styles"]
    silent, stuck = (sum(len(row[name]) for row in styles.values()) for name in ("silent", "stuck"))
    page = _PAGE.format(
        bars=report["bars"], temperature=report["temperature"], seed=report["seed"],
        pack=report["pack"], sha=report["graph_sha256"][:12], silent=SILENT_BARS, same=SAME_BARS,
        total=sum(row["runs"] for row in styles.values()), all_silent=silent, all_stuck=stuck,
    )  # fmt: skip
    for name, row in styles.items():
        page += (
            f"| {name} | {row['runs']} | {row['notes']} | {len(row['silent'])} | {row['longest_silence']:.1f} | "
            f"{len(row['stuck'])} | {row['longest_same']} | {row['median_same']:.0f} | "
            f"{row['last_to_first_quarter']:.2f} |\n"
        )
    return page


def main() -> int:
    """Command line; 0, or 2 where the pack cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, default=Path("models/default"))
    parser.add_argument("--out", type=Path, default=Path("docs/generation"))
    parser.add_argument("--styles", type=lambda text: text.split(","), default=list(v.STYLES), help="a,b,c")
    parser.add_argument("--runs", type=int, default=100, help="of each style")
    parser.add_argument("--bars", type=int, default=200)
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true", help="keep the runs that are in long.json")
    wanted = parser.parse_args()
    unknown = set(wanted.styles) - set(v.STYLES)
    if unknown:
        parser.error(f"no such style: {', '.join(sorted(unknown))}")
    try:
        manifest, player = improvise.open_pack(wanted.pack)
    except (OSError, ValueError, KeyError) as error:
        print(f"longrun: {error}", file=sys.stderr)
        return 2
    about = {
        "format": 2, "rules": manners.RULES, "pack": manifest["name"],
        "graph_sha256": manifest["note_model"]["sha256"], "bars": wanted.bars,
        "temperature": wanted.temperature, "seed": wanted.seed,
    }  # fmt: skip

    kept = Kept(wanted.out, "long", about, markdown)
    styles = measure(player, manifest, wanted, kept.known() if wanted.resume else {}, kept.write)
    print(f"{wanted.out}: {len(styles)} styles")
    return 0


if __name__ == "__main__":
    sys.exit(main())
