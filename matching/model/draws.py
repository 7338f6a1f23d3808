"""Pairs to learn from: at random, and among those that agree on a key; fixed seeds, sorted input.

What is drawn is a function of the vectors and their counts: vectors are numbered in the order of
their values, so the order of rows changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from sameas.matching.distinct import distinct

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Pairs", "agreeing", "at_random", "grouped", "of_records", "thinned"]


MOST_ALIKE = 8
"""Of records that say the same so many are counted at most: what hundreds say is no person."""


class Pairs(NamedTuple):
    """Pairs of vectors, left <= right, and how many pairs of records each stands for."""

    left: Ints
    right: Ints
    counts: Longs


def at_random(counts: Longs, limit: int) -> Pairs:
    """Pairs of records: all of them if their vectors have few enough pairs, else so many draws."""
    n = len(counts)
    if n * (n + 1) // 2 <= limit:
        left, right = np.triu_indices(n)
        times = counts[left] * counts[right]
        same = left == right
        times[same] = counts * (counts - 1) // 2
        kept = times > 0
        return Pairs(left[kept].astype(np.int32), right[kept].astype(np.int32), times[kept])
    ends = np.cumsum(counts)
    rng = np.random.Generator(np.random.PCG64(0))
    one = rng.integers(0, ends[-1], limit)
    other = rng.integers(0, ends[-1] - 1, limit)
    other += other >= one  # another record than the first
    ones = np.searchsorted(ends, one, side="right").astype(np.int32)
    others = np.searchsorted(ends, other, side="right").astype(np.int32)
    times = np.ones(limit, dtype=np.int64)
    return Pairs(np.minimum(ones, others), np.maximum(ones, others), times)


def grouped(codes: Ints) -> tuple[Ints, Longs]:
    """Vectors by their code, -1 left out: members, where each group begins, and the end."""
    rows = np.flatnonzero(codes >= 0)
    order = rows[np.argsort(codes[rows], kind="stable")].astype(np.int32)
    ranked = codes[order]
    first = np.flatnonzero(ranked[1:] != ranked[:-1]) + 1 if len(order) else np.empty(0, np.int64)
    return order, np.concatenate([[0], first, [len(order)]]).astype(np.int64)


def agreeing(members: Ints, starts: NDArray[np.integer], limit: int, counts: Longs) -> Pairs:
    """Pairs of vectors of one group: all of them, or about so many drawn evenly.

    A pair that several groups have may be drawn once for each. `counts` are the records that have
    each vector; where it has several, those are pairs, too.
    """
    sizes = np.diff(starts).astype(np.int64)
    ends = np.cumsum(sizes * (sizes - 1) // 2)
    total = int(ends[-1]) if len(ends) else 0
    if total <= limit:
        drawn = np.arange(total)
    else:
        rng = np.random.Generator(np.random.PCG64(1))
        drawn = distinct(rng.integers(0, total, limit))
    group = np.searchsorted(ends, drawn, side="right")
    within = drawn - (ends - sizes * (sizes - 1) // 2)[group]
    # the k-th pair (i < j) of a group, by j: j (j - 1) / 2 <= k; the root may be one off
    high = ((1 + np.sqrt(1 + 8 * within.astype(np.float64))) / 2).astype(np.int64)
    high -= high * (high - 1) // 2 > within
    high += high * (high + 1) // 2 <= within
    low = within - high * (high - 1) // 2
    ones, others = members[starts[group] + low], members[starts[group] + high]
    left, right = np.minimum(ones, others), np.maximum(ones, others)
    alike = members[counts[members] > 1]
    share = min(1.0, limit / max(total, 1))
    if share < 1.0:
        alike = alike[np.random.Generator(np.random.PCG64(2)).random(len(alike)) < share]
    left, right = np.concatenate([left, alike]), np.concatenate([right, alike])
    return Pairs(left, right, of_records(left, right, counts))


def of_records(left: Ints, right: Ints, counts: Longs) -> Longs:
    """How many pairs of records pairs of vectors stand for; see `MOST_ALIKE`."""
    most = np.minimum(counts, MOST_ALIKE)
    times = most[left] * most[right]
    same = left == right
    times[same] = most[left[same]] * (most[left[same]] - 1) // 2
    return times


def thinned(left: Ints, right: Ints, limit: int) -> NDArray[np.bool_]:
    """Which pairs are kept of at most about so many, drawn evenly by a hash of their ends."""
    if len(left) <= limit:
        return np.ones(len(left), dtype=np.bool_)
    return _drawn(left, right, np.uint64(int(limit / len(left) * 2**32)))


@njit(cache=True, nogil=True)
def _drawn(left: Ints, right: Ints, below: np.uint64) -> NDArray[np.bool_]:
    kept = np.empty(len(left), dtype=np.bool_)
    for pair in range(len(left)):
        mixed = np.uint64(left[pair]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= np.uint64(right[pair]) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(32))) * np.uint64(0x94D049BB133111EB)
        kept[pair] = (mixed >> np.uint64(32)) < below
    return kept
