"""The decoder: a place among the timbres, a pitch and a velocity give a note's whole evolution."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.timbre import shape, targets
from training.timbre.settings import ModelSettings

SINGLE = 128  # hidden units behind the single values


class Decoder(nn.Module):
    """A trunk that knows the note, bent by what each frame asks of it."""

    def __init__(self, s: ModelSettings):
        super().__init__()
        self.settings = s
        wide, hidden = s.wide, s.hidden
        centers = torch.linspace(s.lowest_pitch, s.highest_pitch, s.bumps)
        self.register_buffer("centers", centers[None])
        self.breadth = float(centers[1] - centers[0])
        self.enter = nn.Linear(s.latent + s.bumps + 3, wide)
        self.first, self.second, self.third = (nn.Linear(wide, wide) for _ in range(3))
        self.bend, self.bend_again = nn.Linear(s.latent, wide), nn.Linear(s.latent, wide)
        self.to_frames, self.within = nn.Linear(wide, hidden), nn.Linear(hidden, hidden)
        self.gain = nn.Parameter(torch.randn(shape.FRAMES, hidden) * 0.1)
        self.bias = nn.Parameter(torch.randn(shape.FRAMES, hidden) * 0.1)
        self.late_bias = nn.Parameter(torch.randn(shape.FRAMES, hidden) * 0.1)
        self.columns = nn.Linear(hidden, shape.COLUMNS)
        self.always = nn.Linear(wide, shape.COLUMNS)
        self.single, self.statics = nn.Linear(wide + s.latent, SINGLE), nn.Linear(SINGLE, shape.STATIC_SIZE)

    def trunk(self, latent: Tensor, pitch: Tensor, velocity: Tensor) -> Tensor:
        """What is known of the note before its moments, [N, wide]."""
        distance = (pitch - self.centers) / self.breadth
        bumps = torch.exp(distance * distance * -0.5)
        force = velocity / 127.0
        h = F.silu(self.enter(torch.cat([latent, (pitch - 60.0) / 24.0, bumps, force, force * force], 1)))
        h = h + F.silu(self.first(h))
        h = h * (1.0 + 0.3 * torch.tanh(self.bend(latent)))
        h = h + F.silu(self.second(h))
        h = h * (1.0 + 0.3 * torch.tanh(self.bend_again(latent)))
        return h + F.silu(self.third(h))

    def forward(self, latent: Tensor, pitch: Tensor, velocity: Tensor) -> tuple[Tensor, Tensor]:
        """latent: [N, latent]; pitch, velocity: [N, 1].

        Gives frames in decibels [N, FRAMES, COLUMNS] and scaled statics [N, STATIC_SIZE].
        """
        h = self.trunk(latent, pitch, velocity)
        g = self.to_frames(h)[:, None]
        g = F.silu(g * (1.0 + self.gain) + self.bias)
        g = g + F.silu(self.within(g) + self.late_bias)
        frames = self.columns(g) + self.always(h)[:, None]
        return frames * targets.FRAME_SCALE + targets.FRAME_MIDDLE, self.single_values(h, latent)

    def single_values(self, h: Tensor, latent: Tensor) -> Tensor:
        """Scaled statics, [N, STATIC_SIZE]: where partials lie is the instrument's more than the note's."""
        return self.statics(F.silu(self.single(torch.cat([h, latent], 1))))


class Timbres(nn.Module):
    """The table of latents, each with its spread while training."""

    def __init__(self, count: int, latent: int):
        super().__init__()
        self.middle = nn.Parameter(torch.randn(count, latent) * 0.3)
        self.log_variance = nn.Parameter(torch.full((count, latent), -4.0))

    def draw(self, index: Tensor) -> Tensor:
        """A point of each cloud."""
        middle = self.middle[index]
        return middle + torch.randn_like(middle) * torch.exp(0.5 * self.log_variance[index])

    def divergence(self) -> Tensor:
        """Of the clouds from the unit normal one (Kingma and Welling, "Auto-encoding variational Bayes", 2014)."""
        return (-0.5 * (1 + self.log_variance - self.middle**2 - self.log_variance.exp())).mean()


def unscale(statics: Tensor) -> Tensor:
    """Scaled statics as they were measured: the inverse of `targets.scale`, within limits."""
    t = targets
    stiffness = 10.0 ** (statics[:, 2:3].clamp(-3.0, 2.2) * t.STIFFNESS[1] + t.STIFFNESS[0])
    parts = (
        statics[:, 0:1] * t.LEVEL[1] + t.LEVEL[0],
        (statics[:, 1:2] * t.CENTS).clamp(-80.0, 80.0),
        stiffness * (stiffness > t.LEAST_STIFFNESS).float(),
        (statics[:, 3:4] * t.VIBRATO_CENTS).clamp(0.0, 30.0),
        (statics[:, 4:5] * t.VIBRATO_HERTZ).clamp(0.0, 9.0),
        torch.exp(statics[:, 5:6].clamp(-2.5, 3.5) * t.RELEASE[1] + t.RELEASE[0]),
        statics[:, shape.WIDTH_AT : shape.DEVIATION_AT].clamp(-1.0, 1.0),
        (statics[:, shape.DEVIATION_AT :] * t.DEVIATION).clamp(-0.5, 0.5),
    )
    return torch.cat(parts, 1)


def parameters_of(decoder: nn.Module) -> int:
    """How many values were trained."""
    return sum(p.numel() for p in decoder.parameters())
