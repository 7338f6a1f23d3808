"""Which pairs may have swapped names: a look at what each name sounds like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sameas.matching.canonical.kernels import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Codes = NDArray[np.int32]
    Levels = NDArray[np.uint8]

__all__ = ["crosswise"]


@jit
def crosswise(
    levels: tuple[Levels, Levels],
    further: int,
    places: tuple[int, int],
    numbers: tuple[Codes, Codes],
    heard: NDArray[np.int64],
    codes: Codes,
    left: NDArray[np.integer],
    right: NDArray[np.integer],
) -> tuple[NDArray[np.int64], Codes, Codes, Codes, Codes]:
    """The pairs whose names agree at no level up to `further`, one of them crosswise in its sound.

    Of each its place; the left given and the right family name; the right given and the left
    family name, by their numbers. `heard` has the sound of each number, -1 where there is none.
    """
    given, family = places
    of_given, of_family = numbers
    room = 0
    for k in range(len(left)):
        room += levels[0][k] > further and levels[1][k] > further
    at = np.empty(room, np.int64)
    found = np.empty((4, room), np.int32)
    count = 0
    for k in range(len(left)):
        if levels[0][k] > further and levels[1][k] > further:
            a, b = left[k], right[k]
            one, other = of_given[codes[a, given]], of_family[codes[b, family]]
            two, another = of_given[codes[b, given]], of_family[codes[a, family]]
            if (heard[one] == heard[other] and heard[one] >= 0) or (
                heard[two] == heard[another] and heard[two] >= 0
            ):
                at[count] = k
                found[0, count], found[1, count] = one, other
                found[2, count], found[3, count] = two, another
                count += 1
    found = found[:, :count].copy()
    return at[:count].copy(), found[0], found[1], found[2], found[3]
