"""A small piece of our own that makes every look-back memory fire, and the golden files made from it."""

import json
from pathlib import Path

import numpy as np

from training import corpus, data, form
from training import vocabulary as v

_Q = 48  # corpus ticks a quarter
_EIGHTH, _BAR = 24, 4 * _Q
_LEAD = (67, 69, 71, 74, 72, 71, 69, 67)
_BASS = (43, 50, 45, 50)
_SHOWN_FIRST, _SHOWN_LAST = 240, 180  # rows in the golden file; the stream is longer than the searched history
_AIMS = (
    (0.1, 0.3, 0.4, 0.5, 0.6), (0.8, 0.83, 0.86, 0.9, 0.95), (0.0, 0.02, 0.04, 0.06, 0.1), (0.02, 0.1, 0.2, 0.4, 0.6),
    (8.0, 10.0, 12.0, 15.0, 22.0),
)  # fmt: skip
_SEEDS, _EVERY = (3, 1976), 35  # of the improvisations in the form file; notes between its rows
_ASKED = np.array([[0.0, 0.9, 2.6, 0.0, 0.0]])  # registers of the slots, octaves from middle C
_PLAYER = ((79, 83), (81, 84), (78, 81))


def _bar_notes(start: int, bar: int, quarters: int) -> list[list[list[int]]]:
    """Notes of one bar for player, lead, bass and drums, as [onset, duration, pitch, velocity]."""
    lift = (0, 0, 2, 0, 5, 0, 2, 7)[bar % 8]
    lead = [
        [start + i * _EIGHTH, _EIGHTH if i % 3 else 20, _LEAD[(i + (bar == 3)) % 8] + lift, 80 + 3 * (i % 4)]
        for i in range(2 * quarters)
        if (i + bar) % 5
    ]
    bass = [[start + q * _Q, _Q, _BASS[q % 4] + lift % 5, 90] for q in range(0, quarters, 1 + bar % 2)]
    drums = [[start + q * _Q, 6, 36 if q % 2 == 0 else 38, 110 - q] for q in range(quarters)]
    drums += [[start + i * _EIGHTH, 6, 42, 70 + (7 * i) % 20] for i in range(2 * quarters)]
    player = []
    if bar % 2:
        chord = _PLAYER[bar % 3]
        player = [[start + 40, 2 * _Q - 9, pitch, 64 + bar] for pitch in chord]
        player += [[start + 2 * _Q + 1 + 16 * i, 16, chord[0] - i, 60] for i in range(3)]
    return [player, lead, bass, drums]


def invented_piece() -> corpus.Piece:
    """Pickup, 44 bars of 4/4, a long rest, then six bars of 3/4. Player, lead, bass, drums, in this order."""
    parts: list[list] = [[], [], [], []]
    starts = [0]
    parts[1].append([0, _Q, 62, 88])
    at = _Q
    for bar in range(50):
        quarters = 4 if bar < 44 else 3
        starts.append(at)
        for part, notes in zip(parts, _bar_notes(at, bar, quarters), strict=True):
            part.extend(notes)
        at += quarters * _Q
        if bar == 43:
            starts += [at + k * _BAR for k in range(4)]
            waltz = at = at + 4 * _BAR
    parts[2].append([at - _Q, 30 * _Q, 38, 127])
    programs = ((0, "player"), (40, "lead"), (33, "bass"), (-1, "drums"))
    record = {
        "id": "invented", "style": "band_synth", "split": "train", "tpq": _Q, "vel": "perf", "source": "invented",
        "licence": "MIT OR Apache-2.0", "tier": "A", "ts": [[0, 4, 4], [waltz, 3, 4]], "pickup": _Q, "bars": starts,
        "tempo": [[0, 112]],
        "parts": [
            {"name": name, "program": program, "notes": sorted(notes)}
            for (program, name), notes in zip(programs, parts, strict=True)
        ],
    }  # fmt: skip
    return corpus.parse(record)


def golden_stream() -> data.Stream:
    """The invented piece with its player in slot 0 and the band in slots 1 to 3."""
    return data.stream_of(invented_piece(), np.array([0, 1, 2, 3]), 0, 10**6)


def write(path: Path | str) -> None:
    """Write the golden file: the notes as the host hears them, and the inputs after each of them."""
    stream = golden_stream()
    f = stream.features()
    bars = zip(stream.bar_start, stream.bar_length, stream.beat, strict=True)
    notes = zip(stream.onset, stream.slot, stream.pitch, stream.duration, stream.velocity, strict=True)
    rows = []
    shown = [*range(_SHOWN_FIRST), *range(len(f.event) - _SHOWN_LAST, len(f.event))]
    for at in shown:
        sounding = np.flatnonzero(f.remain[at])
        rows.append({
            "after": at,
            "event": f.event[at].tolist(),
            "position": f.position[at].tolist(),
            "remain": [[int(p), int(f.remain[at, p])] for p in sounding],
            "last": f.last[at].tolist(),
            "lookback": f.lookback[at].tolist(),
            "motif": f.motif[at].tolist(),
        })  # fmt: skip
    table = {
        "about": "One stream: the host's inputs after so many notes (0 = at START); rows in the middle are left out. "
        "Bars are [start, length, beat] in ticks; notes are [onset in ticks, slot, pitch, duration class, velocity "
        "class]; `remain` lists [pitch, ticks] of what sounds.",
        "drums": stream.drums.tolist(),
        "bars": [[int(x) for x in bar] for bar in bars],
        "notes": [[int(x) for x in note] for note in notes],
        "rows": rows,
    }
    text = json.dumps(table, separators=(",", ":")).replace('{"after"', '\n{"after"')
    Path(path).write_text(text + "\n", encoding="utf-8")
    fired = (f.lookback[shown, :, 4] > 0).sum(0)
    print(f"{path}: {len(rows)} rows, memories fired {fired.tolist()} times, vocabulary {v.sha256()[:12]}")


def write_form(path: Path | str) -> None:
    """Write what `training.form` makes of the invented piece: what each seed aims at, and what follows now and then."""
    stream, cases = golden_stream(), []
    events = stream.features().event[1:]
    bars = stream.bar_length[np.searchsorted(stream.bar_start, stream.onset, side="right") - 1]
    for seed in _SEEDS:
        shares = form.shares_of(seed, 0.4)[None]
        own = form.Form(stream.families[None], np.array([_AIMS]), shares, np.array([False]), len(events))
        rows = []
        for at, (event, bar) in enumerate(zip(events, bars, strict=True), 1):
            own.push(event[None], bar[None])
            if at % _EVERY == 0:
                lean = own.pitches(np.zeros((1, v.PARTS, v.PITCHES), np.float32))[0]
                told = round(float(own.told()[0]), 4)
                registers = own.registers(_ASKED)[0].round(4).tolist()
                rows.append({"after": at, "told": told, "registers": registers, "lean": _packed(lean)})
        cases.append({"seed": seed, "wanted": own.wanted[0].round(5).tolist(), "rows": rows})
    table = {
        "about": "The notes of tokens.json as `training.form` hears them: what a seed aims at (figures again, in "
        "scale, clashes, narrow stretches, longest copy) at repetition 0.4, and after so many notes the deviations "
        "of repetition told, the registers told where others are asked for, the lean as [slot, first pitch, values "
        "from there on].",
        "asked": _ASKED[0].tolist(),
        "families": stream.families.tolist(), "aims": dict(zip(form.AIMS, _AIMS, strict=True)), "cases": cases,
    }  # fmt: skip
    text = json.dumps(table, separators=(",", ":")).replace('{"after"', '\n{"after"')
    Path(path).write_text(text + "\n", encoding="utf-8")
    print(f"{path}: {len(cases)} cases of {len(rows)} rows")


def _packed(lean: np.ndarray) -> list[list]:
    """Of each slot that leans anywhere: slot, first pitch, and values to the last such pitch."""
    found = []
    for slot, row in enumerate(lean):
        where = np.flatnonzero(row)
        if len(where):
            found.append([slot, int(where[0]), [round(float(x), 4) for x in row[where[0] : where[-1] + 1]]])
    return found
