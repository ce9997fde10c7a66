"""The note model: a trunk of gated linear recurrences and a cascade of five heads.

Sequences are time-major, [T, B, ...]. The recurrence follows De et al., "Griffin: Mixing Gated Linear Recurrences
with Local Attention", 2024 (RG-LRU), with the 4-tap shift written out by hand.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training import kernels, lean, lens
from training import vocabulary as v
from training.settings import ModelSettings

TAPS = 4
SHARPNESS = 8.0  # the constant c of the RG-LRU's gate exponent

# Rows of the trunk's input table, in the order of the graph's integer inputs.
EVENT_ROWS = (v.TIME_CLASSES, v.PARTS + 1, v.PITCHES + 1, len(v.DURATIONS) + 1, v.VELOCITIES + 1)
POSITION_ROWS = (384, 384, v.BEAT_LIMIT + 1)
FAMILY_ROWS = (v.FAMILIES,) * v.PARTS
LAST_ROWS = (v.PITCHES + 1,) * v.PARTS
MEMORY_ROWS = (v.TIME_CLASSES + 1, v.PARTS + 1, v.PITCHES + 1, len(v.DURATIONS) + 1, v.LONGEST_MATCH + 1)
MOTIF_ROWS = (v.TIME_CLASSES + 1, v.PITCHES + 1, len(v.DURATIONS) + 1, v.LONGEST_MATCH + 1)
SUFFIX = v.SOURCES - 1  # the one source of each part's motif that the trunk hears
TRUNK_ROWS = EVENT_ROWS + POSITION_ROWS + FAMILY_ROWS + LAST_ROWS + MEMORY_ROWS * v.MEMORIES + MOTIF_ROWS * v.PARTS

# Rows of what each head is told beside the trunk's output. A source of the drawn part's motif tells its pitch, and
# whether its time step is the drawn one; then its duration, and whether its pitch is the drawn one.
PART_ROWS = (v.TIME_CLASSES, 384, v.BEAT_LIMIT + 1)  # time step, phase after it in bar and beat
PITCH_ROWS = (
    (v.PARTS, v.FAMILIES, v.PITCHES + 1)
    + (v.PITCHES + 1,) * v.MEMORIES
    + (2 * (v.PITCHES + 1),) * v.SOURCES
    + (v.LONGEST_MATCH + 1, v.PITCHES + 1)  # and the register that the part is told
)
DURATION_ROWS = (v.PITCHES,) + (len(v.DURATIONS) + 1,) * v.MEMORIES + (2 * (len(v.DURATIONS) + 1),) * v.SOURCES
VELOCITY_ROWS = (len(v.DURATIONS),)


class Norm(nn.Module):
    """Root-mean-square norm with a gain, written the way that ONNX Runtime knows for one node."""

    def __init__(self, width: int):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        x = x.float()
        return x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.gain


class Tables(nn.Module):
    """Several embeddings in one table, summed: K indices per position, one for each group of rows."""

    def __init__(self, rows: tuple[int, ...], width: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(sum(rows), width) * 0.02)
        self.register_buffer("offsets", torch.tensor(np.cumsum((0, *rows[:-1]))), persistent=False)

    def forward(self, index: Tensor) -> Tensor:
        """index: int64 [..., K], each below its group's rows -> [..., width]."""
        return kernels.gather_sum(self.weight, index + self.offsets)


def silu(x: Tensor) -> Tensor:
    """x * sigmoid(x)."""
    return x * torch.sigmoid(x)


class Block(nn.Module):
    """One recurrence and one gated feed-forward layer, both residual."""

    def __init__(self, s: ModelSettings):
        super().__init__()
        d, h, m = s.width, s.recurrent, s.width * s.expansion
        self.half_wide = m
        self.norm = Norm(d)
        self.enter = nn.Linear(d, 2 * h, bias=False)
        self.taps = nn.Parameter(torch.randn(TAPS, h) * 0.3)
        self.gates = nn.Linear(h, 2 * h)
        self.decay = nn.Parameter(torch.linspace(2.0, s.slowest, h))
        self.leave = nn.Linear(h, d, bias=False)
        self.norm_after = Norm(d)
        self.widen = nn.Linear(d, 2 * m, bias=False)
        self.narrow = nn.Linear(m, d, bias=False)

    def gate(self, shifted: Tensor) -> tuple[Tensor, Tensor]:
        """The recurrence's factor a and its input b, float32, of the shifted signal [..., h]."""
        recur, admit = torch.sigmoid(self.gates(shifted).float()).chunk(2, -1)
        a = torch.exp(-SHARPNESS * recur * F.softplus(-self.decay))
        return a, torch.sqrt(1.0 - a * a + 1e-6) * admit * shifted.float()

    def finish(self, x: Tensor, recurrence: Tensor, branch: Tensor) -> Tensor:
        """The rest of the block, given the recurrence's output and the gating branch."""
        x = x + self.leave(recurrence.to(branch.dtype) * silu(branch))
        wide = self.widen(self.norm_after(x))
        half = self.half_wide
        return x + self.narrow(silu(wide[..., :half]) * wide[..., half:])

    def forward(self, x: Tensor, age: Tensor) -> Tensor:
        """x: [T, B, d]; age: int64 [T, B], 0 where a stream starts (nothing before it is seen)."""
        signal, branch = self.enter(self.norm(x)).chunk(2, -1)
        shifted = signal * self.taps[TAPS - 1]
        for back in range(1, TAPS):
            past = F.pad(signal, (0, 0, 0, 0, back, 0))[: len(signal)]
            shifted = shifted + torch.where((age >= back)[..., None], past, 0.0) * self.taps[TAPS - 1 - back]
        a, b = self.gate(shifted)
        a = torch.where((age > 0)[..., None], a, 0.0)
        return self.finish(x, kernels.scan(a, b), branch)


class Head(nn.Module):
    """A hidden layer and the logits of one field."""

    def __init__(self, width: int, hidden: int, classes: int):
        super().__init__()
        self.hidden = nn.Linear(width, hidden)
        self.out = nn.Linear(hidden, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(silu(self.hidden(x)))


class NoteModel(nn.Module):
    """Trunk and heads. The step form of the same weights is in `export.py`.

    What each part's motif and the harmony lens add at the default size: 1.15 M of 6.97 M parameters, nearly all of
    them rows of tables of which a step reads 31; and 2 to 6 % of a step's time in ONNX Runtime on one thread. Leaning
    adds 0.06 M and about 5 % of a step, half of which the fused norms give back.
    """

    def __init__(self, s: ModelSettings):
        super().__init__()
        d = s.width
        self.settings = s
        self.inputs = Tables(TRUNK_ROWS, d)
        self.context = nn.Linear(v.CONTEXT_SIZE, d)
        self.sounding = nn.Linear(2 * v.PITCHES, d, bias=False)
        self.blocks = nn.ModuleList(Block(s) for _ in range(s.blocks))
        self.norm = Norm(d)
        self.time = nn.Linear(d, v.TIME_CLASSES)
        self.lean_time = lean.Lean(d, len(lean.TIME_ASKS))
        self.tell_part = Tables(PART_ROWS, d)
        self.align = nn.Linear(v.PARTS * v.SOURCES, d, bias=False)
        nn.init.zeros_(self.align.weight)
        self.part = Head(d, d // 2, v.PARTS)
        self.tell_pitch = Tables(PITCH_ROWS, d)
        self.sounding_then = nn.Linear(v.PITCHES, d, bias=False)
        self.pitch = Head(d, d, v.PITCHES)
        self.lens = lens.Lens(d)
        self.lean_pitch = lean.Lean(d, lean.PITCH_ASKS.shape[1])
        self.tell_duration = Tables(DURATION_ROWS, d)
        self.duration = Head(d, d, len(v.DURATIONS))
        self.tell_velocity = Tables(VELOCITY_ROWS, d)
        self.velocity = Head(d, d // 2, v.VELOCITIES)

    def embed(self, index: Tensor, context: Tensor, remain: Tensor) -> Tensor:
        """index: int64 [..., len(TRUNK_ROWS)]; context: [..., CONTEXT_SIZE]; remain: ticks [..., 128]."""
        sounding = torch.cat([(remain > 0).float(), torch.log(1.0 + remain) * 0.25], -1)
        return self.inputs(index) + self.context(context) + self.sounding(sounding)

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        """Loss in nats of each field, float32 [T, B, 5], not weighted. `batch`: see `tensors`."""
        x = self.embed(batch["index"], batch["context"], batch["remain"])
        for block in self.blocks:
            x = block(x, batch["age"])
        h = self.norm(x)
        target = batch["target"]
        then = (batch["remain"] > target[..., :1]).float()
        context, asked = batch["context"], lean.with_one(batch["context"])
        leaning = self.lean_time(h, asked[..., lean.TIME_ASKS])
        logits = [self.time(h) + lean.to_time(leaning, batch["foretold_time"])]
        h = h + self.tell_part(batch["tell_part"]) + self.align(batch["aligned"])
        logits.append(self.part(h))
        h = h + self.tell_pitch(batch["tell_pitch"]) + self.sounding_then(then)
        leaning = self.lean_pitch(h, asked.gather(-1, batch["asks"]))
        bias = self.lens(h, context) + lean.to_pitch(leaning, batch["near"], batch["foretold_pitch"])
        logits.append(self.pitch(h) + bias)
        h = h + self.tell_duration(batch["tell_duration"])
        logits.append(self.duration(h))
        h = h + self.tell_velocity(target[..., 3:4])
        logits.append(self.velocity(h))
        losses = [
            F.cross_entropy(x.float().flatten(0, 1), target[..., i].flatten(), reduction="none")
            for i, x in enumerate(logits)
        ]
        return torch.stack(losses, -1).view(*target.shape[:2], len(v.FIELDS))


def tensors(row, device: str = "cpu") -> dict[str, Tensor]:
    """A time-major batch (`data.Row`) as the network's inputs, with what each head is told about the target."""
    target, position, lookback, motif = row.target, row.position, row.lookback, row.motif
    time, part, pitch = target[..., 0], target[..., 1], target[..., 2]
    phase = (position[..., 0] + time) % np.maximum(position[..., 1], 1)
    beat_phase = (position[..., 0] + time) % np.maximum(position[..., 2], 1)

    def of_part(table: np.ndarray) -> np.ndarray:
        return np.take_along_axis(table, part[..., None], -1)

    # An absent source has a time step and a pitch that are never drawn, so it is never equal to what was.
    aligned = motif[..., 0] == time[..., None, None]
    own = motif.reshape(-1, *motif.shape[-3:])[np.arange(part.size), part.ravel()].reshape(*part.shape, v.SOURCES, 4)
    own_pitch = own[..., 1] + (v.PITCHES + 1) * (own[..., 0] == time[..., None])
    own_duration = own[..., 2] + (len(v.DURATIONS) + 1) * (own[..., 1] == pitch[..., None])
    register, flag = (of_part(row.context[..., at : at + v.PARTS]) for at in (v.REGISTER_AT, v.REGISTER_FLAG_AT))
    near = lean.near(register, flag)
    same = lookback[..., 1] == part[..., None]
    told_pitch = np.where(same, lookback[..., 2], v.NO_PITCH)
    told_duration = np.where(same, lookback[..., 3], v.NO_DURATION)
    rest = target.shape[:-1]
    suffix = motif[..., SUFFIX, :].reshape(*rest, -1)
    index = [row.event, position, row.family, row.last, lookback.reshape(*rest, -1), suffix]
    told_pitch = [
        part[..., None], of_part(row.family), of_part(row.last), told_pitch, own_pitch, own[..., SUFFIX, 3:],
        near.astype(np.int64),
    ]  # fmt: skip
    arrays = {
        "index": np.concatenate(index, -1),
        "context": row.context,
        "remain": row.remain,
        "age": row.age,
        "target": target,
        "weight": row.weight,
        "tell_part": np.stack([time, phase, beat_phase], -1),
        "aligned": aligned.reshape(*rest, -1).astype(np.float32),
        "tell_pitch": np.concatenate(told_pitch, -1),
        "foretold_time": motif[..., 0].reshape(*rest, -1).astype(np.int64),
        "foretold_pitch": np.where(own[..., 0] == time[..., None], own[..., 1], v.NO_PITCH).astype(np.int64),
        "asks": lean.PITCH_ASKS[part],
        "near": near.astype(np.float32),
        "tell_duration": np.concatenate([pitch[..., None], told_duration, own_duration], -1),
    }
    return {name: torch.from_numpy(np.ascontiguousarray(a)).to(device) for name, a in arrays.items()}


def parameters_of(model: nn.Module) -> int:
    """Number of trainable values."""
    return sum(p.numel() for p in model.parameters())
