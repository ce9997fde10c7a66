"""Settings of the timbre model, read from a TOML file into frozen values."""

import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

DEFAULT = Path(__file__).with_name("settings.toml")


@dataclass(frozen=True)
class ModelSettings:
    """Sizes of the decoder."""

    latent: int
    wide: int
    hidden: int
    bumps: int
    lowest_pitch: float
    highest_pitch: float


@dataclass(frozen=True)
class TrainSettings:
    """Optimizer, schedule and weights of the losses; see `settings.toml` for each meaning."""

    seed: int
    batch: int
    learning_rate: float
    latent_rate: float
    last_rate: float
    warmup_steps: int
    weight_decay: float
    clip: float
    averaging: float
    statics_weight: float
    emphasis: float
    pitch_jitter: float
    velocity_jitter: float
    nearness_weight: float
    checkpoint_secs: float


@dataclass(frozen=True)
class Settings:
    """Everything that a training run depends on, beside what was measured."""

    model: ModelSettings
    train: TrainSettings

    def as_dict(self) -> dict:
        """Plain nested dictionaries, for a checkpoint."""
        return asdict(self)


def from_dict(table: dict) -> Settings:
    """Settings from nested dictionaries; an unknown or missing name is a TypeError."""
    return Settings(ModelSettings(**table["model"]), TrainSettings(**table["train"]))


def read(path: Path = DEFAULT) -> Settings:
    """Settings from a TOML file."""
    with open(path, "rb") as handle:
        return from_dict(tomllib.load(handle))
