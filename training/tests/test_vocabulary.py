"""The vocabulary's numbers and the golden file that Rust reads too."""

import hashlib
import json
from pathlib import Path

import numpy as np

from training import golden
from training import vocabulary as v

ROOT = Path(__file__).parents[2]


def test_durations_take_the_nearest_class_and_ties_the_shorter():
    cases = {1: 1, 5: 4, 7: 6, 8: 8, 10: 9, 11: 12, 13: 12, 14: 15, 27: 24, 54: 48, 480: 384, 481: 576, 5000: 576}
    for ticks, expected in cases.items():
        assert v.DURATIONS[v.duration_class(np.array(ticks))] == expected, ticks


def test_families():
    assert [v.family_of(p) for p in (-1, 0, 7, 8, 127)] == [v.DRUMS, 0, 0, 1, 15]


def test_hash_is_of_the_canonical_json():
    text = (
        '{"chord_qualities":8,"durations":[1,2,3,4,6,8,9,12,15,16,18,21,24,30,32,36,42,48,60,64,72,84,96,108,120,144,168,192,240,288,384,'
        '576],"families":19,"memories":5,"motif_sources":5,"parts":5,"pitches":128,"styles":26,"ticks_per_quarter":24,'
        '"time_classes":384,"velocities":16}'
    )
    assert v.sha256() == hashlib.sha256(text.encode()).hexdigest()


def test_sizes():
    assert v.CLASSES_TOTAL == 565
    assert v.CONTEXT_SIZE == 120
    assert list(v.STYLES) == sorted(v.STYLES)


def test_golden_file_is_what_the_code_makes(tmp_path):
    golden.write(tmp_path / "tokens.json")
    kept = json.loads((ROOT / "tests/data/tokens.json").read_text(encoding="utf-8"))
    assert json.loads((tmp_path / "tokens.json").read_text(encoding="utf-8")) == kept
    memories = np.array([row["lookback"] for row in kept["rows"]])
    assert (memories[:, :, 4] > 0).any(0).all(), "every memory fires"
    strengths = np.array([row["motif"] for row in kept["rows"]])[..., 3]
    assert (strengths[:, :4] > 0).any(0).all() and not strengths[:, 4].any(), "every source of every part that plays"
    assert set(strengths[..., 4].ravel().tolist()) == {0, *range(2, v.LONGEST_MATCH + 1)}, "suffixes of every length"
    assert len(kept["notes"]) > v.HISTORY, "the stream is longer than what is searched"
