"""Which samples a soundfont plays where, read from one that is made by hand."""

import struct

import numpy as np
import pytest

from training.timbre import zones

KEYS, VELOCITIES, INSTRUMENT, SAMPLE, PAN = 43, 44, 41, 53, 17


def span(low, high):
    """A range of keys or velocities, as it is stored."""
    return low | high << 8


def chunk(name, data):
    """One chunk with its padding."""
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def bags(zone_lists):
    """Bags and generators of some presets or instruments: where each begins, and both lists, closed."""
    begins, ends, generators = [], [], []
    for zone_list in zone_lists:
        begins.append(len(ends))
        for zone in zone_list:
            ends.append(len(generators))
            generators += zone
    ends.append(len(generators))
    records = b"".join(struct.pack("<2H", end, 0) for end in ends)
    return [*begins, len(ends) - 1], records, b"".join(struct.pack("<HH", *it) for it in [*generators, (0, 0)])


def soundfont(path):
    """One preset of two layers: a split instrument, and another above velocity 100 and key 70."""
    outer, preset_bags, preset_generators = bags([[[(INSTRUMENT, 0)], [(VELOCITIES, span(101, 127)), (INSTRUMENT, 1)]]])
    inner, bag_records, generators = bags(
        [
            [[(KEYS, span(0, 90))], [(KEYS, span(0, 59)), (SAMPLE, 4)], [(KEYS, span(60, 90)), (PAN, 9), (SAMPLE, 5)]],
            [[(KEYS, span(71, 127)), (SAMPLE, 6)]],
        ]
    )
    presets = b"".join(
        struct.pack("<20s3H3I", name, 7, bank, bag, 0, 0, 0)
        for name, bank, bag in ((b"split", 8, outer[0]), (b"EOP", 0, outer[1]))
    )
    names = b"".join(struct.pack("<20sH", b"inst", bag) for bag in inner)
    lists = {
        b"phdr": presets, b"pbag": preset_bags, b"pmod": b"", b"pgen": preset_generators, b"inst": names,
        b"ibag": bag_records, b"imod": b"", b"igen": generators,
    }  # fmt: skip
    pdta = b"pdta" + b"".join(chunk(name, data) for name, data in lists.items())
    samples = b"sdta" + chunk(b"smpl", b"\0" * 9)
    body = b"sfbk" + chunk(b"LIST", samples) + chunk(b"LIST", pdta)
    path.write_bytes(chunk(b"RIFF", body))
    return path


def test_zones_end_where_the_samples_change(tmp_path):
    grid = zones.Zones(soundfont(tmp_path / "made.sf2")).grid((8, 7))
    assert grid.shape == (zones.KEYS, zones.KEYS)
    assert zones.reach(grid, (59, 110)) == (0, 59, 0, 127)
    assert zones.reach(grid, (60, 110)) == (60, 70, 0, 127), "above, the second layer joins in"
    assert zones.reach(grid, (80, 110)) == (71, 90, 101, 127)
    assert zones.reach(grid, (80, 60)) == (60, 90, 0, 100)
    assert zones.reach(grid, (91, 60)) == (91, 127, 0, 100), "silent, but for the second layer"
    assert len(np.unique(grid)) == 5


def test_what_is_no_soundfont_or_lacks_the_preset_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"made\.sf2: it has no preset 3 in bank 0"):
        zones.Zones(soundfont(tmp_path / "made.sf2")).grid((0, 3))
    (tmp_path / "other.sf2").write_bytes(b"RIFF\4\0\0\0WAVE")
    with pytest.raises(ValueError, match="it is no soundfont"):
        zones.Zones(tmp_path / "other.sf2")
    (tmp_path / "short.sf2").write_bytes(chunk(b"RIFF", b"sfbk"))
    with pytest.raises(ValueError, match="no list of presets"):
        zones.Zones(tmp_path / "short.sf2")
