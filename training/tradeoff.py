"""Bits a note against milliseconds a note: networks of several sizes and comparators, on the same data, in one run.

Each run is a checkpoint of `training.train`. Bits are those of `training.evaluate`, of all notes and of the second half
of each piece; a run that was trained without look-back is judged without. Milliseconds are those of `training.timing`,
all by turns: a bare step in ONNX Runtime of every graph, and with `--bench` a whole note of ours on both runtimes. Form
is that of improvisations on the grounds of real windows, told no more than the style's means, beside these. Writes
`tradeoff.json` and `tradeoff.md`.
"""

import argparse
import dataclasses
import functools
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime
import torch

from training import (
    data,
    descriptors,
    evaluate,
    export,
    improvise,
    model,
    notochord,
    session,
    settings,
    timing,
    weights,
    windows,
)
from training import vocabulary as v

FORM = ("patterns_again", "most_similar_bars", "similar_bars", "repeated_grams")
_FIELDS = ("time", "part", "pitch", "duration")


class Candidate(NamedTuple):
    """A trained network and how it came about."""

    judge: evaluate.Judge
    write: Callable[[Path], dict[str, np.ndarray]]  # exports the step graph; gives inputs for it
    network: torch.nn.Module
    facts: dict
    told: settings.DataSettings | None  # what its rows are made with


def judge_of(network: torch.nn.Module) -> evaluate.Judge:
    """The judge of a network, for `evaluate.evaluate`."""

    def judge(rows: list[data.Row]) -> list[np.ndarray]:
        batch = model.tensors(data.padded(rows, max(len(row.age) for row in rows)))
        with torch.no_grad():
            losses = network(batch).double().numpy()
        return [-losses[: len(row.age), i] for i, row in enumerate(rows)]

    return judge


def _write_ours(network: model.NoteModel) -> Callable[[Path], dict[str, np.ndarray]]:
    def write(path: Path) -> dict[str, np.ndarray]:
        export.round_to_half(network)
        export.write_graph(network, path)
        return {name: value.numpy() for name, value in export.example_inputs(network.settings).items()}

    return write


def open_run(checkpoint: Path) -> Candidate:
    """A checkpoint of `training.train`. Raises OSError, or ValueError for one of another vocabulary."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    if state["vocabulary"] != v.sha256():
        raise ValueError(f"cannot compare: another vocabulary made {checkpoint}")
    told = settings.from_dict(state["settings"])
    network: torch.nn.Module
    if "gru.weight_ih_l0" in state["model"]:
        network = notochord.Notochord()
        write = functools.partial(notochord.write_step, network)
    else:
        network = model.NoteModel(told.model)
        write = _write_ours(network)
    network.load_state_dict(state["model"])
    facts = {
        "minutes": round(state["elapsed_secs"] / 60, 1), "notes_seen": state["notes"],
        "parameters": model.parameters_of(network), "looks_back": told.data.look_back,
    }  # fmt: skip
    return Candidate(judge_of(network.eval()), write, network, facts, told.data)


def open_pack(pack: Path) -> Candidate:
    """The network of a pack."""
    manifest = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))
    network = weights.read_network(pack / manifest["note_model"]["file"])
    facts = {"notes_seen": manifest["figures"].get("notes_seen"), "parameters": model.parameters_of(network)}
    return Candidate(judge_of(network), _write_ours(network), network, facts, None)


def bits(candidate: Candidate, streams: list[data.Stream]) -> dict:
    """Bits a note of each field and in all, and in all over the second half of each piece."""
    totals, counts = np.zeros((2, 4)), np.zeros(2)
    for at in range(0, len(streams), evaluate.BATCH):
        rows = [data.row_of(stream, None, candidate.told) for stream in streams[at : at + evaluate.BATCH]]
        for logp in candidate.judge(rows):
            for which, part in enumerate((logp, logp[len(logp) // 2 :])):
                totals[which] -= part[:, :4].sum(0) / np.log(2)
                counts[which] += len(part)
    whole, second = totals / np.maximum(counts, 1)[:, None]
    named = {name: round(float(x), 3) for name, x in zip(_FIELDS, whole, strict=True)}
    return {"all": round(float(whole.sum()), 3), "second_half": round(float(second.sum()), 3), **named}


def form_of(streams: list[data.Stream]) -> dict[str, float]:
    """Medians of the measures of form, 0..1."""
    found = [descriptors.describe(s) for s in streams if len(s.onset)]
    return {name: round(float(np.nanmedian([f[name] for f in found])), 3) for name in FORM}


def forms(candidate: Candidate, cards: dict[str, dict], real: dict[str, list[windows.Window]]) -> dict[str, dict]:
    """The form of what a network of ours improvises, style by style."""
    look_back = candidate.told is None or candidate.told.look_back
    plain = {"repetition_std": 0.0}  # nobody tires
    asks = [
        dataclasses.replace(
            improvise.ask_of(cards[name] | {"rest": improvise.UNMEASURED}, w.ground, 1.0, (5, v.STYLES.index(name), i)),
            **plain,
        )
        for name, some in real.items()
        for i, w in enumerate(some)
    ]
    made = iter(improvise.improvise(improvise.Player(candidate.network), asks, look_back=look_back))
    return {name: form_of([next(made).stream for _ in some]) for name, some in real.items()}


def timed(candidate: Candidate, folder: Path) -> timing.Timed:
    """The candidate's graph, written and opened; as a pack of its own in `folder` if it is a network of ours."""
    folder.mkdir()
    inputs = candidate.write(folder / "note.onnx")
    ours = isinstance(candidate.network, model.NoteModel)
    if ours:
        export.export(candidate.network, folder, "timed", "Timed", {})
    return timing.Timed(session.open_session(folder / "note.onnx"), inputs, folder if ours else None)


def times(candidates: dict[str, Candidate], program: Path | None) -> dict[str, dict]:
    """Milliseconds of each, by turns; `program` as for `timing.times`."""
    with tempfile.TemporaryDirectory() as folder:
        graphs = {name: timed(c, Path(folder) / str(index)) for index, (name, c) in enumerate(candidates.items())}
        return timing.times(graphs, program)


def timed_anew(report: dict, candidates: dict[str, Candidate], program: Path | None) -> dict:
    """An earlier report with other milliseconds, for which networks of the same sizes will do.

    Raises ValueError for one that is not in the report, or has another size there.
    """
    for name, candidate in candidates.items():
        known, own = report["runs"].get(name, {}).get("parameters"), candidate.facts["parameters"]
        if known != own:
            raise ValueError(f"cannot time {name} anew: {own} parameters, and {known or 'no such row'} in the report")
    runs = {name: dict(row) for name, row in report["runs"].items()}
    for name, ms in times(candidates, program).items():
        runs[name]["ms"] = ms
    return report | {"runtime": onnxruntime.__version__, "runs": runs, "timed_anew": True}


def write(report: dict, out: Path) -> None:
    """Numbers and page."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "tradeoff.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    (out / "tradeoff.md").write_text(markdown(report), encoding="utf-8")
    print(f"{out}: {len(report['runs'])} rows")


_PAGE = """# What a bit costs

{count} pieces of the `{split}` split ({notes} notes), as `training.evaluate` judges them. Every run heard the same
training pieces for the same processor time on one core (*heard*: notes, repeats counted); `the pack` is the one that
ships, trained longer. Milliseconds, all by turns in one run on one thread, median / 99th percentile: *step*, one bare
step of the exported graph in ONNX Runtime {version}; *note*, what a whole note costs in the plugin (inputs, noise and
step; `cargo bench --bench note`) in ONNX Runtime, and on the *embedded* runtime, which is the plugin's own. A
comparator is no pack and has a step alone. Steps of all graphs alternate, so that each finds the cache full of other
weights; whole notes follow each other. Made by `python -m training.tradeoff`; the numbers are in
[tradeoff.json](tradeoff.json).{anew}

| | minutes | heard | parameters | time | part | pitch | duration | all | second half | step | note, ONNX | embedded |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""


_ANEW = " Bits and form\nare older than the milliseconds, which were measured anew with networks of these sizes."


def markdown(report: dict) -> str:
    """The page."""
    page = _PAGE.format(
        count=report["pieces"], split=report["split"], notes=report["notes"], version=report["runtime"],
        anew=_ANEW if report.get("timed_anew") else "",
    )  # fmt: skip
    for name, row in report["runs"].items():
        heard = row.get("notes_seen")
        cells = [
            name, str(row.get("minutes", "–")), "–" if heard is None else f"{heard / 1e6:.1f} M",
            f"{row['parameters'] / 1e6:.1f} M" if row.get("parameters") else "–",
            *(f"{row['bits'][field]:.2f}" for field in _FIELDS), f"**{row['bits']['all']:.2f}**",
            f"{row['bits']['second_half']:.2f}" if "second_half" in row["bits"] else "–",
            *(_milliseconds(row["ms"] if runtime is None else row["ms"].get(runtime, {}))
              for runtime in (None, "onnxruntime", "embedded")),
        ]  # fmt: skip
        page += "| " + " | ".join(cells) + " |\n"
    return page + _against(report["runs"]) + (_form_page(report["form"]) if report["form"] else "")


def _milliseconds(figures: dict) -> str:
    return " / ".join(f"{figures[x]:.2f}" for x in ("median", "p99") if x in figures) or "–"


def _against(runs: dict[str, dict]) -> str:
    """How many bits and times ours are better than the comparator that is a network."""
    if "notochord" not in runs:
        return ""
    other, lines = runs["notochord"], []
    for name, row in runs.items():
        if "embedded" in row["ms"]:
            gain, ms = other["bits"]["all"] - row["bits"]["all"], other["ms"]["median"]
            lines.append(f"{name} {gain:.2f} bits and {ms / row['ms']['embedded']['median']:.1f} times")
    if not lines:
        return ""
    return (
        "\nAgainst `notochord` in this run, fewer bits a note, and how many times a whole note on the embedded\n"
        f"runtime goes into its bare step (medians): {'; '.join(lines)}.\n"
    )


def _form_page(form: dict[str, dict]) -> str:
    """A table of the medians over styles."""
    page = "\nForm, mean over {count} styles of the medians at temperature 1 ({names}):\n\n| | " + " | ".join(
        descriptors.NAMES[name] for name in FORM
    ) + " |\n|---|" + "---|" * len(FORM) + "\n"  # fmt: skip
    for run, styles in form.items():
        means = (float(np.mean([row[name] for row in styles.values()])) for name in FORM)
        page += f"| {run} | " + " | ".join(f"{x:.2f}" for x in means) + " |\n"
    some = next(iter(form.values()))
    return page.format(count=len(some), names=", ".join(some))


def _named_run(text: str) -> tuple[str, Path]:
    name, _, path = text.partition("=")
    if not path:
        raise argparse.ArgumentTypeError(f"expected NAME=CHECKPOINT, got {text!r}")
    return name, Path(path)


def main() -> int:
    """Command line; 0, or 2 where a checkpoint, the pack or the data cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=_named_run, action="append", default=[], metavar="NAME=CHECKPOINT")
    parser.add_argument("--pack", type=Path, default=Path("models/default"))
    parser.add_argument("--ppm", type=Path, help="JSON that training.ppm wrote for the same split")
    parser.add_argument("--bench", type=Path, help="what `cargo bench --bench note --no-run` built: times whole notes")
    parser.add_argument("--data", type=Path, help="folder of .jsonl or .jsonl.xz records")
    parser.add_argument("--split", choices=("train", "valid", "test", "all"), default="valid")
    parser.add_argument("--form", nargs="*", default=[], metavar="STYLE", help="styles whose form is compared")
    parser.add_argument("--windows", type=int, default=32, help="of each such style")
    parser.add_argument("--limit", type=int, help="judge a fixed choice of this many pieces only")
    parser.add_argument("--out", type=Path, default=Path("docs/generation"))
    parser.add_argument("--times-only", action="store_true", help="keep all else that OUT/tradeoff.json says")
    wanted = parser.parse_args()
    if not (wanted.data or wanted.times_only):
        parser.error("--data is missing: what the networks are judged on")
    torch.set_num_threads(1)
    try:
        candidates = {name: open_run(path) for name, path in wanted.run} | {"the pack": open_pack(wanted.pack)}
        if wanted.times_only:
            before = json.loads((wanted.out / "tradeoff.json").read_text(encoding="utf-8"))
            write(timed_anew(before, candidates, wanted.bench), wanted.out)
            return 0
        pieces = list(evaluate.chosen_pieces(wanted.data, wanted.split))
        ppm = json.loads(wanted.ppm.read_text(encoding="utf-8")) if wanted.ppm else {}
    except (OSError, ValueError, KeyError) as error:
        print(f"tradeoff: {error}", file=sys.stderr)
        return 2
    if wanted.limit is not None:
        chosen = np.random.default_rng(1).permutation(len(pieces))[: wanted.limit]
        pieces = [pieces[i] for i in sorted(chosen)]
    streams = [data.stream_of(p, data.evaluation_slots(p), 0, evaluate.CROP) for p in pieces]
    streams.sort(key=lambda stream: len(stream.onset))
    runs = {}
    for name, candidate in candidates.items():
        runs[name] = candidate.facts | {"bits": bits(candidate, streams)}
        print(name, runs[name], file=sys.stderr, flush=True)
    try:
        found = times(candidates, wanted.bench)
    except (OSError, ValueError) as error:
        print(f"tradeoff: {error}", file=sys.stderr)
        return 2
    for name, ms in found.items():
        runs[name]["ms"] = ms
    for kind in ("static", "memory"):
        if kind in ppm:
            ms = {"median": ppm["ms"]} if "ms" in ppm else {}
            runs[f"partial matching, {kind}"] = {"bits": ppm[kind]["bits"], "ms": ms}
    form = {}
    if wanted.form:
        chosen_windows = windows.choose(pieces, set(wanted.form), wanted.windows, 32, 5)
        real = {name: chosen_windows[name] for name in wanted.form}
        form["real pieces"] = {name: form_of([w.stream for w in some]) for name, some in real.items()}
        cards = {row["name"]: row for row in json.loads((wanted.pack / "manifest.json").read_text("utf-8"))["styles"]}
        for name, candidate in candidates.items():
            if isinstance(candidate.network, model.NoteModel):
                form[name] = forms(candidate, cards, real)
                print(name, form[name], file=sys.stderr, flush=True)
    report = {
        "split": wanted.split, "pieces": len(streams), "notes": sum(len(s.onset) for s in streams),
        "runtime": onnxruntime.__version__, "runs": runs, "form": form,
    }  # fmt: skip
    write(report, wanted.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
