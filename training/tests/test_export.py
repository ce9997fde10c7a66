"""The graph against PyTorch, and the way back from graph to network."""

import json

import numpy as np
import torch

from training import evaluate, export, model, parity, settings, weights
from training import vocabulary as v
from training.tests.invented import write_folder


def _network() -> model.NoteModel:
    torch.manual_seed(11)
    network = model.NoteModel(settings.ModelSettings(width=24, blocks=2, recurrent=32, expansion=2, slowest=6.0))
    for silent in (network.align, network.lean_time.weigh, network.lean_pitch.weigh):
        torch.nn.init.normal_(silent.weight, 0.0, 0.3)
    torch.nn.init.normal_(network.lens.tables)
    return network


def test_an_exported_pack_computes_what_was_trained(tmp_path):
    network = _network()
    error = export.export(network, tmp_path / "pack", "t", "T", {"notes_seen": 5})
    assert error <= parity.TOLERANCE
    manifest = json.loads((tmp_path / "pack/manifest.json").read_text(encoding="utf-8"))
    assert manifest["note_model"]["state"] == [1, 2, 4, 32]
    assert manifest["note_model"]["parameters"] == sum(p.numel() for p in network.parameters())
    assert manifest["figures"]["notes_seen"] == 5
    assert {row["tier"] for row in manifest["provenance"]} == {"A", "B"}
    again = weights.read_network(tmp_path / "pack/note.onnx")
    for name, value in network.state_dict().items():
        assert torch.allclose(again.state_dict()[name], value, atol=1e-5), name


def test_both_judges_agree(tmp_path):
    network = _network()
    export.export(network, tmp_path / "pack", "t", "T", {})
    folder = write_folder(tmp_path / "data", 3)
    reports = []
    for backend in ("torch", "onnx"):
        judge, name = evaluate.open_judge(tmp_path / "pack", backend)
        assert name == backend
        reports.append(evaluate.evaluate(judge, evaluate.chosen_pieces(folder, "valid"), 2))
    for field in ("all", *v.FIELDS):
        assert np.isclose(reports[0]["bits"][field], reports[1]["bits"][field], atol=1e-4), field
