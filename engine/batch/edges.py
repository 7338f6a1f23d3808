"""Which vectors match at all, and whose they are: evidence on the live records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sameas.engine.evidence import Scores

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Edges", "matched"]


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """E pairs of vectors that match, between live records, in their order."""

    scores: Scores
    left: Ints
    right: Ints
    weight: Longs
    vptr: Longs
    """One more than there are vectors: where the records of each begin in `vrec`."""
    vrec: Ints

    def let_go(self) -> Edges:
        """The same without what weighs further pairs; see `Scores.let_go`."""
        return replace(self, scores=self.scores.let_go())

    def shown(self) -> tuple[Ints, Ints, Longs]:
        """Pairs of records to show, and their weights.

        A match joins every record of one vector with every record of the other. Shown are those
        with the first record of either side, which is enough to see what it joins.
        """
        return _shown(self.left, self.right, self.weight, self.vptr, self.vrec)


def matched(scores: Scores | None, order: Ints) -> Edges | None:
    """The edges, records of a vector in the given order; None if there are none."""
    if scores is None or not len(scores.left):
        return None
    vectors = int(max(scores.vector.max(initial=-1), scores.right.max())) + 1
    vptr = np.zeros(vectors + 2, dtype=np.int64)
    vrec = np.empty(int(np.count_nonzero(scores.vector >= 0)), dtype=np.int32)
    _sharing(scores.vector, order, vptr, vrec)
    vptr = vptr[:-1]
    width = np.diff(vptr)
    # of one layout: what works on them is compiled for no other
    left, right, weight = map(np.ascontiguousarray, (scores.left, scores.right, scores.weight))
    joins = (width[left] > 0) & (width[right] > 0) & ((left != right) | (width[left] > 1))
    keys = (left.astype(np.int64) << 32) | right
    if not joins.all() or (keys[1:] <= keys[:-1]).any():
        turn = np.argsort(keys, kind="stable")
        turn = turn[joins[turn]]
        left, right, weight = left[turn], right[turn], weight[turn]
    return Edges(scores, left, right, weight, vptr, vrec) if len(left) else None


@njit(cache=True, nogil=True)
def _sharing(vector: Ints, order: Ints, vptr: Longs, vrec: Ints) -> None:
    """Who shares each vector; `vptr` is two more zeros than there are vectors."""
    for one in vector:
        if one >= 0:
            vptr[one + 2] += 1
    for one in range(2, len(vptr)):
        vptr[one] += vptr[one - 1]
    for record in order:
        one = vector[record] + 1
        if one > 0:
            vrec[vptr[one]] = record
            vptr[one] += 1


@njit(cache=True, nogil=True)
def _shown(
    left: Ints, right: Ints, weight: Longs, vptr: Longs, vrec: Ints
) -> tuple[Ints, Ints, Longs]:
    total = 0
    for e in range(len(left)):
        total += vptr[left[e] + 1] - vptr[left[e]] - 1
        if left[e] != right[e]:
            total += vptr[right[e] + 1] - vptr[right[e]]
    one = np.empty(total, dtype=np.int32)
    other = np.empty(total, dtype=np.int32)
    weights = np.empty(total, dtype=np.int64)
    n = 0
    for e in range(len(left)):
        a, b = vptr[left[e]], vptr[right[e]]
        for i in range(a + (left[e] == right[e]), vptr[left[e] + 1]):
            one[n], other[n], weights[n] = vrec[i], vrec[b], weight[e]
            n += 1
        for i in range(b + 1, vptr[right[e] + 1] if left[e] != right[e] else b):
            one[n], other[n], weights[n] = vrec[a], vrec[i], weight[e]
            n += 1
    return one, other, weights
