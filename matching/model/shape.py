"""What a model compares, and patterns: the levels of a pair in one number, four bits a comparison.

A pattern is exact and small, so pairs are counted by pattern before anything is estimated: every
sum of a learner is a sum over counted patterns in ascending order, whatever the order of the pairs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Patterns = NDArray[np.uint64]

__all__ = [
    "CONTEXTS",
    "LEVELS",
    "MAX_COMPARISONS",
    "Counted",
    "Shape",
    "agreement",
    "context_of",
    "contexts",
    "packed",
]

MAX_COMPARISONS = 16
"""Four bits each in a pattern of 64."""

LEVELS = 16
"""Levels of one comparison, 0 (a side is missing) included."""

CONTEXTS = 4
"""Of the comparisons that one hangs on: all are missing; none agrees; one does; more do."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The comparisons of a model by number: how many levels each has, and what it hangs on.

    `given[f]` are the comparisons that f hangs on: its levels are weighed given how many of them
    agree. An email is made of a name, so among namesakes alike emails say little. No circles.
    """

    levels: tuple[int, ...]
    """Of each comparison the number of its levels, missing left out; the last is `different`."""
    given: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        return len(self.levels)

    @property
    def masks(self) -> NDArray[np.int64]:
        """What each comparison hangs on, as bits."""
        masks = [sum(1 << parent for parent in parents) for parents in self.given]
        return np.array(masks, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Pairs by pattern: distinct ascending patterns, and how many pairs have each."""

    patterns: Patterns
    counts: NDArray[np.int64]
    _cells: dict[Shape, NDArray[np.uint8]] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, patterns: Patterns, counts: NDArray[np.int64] | None = None) -> Counted:
        """Count patterns; `counts` says how many pairs each entry stands for."""
        if counts is None:
            return cls(*np.unique(patterns, return_counts=True))
        distinct, inverse = np.unique(patterns, return_inverse=True)
        total = np.zeros(len(distinct), dtype=np.int64)
        np.add.at(total, inverse, counts)
        kept = total > 0
        return cls(distinct[kept], total[kept])

    def levels(self, shape: Shape) -> NDArray[np.uint8]:
        """The level of each comparison (rows) in each pattern."""
        shifts = np.arange(len(shape), dtype=np.uint64)[:, None] * np.uint64(4)
        return ((self.patterns[None, :] >> shifts) & np.uint64(15)).astype(np.uint8)

    def cells(self, shape: Shape) -> NDArray[np.uint8]:
        """Where each comparison (rows) of each pattern stands in a table: context, then level."""
        if shape not in self._cells:
            levels = self.levels(shape)
            self._cells[shape] = contexts(levels, shape) * np.uint8(LEVELS) + levels
        return self._cells[shape]


def packed(levels: Sequence[NDArray[np.uint8]] | NDArray[np.uint8]) -> Patterns:
    """The patterns of pairs, given the levels of each comparison."""
    out = np.zeros(len(levels[0]), dtype=np.uint64)
    for place, column in enumerate(levels):
        out |= column.astype(np.uint64) << np.uint64(4 * place)
    return out


def contexts(levels: NDArray[np.uint8], shape: Shape) -> NDArray[np.uint8]:
    """The context of each comparison (rows) in each pattern.

    A comparison agrees at every level but the last.
    """
    ends = np.array(shape.levels, dtype=np.uint8)[:, None]
    there = levels > 0
    agrees = there & (levels < ends)
    out = np.zeros_like(levels)
    for place, parents in enumerate(shape.given):
        known = np.zeros(levels.shape[1], dtype=np.bool_)
        for parent in parents:
            out[place] += agrees[parent]
            known |= there[parent]
        out[place] = np.where(known, np.minimum(out[place], 2) + 1, 0)
    return out


@njit(cache=True, nogil=True, inline="always")
def agreement(pattern: np.uint64, ends: NDArray[np.int64]) -> tuple[int, int]:
    """Of one pattern the comparisons with a level, and those that agree, as bits."""
    there = 0
    agrees = 0
    for place in range(len(ends)):
        level = np.int64((pattern >> np.uint64(4 * place)) & np.uint64(15))
        there |= int(level > 0) << place
        agrees |= int(0 < level < ends[place]) << place
    return there, agrees


@njit(cache=True, nogil=True, inline="always")
def context_of(mask: int, there: int, agrees: int) -> int:
    """What `contexts` says of a comparison that hangs on those of a mask."""
    if not mask & there:
        return 0
    found = mask & agrees
    if not found:
        return 1
    return 3 if found & (found - 1) else 2
