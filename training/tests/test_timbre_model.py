"""The decoder: what it is told, what it learns, and what the pack's graph gives."""

import json

import numpy as np
import torch

from training import pack
from training.timbre import export, instruments, model, settings, shape, targets, train, zones

SMALL = settings.ModelSettings(latent=4, wide=24, hidden=16, bumps=6, lowest_pitch=20.0, highest_pitch=100.0)
NAMES = ["piano", "strings"]


def measured(folder):
    """Two instruments that were never rendered."""
    generator = np.random.default_rng(3)
    grid = np.zeros((zones.KEYS, zones.KEYS), np.int16)
    grid[60:] = 1
    np.savez(folder / zones.FILE, **dict.fromkeys(NAMES, grid))
    for name in NAMES:
        for split in ("train", "held_out"):
            notes = np.array([(pitch, velocity) for pitch in (48, 60, 72) for velocity in (40, 100)])
            frames = generator.normal(-40, 5, (len(notes), shape.FRAMES, shape.COLUMNS)).astype(np.float32)
            statics = np.zeros((len(notes), shape.STATIC_SIZE), np.float32)
            statics[:, 0], statics[:, 5] = -30.0, 0.4
            weights = np.ones((len(notes), shape.DEVIATIONS), np.float32)
            onsets = np.zeros(len(notes), int)
            path = folder / f"{name}.{split}.npz"
            np.savez(path, notes=notes, frames=frames, statics=statics, weights=weights, onsets=onsets)


def trained(folder, steps=30):
    """A short training, saved."""
    measured(folder)
    full = settings.read()
    s = settings.Settings(SMALL, full.train)
    training = train.Training(folder, NAMES, s)
    losses = [training.update(torch.arange(12), 0.0) for _ in range(steps)]
    training.save(folder / "timbre.pt")
    return training, losses


def test_scaled_statics_come_back():
    statics = np.zeros((1, shape.STATIC_SIZE), np.float32)
    statics[0, :6] = (-41.0, 7.5, 3e-4, 12.0, 5.5, 0.35)
    statics[0, shape.WIDTH_AT : shape.DEVIATION_AT] = 0.3
    statics[0, shape.DEVIATION_AT] = -0.2
    back = model.unscale(torch.from_numpy(targets.scale(statics))).numpy()
    assert np.allclose(back, statics, rtol=1e-4, atol=1e-6)


def test_training_learns_and_goes_on_where_it_was(tmp_path):
    training, losses = trained(tmp_path)
    assert np.mean(losses[-5:]) < np.mean(losses[:5])
    again = train.Training(tmp_path, NAMES, training.settings)
    again.resume(tmp_path / "timbre.pt")
    assert again.step == training.step
    assert again.judge() == training.judge()


def test_the_graph_is_the_network(tmp_path):
    trained(tmp_path, 3)
    (tmp_path / "manifest.json").write_text(json.dumps({"note_model": {"file": "note.onnx"}, "styles": []}))
    assert export.export(tmp_path / "timbre.pt", tmp_path) < 1e-3
    table = json.loads((tmp_path / "manifest.json").read_text())
    entry = table["timbre_model"]
    assert entry["sha256"] == pack.sha256_of(tmp_path / export.FILE)
    assert [row["name"] for row in entry["timbres"]] == NAMES
    assert entry["families"][0] == "piano" and entry["families"][7] is None and len(entry["families"]) == 17
    assert entry["timbres"][0]["range"] == [21, 108]
    assert entry["timbres"][1]["section"] and entry["timbres"][0]["nature"] == "struck"
    assert pack.keeping_beside({"note_model": {}}, tmp_path / "manifest.json")["timbre_model"] == entry


def test_every_family_timbre_is_an_instrument_of_the_family():
    families = {it.name: it.family for it in instruments.INSTRUMENTS}
    assert all(families[name] == family for family, name in instruments.FAMILY_TIMBRES.items())


def test_single_values_are_learned_anew_and_nothing_else(tmp_path):
    training, _ = trained(tmp_path, 5)
    again = train.Training(tmp_path, NAMES, training.settings)
    again.warm(tmp_path / "timbre.pt")
    before = {key: value.clone() for key, value in again.average.items()}
    was = again.losses("held_out", torch.arange(12))[1].item()
    again.relearn_statics(steps=200)
    moved = {key.split(".")[0] for key, value in again.average.items() if not torch.equal(value, before[key])}
    assert moved == {"single", "statics"}
    assert again.losses("held_out", torch.arange(12))[1].item() < was


def test_a_run_begins_from_another(tmp_path):
    training, _ = trained(tmp_path, 5)
    again = train.Training(tmp_path, NAMES[::-1], training.settings)
    again.warm(tmp_path / "timbre.pt")
    assert torch.equal(again.timbres.middle[0], training.timbres.middle[1]), "by name, not by place"
    assert torch.equal(again.decoder.state_dict()["enter.weight"], training.average["enter.weight"])
    assert again.rates[0] < training.rates[0]


def test_notes_tremble_within_their_samples(tmp_path):
    training, _ = trained(tmp_path, 1)
    reach = training.notes["train"]["reach"]
    row = training.notes["train"]["pitch"][:, 0].tolist().index(60)
    assert reach[row].tolist() == [60, 127, 0, 127]
    pitch, velocity = torch.full((2000, 1), 60.0), torch.full((2000, 1), 120.0)
    torch.manual_seed(1)
    higher, harder = training.tremble(pitch, velocity, torch.tensor([60.0, 61.0, 110.0, 127.0]).expand(2000, -1))
    assert 59.6 < higher.min() < 59.8 and 61.2 < higher.max() < 61.4
    assert harder.min() == 110.0 and harder.max() == 127.0


def test_what_is_known_worse_is_heard_more_often():
    hardness = train.Hardness(2)
    instrument = torch.tensor([0] * 30 + [1] * 10)
    for _ in range(500):
        hardness.learn(torch.tensor([0, 1]), torch.tensor([2.0, 6.0]))
    rows = hardness.order(instrument, 1.0, np.random.default_rng(1))
    assert len(rows) == 40
    assert (rows >= 30).sum() == 20, "three times as often for each note"
    times = torch.bincount(rows, minlength=40)
    assert times[:30].max() - times[:30].min() <= 1 and times.min() >= 0
    assert sorted(hardness.order(instrument, 0.0, np.random.default_rng(1)).tolist()) == list(range(40))
