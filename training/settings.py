"""Settings of data, model and training, read from a TOML file into frozen values."""

import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

DEFAULT = Path(__file__).with_name("settings.toml")


@dataclass(frozen=True)
class DataSettings:
    """How crops are drawn from the corpus; see `settings.toml` for each meaning."""

    crop: int
    batch: int
    transpose: int
    style_exponent: float
    most_passes: float
    notes_expected: float
    player: float
    shuffle_slots: float
    drop_style: float
    drop_family: float
    drop_density: float
    drop_register: float
    drop_key: float
    drop_velocity: float
    tell_chords: float
    open_beat: float
    drop_repetition: float
    look_back: bool = True
    style_factor: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ModelSettings:
    """Sizes of the network."""

    width: int
    blocks: int
    recurrent: int
    expansion: int
    slowest: float


@dataclass(frozen=True)
class TrainSettings:
    """Optimizer, schedule and how often to save and to validate."""

    seed: int
    learning_rate: float
    matrix_rate: float
    weight_decay: float
    clip: float
    warmup_steps: int
    warm_rate: float
    warm_warmup_steps: int
    last_rate: float
    velocity_weight: float
    checkpoint_secs: float
    validate_secs: float
    validate_pieces: int


@dataclass(frozen=True)
class Settings:
    """Everything that one training run depends on, beside the corpus."""

    data: DataSettings
    model: ModelSettings
    train: TrainSettings

    def as_dict(self) -> dict:
        """Plain nested dictionaries, for a checkpoint."""
        return asdict(self)


def from_dict(table: dict) -> Settings:
    """Settings from nested dictionaries; an unknown or missing name is a TypeError."""
    return Settings(DataSettings(**table["data"]), ModelSettings(**table["model"]), TrainSettings(**table["train"]))


def read(path: Path = DEFAULT, changes: Iterable[str] = ()) -> Settings:
    """Settings from a TOML file, with changes such as `model.width=160` made to them.

    Raises ValueError for a change that is not of this form or names no setting.
    """
    with open(path, "rb") as handle:
        table = tomllib.load(handle)
    for change in changes:
        try:
            place, value = change.split("=", 1)
            section, name = place.strip().split(".")
            table[section][name] = type(table[section][name])(tomllib.loads(f"x = {value}")["x"])
        except (ValueError, KeyError, TypeError) as error:
            expected = f"expected SECTION.NAME=VALUE of a setting in {path}"
            raise ValueError(f"cannot change {change!r}: {expected}") from error
    return from_dict(table)


TOY = ModelSettings(width=16, blocks=1, recurrent=16, expansion=2, slowest=8.0)
