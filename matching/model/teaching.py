"""What the pairs of one key teach of matches, before housemates have an explanation of their own.

Matches differ in what is their own at most twice as often as they agree in it. So where pairs that
differ in it are more than that beside those that agree, of all that share as much, most are no
matches, and EM would take them for people who misspell their given names. Which is to be feared
shows what is left out: twins share a birthday, and who shares a postcode shares the town.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sameas.matching.model.estimate import PSEUDO_OTHERS, Sample, shares, tally
from sameas.matching.model.kin import Kin, Sharing, sharing
from sameas.matching.model.shape import Counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from sameas.matching.fields import Field
    from sameas.matching.model.shape import Shape

    Floats = NDArray[np.float64]

__all__ = ["OUTNUMBER", "Teaching"]

OUTNUMBER = 2
"""So many times as often as they agree matches differ in what is their own at most. At 1 a set with
most given names spoilt loses .15; at 2 it loses nothing, and households are still seen."""

_ANYTHING = 2.0
"""Records among which one bit of surprise is more than chance gives."""


@dataclass(frozen=True, slots=True)
class Teaching:
    """What is known of all keys' pairs."""

    fields: Sequence[Field]
    shape: Shape
    chance: Floats
    """Of others at random, by comparison, context and level."""
    records: int

    @classmethod
    def of(
        cls, fields: Sequence[Field], shape: Shape, random: Counted, chance: Floats, records: int
    ) -> Teaching:
        """From pairs at random, and what chance is expected to be."""
        seen = tally(shape, random, random.counts.astype(np.float64))
        u = shares(shape, seen, prior=chance, pseudo=PSEUDO_OTHERS)
        return cls(fields, shape, u, records)

    def sample(self, name: str, key: frozenset[int], counted: Counted) -> Sample:
        """A key's pairs without those, and without the comparisons, that teach nothing.

        Its own fields say nothing among them, nor what those hang on: equal emails have equal
        names, matches or not. No place does, if the key reads one and most who share it are
        neighbours. Pairs that may be housemates beside the key's date are left out if they are
        most of those like them: they are twins, and relatives.
        """
        kin = Kin.of(self.fields)
        left_out = key.union(*(self.shape.given[place] for place in key))
        if key.intersection(kin.where):
            own = [place for place, _ in kin.own if place in key]
            if _outnumbered(self._sharing(kin, counted, own, _ANYTHING), counted):
                left_out = left_out.union(kin.where)
        dates = [place for place in key if self.fields[place].kind == "date"]
        found = self._sharing(kin, counted, dates, self.records)
        if _outnumbered(found, counted):
            counted = Counted(counted.patterns[~found.apart], counted.counts[~found.apart])
        return Sample(name, counted, left_out)

    def _sharing(
        self, kin: Kin, counted: Counted, without: Iterable[int], records: float
    ) -> Sharing:
        levels = counted.levels(self.shape)
        levels[list(without)] = 0
        return sharing(self.shape, kin, levels, self.chance, records)


def _outnumbered(found: Sharing, counted: Counted) -> bool:
    """Also where nothing of anybody's own is left to compare."""
    apart, alike = (int(counted.counts[one].sum()) for one in found)
    return apart >= OUTNUMBER * alike
