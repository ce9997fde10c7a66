"""pedalboard, a JUCE host by others, renders the built VST3 with sound. It has no transport: what is heard is the player's own notes."""

import os

import numpy as np
import pytest
from pedalboard import load_plugin

RATE = 48_000


@pytest.fixture
def plugin():
    return load_plugin(os.environ["ANTIPHON_VST3"], plugin_name="Antiphon")


def render(plugin, messages, seconds):
    return plugin(messages, seconds, float(RATE), num_channels=2, buffer_size=512, reset=False)


def test_a_key_sounds_at_its_sample(plugin):
    render(plugin, [], 1.0)
    messages = [(bytes([0x90, 69, 100]), 0.25), (bytes([0x80, 69, 0]), 0.75)]
    sound = render(plugin, messages, 1.5)
    assert np.isfinite(sound).all()
    assert 0.01 < np.abs(sound).max() <= 1.0
    onset = int(np.argmax(np.abs(sound[0]) > 1e-5))
    assert 0 <= onset - RATE // 4 < 2_000


def test_a_state_is_kept(plugin):
    render(plugin, [], 0.1)
    plugin.parameters["temperature"].raw_value = 0.9
    render(plugin, [], 0.1)
    state = plugin.raw_state
    plugin.parameters["temperature"].raw_value = 0.2
    render(plugin, [], 0.1)
    plugin.raw_state = state
    render(plugin, [], 0.1)
    assert plugin.parameters["temperature"].raw_value == pytest.approx(0.9, abs=0.01)
