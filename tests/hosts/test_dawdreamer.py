"""DawDreamer, a JUCE host by others, renders the built VST3 with sound."""

import os

import dawdreamer
import numpy as np
import pytest

RATE = 48_000
BLOCK = 512
SECONDS = 6.0


@pytest.fixture
def engine():
    return dawdreamer.RenderEngine(RATE, BLOCK)


def render(engine, buses):
    band = engine.make_plugin_processor("band", os.environ["ANTIPHON_VST3"])
    if buses == "all":
        band.enable_all_buses()
    elif buses == "main":
        band.disable_nonmain_buses()
    for onset, key in [(0.0, 69), (0.5, 72), (1.0, 76), (1.5, 74)]:
        band.add_midi_note(key, 90, onset, 0.45)
    engine.load_graph([(band, [])])
    engine.set_bpm(120.0)
    engine.render(SECONDS)
    return np.asarray(engine.get_audio())


@pytest.mark.parametrize("buses", ["default", "main", "all"])
def test_sound(engine, buses):
    sound = render(engine, buses)
    assert sound.shape[1] == int(SECONDS * RATE)
    assert np.isfinite(sound).all()
    peaks = np.abs(sound).max(axis=1)
    assert 0.01 < peaks[:2].max() <= 1.0
    # The band goes on after the player has stopped.
    assert np.abs(sound[:2, 4 * RATE :]).max() > 0.003
    if buses == "all":
        assert sound.shape[0] == 10
        assert (peaks[2:].reshape(4, 2).max(axis=1) > 0.003).sum() >= 2


def test_two_renders_are_the_same():
    first, second = (render(dawdreamer.RenderEngine(RATE, BLOCK), "default") for _ in range(2))
    assert np.array_equal(first, second)
