"""Notes that are made up are measured as they were made, without a soundfont."""

import numpy as np
import pytest

from training.timbre import analyse, distance, instruments, shape, sound
from training.timbre.instruments import Kind


def made(hertz, levels, fall_secs=None, noise=0.0, attack_secs=0.002, hold_secs=shape.HOLD_SECS, turn=0.0):
    """Sines with straight falls in decibels, and white noise; let go after `hold_secs`, then 60 dB in 0.5 s.

    Right is `turn` ahead of left.
    """
    frames = round((hold_secs + shape.RELEASE_SECS) * shape.RATE)
    secs = np.arange(frames) / shape.RATE
    out = np.zeros((2, frames))
    for place, (partial, level) in enumerate(zip(hertz, levels, strict=True)):
        wave = level * np.sin(2 * np.pi * partial * secs + place + np.array([[0.0], [turn]]))
        if fall_secs:
            wave *= 10 ** (-3 * secs / fall_secs)
        out += wave
    out += noise * np.random.default_rng(1).standard_normal((2, frames))
    out *= np.minimum(secs / attack_secs, 1.0)
    out *= 10 ** (-3 * np.maximum(secs - hold_secs, 0.0) / 0.5)
    return out.astype(np.float32)


def note_of(hertz, levels, pitch, kind, **how):
    """What is measured of a made note."""
    long, short = made(hertz, levels, **how), made(hertz, levels, hold_secs=shape.SHORT_SECS, **how)
    return analyse.analyse(long, short, pitch, kind)


def absolute(note):
    """Decibels of full scale."""
    return note.frames + note.statics[0]


def test_a_harmonic_tone_is_measured_partial_by_partial():
    levels = 0.2 / np.arange(1, 11)
    note = note_of(220.0 * np.arange(1, 11), levels, 57, Kind.HELD)
    found = absolute(note)[20:, shape.FIRST : shape.FIRST + 10]
    assert np.abs(found - 20 * np.log10(levels)).max() < 0.5
    assert absolute(note)[20:, shape.FIRST + 12 : shape.FIRST + 30].max() < -80
    assert abs(note.statics[1]) < 0.5 and note.statics[2] == 0
    assert note.statics[5] == pytest.approx(0.5, rel=0.2)


def test_a_stiff_string_is_told_from_a_harmonic_one():
    stiffness = 4e-4
    harmonics = np.arange(1, 17)
    hertz = 110.0 * shape.stretched(harmonics, stiffness)
    note = note_of(hertz, 0.1 * 0.8**harmonics, 45, Kind.STRUCK, fall_secs=3.0)
    assert note.statics[2] == pytest.approx(stiffness, rel=0.15)
    fallen = absolute(note)[39, shape.FIRST] - absolute(note)[10, shape.FIRST]
    assert fallen == pytest.approx(-20 * (shape.FRAME_SECS[39] - shape.FRAME_SECS[10]), abs=4.0)


def test_a_bell_keeps_its_own_partials():
    note = note_of(440.0 * np.array([1.0, 2.7, 5.2]), [0.1, 0.08, 0.05], 69, Kind.STRUCK, fall_secs=2.0)
    deviations = note.statics[shape.DEVIATION_AT :]
    multiples = shape.multiples(note.statics[2], deviations)[shape.FIRST :]
    assert np.abs(multiples - 2.7).min() < 0.02 and np.abs(multiples - 5.2).min() < 0.02


def test_an_organ_has_partials_below_its_harmonics():
    hertz = 261.63 * np.array([0.25, 0.5, 1.0, 1.5])
    note = note_of(hertz, [0.05, 0.1, 0.1, 0.07], 60, Kind.ORGAN)
    found = absolute(note)[30, [0, 1, 2, 3, 4]]
    assert np.abs(found[[0, 1, 3, 4]] - 20 * np.log10([0.05, 0.1, 0.07, 0.1])).max() < 1.0
    assert found[2] < -60, "nothing at three quarters"


def test_noise_is_measured_between_the_partials():
    note = note_of(220.0 * np.arange(1, 20), [0.05] * 19, 57, Kind.HELD, noise=0.01)
    bands = absolute(note)[25:, shape.SLOTS :].mean(0)
    wanted = 20 * np.log10(0.01 * np.sqrt(np.diff(shape.BAND_EDGES) / (shape.RATE / 2)))
    assert np.abs(bands - wanted)[6:].max() < 2.5


def test_width_is_the_correlation_of_left_and_right():
    note = note_of(220.0 * np.arange(1, 5), [0.1] * 4, 57, Kind.HELD, turn=np.arccos(0.6))
    widths = note.statics[shape.WIDTH_AT : shape.DEVIATION_AT]
    assert np.abs(widths[:3] - 0.6).max() < 0.03
    spread = sound.table(note.frames, note.statics, 57).spread[:4]
    assert np.abs(np.abs(spread) - 0.8).max() < 0.03 and abs(spread.sum()) < 0.05


def test_what_was_measured_sounds_like_the_original():
    levels = 0.2 / np.arange(1, 21)
    original = made(196.0 * np.arange(1, 21), levels, fall_secs=4.0, noise=1e-4)
    short = made(196.0 * np.arange(1, 21), levels, fall_secs=4.0, noise=1e-4, hold_secs=shape.SHORT_SECS)
    note = analyse.analyse(original, short, 55, Kind.STRUCK)
    again = sound.play(sound.table(note.frames, note.statics, 55), 3.5, 3.0)
    apart = distance.log_spectral(distance.mel(original[:, : again.shape[1]]), distance.mel(again))
    assert apart < 1.5
    assert distance.attack_secs(again) == pytest.approx(distance.attack_secs(original), abs=0.01)


def test_silence_is_no_note():
    nothing = np.zeros((2, round(4.2 * shape.RATE)), np.float32)
    assert analyse.analyse(nothing, nothing, 60, Kind.HELD) is None


def test_a_section_plays_the_low_harmonics_in_three():
    frames = np.full((shape.FRAMES, shape.COLUMNS), shape.FLOOR_DB)
    frames[:, shape.FIRST : shape.FIRST + 20] = -20.0
    statics = np.zeros(shape.STATIC_SIZE)
    statics[5] = 0.3
    one, section = (sound.table(frames, statics, 57, players) for players in (1, 3))
    assert len(section.hertz) == len(one.hertz) + 2 * sound.COPIED
    assert (section.amplitude[20] ** 2).sum() == pytest.approx((one.amplitude[20] ** 2).sum(), rel=1e-6)


def test_held_out_notes_are_not_learned():
    for it in instruments.INSTRUMENTS:
        learned, others = set(instruments.train_notes(it)), instruments.held_out_notes(it)
        assert others and not learned & set(others)
        assert not {pitch for pitch, _ in learned} & {pitch for pitch, _ in others}
    names = [it.name for it in instruments.INSTRUMENTS]
    assert len(set(names)) == len(names)


def test_the_same_sounds_are_at_no_distance():
    note = distance.mel(made([440.0], [0.1]))
    assert distance.log_spectral(note, note) == 0.0
    assert distance.log_spectral(note, note - 3.0) > 0.0


def test_opposed_sides_are_played_opposed():
    note = note_of(220.0 * np.arange(1, 5), [0.1] * 4, 57, Kind.HELD, turn=np.arccos(-0.5))
    assert np.abs(note.statics[shape.WIDTH_AT : shape.WIDTH_AT + 3] + 0.5).max() < 0.03
    again = sound.play(sound.table(note.frames, note.statics, 57), 3.2, 3.0)
    assert distance.correlation(again) == pytest.approx(-0.5, abs=0.06)
    left, right = sound.pans(np.linspace(-2, 2, 41))
    assert np.allclose(left**2 + right**2, 2.0) and np.allclose(left, right[::-1])


def test_the_noise_of_one_microphone_is_in_the_middle():
    frames = np.full((shape.FRAMES, shape.COLUMNS), shape.FLOOR_DB)
    frames[:, shape.SLOTS :] = -20.0
    statics = np.zeros(shape.STATIC_SIZE)
    for correlation in (0.0, 1.0):
        statics[shape.WIDTH_AT : shape.DEVIATION_AT] = correlation
        found = distance.correlation(sound.play(sound.table(frames, statics, 57), 3.0, 3.0))
        assert found == pytest.approx(correlation, abs=0.1)


def test_all_is_learned_at_six_velocities():
    for it in instruments.INSTRUMENTS:
        velocities = {velocity for _, velocity in instruments.train_notes(it)}
        assert velocities == set(instruments.TRAIN_VELOCITIES)
