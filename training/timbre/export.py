"""Writes the decoder into a pack: `python -m training.timbre.export --checkpoint FILE --pack models/default`.

The graph is checked against PyTorch; the manifest keeps everything else that it says.
"""

import argparse
import json
import os
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from training import pack
from training.timbre import instruments, model, settings, shape

FILE = "timbre.onnx"
INPUTS = ("latent", "pitch", "velocity")
OUTPUTS = ("frames", "statics")
FAMILIES = 17
_OPSET = 17
_MOST_ERROR = 2e-3  # decibels, or the unit of a single value


class Product(nn.Module):
    """A linear layer as a plain matrix product, which both runtimes take in half precision with a cast."""

    def __init__(self, linear: nn.Linear):
        super().__init__()
        self.weight = nn.Parameter(linear.weight.detach().T.contiguous())
        self.bias = nn.Parameter(linear.bias.detach())

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight + self.bias


class Graph(nn.Module):
    """The function that the pack's graph computes: one note, [1, FRAMES, COLUMNS] and [1, STATIC_SIZE]."""

    def __init__(self, decoder: model.Decoder):
        super().__init__()
        self.decoder = decoder
        for name, child in list(decoder.named_children()):
            if isinstance(child, nn.Linear):
                setattr(decoder, name, Product(child))

    def forward(self, latent: Tensor, pitch: Tensor, velocity: Tensor) -> tuple[Tensor, Tensor]:
        frames, statics = self.decoder(latent, pitch, velocity)
        return frames, model.unscale(statics)


def load(checkpoint: Path) -> tuple[model.Decoder, np.ndarray, list[str]]:
    """The averaged decoder with its matrices rounded to half precision, the latents and their names."""
    table = torch.load(checkpoint, map_location="cpu", weights_only=True)
    decoder = model.Decoder(settings.ModelSettings(**table["settings"]["model"]))
    decoder.load_state_dict(table["average"])
    with torch.no_grad():
        for parameter in decoder.parameters():
            if parameter.ndim >= 2:
                parameter.copy_(parameter.half().float())
    latents = np.round(table["timbres"]["middle"].numpy().astype(float), 4)
    return decoder.eval(), latents, table["names"]


def decode(
    decoder: model.Decoder, latent: np.ndarray, notes: list[tuple[float, float]]
) -> tuple[np.ndarray, np.ndarray]:
    """Frames and statics of notes (pitch, velocity) of one timbre, as the graph gives them."""
    rows = torch.tensor(notes, dtype=torch.float32)
    with torch.no_grad():
        latents = torch.tensor(latent, dtype=torch.float32).expand(len(rows), -1)
        frames, statics = decoder(latents, rows[:, :1], rows[:, 1:])
        return frames.numpy(), model.unscale(statics).numpy()


def _halve(graph: onnx.GraphProto) -> None:
    """Store matrices as float16, each followed by a Cast that the runtimes fold at load."""
    casts = []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        half = values.astype(np.float16)
        if values.dtype == np.float32 and values.ndim >= 2 and np.array_equal(half.astype(np.float32), values):
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(half, name + "_half"))
            casts.append(onnx.helper.make_node("Cast", [name + "_half"], [name], to=onnx.TensorProto.FLOAT))
    for cast in reversed(casts):
        graph.node.insert(0, cast)


def write_graph(decoder: model.Decoder, path: Path) -> None:
    """Export the graph for one note."""
    s = decoder.settings
    example = (torch.zeros(1, s.latent), torch.full((1, 1), 60.0), torch.full((1, 1), 80.0))
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Graph(decoder), example, str(path), input_names=list(INPUTS), output_names=list(OUTPUTS),
            opset_version=_OPSET, dynamo=False, do_constant_folding=True,
        )  # fmt: skip
    graph = onnx.load(str(path))
    _halve(graph.graph)
    graph.producer_name, graph.producer_version = "antiphon", ""
    onnx.checker.check_model(graph)
    onnx.save(graph, str(path))


def check(path: Path, latents: np.ndarray, expected: dict[tuple, tuple]) -> float:
    """Largest difference between the graph in ONNX Runtime and PyTorch over some notes."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = 0.0
    for (timbre, pitch, velocity), (frames, statics) in expected.items():
        inputs = (latents[timbre : timbre + 1], [[pitch]], [[velocity]])
        found = session.run(None, {k: np.array(v, np.float32) for k, v in zip(INPUTS, inputs, strict=True)})
        worst = max(worst, np.abs(found[0][0] - frames).max(), np.abs(found[1][0] - statics).max())
    if worst > _MOST_ERROR:
        raise ValueError(f"cannot export: the graph differs from PyTorch by {worst:.2e}")
    return float(worst)


def entry(path: Path, latents: np.ndarray, names: list[str], parameters: int) -> dict:
    """What the manifest says of the timbre model."""
    catalog = {it.name: it for it in instruments.INSTRUMENTS}
    timbres = []
    for name, latent in zip(names, latents, strict=True):
        it = catalog[name]
        row = {"name": name, "title": it.title, "family": it.family, "program": None if it.bank else it.program}
        row["range"] = [it.low, it.high]
        row["nature"] = "held" if it.sustains else "struck"
        if it.players > 1:
            row["section"] = True
        timbres.append(row | {"latent": latent.tolist()})
    families = [instruments.FAMILY_TIMBRES.get(family) for family in range(FAMILIES)]
    size = latents.shape[1]
    return {
        "file": path.name,
        "sha256": pack.sha256_of(path),
        "parameters": parameters,
        "latent": size,
        "inputs": {"latent": [1, size], "pitch": [1, 1], "velocity": [1, 1]},
        "outputs": {"frames": [1, shape.FRAMES, shape.COLUMNS], "statics": [1, shape.STATIC_SIZE]},
        "families": [name if name in names else None for name in families],
        "timbres": timbres,
    }


def export(checkpoint: Path, folder: Path) -> float:
    """Write graph and manifest into a pack's folder, each whole or not at all; gives the error against PyTorch."""
    decoder, latents, names = load(checkpoint)
    parameters = model.parameters_of(decoder)
    expected = {}
    for timbre in range(0, len(names), 7):
        notes = [(24.0, 1.0), (60.0, 80.0), (103.0, 127.0)]
        for note, frames, statics in zip(notes, *decode(decoder, latents[timbre], notes), strict=True):
            expected[(timbre, *note)] = (frames, statics)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(dir=folder.parent) as beside:
        graph = Path(beside) / FILE
        write_graph(decoder, graph)
        error = check(graph, latents, expected)
        pack.write_manifest(
            Path(beside) / "manifest.json", pack.with_timbres(manifest, entry(graph, latents, names, parameters))
        )
        for file in (FILE, "manifest.json"):
            os.replace(Path(beside) / file, folder / file)
    return error


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True, help="what training.timbre.train wrote")
    parser.add_argument("--pack", type=Path, required=True, help="a folder with a manifest")
    arguments = parser.parse_args()
    error = export(arguments.checkpoint, arguments.pack)
    print(f"{arguments.pack / FILE}: {(arguments.pack / FILE).stat().st_size} bytes, {error:.1e} from PyTorch")


if __name__ == "__main__":
    main()
