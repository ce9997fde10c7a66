"""Copies are found whatever their key and tempo, and nothing else is."""

import json
import sys
from pathlib import Path

import numpy as np

from training import copies, data, improvise, originality
from training import vocabulary as v
from training.corpus import Corpus, parse
from training.tests.invented import record

TOY = Path(__file__).parents[2] / "tests/data/toy-pack"


def _line(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.choice([6, 12, 18, 24, 48], count)), 60 + np.cumsum(rng.integers(-7, 8, count)) % 24


def _stream(lines) -> data.Stream:
    """One slot for each line (onset, pitch); the fifth would be drums."""
    notes = sorted((o, s, p) for s, line in enumerate(lines) for o, p in zip(*line, strict=True))
    onset, slot, pitch = np.array(notes).T
    families = np.where(np.arange(v.PARTS) < 4, 0, v.DRUMS)
    one = np.array([0])
    return data.Stream(0, onset, slot, pitch, slot * 0, slot * 0, False, families, one, one + 96, one + 24)


def test_tokens_do_not_know_key_and_tempo():
    onset, pitch = _line(1, 40)
    assert np.array_equal(copies.tokens(onset, pitch), copies.tokens(3 * onset + 7, pitch + 11))
    chord = copies.tokens(np.array([0, 0, 24, 24, 36, 60, 300]), np.array([60, 64, 60, 67, 40, 99, 99]))
    # A chord; a first wait; a chord; half the wait; twice and far more; wider than two octaves either way.
    assert chord.tolist() == [28 * 32, 20 * 32 + 1, 31 * 32, 0 * 32 + 14, 48 * 32 + 18, 24 * 32 + 23]


def test_a_fingerprint_is_that_of_its_run_alone():
    line = copies.joined([copies.tokens(*_line(2, 30)), copies.tokens(*_line(3, 30))])
    found = copies.fingerprints(line, 8)
    for end in range(len(line)):
        run = line[max(end - 6, 0) : end + 1].tolist()
        h = 0
        for token in run:
            h = (h * 0x9E3779B97F4A7C15 + token + 1) % 2**64
        whole = len(run) == 7 and min(run) >= 0
        assert int(found[end]) == (h ^ (h >> 29) if whole else 0), end


def test_the_longest_copy_is_found():
    onset, pitch = _line(4, 200)
    corpus = copies.joined([copies.tokens(onset, pitch), copies.tokens(*_line(5, 300))])
    own, other = _line(6, 60), _line(7, 60)
    copy = slice(50, 71)  # 21 notes, in another key and at half the tempo
    taken = (own[0][-1] + 30 + 2 * (onset[copy] - onset[50]), pitch[copy] - 5)
    mixed = tuple(np.concatenate(pair) for pair in zip(own, taken, strict=True))
    longest, share = originality.runs([_stream([other]), _stream([other, mixed])], corpus)
    # The first wait of a copy is compared with one that is not of it, so one ratio is lost.
    assert longest.tolist() == [0, 20]
    assert share[0] == 0 and np.isclose(share[1], 19 / (59 + 80))


def test_plain_runs_do_not_count():
    steady = (np.arange(60) * 12, np.full(60, 60))
    trill = (np.arange(60) * 12, 60 + np.arange(60) % 2)
    corpus = copies.joined([copies.tokens(*steady), copies.tokens(*trill)])
    longest, share = originality.runs([_stream([steady, trill])], corpus)
    assert longest.tolist() == [0] and share.tolist() == [0]


def test_a_figure_counts_once_however_often_it_comes():
    broken = (np.arange(80) * 12, 60 + np.array([0, 7, 4, 7] * 20))
    corpus = copies.joined([copies.tokens(*broken)])
    scale = np.array([0, 2, 4, 5, 7, 9, 11, 12])
    longer = (np.arange(80) * 12, 60 + np.array([0, 7, 4, 9] * 20))
    longest, share = originality.runs([_stream([broken]), _stream([longer])], corpus)
    # Four notes round and round are eight; the line's first wait, compared with none, makes one more figure.
    assert longest.tolist() == [9, 0] and share.tolist() == [1, 0]
    assert copies.lengths(copies.tokens(np.arange(8) * 12, scale), np.array([6]), 8).tolist() == [8]


def test_a_stream_without_lines_has_no_share():
    drums = _stream([([0, 1], [60, 61])] * 5)
    only = np.flatnonzero(drums.slot == 4)
    drums = data.Stream(**{**drums.__dict__, **{n: getattr(drums, n)[only] for n in ("onset", "slot", "pitch")}})
    longest, share = originality.runs([drums], copies.joined([copies.tokens(*_line(5, 50))]))
    assert longest.tolist() == [0] and np.isnan(share).all()


def test_copies_of_a_corpus_are_measured(tmp_path, monkeypatch, capsys):
    """A validation piece that is a training piece is copied whole; the toy pack copies no such thing."""
    pieces = [record(1, "song", "train"), record(1, "song", "valid"), record(2, "song", "valid")]
    Corpus.collect(parse(p) for p in pieces).save(tmp_path / "corpus.npz")
    monkeypatch.setattr(improvise, "MOST_NOTES", 60)
    options = ["--pack", str(TOY), "--corpus", str(tmp_path / "corpus.npz"), "--out", str(tmp_path), "--bars", "8"]
    monkeypatch.setattr(sys, "argv", ["originality", *options, "--styles", "song", "--temperatures", "1.0"])
    assert originality.main() == 0
    found = json.loads((tmp_path / "originality.json").read_text(encoding="utf-8"))["styles"]["song"]
    assert found["real"]["pieces"] == 2 and found["real"]["longest"]["most"] > found["1.0"]["longest"]["most"]
    assert "| song |" in (tmp_path / "originality.md").read_text(encoding="utf-8")
