"""Slots, wishes, crops and batches."""

import numpy as np

from training import corpus, data, motif, settings
from training import vocabulary as v
from training.tests.invented import random_stream, record, turning_stream, write_folder

SETTINGS = settings.read().data


def _corpus(folder) -> corpus.Corpus:
    return corpus.Corpus.collect(p for path in corpus.files_of(write_folder(folder)) for p in corpus.read(path))


def test_evaluation_keeps_the_four_busiest_parts_in_score_order():
    raw = record(0)
    raw["parts"].insert(0, {"name": "few", "program": 70, "notes": [[0, 10, 60, 80]]})
    raw["parts"].append({"name": "none", "program": 71, "notes": []})
    assert data.evaluation_slots(corpus.parse(raw)).tolist() == [-1, 1, 2, 3, 4, -1]


def test_training_slots_keep_the_bass_and_never_overflow():
    raw = record(0)
    raw["parts"] = [{"name": "", "program": 8 * k, "notes": [[0, 10, 100 - 7 * k, 80]] * (9 - k)} for k in range(8)]
    piece, rng = corpus.parse(raw), np.random.default_rng(1)
    players = 0
    for _ in range(200):
        slots = data._training_slots(piece, rng, SETTINGS)
        used = slots[slots >= 0]
        assert len(set(used)) == len(used) and used.max() <= 4
        assert slots[7] >= 0, "the bass stays"
        assert len(used) == (5 if 0 in used else 4)
        players += 0 in used
    assert 70 < players < 130


def test_drums_are_neither_transposed_nor_the_player():
    piece, rng = corpus.parse(record(0)), np.random.default_rng(2)
    for _ in range(50):
        assert data._training_slots(piece, rng, SETTINGS)[3] != 0
    stream = random_stream(1, 60)
    moved = data._transposed(stream, 5) - stream.pitch
    assert set(moved[stream.slot != 3]) == {5}
    assert set(moved[stream.slot == 3]) == {0}
    high = data.Stream(**{**stream.__dict__, "pitch": np.where(stream.slot == 3, stream.pitch, stream.pitch + 44)})
    assert data._transposed(high, 12).max() == 127


def test_keys():
    piece = corpus.parse(record(0))
    for tonic in (0, 5, 11):
        for scale, key in (((0, 2, 4, 5, 7, 9, 11, 0, 4, 7), tonic), ((0, 2, 3, 5, 7, 8, 11, 0, 3, 7), 12 + tonic)):
            pitch = np.array(scale) + tonic + 60
            count = len(pitch)
            stream = data.Stream(
                0, np.arange(count), np.ones(count, int), pitch, np.full(count, 7), np.zeros(count, int), True,
                np.array([18, 0, 18, 18, 18]), piece.bar_start, piece.bar_length, piece.beat,
            )  # fmt: skip
            assert data.key_of(stream) == key


def test_evaluation_rows_tell_style_and_family_only():
    stream = random_stream(5, 50)
    row = data.row_of(stream, None, SETTINGS)
    assert row.context.sum() == 50
    assert (row.context[:, v.STYLE_AT + stream.style] == 1).all()
    assert (row.family == stream.families).all()
    assert row.event[1:].tolist() == row.target[:-1].tolist()


def test_batches_are_full_packed_and_repeatable(tmp_path):
    pieces = _corpus(tmp_path)
    small = settings.DataSettings(**{**SETTINGS.__dict__, "crop": 300, "batch": 3, "style_factor": {}})
    first, second = (data.Sampler(pieces, small, 7).batch() for _ in range(2))
    for a, b in zip(first, second, strict=True):
        assert np.array_equal(a, b)
        assert a.shape[:2] == (300, 3)
    assert (first.age == 0).sum() > 3, "short pieces share a row"
    assert (first.event[first.age == 0] == v.START).all()
    assert first.target[..., 0][first.age == 0].max() == 0


def test_dropped_wishes_have_no_value(tmp_path):
    pieces = _corpus(tmp_path)
    batch = data.Sampler(pieces, SETTINGS, 3).batch()
    for value, flag in (
        (v.DENSITY_AT, v.DENSITY_FLAG_AT), (v.REGISTER_AT, v.REGISTER_FLAG_AT), (v.REPETITION_AT, v.REPETITION_FLAG_AT)
    ):  # fmt: skip
        told = batch.context[..., flag : flag + v.PARTS]
        assert set(np.unique(told)) == {0.0, 1.0}
        assert not batch.context[..., value : value + v.PARTS][told == 0].any()


def test_repetition_is_the_odds_of_what_memory_foretold():
    """Slot 1 repeats three of the nine notes that had anything to repeat, slot 2 has too few, slot 4 none."""
    slot = np.array([1] * 10 + [2] * 7)
    memory = np.tile(np.array(v.NO_MOTIF, np.int16), (17, v.PARTS, v.SOURCES, 1))
    time, pitch = np.arange(17) % 5, 60 + np.arange(17)
    memory[np.arange(1, 17), slot[1:], 2] = [9, 60, 0, 1]
    for at in (2, 3, 4):
        memory[at, 1, 3, :2] = time[at], pitch[at]
    memory[5, 1, 0, :2], memory[6, 1, 0, :2] = (time[5], 1), (383, pitch[6])  # one of both is not enough
    memory[7, 0, 0, :2] = time[7], pitch[7]  # nor is another part's memory
    value, known = motif.repetition(memory, time, slot, pitch)
    assert known.tolist() == [False, True, False, False, False]
    assert np.isclose(value[1], np.log(4 / 7))


def test_a_crop_is_told_how_much_its_parts_repeat_themselves():
    stream = turning_stream(1, 400)
    always = settings.DataSettings(**{**SETTINGS.__dict__, "drop_repetition": 0.0})
    row = data.row_of(stream, np.random.default_rng(1), always)
    told = row.context[:, v.REPETITION_AT :]
    assert (told == told[0]).all()
    assert told[0, v.PARTS :].tolist() == [1, 1, 1, 1, 0]
    piece = corpus.parse(record(0, bars=40))  # its bass plays one note again and again
    bass = data.stream_of(piece, np.array([-1, -1, 1, -1]), 0, 512)
    own = data.row_of(bass, np.random.default_rng(1), always).context[0, v.REPETITION_AT :]
    assert own[v.PARTS :].tolist() == [0, 1, 0, 0, 0] and own[1] > told[0, :4].max()
    never = settings.DataSettings(**{**SETTINGS.__dict__, "drop_repetition": 1.0})
    assert not data.row_of(stream, np.random.default_rng(1), never).context[:, v.REPETITION_AT :].any()
