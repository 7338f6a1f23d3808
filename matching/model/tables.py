"""Weights as arrays, and the compiled weighing of many pairs by their patterns.

A pair weighs what speaks for one person against the *best* explanation of it as two. There are a
few explanations (chance, namesakes, a household ...), each with its own weights for all levels, and
the least of their sums is the weight of the pair. All numbers are whole, so weights are the same on
every machine and in any order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from sameas.matching.cluster.units import BIT, MISSING
from sameas.matching.model.shape import CONTEXTS, LEVELS, Shape, agreement, context_of
from sameas.threads import each

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["RARITY", "Tables", "parts_of", "whole"]

_ABREAST = 4
"""Explanations that are looked at in one go."""
_MOST = 1 << 60
_CHUNK = 1 << 18
"""Pairs that a thread weighs at once."""
RARITY = 256
"""The share in which a value's rarity counts is in so many parts."""


def parts_of(kinds: Sequence[str]) -> list[int]:
    """For how many fields each kind counts: a full name is a given name and a family name."""
    return [2 if kind == "full_name" else 1 for kind in kinds]


class Tables(NamedTuple):
    """All that weighing a pair needs."""

    priors: Longs
    """Of each explanation the weight of a pair of which nothing is known."""
    weights: Longs
    """By explanation, comparison, context and level; level 0 has none."""
    rarity: Longs
    """By explanation, comparison and context: how much of 256 a shared value's rarity counts."""
    terms: Longs
    """By comparison and code, one after the other: what a value adds by its rarity."""
    offsets: Longs
    """Where each comparison's codes begin in `terms`."""
    ends: Longs
    """Of each comparison its last level."""
    masks: Longs
    """Of each comparison those that it hangs on, as bits."""
    parts: Longs
    """For how many fields each comparison counts."""
    min_fields: int

    @classmethod
    def of(
        cls,
        shape: Shape,
        weights: Longs,
        terms: Sequence[Longs],
        *,
        priors: Longs,
        rarity: Longs,
        parts: Sequence[int],
        min_fields: int,
    ) -> Tables:
        """Lay out; the terms are one array a comparison, by code."""
        assert weights.shape == (len(priors), len(shape), CONTEXTS, LEVELS)
        assert rarity.shape == (len(priors), len(shape), CONTEXTS)
        ends = np.cumsum([0, *map(len, terms)])
        none = np.empty(0, dtype=np.int64)
        return cls(
            np.ascontiguousarray(priors, dtype=np.int64),
            np.ascontiguousarray(weights),
            np.ascontiguousarray(rarity, dtype=np.int64),
            np.concatenate([none, *terms]).astype(np.int64),
            ends[:-1].astype(np.int64),
            np.array(shape.levels, dtype=np.int64),
            shape.masks,
            np.array(parts, dtype=np.int64),
            min_fields,
        )

    @property
    def prior(self) -> int:
        """The weight of a pair of which nothing is known."""
        return int(self.priors.min())

    def weigh(self, patterns: NDArray[np.uint64], codes: Ints, left: Ints) -> Longs:
        """The weight of each pair: its pattern, and the left vector, a row of `codes`."""
        out = np.full(len(patterns), _MOST, dtype=np.int64)
        abreast = [self._abreast(first) for first in range(0, len(self.priors), _ABREAST)]

        def some(first: int) -> None:
            chunk = slice(first, first + _CHUNK)
            for priors, laid, share in abreast:
                _weigh(
                    patterns[chunk], codes, left[chunk], priors, laid, share, *self[3:], out[chunk]
                )

        each(some, range(0, len(patterns), _CHUNK))
        return out

    def _abreast(self, first: int) -> tuple[Longs, Longs, Longs]:
        """Priors, weights, rarity of four explanations side by side; what is none has no say."""
        some = slice(first, first + _ABREAST)
        laid = np.zeros((*self.weights.shape[1:], _ABREAST), dtype=np.int64)
        share = np.zeros((*self.rarity.shape[1:], _ABREAST), dtype=np.int64)
        priors = np.full(_ABREAST, _MOST, dtype=np.int64)
        here = len(self.priors[some])
        laid[..., :here] = np.moveaxis(self.weights[some], 0, -1)
        share[..., :here] = np.moveaxis(self.rarity[some], 0, -1)
        priors[:here] = self.priors[some]
        return priors, laid, share


@njit(cache=True, nogil=True)
def _weigh(
    patterns: NDArray[np.uint64],
    codes: Ints,
    left: Ints,
    priors: Longs,
    laid: Longs,
    share: Longs,
    terms: Longs,
    offsets: Longs,
    ends: Longs,
    masks: Longs,
    parts: Longs,
    min_fields: int,
    out: Longs,
) -> None:
    """Lower each weight to the least of four explanations."""
    for pair in range(len(patterns)):
        pattern = patterns[pair]
        one, two, three, four = priors[0], priors[1], priors[2], priors[3]
        fields = 0
        there, agrees = agreement(pattern, ends)
        rest = there
        place = 0
        while rest:
            if rest & 1:
                level = np.int64((pattern >> np.uint64(4 * place)) & np.uint64(15))
                fields += parts[place]
                context = context_of(masks[place], there, agrees)
                one += laid[place, context, level, 0]
                two += laid[place, context, level, 1]
                three += laid[place, context, level, 2]
                four += laid[place, context, level, 3]
                if level == 1:
                    rare = terms[offsets[place] + codes[left[pair], place]]
                    # to the right: whole numbers, the same way round on every machine
                    one += (rare * share[place, context, 0]) >> 8
                    two += (rare * share[place, context, 1]) >> 8
                    three += (rare * share[place, context, 2]) >> 8
                    four += (rare * share[place, context, 3]) >> 8
            rest >>= 1
            place += 1
        least = min(one, two, three, four)
        out[pair] = min(out[pair], least) if fields >= min_fields else MISSING


def whole(bits: NDArray[np.float64]) -> Longs:
    """Bits as whole weights."""
    return np.rint(bits * BIT).astype(np.int64)
