"""The vectors as a learner sees them: codes, prepared values, and the patterns of any pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sameas.matching import compare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.matching.compare import Packed
    from sameas.matching.fields import Coded, Field

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Sight"]

CHUNK = 1 << 18
"""Pairs whose levels are held at once."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Distinct vectors in the order of their codes, so numbering them is a function of the set."""

    fields: tuple[Field, ...]
    columns: tuple[Coded, ...]
    codes: Ints
    """(vectors, fields); -1: missing. Contiguous."""
    counts: Longs
    """Of each vector the records that have it."""
    prepared: tuple[Packed, ...]

    @classmethod
    def of(
        cls, fields: Sequence[Field], columns: Sequence[Coded], codes: Ints, counts: Longs
    ) -> Sight:
        """Prepare the values of each field for comparison."""
        prepared = tuple(
            compare.prepare(field.kind, column.values)
            for field, column in zip(fields, columns, strict=True)
        )
        return cls(tuple(fields), tuple(columns), np.ascontiguousarray(codes), counts, prepared)

    def __len__(self) -> int:
        return len(self.codes)

    def patterns(self, left: Ints, right: Ints) -> NDArray[np.uint64]:
        """The pattern of each pair of vectors."""
        out = np.zeros(len(left), dtype=np.uint64)
        for first in range(0, len(left), CHUNK):
            chunk = slice(first, first + CHUNK)
            ones, others = self.codes[left[chunk]], self.codes[right[chunk]]
            for place, (field, packed) in enumerate(zip(self.fields, self.prepared, strict=True)):
                mine = np.ascontiguousarray(ones[:, place])
                theirs = np.ascontiguousarray(others[:, place])
                levels = compare.level_pairs(field.kind, packed, mine, theirs)
                out[chunk] |= levels.astype(np.uint64) << np.uint64(4 * place)
        return out

    def carriers(self, place: int) -> Longs:
        """Of each value of a field how many records have it."""
        codes = self.codes[:, place]
        has = codes >= 0
        sums = np.bincount(
            codes[has], weights=self.counts[has], minlength=len(self.columns[place].values)
        )
        return sums.astype(np.int64)
