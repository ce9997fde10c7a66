"""What a pack says of its styles and its sources, counted from the training split into `styles.json`."""

import argparse
import json
from collections import Counter
from pathlib import Path

import numpy as np

from training import data, features, motif, settings
from training import vocabulary as v
from training.corpus import Corpus

TITLES = {
    "band_synth": "Rule-made band", "baroque_ensemble": "Baroque ensemble", "baroque_keyboard": "Baroque keyboard",
    "baroque_vocal": "Baroque voices", "chamber": "Chamber music", "chopin_piano": "Chopin", "choral": "Choir",
    "chorale": "Bach chorale", "chorale_synth": "Machine-made chorale", "classical_guitar": "Classical guitar",
    "classical_piano": "Classical piano", "drums": "Drum grooves", "etudes": "Etudes", "folk_celtic": "Celtic dance",
    "folk_songs": "Folk songs", "game_rock": "Game rock", "hymn": "Hymn", "leadsheet_early_jazz": "Early jazz tune",
    "modern_piano": "Modern piano", "orchestral": "Orchestra", "ragtime": "Ragtime", "renaissance": "Renaissance",
    "romantic_piano": "Romantic piano", "sacred_ensemble": "Sacred ensemble", "song": "Art song",
    "string_quartet": "String quartet",
}  # fmt: skip

_GENERATOR = "own generator build/band_gen.py"  # how the corpus names our own rule-made bands

# Quarter notes a minute where the data tells none.
_TEMPO = {"baroque_vocal": 90, "choral": 88, "chorale": 72, "renaissance": 96, "sacred_ensemble": 92,
          "leadsheet_early_jazz": 132, "folk_celtic": 112}  # fmt: skip

# Plausible company for styles whose data has one part only, as (family, mean pitch).
_ADDED = {
    "folk_celtic": ((3, 52), (4, 40), (9, 79)),
    "classical_guitar": ((3, 50), (9, 76)),
    "leadsheet_early_jazz": ((0, 56), (4, 40), (v.DRUMS, 42)),
    "drums": ((4, 40), (0, 58), (3, 62)),
}


def _usual(values: list[np.ndarray]) -> dict:
    joined = np.concatenate(values)
    return {"mean": round(float(joined.mean()), 3), "std": round(float(joined.std()), 3)}


def _wishes(corpus: Corpus, members: np.ndarray, s: settings.DataSettings) -> dict:
    """Mean and deviation of the values of density, over slots and moments of training crops, and of repetition."""
    rng, densities, repetitions = np.random.default_rng(5), [], []
    for index in rng.choice(members, min(len(members), 150), replace=False):
        piece = corpus[int(index)]
        stream = data.stream_of(piece, data.evaluation_slots(piece), 0, s.crop)
        value, known = features.densities(stream.onset, stream.slot, stream.bar_start, stream.bar_length)
        present = np.flatnonzero(stream.families != v.ABSENT)
        densities.append(value[known][:, present].ravel())
        f = stream.features()
        value, known = motif.repetition(f.motif[:-1], f.event[1:, 0], stream.slot, stream.pitch)
        repetitions.append(value[known])
    return {"density": _usual(densities), "repetition": _usual(repetitions)}


def _band(corpus: Corpus, members: np.ndarray, name: str) -> list[dict]:
    """A usual combination of families among the four busiest parts, with the mean pitch of each.

    Combinations are weighed by the number of different families, so that a band is told before a piano alone.
    """
    bands, pitches = Counter(), {}
    for index in members:
        piece = corpus[int(index)]
        slots = data.evaluation_slots(piece)
        slot = slots[piece.part]
        present = [int(np.flatnonzero(slots == s)[0]) for s in range(1, slots.max() + 1)]
        band = tuple(int(piece.families[p]) for p in present)
        bands[band] += 1
        means = [float(piece.pitch[slot == s].mean()) for s in range(1, len(band) + 1)]
        pitches.setdefault(band, []).append(means)
    band = max(bands, key=lambda b: bands[b] * len(set(b)))
    means = np.mean(pitches[band], 0)
    parts = [{"family": f, "register": round(float(m))} for f, m in zip(band, means, strict=True)]
    if len(parts) == 1:
        parts += [{"family": f, "register": r, "added": True} for f, r in _ADDED.get(name, ())]
    return parts


def _provenance(corpus: Corpus, train: np.ndarray) -> list[dict]:
    """Pieces and notes of each source, licence and tier."""
    columns = [corpus.column(field) for field in ("source", "licence", "tier")]
    notes = corpus.column("notes_in")
    pieces, total = Counter(), Counter()
    for index in np.flatnonzero(train):
        key = tuple(str(c[index]).replace(_GENERATOR, "Antiphon band generator") for c in columns)
        pieces[key] += 1
        total[key] += int(notes[index])
    return [
        {"source": source, "licence": licence, "tier": tier, "pieces": pieces[key], "notes": total[key]}
        for key in sorted(total, key=lambda k: -total[k])
        for source, licence, tier in (key,)
    ]


def table(corpus: Corpus, s: settings.DataSettings) -> dict:
    """The style table and the provenance of a corpus."""
    style, train = corpus.column("style"), corpus.column("split") == "train"
    notes, velocity, tempo = corpus.column("notes_in"), corpus.column("velocity"), corpus.column("tempo")
    rows = []
    for name in v.STYLES:
        members = np.flatnonzero(train & (style == name))
        told = tempo[members][tempo[members] > 0]
        meter = Counter(tuple(m) for m in corpus.column("meter")[members].tolist()).most_common(1)[0][0]
        spoken = notes[members][velocity[members] != "none"].sum() / notes[members].sum()
        rows.append({
            "name": name, "title": TITLES[name], "velocity": "model" if spoken >= 0.5 else "rule",
            **_wishes(corpus, members, s),
            "tempo": round(float(np.median(told))) if len(told) >= len(members) / 4 else _TEMPO.get(name, 100),
            "meter": list(meter), "parts": _band(corpus, members, name),
        })  # fmt: skip
    return {"styles": rows, "provenance": _provenance(corpus, train)}


def main() -> None:
    """Count and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="the .npz file that training.corpus wrote")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("styles.json"))
    arguments = parser.parse_args()
    found = table(Corpus.open(arguments.corpus), settings.read().data)
    lines = [
        f'  "{key}": [\n' + ",\n".join("    " + json.dumps(row, ensure_ascii=False) for row in rows) + "\n  ]"
        for key, rows in found.items()
    ]
    arguments.out.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
