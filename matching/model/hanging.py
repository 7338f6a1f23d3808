"""Which comparisons hang on which: what is equal by itself once something else is equal.

Emails are made of names, and a full name of its parts: that is declared. That a postcode settles
the town, or a given name the gender, is seen in the data: among pairs of strangers who share a
postcode nearly all share the town. Strangers are pairs with something personal to compare that is
all different, so that the sharing is not that of one person with himself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sameas.matching.model.draws import agreeing, grouped
from sameas.matching.model.kin import NAMES, PERSONAL
from sameas.matching.model.shape import CONTEXTS, LEVELS, Counted, Shape
from sameas.matching.model.tables import RARITY
from sameas.matching.model.terms import collision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.matching.model.sight import Sight

__all__ = ["hanging"]

SETTLED = 0.5
"""Share of what chance leaves open that must be settled, for a field to hang on another."""

ENOUGH = 50
"""Pairs of strangers with which that can be said."""

DRAWN = 50_000


class Hanging(NamedTuple):
    """What hangs on what."""

    shape: Shape
    rarity: NDArray[np.int64]
    """By comparison and context at most in what share of 256 a shared value's rarity counts."""
    anchors: dict[int, NDArray[np.float64]]
    """Of what is settled by something else: its levels among strangers who share that."""


def declared_hanging(kinds: Sequence[str]) -> list[tuple[int, ...]]:
    """What hangs on what by its kind."""
    names = tuple(place for place, kind in enumerate(kinds) if kind in NAMES)
    parts = tuple(place for place in names if kinds[place] != "full_name")
    out: list[tuple[int, ...]] = []
    for kind in kinds:
        if kind == "email":
            out.append(names)
        elif kind == "full_name":
            out.append(parts)
        else:
            out.append(())
    return out


def hanging(sight: Sight, levels: tuple[int, ...]) -> Hanging:
    """What is seen in these vectors."""
    kinds = [field.kind for field in sight.fields]
    given = declared_hanging(kinds)
    anchors: dict[int, NDArray[np.float64]] = {}
    rarity = np.full((len(kinds), CONTEXTS), RARITY, dtype=np.int64)
    plain = Shape(levels, tuple(() for _ in levels))
    rare = [collision(sight.carriers(place)) for place in range(len(kinds))]
    children = [p for p, kind in enumerate(kinds) if kind not in PERSONAL and rare[p] > 0]
    for parent in range(len(kinds)):
        codes = sight.codes[:, parent]
        below = [p for p in children if p != parent and rare[parent] < rare[p]]
        if not below or (kinds[parent] in PERSONAL and kinds[parent] != "given_name"):
            continue  # who shares these with a stranger lives with him: that is no rule of places
        left, right, _ = agreeing(*grouped(codes), DRAWN, np.ones(len(codes), dtype=np.int64))
        found = Counted.of(sight.patterns(left, right))
        table = found.levels(plain)
        apart = _strangers(table, kinds, levels, parent)
        for child in below:
            both = apart & (table[child] > 0)
            n = int(found.counts[both].sum())
            if n < ENOUGH:
                continue
            pairs_at = np.bincount(table[child][both], found.counts[both], LEVELS)
            shares: NDArray[np.float64] = pairs_at[1 : levels[child] + 1] / n
            equal = float(shares[0])
            if (equal - rare[child]) / (1 - rare[child]) >= SETTLED:
                given[child] = (*given[child], parent)
                rarity[child, 2:] = 0  # a large town says no more, once the postcode is shared
                anchors[child] = max(anchors.get(child, shares), shares, key=lambda one: one[0])
    return Hanging(Shape(levels, tuple(given)), rarity, anchors)


def _strangers(
    table: NDArray[np.uint8], kinds: Sequence[str], levels: tuple[int, ...], parent: int
) -> NDArray[np.bool_]:
    """Patterns with something personal to compare, all of it different."""
    some = np.zeros(table.shape[1], dtype=np.bool_)
    alike = np.zeros(table.shape[1], dtype=np.bool_)
    for place, kind in enumerate(kinds):
        if kind in PERSONAL and place != parent:
            some |= table[place] == levels[place]
            alike |= (table[place] > 0) & (table[place] < levels[place])
    return some & ~alike
