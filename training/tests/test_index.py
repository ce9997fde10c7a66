"""The originality index against a plain set of runs, and the examples that hold Rust and Python together.

`python -m training.tests.test_index` writes the examples anew.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from training import copies, index
from training import vocabulary as v
from training.corpus import Corpus, parse
from training.tests.invented import record

EXAMPLES = Path(__file__).parents[2] / "tests/data/copies"


def _corpus() -> Corpus:
    return Corpus.collect(parse(record(i, split="valid" if i == 5 else "train", bars=10)) for i in range(6))


def _runs(corpus: Corpus) -> dict[tuple, str]:
    """Every run of eight notes that is not plain of the training split, with the first piece that has it."""
    found: dict[tuple, str] = {}
    for piece in (corpus[i] for i in range(len(corpus))):
        for part in np.flatnonzero(piece.families != v.DRUMS):
            mine = piece.part == part
            if piece.split == "train" and mine.any():
                line = copies.tokens(piece.onset[mine], piece.pitch[mine]).tolist()
                for at in range(len(line) - index.NOTES + 2):
                    run = tuple(line[at : at + index.NOTES - 1])
                    if len({token // 32 for token in run}) >= copies.PLAIN_BELOW:
                        found.setdefault(run, piece.name)
    return found


def _line(seed: int, corpus: Corpus) -> tuple[list[int], list[int]]:
    """Some notes of nobody's, some of a training piece in another key and tempo, and some of nobody's."""
    rng = np.random.default_rng(seed)
    piece = corpus[seed % 5]
    mine = np.flatnonzero(piece.part == seed % 3)
    low = int(rng.integers(0, max(len(mine) - 40, 1)))
    taken = mine[low : low + int(rng.integers(6, 40))]
    onset = np.concatenate([rng.choice([0, 3, 7, 12, 31], 12), np.diff(piece.onset[taken], prepend=0) * 2,
                            rng.choice([1, 5, 12], 9)])  # fmt: skip
    onset[12] = 17
    pitch = np.concatenate([rng.integers(30, 90, 12), piece.pitch[taken] + 3, rng.integers(30, 90, 9)])
    onset = np.cumsum(onset)
    order = np.lexsort((pitch, onset))
    return onset[order].tolist(), np.minimum(pitch, 127)[order].tolist()


def _told(onset: list[int], pitch: list[int], runs: dict[tuple, str]) -> list[int]:
    """After each note, the length of the copy that it ends, by the plain set; 0 = none."""
    line = copies.tokens(np.array(onset), np.array(pitch)).tolist()
    found, known = [0], 0
    for end in range(1, len(line) + 1):
        run = tuple(line[max(end - index.NOTES + 1, 0) : end])
        known = known + 1 if run in runs else 0
        copied = line[end - known - index.NOTES + 2 : end] if known else []
        figures = {tuple(copied[i : i + 4]) for i in range(len(copied) - 3)}
        found.append(4 + len(figures) if copied else 0)
    return found


def write(folder: Path) -> None:
    """The examples: an index, and lines with what is to be said of each note."""
    corpus = _corpus()
    runs = _runs(corpus)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.bin").write_bytes(index.build(corpus))
    rows = []
    for seed in range(12):
        onset, pitch = _line(seed, corpus)
        rows.append({"onset": onset, "pitch": pitch, "length": _told(onset, pitch, runs)})
    names = sorted(set(runs.values()))
    text = ",\n".join("  " + json.dumps(row) for row in rows)
    (folder / "lines.json").write_text(
        f'{{"runs": {len(runs)}, "pieces": {json.dumps(names)}, "lines": [\n{text}\n]}}\n', encoding="utf-8"
    )


def test_the_examples_are_what_is_written_today(tmp_path):
    write(tmp_path)
    for name in ("index.bin", "lines.json"):
        assert (tmp_path / name).read_bytes() == (EXAMPLES / name).read_bytes(), name
    lines = json.loads((tmp_path / "lines.json").read_text(encoding="utf-8"))["lines"]
    assert sum(max(row["length"]) >= 12 for row in lines) >= 4, "there are copies to be found"


def test_a_pack_gets_its_index(tmp_path, monkeypatch, capsys):
    pack = tmp_path / "pack"
    pack.mkdir()
    toy = Path(__file__).parents[2] / "tests/data/toy-pack/manifest.json"
    (pack / "manifest.json").write_bytes(toy.read_bytes())
    _corpus().save(tmp_path / "corpus.npz")
    arguments = ["index", "--corpus", str(tmp_path / "corpus.npz"), "--pack", str(pack)]
    monkeypatch.setattr(sys, "argv", arguments)
    assert index.main() == 0
    manifest = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))
    found = (pack / manifest["originality"]["file"]).read_bytes()
    assert hashlib.sha256(found).hexdigest() == manifest["originality"]["sha256"]
    assert sorted(p.name for p in pack.iterdir()) == ["manifest.json", "originality.bin"]
    monkeypatch.setattr(sys, "argv", [*arguments[:-1], str(tmp_path / "none")])
    assert index.main() == 2 and "none" in capsys.readouterr().err


def test_too_many_pieces_are_refused(monkeypatch):
    monkeypatch.setattr(index, "_MOST_PIECES", 4)
    with pytest.raises(ValueError, match="cannot index 5 pieces"):
        index.build(_corpus())


if __name__ == "__main__":
    write(EXAMPLES)
