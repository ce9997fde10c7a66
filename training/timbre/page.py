"""The page on the timbres:
`python -m training.timbre.page --evaluation evaluation.json --checkpoint FILE --out docs/timbre`.

Writes the table between two marks in the page, which keeps its words, and the spectrograms.
"""

import argparse
import io
import json
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from training.timbre import distance, export, instruments, shape, sound, soundfont

MARKS = ("<!-- figures -->", "<!-- end of figures -->")
PICTURED = {
    "piano": 48, "vibraphone": 65, "church_organ": 53, "nylon_guitar": 52, "acoustic_bass": 35, "violin": 69,
    "strings": 57, "choir": 60, "trumpet": 67, "clarinet": 59, "flute": 73, "warm_pad": 61,
}  # fmt: skip
_VELOCITY = 90
_SECS = 3.4
_RANGE_DB = 70.0


def rows(table: dict) -> str:
    """The instruments' figures as a Markdown table."""
    lines = [
        "| instrument | distance, dB | ceiling, dB | attack, ms: soundfont, ours | left and right: the same | known |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for it in instruments.INSTRUMENTS:
        if it.name not in table["instruments"]:
            continue
        row = table["instruments"][it.name]
        attack = f"{1000 * row['attack']:.0f} / {1000 * row['our_attack']:.0f}"
        width = f"{row['correlation']:.2f} / {row['our_correlation']:.2f}"
        known = f"{100 * row['known']:.0f} %"
        lines.append(f"| {it.title} | {row['distance']:.1f} | {row['ceiling']:.1f} | {attack} | {width} | {known} |")
    every = table["all"]
    lines.append(
        f"| **all** | **{every['distance']:.2f}** | **{every['ceiling']:.2f}** | | | **{100 * every['known']:.0f} %** |"
    )
    return "\n".join(lines)


def write(text: str, path: Path, marks: tuple[str, str] = MARKS) -> None:
    """Put a table between two marks."""
    before, rest = path.read_text(encoding="utf-8").split(marks[0])
    _, after = rest.split(marks[1])
    path.write_text(f"{before}{marks[0]}\n\n{text}\n\n{marks[1]}{after}", encoding="utf-8")


def picture(pairs: list[tuple[str, np.ndarray, np.ndarray]], path: Path, secs: float = _SECS) -> None:
    """Spectrograms of so many seconds, the soundfont's above ours, as a PNG of few colors."""
    figure = Figure(figsize=(2.2 * len(pairs), 3.9), layout="constrained")
    axes = figure.subplots(2, len(pairs), sharex=True, sharey=True)
    for column, (title, original, ours) in enumerate(pairs):
        for row, found in enumerate((original, ours)):
            top = original.max()
            axes[row, column].imshow(
                found.T, origin="lower", aspect="auto", cmap="magma", vmin=top - _RANGE_DB, vmax=top,
                extent=(0, secs, 0, distance.BANDS), interpolation="nearest",
            )  # fmt: skip
            axes[row, column].set_yticks([])
        axes[0, column].set_title(title, fontsize=8)
        axes[1, column].tick_params(labelsize=7)
    axes[0, 0].set_ylabel("soundfont", fontsize=8)
    axes[1, 0].set_ylabel("decoded", fontsize=8)
    held = io.BytesIO()
    figure.savefig(held, format="png", dpi=84)
    Image.open(held).convert("RGB").quantize(48, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evaluation", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--soundfont", type=Path, default=soundfont.MUSESCORE)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    write(rows(json.loads(arguments.evaluation.read_text(encoding="utf-8"))), arguments.out / "README.md")
    decoder, latents, names = export.load(arguments.checkpoint)
    player = soundfont.Player(arguments.soundfont)
    pairs = []
    for it in instruments.INSTRUMENTS:
        if it.name not in PICTURED:
            continue
        pitch = PICTURED[it.name]
        original = player.note(it.sound, (pitch, _VELOCITY), shape.HOLD_SECS, _SECS - shape.HOLD_SECS)
        decoded = export.decode(decoder, latents[names.index(it.name)], [(pitch, _VELOCITY)])
        ours = sound.play(sound.table(decoded[0][0], decoded[1][0], pitch, it.players), _SECS, shape.HOLD_SECS)
        pairs.append((f"{it.title}, {pitch}", distance.mel(original), distance.mel(ours)))
    half = len(pairs) // 2
    picture(pairs[:half], arguments.out / "spectrograms-1.png")
    picture(pairs[half:], arguments.out / "spectrograms-2.png")


if __name__ == "__main__":
    main()
