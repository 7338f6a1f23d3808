"""What a shared value is worth by its rarity: sharing a rare name says more than a common one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sameas.matching.model.tables import whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Longs = NDArray[np.int64]

__all__ = ["MAX_TERMS", "Terms", "collision", "terms_of"]

MAX_TERMS = 20_000
"""Values of one field that a model speaks of; the others share its floor."""


class Terms(NamedTuple):
    """Of one field."""

    by_code: Longs
    """What sharing each value adds."""
    floor: int
    """What sharing a value adds that the model does not speak of."""
    kept: NDArray[np.int64]
    """Codes of the values that it speaks of, ascending."""


def collision(carriers: Longs) -> float:
    """How likely two records at random share a value, among those that have one."""
    n = int(carriers.sum())
    if n < 2:
        return 0.0
    return float((carriers * (carriers - 1)).sum()) / (n * (n - 1))


def terms_of(carriers: Longs, limit: int = MAX_TERMS) -> Terms:
    """Weights by rarity: log2 of the mean chance of sharing over the value's own.

    A value's chance leaves one of its carriers out, as the one that is compared: a value on two
    records was seen once beside it. Values on at most two records, never seen ones included, share
    the floor.
    """
    n = int(carriers.sum())
    mean = collision(carriers)
    if mean <= 0:
        return Terms(np.zeros(len(carriers), dtype=np.int64), 0, np.empty(0, dtype=np.int64))
    most = np.lexsort((np.arange(len(carriers)), -carriers))[:limit]
    kept = np.sort(most[carriers[most] > 2])
    beyond = np.delete(carriers, kept)
    seen = np.array([max(int(beyond.max(initial=2)), 2)])
    floor = int(whole(np.log2(mean * (n - 1) / (seen - 1)))[0])
    by_code = np.full(len(carriers), floor, dtype=np.int64)
    by_code[kept] = whole(np.log2(mean * (n - 1) / (carriers[kept] - 1)))
    return Terms(by_code, floor, kept)
