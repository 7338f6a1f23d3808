"""Who is one person by weights alone: bounded components of vectors, linked by mean weight.

No links, no constraints: what a model learns from its own clusters. The answer is a function of the
pairs and their weights, whatever their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from sameas.matching.cluster.linkage import LIVE, Room, begin, best, enter, join, room

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["People", "clusters", "pieces"]

_MISSING = np.iinfo(np.int64).min


class People(NamedTuple):
    """n vectors in pieces, and the clusters inside them."""

    piece: Ints
    """n: numbered from 0 in the order of their least vectors."""
    cluster: Ints
    """n: the same."""
    left: Ints
    """Every pair of vectors inside a piece, left < right, piece by piece."""
    right: Ints
    weight: Longs
    """The least integer where nothing can be said."""


def pieces(
    n: int,
    left: Ints,
    right: Ints,
    weight: Longs,
    *,
    threshold: int,
    ladder: Sequence[int],
    most: int,
) -> Ints:
    """The piece of each of n vectors, numbered in the order of their least vectors.

    Pairs of at least the threshold join. A piece of more than `most` vectors is cut: only pairs of
    the threshold and the next step of the ladder join it, part by part, and in the end none.
    """
    piece = np.zeros(n, dtype=np.int32)
    large = np.ones(1, dtype=bool)
    for step in ladder:
        inside = large[piece[left]] & (piece[left] == piece[right]) & (weight >= threshold + step)
        large = _split(piece, large, left[inside], right[inside], most)
        if not large.any():
            return piece
    none = left[:0]
    _split(piece, large, none, none, most)
    return piece


def _split(
    piece: Ints, large: NDArray[np.bool_], left: Ints, right: Ints, most: int
) -> NDArray[np.bool_]:
    """Cut the large pieces anew; tells which pieces are too large then."""
    parent = np.arange(len(piece), dtype=np.int32)
    count = _connected(parent, piece, large, left, right)
    piece[:] = parent
    return np.bincount(piece, minlength=count) > most


def clusters(
    n: int,
    left: Ints,
    right: Ints,
    weight: Longs,
    weigh: Callable[[Ints, Ints], Longs],
    *,
    threshold: int,
    cut: int,
    ladder: Sequence[int],
    most: int,
) -> People:
    """Pieces of n vectors and their clusters by mean linkage; all pairs inside pieces are weighed.

    Args:
        n: how many vectors there are.
        left, right, weight: candidate pairs and their weights.
        weigh: the weights of any pairs, asked once.
        threshold, ladder, most: see `pieces`; at most `MOST_VECTORS`.
        cut: clusters join while their mean weight is above it.
    """
    piece = pieces(n, left, right, weight, threshold=threshold, ladder=ladder, most=most)
    order = np.argsort(piece, kind="stable").astype(np.int32)
    starts = np.searchsorted(piece[order], np.arange(int(piece.max(initial=-1)) + 2))
    one, other = _inside(order, starts)
    weights = weigh(one, other)
    label = np.empty(n, dtype=np.int32)
    widest = int(np.diff(starts).max(initial=1))
    _link(order, starts, weights, cut, room(widest, widest), label)
    numbers = np.full(n, -1, dtype=np.int32)
    _dense(label, numbers)
    return People(piece, label, one, other, weights)


@njit(cache=True, nogil=True)
def _root(parent: Ints, one: int) -> int:
    while parent[one] != one:
        parent[one] = parent[parent[one]]
        one = parent[one]
    return one


@njit(cache=True, nogil=True)
def _connected(parent: Ints, piece: Ints, large: NDArray[np.bool_], left: Ints, right: Ints) -> int:
    """Pieces that are not large stay; `parent` becomes the number of each vector's piece."""
    first = np.full(len(large), -1, dtype=np.int32)
    for one in range(len(parent)):
        if not large[piece[one]]:
            if first[piece[one]] < 0:
                first[piece[one]] = one
            parent[one] = first[piece[one]]
    for k in range(len(left)):
        a = _root(parent, left[k])
        b = _root(parent, right[k])
        parent[max(a, b)] = min(a, b)
    count = 0
    for one in range(len(parent)):
        if parent[one] == one:
            parent[one] = count
            count += 1
        else:
            # the root is lower, and has its number
            parent[one] = parent[parent[one]]
    return count


@njit(cache=True, nogil=True)
def _inside(order: Ints, starts: Longs) -> tuple[Ints, Ints]:
    total = 0
    for k in range(len(starts) - 1):
        size = starts[k + 1] - starts[k]
        total += size * (size - 1) // 2
    left = np.empty(total, dtype=np.int32)
    right = np.empty(total, dtype=np.int32)
    n = 0
    for k in range(len(starts) - 1):
        for i in range(starts[k], starts[k + 1]):
            for j in range(i + 1, starts[k + 1]):
                left[n] = order[i]
                right[n] = order[j]
                n += 1
    return left, right


@njit(cache=True, nogil=True)
def _link(order: Ints, starts: Longs, weights: Longs, cut: int, space: Room, label: Ints) -> None:
    """The cluster of each vector, by the number of one of its vectors."""
    heap = np.empty((64, 4), dtype=np.int64)
    square = np.empty(64, dtype=np.int64)
    at = 0
    for k in range(len(starts) - 1):
        first = starts[k]
        size = starts[k + 1] - first
        for i in range(size):
            label[order[first + i]] = order[first + i]
        if size == 1:
            continue
        if size * size > len(square):
            square = np.empty(size * size, dtype=np.int64)
        square[: size * size] = _MISSING
        for i in range(size):
            for j in range(i + 1, size):
                square[i * size + j] = weights[at]
                square[j * size + i] = weights[at]
                at += 1
        space.at[:] = 0
        for i in range(size):
            space.vector[i] = i
            space.following[i] = -1
            enter(space, order[first + i], i)
        heap = begin(space, square, size, heap, cut)
        while True:
            a, b = best(space, heap)
            if a < 0:
                break
            _, heap = join(space, a, b, square, heap, cut)
        for i in range(space.at[LIVE]):
            node = space.who[space.live[i], 0]
            lead = order[first + space.vector[node]]
            while node >= 0:
                label[order[first + space.vector[node]]] = lead
                node = space.following[node]


@njit(cache=True, nogil=True)
def _dense(label: Ints, numbers: Ints) -> None:
    count = 0
    for one in range(len(label)):
        if numbers[label[one]] < 0:
            numbers[label[one]] = count
            count += 1
        label[one] = numbers[label[one]]
