"""How far one set of pieces overlaps another, after Yang and Lerch.

Yang and Lerch, "On the evaluation of generative models in music", 2020. For one descriptor and two sets:

1. Each piece is a number or a histogram; the distance of two pieces is the Euclidean one. Pieces of which the
   descriptor is nan are left out.
2. The distances of all pairs of different real pieces are the *intra-set* distances, those of every real piece to
   every piece of ours the *inter-set* distances.
3. Each of both becomes a density by Gaussian kernels of one bandwidth, Scott's for all distances together, sd *
   n^(-1/5), but at least a hundredth of their range. (The paper gives each set its own, which makes a spike of
   distances that are all zero and finds no overlap with a set in which nearly all are.) Distances are binned to 512
   points first, on a grid that reaches three bandwidths beyond their range.
4. The overlap is the integral of the smaller of both densities, 0..1. The paper's Kullback-Leibler distance is left
   out.

The paper compares several intra-set distances; here the reference is always the real set's. A set that says one thing
again and again can overlap well where that thing is usual, so `own` gives the overlap of our intra-set distances with
the same inter-set ones: it falls when ours differ less, or more, among each other than from the real pieces.

*Real against real* does the same for two halves of the real pieces, drawn at random by piece (all windows of a piece
go to the same half) and averaged over twenty draws: what chance leaves of 1 at half the size.
"""

import numpy as np

GRID = 512
LEAST = 3  # pieces; fewer say nothing
DRAWS = 20
_NARROWEST = 0.01  # bandwidth over the range of all distances


def distances(a: np.ndarray, b: np.ndarray | None = None) -> np.ndarray:
    """Euclidean distances [pairs] of all pairs within `a`, or of every row of `a` to every row of `b`; rows [n, k]."""
    other = a if b is None else b
    apart = np.sqrt(np.maximum(((a[:, None] - other[None]) ** 2).sum(-1), 0))
    return apart[np.triu_indices(len(a), 1)] if b is None else apart.ravel()


def bandwidth(values: np.ndarray) -> float:
    """Scott's, and not too narrow for numbers that are all but equal."""
    return max(float(values.std()) * len(values) ** -0.2, _NARROWEST * float(np.ptp(values)))


def density(values: np.ndarray, low: float, width: float, spread: float) -> np.ndarray:
    """Density at the grid's points, `width` apart from `low` on, by kernels of bandwidth `spread` > 0."""
    counts = np.bincount(np.rint((values - low) / width).astype(int), minlength=GRID)[:GRID]
    reach = int(np.ceil(4 * spread / width))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * width / spread) ** 2)
    return np.convolve(counts, kernel / kernel.sum())[reach : reach + GRID] / (len(values) * width)


def area(a: np.ndarray, b: np.ndarray) -> float:
    """Overlapped area of the densities of two sets of distances, 0..1."""
    both = np.concatenate([a, b])
    if np.ptp(both) < 1e-12:
        return 1.0
    spread = bandwidth(both)
    low = both.min() - 3 * spread
    width = (both.max() + 3 * spread - low) / (GRID - 1)
    return float(np.minimum(density(a, low, width, spread), density(b, low, width, spread)).sum() * width)


def _rows(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """As [n, k] without rows that hold a nan, and which rows [n] those are not."""
    rows = np.asarray(values, float).reshape(len(values), int(np.prod(np.shape(values)[1:])))
    good = ~np.isnan(rows).any(1)
    return rows[good], good


def overlap(real: np.ndarray, ours: np.ndarray) -> dict[str, float] | None:
    """`overlap` (real intra-set against inter-set) and `own` (ours instead) of one descriptor, [n] or [n, k].

    None for too few pieces.
    """
    real, ours = _rows(real)[0], _rows(ours)[0]
    if min(len(real), len(ours)) < LEAST:
        return None
    between = distances(real, ours)
    return {"overlap": area(distances(real), between), "own": area(distances(ours), between)}


def real_overlap(real: np.ndarray, piece: np.ndarray, seed: int) -> float | None:
    """Overlap of two random halves of the real set; `piece` [n] says which piece each row is from. None for too few."""
    rows, good = _rows(real)
    piece = np.asarray(piece)[good]
    names = np.unique(piece)
    found = []
    for draw in range(DRAWS):
        rng = np.random.default_rng((seed, draw))
        first = np.isin(piece, rng.permutation(names)[: len(names) // 2])
        if min(first.sum(), (~first).sum()) >= LEAST:
            found.append(area(distances(rows[first]), distances(rows[first], rows[~first])))
    return float(np.mean(found)) if found else None
