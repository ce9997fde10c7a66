"""The originality index of a pack: fingerprints of all runs of eight notes in the training split, in one small file.

A pack's host looks runs up in it and so knows, note by note, how long a part has been copying the corpus: a longer copy
is taken to be known runs in a row. What a run and its fingerprint are, and which runs are plain, stands at the head of
`training/copies.py`; plain runs are left out. The file, little-endian:

- `AntOrig1`, then uint32: notes of a run, B, every (see below), pieces; uint64: fingerprints, bytes of names.
- Each fingerprint h is spread by x = h * 0xD1342543DE82EF95 modulo 2^64. Its *bucket* is the upper B bits of x, its
  *remainder* the eight bits below them. (Cleary, "Compact hash tables using bidirectional linear probing", 1984, has
  the thought of keeping the remainder alone.) A run that is not in the corpus is taken for one that is about once in
  two hundred times.
- Buckets in unary: for each in order a bit 1 for each of its fingerprints, then a bit 0; the lowest bit of each byte
  first, padded to 8 bytes.
- The remainders, uint8, in order of bucket, and within a bucket by size.
- For those of them that `every` divides, in the same order, uint16: the number of the first piece that has the run,
  from 0.
- The names of the pieces, UTF-8, with a line feed behind each.
"""

import argparse
import hashlib
import json
import os
import struct
import sys
from pathlib import Path

import numpy as np

from training import copies, pack
from training import vocabulary as v
from training.corpus import Corpus

MAGIC = b"AntOrig1"
NOTES = 8  # of a run
EVERY = 6  # one remainder in so many has its piece named
HEADER = struct.Struct("<8s4I2Q")
FILE = "originality.bin"
SPREAD = np.uint64(0xD1342543DE82EF95)
_MOST_PIECES = 1 << 16


def _keys(corpus: Corpus) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Spread fingerprints of every run of the training split, the number of each one's piece, and their names."""
    lines, owners, names = [], [], []
    for index in np.flatnonzero(corpus.column("split") == "train"):
        piece = corpus[int(index)]
        for part in np.flatnonzero(piece.families != v.DRUMS):
            mine = piece.part == part
            if mine.sum() >= NOTES:
                lines.append(copies.tokens(piece.onset[mine], piece.pitch[mine]))
                owners.append(np.full(len(lines[-1]) + 1, len(names), np.uint16))
        names.append(piece.name.replace("\n", " "))
    if len(names) > _MOST_PIECES:
        raise ValueError(f"cannot index {len(names)} pieces: the index has room for the names of {_MOST_PIECES}")
    line = copies.joined(lines)
    found = np.where(copies.plain(line, NOTES), np.uint64(0), copies.fingerprints(line, NOTES))
    return found * SPREAD, np.concatenate(owners or [np.empty(0, np.uint16)]), names


def build(corpus: Corpus) -> bytes:
    """The index of the training split of `corpus`. Raises ValueError where it has more than 65536 pieces."""
    keys, owner, names = _keys(corpus)
    owner, keys = owner[keys != 0], keys[keys != 0]
    count = len(np.unique(keys))
    bits = max(12, int(count).bit_length() - 1)
    code = keys >> np.uint64(56 - bits)  # bucket and remainder
    code, first = np.unique(code, return_index=True)  # the first piece of each, since pieces stand in order
    owner, bucket, remainder = owner[first], code >> np.uint64(8), (code & np.uint64(255)).astype(np.uint8)
    unary = np.zeros(-(-(len(code) + (1 << bits)) // 64) * 64, np.uint8)
    unary[np.arange(len(code)) + bucket.astype(np.int64)] = 1
    text = "".join(name + "\n" for name in names).encode()
    head = HEADER.pack(MAGIC, NOTES, bits, EVERY, len(names), len(code), len(text))
    named = owner[remainder % EVERY == 0].astype("<u2")
    return head + np.packbits(unary, bitorder="little").tobytes() + remainder.tobytes() + named.tobytes() + text


def main() -> int:
    """Command line; 0, or 2 where the corpus or the pack cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="the .npz file that training.corpus wrote")
    parser.add_argument("--pack", type=Path, default=Path("models/default"), help="gets the index and a new manifest")
    wanted = parser.parse_args()
    try:
        manifest = json.loads((wanted.pack / "manifest.json").read_text(encoding="utf-8"))
        found = build(Corpus.open(wanted.corpus))
    except (OSError, ValueError, KeyError) as error:
        print(f"index: {error}", file=sys.stderr)
        return 2
    try:
        _write(wanted.pack, manifest, found)
    except OSError as error:
        print(f"index: {error}", file=sys.stderr)
        return 2
    print(f"{wanted.pack / FILE}: {len(found)} bytes")
    return 0


def _write(folder: Path, manifest: dict, found: bytes) -> None:
    manifest["originality"] = {"file": FILE, "sha256": hashlib.sha256(found).hexdigest()}
    for path, write in (
        (folder / FILE, lambda p: p.write_bytes(found)),
        (folder / "manifest.json", lambda p: pack.write_manifest(p, manifest)),
    ):
        partial = path.with_suffix(".partial")
        write(partial)
        os.replace(partial, path)


if __name__ == "__main__":
    sys.exit(main())
