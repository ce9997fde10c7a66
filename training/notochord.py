"""A comparator: a GRU over events of five sub-events, on our fields, with our style and families, trained by our loop.

After Reese et al., "Notochord: a Flexible Probabilistic Model for Real-Time MIDI Performance", 2022.

`python -m training.train --network notochord ...` trains it; `training.tradeoff` compares.
"""

import copy
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training import data, evaluate, export, model
from training import vocabulary as v

HIDDEN, LAYERS, WIDTH = 1024, 2, 256
LEARNING_RATE = 3.0e-3
_FAMILY_AT = len(model.EVENT_ROWS) + len(model.POSITION_ROWS)


class Notochord(nn.Module):
    """Sub-events are embedded and summed; two GRU layers; each head sees the state and the sub-events before its own.

    It hears no look-back, no sounding notes, no position in the bar and no wishes, as the original does not.
    """

    learning_rate = LEARNING_RATE

    def __init__(self, hidden: int = HIDDEN, width: int = WIDTH):
        super().__init__()
        self.inputs = model.Tables(model.EVENT_ROWS, width)
        self.family = model.Tables(model.FAMILY_ROWS, width)
        for table in (self.inputs, self.family):  # no norm follows that would bring small ones up to size
            nn.init.normal_(table.weight)
        self.style = nn.Linear(len(v.STYLES), width)
        self.gru = nn.GRU(width, hidden, LAYERS)
        self.leave = nn.Linear(hidden, width)
        self.drawn = nn.ModuleList(nn.Embedding(classes, width) for classes in v.CLASSES[:-1])
        self.heads = nn.ModuleList(model.Head(width, width, classes) for classes in v.CLASSES)

    @property
    def blocks(self) -> nn.Module:
        """Whose matrices get orthogonalized updates, as those of our blocks do."""
        return self.gru

    def embed(self, index: Tensor, context: Tensor) -> Tensor:
        """index: int64 [..., len(TRUNK_ROWS)]; context: [..., CONTEXT_SIZE] -> [..., width]."""
        families = index[..., _FAMILY_AT : _FAMILY_AT + v.PARTS]
        event = self.inputs(index[..., : len(model.EVENT_ROWS)])
        return event + self.family(families) + self.style(context[..., : len(v.STYLES)])

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        """Loss in nats of each field, float32 [T, B, 5]; `batch` as for `model.NoteModel`."""
        h = self.leave(self.gru(self.embed(batch["index"], batch["context"]))[0])
        target = batch["target"]
        losses = []
        for field, head in enumerate(self.heads):
            logits = head(h).float().flatten(0, 1)
            losses.append(F.cross_entropy(logits, target[..., field].flatten(), reduction="none"))
            if field < len(self.drawn):
                h = h + self.drawn[field](target[..., field])
        return torch.stack(losses, -1).view(*target.shape[:2], len(v.FIELDS))


class Step(nn.Module):
    """One event in, one event drawn, as plain products."""

    def __init__(self, network: Notochord):
        super().__init__()
        self.net = copy.deepcopy(network).float().eval()
        export.as_products(self.net)

    def forward(self, index: Tensor, context: Tensor, state: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """index: int64 [1, rows]; context: [1, CONTEXT_SIZE]; state: [1, layers, hidden]; noise: [1, 565]."""
        x, states = self.net.embed(index, context), []
        for layer in range(LAYERS):
            x = self._cell(layer, x, state[:, layer])
            states.append(x)
        h, drawn, at = self.net.leave(x), [], 0
        for field, head in enumerate(self.net.heads):
            one = (head(h) + noise[:, at : at + v.CLASSES[field]]).argmax(1, keepdim=True)
            at += v.CLASSES[field]
            drawn.append(one)
            if field < len(self.net.drawn):
                h = h + self.net.drawn[field](one[:, 0])
        return torch.cat(drawn, 1), torch.stack(states, 1)

    def _cell(self, layer: int, x: Tensor, h: Tensor) -> Tensor:
        gru, n = self.net.gru, h.shape[-1]
        a = x @ getattr(gru, f"weight_ih_l{layer}").T + getattr(gru, f"bias_ih_l{layer}")
        b = h @ getattr(gru, f"weight_hh_l{layer}").T + getattr(gru, f"bias_hh_l{layer}")
        reset, update = torch.sigmoid(a[:, :n] + b[:, :n]), torch.sigmoid(a[:, n : 2 * n] + b[:, n : 2 * n])
        new = torch.tanh(a[:, 2 * n :] + reset * b[:, 2 * n :])
        return (1.0 - update) * new + update * h


def judge_of(network: Notochord) -> evaluate.Judge:
    """The judge of a trained network, for `evaluate.evaluate`."""

    def judge(rows: list[data.Row]) -> list[np.ndarray]:
        batch = model.tensors(data.padded(rows, max(len(row.age) for row in rows)))
        with torch.no_grad():
            losses = network(batch).double().numpy()
        return [-losses[: len(row.age), i] for i, row in enumerate(rows)]

    return judge


def write_step(network: Notochord, path: Path) -> dict[str, np.ndarray]:
    """Export the step graph; gives inputs for it."""
    inputs = {
        "index": torch.zeros(1, len(model.TRUNK_ROWS), dtype=torch.int64),
        "context": torch.zeros(1, v.CONTEXT_SIZE),
        "state": torch.zeros(1, LAYERS, network.gru.hidden_size),
        "noise": torch.zeros(1, v.CLASSES_TOTAL),
    }
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Step(network), tuple(inputs.values()), str(path), input_names=list(inputs),
            output_names=["drawn", "state_out"], opset_version=export.OPSET, dynamo=False, do_constant_folding=True,
        )  # fmt: skip
    return {name: value.numpy() for name, value in inputs.items()}
