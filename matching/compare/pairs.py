"""Levels of many pairs at once: the compiled form of `level`, equal to it pair by pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sameas.matching.compare.model import LEVELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.matching.compare.packed import Packed
    from sameas.matching.fields.model import FieldKind

    Codes = NDArray[np.int32]
    Levels = NDArray[np.uint8]

__all__ = ["level_pairs", "level_rows"]

_NAMES = {"family_name": 0, "given_name": 1, "full_name": 2}


def level_rows(
    fields: Sequence[tuple[FieldKind, Packed]],
    codes: Codes,
    left: NDArray[np.integer],
    right: NDArray[np.integer],
) -> Levels:
    """`level` of each field of pairs of rows. Shape (fields, pairs).

    `left` and `right` are rows of `codes`, of shape (rows, fields): places in the values that each
    field was prepared from, in ascending order of the values; -1 is missing.
    """
    from sameas.matching.compare.sieve import SIEVES, sides, sift

    out = np.empty((len(fields), len(left)), np.uint8)
    open_ = np.empty(len(left), np.int32)
    for (kind, packed), both, found in zip(fields, sides(codes, left, right), out, strict=True):
        ones, others = both
        count = sift(SIEVES[kind], len(LEVELS[kind]), packed.sign, ones, others, found, open_)
        if count:
            _compare(kind, packed, ones, others, open_[:count], found)
    return out


def level_pairs(
    kind: FieldKind, packed: Packed, left: NDArray[np.integer], right: NDArray[np.integer]
) -> Levels:
    """`level` of each pair of values that the codes name. Shapes (pairs,).

    A code is a place in the values that `packed` was prepared from, in ascending order of the
    values; -1 is missing. Equal codes are level 1 without a look.

    Raises:
        ValueError: If the codes differ in length or one is outside the values.
    """
    if left.shape != right.shape or left.ndim != 1:
        raise ValueError(f"the codes must be two rows of one length: {left.shape}, {right.shape}")
    count = len(packed.values)
    for side in (left, right):
        if len(side) and not (int(side.min()) >= -1 and int(side.max()) < count):
            raise ValueError(f"a code is outside the {count} values")
    if not len(left):
        return np.empty(0, np.uint8)
    codes = np.concatenate((left, right)).astype(np.int32)[:, None]
    rows = np.arange(len(left))
    found: Levels = level_rows([(kind, packed)], codes, rows, rows + len(left))[0]
    return found


def _compare(
    kind: FieldKind, packed: Packed, left: Codes, right: Codes, places: Codes, out: Levels
) -> None:
    """Write the levels of the pairs that the sieve left open."""
    if kind in _NAMES:
        from sameas.matching.compare.name_kernel import name_levels

        name_levels(_NAMES[kind], packed, left, right, places, out)
    else:
        from sameas.matching.compare.kernel import NUMBERS, other_levels

        other_levels(NUMBERS[kind], packed, left, right, places, out)
