"""Hits that are made up are taken apart as they were made, without a soundfont, and come back from a kit's file."""

import json

import numpy as np
import pytest

from training import pack
from training.timbre import distance, drums, hits, kit, shape

SECS = np.arange(round(drums.SECS * shape.RATE)) / shape.RATE


def hit(modes=(), noise=0.0, noise_fall=0.15, glide=0.0):
    """Sines (hertz, level, seconds to fall by 60 dB) whose pitch falls by `glide` octaves, and noise."""
    octaves = glide * np.exp(-SECS / 0.03)
    phase = 2 * np.pi * np.cumsum(2**octaves) / shape.RATE
    out = sum(
        (level * 10 ** (-3 * SECS / fall) * np.sin(hertz * phase) for hertz, level, fall in modes), np.zeros(len(SECS))
    )
    return out + noise * 10 ** (-3 * SECS / noise_fall) * np.random.default_rng(5).standard_normal(len(SECS))


def test_modes_are_found_with_their_levels():
    made = hit([(300.0, 0.2, 0.8), (770.0, 0.1, 0.5), (2210.0, 0.05, 0.4)])
    found = hits.measure(made, glides=False)
    for hertz, level in ((300.0, 0.2), (770.0, 0.1), (2210.0, 0.05)):
        nearest = int(np.argmin(np.abs(found.hertz - hertz)))
        assert found.hertz[nearest] == pytest.approx(hertz, abs=3.0)
        early = found.modes[:, nearest].max() + found.level
        assert early == pytest.approx(20 * np.log10(level), abs=3.0)


def test_noise_stays_noise():
    found = hits.measure(hit(noise=0.1), glides=False)
    tones = (10 ** (found.modes[10] / 10) / 2).sum() if len(found.hertz) else 0.0
    assert tones < 0.7 * (10 ** (found.noise[10] / 10)).sum()
    wanted = 20 * np.log10(0.1 * np.sqrt(np.diff(shape.BAND_EDGES) / (shape.RATE / 2)))
    fallen = -60 * shape.FRAME_SECS[10] / 0.15
    assert np.abs(found.noise[10] + found.level - wanted - fallen)[10:].mean() < 3.5


def test_a_falling_pitch_is_tracked():
    found = hits.measure(hit([(60.0, 0.3, 0.5)], glide=1.0), glides=True)
    at = np.searchsorted(shape.FRAME_SECS, 0.03)
    assert found.cents[at] == pytest.approx(1200 * np.exp(-shape.FRAME_SECS[at] / 0.03), abs=220)
    assert abs(found.cents[-1]) < 30
    steady = hits.measure(hit([(60.0, 0.3, 0.5)]), glides=True).cents
    told = shape.FRAME_SECS > 1 / 60  # before its first period has passed nobody knows a pitch
    assert np.abs(steady[told]).max() < 100, "what does not fall is not said to"
    assert np.abs(steady).max() < 0.2 * np.abs(found.cents).max()
    strongest = int(np.argmax(found.modes.max(0)))
    assert found.hertz[strongest] == pytest.approx(60.0, rel=0.06)


def test_what_was_measured_sounds_like_the_original():
    made = hit([(180.0, 0.2, 0.4), (331.0, 0.1, 0.3)], noise=0.02)
    kept = drums.keep(kit.Hit(38, "Snare"), hits.measure(made, False), hits.measure(0.5 * made, False))
    ours = drums.played(kept, kit.HARD)
    apart = distance.log_spectral(distance.mel(np.stack([made, made])), distance.mel(ours))
    assert apart < 4.5
    assert np.abs(kept.band_softer).max() <= 4, "a softer playing of the same hit is the same but for its level"


def test_a_kit_comes_back_from_its_file(tmp_path):
    hard, soft = (
        hits.measure(hit([(500.0, 0.2, 0.3)], noise=0.02), False),
        hits.measure(hit([(500.0, 0.02, 0.3)]), False),
    )
    kept = [drums.keep(it, hard, soft) for it in kit.HITS[:3]]
    for one, other in zip(kept, drums.read(drums.write(kept)), strict=True):
        assert one.hit == other.hit and one.level == other.level
        for name in ("glide", "hertz", "mode_softer", "band_softer", "modes", "noise"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name
    (tmp_path / "manifest.json").write_text(json.dumps({"note_model": {"file": "note.onnx"}, "styles": []}))
    size = drums.export(kept, tmp_path)
    entry = json.loads((tmp_path / "manifest.json").read_text())["drum_kit"]
    assert entry["sha256"] == pack.sha256_of(tmp_path / drums.FILE) and entry["hits"] == 3
    assert (tmp_path / drums.FILE).stat().st_size == size
    assert pack.keeping_beside({"note_model": {}}, tmp_path / "manifest.json")["drum_kit"] == entry
    with pytest.raises(ValueError, match="not a drum kit"):
        drums.read(b"RIFF....")


def test_the_kit_has_general_midis_hits():
    assert [it.key for it in kit.HITS] == list(range(35, 82))
    chokes = {it.key: it.choke for it in kit.HITS}
    assert chokes[42] == chokes[44] == chokes[46] != 0
