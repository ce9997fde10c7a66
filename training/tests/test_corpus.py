"""Reading records: units, bars, and messages that name what is wrong."""

import json
import lzma

import numpy as np
import pytest

from training import corpus
from training.tests.invented import record, write_folder


def test_ticks_are_halved_and_notes_sorted():
    raw = record(0)
    raw["parts"] = [
        {"name": "b", "program": 33, "notes": [[49, 1, 40, 80]]},
        {"name": "a", "program": -1, "notes": [[0, 7, 38, 90], [48, 96, 36, 91]]},
    ]
    piece = corpus.parse(raw)
    assert piece.onset.tolist() == [0, 24, 24]
    assert piece.part.tolist() == [1, 0, 1]
    assert piece.pitch.tolist() == [38, 40, 36]
    assert piece.duration.tolist() == [3, 1, 48]
    assert piece.families.tolist() == [4, 16]


def test_one_note_of_a_part_at_a_time_and_pitch():
    raw = record(0)
    raw["parts"] = [{"name": "a", "program": 0, "notes": [[0, 10, 60, 80], [1, 30, 60, 80]]}]
    piece = corpus.parse(raw)
    assert (piece.onset.tolist(), piece.duration.tolist()) == ([0], [15])


def test_a_pickup_counts_from_the_end_of_a_full_bar():
    raw = record(0) | {"bars": [0, 48, 240, 432], "pickup": 48}
    piece = corpus.parse(raw)
    assert piece.bar_start[:3].tolist() == [-72, 24, 120]
    assert piece.bar_length[:3].tolist() == [96, 96, 96]


def test_beats():
    for meter, beat in (([6, 8], 36), ([3, 8], 12), ([4, 4], 24), ([2, 2], 48), ([12, 8], 36), ([7, 8], 12)):
        assert corpus.parse(record(0) | {"ts": [[0, *meter]]}).beat[0] == beat, meter


def _without(field):
    return {k: x for k, x in record(1).items() if k != field}


def _with_note(note):
    raw = record(1)
    raw["parts"][1]["notes"][2] = note
    return raw


BAD = [
    (_without("parts"), "field `parts` is missing"),
    (_without("tpq"), "field `tpq` is missing"),
    (record(1) | {"tpq": 480}, "field `tpq` is not 48"),
    (record(1) | {"style": "polka"}, "field `style`: 'polka'"),
    (record(1) | {"split": "x"}, "field `split`"),
    (record(1) | {"bars": [0, 0]}, "field `bars`"),
    (record(1) | {"ts": [[0, 4, 5]]}, "field `ts[0]`"),
    (_with_note([0, 1, 128, 80]), "field `parts[1].notes[2]`: pitch 128"),
    (_with_note([0, 0, 60, 80]), "field `parts[1].notes[2]`: duration 0"),
    (_with_note([0, 1, 60]), "field `parts[1].notes`"),
    (_with_note([0, 1, 60, None]), "field `parts[1].notes[2]`: velocity"),
    ([1], "not a JSON object"),
]


@pytest.mark.parametrize(("raw", "message"), BAD)
def test_a_bad_record_names_file_line_and_field(tmp_path, raw, message):
    path = tmp_path / "song.jsonl"
    path.write_text(f"{json.dumps(record(0))}\n{json.dumps(raw)}\n")
    with pytest.raises(corpus.RecordError) as error:
        list(corpus.read(path))
    assert f"{path}, line 2: " in str(error.value)
    assert message in str(error.value)


def test_broken_json_and_broken_compression_are_named(tmp_path):
    path = tmp_path / "song.jsonl"
    path.write_text(json.dumps(record(0)) + "\n{broken\n")
    with pytest.raises(corpus.RecordError, match="line 2: not JSON"):
        list(corpus.read(path))
    packed = tmp_path / "song.jsonl.xz"
    packed.write_bytes(lzma.compress(json.dumps(record(0)).encode())[:-20])
    with pytest.raises(corpus.RecordError, match="cannot be decoded"):
        list(corpus.read(packed))
    with pytest.raises(FileNotFoundError):
        corpus.files_of(tmp_path.joinpath("empty").mkdir() or tmp_path / "empty")


def test_a_corpus_survives_its_file(tmp_path):
    pieces = [p for path in corpus.files_of(write_folder(tmp_path / "data")) for p in corpus.read(path)]
    corpus.Corpus.collect(iter(pieces)).save(tmp_path / "corpus.npz")
    again = corpus.Corpus.open(tmp_path / "corpus.npz")
    assert len(again) == len(pieces)
    for index in (0, 5, 11):
        for field, value in pieces[index].__dict__.items():
            assert np.array_equal(getattr(again[index], field), value), field
