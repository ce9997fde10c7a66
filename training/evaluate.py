"""Judges a pack on a folder of records: bits a note, by field and by style.

Evaluation sees the first 512 notes of the four parts with the most notes, knows style and families, and nothing else.
"""

import argparse
import importlib.util
import json
import math
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from training import corpus, data, session
from training import vocabulary as v

Judge = Callable[[list[data.Row]], list[np.ndarray]]
BATCH = 16
CROP = 512


def onnx_judge(graph: Path) -> Judge:
    """Log-probability (nats) of each true field, [N, 5] a row, by stepping the graph with forced fields."""
    opened = session.open_session(graph)
    spans = session.SPANS[:5]

    def judge(rows: list[data.Row]) -> list[np.ndarray]:
        found = []
        for row in rows:
            inputs, logp = session.open_inputs(opened), np.empty((len(row.age), 5))
            for at, target in enumerate(row.target):
                inputs |= session.row_inputs(row, at)
                session.force(inputs, target)
                _, out, inputs["state"] = opened.run(None, inputs)
                logp[at] = out[0, spans + target]
            found.append(logp)
        return found

    return judge


def torch_judge(graph: Path) -> Judge:
    """The same by whole batches in PyTorch, with the weights of the graph."""
    import torch

    from training import model, weights

    network = weights.read_network(graph)
    torch.set_num_threads(1)

    def judge(rows: list[data.Row]) -> list[np.ndarray]:
        batch = model.tensors(data.padded(rows, max(len(row.age) for row in rows)))
        with torch.no_grad():
            losses = network(batch).double().numpy()
        return [-losses[: len(row.age), i] for i, row in enumerate(rows)]

    return judge


class Tally:
    """Sums of nats and counts of notes, in all and for each style."""

    def __init__(self) -> None:
        self._sums: dict[str, np.ndarray] = {}

    def add(self, style: str, logp: np.ndarray, has_velocity: bool) -> None:
        """Count one piece; logp: nats [N, 5]."""
        for name in ("", style):
            sums = self._sums.setdefault(name, np.zeros(8))
            sums[:5] -= logp.sum(0) * (1, 1, 1, 1, has_velocity)
            sums[5:] += (1, len(logp), len(logp) * has_velocity)

    def _bits(self, sums: np.ndarray) -> dict:
        bits = sums[:4] / max(sums[6], 1) / math.log(2)
        named = dict(zip(("time", "part", "pitch", "duration"), bits.tolist(), strict=True))
        velocity = sums[4] / sums[7] / math.log(2) if sums[7] else None
        return {"all": float(bits.sum()), **named, "velocity": velocity}

    def report(self) -> dict:
        """Pieces, notes and bits a note; `all` is the sum of the four fields, velocity stands beside it."""
        if not self._sums:
            return {"pieces": 0, "notes": 0, "bits": None, "styles": {}}
        styles = {
            name: {"pieces": int(s[5]), "notes": int(s[6]), **self._bits(s)}
            for name, s in sorted(self._sums.items())
            if name
        }
        total = self._sums[""]
        return {"pieces": int(total[5]), "notes": int(total[6]), "bits": self._bits(total), "styles": styles}


def chosen_pieces(folder: Path, split: str) -> Iterable[corpus.Piece]:
    """The pieces of one split of a folder (`all` for every split).

    Raises corpus.RecordError naming file, line and field of a bad record.
    """
    for path in corpus.files_of(folder):
        for piece in corpus.read(path):
            if split in ("all", piece.split):
                yield piece


def evaluate(judge: Judge, pieces: Iterable[corpus.Piece], limit: int | None = None) -> dict:
    """The report over pieces; with `limit`, over a fixed choice of that many."""
    streams = [data.stream_of(p, data.evaluation_slots(p), 0, CROP) for p in pieces]
    if limit is not None and limit < len(streams):
        chosen = np.random.default_rng(1).permutation(len(streams))[:limit]
        streams = [streams[i] for i in sorted(chosen)]
    streams.sort(key=lambda stream: len(stream.onset))
    tally = Tally()
    for at in range(0, len(streams), BATCH):
        some = streams[at : at + BATCH]
        rows = [data.row_of(stream, None, None) for stream in some]
        for stream, logp in zip(some, judge(rows), strict=True):
            tally.add(v.STYLES[stream.style], logp, stream.has_velocity)
    return tally.report()


def open_judge(pack: Path, backend: str) -> tuple[Judge, str]:
    """The judge of a pack and the name of its backend; `auto` takes PyTorch where it can be imported."""
    manifest = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))
    if manifest["vocabulary_sha256"] != v.sha256():
        raise ValueError(f"cannot judge: another vocabulary made {pack}")
    graph = pack / manifest["note_model"]["file"]
    if backend == "auto":
        backend = "torch" if importlib.util.find_spec("torch") else "onnx"
    return (torch_judge(graph) if backend == "torch" else onnx_judge(graph)), backend


def _table(report: dict) -> str:
    head = f"{'style':22}{'pieces':>7}{'notes':>8}{'all':>7}{'time':>7}{'part':>7}{'pitch':>7}{'dur':>7}{'vel':>7}"
    rows = {"all": {"pieces": report["pieces"], "notes": report["notes"], **(report["bits"] or {})}, **report["styles"]}
    lines = [head]
    for name, row in rows.items():
        cells = [row.get(field) for field in ("all", "time", "part", "pitch", "duration", "velocity")]
        shown = "".join("      -" if cell is None else f"{cell:7.3f}" for cell in cells)
        lines.append(f"{name:22}{row['pieces']:7}{row['notes']:8}{shown}")
    return "\n".join(lines)


def main() -> int:
    """Command line; 0, or 2 where the data or the pack cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True, help="folder with manifest.json and the graph")
    parser.add_argument("--data", type=Path, required=True, help="folder of .jsonl or .jsonl.xz records")
    parser.add_argument("--split", choices=("train", "valid", "test", "all"), default="valid")
    parser.add_argument("--backend", choices=("auto", "onnx", "torch"), default="auto")
    parser.add_argument("--limit", type=int, help="judge a fixed choice of this many pieces only")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    arguments = parser.parse_args()
    try:
        judge, backend = open_judge(arguments.pack, arguments.backend)
        report = evaluate(judge, chosen_pieces(arguments.data, arguments.split), arguments.limit)
    except (OSError, ValueError, KeyError) as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 2
    report = {"pack": arguments.pack.name, "split": arguments.split, "backend": backend, **report}
    print(json.dumps(report, indent=1) if arguments.json else _table(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
