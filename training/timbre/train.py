"""Trains the decoder: `python -m training.timbre.train --measured FOLDER --out FOLDER --minutes 25`.

The same line with --resume goes on. --warm FILE begins from another run's decoder and the latents of the instruments
that it knew.
"""

import argparse
import math
import os
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.timbre import model, settings, shape, targets

_LOUD_DB = -50.0  # what the printed error counts
_HARDNESS_RATE = 0.02
_MARGIN = 0.3  # semitones beyond the last key of a sample
_WARM_RATE = 0.6  # of the usual rates, from a decoder that has learned before


def statics_error(found: Tensor, wanted: Tensor, weights: Tensor) -> Tensor:
    """Weighed mean error of single values: absolute, but squared for left and right, whose mean over notes is heard."""
    off = found - wanted
    widths = slice(shape.WIDTH_AT, shape.DEVIATION_AT)
    error = off.abs()
    return (torch.cat([error[:, : widths.start], 2 * off[:, widths] ** 2, error[:, widths.stop :]], 1) * weights).mean()


class Hardness:
    """How badly each instrument is known, in decibels: a moving mean over the notes that were heard."""

    def __init__(self, count: int):
        self.error_db = torch.ones(count)

    def learn(self, instrument: Tensor, error_db: Tensor) -> None:
        """Mean errors of some notes, [N] each."""
        for place, error in zip(instrument.tolist(), error_db.tolist(), strict=True):
            self.error_db[place] += _HARDNESS_RATE * (error - self.error_db[place])

    def order(self, instrument: Tensor, emphasis: float, generator: np.random.Generator) -> Tensor:
        """As many rows as there are notes [N], each drawn the oftener the worse its instrument is known.

        `instrument`: of each note. With an emphasis of 0 each note comes once.
        """
        count = len(instrument)
        if emphasis == 0.0:
            return torch.from_numpy(generator.permutation(count))
        chances = (self.error_db**emphasis)[instrument].double().numpy()
        # Systematic resampling: a note comes as often as its chance says, give or take one.
        places = (generator.random() + np.arange(count)) / count
        rows = np.searchsorted(np.cumsum(chances) / chances.sum(), places).clip(max=count - 1)
        return torch.from_numpy(generator.permutation(rows))


class Training:
    """Everything that one run changes."""

    def __init__(self, folder: Path, names: list[str], s: settings.Settings):
        torch.manual_seed(s.train.seed)
        self.settings, self.names = s, names
        self.decoder = model.Decoder(s.model)
        self.timbres = model.Timbres(len(names), s.model.latent)
        self.average = {key: value.clone() for key, value in self.decoder.state_dict().items()}
        groups = [
            {"params": self.decoder.parameters(), "lr": s.train.learning_rate, "weight_decay": s.train.weight_decay},
            {"params": self.timbres.parameters(), "lr": s.train.latent_rate, "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups)
        self.rates = [group["lr"] for group in groups]
        self.step, self.spent_secs = 0, 0.0
        self.notes = {split: _tensors(targets.read(folder, split, names)) for split in ("train", "held_out")}
        self.hardness = Hardness(len(names))
        # Late moments fill most of a note's time, early ones make it what it is.
        self.moments = torch.linspace(0.8, 1.4, shape.FRAMES)[None, :, None]

    def losses(self, split: str, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Weighed error of the frames and of the statics, and mean error in decibels of what is loud."""
        notes = {key: value[rows] for key, value in self.notes[split].items()}
        index = notes["instrument"]
        latent, pitch, velocity = self.timbres.middle[index], notes["pitch"], notes["velocity"]
        if split == "train":
            latent = self.timbres.draw(index)
            pitch, velocity = self.tremble(pitch, velocity, notes["reach"])
        frames, statics = self.decoder(latent, pitch, velocity)
        error = (frames - notes["frames"]).abs()
        loudness = 10 ** (notes["frames"].clamp(max=0.0) * 0.3 / 20) + 0.07
        weight = loudness * notes["audible"][:, None] * self.moments
        loud = ((notes["frames"] > _LOUD_DB) & (notes["audible"][:, None] > 0)).float()
        if split == "train":
            self.hardness.learn(index, ((error * loud).sum((1, 2)) / loud.sum((1, 2)).clamp(min=1.0)).detach())
        off = statics_error(statics, notes["statics"], notes["weights"])
        return (error * weight).sum() / weight.sum(), off, (error * loud).sum() / loud.sum()

    def tremble(self, pitch: Tensor, velocity: Tensor, reach: Tensor) -> tuple[Tensor, Tensor]:
        """Notes a little higher or lower, softer or harder, as far as the soundfont plays the same samples.

        pitch, velocity: [N, 1]; reach: [N, 4], see `targets.Targets`.
        """
        t = self.settings.train
        pitch = pitch + t.pitch_jitter * torch.randn_like(pitch)
        velocity = velocity + t.velocity_jitter * torch.randn_like(velocity)
        pitch = torch.clamp(pitch, reach[:, 0:1] - _MARGIN, reach[:, 1:2] + _MARGIN)
        return pitch, torch.clamp(velocity, reach[:, 2:3].clamp(min=1.0), reach[:, 3:4])

    def update(self, rows: Tensor, share: float) -> float:
        """One step at a share of the run's time; gives the loss."""
        t = self.settings.train
        cosine = t.last_rate + (1 - t.last_rate) * 0.5 * (1 + math.cos(math.pi * min(share, 1.0)))
        for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
            group["lr"] = rate * cosine * min(1.0, (self.step + 1) / t.warmup_steps)
        frames, statics, _ = self.losses("train", rows)
        loss = 0.5 * frames + t.statics_weight * statics + t.nearness_weight * self.timbres.divergence()
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.decoder.parameters(), t.clip)
        self.optimizer.step()
        self.step += 1
        if self.step % 4 == 0:
            with torch.no_grad():
                for key, value in self.decoder.state_dict().items():
                    self.average[key].lerp_(value, 1 - t.averaging)
        return float(loss.detach())

    @torch.no_grad()
    def judge(self) -> str:
        """Errors of the averaged weights on what was not learned."""
        current = {key: value.clone() for key, value in self.decoder.state_dict().items()}
        self.decoder.load_state_dict(self.average)
        rows = torch.arange(len(self.notes["held_out"]["pitch"]))
        frames, statics, loud = self.losses("held_out", rows)
        self.decoder.load_state_dict(current)
        return f"held out: frames {frames:.3f} dB, loud {loud:.2f} dB, statics {statics:.3f}"

    def save(self, path: Path) -> None:
        """Write a checkpoint, whole or not at all."""
        table = {
            "decoder": self.decoder.state_dict(), "average": self.average, "timbres": self.timbres.state_dict(),
            "optimizer": self.optimizer.state_dict(), "step": self.step, "spent_secs": self.spent_secs,
            "names": self.names, "hardness": self.hardness.error_db, "settings": self.settings.as_dict(),
        }  # fmt: skip
        beside = path.with_suffix(".part")
        torch.save(table, beside)
        os.replace(beside, path)

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint."""
        table = torch.load(path, weights_only=True)
        self.decoder.load_state_dict(table["decoder"])
        self.timbres.load_state_dict(table["timbres"])
        self.optimizer.load_state_dict(table["optimizer"])
        self.hardness.error_db = table["hardness"]
        self.average, self.step, self.spent_secs = table["average"], table["step"], table["spent_secs"]

    def warm(self, path: Path) -> None:
        """Begin from another run; instruments that it did not know begin anywhere."""
        table = torch.load(path, map_location="cpu", weights_only=True)
        ours = self.decoder.state_dict()
        fitting = {key: value for key, value in table["average"].items() if ours[key].shape == value.shape}
        self.decoder.load_state_dict(ours | fitting)
        self.average = {key: value.clone() for key, value in self.decoder.state_dict().items()}
        places = {name: place for place, name in enumerate(table["names"])}
        known = [(here, places[name]) for here, name in enumerate(self.names) if name in places]
        here, there = (list(it) for it in zip(*known, strict=True))
        with torch.no_grad():
            for key, value in self.timbres.state_dict().items():
                value[here] = table["timbres"][key][there]
        self.rates = [rate * _WARM_RATE for rate in self.rates]

    def relearn_statics(self, steps: int = 6000) -> None:
        """Fit the layers of the single values anew to what the averaged decoder knows; nothing else moves."""
        self.decoder.load_state_dict(self.average)
        notes = self.notes["train"]
        with torch.no_grad():
            latents = self.timbres.middle[notes["instrument"]]
            known = self.decoder.trunk(latents, notes["pitch"], notes["velocity"])
        layers = [*self.decoder.single.parameters(), *self.decoder.statics.parameters()]
        optimizer = torch.optim.AdamW(layers, lr=2e-3, weight_decay=self.settings.train.weight_decay)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
        generator = torch.Generator().manual_seed(self.settings.train.seed)
        for _ in range(steps):
            rows = torch.randint(len(known), (512,), generator=generator)
            found = self.decoder.single_values(known[rows], latents[rows])
            loss = statics_error(found, notes["statics"][rows], notes["weights"][rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        self.average = {key: value.clone() for key, value in self.decoder.state_dict().items()}


def _tensors(notes: targets.Targets) -> dict[str, Tensor]:
    table = {key: torch.from_numpy(value) for key, value in vars(notes).items()}
    return table | {"pitch": table["pitch"][:, None], "velocity": table["velocity"][:, None]}


def run(training: Training, budget_secs: float, path: Path) -> None:
    """Train until the processor time is spent."""
    batch = training.settings.train.batch
    instrument = training.notes["train"]["instrument"]
    begun, spent, saved, losses = time.process_time(), training.spent_secs, time.process_time(), []
    while training.spent_secs < budget_secs:
        generator = np.random.default_rng(training.step)
        order = training.hardness.order(instrument, training.settings.train.emphasis, generator)
        for rows in order.split(batch):
            losses.append(training.update(rows, training.spent_secs / budget_secs))
            training.spent_secs = spent + time.process_time() - begun
        if time.process_time() - saved > training.settings.train.checkpoint_secs:
            saved = time.process_time()
            training.save(path)
            minutes = training.spent_secs / 60
            print(f"{minutes:.1f} min, step {training.step}: {np.mean(losses):.3f}; {training.judge()}", flush=True)
            losses.clear()
    training.save(path)
    print(f"done after {training.step} steps; {training.judge()}", flush=True)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measured", type=Path, required=True, help="what training.timbre.analyse wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=25.0, help="of processor time")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--warm", type=Path, help="checkpoint of another run")
    parser.add_argument("--statics", action="store_true", help="learn the single values anew and nothing else")
    parser.add_argument("--only", nargs="*", default=[], help="names of instruments; all that were measured without it")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    arguments.out.mkdir(parents=True, exist_ok=True)
    path = arguments.out / "timbre.pt"
    names = [it for it in targets.measured_names(arguments.measured) if not arguments.only or it in arguments.only]
    training = Training(arguments.measured, names, settings.read())
    if arguments.warm:
        training.warm(arguments.warm)
    if arguments.resume:
        training.resume(path)
    if arguments.statics:
        training.relearn_statics()
        training.save(path)
        print(f"single values anew; {training.judge()}", flush=True)
        return
    print(f"{model.parameters_of(training.decoder)} parameters, {len(training.names)} instruments", flush=True)
    run(training, 60 * arguments.minutes, path)


if __name__ == "__main__":
    main()
