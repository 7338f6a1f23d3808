"""Pairs weighed one at a time, quickly: levels are compared, the rest is looked up.

What a pattern of levels weighs under each explanation is the same whatever the values, but for the
rarity of those that are shared; and few patterns make up nearly all pairs. Equal to the sums of
`Model.explain`'s steps by test.
"""

from __future__ import annotations

from functools import lru_cache
from operator import add
from typing import TYPE_CHECKING, NamedTuple

from sameas.matching import compare
from sameas.matching.model.tables import parts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sameas.matching.model.form import Comparison, Vector

__all__ = ["Once", "context_of"]

_PATTERNS = 1 << 14


class _Pattern(NamedTuple):
    """What levels weigh."""

    fields: int
    """For how many fields they speak; a full name counts as two names."""
    sums: tuple[int, ...]
    """By explanation, the prior included and rarity left out."""
    shared: tuple[tuple[int, tuple[int, ...]], ...]
    """Places of shared values, with the share of 256 in which their rarity counts."""


def context_of(one: Comparison, comparisons: Sequence[Comparison], levels: Sequence[int]) -> int:
    """The context of one of the comparisons: 0 if all that it hangs on are missing, else 1 to 3."""
    said = [(levels[parent], len(comparisons[parent].levels)) for parent in one.given]
    if not any(level for level, _ in said):
        return 0
    return 1 + min(sum(0 < level < last for level, last in said), 2)


class Once:
    """Weighs by some comparisons and priors."""

    def __init__(self, comparisons: Sequence[Comparison], priors: Sequence[int]) -> None:
        self.comparisons = comparisons
        self.priors = tuple(priors)
        self.kinds = tuple(one.field.kind for one in comparisons)
        self.names = compare.name_fields([one.field for one in comparisons])
        self.parts = parts_of(self.kinds)
        # by context and level, all explanations together
        self.weights = [
            [list(zip(*levels, strict=True)) for levels in zip(*one.weights, strict=True)]
            for one in comparisons
        ]
        self.rarity = [list(zip(*one.rarity, strict=True)) for one in comparisons]
        self.pattern = lru_cache(maxsize=_PATTERNS)(self._pattern)

    def weight(self, left: Vector, right: Vector, min_fields: int) -> int | None:
        """The weight of two vectors; None if fewer fields compare."""
        levels = compare.compare_values(self.kinds, self.names, left, right)
        pattern = self.pattern(levels)
        return None if pattern.fields < min_fields else min(self._sums(pattern, left))

    def judged(self, left: Vector, right: Vector) -> tuple[int, int]:
        """The least weight over all explanations, and the (first) explanation that it is of."""
        levels = compare.compare_values(self.kinds, self.names, left, right)
        sums = list(self._sums(self.pattern(levels), left))
        least = min(sums)
        return least, sums.index(least)

    def _sums(self, pattern: _Pattern, values: Vector) -> Sequence[int]:
        sums: Sequence[int] = pattern.sums
        for place, rarity in pattern.shared:
            said = self.comparisons[place]
            term = said.terms.get(values[place], said.floor)
            sums = [one + ((term * share) >> 8) for one, share in zip(sums, rarity, strict=True)]
        return sums

    def _pattern(self, levels: tuple[int, ...]) -> _Pattern:
        sums: Sequence[int] = self.priors
        shared = []
        fields = 0
        for place, level in enumerate(levels):
            if not level:
                continue
            fields += self.parts[place]
            context = self._context(place, levels)
            sums = list(map(add, sums, self.weights[place][context][level - 1]))
            if level == 1 and any(self.rarity[place][context]):
                shared.append((place, self.rarity[place][context]))
        return _Pattern(fields, tuple(sums), tuple(shared))

    def _context(self, place: int, levels: Sequence[int]) -> int:
        one = self.comparisons[place]
        return context_of(one, self.comparisons, levels) if one.given else 0
