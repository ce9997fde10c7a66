"""The chord of each beat: by hand, against the plain reference, and as the network is told it."""

import numpy as np
import pytest

from training import data, harmony, settings
from training import vocabulary as v
from training.tests import slow
from training.tests.invented import random_stream

_NAMES = [name for name, _ in v.QUALITIES]


def _named(chord: int) -> str:
    return "open" if chord == harmony.NO_CHORD else f"{chord % 12} {_NAMES[chord // 12]}"


def _chords(notes, bars=((0, 24), (96, 24))) -> harmony.Chords:
    """Chords of (onset, pitch, ticks); pitch None is a drum."""
    onset, pitch, ticks = zip(*notes, strict=True)
    pitched = np.array([p is not None for p in pitch])
    start, beat = zip(*bars, strict=True)
    return harmony.chords(onset, [p or 36 for p in pitch], ticks, pitched, start, beat)


BEATS = [
    ("major", [60, 64, 67], "0 maj"),
    ("minor, its root doubled", [48, 60, 63, 67], "0 min"),
    ("seventh", [55, 59, 62, 65], "7 7"),
    ("major seventh", [53, 57, 60, 64], "5 maj7"),
    ("minor seventh over its root", [57, 60, 64, 67], "9 min7"),
    ("the bass decides between equals", [48, 60, 64, 68], "0 aug"),
    ("and here too", [52, 60, 64, 68], "4 aug"),
    ("suspended", [55, 60, 62], "7 sus4"),
    ("diminished", [59, 62, 65], "11 dim"),
    ("one note", [62], "2 maj"),
    ("a cluster fits nothing", [60, 61, 62, 63, 64, 65, 66, 67], "open"),
]


@pytest.mark.parametrize(("case", "pitches", "expected"), BEATS, ids=[case for case, *_ in BEATS])
def test_chord_of_one_beat(case, pitches, expected):
    found = _chords([(0, pitch, 24) for pitch in pitches])
    assert [_named(c) for c in found.of_beat] == [expected, "open"]


def test_names():
    names = {
        "C": 0,
        "F#m": 18,
        "Bb7": 70,
        "Cb": 11,
        "Gsus4": 55,
        "Am7": 93,
        "Emaj7": 76,
        "Bdim": 35,
        "-": harmony.NO_CHORD,
    }
    assert {name: harmony.named(name) for name in names} == names
    assert harmony.members(harmony.named("Bb7")) == {10, 2, 5, 8}
    for wrong in ("", "H", "Cx", "#", "C7sus", "Am "):
        with pytest.raises(ValueError, match="no such chord"):
            harmony.named(wrong)


def test_a_beat_hears_what_sounds_in_it_only():
    notes = [
        (0, 60, 30),
        (0, 64, 24),
        (0, 67, 24),
        (0, None, 96),
        (24, 65, 24),
        (24, 69, 24),
        (24, 72, 24),
        (90, 62, 12),
    ]
    found = _chords(notes)
    assert [_named(c) for c in found.of_beat] == ["0 maj", "5 maj", "open", "2 maj", "2 maj"]
    assert found.beat.tolist() == [0, 0, 0, 0, 0, 1, 1, 1, 3]


def test_beats_begin_anew_at_each_bar():
    bars = ((-72, 24), (24, 36), (124, 24))
    found = _chords([(0, 60, 200), (130, 67, 200)], bars)
    assert found.beat.tolist() == [3, 3, 7], "beats at -72, -48, -24, 0, 24, 60, 96 and 124"
    assert len(found.of_beat) == 9


def test_chords_equal_the_reference():
    for seed in range(3):
        stream = random_stream(seed, 120)
        ticks = v.DURATION_TICKS[stream.duration]
        pitched = ~stream.drums[stream.slot]
        found = harmony.chords(stream.onset, stream.pitch, ticks, pitched, stream.bar_start, stream.beat)
        notes = list(zip(stream.onset.tolist(), stream.pitch.tolist(), ticks.tolist(), pitched.tolist(), strict=True))
        beats = slow.beats(stream.bar_start.tolist(), stream.beat.tolist(), notes[0][0], notes[-1][0])
        assert [slow.chord(notes, *beat) for beat in beats] == found.of_beat.tolist()
        held = [next(k for k, (low, high) in enumerate(beats) if low <= note[0] < high) for note in notes]
        assert found.beat.tolist() == [held[0], *held]


def test_a_row_is_told_its_beat_and_the_next():
    columns = harmony.one_hot(np.array([harmony.NO_CHORD, 7 * 12 + 2, 5]), np.array([0, 1]))
    assert columns.shape == (2, 2 * v.CHORD_SIZE)
    assert [np.flatnonzero(row).tolist() for row in columns] == [[20 + 2, 20 + 12 + 7], [2, 12 + 7, 20 + 5, 20 + 12]]


def test_a_crop_is_told_chords_by_chance():
    stream, rng = random_stream(2, 100), np.random.default_rng(1)
    always = settings.DataSettings(**{**settings.read().data.__dict__, "tell_chords": 1.0, "open_beat": 0.0})
    wishes = data.row_of(stream, rng, always).context[:, v.CHORD_AT : v.REPETITION_AT]
    found = harmony.chords(
        stream.onset, stream.pitch, v.DURATION_TICKS[stream.duration], ~stream.drums[stream.slot], stream.bar_start,
        stream.beat,
    )  # fmt: skip
    assert np.array_equal(wishes, harmony.one_hot(found.of_beat, found.beat[:100]))
    half = settings.DataSettings(**{**always.__dict__, "open_beat": 0.5})
    assert 0 < data.row_of(stream, rng, half).context[:, v.CHORD_AT : v.REPETITION_AT].sum() < wishes.sum()
    never = settings.DataSettings(**{**always.__dict__, "tell_chords": 0.0})
    assert not data.row_of(stream, rng, never).context[:, v.CHORD_AT : v.REPETITION_AT].any()
    assert not data.row_of(stream, None, always).context[:, v.CHORD_AT : v.REPETITION_AT].any()
