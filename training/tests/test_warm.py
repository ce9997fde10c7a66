"""A warm start: the larger network computes what the older one did, and says what does not fit."""

import pytest
import torch

from training import data, model, settings, warm
from training import vocabulary as v
from training.tests.invented import random_stream

# What a network had that knew neither motifs nor chords nor repetition, nor leaned to a register: groups of rows.
_OLDER_ROWS = {
    "inputs": model.TRUNK_ROWS[: -len(model.MOTIF_ROWS) * v.PARTS],
    "tell_pitch": model.PITCH_ROWS[: 3 + v.MEMORIES],
    "tell_duration": model.DURATION_ROWS[: 1 + v.MEMORIES],
}


class _Nothing(torch.nn.Module):
    def forward(self, *_):
        return 0.0


class _NoWeights(torch.nn.Module):
    def forward(self, _, asked):
        return torch.zeros_like(asked)


class _FirstColumns(torch.nn.Linear):
    def forward(self, x):
        return super().forward(x[..., : self.in_features])


def _older() -> model.NoteModel:
    """A network that knew none of it; it takes batches cut by `_cut`."""
    torch.manual_seed(4)
    network = model.NoteModel(settings.TOY)
    for name, rows in _OLDER_ROWS.items():
        setattr(network, name, model.Tables(rows, settings.TOY.width))
    network.context = _FirstColumns(v.CHORD_AT, settings.TOY.width)
    network.align, network.lens = _Nothing(), _Nothing()
    network.lean_time, network.lean_pitch = _NoWeights(), _NoWeights()
    return network.eval()


def _cut(batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    columns = {
        "index": len(_OLDER_ROWS["inputs"]),
        "tell_pitch": len(_OLDER_ROWS["tell_pitch"]),
        "tell_duration": len(_OLDER_ROWS["tell_duration"]),
    }
    return batch | {name: batch[name][..., :count] for name, count in columns.items()}


def test_it_computes_what_the_older_network_did():
    older = _older()
    torch.manual_seed(5)
    network = model.NoteModel(settings.TOY).eval()
    network.load_state_dict(warm.grown(older.state_dict(), network.state_dict()))
    row = data.row_of(random_stream(8, 80), None, None)
    context = row.context.copy()
    context[:, v.CHORD_AT + 4] = context[:, v.CHORD_AT + v.ROOTS] = context[:, v.KEY_AT + 2] = 1
    context[:, v.REGISTER_FLAG_AT : v.KEY_AT] = context[:, v.REPETITION_AT :] = 1
    batch = model.tensors(data.padded([row._replace(context=context)], 80))
    assert batch["aligned"].any()
    with torch.no_grad():
        assert torch.allclose(network(batch), older(_cut(batch)), atol=1e-6)


def test_what_does_not_fit_is_named():
    older, new = _older().state_dict(), model.NoteModel(settings.TOY).state_dict()
    cases = (
        ({n: x for n, x in older.items() if n != "norm.gain"}, "old network has no norm.gain"),
        (older | {"extra.weight": torch.zeros(1)}, "new network has no extra.weight"),
        (older | {"norm.gain": torch.zeros(9)}, r"norm.gain is \[9\] in the old network, \[16\] here"),
        (older | {"time.weight": torch.zeros(7, 9)}, "time.weight is"),
        (older | {"tell_pitch.weight": torch.zeros(9999, 16)}, "tell_pitch.weight is"),
    )
    for state, message in cases:
        with pytest.raises(ValueError, match=message):
            warm.grown(state, new)
