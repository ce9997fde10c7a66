"""The manifest of a pack, and the credits that go with it."""

import hashlib
import json
from pathlib import Path

from training import vocabulary as v
from training.settings import ModelSettings

FORMAT = 1
VERSION = "0.1.0"
LICENCE = "MIT OR Apache-2.0"
STYLES_FILE = Path(__file__).with_name("styles.json")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def manifest(
    graph: Path, s: ModelSettings, shapes: tuple[dict, dict], parameters: int, name: str, title: str, figures: dict
) -> dict:
    """The manifest of a pack around one note graph. `shapes`: of the graph's inputs and outputs."""
    table = json.loads(STYLES_FILE.read_text(encoding="utf-8"))
    if [style["name"] for style in table["styles"]] != list(v.STYLES):
        raise ValueError(f"cannot write a manifest: other styles than the vocabulary's in {STYLES_FILE.name}")
    return {
        "format": FORMAT,
        "name": name,
        "title": title,
        "version": VERSION,
        "licence": LICENCE,
        "vocabulary": v.description(),
        "vocabulary_sha256": v.sha256(),
        "note_model": {
            "file": graph.name,
            "sha256": sha256_of(graph),
            "state": [1, s.blocks, 4, s.recurrent],
            "parameters": parameters,
            "inputs": shapes[0],
            "outputs": shapes[1],
        },
        "styles": table["styles"],
        "provenance": table["provenance"] if figures else [],
        "figures": figures,
    }


def with_timbres(table: dict, timbre_model: dict) -> dict:
    """A manifest with another timbre model, behind the note model."""
    out = {}
    for key, value in table.items():
        if key != "timbre_model":
            out[key] = value
        if key == "note_model":
            out["timbre_model"] = timbre_model
    return out


def with_drums(table: dict, drum_kit: dict) -> dict:
    """A manifest with another drum kit, behind the models."""
    out = {}
    last = "timbre_model" if "timbre_model" in table else "note_model"
    for key, value in table.items():
        if key != "drum_kit":
            out[key] = value
        if key == last:
            out["drum_kit"] = drum_kit
    return out


def keeping_beside(table: dict, before: Path) -> dict:
    """A manifest with the timbre model, drum kit and originality index of the one before it, if that had them."""
    known = json.loads(before.read_text(encoding="utf-8")) if before.exists() else {}
    if "originality" in known:
        table = table | {"originality": known["originality"]}
    if "drum_kit" in known:
        table = with_drums(table, known["drum_kit"])
    return with_timbres(table, known["timbre_model"]) if "timbre_model" in known else table


def write_manifest(path: Path, table: dict) -> None:
    """Write a manifest with one line for each style, each timbre and each source."""
    path.write_text(_lines(table) + "\n", encoding="utf-8")


def _lines(table: dict) -> str:
    body = []
    for key, value in table.items():
        if key in ("styles", "provenance"):
            rows = ",\n".join("    " + json.dumps(row, ensure_ascii=False) for row in value)
            body.append(f'  "{key}": [\n{rows}\n  ]' if rows else f'  "{key}": []')
        elif key in ("note_model", "timbre_model"):
            rows = ",\n".join(f'    "{k}": {_entry(k, x)}' for k, x in value.items())
            body.append(f'  "{key}": {{\n{rows}\n  }}')
        else:
            body.append(f'  "{key}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(body) + "\n}"


def _entry(key: str, value: object) -> str:
    if key != "timbres":
        return json.dumps(value)
    return "[\n" + ",\n".join("      " + json.dumps(row) for row in value) + "\n    ]"


def read_figures(path: Path) -> dict:
    """The manifest's figures out of what `training.evaluate --json` wrote."""
    bits = json.loads(path.read_text(encoding="utf-8"))["bits"]
    return {"valid_bits": {key: round(bits[key], 3) for key in ("all", "time", "part", "pitch", "duration")}}
