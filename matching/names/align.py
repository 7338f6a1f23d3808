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

    `scratch` is overwritten; its size is at least `2 * (end_b - start_b + 1)`.
    """
    m = end_b - start_b
    old, new = 0, m + 1
    scratch[old] = 0
    for j in range(m):
        scratch[old + j + 1] = scratch[old + j] + GAP[sound[start_b + j]]
    for i in range(start_a, end_a):
        x = sound[i]
        drop = GAP[x]
        scratch[new] = scratch[old] + drop
        least = scratch[new]
        for j in range(m):
            y = sound[start_b + j]
            best = min(
                scratch[old + j] + COST[x, y],
                scratch[old + j + 1] + drop,
                scratch[new + j] + GAP[y],
            )
            scratch[new + j + 1] = best
            least = min(least, best)
        if least > most:
            return most + 1
        old, new = new, old
    return min(int(scratch[old + m]), most + 1)
