"""Levels of many pairs at once: the compiled form of `level`, equal to it pair by pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sameas.matching.compare.model import LEVELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sameas.matching.compare.packed import Packed
    from sameas.matching.fields.model import FieldKind

__all__ = ["level_pairs"]

_NAMES = {"family_name": 0, "given_name": 1, "full_name": 2}


def level_pairs(
    kind: FieldKind,
    packed: Packed,
    left: NDArray[np.integer],
    right: NDArray[np.integer],
) -> NDArray[np.uint8]:
    """`level` of each pair of values that the codes name. Shapes (pairs,).

    A code is an index into the values that `packed` was prepared from, in ascending order of the
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
    out = np.empty(len(left), np.uint8)
    if len(left):
        from sameas.matching.compare.sieve import SIEVES, sift

        codes = left.astype(np.int32, copy=False), right.astype(np.int32, copy=False)
        if sift(SIEVES[kind], len(LEVELS[kind]), packed.sign, *codes, out):
            _rest(kind, packed, codes, out)
    return out


def _rest(
    kind: FieldKind,
    packed: Packed,
    codes: tuple[NDArray[np.int32], NDArray[np.int32]],
    out: NDArray[np.uint8],
) -> None:
    """The levels of the pairs that the sieve left open."""
    if kind in _NAMES:
        from sameas.matching.compare.name_kernel import name_levels

        name_levels(_NAMES[kind], packed, *codes, out)
    else:
        from sameas.matching.compare.kernel import NUMBERS, other_levels

        other_levels(NUMBERS[kind], packed, *codes, out)
