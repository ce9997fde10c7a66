"""Milliseconds of graphs side by side: a bare step in ONNX Runtime, and a pack's whole note as the plugin draws it.

The second is measured by the program that `cargo bench --bench note --no-run` builds, on the embedded runtime and in
ONNX Runtime. Everything takes its turn, round after round, so that a busy machine is busy for all alike.
"""

import json
import os
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime

STEPS = 400  # timed of each graph
ROUNDS = 3
_RUNTIMES = {"embedded": "embedded", "native": "onnxruntime"}  # as the program and as the report call them


class Timed(NamedTuple):
    """What is timed of one network."""

    opened: onnxruntime.InferenceSession
    inputs: dict[str, np.ndarray]
    pack: Path | None  # a folder; a network whose graph no pack can hold has none


def times(runs: dict[str, Timed], program: Path | None = None) -> dict[str, dict]:
    """Milliseconds of each: `median` and `p99` of a bare step, and beside them those of a whole note on each runtime.

    program: what measures packs; without it whole notes are not measured. Of several rounds the middle one counts.
    Raises ValueError for a program that gives no figures.
    """
    steps: dict[str, list[float]] = {name: [] for name in runs}
    notes: dict[str, dict[str, list[dict]]] = {name: {} for name in runs}
    for _ in range(ROUNDS):
        for _ in range(-(-STEPS // ROUNDS)):
            for name, run in runs.items():
                begun = time.perf_counter()
                run.opened.run(None, run.inputs)
                steps[name].append((time.perf_counter() - begun) * 1000)
        for name, run in runs.items():
            if program and run.pack:
                for runtime, figures in _whole_notes(program, run.pack).items():
                    notes[name].setdefault(runtime, []).append(figures)
    found: dict[str, dict] = {}
    for name in runs:
        found[name] = {"median": float(np.median(steps[name])), "p99": float(np.percentile(steps[name], 99))}
        for runtime, rounds in notes[name].items():
            found[name][runtime] = {x: float(np.median([r[x] for r in rounds])) for x in ("median", "p99")}
    return {name: _rounded(figures) for name, figures in found.items()}


def _rounded(figures: dict) -> dict:
    return {k: _rounded(x) if isinstance(x, dict) else round(x, 3) for k, x in figures.items()}


def _whole_notes(program: Path, pack: Path) -> dict[str, dict[str, float]]:
    """Median and 99th percentile of a note on each runtime that the program has measured."""
    library = Path(onnxruntime.__file__).parent / "capi" / f"libonnxruntime.so.{onnxruntime.__version__}"
    told = os.environ | ({"ANTIPHON_TEST_ORT": str(library)} if library.exists() else {})
    done = subprocess.run([program, pack], env=told, capture_output=True, text=True, check=False)
    try:
        report = json.loads(done.stdout)
        return {
            ours: {"median": report[theirs]["median_ms"], "p99": report[theirs]["p99_ms"]}
            for theirs, ours in _RUNTIMES.items()
            if report[theirs]
        }
    except (ValueError, KeyError, TypeError) as error:
        said = (done.stderr or done.stdout).strip()[-300:]
        raise ValueError(f"cannot time {pack} with {program} (status {done.returncode}): {said}") from error
