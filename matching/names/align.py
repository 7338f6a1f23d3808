"""The least cost of aligning two sounds: compiled, without allocation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.matching.canonical.kernels import jit
from sameas.matching.names.sound import COST, GAP

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["sound_distance"]


@jit
def sound_distance(
    sound: NDArray[np.uint8],
    start_a: int,
    end_a: int,
    start_b: int,
    end_b: int,
    most: int,
    scratch: NDArray[np.int64],
) -> int:
    """The cost of aligning `sound[start_a:end_a]` and `[start_b:end_b]`, or `most + 1` if more.

    `scratch` is overwritten; its size is at least `end_b - start_b + 1`. Only cells that are
    within `most` are looked at (Ukkonen 1985): a few a row, and most pairs end after two rows.
    """
    m = end_b - start_b
    far = most + 1
    scratch[0] = 0
    high = 0  # the last column within `most`
    while high < m:
        cost = scratch[high] + GAP[sound[start_b + high]]
        if cost > most:
            break
        high += 1
        scratch[high] = cost
    low = 0
    for i in range(start_a, end_a):
        x = sound[i]
        drop = GAP[x]
        first, last = m + 1, -1
        diagonal = far
        left = far
        j = low
        while j <= m:
            above = scratch[j] if j <= high else far
            best = min(above + drop, far)
            if j > 0:
                y = sound[start_b + j - 1]
                best = min(best, diagonal + COST[x, y], left + GAP[y])
            diagonal = above
            left = min(best, far)
            scratch[j] = left
            if left <= most:
                first = min(first, j)
                last = j
            elif j > high:
                break
            j += 1
        if last < 0:
            return far
        low, high = first, last
    return int(scratch[m]) if high == m else far
