"""Mean linkage of a few points: the two clusters with the highest mean weight join, again and again.

The answer is a function of the weights and of the numbering of the points: means are compared by
cross-multiplication, ties fall to the lower numbers, and no floating point is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MISSING", "link"]

MISSING = np.iinfo(np.int64).min
"""The weight of a pair of which nothing can be said: it neither votes nor counts."""


@njit(cache=True, nogil=True)
def _best(sums: NDArray[np.int64], counts: NDArray[np.int64], alive: Any, one: int) -> int:
    """The cluster with the highest mean to this one, the lowest of equals; -1: none says anything."""
    found = -1
    for other in range(len(alive)):
        if other == one or not alive[other] or counts[one, other] == 0:
            continue
        if found < 0 or sums[one, other] * counts[one, found] > sums[one, found] * counts[one, other]:
            found = other
    return found


@njit(cache=True, nogil=True)
def link(weights: NDArray[np.int64], cut: int) -> NDArray[np.int32]:
    """The cluster of each point: the lowest point in it. `weights` is square and symmetric.

    Clusters join while their mean is above the cut. Quadratic in the points, usually; the weights
    of 300 points of a hundred bits each multiply without overflow.
    """
    n = len(weights)
    cluster = np.arange(n).astype(np.int32)
    sums = np.zeros((n, n), dtype=np.int64)
    counts = np.zeros((n, n), dtype=np.int64)
    for one in range(n):
        for other in range(n):
            if one != other and weights[one, other] != MISSING:
                sums[one, other] = weights[one, other]
                counts[one, other] = 1
    alive = np.ones(n, dtype=np.bool_)
    best = np.empty(n, dtype=np.int64)
    for one in range(n):
        best[one] = _best(sums, counts, alive, one)
    while True:
        left = -1
        for one in range(n):  # the first of equals is the lowest, and so is its best
            if not alive[one] or best[one] < 0:
                continue
            if left < 0 or (
                sums[one, best[one]] * counts[left, best[left]]
                > sums[left, best[left]] * counts[one, best[one]]
            ):
                left = one
        if left < 0 or sums[left, best[left]] <= cut * counts[left, best[left]]:
            return cluster
        right = best[left]
        if right < left:
            left, right = right, left
        alive[right] = False
        for other in range(n):
            if cluster[other] == right:
                cluster[other] = left
            if alive[other] and other != left:
                sums[left, other] += sums[right, other]
                counts[left, other] += counts[right, other]
                sums[other, left] = sums[left, other]
                counts[other, left] = counts[left, other]
        # a mean of a union lies between the means of its parts, so nobody else's best can rise
        best[left] = _best(sums, counts, alive, left)
        for other in range(n):
            if alive[other] and other != left and best[other] in (left, right):
                best[other] = _best(sums, counts, alive, other)
            elif (
                alive[other]
                and other != left
                and best[other] > left
                and counts[other, left] > 0
                and sums[other, left] * counts[other, best[other]]
                == sums[other, best[other]] * counts[other, left]
            ):
                best[other] = left
