"""The network: scan, packed streams, and what the parts of a batch may see of one another."""

import numpy as np
import pytest
import torch

from training import data, kernels, model, settings
from training import vocabulary as v
from training.tests.invented import random_stream


@pytest.fixture(name="network")
def _network():
    torch.manual_seed(3)
    return model.NoteModel(settings.TOY).eval()


def _row(seed, count=40):
    return data.row_of(random_stream(seed, count), None, None)


def test_scan_and_its_gradient():
    torch.manual_seed(1)
    a = torch.rand(7, 2, 3, requires_grad=True)
    b = torch.randn(7, 2, 3, requires_grad=True)
    h, hs = torch.zeros(2, 3), []
    for t in range(7):
        h = a[t] * h + b[t]
        hs.append(h)
    expected = torch.stack(hs)
    weight = torch.randn_like(expected)
    wanted = torch.autograd.grad((expected * weight).sum(), (a, b))
    found = torch.autograd.grad((kernels.scan(a, b) * weight).sum(), (a, b))
    assert torch.allclose(kernels.scan(a, b), expected, atol=1e-6)
    for x, y in zip(found, wanted, strict=True):
        assert torch.allclose(x, y, atol=1e-5)


def test_summed_look_ups_and_their_gradient():
    torch.manual_seed(2)
    table = torch.randn(11, 4, requires_grad=True)
    index = torch.randint(0, 11, (5, 2, 3))
    weight = torch.randn(5, 2, 4)
    wanted = torch.autograd.grad((table[index].sum(-2) * weight).sum(), table)[0]
    found = torch.autograd.grad((kernels.gather_sum(table, index) * weight).sum(), table)[0]
    assert torch.allclose(kernels.gather_sum(table, index), table[index].sum(-2), atol=1e-6)
    assert torch.allclose(found, wanted, atol=1e-5)


def test_streams_that_share_a_row_do_not_hear_each_other(network):
    first, second = _row(1), _row(2)
    joined = data.Row(*(np.concatenate(pair) for pair in zip(first, second, strict=True)))
    with torch.no_grad():
        alone = network(model.tensors(data.padded([second], 40)))[:, 0]
        shared = network(model.tensors(data.padded([joined], 80)))[40:, 0]
    assert torch.allclose(alone, shared, atol=1e-5)


def test_the_past_decides_and_the_future_does_not(network):
    row = _row(5)
    changed = row.target.copy()
    changed[30:, 2] = (changed[30:, 2] + 1) % 128
    with torch.no_grad():
        before = network(model.tensors(data.padded([row], 40)))[:, 0]
        after = network(model.tensors(data.padded([row._replace(target=changed)], 40)))[:, 0]
    assert torch.equal(before[:30], after[:30])
    assert not torch.allclose(before[30:, 2], after[30:, 2])


def test_every_input_is_heard(network):
    row = _row(6)
    context = row.context.copy()
    context[:, v.REGISTER_FLAG_AT : v.KEY_AT] = 1
    row = row._replace(context=context)
    batch = model.tensors(data.padded([row], 40))
    for silent in (network.align, network.lean_time.weigh, network.lean_pitch.weigh):
        torch.nn.init.normal_(silent.weight)
    with torch.no_grad():
        base = network(batch)
        for name in (
            "index", "context", "remain", "tell_part", "aligned", "tell_pitch", "tell_duration", "foretold_time",
            "foretold_pitch", "asks", "near",
        ):  # fmt: skip
            other = dict(batch)
            other[name] = torch.zeros_like(batch[name]) if batch[name].any() else batch[name] + 1
            assert not torch.allclose(network(other), base), name


def test_heads_are_told_which_motifs_fit_what_was_drawn():
    row = _row(8, 3)
    motif = np.tile(np.array(v.NO_MOTIF, np.int16), (3, v.PARTS, v.SOURCES, 1))
    target = np.tile([12, 1, 60, 7, 3], (3, 1))
    motif[0, 1, 0], motif[0, 1, 4], motif[0, 2, 1] = (12, 60, 7, 1), (24, 64, 8, 5), (12, 65, 9, 1)
    batch = model.tensors(data.padded([row._replace(motif=motif, target=target)], 3))
    aligned = batch["aligned"][:, 0].view(3, v.PARTS, v.SOURCES)
    assert aligned.nonzero().tolist() == [[0, 1, 0], [0, 2, 1]]
    assert batch["tell_pitch"][0, 0, -7:].tolist() == [60 + 129, 128, 128, 128, 64, 5, v.NO_PITCH]
    assert batch["foretold_pitch"][0, 0].tolist() == [60, 128, 128, 128, 128]
    assert batch["foretold_time"][0, 0].view(5, 5)[1].tolist() == [12, 384, 384, 384, 24]
    assert batch["tell_duration"][0, 0, -5:].tolist() == [7 + 33, 32, 32, 32, 8]
    assert batch["index"][0, 0, -20:].view(5, 4).tolist() == [
        [24, 64, 8, 5] if part == 1 else list(v.NO_MOTIF) for part in range(5)
    ]


def test_the_pitch_head_is_told_the_register_of_the_drawn_part():
    row = _row(9, 4)
    context = row.context.copy()
    context[:, v.REGISTER_AT : v.REGISTER_FLAG_AT] = (np.array([40.4, 50.6, 61, 0, 99]) - 60) / 12
    context[:, v.REGISTER_FLAG_AT : v.KEY_AT] = [1, 1, 1, 0, 1]
    target = row.target.copy()
    target[:, 1] = [0, 1, 3, 4]
    batch = model.tensors(data.padded([row._replace(context=context, target=target)], 4))
    assert batch["tell_pitch"][:, 0, -1].tolist() == [40, 51, v.NO_PITCH, 99]


def test_losses_are_of_probabilities(network):
    losses = network(model.tensors(data.padded([_row(7)], 40)))
    assert losses.shape == (40, 1, len(v.FIELDS))
    assert (losses > 0).all()
