"""Levels of whole vectors: field by field, and swapped names seen once instead of twice wrong.

`compare` is the definition for two vectors; `Comparer` has its compiled form over codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sameas.matching.compare.model import MISSING, SWAPPED
from sameas.matching.compare.packed import KEY, TIGHT, prepare
from sameas.matching.compare.pairs import level_pairs, level_rows
from sameas.matching.compare.rules import level
from sameas.matching.names.sound import sound_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.matching.compare.packed import Packed
    from sameas.matching.fields.model import Coded, Field, FieldKind

    Codes = NDArray[np.int32]

__all__ = ["Comparer", "compare", "compare_values", "name_fields"]

_FURTHER = 5
"""Names at levels up to this one agree in their own places."""
_CLOSE = 6
"""Names at levels up to this one agree crosswise, if the other two sound the same."""


def name_fields(fields: Sequence[Field]) -> tuple[int, int] | None:
    """The places of the first given name and the first family name, if both are there."""
    kinds = [field.kind for field in fields]
    if "given_name" not in kinds or "family_name" not in kinds:
        return None
    return kinds.index("given_name"), kinds.index("family_name")


def compare(fields: Sequence[Field], left: Sequence[str], right: Sequence[str]) -> tuple[int, ...]:
    """The level of each field of two vectors of canonical values. Symmetric.

    Where given and family name are the other side's family and given name, the given name's level
    is `SWAPPED` and the family name's 0: one observation, not two. One of them sounds the same, the
    other is close at least: who swaps names mistypes them, too.

    >>> from sameas.matching.fields import Field
    >>> fields = Field("given", "given_name"), Field("family", "family_name")
    >>> compare(fields, ("ann", "smith"), ("smith", "ann"))
    (3, 0)
    """
    return compare_values([field.kind for field in fields], name_fields(fields), left, right)


def compare_values(
    kinds: Sequence[FieldKind],
    names: tuple[int, int] | None,
    left: Sequence[str],
    right: Sequence[str],
) -> tuple[int, ...]:
    """`compare`, for who asks often: the fields' kinds, and what `name_fields` says of them."""
    found = [
        MISSING if not a or not b else 1 if a == b else level(kind, a, b)
        for kind, a, b in zip(kinds, left, right, strict=True)
    ]
    if names is not None:
        given, family = names
        if found[given] > _FURTHER and found[family] > _FURTHER:
            crossed = (left[given], right[family]), (right[given], left[family])
            if any(_key(a) == _key(b) != "" for a, b in crossed):
                worst = max(level("given_name", a, b) for a, b in crossed)
                if worst <= _CLOSE:
                    found[given], found[family] = SWAPPED, MISSING
    return tuple(found)


def _key(value: str) -> str:
    return sound_key(value.replace(" ", ""))


@dataclass(frozen=True, slots=True, eq=False)
class Comparer:
    """Distinct values of some fields, ready for `compare` of many pairs of vectors."""

    fields: tuple[tuple[FieldKind, Packed], ...]
    """The kind of each field, and its values."""
    swaps: _Swaps | None
    """Sees swapped names; None if not both names are there."""

    @classmethod
    def of(cls, fields: Sequence[Field], columns: Sequence[Coded]) -> Comparer:
        """The values of these columns, one a field."""
        kinds = [field.kind for field in fields]
        packed = [prepare(kind, one.values) for kind, one in zip(kinds, columns, strict=True)]
        places = name_fields(fields)
        swaps = None
        if places is not None:
            swaps = _Swaps.of(places, *(columns[place].values for place in places))
        return cls(tuple(zip(kinds, packed, strict=True)), swaps)

    def levels(
        self, codes: Codes, left: NDArray[np.integer], right: NDArray[np.integer]
    ) -> NDArray[np.uint8]:
        """`compare` of each pair of rows of `codes`. Shapes (rows, fields) and (fields, pairs)."""
        found = level_rows(self.fields, codes, left, right)
        if self.swaps is not None:
            self.swaps.rewrite(found, codes, left, right)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Swaps:
    """Given and family names as values of one kind, numbered alike."""

    places: tuple[int, int]
    """Of the given name and the family name."""
    numbers: tuple[Codes, Codes]
    """Of each value of both fields its place in `both`."""
    both: Packed
    heard: NDArray[np.int64]
    """The sound of each of them, -1 where there is none."""

    @classmethod
    def of(cls, places: tuple[int, int], given: pa.StringArray, family: pa.StringArray) -> _Swaps:
        union = pa.concat_arrays([given, family]).unique()
        union = union.take(pc.sort_indices(union))
        numbers = [
            pc.index_in(one, union).to_numpy(zero_copy_only=False).astype(np.int32)
            for one in (given, family)
        ]
        both = prepare("given_name", union)
        heard = both.words[both.values[:, TIGHT], KEY]
        return cls(places, (numbers[0], numbers[1]), both, heard)

    def rewrite(
        self,
        levels: NDArray[np.uint8],
        codes: Codes,
        left: NDArray[np.integer],
        right: NDArray[np.integer],
    ) -> None:
        """Change the levels of given and family names where they are swapped."""
        from sameas.matching.compare.swapped import crosswise

        given, family = self.places
        names = levels[given], levels[family]
        at, *four = crosswise(
            names, _FURTHER, self.places, self.numbers, self.heard, codes, left, right
        )
        worst = np.maximum(
            level_pairs("given_name", self.both, four[0], four[1]),
            level_pairs("given_name", self.both, four[2], four[3]),
        )
        at = at[worst <= _CLOSE]
        levels[given, at] = SWAPPED
        levels[family, at] = MISSING
