"""Levels of whole vectors: field by field, and swapped names seen once instead of twice wrong.

`compare` is the definition for two vectors; `compare_pairs` is its compiled form over codes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sameas.matching.compare.model import MISSING, SWAPPED
from sameas.matching.compare.packed import END, START, TIGHT, prepare
from sameas.matching.compare.pairs import level_pairs
from sameas.matching.compare.rules import level
from sameas.matching.names.heard import keys_of, symbols_heard
from sameas.matching.names.sound import sound_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from sameas.matching.compare.packed import Packed
    from sameas.matching.fields.model import Coded, Field, FieldKind

__all__ = ["Keys", "compare", "compare_pairs", "compare_values", "name_fields", "name_keys", "swap"]

Keys = tuple["NDArray[np.int64]", "NDArray[np.int64]"]
"""Numbers of the sounds of the given names and of the family names, value by value."""
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


def name_keys(given: Packed, family: Packed) -> Keys:
    """The sounds of the distinct values of a given-name and a family-name field, numbered alike."""
    heard = []
    for field in given, family:
        rows = field.words[field.values[:, TIGHT]]
        heard.append(symbols_heard(field.text, rows[:, START].copy(), rows[:, END].copy()))
    (one, one_at), (other, other_at) = heard
    at = np.concatenate((one_at, other_at[1:] + one_at[-1]))
    keys = keys_of(np.concatenate((one, other)), at)
    return keys[: len(one_at) - 1], keys[len(one_at) - 1 :]


def swap(
    levels: tuple[NDArray[np.uint8], NDArray[np.uint8]],
    keys: Keys,
    given: tuple[NDArray[np.int32], NDArray[np.int32]],
    family: tuple[NDArray[np.int32], NDArray[np.int32]],
    *,
    values: tuple[Sequence[str] | pa.StringArray, Sequence[str] | pa.StringArray],
) -> None:
    """Rewrite the levels of given and family names where they are swapped; codes left and right.

    `values` are the distinct given and family names; only those of pairs in question are read.
    """
    at = np.flatnonzero((levels[0] > _FURTHER) & (levels[1] > _FURTHER))
    one, other = (_same(keys[0][given[side][at]], keys[1][family[1 - side][at]]) for side in (0, 1))
    at = at[one | other]
    if not len(at):
        return
    worst = np.maximum(
        _crosswise(values, given[0][at], family[1][at]),
        _crosswise(values, given[1][at], family[0][at]),
    )
    at = at[worst <= _CLOSE]
    levels[0][at] = SWAPPED
    levels[1][at] = MISSING


def _same(mine: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (mine == other) & (mine >= 0)
    return found


def _crosswise(
    values: tuple[Sequence[str] | pa.StringArray, Sequence[str] | pa.StringArray],
    given: NDArray[np.int32],
    family: NDArray[np.int32],
) -> NDArray[np.uint8]:
    """The level of given names and family names as if both were given names."""
    texts = [
        [str(column[code]) for code in codes.tolist()]
        for column, codes in zip(values, (given, family), strict=True)
    ]
    union = sorted({*texts[0], *texts[1]})
    number = {text: code for code, text in enumerate(union)}
    left, right = (np.array([number[text] for text in side], np.int32) for side in texts)
    return level_pairs("given_name", prepare("given_name", union), left, right)


def compare_pairs(
    fields: Sequence[Field],
    coded: Sequence[Coded],
    packed: Sequence[Packed],
    left: NDArray[np.integer],
    right: NDArray[np.integer],
) -> NDArray[np.uint8]:
    """`compare` of many pairs. Shape (fields, pairs).

    `left` and `right` are rows of the `codes` of `coded`: records, or distinct vectors.
    """
    out = np.empty((len(fields), len(left)), np.uint8)
    sides = [(one.codes[left], one.codes[right]) for one in coded]
    for place, (field, pack, codes) in enumerate(zip(fields, packed, sides, strict=True)):
        out[place] = level_pairs(field.kind, pack, *codes)
    places = name_fields(fields)
    if places is not None:
        given, family = places
        keys = name_keys(packed[given], packed[family])
        values = coded[given].values, coded[family].values
        swap((out[given], out[family]), keys, sides[given], sides[family], values=values)
    return out
