"""The drums on the page of the timbres:
`python -m training.timbre.drums_page --pack models/default --evaluation drums.json --out docs/timbre`.

Writes the table between two marks in the page, which keeps its words, and the spectrograms.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from training.timbre import distance, drums, page, soundfont

MARKS = ("<!-- drums -->", "<!-- end of drums -->")
PICTURED = (36, 38, 41, 42, 46, 49, 51, 56, 63, 67, 76, 81)
_VELOCITY = 100
_SECS = 1.2
_COLUMNS = 3


def rows(table: dict) -> str:
    """The hits' figures as a Markdown table, `_COLUMNS` hits beside each other."""
    head = "| key | hit | modes | distance, dB | by chance, dB |"
    lines = [head * _COLUMNS, "|---:|---|---:|---:|---:|" * _COLUMNS]
    cells = [
        f"| {key} | {row['title']} | {row['modes']} | {row['distance']:.1f} | {row['chance']:.1f} |"
        for key, row in table.items()
    ]
    height = -(-len(cells) // _COLUMNS)
    for line in range(height):
        beside = cells[line::height]
        lines.append("".join(beside + ["| | | | | |"] * (_COLUMNS - len(beside))))
    mean = np.mean([row["distance"] for row in table.values()])
    chance = np.mean([row["chance"] for row in table.values()])
    whole = f"**All {len(table)} hits: {mean:.2f} dB, by chance {chance:.2f} dB.**"
    return "\n".join(line.replace("||", "|") for line in lines) + f"\n\n{whole}"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--evaluation", type=Path, required=True)
    parser.add_argument("--soundfont", type=Path, default=soundfont.MUSESCORE)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    page.write(rows(json.loads(arguments.evaluation.read_text(encoding="utf-8"))), arguments.out / "README.md", MARKS)
    player = soundfont.Player(arguments.soundfont)
    pairs = []
    for it in drums.read((arguments.pack / drums.FILE).read_bytes()):
        if it.hit.key in PICTURED:
            original = distance.mel(drums.rendered(player, it.hit, _VELOCITY))
            ours = distance.mel(drums.played(it, _VELOCITY))
            ours += original.max() - ours.max()
            frames = round(_SECS * 100)
            pairs.append((it.hit.title, original[:frames], ours[:frames]))
    half = len(pairs) // 2
    page.picture(pairs[:half], arguments.out / "drums-1.png", _SECS)
    page.picture(pairs[half:], arguments.out / "drums-2.png", _SECS)


if __name__ == "__main__":
    main()
