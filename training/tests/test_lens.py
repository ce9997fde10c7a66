"""The harmony lens: silent where nothing is told, and the same from every root."""

import numpy as np
import pytest
import torch

from training import lens
from training import vocabulary as v


@pytest.fixture(name="loud")
def _loud():
    torch.manual_seed(5)
    found = lens.Lens(16)
    torch.nn.init.normal_(found.tables)
    return found.eval()


def _context(key: int | None = None, now: tuple | None = None, coming: tuple | None = None) -> torch.Tensor:
    """A context with a key 0..23 and chords as (quality, root)."""
    context = torch.zeros(1, v.CONTEXT_SIZE)
    context[0, : v.KEY_AT] = torch.rand(v.KEY_AT)
    if key is not None:
        context[0, v.KEY_AT + key] = 1
    for which, chord in enumerate((now, coming)):
        if chord is not None:
            at = v.CHORD_AT + which * v.CHORD_SIZE
            context[0, at + chord[1]] = context[0, at + v.ROOTS + chord[0]] = 1
    return context


def test_nothing_told_is_exactly_nothing(loud):
    with torch.no_grad():
        assert not loud(torch.randn(3, 2, 16), _context().expand(3, 2, -1)).any()
        told = _context(3, (1, 2), (7, 11))
        assert not lens.Lens(16)(torch.randn(1, 16), told).any(), "nor does a new lens say anything"
        assert loud(torch.randn(1, 16), told).any()


def test_the_bias_is_the_sum_that_is_written_down(loud):
    h = torch.randn(1, 16)
    with torch.no_grad():
        found = loud(h, _context(12 + 9, (3, 4), (6, 1)))[0].numpy()
        g = loud.look(h).view(3, lens.LOOKS).numpy()
        table = loud.tables.view(3, v.CHORD_QUALITIES, lens.LOOKS, 12).numpy()
    wishes = ((0, 1, 9), (1, 3, 4), (2, 6, 1))  # A minor is key 21
    expected = [sum(g[w] @ table[w, q, :, (pitch - root) % 12] for w, q, root in wishes) for pitch in range(128)]
    assert np.allclose(found, expected, atol=1e-5)


def test_it_moves_with_what_it_is_told(loud):
    h = torch.randn(1, 16)
    with torch.no_grad():
        base = loud(h, _context(2, (1, 2), (5, 9)))
        for up in range(1, 12):
            moved = loud(h, _context((2 + up) % 12, (1, (2 + up) % 12), (5, (9 + up) % 12)))
            assert torch.allclose(moved[0, up:], base[0, : 128 - up], atol=1e-5), up
