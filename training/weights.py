"""Reads the network back out of a pack's graph, so that whole batches can be judged at once."""

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper

from training import model
from training.settings import ModelSettings


def read_network(graph: Path) -> model.NoteModel:
    """The network whose step the graph computes.

    Raises ValueError for a graph that `training.export` did not write.
    """
    source = onnx.load(str(graph)).graph
    values = {i.name.removesuffix("_half"): numpy_helper.to_array(i) for i in source.initializer}
    for node in source.node:  # the exporter keeps one copy of equal values
        if node.op_type == "Identity" and node.input[0] in values:
            values[node.output[0]] = values[node.input[0]]
    stored = {
        name.removeprefix("net."): torch.from_numpy(x.copy()).float()
        for name, x in values.items()
        if name.startswith("net.")
    }
    try:
        network = model.NoteModel(_settings(stored))
        network.load_state_dict(dict(_state(stored, network)))
    except (KeyError, RuntimeError) as error:
        raise ValueError(f"cannot read the network out of {graph}: {error}") from error
    return network.eval()


def _settings(stored: dict[str, torch.Tensor]) -> ModelSettings:
    width = stored["norm.gain"].numel()
    blocks = 1 + max(int(name.split(".")[1]) for name in stored if name.startswith("blocks."))
    inner = stored["blocks.0.narrow.weight"].shape[0]
    return ModelSettings(width, blocks, stored["blocks.0.rate"].numel(), inner // width, 8.0)


def _state(stored: dict[str, torch.Tensor], network: model.NoteModel):
    """Name and value of every parameter; products are stored the other way round, decays as the gate's rate."""
    tables = tuple(name for name, part in network.named_modules() if isinstance(part, model.Tables))
    for name, parameter in network.named_parameters():
        owner, _, field = name.rpartition(".")
        if field == "decay":
            yield name, -torch.log(torch.expm1(stored[f"{owner}.rate"] / -model.SHARPNESS))
        elif parameter.ndim == 2 and owner not in tables and field != "taps":
            yield name, stored[name].T
        else:
            yield name, stored[name]
