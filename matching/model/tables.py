"""Weights as arrays, and the compiled weighing of many pairs by their patterns.

A weight is a sum of whole numbers, so it is the same on every machine and in any order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from sameas.matching.model.linkage import MISSING
from sameas.matching.model.shape import CONTEXTS, LEVELS, Shape, context_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["BIT", "Tables", "whole"]

BIT = 1 << 20
"""One bit of evidence in the units of a weight."""


class Tables(NamedTuple):
    """All that weighing a pair needs."""

    prior: int
    weights: Longs
    """By comparison, context and level; level 0 has none."""
    terms: Longs
    """By comparison and code, one after the other: what a value's rarity adds where it is shared."""
    offsets: Longs
    """Where each comparison's codes begin in `terms`."""
    reach: Longs
    """Of each comparison in how many contexts, from the first, rarity counts."""
    ends: Longs
    """Of each comparison its last level."""
    masks: Longs
    """Of each comparison those that it hangs on, as bits."""
    min_fields: int

    @classmethod
    def of(
        cls,
        shape: Shape,
        weights: Longs,
        terms: Sequence[Longs],
        *,
        prior: int,
        reach: Sequence[int],
        min_fields: int,
    ) -> Tables:
        """Lay out; the terms are one array a comparison, by code."""
        assert weights.shape == (len(shape), CONTEXTS, LEVELS)
        ends = np.cumsum([0, *map(len, terms)])
        none = np.empty(0, dtype=np.int64)
        return cls(
            prior,
            weights,
            np.concatenate([none, *terms]).astype(np.int64),
            ends[:-1].astype(np.int64),
            np.array(reach, dtype=np.int64),
            np.array(shape.levels, dtype=np.int64),
            shape.masks,
            min_fields,
        )

    def weigh(self, patterns: NDArray[np.uint64], codes: Ints, left: Ints) -> Longs:
        """The weight of each pair: its pattern, and the left vector, a row of `codes`."""
        if not len(patterns):
            return np.empty(0, dtype=np.int64)
        return _weigh(patterns, codes, left, *self)


@njit(cache=True, nogil=True)
def weight_of(
    pattern: np.uint64,
    codes: Ints,
    row: int,
    prior: int,
    weights: Longs,
    terms: Longs,
    offsets: Longs,
    reach: Longs,
    ends: Longs,
    masks: Longs,
    min_fields: int,
) -> int:
    """The weight of one pair."""
    total = np.int64(prior)
    fields = 0
    for place in range(len(ends)):
        level = (pattern >> np.uint64(4 * place)) & np.uint64(15)
        if level == 0:
            continue
        fields += 1
        context = context_of(pattern, masks[place], ends)
        total += weights[place, context, level]
        if level == 1 and context < reach[place]:
            total += terms[offsets[place] + codes[row, place]]
    return total if fields >= min_fields else MISSING


@njit(cache=True, nogil=True)
def _weigh(
    patterns: NDArray[np.uint64],
    codes: Ints,
    left: Ints,
    prior: int,
    weights: Longs,
    terms: Longs,
    offsets: Longs,
    reach: Longs,
    ends: Longs,
    masks: Longs,
    min_fields: int,
) -> Longs:
    out = np.empty(len(patterns), dtype=np.int64)
    for pair in range(len(patterns)):
        out[pair] = weight_of(
            patterns[pair],
            codes,
            left[pair],
            prior,
            weights,
            terms,
            offsets,
            reach,
            ends,
            masks,
            min_fields,
        )
    return out


def whole(bits: NDArray[np.float64]) -> Longs:
    """Bits as whole weights."""
    return np.rint(bits * BIT).astype(np.int64)
