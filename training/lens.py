"""The harmony lens: the told key and chords as a bias on pitch that moves with them when they are transposed."""

import numpy as np
import torch
from torch import Tensor, nn

from training import vocabulary as v

WISHES = 3  # the key, the chord of this beat, the chord of the coming beat
LOOKS = 8  # K: in how many ways the network may weigh the notes of a wish
_CODE = v.CHORD_SIZE  # root one-hot, then quality one-hot; a key's quality is its mode, 0 or 1


def _split() -> np.ndarray:
    """Matrix [64, 3 * 20] from the context's columns of key and chords to the three wishes as root and quality."""
    out = np.zeros((v.KEYS + 2 * v.CHORD_SIZE, WISHES, _CODE), np.float32)
    for key in range(v.KEYS):
        out[key, 0, key % v.ROOTS] = 1
        out[key, 0, v.ROOTS + key // v.ROOTS] = 1
    for wish in (1, 2):
        first = v.KEYS + (wish - 1) * v.CHORD_SIZE
        out[first : first + v.CHORD_SIZE, wish] = np.eye(v.CHORD_SIZE)
    return out.reshape(-1, WISHES * _CODE)


def _turn() -> np.ndarray:
    """Matrix [3 * 12 * 12, 12]: (wish, root, interval above the root) -> the pitch class it means."""
    root, interval = np.indices((12, 12))
    out = np.zeros((12, 12, 12), np.float32)
    out[root, interval, (root + interval) % 12] = 1
    return np.tile(out.reshape(144, 12), (WISHES, 1))


class Lens(nn.Module):
    """bias[pc] = sum over wishes and k of g_k * T[wish, quality, k, (pc - root) mod 12], for every pitch of class pc.

    Zero where nothing is told, and zero at the start of training. Of the key's qualities only the first two, major
    and minor, are ever told. Products with constant matrices only, so that every runtime computes it.
    """

    def __init__(self, width: int):
        super().__init__()
        self.look = nn.Linear(width, WISHES * LOOKS)
        self.tables = nn.Parameter(torch.zeros(WISHES, v.CHORD_QUALITIES * LOOKS, 12))  # T: (quality, k) x interval
        self.register_buffer("split", torch.from_numpy(_split()), persistent=False)
        self.register_buffer("turn", torch.from_numpy(_turn()), persistent=False)
        octaves = np.tile(np.eye(12, dtype=np.float32), 11)[:, : v.PITCHES]
        self.register_buffer("octaves", torch.from_numpy(np.ascontiguousarray(octaves)), persistent=False)

    def forward(self, h: Tensor, context: Tensor) -> Tensor:
        """h: [..., d], as the pitch head hears it; context: [..., CONTEXT_SIZE] -> logits [..., 128]."""
        told = (context[..., v.KEY_AT : v.REPETITION_AT] @ self.split).reshape(-1, WISHES, _CODE)
        root, quality = told[..., : v.ROOTS], told[..., v.ROOTS :]
        g = self.look(h).reshape(-1, WISHES, 1, LOOKS)
        weighed = (quality[..., None] * g).reshape(-1, WISHES, v.CHORD_QUALITIES * LOOKS)
        intervals = (weighed.transpose(0, 1) @ self.tables).transpose(0, 1)
        classes = (root[..., None] * intervals[:, :, None]).reshape(-1, WISHES * 144) @ self.turn
        return (classes @ self.octaves).reshape(*h.shape[:-1], v.PITCHES)
