"""Judges the decoder on notes that were not learned:
`python -m training.timbre.evaluate --checkpoint FILE --measured FOLDER --out evaluation.json`.

Distances are of `training.timbre.distance`, between the soundfont's note and ours, both at their own level.
What is there already stays.
"""

import argparse
import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from training.timbre import analyse, distance, instruments, shape, sound, soundfont

SECS = 3.5  # that are compared: 3 held, the rest released
_IDENTITY_HOLD_SECS, _IDENTITY_SECS = 1.2, 1.5
_IDENTITY_VELOCITY = instruments.HELD_OUT_VELOCITIES[-1]


@dataclass
class Judge:
    """Original and decoded notes side by side."""

    player: soundfont.Player
    latents: np.ndarray
    decoder: object
    names: list[str]
    originals: dict = field(default_factory=dict)

    def original(self, it: instruments.Instrument, pitch: int, velocity: int, onset: int) -> np.ndarray:
        """The soundfont's note from its onset on."""
        note = self.player.note(it.sound, (pitch, velocity), shape.HOLD_SECS, shape.RELEASE_SECS)
        return note[:, onset : onset + round(SECS * shape.RATE)]

    def decoded(self, it: instruments.Instrument, pitch: int, velocity: int) -> sound.Table:
        """The decoder's table of the same note."""
        from training.timbre import export

        latent = self.latents[self.names.index(it.name)]
        frames, statics = export.decode(self.decoder, latent, [(pitch, velocity)])
        return sound.table(frames[0], statics[0], pitch, it.players)

    def instrument(self, it: instruments.Instrument, folder: Path) -> dict:
        """All figures of one instrument."""
        measured = np.load(folder / f"{it.name}.held_out.npz")
        rows = []
        columns = (measured[key] for key in ("notes", "frames", "statics", "onsets"))
        for note, frames, statics, onset in zip(*columns, strict=True):
            pitch, velocity = (int(x) for x in note)
            original = self.original(it, pitch, velocity, int(onset))
            hold = shape.HOLD_SECS - int(onset) / shape.RATE
            known = sound.table(np.maximum(frames, shape.FLOOR_DB), statics, pitch, it.players)
            ceiling = sound.play(known, SECS, hold)
            ours = sound.play(self.decoded(it, pitch, velocity), SECS, hold)
            rows.append(self._figures(it, original, ceiling, ours, (pitch, velocity)))
        figures = {key: round(float(np.mean([row[key] for row in rows if key in row])), 4) for key in rows[-1]}
        return figures | {"notes": len(rows)}

    def _figures(self, it, original: np.ndarray, ceiling: np.ndarray, ours: np.ndarray, note: tuple[int, int]) -> dict:
        picture, our_picture = distance.mel(original), distance.mel(ours)
        row = {
            "distance": distance.log_spectral(picture, our_picture),
            "ceiling": distance.log_spectral(picture, distance.mel(ceiling)),
            "level": our_picture.max() - picture.max(),
            "attack": distance.attack_secs(original),
            "our_attack": distance.attack_secs(ours),
            "correlation": distance.correlation(original),
            "our_correlation": distance.correlation(ours),
        }
        if note[1] == _IDENTITY_VELOCITY:
            row["known"] = float(self._is_known(it, our_picture, *note))
        return row

    def _is_known(self, it: instruments.Instrument, picture: np.ndarray, pitch: int, velocity: int) -> bool:
        """Whether, of the model's instruments that play this note, ours is nearest to its own original at one level."""
        ours = picture[: round(_IDENTITY_HOLD_SECS * 100)]
        apart = {}
        for other in instruments.INSTRUMENTS:
            if other.name not in self.names or not other.low <= pitch <= other.high:
                continue
            key = (other.name, pitch)
            if key not in self.originals:
                note = self.player.note(other.sound, (pitch, velocity), _IDENTITY_HOLD_SECS, 0.3)
                begin = max(0, int(np.argmax(np.abs(note).max(0) > np.abs(note).max() * 0.003)) - 48)
                note = note[:, begin : begin + round(_IDENTITY_SECS * shape.RATE)]
                self.originals[key] = distance.mel(note)[: round(_IDENTITY_HOLD_SECS * 100)].astype(np.float32)
            original = self.originals[key]
            moments = min(len(original), len(ours))
            apart[other.name] = distance.log_spectral(original[:moments], ours[:moments] - ours.max() + original.max())
        return min(apart, key=apart.get) == it.name


ATTACKS = ("piano", "strings", "trumpet", "clarinet", "choir")
_ATTACK_STEP = 6  # semitones


def attacks(judge: Judge, it: instruments.Instrument) -> dict:
    """Mean attack of the soundfont's notes and of ours in seconds, all over the range: one note's says little."""
    measure = distance.attack_secs if it.sustains else distance.fine_attack_secs
    rows = []
    for pitch in range(it.low + _ATTACK_STEP // 2, it.high, _ATTACK_STEP):
        for velocity in instruments.HELD_OUT_VELOCITIES:
            note = judge.player.note(it.sound, (pitch, velocity), shape.HOLD_SECS, shape.RELEASE_SECS)
            ours = sound.play(judge.decoded(it, pitch, velocity), 2.0, shape.HOLD_SECS)
            rows.append((measure(note[:, analyse.onset_of(note) :]), measure(ours)))
    original, decoded = np.mean(rows, 0)
    return {"notes": len(rows), "attack": round(float(original), 4), "our_attack": round(float(decoded), 4)}


def summary(table: dict[str, dict]) -> dict:
    """Means and extremes over the instruments."""
    apart = {name: row["distance"] for name, row in table.items()}
    worst = max(apart, key=apart.get)
    return {
        "distance": round(float(np.mean(list(apart.values()))), 2),
        "worst": [worst, round(apart[worst], 2)],
        "ceiling": round(float(np.mean([row["ceiling"] for row in table.values()])), 2),
        "known": round(float(np.mean([row["known"] for row in table.values()])), 3),
    }


def main() -> None:
    """Command line."""
    from training.timbre import export

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--measured", type=Path, required=True)
    parser.add_argument("--soundfont", type=Path, default=soundfont.MUSESCORE)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    decoder, latents, names = export.load(arguments.checkpoint)
    judge = Judge(soundfont.Player(arguments.soundfont), latents, decoder, names)
    table = json.loads(arguments.out.read_text()) if arguments.out.exists() else {"instruments": {}}
    for it in instruments.INSTRUMENTS:
        if it.name in names and it.name not in table["instruments"]:
            table["instruments"][it.name] = judge.instrument(it, arguments.measured)
            print(it.name, table["instruments"][it.name], flush=True)
            table["all"] = summary(table["instruments"])
            arguments.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    table["attacks"] = {it.name: attacks(judge, it) for it in instruments.INSTRUMENTS if it.name in ATTACKS}
    arguments.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    print(table["all"], table["attacks"])


if __name__ == "__main__":
    main()
