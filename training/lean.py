"""How far time and pitch lean to what their heads are told directly: a part's register, and what memories foretell.

Every bias is a weight that the head reads off what it hears, times how far the context asks for it (`asked`), times
what stands beside it: a curve over pitch, or one where a class is foretold and nothing elsewhere.
"""

import numpy as np
import torch
from torch import Tensor, nn

from training import vocabulary as v

_ONE = v.CONTEXT_SIZE  # a column behind the context that asks always
_TERMS = 3  # of following a source: always, for each unit of the wish to repeat, and where there is such a wish
CURVES = 3  # of pitch around the register: d, d^2, |d|
_SPAN = 24.0  # semitones: the unit of d, in which a slope and a bend that are felt stay small
_FARTHEST = 1.5  # of d: a pitch beyond three octaves is as likely as one at three
STRONGEST = 20.0  # bias in logits: what all sources foretell with one voice leaves the rest a probability above zero
_NOT_TOLD = 256.0  # puts `near` above every pitch


def _repeating(part: int) -> list[int]:
    """Columns that ask the sources of one part, term by term."""
    columns = (_ONE, v.REPETITION_AT + part, v.REPETITION_FLAG_AT + part)
    return [column for column in columns for _ in range(v.SOURCES)]


TIME_ASKS = np.array([_repeating(part) for part in range(v.PARTS)]).reshape(v.PARTS, _TERMS, v.SOURCES)
TIME_ASKS = TIME_ASKS.transpose(1, 0, 2).ravel()  # [75]: term, part, source
PITCH_ASKS = np.array([[v.REGISTER_FLAG_AT + p] * CURVES + _repeating(p) for p in range(v.PARTS)])  # [5, 18]


class Lean(nn.Module):
    """Weights [..., asks] read off h [..., d], times how far each is asked for. Zero at the start of training."""

    def __init__(self, width: int, asks: int):
        super().__init__()
        self.weigh = nn.Linear(width, asks)
        nn.init.zeros_(self.weigh.weight)
        nn.init.zeros_(self.weigh.bias)

    def forward(self, h: Tensor, asked: Tensor) -> Tensor:
        return self.weigh(h) * asked


def with_one(context: Tensor) -> Tensor:
    """The context and a column that asks always, [..., CONTEXT_SIZE + 1]: what the columns of the asks choose from."""
    return torch.cat([context, torch.ones_like(context[..., :1])], -1)


def near(register: np.ndarray | Tensor, told: np.ndarray | Tensor):
    """A told register as MIDI pitch and a half, so that its whole part is the nearest pitch; NO_PITCH if none is told.

    register: octaves above C4; told: 1 or 0.
    """
    return (12.0 * register + (60.5 + _NOT_TOLD) - _NOT_TOLD * told).clip(0, v.NO_PITCH)


def near_of_context() -> tuple[np.ndarray, np.ndarray]:
    """`near` of every part as a product, before it is clipped: matrix [CONTEXT_SIZE, 5] and what is added."""
    matrix = np.zeros((v.CONTEXT_SIZE, v.PARTS), np.float32)
    parts = np.arange(v.PARTS)
    matrix[v.REGISTER_AT + parts, parts] = 12.0
    matrix[v.REGISTER_FLAG_AT + parts, parts] = -_NOT_TOLD
    return matrix, np.full(v.PARTS, 60.5 + _NOT_TOLD, np.float32)


def distances(pitches: Tensor, near_pitch: Tensor) -> Tensor:
    """d of each pitch from the register, [..., 128]. near_pitch: [..., 1], of `near`."""
    return ((pitches + 0.5) / _SPAN - near_pitch / _SPAN).clamp(-_FARTHEST, _FARTHEST)


def _summed(weights: Tensor, sources: int) -> Tensor:
    """Sum over the terms of each source."""
    return weights.unflatten(-1, (_TERMS, sources)).sum(-2)


def _spread(gains: Tensor, foretold: Tensor, classes: int) -> Tensor:
    """Sum of the gains of each class, float32 [..., classes]; what is foretold as `classes` or beyond is nothing.

    gains: [..., N]; foretold: int64 [..., N].
    """
    gains, index = gains.float().flatten(0, -2), foretold.clamp(max=classes).flatten(0, -2)
    out = torch.zeros(len(gains), classes + 1, device=gains.device).scatter_add(1, index, gains)
    return out[:, :classes].view(*foretold.shape[:-1], classes)


def to_time(weights: Tensor, foretold: Tensor) -> Tensor:
    """Bias [..., 384] of the time steps that the parts' memories foretell.

    weights: of `Lean` [..., 75]; foretold: time step of each source of each part, int64 [..., 25].
    """
    return _spread(_summed(weights, v.PARTS * v.SOURCES), foretold, v.TIME_CLASSES).clamp(-STRONGEST, STRONGEST)


def to_pitch(weights: Tensor, near_pitch: Tensor, foretold: Tensor) -> Tensor:
    """Bias [..., 128] by the drawn part's register, and of the pitches that its memory foretells.

    weights: of `Lean` [..., 18]; near_pitch: [..., 1]; foretold: pitch of each source whose time step was drawn,
    NO_PITCH of the others, int64 [..., 5].
    """
    d = distances(torch.arange(float(v.PITCHES), device=weights.device), near_pitch)
    slope, bend, both_ways = (weights[..., i : i + 1] for i in range(CURVES))
    curve = d * (slope + bend * d) + both_ways * d.abs()
    bias = curve + _spread(_summed(weights[..., CURVES:], v.SOURCES), foretold, v.PITCHES)
    return bias.clamp(-STRONGEST, STRONGEST)
