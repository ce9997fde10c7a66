"""Checks that the exported graph computes what PyTorch computes, and writes the tests' reference steps."""

import json
from pathlib import Path

import numpy as np
import torch

from training import data, model
from training import vocabulary as v
from training.corpus import Piece
from training.golden import invented_piece
from training.session import INTEGER_INPUTS, OFF, SPANS, force, gumbel, open_inputs, open_session, row_inputs

TOLERANCE = 1e-4


def _torch_logp(network: model.NoteModel, row: data.Row) -> np.ndarray:
    """Log-probability of each true field by the sequence form, [N, 5]."""
    batch = model.tensors(data.padded([row], len(row.age)))
    with torch.no_grad():
        return -network.float().eval()(batch)[:, 0].double().numpy()


def _row(piece: Piece, seed: int) -> data.Row:
    slots = np.arange(len(piece.families))
    stream = data.stream_of(piece, slots, 0, 512)
    row = data.row_of(stream, None, None)
    context = np.random.default_rng(seed).normal(size=v.CONTEXT_SIZE).astype(np.float32) * 0.5
    return row._replace(context=np.broadcast_to(context, row.context.shape))


def check(network: model.NoteModel, graph: Path) -> float:
    """Largest difference between graph and PyTorch over a whole invented piece.

    Forced steps compare every true field with the sequence form that training uses; sampled steps compare the drawn
    fields, all log-probabilities and the state with the step form. Raises ValueError beyond the tolerance.
    """
    from training.export import StepGraph

    row = _row(invented_piece(), 1)
    session = open_session(graph)
    expected = _torch_logp(network, row)
    inputs, worst = open_inputs(session), 0.0
    for at in range(len(row.age)):
        inputs |= row_inputs(row, at)
        force(inputs, row.target[at])
        drawn, logp, inputs["state"] = session.run(None, inputs)
        if (drawn[0] != row.target[at]).any():
            raise ValueError(f"cannot export: forced step {at} drew {drawn[0]} for {row.target[at]}")
        worst = max(worst, np.abs(logp[0, SPANS[:5] + row.target[at]] - expected[at]).max())
    step, rng, inputs = StepGraph(network), np.random.default_rng(2), open_inputs(session)
    names = [i.name for i in session.get_inputs()]
    for at in range(min(96, len(row.age))):
        inputs |= row_inputs(row, at) | {"noise": gumbel(rng)}
        inputs["min_p"] = np.full((1, 5), np.log(0.02) if at % 2 else OFF, np.float32)
        inputs["sharpness"] = np.full((1, 5), 1.25 if at % 3 else 0.8, np.float32)
        with torch.no_grad():
            wanted = [x.numpy() for x in step(*(torch.from_numpy(inputs[n].copy()) for n in names))]
        got = session.run(None, inputs)
        if (got[0] != wanted[0]).any():
            raise ValueError(f"cannot export: sampled step {at} drew {got[0]}, PyTorch {wanted[0]}")
        worst = max(worst, np.abs(got[1] - wanted[1]).max(), np.abs(got[2] - wanted[2]).max())
        inputs["state"] = got[2]
    if not worst <= TOLERANCE:
        raise ValueError(f"cannot export: graph and PyTorch differ by {worst:.2e}, more than {TOLERANCE}")
    return float(worst)


def _rounded(values: np.ndarray, digits: int) -> list:
    return [round(float(x), digits) for x in values.ravel()]


def write_reference(folder: Path, steps: int = 24) -> None:
    """Write `reference.json`: fixed inputs, drawn fields and log-probabilities of `steps` sampled steps.

    Noise is rounded before use, so that every reader feeds the same numbers; inputs that are not listed are those of
    `open_inputs`. The state runs on from step to step, beginning with zeros.
    """
    session = open_session(folder / "note.onnx")
    row, rng = _row(invented_piece(), 3), np.random.default_rng(4)
    inputs, rows = open_inputs(session), []
    for at in range(steps):
        at_row = row_inputs(row, at)
        at_row["context"] = np.round(at_row["context"], 3)
        sharpness = np.array([[1.0, 1.0, 1.25, 0.8, 1.0]], np.float32)
        noise = np.round(gumbel(rng), 3)
        inputs |= at_row | {"noise": noise, "sharpness": sharpness}
        inputs["min_p"] = np.full((1, 5), -4.0 if at % 2 else OFF, np.float32)
        drawn, logp, inputs["state"] = session.run(None, inputs)
        sounding = np.flatnonzero(at_row["remain"][0])
        rows.append({
            **{name: at_row[name].ravel().tolist() for name in INTEGER_INPUTS},
            "context": _rounded(at_row["context"], 3),
            "remain": [[int(p), float(at_row["remain"][0, p])] for p in sounding],
            "noise": _rounded(noise, 3),
            "sharpness": _rounded(sharpness, 3),
            "min_p": float(inputs["min_p"][0, 0]),
            "drawn": drawn[0].tolist(),
            "logp": _rounded(logp, 5),
            "state_sum": round(float(np.abs(inputs["state"]).sum()), 4),
        })  # fmt: skip
    text = json.dumps({"tolerance": TOLERANCE, "steps": rows}, separators=(",", ":"))
    (folder / "reference.json").write_text(text.replace('{"event"', '\n{"event"') + "\n", encoding="utf-8")
