"""In what share the rarity of a shared value counts, by explanation.

Namesakes share a name by chance, and chance prefers common names: against them a rare name says
much. A household shares its name for a reason, be it rare or not: against it rarity says nothing.
Which it is shows in the values that are shared: by chance they are as common as chance has them,
for a reason as rare as those that matches share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sameas.matching.cluster.units import BIT
from sameas.matching.model.mixture import parts_of_each
from sameas.matching.model.shape import Counted, contexts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.matching.model.mixture import Mixture
    from sameas.matching.model.shape import Shape
    from sameas.matching.model.sight import Sight

    Ints = NDArray[np.int32]
    Floats = NDArray[np.float64]

__all__ = ["Drawn", "rarity_of"]

ENOUGH = 50
"""Matches that share a value, with which the values of matches are known."""

PSEUDO = 50.0
"""Pairs that the whole share counts as, in each explanation and context."""


class Drawn(NamedTuple):
    """Candidates: their left vectors and patterns."""

    left: Ints
    patterns: NDArray[np.uint64]


def rarity_of(
    shape: Shape,
    mixed: Mixture,
    sight: Sight,
    drawn: Drawn,
    terms: Sequence[NDArray[np.int64]],
    most: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Of 256, by explanation, comparison and context; `most` is the bound by the latter two.

    `terms` are those of each field's values, by code.
    """
    if mixed.by_chance:
        return most[None]
    distinct, place, counts = np.unique(drawn.patterns, return_inverse=True, return_counts=True)
    counted = Counted(distinct, counts)
    levels = counted.levels(shape)
    given = contexts(levels, shape)
    parts = parts_of_each(shape, counted, mixed)
    out = np.repeat(most[None], len(mixed.u), axis=0)
    for field in range(len(shape)):
        equal = levels[field] == 1
        at = equal[place]
        said = terms[field][sight.codes[drawn.left[at], field]] / BIT
        sums = np.bincount(place[at], weights=said, minlength=len(distinct))
        carriers = sight.carriers(field).astype(np.float64)
        sharing = carriers**2
        chance = float((sharing * terms[field]).sum()) / BIT / max(float(sharing.sum()), 1.0)
        for context in np.flatnonzero(most[field]):
            here = equal & (given[field] == context)
            share = _shares(parts[:, here], counts[here], sums[here], chance)
            out[:, field, context] = np.rint(most[field, context] * share)
    return out


def _shares(parts: Floats, counts: NDArray[np.int64], sums: Floats, chance: float) -> Floats:
    """Of each explanation: 1 if its values are as common as by chance, 0 if as rare as matches'."""
    pairs, said = (parts * counts).sum(axis=1), (parts * sums).sum(axis=1)
    if pairs[0] < ENOUGH or said[0] / pairs[0] <= chance:
        return np.ones(len(parts) - 1)
    matched = said[0] / pairs[0]
    mean = said[1:] / np.maximum(pairs[1:], 1e-9)
    share = np.clip((matched - mean) / (matched - chance), 0.0, 1.0)
    out: Floats = (share * pairs[1:] + PSEUDO) / (pairs[1:] + PSEUDO)
    return out
