"""How long improvisations and real pieces copy the training corpus note by note, as `training.copies` tells it."""

import argparse
import json
import sys
from pathlib import Path

import numba
import numpy as np

from training import copies, improvise, report, windows
from training import vocabulary as v
from training.corpus import Corpus

SHORTEST = 6  # notes; shorter runs are anybody's
LENGTHS = (*range(SHORTEST, 33), 36, 40, 48, 56, 64, 80, 96, 128)  # notes


@numba.njit(cache=True)
def _found(wanted, corpus):
    """Which of the fingerprints `wanted` (0 = none) stand in `corpus`, bool."""
    size = 16
    while size < 2 * len(wanted):
        size *= 2
    mask = np.uint64(size - 1)
    keys, there = np.zeros(size, np.uint64), np.zeros(size, np.bool_)
    for h in wanted:
        at = (h * np.uint64(0xD1342543DE82EF95)) >> np.uint64(20) & mask
        while h and keys[at] != 0 and keys[at] != h:
            at = (at + np.uint64(1)) & mask
        if h:
            keys[at] = h
    for h in corpus:
        at = (h * np.uint64(0xD1342543DE82EF95)) >> np.uint64(20) & mask
        while h and keys[at] != 0 and keys[at] != h:
            at = (at + np.uint64(1)) & mask
        if h and keys[at] == h:
            there[at] = True
    out = np.zeros(len(wanted), np.bool_)
    for i in range(len(wanted)):
        h = wanted[i]
        at = (h * np.uint64(0xD1342543DE82EF95)) >> np.uint64(20) & mask
        while h and keys[at] != 0 and keys[at] != h:
            at = (at + np.uint64(1)) & mask
        out[i] = h != 0 and there[at]
    return out


def corpus_tokens(corpus: Corpus) -> np.ndarray:
    """All lines of the training split, joined."""
    found = []
    for index in np.flatnonzero(corpus.column("split") == "train"):
        piece = corpus[int(index)]
        for part in np.flatnonzero(piece.families != v.DRUMS):
            mine = piece.part == part
            if mine.any():
                found.append(copies.tokens(piece.onset[mine], piece.pitch[mine]))
    return copies.joined(found)


def lines_of(stream) -> list[np.ndarray]:
    """The lines of a stream that have at least two notes."""
    slots = [s for s in range(v.PARTS) if not stream.drums[s] and (stream.slot == s).sum() > 1]
    return [copies.tokens(stream.onset[stream.slot == s], stream.pitch[stream.slot == s]) for s in slots]


def runs(streams: list, corpus: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each stream, the length of its longest copy (0 = none) and the share of its tokens within copies.

    Runs of as many notes as `LENGTHS` says are looked up; the share is that of runs of `SHORTEST` notes. A stream
    without lines has a share of nan.
    """
    lines = [copies.joined(lines_of(s)) for s in streams]
    every = np.concatenate(lines) if lines else np.empty(0, np.int16)
    owner = np.repeat(np.arange(len(streams)), [len(x) for x in lines])
    longest, within = np.zeros(len(streams), np.int64), np.zeros(len(every), np.bool_)
    for notes in LENGTHS:
        wanted = np.where(copies.plain(every, notes), np.uint64(0), copies.fingerprints(every, notes))
        copied = _found(wanted, copies.fingerprints(corpus, notes))
        ends = np.flatnonzero(copied)
        np.maximum.at(longest, owner[ends], copies.lengths(every, ends, notes))
        if notes == SHORTEST:
            for back in range(notes - 1):
                within |= np.append(copied[back:], np.zeros(min(back, len(copied)), np.bool_))
        if not copied.any():
            break
    counts = np.bincount(owner[every >= 0], minlength=len(streams))
    inside = np.bincount(owner[within], minlength=len(streams))
    return longest, np.where(counts > 0, inside / np.maximum(counts, 1), np.nan)


def _summary(longest: np.ndarray, share: np.ndarray) -> dict:
    known = ~np.isnan(share)
    if not known.any():
        return {"pieces": 0}
    quantiles = np.percentile(longest[known], (5, 25, 50, 75, 95, 100)).round(1).tolist()
    return {
        "pieces": int(known.sum()),
        "longest": dict(zip(("p5", "p25", "p50", "p75", "p95", "most"), quantiles, strict=True)),
        "share": round(float(share[known].mean()), 3),
    }  # fmt: skip


def measure(player, manifest: dict, corpus: Corpus, wanted: argparse.Namespace, tell=None) -> dict[str, dict]:
    """Figures of each style and of `all`: of real validation windows, and of improvisations on their grounds."""
    style, split = corpus.column("style"), corpus.column("split")
    chosen = np.flatnonzero(np.isin(style, wanted.styles) & (split == "valid"))
    real = windows.choose((corpus[int(i)] for i in chosen), set(wanted.styles), wanted.pieces, wanted.bars, wanted.seed)
    cards = {row["name"]: row for row in manifest["styles"]}
    asks, groups = [], []
    streams = [w.stream for name in wanted.styles for w in real[name]]
    groups += [(name, "real") for name in wanted.styles for _ in real[name]]
    for name in wanted.styles:
        for t in wanted.temperatures:
            some = report.asks_of(cards[name], real[name], wanted, t)
            asks += some
            groups += [(name, str(t))] * len(some)
    made = improvise.improvise(player, asks, most_notes=improvise.MOST_NOTES, tell=tell)
    longest, share = runs(streams + [m.stream for m in made], corpus_tokens(corpus))
    of = {key: np.array([g == key for g in groups]) for key in dict.fromkeys(groups)}
    of |= {("all", kind): np.array([g[1] == kind for g in groups]) for _, kind in list(of)}
    kinds = ("real", *(str(t) for t in wanted.temperatures))
    return {
        name: {k: _summary(longest[of[name, k]], share[of[name, k]]) for k in kinds if (name, k) in of}
        for name in (*wanted.styles, "all")
    }


_PAGE = """# How far improvisations copy the training corpus

Longest copy of each piece in notes, repeated figures counted once (median, 95th percentile, longest of all) and share
of its notes in copied runs of {shortest} or more, whatever the key and the tempo; plain runs of fewer than
{plain_below} different steps are not counted. Real windows of at most {bars} bars of the validation split, and as
many improvisations on the same grounds at each temperature; seed {seed}, pack `{pack}` (graph `{sha}`). What a copy
is stands at the head of `training/copies.py`; the numbers are in [originality.json](originality.json).

"""


def markdown(head: dict, styles: dict[str, dict]) -> str:
    """The page."""
    kinds = list(dict.fromkeys(kind for row in styles.values() for kind in row))
    heads = ["style", *(x for k in kinds for x in (f"longest, {k}", f"share, {k}"))]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for name, row in styles.items():
        cells = [name]
        for found in (row.get(kind, {"pieces": 0}) for kind in kinds):
            if found["pieces"]:
                figures = ", ".join(f"{found['longest'][key]:.0f}" for key in ("p50", "p95", "most"))
                cells += [figures, f"{found['share']:.2f}"]
            else:
                cells += ["–", "–"]
        lines.append("| " + " | ".join(cells) + " |")
    return _PAGE.format(**head, sha=head["graph_sha256"][:12]) + "\n".join(lines) + "\n"


def main() -> int:
    """Command line; 0, or 2 where the corpus or the pack cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, default=Path("models/default"))
    parser.add_argument("--corpus", type=Path, required=True, help="the .npz file that training.corpus wrote")
    parser.add_argument("--out", type=Path, default=Path("docs/generation"))
    parser.add_argument("--styles", type=lambda text: text.split(","), default=list(v.STYLES), help="a,b,c")
    parser.add_argument("--pieces", type=int, default=64, help="windows of each style, and improvisations beside them")
    parser.add_argument("--bars", type=int, default=32)
    parser.add_argument("--temperatures", type=lambda t: [float(x) for x in t.split(",")], default=[0.8, 1.0])
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    unknown = set(wanted.styles) - set(v.STYLES)
    if unknown:
        parser.error(f"no such style: {', '.join(sorted(unknown))}")
    try:
        manifest, player = improvise.open_pack(wanted.pack)
        corpus = Corpus.open(wanted.corpus)
    except (OSError, ValueError, KeyError) as error:
        print(f"originality: {error}", file=sys.stderr)
        return 2
    styles = measure(player, manifest, corpus, wanted, lambda done: print(f"{done} improvised", file=sys.stderr))
    head = {
        "pack": manifest["name"], "graph_sha256": manifest["note_model"]["sha256"], "bars": wanted.bars,
        "seed": wanted.seed, "shortest": SHORTEST, "plain_below": copies.PLAIN_BELOW,
    }  # fmt: skip
    rows = ",\n".join(f'  "{name}": {json.dumps(row)}' for name, row in styles.items())
    wanted.out.mkdir(parents=True, exist_ok=True)
    (wanted.out / "originality.json").write_text(
        f'{{{json.dumps(head)[1:-1]},\n "styles": {{\n{rows}\n }}}}\n', encoding="utf-8"
    )
    (wanted.out / "originality.md").write_text(markdown(head, styles), encoding="utf-8")
    print(f"{wanted.out}: {len(styles)} styles")
    return 0


if __name__ == "__main__":
    sys.exit(main())
