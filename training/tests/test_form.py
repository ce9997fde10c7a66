"""What is owed of a style's form and how it is paid; the golden file holds this and `src/music/form.rs` together."""

import json
from pathlib import Path

import numpy as np

from training import form, golden
from training import vocabulary as v

ROOT = Path(__file__).parents[2]
BAR = np.array([96])
QUARTER = int(v.duration_class(np.array([24]))[0])


def _form(
    again: float = np.nan, scale: float = np.nan, clashes: float = np.nan, narrow: float = np.nan, key: bool = False
) -> form.Form:
    families = np.array([[v.ABSENT, 0, 4, v.DRUMS, v.ABSENT]])
    aims = np.repeat([[again], [scale], [clashes], [narrow], [np.nan]], 5, 1)[None]
    return form.Form(families, aims, np.full((1, 5), 0.5), np.array([key]), 256)


def _play(own: form.Form, pitches, part: int = 1, wait: int = 24) -> form.Form:
    for pitch in pitches:
        own.push(np.array([[wait, part, pitch, QUARTER, 0]]), BAR)
    return own


def _leaning(own: form.Form) -> dict[int, float]:
    row = own.pitches(np.zeros((1, v.PARTS, v.PITCHES), np.float32))[0, 1]
    return {int(p): float(row[p]) for p in np.flatnonzero(row)}


def test_the_golden_file_is_what_the_code_makes(tmp_path):
    golden.write_form(tmp_path / "form.json")
    kept = json.loads((ROOT / "tests/data/form.json").read_text(encoding="utf-8"))
    assert json.loads((tmp_path / "form.json").read_text(encoding="utf-8")) == kept
    rows = [row for case in kept["cases"] for row in case["rows"]]
    assert min(row["told"] for row in rows) < -0.1 and max(row["told"] for row in rows) > 0.1
    assert {slot for row in rows for slot, *_ in row["lean"]} == {1, 2}


def test_a_debt_of_figures_leans_to_what_the_line_played_before():
    line = [60, 62, 64, 67, 65, 64, 72, 74, 76, 79, 77]
    own = _play(_play(_form(again=0.9), [38], 3), [38], 3, 96 * 32)
    _play(own, line)
    assert list(_leaning(own)) == [76] and _leaning(own)[76] > 0.5 and own.told()[0] > 0.5
    own = _play(_form(again=0.0), [60, 62] * 5)
    assert list(_leaning(own)) == [60] and _leaning(own)[60] < 0 and own.told()[0] < 0


def test_a_key_that_is_told_takes_the_place_of_the_styles_scale():
    line = [60, 64, 67, 65, 62, 71, 69, 72] * 3 + [61, 66, 68]
    assert {p % 12 for p in _leaning(_play(_form(scale=1.0), line))} == {1, 3, 6, 8, 10}
    assert not _leaning(_play(_form(scale=1.0, key=True), line))


def test_streams_that_go_on_keep_their_own():
    both = form.Form(
        np.array([[v.ABSENT, 0, 4, v.DRUMS, v.ABSENT]] * 2), np.zeros((2, 5, 5)), np.full((2, 5), 0.5),
        np.array([True, True]), 64,
    )  # fmt: skip
    for low, high in [(60, 50), (62, 52)] * 5:
        both.push(np.array([[24, 1, low, QUARTER, 0], [24, 1, high, QUARTER, 0]]), np.array([96, 96]))
    both.keep(np.array([1]))
    row = both.pitches(np.zeros((1, v.PARTS, v.PITCHES), np.float32))[0, 1]
    assert np.flatnonzero(row).tolist() == [50]


def test_two_styles_are_aimed_between_as_far_as_both_are_known():
    one = {"aims": {"figures_again": [0.2] * 5, "in_scale": [0.9] * 5, "clashes": None}}
    other = {"aims": {"figures_again": None, "in_scale": [0.7] * 5}}
    mixed = form.aims_of(one, other, 0.25)
    assert mixed[0].tolist() == [0.2] * 5 and np.isnan(mixed[2]).all()
    assert np.allclose(mixed[1], 0.85)
    assert np.allclose(form.aims_of(other, one, 0.25)[0], 0.2)
    assert np.isnan(form.aims_of({})).all()


def test_a_wish_for_repetition_moves_what_is_aimed_at():
    usual, more, less = (form.shares_of(5, wish) for wish in (0.0, 1.0, -1.0))
    assert less[0] < usual[0] < more[0]
    assert usual[1:].tolist() == more[1:].tolist() == less[1:].tolist()
    every = np.sort([form.shares_of(seed, 0.0)[0] for seed in range(100)])
    assert np.abs(every - np.linspace(0.0545, 0.9455, 100)).max() < 0.03


def test_narrow_stretches_are_left_where_there_were_too_many_and_never_promised():
    drone = [60, 62, 62, 67] * 5
    own = _play(_form(narrow=0.0), drone)
    assert list(_leaning(own)) == [60, 62, 67] and np.allclose(list(_leaning(own).values()), -1.8, atol=0.1)
    assert not _leaning(_play(own, [65, 69]))
    assert not _leaning(_play(_form(narrow=0.0), [60, 62, 64, 65, 67, 69, 71, 72]))
    lead = [40 + at * 7 % 30 for at in range(40)]
    for narrow, toward in ((0.0, False), (0.9, True)):
        own = _play(_play(_form(again=0.9, narrow=narrow), [38], 3), [38], 3, 96 * 32)
        assert (_leaning(_play(own, lead + drone))[60] > 0) == toward


def test_a_part_that_wanders_is_told_a_register_beyond_the_one_asked_for():
    asked = np.array([[0.0, 0.5, 0.0, 0.0, 0.0]])
    assert _form().registers(asked).tolist() == asked.tolist()
    near = _play(_form(), [67, 66, 65, 67])
    assert near.registers(asked).tolist() == asked.tolist()
    assert 0.2 < _play(_form(), [70] * 60).registers(asked)[0, 1] < 0.4
    assert _play(_form(), [20] * 60).registers(asked)[0, 1] == 1.5
    assert _play(_form(), [36]).registers(asked).tolist() == asked.tolist(), "one note says little"
    assert _play(_form(), [60] * 60).registers(6 * asked)[0, 1] == 3
