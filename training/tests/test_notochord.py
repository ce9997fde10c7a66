"""The comparator: its step form computes what it was trained as, and the past alone decides."""

import numpy as np
import onnxruntime
import pytest
import torch

from training import data, model, notochord
from training import vocabulary as v
from training.tests.invented import random_stream


@pytest.fixture(name="network")
def _network():
    torch.manual_seed(4)
    return notochord.Notochord(hidden=24, width=16).eval()


def test_the_past_decides_and_the_future_does_not(network):
    row = data.row_of(random_stream(5, 40), None, None)
    changed = row.target.copy()
    changed[30:, 2] = (changed[30:, 2] + 1) % 128
    with torch.no_grad():
        before = network(model.tensors(data.padded([row], 40)))[:, 0]
        after = network(model.tensors(data.padded([row._replace(target=changed)], 40)))[:, 0]
    assert torch.equal(before[:30], after[:30])
    assert not torch.allclose(before[30:, 2], after[30:, 2])


def test_the_step_graph_draws_what_the_network_finds_likeliest(network, tmp_path):
    path = tmp_path / "step.onnx"
    inputs = notochord.write_step(network, path)
    opened = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    batch = model.tensors(data.padded([data.row_of(random_stream(6, 12), None, None)], 12))
    with torch.no_grad():
        h = network.leave(network.gru(network.embed(batch["index"], batch["context"]))[0])[:, 0]
        likeliest = network.heads[0](h).argmax(1).numpy()
    for at in range(12):
        told = {"index": batch["index"][at].numpy(), "context": batch["context"][at].numpy()}
        drawn, inputs["state"] = opened.run(None, inputs | told)
        assert drawn[0, 0] == likeliest[at]
        assert drawn.shape == (1, len(v.FIELDS))
        assert np.isfinite(inputs["state"]).all()
