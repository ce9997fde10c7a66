"""Lays the timbres of a pack out in two dimensions, by how their notes sound:
`python -m training.timbre.map --pack models/default`.

Reads nothing but the pack: every timbre is decoded by its graph, played, and compared with every other; the manifest
then keeps a place for each.
To be run again whenever the timbres change. The same pack gives the same map.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from training import pack
from training.timbre import distance, instruments, shape, sound

PITCHES = (41, 53, 65, 77)
VELOCITY = 90
SECS, HOLD_SECS = 1.5, 1.2
DIGITS = 3  # of a place, as a host's control has them

_BEYOND = 7.0  # semitones outside an instrument's range at which a note counts for 1/e
_ROUNDS = 600  # of majorization
_MARGIN = 0.02  # around the map
# Half of what a label takes of the map's width for each letter and for its dot, and half of its height; the map is
# twice as wide as high.
_LETTER, _DOT, _LINE = 0.0036, 0.010, 0.012
_ASPECT = 0.5


def decoded(folder: Path, entry: dict) -> list[list[np.ndarray]]:
    """Pictures of all timbres' notes at `PITCHES`, [moments, distance.BANDS] in decibels, the loudest at 0."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(folder / entry["file"]), providers=["CPUExecutionProvider"])
    pictures = []
    for row in entry["timbres"]:
        notes = []
        for pitch in PITCHES:
            inputs = {"latent": [row["latent"]], "pitch": [[pitch]], "velocity": [[VELOCITY]]}
            frames, statics = session.run(None, {key: np.array(x, np.float32) for key, x in inputs.items()})
            table = sound.table(frames[0], statics[0], pitch, 3 if row.get("section") else 1)
            notes.append(heard(sound.play(table, SECS, HOLD_SECS)))
        pictures.append(notes)
    return pictures


def heard(note: np.ndarray) -> np.ndarray:
    """A note's picture at moments as dense at its attack as those of a table, without its level. note: [2, frames]."""
    padded = np.pad(note, ((0, 0), (1024, 2048)))
    picture = distance.mel(padded)
    moments = shape.FRAME_SECS[shape.FRAME_SECS < SECS]
    picture = picture[np.minimum(np.round(moments * 100).astype(int), len(picture) - 1)]
    return picture - picture.max()


def closeness(names: list[str]) -> np.ndarray:
    """How much each of `PITCHES` is a note of each instrument, 0 to 1: [timbres, pitches].

    A name that is not ours plays all of them.
    """
    catalog = {it.name: it for it in instruments.INSTRUMENTS}
    pitches = np.array(PITCHES, float)
    rows = []
    for name in names:
        low, high = (catalog[name].low, catalog[name].high) if name in catalog else (0, 127)
        rows.append(np.exp(-np.maximum(np.maximum(low - pitches, pitches - high), 0.0) / _BEYOND))
    return np.array(rows)


def apart(pictures: list[list[np.ndarray]], weights: np.ndarray) -> np.ndarray:
    """Decibels between all pairs, over the notes that both play: [timbres, timbres]."""
    count = len(pictures)
    out = np.zeros((count, count))
    for one in range(count):
        for other in range(one):
            both = weights[one] * weights[other]
            rows = zip(pictures[one], pictures[other], strict=True)
            decibels = [(distance.log_spectral(a, b) + distance.log_spectral(b, a)) / 2 for a, b in rows]
            out[one, other] = out[other, one] = float((both * decibels).sum() / both.sum())
    return out


def scaled(distances: np.ndarray) -> np.ndarray:
    """Two coordinates for each row, by classical scaling (Torgerson, "Multidimensional scaling: I", 1952)."""
    count = len(distances)
    center = np.eye(count) - 1.0 / count
    values, vectors = np.linalg.eigh(center @ (-0.5 * distances**2) @ center)
    places = vectors[:, [-1, -2]] * np.sqrt(np.maximum(values[[-1, -2]], 0.0))
    # The sign of an eigenvector is nobody's choice: the greatest value is positive.
    return places * np.sign(places[np.abs(places).argmax(0), [0, 1]])


def embedded(distances: np.ndarray) -> np.ndarray:
    """Two coordinates for each row, so that their distances are near to the given ones, small ones above all.

    By majorization (de Leeuw, "Applications of convex analysis to multidimensional scaling", 1977), from classical
    scaling on. Weights are one over the square of the distance, so that errors count as shares.
    """
    count = len(distances)
    weights = (1.0 - np.eye(count)) / (distances + np.eye(count)) ** 2
    inverse = np.linalg.pinv(np.diag(weights.sum(1)) - weights)
    places = scaled(distances)
    for _ in range(_ROUNDS):
        pull = -weights * distances / (between(places) + np.eye(count))
        pull[np.diag_indices(count)] = -pull.sum(1)
        places = inverse @ (pull @ places)
    return places


def between(places: np.ndarray) -> np.ndarray:
    """Distances of all pairs of places, [count, count]."""
    return np.sqrt(((places[:, None] - places[None]) ** 2).sum(2))


def stress(distances: np.ndarray, places: np.ndarray) -> float:
    """Stress of a layout at its best scale.

    Source: Kruskal, "Multidimensional scaling by optimizing goodness of fit to a nonmetric hypothesis", 1964.
    """
    found = between(places)
    found *= (found * distances).sum() / (found**2).sum()
    return float(np.sqrt(((found - distances) ** 2).sum() / (distances**2).sum()))


def neighbors(distances: np.ndarray, places: np.ndarray, count: int = 5) -> float:
    """Share of each timbre's nearest ones by ear that are its nearest on the map."""
    far = np.eye(len(distances)) * 1e9
    by_ear = np.argsort(distances + far, 1)[:, :count]
    by_eye = np.argsort(between(places) + far, 1)[:, :count]
    return float(np.mean([len({*a} & {*b}) / count for a, b in zip(by_ear, by_eye, strict=True)]))


def turned(places: np.ndarray, held: np.ndarray, bright: np.ndarray) -> np.ndarray:
    """The same layout, what is held to the right of what is struck, and the brighter half above (y grows downwards)."""
    centered = places - places.mean(0)
    lean = np.linalg.lstsq(centered, held - held.mean(), rcond=None)[0]
    lean = lean / max(float(np.hypot(*lean)), 1e-9)
    right, across = centered @ lean, centered @ np.array([-lean[1], lean[0]])
    if (across * (bright - bright.mean())).sum() > 0:
        across = -across
    return np.stack([right, across], 1)


def spread(places: np.ndarray, titles: list[str]) -> np.ndarray:
    """Places between 0 and 1 at which no label lies on another.

    Where there is no room for all, labels are taken for smaller than they are.
    """
    label = np.array([[_DOT + _LETTER * len(title), _LINE / _ASPECT] for title in titles])
    low, high = places.min(0), places.max(0)
    shares = (places - low) / np.maximum(high - low, 1e-9)
    for size in np.arange(1.0, 0.0, -0.05):
        half = size * label
        border = _MARGIN + half
        out = pushed(shares * (1.0 - 2 * border.max(0)) + border.max(0), half, border)
        if not overlapping(out, half).any():
            break
    return filled(out, half)


def filled(places: np.ndarray, half: np.ndarray) -> np.ndarray:
    """The same places, drawn apart until labels reach the borders on all sides."""
    low, high = (places - half).min(0), (places + half).max(0)
    middle = (low + high) / 2
    # A label does not grow: each end gives how far its own place may go.
    room = (0.5 - _MARGIN - half) / np.maximum(np.abs(places - middle), 1e-9)
    return 0.5 + (places - middle) * np.maximum(room.min(0), 1.0)


def overlapping(places: np.ndarray, half: np.ndarray) -> np.ndarray:
    """Which pairs of boxes of those half sizes lie on each other: [count, count]."""
    lap = half[:, None] + half[None] - np.abs(places[:, None] - places[None])
    return (lap > 1e-5).all(2) & ~np.eye(len(places), dtype=bool)


def pushed(places: np.ndarray, half: np.ndarray, border: np.ndarray) -> np.ndarray:
    """Places from which boxes that lay on each other were pushed, little by little, the nearer way out."""
    order = np.arange(len(places))
    earlier = np.sign(order[:, None] - order[None])[:, :, None]
    reach = half[:, None] + half[None]
    for _ in range(600):
        hits = overlapping(places, half)
        if not hits.any():
            break
        gap = places[:, None] - places[None]
        lap = np.where(hits[:, :, None], reach - np.abs(gap), 0.0)
        way = (lap / reach).argmin(2)[:, :, None] == np.arange(2)
        side = np.where(gap == 0, earlier, np.sign(gap))
        push = np.where(way, 0.3 * lap * side, 0.0).sum(1)
        places = np.clip(places + push, border, 1.0 - border)
    return places


def brightness(pictures: list[list[np.ndarray]], weights: np.ndarray) -> np.ndarray:
    """Mean band of each timbre's power, over the notes that it plays: [timbres]."""
    bands = np.arange(distance.BANDS)
    rows = []
    for notes, weight in zip(pictures, weights, strict=True):
        power = [(10 ** (note / 10)).mean(0) for note in notes]
        centers = np.array([(it * bands).sum() / it.sum() for it in power])
        rows.append((centers * weight).sum() / weight.sum())
    return np.array(rows)


def layout(folder: Path, entry: dict) -> tuple[np.ndarray, dict]:
    """The places of a manifest's timbres, [timbres, 2] between 0 and 1, and how well they tell what is heard."""
    rows = entry["timbres"]
    weights = closeness([row["name"] for row in rows])
    pictures = decoded(folder, entry)
    distances = apart(pictures, weights)
    plain = embedded(distances)
    held = np.array([row["nature"] == "held" for row in rows], float)
    places = turned(plain, held, brightness(pictures, weights))
    places = spread(places, [row["title"] for row in rows])
    figures = {
        "stress": stress(distances, plain),
        "neighbors": neighbors(distances, plain),
        "spread_neighbors": neighbors(distances, places * [1.0, _ASPECT]),
        "by_chance": 5 / max(len(rows) - 1, 1),
    }
    return np.round(places, DIGITS), figures


def with_places(table: dict, places: np.ndarray) -> dict:
    """A manifest in which every timbre has its place."""
    entry = table["timbre_model"]
    rows = [
        {key: value for key, value in row.items() if key not in ("place", "latent")}
        | {"place": [float(x), float(y)], "latent": row["latent"]}
        for row, (x, y) in zip(entry["timbres"], places, strict=True)
    ]
    return pack.with_timbres(table, entry | {"timbres": rows})


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, required=True, help="a folder with a manifest and a timbre model")
    path = parser.parse_args().pack / "manifest.json"
    table = json.loads(path.read_text(encoding="utf-8"))
    if "timbre_model" not in table:
        parser.error(f"{path} has no timbre model; training.timbre.export writes one")
    places, figures = layout(path.parent, table["timbre_model"])
    pack.write_manifest(path, with_places(table, places))
    print(f"{len(places)} timbres, " + ", ".join(f"{key} {value:.3f}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
