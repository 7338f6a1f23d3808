"""Looking a number up in a sorted array, from compiled code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["among"]


@njit(cache=True, nogil=True)
def among(keys: NDArray[np.int64], key: int | np.int64) -> bool:
    """Whether a sorted array holds a number. O(log n)."""
    low = 0
    high = len(keys)
    while low < high:
        middle = (low + high) >> 1
        if keys[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low < len(keys) and bool(keys[low] == key)
