"""The guard: whether two person names can be one person's. Symmetric and reflexive, not transitive.

Two names are compatible if every word of the shorter one finds a word of its own in the longer
one, given names among given names and family names among family names where the fields are known
(or crosswise: swapped fields occur). Words meet if they are equal, initials, forms of one name
(`Bill`, `William`; `Sasha`, `Oleksandr`), a typing error apart, or alike in sound across scripts.

The guard decides about a *family's* phone, where surnames agree and given names tell people
apart. Therefore:

- given names decide: two known names that are no forms of each other clash, however near their
  spelling (`Joan`, `John`), and so do endings that mark another person (`Paul`, `Paula`);
- family names that clash outright are incompatible too. `Ann Smith` and `Ann Jones` may be one
  woman before and after a wedding, or a mother and her son's wife; a wrong refusal leaves two
  profiles that other identifiers can still join, a wrong join mixes two people. A name that holds
  both (`Ann Smith-Jones`) meets either;
- `Mr` and `Mrs`, `Jr` and `Sr` are different people; other titles and degrees say nothing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sameas.matching.names.kernel import names_match, names_match_many
from sameas.matching.names.packed import pack
from sameas.matching.names.parse import parse_name

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["compatible", "compatible_pairs"]

_Indices = np.ndarray[tuple[int], np.dtype[np.integer]]


def compatible(a: str | None, b: str | None) -> bool:
    """Whether two names, as `person_name` makes them or in one piece, can be one person's.

    >>> compatible("Bill Smith", "SMITH, William"), compatible("Ann Smith", "Bob Smith")
    (True, False)
    >>> compatible("Олександр Шевченко", "Oleksandr Shevchenko"), compatible(None, "Ann")
    (True, True)
    """
    if a is None or b is None or a == b:
        return True
    return _compatible(*sorted((a, b)))


@lru_cache(maxsize=65_536)
def _compatible(a: str, b: str) -> bool:
    words, names = pack((parse_name(a), parse_name(b)))
    return bool(names_match(words, names, 0, 1))


def compatible_pairs(
    names: Sequence[str], left: _Indices, right: _Indices
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """`compatible` of each pair `names[left[k]], names[right[k]]`. Shapes (pairs,).

    Each name is parsed once (some 30 us); a pair then costs one to two microseconds.

    >>> compatible_pairs(["Ann Li", "A. Li", "Bo Li"], np.array([0, 0]), np.array([1, 2])).tolist()
    [True, False]

    Raises:
        ValueError: If the index arrays differ in length or point outside `names`.
    """
    if left.shape != right.shape or left.ndim != 1:
        raise ValueError(
            f"left and right must be one row each of one length, not {left.shape}, {right.shape}"
        )
    for side in (left, right):
        if len(side) and not (int(side.min()) >= 0 and int(side.max()) < len(names)):
            raise ValueError(f"an index points outside the {len(names)} names")
    if not len(left):
        return np.empty(0, np.bool_)
    words, packed = pack([parse_name(name) for name in names])
    return names_match_many(words, packed, left.astype(np.int64), right.astype(np.int64))
