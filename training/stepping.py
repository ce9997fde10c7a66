"""The step form of the network for a whole batch of streams in PyTorch; `export.StepGraph` is the same for one."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from training import lean, model
from training import vocabulary as v
from training.hearing import Heard

IMPOSSIBLE = -4e9
OUT_OF_ORDER = -1e8  # as in the graph
_SPANS = np.cumsum((0, *v.CLASSES)).tolist()


class Drawing(NamedTuple):
    """How B streams draw."""

    noise: Tensor  # float32 [B, 565]
    sharpness: Tensor  # float32 [B, 5]: 1 / temperature of each field
    min_p: Tensor  # float32 [B, 1]: logarithm
    bias_time: Tensor  # float32 [B, 384]
    bias_part: Callable[[Tensor], Tensor]  # of each part [B, 5], given the drawn time step [B]
    bias_pitch: Tensor  # float32 [B, 5, 128]


class Drawn(NamedTuple):
    """One event of each stream."""

    event: Tensor  # int64 [B, 5]
    state: Tensor  # float32 [B, blocks, 4, h]
    logits: list[Tensor]  # of each field, as drawn from: tempered, biased, IMPOSSIBLE where min-p rules out


def state_of(network: model.NoteModel, size: int) -> Tensor:
    """The state of `size` streams that have heard nothing."""
    s = network.settings
    return torch.zeros(size, s.blocks, model.TAPS, s.recurrent)


def _block(block: model.Block, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
    """x: [B, d]; state: [B, 4, h]. The step form of `model.Block.forward`."""
    signal, branch = block.enter(block.norm(x)).chunk(2, -1)
    window = torch.cat([state[:, 1:], signal[:, None]], 1)
    a, b = block.gate((window * block.taps).sum(1))
    recurrence = a * state[:, 0] + b
    return block.finish(x, recurrence, branch), torch.cat([recurrence[:, None], window[:, 1:]], 1)


def _draw(logits: Tensor, field: int, bias: Tensor | float, how: Drawing) -> tuple[Tensor, Tensor]:
    """Class drawn (int64 [B]) and the logits that it was drawn from."""
    tempered = logits * how.sharpness[:, field : field + 1] + bias
    floor = tempered.amax(1, keepdim=True) + how.min_p
    open_ = tempered.masked_fill(tempered < floor, IMPOSSIBLE)
    return (open_ + how.noise[:, _SPANS[field] : _SPANS[field + 1]]).argmax(1), open_


@torch.inference_mode()
def step(network: model.NoteModel, heard: Heard, family: Tensor, context: Tensor, state: Tensor, how: Drawing) -> Drawn:
    """Absorb the heard event of each stream and draw the next one, keeping the order of onset, part and pitch.

    family: int64 [B, 5]; context: float32 [B, CONTEXT_SIZE].
    """
    event, position, last, lookback = (torch.from_numpy(x) for x in (heard.event, heard.position, heard.last,
                                                                     heard.lookback))  # fmt: skip
    remain, motif = torch.from_numpy(heard.remain), torch.from_numpy(heard.motif).long()
    every = torch.arange(len(event))
    suffix = motif[:, :, model.SUFFIX].flatten(1)
    x = network.embed(torch.cat([event, position, family, last, lookback.flatten(1), suffix], 1), context, remain)
    states = []
    for k, block in enumerate(network.blocks):
        x, after = _block(block, x, state[:, k])
        states.append(after)
    h = network.norm(x)
    asked = lean.with_one(context)
    logits = lean.to_time(network.lean_time(h, asked[:, lean.TIME_ASKS]), motif[..., 0].flatten(1))
    time, open_time = _draw(network.time(h) + logits, 0, how.bias_time, how)
    together = (time == 0) & (event[:, 1] < v.PARTS)

    after = position[:, :1] + time[:, None]
    aligned = motif[..., 0] == time[:, None, None]
    told = torch.cat([time[:, None], after % position[:, 1:2], after % position[:, 2:3]], 1)
    h = h + network.tell_part(told) + network.align(aligned.flatten(1).float())
    early = together[:, None] & (torch.arange(v.PARTS) < event[:, 1:2])
    part, open_part = _draw(network.part(h), 1, how.bias_part(time) + OUT_OF_ORDER * early, how)

    own, at, same = motif[every, part], part[:, None], lookback[:, :, 1] == part[:, None]
    own_pitch = own[..., 1] + (v.PITCHES + 1) * aligned[every, part]
    told = [at, family.gather(1, at), last.gather(1, at), torch.where(same, lookback[:, :, 2], v.NO_PITCH), own_pitch]
    near = lean.near(context[every, v.REGISTER_AT + part], context[every, v.REGISTER_FLAG_AT + part])[:, None]
    told = network.tell_pitch(torch.cat([*told, own[:, model.SUFFIX, 3:], near.long()], 1))
    h = h + told + network.sounding_then((remain > time[:, None]).float())
    early = (together & (part == event[:, 1]))[:, None] & (torch.arange(v.PITCHES) <= event[:, 2:3])
    bias = how.bias_pitch[every, part] + OUT_OF_ORDER * early
    leaning = network.lean_pitch(h, asked.gather(1, torch.from_numpy(lean.PITCH_ASKS)[part]))
    logits = lean.to_pitch(leaning, near, own[..., 1].where(aligned[every, part], v.NO_PITCH))
    pitch, open_pitch = _draw(network.pitch(h) + network.lens(h, context) + logits, 2, bias, how)

    own_duration = own[..., 2] + (len(v.DURATIONS) + 1) * (own[..., 1] == pitch[:, None])
    told = torch.where(same, lookback[:, :, 3], v.NO_DURATION)
    h = h + network.tell_duration(torch.cat([pitch[:, None], told, own_duration], 1))
    duration, open_duration = _draw(network.duration(h), 3, 0.0, how)
    h = h + network.tell_velocity(duration[:, None])
    velocity, open_velocity = _draw(network.velocity(h), 4, 0.0, how)
    drawn = torch.stack([time, part, pitch, duration, velocity], 1)
    return Drawn(drawn, torch.stack(states, 1), [open_time, open_part, open_pitch, open_duration, open_velocity])


def entropies(logits: list[Tensor]) -> Tensor:
    """Entropy in bits of the distributions drawn from, float32 [B, 5]."""
    rows = []
    for x in logits:
        logp = torch.log_softmax(x.float(), -1)
        rows.append(-(logp.exp() * logp.clamp(min=-1e4)).sum(-1) / np.log(2))
    return torch.stack(rows, 1)
