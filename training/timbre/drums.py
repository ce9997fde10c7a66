"""The drum kit, from the soundfont into a pack:
`python -m training.timbre.drums --pack models/default --evaluation drums.json`.

Renders each hit, takes it apart (`hits.py`), writes the tables and the manifest's entry, and judges the tables as they
were written on velocities that were not measured.
"""

import argparse
import json
import os
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training import pack
from training.timbre import analyse, distance, hits, kit, shape, sound, soundfont

FILE = "drums.bin"
MAGIC, VERSION = b"ADRM", 1
SECS = 3.4  # that are measured and compared
# How values stand in the file; the same in `src/pack/drum_kit.rs`.
TOP_DB, STEP_DB, SILENT = 4.0, 0.4, 255  # a level against the hit's loudest moment
LOWEST_HERTZ, STEPS_AN_OCTAVE = 16.0, 6000
GLIDE_CENTS = 20.0
SOFTER_DB = 0.25
_LEAST_MODE_DB, _LEAST_DB = -62.0, -86.0
_RINGS_ON_SECS = 1000.0  # letting a drum's key go changes nothing


@dataclass(frozen=True)
class Kept:
    """One hit as the file holds it, in whole steps."""

    hit: kit.Hit
    level: int  # hundredths of a decibel of full scale, at `kit.HARD`
    glide: np.ndarray  # [frames] int8
    hertz: np.ndarray  # [modes] uint16
    mode_softer: np.ndarray  # [modes] int8: what `kit.SOFT` changes
    band_softer: np.ndarray  # [BANDS] int8
    modes: np.ndarray  # [frames, modes] uint8
    noise: np.ndarray  # [frames, BANDS] uint8


def _levels(decibels: np.ndarray) -> np.ndarray:
    steps = np.round((TOP_DB - np.maximum(decibels, _LEAST_DB - 1)) / STEP_DB)
    return np.where(decibels > _LEAST_DB, np.clip(steps, 0, SILENT - 1), SILENT).astype(np.uint8)


def _softer(soft: np.ndarray, hard: np.ndarray) -> np.ndarray:
    """What a soft hit's columns have more or less than a hard one's, in the mean over what is heard of both."""
    weights = 10 ** (np.minimum(soft, hard) / 20)
    apart = ((soft - hard) * weights).sum(0) / np.maximum(weights.sum(0), 1e-9)
    return np.clip(np.round(apart / SOFTER_DB), -127, 127).astype(np.int8)


def keep(hit: kit.Hit, hard: hits.Measured, soft: hits.Measured) -> Kept:
    """Round what was measured; modes and moments that nobody hears are left out."""
    heard = hard.modes.max(0) > _LEAST_MODE_DB if len(hard.hertz) else np.zeros(0, bool)
    modes, noise = _levels(hard.modes[:, heard]), _levels(hard.noise)
    sounds = (modes < SILENT).any(1) | (noise < SILENT).any(1)
    frames = int(np.flatnonzero(sounds)[-1]) + 1
    hertz = np.round(np.log2(hard.hertz[heard] / LOWEST_HERTZ) * STEPS_AN_OCTAVE).astype(np.uint16)
    glide = np.clip(np.round(hard.cents[:frames] / GLIDE_CENTS), -127, 127).astype(np.int8)
    band_softer = _softer(soft.noise, hard.noise)
    # A mode takes part in what its band does: the two velocities need not show the same modes.
    bands = np.clip(np.searchsorted(shape.BAND_EDGES, hard.hertz[heard]) - 1, 0, shape.BANDS - 1)
    whole = [_whole(it) for it in (soft, hard)]
    mode_softer = _softer(*whole)[bands]
    level = round(100 * hard.level)
    return Kept(hit, level, glide, hertz, mode_softer, band_softer, modes[:frames], noise[:frames])


def _whole(it: hits.Measured) -> np.ndarray:
    """Decibels of each band with the modes that lie in it, [FRAMES, BANDS]."""
    power = 10 ** (it.noise / 10)
    for column, hertz in enumerate(it.hertz):
        band = int(np.clip(np.searchsorted(shape.BAND_EDGES, hertz) - 1, 0, shape.BANDS - 1))
        power[:, band] += 10 ** (it.modes[:, column] / 10) / 2
    return 10 * np.log10(power)


def write(kept: list[Kept]) -> bytes:
    """The file: magic, version, count; then of each hit key, choke, modes, frames, level and its arrays."""
    out = [MAGIC, struct.pack("<BB", VERSION, len(kept))]
    for it in kept:
        out.append(struct.pack("<BBBBh", it.hit.key, it.hit.choke, len(it.hertz), len(it.glide), it.level))
        for values, kind in (
            (it.glide, "<i1"), (it.hertz, "<u2"), (it.mode_softer, "<i1"), (it.band_softer, "<i1"), (it.modes, "<u1"),
            (it.noise, "<u1"),
        ):  # fmt: skip
            out.append(np.ascontiguousarray(values).astype(kind).tobytes())
    return b"".join(out)


def read(data: bytes) -> list[Kept]:
    """What `write` wrote."""
    known = {hit.key: hit for hit in kit.HITS}
    if data[:5] != MAGIC + bytes([VERSION]):
        raise ValueError(f"not a drum kit of version {VERSION}: it begins with {data[:5]!r}")
    at, kept = 6, []

    def take(kind: str, *sizes: int) -> np.ndarray:
        nonlocal at
        values = np.frombuffer(data, kind, int(np.prod(sizes)), at).reshape(sizes)
        at += values.nbytes
        return values

    for _ in range(data[5]):
        key, choke, modes, frames, level = struct.unpack_from("<BBBBh", data, at)
        at += 6
        hit = known.get(key, kit.Hit(key, f"key {key}", choke=choke))
        arrays = [take("<i1", frames), take("<u2", modes), take("<i1", modes), take("<i1", shape.BANDS)]
        kept.append(Kept(hit, level, *arrays, take("<u1", frames, modes), take("<u1", frames, shape.BANDS)))
    return kept


def table(it: Kept, velocity: int) -> sound.Table:
    """The hit as the plugin plays it, at the soundfont's level for `kit.HARD`."""
    share = np.clip((kit.HARD - velocity) / (kit.HARD - kit.SOFT), -0.25, 1.25)
    level = it.level / 100

    def amplitude(steps: np.ndarray, softer: np.ndarray) -> np.ndarray:
        out = np.zeros((shape.FRAMES, steps.shape[1]))
        decibels = TOP_DB - STEP_DB * steps.astype(float) + level + share * SOFTER_DB * softer
        out[: len(steps)] = np.where(steps < SILENT, 10 ** (decibels / 20), 0.0)
        return out

    hertz = LOWEST_HERTZ * 2 ** (it.hertz / STEPS_AN_OCTAVE)
    glide = np.concatenate([it.glide, np.zeros(shape.FRAMES - len(it.glide))]) * GLIDE_CENTS
    return sound.Table(
        hertz, amplitude(it.modes, it.mode_softer), amplitude(it.noise, it.band_softer), np.zeros(len(hertz)),
        _RINGS_ON_SECS, (0.0, 0.0), glide=glide,
    )  # fmt: skip


def rendered(player: soundfont.Player, hit: kit.Hit, velocity: int) -> np.ndarray:
    """Left and right of the soundfont's hit from its onset on."""
    note = player.note(kit.SOUND, (hit.key, velocity), SECS - 0.1, 0.4)
    begin = analyse.onset_of(note)
    if begin is None:
        raise ValueError(f"the soundfont's kit has no {hit.title} at key {hit.key}")
    return np.pad(note[:, begin:], ((0, 0), (0, begin)))[:, : round(SECS * shape.RATE)]


def played(it: Kept, velocity: int, seed: int = 14) -> np.ndarray:
    """Left and right of our hit; seed: of its noise."""
    return sound.play(table(it, velocity), SECS, SECS, seed)


def judge(player: soundfont.Player, it: Kept) -> dict:
    """Distance from the soundfont at velocities that were not measured, and of two playings of ours."""
    rows = []
    for velocity in kit.HELD_OUT_VELOCITIES:
        original = distance.mel(rendered(player, it.hit, velocity))
        ours = [distance.mel(played(it, velocity, seed)) for seed in (14, 15)]
        # The soundfont's own law of velocity is not ours.
        ours = [picture - picture.max() + original.max() for picture in ours]
        rows.append((distance.log_spectral(original, ours[0]), distance.log_spectral(ours[1], ours[0])))
    apart, chance = (round(float(mean), 2) for mean in np.mean(rows, 0))
    return {"title": it.hit.title, "modes": len(it.hertz), "distance": apart, "chance": chance}


def measured(player: soundfont.Player, hit: kit.Hit) -> Kept:
    """Render a hit twice, hard and soft, and take it apart."""
    hard, soft = (
        hits.measure(rendered(player, hit, velocity).mean(0), hit.glides) for velocity in (kit.HARD, kit.SOFT)
    )
    return keep(hit, hard, soft)


def export(kept: list[Kept], folder: Path) -> int:
    """Write the tables and the manifest's entry into a pack's folder, each whole or not at all; gives the bytes."""
    data = write(kept)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    parts = [(FILE, data)]
    for name, content in parts:
        (folder / (name + ".part")).write_bytes(content)
    entry = {"file": FILE, "sha256": pack.sha256_of(folder / (FILE + ".part")), "hits": len(kept)}
    pack.write_manifest(folder / "manifest.json.part", pack.with_drums(manifest, entry))
    for name in (FILE, "manifest.json"):
        os.replace(folder / (name + ".part"), folder / name)
    return len(data)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, required=True, help="a folder with a manifest")
    parser.add_argument("--soundfont", type=Path, default=soundfont.MUSESCORE)
    parser.add_argument("--evaluation", type=Path, help="where the distances go; without it nothing is judged")
    arguments = parser.parse_args()
    player = soundfont.Player(arguments.soundfont)
    kept = [measured(player, hit) for hit in kit.HITS]
    print(f"{arguments.pack / FILE}: {len(kept)} hits, {export(kept, arguments.pack)} bytes", flush=True)
    if arguments.evaluation:
        rows = {str(it.hit.key): judge(player, it) for it in kept}
        arguments.evaluation.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
        apart = [row["distance"] for row in rows.values()]
        print(f"distance {np.mean(apart):.2f} dB, at most {max(apart):.2f}")


if __name__ == "__main__":
    main()
