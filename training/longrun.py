"""Long free runs: whether the band falls silent, or repeats one bar for ever, over hundreds of bars.

Every run is from an empty start with the usual band, every control at rest. A run is silent where no note of any part
sounds for so many bars. Writes `long.json` and `long.md` after each style; with `--resume` it goes on where a
`long.json` of the same graph and settings ends.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from training import descriptors, improvise
from training import vocabulary as v

MOST_NOTES = 12288  # of one run
SILENT_BARS, SAME_BARS = 4, 8  # a run that is silent for so long, or plays one bar more often in a row, has failed


def measure(network, manifest: dict, wanted: argparse.Namespace, known: dict, tell=None) -> dict[str, dict]:
    """Figures of every wanted style: longest silence and longest run of one bar of each run, and whether form holds.

    Those that are `known` are taken from there. `tell` gets all that are known after each that was not.
    """
    found = {name: figures for name, figures in known.items() if name in wanted.styles}
    for row in manifest["styles"]:
        if row["name"] not in wanted.styles or row["name"] in found:
            continue
        ground = improvise.usual_ground(row, wanted.bars)
        style = v.STYLES.index(row["name"])
        asks = [improvise.ask_of(row, ground, wanted.temperature, (wanted.seed, style, i)) for i in range(wanted.runs)]
        streams = [m.stream for m in improvise.improvise(network, asks, most_notes=MOST_NOTES)]
        found[row["name"]] = judge(streams, wanted.bars)
        if tell:
            tell(found)
    return found


def judge(streams: list, bars: int) -> dict:
    """Figures of the runs of one style."""
    silence, same, quarter = [], [], []
    for stream in streams:
        told = descriptors.describe(stream) if len(stream.onset) else {"silence_bars": float(bars), "same_bar_run": 0.0}
        silence.append(told["silence_bars"])
        same.append(told["same_bar_run"])
        edges = stream.bar_start[[0, bars // 4, bars - bars // 4]]
        first, last = ((stream.onset >= low) & (stream.onset < high) for low, high in
                       ((edges[0], edges[1]), (edges[2], np.iinfo(np.int64).max)))  # fmt: skip
        quarter.append((int(first.sum()), int(last.sum())))
    first, last = np.sum(quarter, 0)
    return {
        "runs": len(streams), "notes": int(sum(len(s.onset) for s in streams)),
        "cut": sum(len(s.onset) >= MOST_NOTES for s in streams),
        "silent": sum(x >= SILENT_BARS for x in silence), "longest_silence": round(max(silence), 2),
        "stuck": sum(x > SAME_BARS for x in same), "longest_same": int(max(same)),
        "median_same": float(np.median(same)), "last_to_first_quarter": round(float(last / max(first, 1)), 3),
    }  # fmt: skip


_PAGE = """# Long free runs

{runs} runs of {bars} bars a style from an empty start with the usual band, every control at rest, temperature
{temperature}; seed {seed}, pack `{pack}` (graph `{sha}`). Made by `python -m training.longrun`; the numbers are in
[long.json](long.json).

*Silent*: runs in which nothing sounds for {silent} bars or more. *Stuck*: runs that play one bar more than {same} times
in a row. *Last to first quarter*: notes in the last quarter of the bars over those in the first, all runs together.

Of {total} runs {all_silent} were silent and {all_stuck} stuck.

| style | notes | silent | longest silence (bars) | stuck | same bar in a row, most | median | last to first quarter |
|---|---|---|---|---|---|---|---|
"""


def markdown(report: dict) -> str:
    """The page."""
    styles = report["styles"]
    page = _PAGE.format(
        runs=report["runs"], bars=report["bars"], temperature=report["temperature"], seed=report["seed"],
        pack=report["pack"], sha=report["graph_sha256"][:12], silent=SILENT_BARS, same=SAME_BARS,
        total=sum(row["runs"] for row in styles.values()), all_silent=sum(row["silent"] for row in styles.values()),
        all_stuck=sum(row["stuck"] for row in styles.values()),
    )  # fmt: skip
    for name, row in styles.items():
        page += (
            f"| {name} | {row['notes']} | {row['silent']} | {row['longest_silence']:.1f} | {row['stuck']} | "
            f"{row['longest_same']} | {row['median_same']:.0f} | {row['last_to_first_quarter']:.2f} |\n"
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
    parser.add_argument("--resume", action="store_true", help="keep the styles that are in long.json")
    wanted = parser.parse_args()
    unknown = set(wanted.styles) - set(v.STYLES)
    if unknown:
        parser.error(f"no such style: {', '.join(sorted(unknown))}")
    try:
        manifest, network = improvise.open_pack(wanted.pack)
    except (OSError, ValueError, KeyError) as error:
        print(f"longrun: {error}", file=sys.stderr)
        return 2
    about = {
        "pack": manifest["name"], "graph_sha256": manifest["note_model"]["sha256"], "bars": wanted.bars,
        "runs": wanted.runs, "temperature": wanted.temperature, "seed": wanted.seed,
    }  # fmt: skip

    def write(styles: dict) -> None:
        report = about | {"styles": styles}
        wanted.out.mkdir(parents=True, exist_ok=True)
        (wanted.out / "long.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        (wanted.out / "long.md").write_text(markdown(report), encoding="utf-8")
        print(f"{len(styles)} styles", file=sys.stderr, flush=True)

    known = begun(wanted.out / "long.json", about) if wanted.resume else {}
    styles = measure(network, manifest, wanted, known, write)
    print(f"{wanted.out}: {len(styles)} styles")
    return 0


def begun(path: Path, about: dict) -> dict[str, dict]:
    """The styles that an earlier run of the same pack and settings has written; none where there is no such."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        return report["styles"] if all(report[name] == value for name, value in about.items()) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


if __name__ == "__main__":
    sys.exit(main())
