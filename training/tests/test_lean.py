"""Leaning: silent where nothing is asked or foretold, and the sum that is written down elsewhere."""

import numpy as np
import pytest
import torch

from training import data, lean, model, settings
from training import vocabulary as v
from training.tests.invented import turning_stream


@pytest.fixture(name="network")
def _network():
    torch.manual_seed(6)
    network = model.NoteModel(settings.TOY).eval()
    for head in (network.lean_time, network.lean_pitch):
        torch.nn.init.normal_(head.weigh.weight)
        torch.nn.init.normal_(head.weigh.bias)
    return network


def _asked(context: torch.Tensor, part: int) -> torch.Tensor:
    return lean.with_one(context)[..., lean.PITCH_ASKS[part]]


def test_a_register_bends_the_pitches_around_it_and_moves_with_them(network):
    h, nothing = torch.randn(1, 16), torch.full((1, v.SOURCES), v.NO_PITCH)
    context = torch.zeros(1, v.CONTEXT_SIZE)

    def bias(register: float | None) -> np.ndarray:
        context[0, v.REGISTER_AT + 2] = 0 if register is None else (register - 60) / 12
        context[0, v.REGISTER_FLAG_AT + 2] = register is not None
        near = lean.near(context[:, v.REGISTER_AT + 2, None], context[:, v.REGISTER_FLAG_AT + 2, None])
        assert int(near) == (v.NO_PITCH if register is None else round(register))
        with torch.no_grad():
            return lean.to_pitch(network.lean_pitch(h, _asked(context, 2)), near, nothing)[0].numpy()

    assert not bias(None).any()
    a, b, c = network.lean_pitch.weigh(h)[0, :3].tolist()
    d = ((np.arange(128) - 55.25) / 24).clip(-1.5, 1.5)
    assert np.allclose(bias(55.25), (a * d + b * d**2 + c * np.abs(d)).clip(-20, 20), atol=1e-4)
    assert np.allclose(bias(62.0)[7:], bias(55.0)[:-7], atol=1e-4)


def test_what_is_foretold_is_followed_as_far_as_is_asked(network):
    h, context = torch.randn(1, 16), torch.zeros(1, v.CONTEXT_SIZE)
    context[0, [v.REPETITION_AT + 1, v.REPETITION_FLAG_AT + 1]] = torch.tensor([-1.5, 1.0])
    asked = lean.with_one(context)
    times = torch.full((1, v.PARTS, v.SOURCES), v.NO_TIME)
    times[0, 1, 0] = times[0, 1, 4] = times[0, 3, 2] = 12
    times[0, 0, 1] = 24
    pitches = torch.tensor([[64, v.NO_PITCH, v.NO_PITCH, 64, 67]])
    with torch.no_grad():
        time = lean.to_time(network.lean_time(h, asked[:, lean.TIME_ASKS]), times.flatten(1))[0].numpy()
        pitch = lean.to_pitch(network.lean_pitch(h, _asked(context, 1)), torch.zeros(1, 1), pitches)[0].numpy()
        always, value, told = network.lean_time.weigh(h).view(3, v.PARTS, v.SOURCES).numpy()
        of_time = {12: (always + told - 1.5 * value)[1, [0, 4]].sum() + always[3, 2], 24: always[0, 1]}
        always, value, told = network.lean_pitch.weigh(h)[0, lean.CURVES :].view(3, v.SOURCES).numpy()
    gains = always + told - 1.5 * value
    assert max(abs(x) for x in [*of_time.values(), *gains]) < 20
    for found, wanted in ((time, of_time), (pitch, {64: gains[0] + gains[3], 67: gains[4]})):
        assert np.flatnonzero(found).tolist() == sorted(wanted)
        assert np.allclose(found[sorted(wanted)], [wanted[at] for at in sorted(wanted)], atol=1e-5)


def test_the_product_of_the_graph_is_near():
    rng = np.random.default_rng(1)
    context = rng.normal(size=(9, v.CONTEXT_SIZE))
    context[:, v.REGISTER_FLAG_AT : v.KEY_AT] = rng.integers(0, 2, (9, v.PARTS))
    matrix, added = lean.near_of_context()
    wanted = lean.near(context[:, v.REGISTER_AT : v.REGISTER_FLAG_AT], context[:, v.REGISTER_FLAG_AT : v.KEY_AT])
    assert np.allclose((context @ matrix + added).clip(0, v.NO_PITCH), wanted, atol=1e-4)
    assert lean.near(np.array([-5, 67 / 12, 20, 1]), np.array([1, 1, 1, 0])).tolist() == [0.5, 127.5, 128, 128]


def test_the_wish_to_repeat_changes_when_and_which_pitch(network):
    row = data.row_of(turning_stream(3, 200), None, None)
    losses = []
    for value in (-2.0, 2.0):
        context = row.context.copy()
        context[:, v.REPETITION_AT : v.REPETITION_FLAG_AT] = value
        context[:, v.REPETITION_FLAG_AT :] = 1
        with torch.no_grad():
            network.context.weight[:, v.REPETITION_AT :] = 0  # it is told through leaning alone
            losses.append(network(model.tensors(data.padded([row._replace(context=context)], 200))))
    assert not torch.allclose(losses[0][..., 0], losses[1][..., 0])
    assert not torch.allclose(losses[0][..., 2], losses[1][..., 2])
    assert torch.allclose(losses[0][..., [1, 3, 4]], losses[1][..., [1, 3, 4]], atol=1e-5)
