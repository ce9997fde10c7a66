"""Pieces as MIDI files: what stands in them, byte by byte."""

import struct

from training import corpus, tunes
from training.tests.invented import record


def _events(track):
    """(tick, status, data) of every event of a track's bytes."""
    at, now, found = 0, 0, []
    while at < len(track):
        delta = 0
        while True:
            byte, at = track[at], at + 1
            delta = delta << 7 | byte & 127
            if byte < 128:
                break
        now += delta
        status = track[at]
        size = 2 + track[at + 2] if status == 0xFF else 1 if status >> 4 == 0xC else 2
        found.append((now, status, track[at + 1 : at + 1 + size]))
        at += 1 + size
    return found


def _tracks(data):
    assert data[:14] == b"MThd" + struct.pack(">IHHH", 6, 1, data[11], tunes.TICKS)
    found, at = [], 14
    while at < len(data):
        size = struct.unpack(">I", data[at + 4 : at + 8])[0]
        found.append(data[at + 8 : at + 8 + size])
        at += 8 + size
    return [_events(track) for track in found]


def test_the_top_part_comes_first_and_drums_are_on_their_channel():
    piece = corpus.parse(record(3, bars=16))
    parts = tunes.chosen_parts(piece, 5)
    assert parts[0] == 0 and len(parts) == 4
    conductor, *tracks = _tracks(tunes.midi(piece, parts, 1000))
    assert [status for _, status, _ in conductor] == [0xFF, 0xFF, 0xFF]
    ons = [[(at, data[0]) for at, status, data in track if status >> 4 == 9] for track in tracks]
    for part, own in zip(parts, ons, strict=True):
        kept = piece.part == part
        starts = (piece.onset[kept] - piece.bar_start[0]).tolist()
        assert own == list(zip(starts, piece.pitch[kept].tolist(), strict=True))
    assert {status & 15 for _, status, _ in tracks[-1] if status >> 4 in (8, 9)} == {9}


def test_a_cut_ends_all_parts_together():
    piece = corpus.parse(record(3, bars=16))
    _, *tracks = _tracks(tunes.midi(piece, tunes.chosen_parts(piece, 5), 20))
    ons = [[at for at, status, _ in track if status >> 4 == 9] for track in tracks]
    assert len(ons[0]) == 20
    assert max(max(own) for own in ons) <= ons[0][-1]
