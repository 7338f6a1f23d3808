"""The vectors of one piece and all the weights among them.

Edges have the weights that are known; the others are asked for many pieces at once. Both goings
over a piece number its vectors alike, in the order in which its records have them, and miss the
same weights in the same order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from sameas.engine.evidence import MAX_VECTORS
from sameas.matching.cluster.linkage import MOST_VECTORS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Square", "Weighed", "fill", "look", "speaks_against", "square_for", "unknown"]

assert MAX_VECTORS <= MOST_VECTORS

_MISSING = np.iinfo(np.int64).min
_UNKNOWN = _MISSING + 1


class Weighed(NamedTuple):
    """What is known of weights."""

    vector: Ints
    """n: see `Scores`."""
    begins: Longs
    """Where the edges of each vector, as the lower one, begin in the next two."""
    other: Ints
    weight: Longs
    local: Ints
    """An entry a vector, whatever it is; is written to."""


class Square(NamedTuple):
    """Room for the weights of one piece; used again for each."""

    vectors: Ints
    """The vectors of the piece."""
    shared: Bools
    """Whether several of its records have the vector."""
    weights: Longs
    """Row by row; `MISSING` where there is none."""
    kept: Bools
    """Row by row: which of them join the piece."""


def square_for(vectors: int) -> Square:
    """Room for so many vectors."""
    return Square(
        np.empty(vectors, dtype=np.int32),
        np.empty(vectors, dtype=bool),
        np.empty(vectors * vectors, dtype=np.int64),
        np.empty(vectors * vectors, dtype=bool),
    )


@njit(cache=True, nogil=True)
def look(records: Ints, least: int, known: Weighed, square: Square) -> int:
    """Number the vectors of a piece and put in what edges say; how many vectors there are.

    Edges of at least `least` join the piece. The weights that are still to be asked for are marked.
    """
    local, vectors, shared = known.local, square.vectors, square.shared
    weights, kept = square.weights, square.kept
    k = 0
    for r in records:
        v = known.vector[r]
        if v < 0:
            continue
        u = local[v]
        if 0 <= u < k and vectors[u] == v:
            shared[u] = True
            continue
        local[v] = k
        vectors[k] = v
        shared[k] = False
        k += 1
    weights[: k * k] = _UNKNOWN
    kept[: k * k] = False
    for a in range(k):
        v = vectors[a]
        for e in range(known.begins[v], known.begins[v + 1]):
            b = local[known.other[e]]
            if 0 <= b < k and vectors[b] == known.other[e]:
                weights[a * k + b] = known.weight[e]
                weights[b * k + a] = known.weight[e]
                if known.weight[e] >= least:
                    kept[a * k + b] = True
                    kept[b * k + a] = True
        if not shared[a]:
            weights[a * k + a] = _MISSING
    return k


@njit(cache=True, nogil=True)
def fill(k: int, asked: Longs, at: int, square: Square) -> int:
    """Put in the weights that were asked for, from a place on; the place after them."""
    weights = square.weights
    for a in range(k):
        for b in range(a, k):
            if weights[a * k + b] == _UNKNOWN:
                weights[a * k + b] = asked[at]
                weights[b * k + a] = asked[at]
                at += 1
    return at


@njit(cache=True, nogil=True)
def unknown(
    spans: Longs, records: Ints, least: Longs, known: Weighed, square: Square, room: int
) -> tuple[Ints, Ints, Longs]:
    """The pairs of vectors to ask for, piece after piece, and where each piece's begin.

    There are at most `room` of them.
    """
    left = np.empty(room, dtype=np.int32)
    right = np.empty(room, dtype=np.int32)
    starts = np.zeros(len(spans) + 1, dtype=np.int64)
    n = 0
    for piece in range(len(spans)):
        k = look(records[spans[piece, 0] : spans[piece, 1]], least[piece], known, square)
        for a in range(k):
            for b in range(a, k):
                if square.weights[a * k + b] == _UNKNOWN:
                    left[n] = min(square.vectors[a], square.vectors[b])
                    right[n] = max(square.vectors[a], square.vectors[b])
                    n += 1
        starts[piece + 1] = n
    return left[:n].copy(), right[:n].copy(), starts


@njit(cache=True, nogil=True)
def speaks_against(
    spans: Longs,
    records: Ints,
    known: Weighed,
    square: Square,
    asked: Longs,
    starts: Longs,
    cut: int,
) -> Bools:
    """In which pieces some pair of vectors has a weight that is not above the cut."""
    found = np.zeros(len(spans), dtype=np.bool_)
    for piece in range(len(spans)):
        k = look(records[spans[piece, 0] : spans[piece, 1]], 0, known, square)
        fill(k, asked, starts[piece], square)
        for weight in square.weights[: k * k]:
            if weight != _MISSING and weight <= cut:
                found[piece] = True
                break
    return found
