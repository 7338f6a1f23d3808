"""The vectors as a learner sees them: codes, prepared values, and the patterns of any pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sameas.matching import compare
from sameas.matching.model.shape import packed

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
    sounds: compare.Keys | None
    """Of given and family names, so that swapped ones are seen; None if not both are there."""

    @classmethod
    def of(
        cls, fields: Sequence[Field], columns: Sequence[Coded], codes: Ints, counts: Longs
    ) -> Sight:
        """Prepare the values of each field for comparison."""
        prepared = tuple(
            compare.prepare(field.kind, column.values)
            for field, column in zip(fields, columns, strict=True)
        )
        places = compare.name_fields(fields)
        sounds = None
        if places is not None:
            sounds = compare.name_keys(*(prepared[place] for place in places))
        codes = np.ascontiguousarray(codes)
        return cls(tuple(fields), tuple(columns), codes, counts, prepared, sounds)

    def __len__(self) -> int:
        return len(self.codes)

    def patterns(self, left: Ints, right: Ints) -> NDArray[np.uint64]:
        """The pattern of each pair of vectors."""
        out = np.zeros(len(left), dtype=np.uint64)
        for first in range(0, len(left), CHUNK):
            chunk = slice(first, first + CHUNK)
            out[chunk] = packed(self._levels(left[chunk], right[chunk]))
        return out

    def _levels(self, left: Ints, right: Ints) -> list[NDArray[np.uint8]]:
        """What `compare.compare` says of each pair, by field."""
        ones, others = self.codes[left], self.codes[right]
        sides = [
            (np.ascontiguousarray(ones[:, place]), np.ascontiguousarray(others[:, place]))
            for place in range(len(self.fields))
        ]
        found = [
            compare.level_pairs(field.kind, prepared, *codes)
            for field, prepared, codes in zip(self.fields, self.prepared, sides, strict=True)
        ]
        places = compare.name_fields(self.fields)
        if places is not None and self.sounds is not None:
            given, family = places
            levels, codes = (found[given], found[family]), (sides[given], sides[family])
            values = self.columns[given].values, self.columns[family].values
            compare.swap(levels, self.sounds, *codes, values=values)
        return found

    def carriers(self, place: int) -> Longs:
        """Of each value of a field how many records have it."""
        codes = self.codes[:, place]
        has = codes >= 0
        sums = np.bincount(
            codes[has], weights=self.counts[has], minlength=len(self.columns[place].values)
        )
        return sums.astype(np.int64)
