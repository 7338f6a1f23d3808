"""Pieces: vectors that hang together by edges, small enough that all their pairs can be weighed.

A piece with too many vectors raises its threshold along a fixed ladder until its parts fit: what a
piece is, is a function of the weights alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from sameas.matching.cluster.linkage import link, room
from sameas.matching.cluster.units import LADDER, MAX_VECTORS, MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Pieces", "clusters", "pieces", "together"]


class Pieces(NamedTuple):
    """Pieces of two vectors and more, in the order of their least vectors."""

    members: Ints
    """The vectors, ascending in each piece."""
    starts: Longs
    """Where each piece begins in `members`, and the end."""

    @property
    def pairs(self) -> int:
        """How many pairs lie inside pieces."""
        sizes = np.diff(self.starts)
        return int((sizes * (sizes - 1) // 2).sum())

    def some(self, limit: int) -> Pieces:
        """As many pieces as hold at most so many pairs, drawn by a hash of their least vectors."""
        if self.pairs <= limit:
            return self
        sizes = np.diff(self.starts)
        order = np.argsort(_mixed(self.members[self.starts[:-1]]), kind="stable")
        fit = order[np.cumsum((sizes * (sizes - 1) // 2)[order]) <= limit]
        kept = np.zeros(len(sizes), dtype=np.bool_)
        kept[fit] = True
        starts = np.concatenate([[0], np.cumsum(sizes[kept])]).astype(np.int64)
        return Pieces(self.members[np.repeat(kept, sizes)], starts)

    def inside(self) -> tuple[Ints, Ints]:
        """All pairs inside pieces: left < right, ascending in each piece."""
        return _inside(self.members, self.starts)


def _mixed(numbers: Ints) -> NDArray[np.uint64]:
    """SplitMix64's finisher."""
    x = numbers.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(cache=True, nogil=True)
def _inside(members: Ints, starts: Longs) -> tuple[Ints, Ints]:
    total = 0
    for piece in range(len(starts) - 1):
        size = starts[piece + 1] - starts[piece]
        total += size * (size - 1) // 2
    left = np.empty(total, dtype=np.int32)
    right = np.empty(total, dtype=np.int32)
    at = 0
    for piece in range(len(starts) - 1):
        for one in range(starts[piece], starts[piece + 1]):
            for other in range(one + 1, starts[piece + 1]):
                left[at] = members[one]
                right[at] = members[other]
                at += 1
    return left, right


@njit(cache=True, nogil=True)
def _root(parents: Ints, one: int) -> int:
    while parents[one] != one:
        parents[one] = parents[parents[one]]
        one = parents[one]
    return one


@njit(cache=True, nogil=True)
def _hung(
    parents: Ints, left: Ints, right: Ints, weights: Longs, least: int, open_: NDArray[np.bool_]
) -> None:
    """Join what edges of at least this weight join, the lower vector first, where it is open."""
    for pair in range(len(left)):
        if weights[pair] >= least and open_[left[pair]] and open_[right[pair]]:
            one = _root(parents, left[pair])
            other = _root(parents, right[pair])
            if one != other:
                parents[max(one, other)] = min(one, other)
    for one in range(len(parents)):
        parents[one] = _root(parents, one)


def pieces(
    n: int,
    left: Ints,
    right: Ints,
    weights: Longs,
    *,
    threshold: int,
    ladder: Sequence[int | None] = LADDER,
    max_vectors: int = MAX_VECTORS,
) -> Pieces:
    """The pieces of n vectors under edges of at least the threshold, each of them small enough."""
    piece = np.arange(n, dtype=np.int32)
    open_ = np.ones(n, dtype=np.bool_)
    for step in ladder:
        if step is None:
            break
        piece[open_] = np.flatnonzero(open_)
        _hung(piece, left, right, weights, threshold + step, open_)
        open_ = np.bincount(piece, minlength=n)[piece] > max_vectors
        if not open_.any():
            break
        kept = open_[left] & open_[right] & (weights >= threshold + step)
        left, right, weights = left[kept], right[kept], weights[kept]
    piece[open_] = np.flatnonzero(open_)
    sizes = np.bincount(piece, minlength=n)
    members = np.flatnonzero(sizes[piece] > 1)
    order = members[np.argsort(piece[members], kind="stable")].astype(np.int32)
    kept_sizes = sizes[sizes > 1]
    return Pieces(order, np.concatenate([[0], np.cumsum(kept_sizes)]).astype(np.int64))


@njit(cache=True, nogil=True)
def clusters(members: Ints, starts: Longs, weights: Longs, cut: int) -> Ints:
    """The cluster of each member, as the place in `members` of the cluster's first.

    The weights are those of `Pieces.inside`, in its order.
    """
    out = np.empty(len(members), dtype=np.int32)
    widest = 0
    for piece in range(len(starts) - 1):
        widest = max(widest, starts[piece + 1] - starts[piece])
    space = room(widest, widest)
    heap = np.empty((1024, 4), dtype=np.int64)
    square = np.empty(widest * widest, dtype=np.int64)
    found = np.empty(widest, dtype=np.int32)
    at = 0
    for piece in range(len(starts) - 1):
        first = starts[piece]
        size = starts[piece + 1] - first
        if size == 2:
            out[first] = first
            together = weights[at] != MISSING and weights[at] > cut
            out[first + 1] = first if together else first + 1
            at += 1
            continue
        square[: size * size] = MISSING
        for one in range(size):
            for other in range(one + 1, size):
                square[one * size + other] = weights[at]
                square[other * size + one] = weights[at]
                at += 1
        heap = link(square, size, space, heap, cut, found)
        for one in range(size):
            out[first + one] = first + found[one]
    return out


@njit(cache=True, nogil=True)
def together(starts: Longs, cluster: Ints) -> NDArray[np.bool_]:
    """Of each pair of `Pieces.inside` whether its ends are in one cluster."""
    total = 0
    for piece in range(len(starts) - 1):
        size = starts[piece + 1] - starts[piece]
        total += size * (size - 1) // 2
    out = np.empty(total, dtype=np.bool_)
    at = 0
    for piece in range(len(starts) - 1):
        for one in range(starts[piece], starts[piece + 1]):
            for other in range(one + 1, starts[piece + 1]):
                out[at] = cluster[one] == cluster[other]
                at += 1
    return out
