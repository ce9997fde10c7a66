"""Runs a pack's graph with ONNX Runtime, one event at a time. Nothing here needs PyTorch."""

from pathlib import Path

import numpy as np
import onnxruntime

from training import data
from training import vocabulary as v

BIASES = ("bias_time", "bias_part", "bias_pitch", "bias_dur", "bias_vel")
INTEGER_INPUTS = ("event", "position", "family", "last", "lookback", "motif")
OFF = -1e9
SPANS = np.cumsum((0, *v.CLASSES))  # where each field begins in the noise and in the log-probabilities


def open_session(graph: Path) -> onnxruntime.InferenceSession:
    """An ONNX Runtime session on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def state_shape(session: onnxruntime.InferenceSession) -> list[int]:
    """Shape of the recurrent state that the graph declares."""
    return next(i.shape for i in session.get_inputs() if i.name == "state")


def open_biases() -> dict[str, np.ndarray]:
    """Biases that leave every class open."""
    return {
        "bias_time": np.zeros((1, v.TIME_CLASSES), np.float32),
        "bias_part": np.zeros((1, v.PARTS), np.float32),
        "bias_pitch": np.zeros((1, v.PARTS, v.PITCHES), np.float32),
        "bias_dur": np.zeros((1, len(v.DURATIONS)), np.float32),
        "bias_vel": np.zeros((1, v.VELOCITIES), np.float32),
    }


def open_inputs(session: onnxruntime.InferenceSession) -> dict[str, np.ndarray]:
    """Inputs of a first step with everything open and greedy draws; event and host features are still missing."""
    return open_biases() | {
        "state": np.zeros(state_shape(session), np.float32),
        "noise": np.zeros((1, v.CLASSES_TOTAL), np.float32),
        "sharpness": np.ones((1, 5), np.float32),
        "min_p": np.full((1, 5), OFF, np.float32),
    }


def row_inputs(row: data.Row, at: int) -> dict[str, np.ndarray]:
    """The graph's inputs that a row gives at one event."""
    found = {name: getattr(row, name)[at][None] for name in (*INTEGER_INPUTS, "context", "remain")}
    return found | {"motif": found["motif"].astype(np.int64)}


def force(inputs: dict[str, np.ndarray], target: np.ndarray) -> None:
    """Leave one class of each head open: the graph then draws `target` (int64 [5])."""
    for name, value in zip(BIASES, target, strict=True):
        inputs[name] = np.full_like(inputs[name], OFF)
        inputs[name][..., value] = 0.0


def gumbel(rng: np.random.Generator) -> np.ndarray:
    """Noise for one step, float32 [1, 565]."""
    return rng.gumbel(size=(1, v.CLASSES_TOTAL)).astype(np.float32)
