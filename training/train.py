"""Trains the note model within a budget of time; stops and resumes at any checkpoint.

Time is the process's own processor time where it computes on the processor, so that runs beside other work compare.
"""

import argparse
import dataclasses
import math
import os
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from training import data, model, notochord, settings, warm
from training import vocabulary as v
from training.corpus import Corpus

NETWORKS = {"antiphon": lambda s: model.NoteModel(s.model), "notochord": lambda _: notochord.Notochord()}


def validation_rows(corpus: Corpus, count: int, s: settings.DataSettings) -> list[data.Row]:
    """The first 512 notes of `count` validation pieces, a fixed choice, as evaluation sees them."""
    members = np.flatnonzero(corpus.column("split") == "valid")
    chosen = np.random.default_rng(1).permutation(members)[:count]
    pieces = (corpus[int(i)] for i in np.sort(chosen))
    streams = (data.stream_of(p, data.evaluation_slots(p), 0, 512) for p in pieces)
    return sorted((data.row_of(stream, None, s) for stream in streams), key=lambda row: len(row.age))


def bits_a_note(network: nn.Module, rows: list[data.Row], batch: int, device: str) -> np.ndarray:
    """Mean bits of each field over all events of the rows, float [5]; velocity over those that have one."""
    total, count = np.zeros(5), np.zeros(5)
    for at in range(0, len(rows), batch):
        some = rows[at : at + batch]
        inputs = model.tensors(data.padded(some, max(len(r.age) for r in some)), device)
        with torch.no_grad(), torch.autocast(device, torch.bfloat16):
            losses = network(inputs)
        weight = inputs["weight"][..., [0, 0, 0, 0, 1]]
        total += (losses * weight).sum((0, 1)).double().cpu().numpy()
        count += weight.sum((0, 1)).double().cpu().numpy()
    return total / np.maximum(count, 1) / math.log(2)


def optimizers_of(network: model.NoteModel, s: settings.TrainSettings) -> list[torch.optim.Optimizer]:
    """Orthogonalized updates (Jordan, "Muon", 2024) for the blocks' matrices, AdamW for everything else."""
    matrices = [p for p in network.blocks.parameters() if p.ndim == 2 and min(p.shape) > model.TAPS]
    chosen = {id(p) for p in matrices} if s.matrix_rate > 0 else set()
    others = [p for p in network.parameters() if id(p) not in chosen]
    weights = [p for p in others if p.ndim == 2 and min(p.shape) > model.TAPS]
    plain = [p for p in others if not (p.ndim == 2 and min(p.shape) > model.TAPS)]
    groups = [{"params": weights, "weight_decay": s.weight_decay}, {"params": plain, "weight_decay": 0.0}]
    found = [torch.optim.AdamW(groups, lr=s.learning_rate, betas=(0.9, 0.95))]
    if chosen:
        decay = {"weight_decay": s.weight_decay, "adjust_lr_fn": "match_rms_adamw"}
        found.append(torch.optim.Muon(matrices, lr=s.matrix_rate, momentum=0.95, **decay))
    for optimizer in found:
        for group in optimizer.param_groups:
            group["top_rate"] = group["lr"]
    return found


class Run:
    """One training run: network, optimizers, sampler and how far it has come."""

    def __init__(self, corpus: Corpus, s: settings.Settings, device: str, network: str = "antiphon"):
        torch.manual_seed(s.train.seed)
        self.device = device
        self.network = NETWORKS[network](s).to(device)
        if rate := getattr(self.network, "learning_rate", None):
            s = dataclasses.replace(s, train=dataclasses.replace(s.train, learning_rate=rate))
        self.settings = s
        self.optimizers = optimizers_of(self.network, s.train)
        self.sampler = data.Sampler(corpus, s.data, s.train.seed)
        self.step, self.notes, self.elapsed_secs = 0, 0, 0.0
        self.smooth = np.zeros(5)
        self.older_steps, self.older_notes = 0, 0

    def set_rate(self, progress: float) -> None:
        """Warm up, then a cosine over `progress` (0..1 of the budget)."""
        s = self.settings.train
        cosine = s.last_rate + (1 - s.last_rate) * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))
        steps = s.warm_warmup_steps if self.older_steps else s.warmup_steps
        factor = min(1.0, (self.step - self.older_steps + 1) / steps) * cosine
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["top_rate"] * factor

    def learn(self, forward: nn.Module) -> None:
        """One step over one batch."""
        s = self.settings.train
        batch = model.tensors(self.sampler.batch(), self.device)
        with torch.autocast(self.device, torch.bfloat16):
            losses = forward(batch)
        weight = batch["weight"][..., [0, 0, 0, 0, 1]]
        fields = (losses * weight).sum((0, 1)) / weight[..., :1].sum()
        factors = torch.tensor([1.0, 1.0, 1.0, 1.0, s.velocity_weight], device=self.device)
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        (fields * factors).sum().backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), s.clip)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        self.notes += int(weight[..., 0].sum())
        bits = fields.detach().cpu().numpy() / math.log(2)
        first = self.step == self.older_steps + 1
        self.smooth = bits if first else 0.98 * self.smooth + 0.02 * bits

    def save(self, path: Path) -> None:
        """Write a checkpoint; the old one stays until the new one is whole."""
        state = {
            "vocabulary": v.sha256(), "settings": self.settings.as_dict(), "model": self.network.state_dict(),
            "optimizers": [o.state_dict() for o in self.optimizers], "sampler": self.sampler.rng.bit_generator.state,
            "step": self.step, "notes": self.notes, "elapsed_secs": self.elapsed_secs, "smooth": self.smooth.tolist(),
            "older_steps": self.older_steps, "older_notes": self.older_notes,
        }  # fmt: skip
        partial = path.with_suffix(".partial")
        torch.save(state, partial)
        os.replace(partial, path)

    def begin_warm(self, path: Path) -> None:
        """Begin from an older network's weights; steps and notes count on from its own, rates and clock begin anew."""
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.network.load_state_dict(warm.grown(state["model"], self.network.state_dict()))
        self.step = self.older_steps = state["step"]
        self.notes = self.older_notes = state["notes"]
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["top_rate"] *= self.settings.train.warm_rate
        self.sampler.rng = np.random.default_rng([self.settings.train.seed, self.step])

    def resume(self, path: Path) -> None:
        """Continue from a checkpoint of the same vocabulary."""
        state = torch.load(path, map_location=self.device, weights_only=True)
        if state["vocabulary"] != v.sha256():
            raise ValueError(f"cannot resume: another vocabulary made {path}")
        self.network.load_state_dict(state["model"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.sampler.rng.bit_generator.state = state["sampler"]
        self.step, self.notes, self.elapsed_secs = state["step"], state["notes"], state["elapsed_secs"]
        self.older_steps, self.older_notes = state["older_steps"], state["older_notes"]
        self.smooth = np.array(state["smooth"])


def _line(run: Run, label: str, bits: np.ndarray) -> str:
    fields = " ".join(f"{name} {value:.3f}" for name, value in zip(v.FIELDS, bits, strict=True))
    rate = (run.notes - run.older_notes) / max(run.elapsed_secs, 1e-9)
    return (
        f"{run.elapsed_secs / 60:6.1f} min step {run.step} notes {run.notes / 1e6:.2f}M {rate:.0f}/s "
        f"{label} all {bits[:4].sum():.3f} {fields}"
    )


def train(run: Run, corpus: Corpus, out: Path, minutes: float, compiled: bool, pause: float = math.inf) -> None:
    """Train until the budget is spent, or so many minutes of it, writing `checkpoint.pt` and a line now and then.

    What the first step takes, compiling included, is not counted.
    """
    s = run.settings.train
    out.mkdir(parents=True, exist_ok=True)
    rows = validation_rows(corpus, s.validate_pieces, run.settings.data)
    forward = torch.compile(run.network, dynamic=False) if compiled else run.network
    clock = time.process_time if run.device == "cpu" else time.monotonic
    last_secs = 60 * min(minutes, pause)
    if run.elapsed_secs < last_secs:
        run.set_rate(run.elapsed_secs / (minutes * 60))
        run.learn(forward)
    begun = clock() - run.elapsed_secs
    saved = told = run.elapsed_secs
    validated = run.elapsed_secs
    while run.elapsed_secs < last_secs:
        run.set_rate(run.elapsed_secs / (minutes * 60))
        run.learn(forward)
        run.elapsed_secs = clock() - begun
        if run.elapsed_secs - told >= 30:
            told = run.elapsed_secs
            print(_line(run, "train", run.smooth), flush=True)
        if run.elapsed_secs - saved >= s.checkpoint_secs:
            saved = run.elapsed_secs
            run.save(out / "checkpoint.pt")
        if run.elapsed_secs - validated >= s.validate_secs:
            validated = run.elapsed_secs
            print(_line(run, "VALID", bits_a_note(run.network, rows, 8, run.device)), flush=True)
    run.save(out / "checkpoint.pt")
    print(
        _line(
            run,
            "FINAL VALID" if last_secs >= minutes * 60 else "PAUSED VALID",
            bits_a_note(run.network, rows, 8, run.device),
        ),
        flush=True,
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="the .npz file that training.corpus wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--minutes", type=float, required=True, help="budget, resumed time included")
    parser.add_argument("--pause", type=float, default=math.inf, metavar="MINUTES",
                        help="stop at so many of the budget, so that runs to be compared can take turns")  # fmt: skip
    parser.add_argument("--settings", type=Path, default=settings.DEFAULT)
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="such as model.width=160")
    parser.add_argument("--resume", action="store_true", help="continue from OUT/checkpoint.pt if it is there")
    parser.add_argument("--network", choices=NETWORKS, default="antiphon", help="which network; one is a comparator")
    parser.add_argument("--warm", type=Path, help="begin from the weights of this older checkpoint")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--no-compile", action="store_true", help="skip torch.compile (no C++ compiler needed)")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    try:
        chosen = settings.read(arguments.settings, arguments.set)
    except (OSError, ValueError, TypeError) as error:
        parser.error(str(error))
    corpus = Corpus.open(arguments.corpus)
    run = Run(corpus, chosen, arguments.device, arguments.network)
    checkpoint = arguments.out / "checkpoint.pt"
    if arguments.resume and checkpoint.exists():
        run.resume(checkpoint)
    elif arguments.warm:
        run.begin_warm(arguments.warm)
    print(f"{model.parameters_of(run.network)} parameters, {run.device}", flush=True)
    train(run, corpus, arguments.out, arguments.minutes, not arguments.no_compile, arguments.pause)


if __name__ == "__main__":
    main()
