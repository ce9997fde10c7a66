"""Writes a pack: the step graph, checked against PyTorch, and the manifest.

`python -m training.export --checkpoint FILE --out models/default` for a trained pack;
`python -m training.export --toy` for the tests' pack with seeded random weights.
"""

import argparse
import copy
import math
import os
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from training import lean, model, pack, settings
from training import vocabulary as v
from training.session import INTEGER_INPUTS

OPSET = 17
IMPOSSIBLE = -4e9  # below every bias of -1e9
OUT_OF_ORDER = -1e8  # weaker than a bias of -1e9, so that what the host forces is drawn all the same
OUTPUTS = ("drawn", "logp", "state_out")
_SPANS = np.cumsum((0, *v.CLASSES))


def input_shapes(s: settings.ModelSettings) -> dict[str, list[int]]:
    """Name and shape of every input of the graph, in order."""
    return {
        "event": [1, 5],
        "position": [1, 3],
        "family": [1, v.PARTS],
        "context": [1, v.CONTEXT_SIZE],
        "remain": [1, v.PITCHES],
        "last": [1, v.PARTS],
        "lookback": [1, v.MEMORIES, 5],
        "motif": [1, v.PARTS, v.SOURCES, 4],
        "state": [1, s.blocks, model.TAPS, s.recurrent],
        "noise": [1, v.CLASSES_TOTAL],
        "bias_time": [1, v.TIME_CLASSES],
        "bias_part": [1, v.PARTS],
        "bias_pitch": [1, v.PARTS, v.PITCHES],
        "bias_dur": [1, len(v.DURATIONS)],
        "bias_vel": [1, v.VELOCITIES],
        "sharpness": [1, 5],
        "min_p": [1, 5],
    }


def output_shapes(s: settings.ModelSettings) -> dict[str, list[int]]:
    """Name and shape of every output of the graph, in order."""
    state = [1, s.blocks, model.TAPS, s.recurrent]
    return dict(zip(OUTPUTS, ([1, 5], [1, v.CLASSES_TOTAL], state), strict=True))


class Product(nn.Module):
    """A linear layer as a plain matrix product, which both runtimes take in half precision with a cast."""

    def __init__(self, linear: nn.Linear):
        super().__init__()
        self.weight = nn.Parameter(linear.weight.detach().T.contiguous())
        self.bias = linear.bias

    def forward(self, x: Tensor) -> Tensor:
        x = x @ self.weight
        return x if self.bias is None else x + self.bias


class Rows(nn.Module):
    """Summed look-ups as one Gather and one product with ones."""

    def __init__(self, tables: model.Tables):
        super().__init__()
        self.weight = tables.weight
        self.register_buffer("offsets", tables.offsets)
        self.register_buffer("ones", torch.ones(1, len(tables.offsets)))

    def forward(self, index: Tensor) -> Tensor:
        return self.ones @ self.weight[(index + self.offsets)[0]]


def as_products(module: nn.Module) -> None:
    """Put plain products in place of linear layers and summed look-ups."""
    for name, child in module.named_children():
        if isinstance(child, nn.Linear):
            setattr(module, name, Product(child))
        elif isinstance(child, model.Tables):
            setattr(module, name, Rows(child))
        else:
            as_products(child)


def _less(a: Tensor, b: Tensor) -> Tensor:
    """1.0 where a < b, else 0.0."""
    return (a < b).float()


def _after(phase: Tensor, step: Tensor, length: Tensor) -> Tensor:
    """(phase + step) mod length, exact in float32 for these ranges; int64 [1, 1] each."""
    total, length = (phase + step).float(), length.float()
    return (total - torch.floor(total / length) * length).long()


class StepGraph(nn.Module):
    """One event in, one event drawn: the function that the pack's graph computes. Shapes: `input_shapes`."""

    def __init__(self, network: model.NoteModel):
        super().__init__()
        self.net = copy.deepcopy(network).float().eval()
        as_products(self.net)
        self.register_buffer("parts", torch.arange(float(v.PARTS))[None])
        self.register_buffer("pitches", torch.arange(float(v.PITCHES))[None])
        self._prepare_leaning()
        for block in self.net.blocks:
            rate = -model.SHARPNESS * nn.functional.softplus(-block.decay.detach())
            block.register_buffer("rate", rate)

    def _prepare_leaning(self) -> None:
        """Constants of `lean`. What is asked is chosen of the context, a one, and `near` of each part."""
        near, near_added = lean.near_of_context()
        behind = np.arange(v.PARTS)[:, None] + v.CONTEXT_SIZE + 1
        sources = v.PARTS * v.SOURCES
        constants = {
            "one": torch.ones(1, 1),
            "near": torch.from_numpy(near),
            "near_added": torch.from_numpy(near_added),
            "time_asks": torch.from_numpy(lean.TIME_ASKS),
            "pitch_asks": torch.from_numpy(np.concatenate([lean.PITCH_ASKS, behind], 1)),
            "sum_terms": torch.eye(sources).repeat(len(lean.TIME_ASKS) // sources, 1),
            "time_classes": torch.arange(v.TIME_CLASSES)[None],
            "aligned_pitches": torch.arange(v.PITCHES)[None] + v.PITCHES + 1,
        }
        for name, value in constants.items():
            self.register_buffer(name, value)

    def _block(self, block: nn.Module, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """x: [1, d]; state: [1, 4, h]. The step form of `model.Block.forward`."""
        width = state.shape[-1]
        both = block.enter(block.norm(x))
        signal, branch = both[:, :width], both[:, width:]
        window = torch.cat([state[:, 1:], signal[:, None]], 1)
        shifted = (window * block.taps).sum(1)
        gates = torch.sigmoid(block.gates(shifted))
        a = torch.exp(gates[:, :width] * block.rate)
        recurrence = a * state[:, 0] + torch.sqrt(1.0 - a * a + 1e-6) * gates[:, width:] * shifted
        x = block.finish(x, recurrence, branch)
        return x, torch.cat([recurrence[:, None], window[:, 1:]], 1)

    @staticmethod
    def _draw(logits: Tensor, field: int, bias: Tensor, noise: Tensor, sharpness: Tensor, min_p: Tensor) -> Tensor:
        """Class drawn from the logits of one head, int64 [1, 1]."""
        tempered = logits * sharpness[:, field : field + 1] + bias
        floor = tempered.amax(1, keepdim=True) + min_p[:, field : field + 1]
        heard = noise[:, int(_SPANS[field]) : int(_SPANS[field + 1])]
        kept = torch.where(tempered >= floor, tempered + heard, torch.full_like(tempered, IMPOSSIBLE))
        return kept.argmax(1, keepdim=True)

    def _order(self, event: Tensor, time: Tensor, part: Tensor | None = None) -> Tensor:
        """Bias against what would sort before `event` at the same tick: lower parts, or lower pitches of its part."""
        told = event.float()
        together = _less(time.float(), torch.full((1, 1), 0.5)) * _less(told[:, 1:2], torch.full((1, 1), v.PARTS - 0.5))
        if part is None:
            return OUT_OF_ORDER * together * _less(self.parts, told[:, 1:2])
        same = _less((part.float() - told[:, 1:2]).abs(), torch.full((1, 1), 0.5))
        return OUT_OF_ORDER * together * same * _less(self.pitches, told[:, 2:3] + 0.5)

    def _near(self, context: Tensor) -> Tensor:
        """`lean.near` of every part, [1, 5]."""
        return (context @ self.near + self.near_added).clamp(0.0, v.NO_PITCH)

    def _lean_to_time(self, h: Tensor, asked: Tensor, motif: Tensor) -> Tensor:
        """`lean.to_time` for one event as products."""
        gains = self.net.lean_time(h, asked[:, self.time_asks]) @ self.sum_terms
        bias = gains @ (motif[0, :, :, 0].reshape(-1, 1) == self.time_classes).float()
        return bias.clamp(-lean.STRONGEST, lean.STRONGEST)

    def _lean_to_pitch(self, h: Tensor, asked: Tensor, near: Tensor, own_pitches: Tensor) -> Tensor:
        """`lean.to_pitch` for one event as one product. own_pitches: aligned ones lie beyond the others, [1, 5]."""
        d = lean.distances(self.pitches, near)
        foretold = (own_pitches.reshape(-1, 1) == self.aligned_pitches).float()
        bias = self.net.lean_pitch(h, asked) @ torch.cat([d, d * d, d.abs(), foretold, foretold, foretold], 0)
        return bias.clamp(-lean.STRONGEST, lean.STRONGEST)

    def forward(
        self, event, position, family, context, remain, last, lookback, motif, state, noise,
        bias_time, bias_part, bias_pitch, bias_dur, bias_vel, sharpness, min_p,
    ):  # fmt: skip
        net = self.net
        suffix = motif[:, :, model.SUFFIX].reshape(1, -1)
        index = torch.cat([event, position, family, last, lookback.reshape(1, -1), suffix], 1)
        x = net.embed(index, context, remain)
        states = []
        for k, block in enumerate(net.blocks):
            x, after = self._block(block, x, state[:, k])
            states.append(after)
        h = net.norm(x)
        draws = {"noise": noise, "sharpness": sharpness, "min_p": min_p}
        asked = torch.cat([context, self.one, self._near(context)], 1)
        time_logits = net.time(h) + self._lean_to_time(h, asked, motif)
        time = self._draw(time_logits, 0, bias_time, **draws)
        phase = position[:, :1]
        told = [time, _after(phase, time, position[:, 1:2]), _after(phase, time, position[:, 2:3])]
        aligned = motif[..., 0] == time[:, :, None]
        h = h + net.tell_part(torch.cat(told, 1)) + net.align(aligned.reshape(1, -1).float())
        part_logits = net.part(h)
        part = self._draw(part_logits, 1, bias_part + self._order(event, time), **draws)
        at = part[0]
        same = lookback[:, :, 1] == part
        pitches = torch.where(same, lookback[:, :, 2], torch.full_like(same, v.NO_PITCH, dtype=torch.int64))
        lengths = torch.where(same, lookback[:, :, 3], torch.full_like(same, v.NO_DURATION, dtype=torch.int64))
        own = motif[0][at]
        own_pitches = own[..., 1] + (v.PITCHES + 1) * aligned[0][at].long()
        asked = asked[0][self.pitch_asks[at]]
        near = asked[:, -1:]
        told = [part, family[:, at], last[:, at], pitches, own_pitches, own[:, model.SUFFIX, 3:], near.long()]
        h = h + net.tell_pitch(torch.cat(told, 1)) + net.sounding_then((remain > time.float()).float())
        pitch_logits = net.pitch(h) + net.lens(h, context) + self._lean_to_pitch(h, asked[:, :-1], near, own_pitches)
        pitch_bias = bias_pitch[0][at] + self._order(event, time, part)
        pitch = self._draw(pitch_logits, 2, pitch_bias, **draws)
        own_lengths = own[..., 2] + (len(v.DURATIONS) + 1) * (own[..., 1] == pitch).long()
        h = h + net.tell_duration(torch.cat([pitch, lengths, own_lengths], 1))
        duration_logits = net.duration(h)
        duration = self._draw(duration_logits, 3, bias_dur, **draws)
        velocity_logits = net.velocity(h + net.tell_velocity(duration))
        velocity = self._draw(velocity_logits, 4, bias_vel, **draws)
        logits = (time_logits, part_logits, pitch_logits, duration_logits, velocity_logits)
        logp = torch.cat([torch.log_softmax(x, 1) for x in logits], 1)
        drawn = torch.cat([time, part, pitch, duration, velocity], 1)
        return drawn, logp, torch.stack(states, 1)


def example_inputs(s: settings.ModelSettings) -> dict[str, Tensor]:
    """Neutral inputs of the right shapes and types: START, everything open, greedy."""
    shapes = input_shapes(s)
    inputs = {n: torch.zeros(x, dtype=torch.int64 if n in INTEGER_INPUTS else torch.float32) for n, x in shapes.items()}
    inputs["event"][0] = torch.tensor(v.START)
    inputs["position"][0] = torch.tensor([0, 96, 24])
    inputs["family"][:] = v.AUTO
    inputs["last"][:] = v.NO_PITCH
    inputs["lookback"][:] = torch.tensor(v.NO_MEMORY)
    inputs["motif"][:] = torch.tensor(v.NO_MOTIF)
    inputs["sharpness"][:] = 1.0
    inputs["min_p"][:] = -1e9
    return inputs


def round_to_half(network: nn.Module) -> None:
    """Round every matrix to half precision in place: what the pack stores."""
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.ndim >= 2:
                parameter.copy_(parameter.half().float())


def _halve(graph_model: onnx.ModelProto) -> None:
    """Store matrices as float16, each followed by a Cast that the runtimes fold at load."""
    graph = graph_model.graph
    casts = []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.ndim < 2:
            continue
        name = tensor.name
        half = values.astype(np.float16)
        if not np.array_equal(half.astype(np.float32), values):
            continue
        tensor.CopyFrom(numpy_helper.from_array(half, name + "_half"))
        casts.append(onnx.helper.make_node("Cast", [name + "_half"], [name], to=onnx.TensorProto.FLOAT))
    for cast in reversed(casts):
        graph.node.insert(0, cast)


def write_graph(network: model.NoteModel, path: Path) -> None:
    """Export the step graph; the network's matrices must be rounded already (`round_to_half`)."""
    step = StepGraph(network)
    inputs = example_inputs(network.settings)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            step, tuple(inputs.values()), str(path), input_names=list(inputs), output_names=list(OUTPUTS),
            opset_version=OPSET, dynamo=False, do_constant_folding=True,
        )  # fmt: skip
    graph_model = onnx.load(str(path))
    _halve(graph_model)
    graph_model.producer_name, graph_model.producer_version = "antiphon", ""
    onnx.checker.check_model(graph_model)
    onnx.save(graph_model, str(path))


def _exaggerate(network: model.NoteModel) -> None:
    """Make random weights loud, those that start silent too, so that a slip in any input shows in the outputs."""
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.ndim < 2:
                continue
            if not parameter.any():
                parameter.normal_(0.0, 0.25)
            parameter.mul_(2.0 if math.prod(parameter.shape) < 4096 else 8.0)


def _load(checkpoint: Path) -> tuple[model.NoteModel, dict]:
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    if state["vocabulary"] != v.sha256():
        raise ValueError(f"cannot export: another vocabulary made {checkpoint}")
    network = model.NoteModel(settings.ModelSettings(**state["settings"]["model"]))
    network.load_state_dict(state["model"])
    return network, {"notes_seen": state["notes"], "steps": state["step"]}


def export(network: model.NoteModel, out: Path, name: str, title: str, figures: dict) -> float:
    """Write graph and manifest into `out`, each file whole or not at all; gives the largest error against PyTorch."""
    from training import parity

    round_to_half(network)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        graph = Path(folder) / "note.onnx"
        write_graph(network, graph)
        error = parity.check(network, graph)
        shapes = (input_shapes(network.settings), output_shapes(network.settings))
        manifest = pack.manifest(graph, network.settings, shapes, model.parameters_of(network), name, title, figures)
        manifest = pack.keeping_beside(manifest, out / "manifest.json")
        pack.write_manifest(Path(folder) / "manifest.json", manifest)
        for file in ("note.onnx", "manifest.json"):
            os.replace(Path(folder) / file, out / file)
    return error


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, help="what training.train wrote; without it: random weights")
    parser.add_argument("--toy", action="store_true", help="the tests' tiny pack, with its reference file")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--valid-bits", type=Path, help="JSON that training.evaluate wrote, for the manifest's figures")
    arguments = parser.parse_args()
    torch.manual_seed(14)  # of whose toy packs this one plays within a few bars
    torch.set_num_threads(1)
    figures: dict = {}
    if arguments.toy:
        network, name, title = model.NoteModel(settings.TOY), "toy", "Toy"
        out = arguments.out or Path("tests/data/toy-pack")
        _exaggerate(network)
    else:
        network, name, title = model.NoteModel(settings.read().model), "default", "Antiphon Default"
        out = arguments.out or Path("models/default")
        if arguments.checkpoint:
            network, figures = _load(arguments.checkpoint)
    if arguments.valid_bits:
        figures |= pack.read_figures(arguments.valid_bits)
    error = export(network, out, name, title, figures)
    if arguments.toy:
        from training import parity

        parity.write_reference(out)
    size = sum(f.stat().st_size for f in out.iterdir())
    print(f"{out}: {size / 1e6:.2f} MB, largest difference from PyTorch {error:.1e}")


if __name__ == "__main__":
    main()
