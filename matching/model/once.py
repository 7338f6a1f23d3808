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

__all__ = ["Once", "contexts_of"]

_PATTERNS = 1 << 14


class _Pattern(NamedTuple):
    """What levels weigh."""

    fields: int
    """For how many fields they speak; a full name counts as two names."""
    sums: tuple[int, ...]
    """By explanation, the prior included and rarity left out."""
    shared: tuple[tuple[int, tuple[int, ...]], ...]
    """Places of shared values, with the share of 256 in which their rarity counts."""


def contexts_of(comparisons: Sequence[Comparison], levels: Sequence[int]) -> list[int]:
    """The context of each comparison: 0 if all that it hangs on are missing, else 1, 2 or 3."""
    agrees = [0 < n < len(one.levels) for one, n in zip(comparisons, levels, strict=True)]
    return [
        1 + min(sum(agrees[parent] for parent in one.given), 2)
        if any(levels[parent] for parent in one.given)
        else 0
        for one in comparisons
    ]


class Once:
    """Weighs by some comparisons and priors."""

    def __init__(self, comparisons: Sequence[Comparison], priors: Sequence[int]) -> None:
        self.comparisons = comparisons
        self.priors = tuple(priors)
        self.kinds = tuple(one.field.kind for one in comparisons)
        self.names = compare.name_fields([one.field for one in comparisons])
        self.parts = parts_of(self.kinds)
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
            one = self.comparisons[place]
            term = one.terms.get(values[place], one.floor)
            sums = list(map(add, sums, [(term * share) >> 8 for share in rarity]))
        return sums

    def _pattern(self, levels: tuple[int, ...]) -> _Pattern:
        sums = list(self.priors)
        shared = []
        contexts = contexts_of(self.comparisons, levels)
        for place, (one, level) in enumerate(zip(self.comparisons, levels, strict=True)):
            if not level:
                continue
            context = contexts[place]
            for number in range(len(sums)):
                sums[number] += one.weights[number][context][level - 1]
            rarity = tuple(one.rarity[number][context] for number in range(len(sums)))
            if level == 1 and any(rarity):
                shared.append((place, rarity))
        fields = sum(n for n, level in zip(self.parts, levels, strict=True) if level)
        return _Pattern(fields, tuple(sums), tuple(shared))
