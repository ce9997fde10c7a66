"""Training: the loss falls, and a resumed run goes on as if it had never stopped."""

import numpy as np
import torch

from training import corpus, settings, train
from training.tests.invented import write_folder

TINY = settings.read().as_dict()
TINY["data"] |= {"crop": 96, "batch": 2}
TINY["model"] |= settings.TOY.__dict__
TINY["train"] |= {"warmup_steps": 2}


def _run(folder) -> train.Run:
    pieces = corpus.Corpus.collect(p for path in corpus.files_of(folder) for p in corpus.read(path))
    return train.Run(pieces, settings.from_dict(TINY), "cpu")


def _learn(run: train.Run, steps: int) -> np.ndarray:
    for _ in range(steps):
        run.set_rate(run.step / 100)
        run.learn(run.network)
    return run.smooth


def test_the_loss_falls(tmp_path):
    run = _run(write_folder(tmp_path / "data"))
    early = _learn(run, 1)[:4].sum()
    assert _learn(run, 60)[:4].sum() < early - 4


def test_a_resumed_run_goes_on_as_if_never_stopped(tmp_path):
    folder = write_folder(tmp_path / "data")
    whole = _run(folder)
    _learn(whole, 6)
    first = _run(folder)
    _learn(first, 3)
    first.save(tmp_path / "checkpoint.pt")
    second = _run(folder)
    second.resume(tmp_path / "checkpoint.pt")
    _learn(second, 3)
    assert (second.step, second.notes) == (whole.step, whole.notes)
    for name, value in whole.network.state_dict().items():
        assert torch.allclose(second.network.state_dict()[name], value, atol=1e-6), name


def test_a_warm_run_counts_on_and_begins_anew(tmp_path):
    folder = write_folder(tmp_path / "data")
    older = _run(folder)
    _learn(older, 3)
    older.save(tmp_path / "older.pt")
    run = _run(folder)
    run.begin_warm(tmp_path / "older.pt")
    assert (run.step, run.notes, run.elapsed_secs) == (3, older.notes, 0.0)
    for name, value in older.network.state_dict().items():
        assert torch.equal(run.network.state_dict()[name], value), name
    run.set_rate(0.0)
    s = run.settings.train
    assert np.isclose(run.optimizers[0].param_groups[0]["lr"], s.learning_rate * s.warm_rate / s.warm_warmup_steps)
    _learn(run, 2)
    assert (run.step, run.notes) == (5, older.notes + 2 * 96 * 2)
    run.save(tmp_path / "checkpoint.pt")
    again = _run(folder)
    again.resume(tmp_path / "checkpoint.pt")
    assert (again.older_steps, again.older_notes) == (3, older.notes)
    assert again.optimizers[0].param_groups[0]["top_rate"] == run.optimizers[0].param_groups[0]["top_rate"]


def test_validation_counts_only_what_is_there(tmp_path):
    run = _run(write_folder(tmp_path / "data"))
    pieces = corpus.Corpus.collect(p for path in corpus.files_of(tmp_path / "data") for p in corpus.read(path))
    rows = train.validation_rows(pieces, 4, run.settings.data)
    one = train.bits_a_note(run.network, rows, 1, "cpu")
    many = train.bits_a_note(run.network, rows, 4, "cpu")
    assert np.allclose(one, many, rtol=0.03)


def test_a_paused_run_keeps_to_its_budget(tmp_path):
    folder = write_folder(tmp_path / "data")
    pieces = corpus.Corpus.collect(p for path in corpus.files_of(folder) for p in corpus.read(path))
    run = _run(folder)
    train.train(run, pieces, tmp_path, minutes=0.02, compiled=False, pause=0.01)
    paused, rate = run.elapsed_secs, run.optimizers[0].param_groups[0]["lr"]
    assert 0.6 <= paused < 1.2
    later = _run(folder)
    later.resume(tmp_path / "checkpoint.pt")
    train.train(later, pieces, tmp_path, minutes=0.02, compiled=False)
    assert later.elapsed_secs >= 1.2 and later.step > run.step
    assert later.optimizers[0].param_groups[0]["lr"] < rate
