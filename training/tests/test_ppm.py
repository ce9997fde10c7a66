"""The comparator: probabilities, and what memory is worth on a piece that repeats."""

import numpy as np

from training import corpus, data, ppm
from training.tests.invented import random_stream, record


def _stream(index):
    piece = corpus.parse(record(index, bars=16))
    return data.stream_of(piece, data.evaluation_slots(piece), 0, 512)


def test_probabilities_of_a_field_sum_to_one():
    model = ppm.Model(bits=16)
    for index in range(3):
        model.learn(_stream(index))
    stream = random_stream(1, 40)
    for at in (7, 23):
        total = np.zeros(2)
        for pitch in range(128):
            changed = stream.pitch.copy()
            changed[at] = pitch
            total += np.exp(model.judge(data.Stream(**{**stream.__dict__, "pitch": changed}))[:, at, 2])
        assert np.allclose(total, 1.0, atol=1e-6)


def test_learning_and_memory_help():
    new, taught = ppm.Model(bits=16), ppm.Model(bits=16)
    for index in range(6):
        taught.learn(_stream(index))
    piece = _stream(9)
    before, (static, memory) = new.judge(piece), taught.judge(piece)
    assert static.sum() > before[0].sum()
    assert memory.sum() > static.sum()
