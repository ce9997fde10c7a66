"""The map of timbres: what sounds alike lies together, and labels are legible."""

import json
from pathlib import Path

import numpy as np

from training.timbre import distance, shape
from training.timbre import map as timbre_map

_CITIES = np.array([(0.0, 0.0), (3.0, 0.5), (3.2, 4.0), (1.0, 2.5), (6.0, 1.0), (5.0, 5.0)])


def tone(hertz, attack_secs):
    """A second of two equal channels."""
    secs = np.arange(shape.RATE) / shape.RATE
    wave = np.sin(2 * np.pi * hertz * secs) * np.minimum(secs / attack_secs, 1.0)
    return np.stack([wave, wave])


def test_places_that_are_known_are_found_again():
    distances = timbre_map.between(_CITIES)
    found = timbre_map.embedded(distances)
    assert np.abs(timbre_map.between(found) - distances).max() < 1e-3
    assert timbre_map.stress(distances, found) < 1e-3
    assert timbre_map.neighbors(distances, found, 3) == 1.0
    assert np.array_equal(found, timbre_map.embedded(distances))


def test_a_layout_is_turned_so_that_held_is_right_and_bright_is_above():
    held, bright = (_CITIES[:, 1] > 2).astype(float), -_CITIES[:, 0]
    found = timbre_map.turned(_CITIES, held, bright)
    assert np.allclose(timbre_map.between(found), timbre_map.between(_CITIES))
    assert found[held > 0, 0].mean() > found[held == 0, 0].mean()
    assert ((found[:, 1] - found[:, 1].mean()) * (bright - bright.mean())).sum() < 0, "y grows downwards"


def test_no_label_lies_on_another_and_all_are_on_the_map():
    generator = np.random.default_rng(5)
    for count in (1, 20, 60):
        titles = ["Fretless bass"] * count
        places = timbre_map.spread(generator.normal(0, 1, (count, 2)), titles)
        assert (places > 0).all() and (places < 1).all()
        box = np.array([timbre_map._DOT + timbre_map._LETTER * 13, timbre_map._LINE / timbre_map._ASPECT])
        size = 1.0 if count <= 20 else 0.9
        assert not timbre_map.overlapping(places, size * np.tile(box, (count, 1))).any(), count


def test_places_on_each_other_part():
    places = timbre_map.spread(np.zeros((9, 2)), ["Harp"] * 9)
    assert len(np.unique(places.round(3), axis=0)) == 9


def test_level_does_not_count_and_attacks_and_pitches_do():
    plain = timbre_map.heard(tone(440, 0.005))
    louder = timbre_map.heard(3.0 * tone(440, 0.005))
    slow, higher = timbre_map.heard(tone(440, 0.3)), timbre_map.heard(tone(700, 0.005))
    assert distance.log_spectral(plain, louder) < 1e-3
    assert distance.log_spectral(plain, slow) > 1.0
    assert distance.log_spectral(plain, higher) > 1.0


def test_notes_that_an_instrument_does_not_play_count_less():
    piano, glockenspiel, unknown = timbre_map.closeness(["piano", "glockenspiel", "no such instrument"])
    assert (piano == 1).all() and (unknown == 1).all()
    assert (np.diff(glockenspiel) > 0).all() and glockenspiel[0] < 0.1


def test_the_default_pack_has_the_places_of_all_its_timbres():
    manifest = Path("models/default/manifest.json").read_text(encoding="utf-8")
    entry = json.loads(manifest)["timbre_model"]
    places = np.array([row["place"] for row in entry["timbres"]])
    assert places.shape == (len(entry["timbres"]), 2)
    assert (places >= 0).all() and (places <= 1).all()
    assert len(np.unique(places, axis=0)) == len(places)
