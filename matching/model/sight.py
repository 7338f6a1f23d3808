"""The vectors as a learner sees them: codes, prepared values, and the patterns of any pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sameas.matching import compare
from sameas.matching.model.shape import packed
from sameas.threads import each

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.matching.fields import Coded, Field

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Sight"]

CHUNK = 1 << 17
"""Pairs whose levels are held at once, by each thread."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Distinct vectors in the order of their codes, so numbering them is a function of the set."""

    fields: tuple[Field, ...]
    columns: tuple[Coded, ...]
    codes: Ints
    """(vectors, fields); -1: missing. Contiguous."""
    counts: Longs
    """Of each vector the records that have it."""
    comparer: compare.Comparer

    @classmethod
    def of(
        cls, fields: Sequence[Field], columns: Sequence[Coded], codes: Ints, counts: Longs
    ) -> Sight:
        """Prepare the values of each field for comparison."""
        comparer = compare.Comparer.of(fields, columns)
        return cls(tuple(fields), tuple(columns), np.ascontiguousarray(codes), counts, comparer)

    def __len__(self) -> int:
        return len(self.codes)

    def patterns(self, left: Ints, right: Ints) -> NDArray[np.uint64]:
        """The pattern of each pair of vectors."""
        out = np.zeros(len(left), dtype=np.uint64)

        def some(first: int) -> None:
            chunk = slice(first, first + CHUNK)
            out[chunk] = packed(self.comparer.levels(self.codes, left[chunk], right[chunk]))

        each(some, range(0, len(left), CHUNK))
        return out

    def carriers(self, place: int) -> Longs:
        """Of each value of a field how many records have it."""
        codes = self.codes[:, place]
        has = codes >= 0
        sums = np.bincount(
            codes[has], weights=self.counts[has], minlength=len(self.columns[place].values)
        )
        return sums.astype(np.int64)
