"""The circles of all components at once: as the engine makes them one at a time."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from sameas.engine.online.matches.circles import circles_text
from sameas.engine.online.matches.everything import parts_of
from sameas.matching.distinct import distinct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.engine.online.whole.derive import Derived

    Bools = NDArray[np.bool_]
    Longs = NDArray[np.int64]

__all__ = ["circle_of", "circles"]


def circle_of(derived: Derived) -> tuple[Longs, Bools]:
    """V: the circle of each vector; C: for which components it is told so.

    Told of those that matches join or that have one vector, that share none with others, and that
    no judgement names.
    """
    every = derived.matches
    fits = ~derived.named
    of = np.arange(0 if every is None else len(every.values), dtype=np.int64)
    if every is None or not len(of):
        return of, fits
    some = np.flatnonzero(every.vector >= 0)
    vector, component = every.vector[some], derived.component[some].astype(np.int64)
    least = np.full(len(of), np.iinfo(np.int64).max)
    most = np.full(len(of), -1, dtype=np.int64)
    np.minimum.at(least, vector, component)
    np.maximum.at(most, vector, component)
    fits[component[least[vector] != most[vector]]] = False
    pairs = distinct(component * len(of) + vector) // len(of)
    fits &= derived.matched | (np.bincount(pairs, minlength=len(fits)) == 1)
    # whoever is one cluster is in one circle: each vector with one that the cluster has
    cluster = derived.cluster[some]
    first = np.full(int(derived.cluster.max()) + 1, -1, dtype=np.int64)
    first[cluster] = vector
    left, right = (ends.astype(np.int64) for ends in derived.close)
    here = least[left] == least[right]
    parts_of(
        of,
        np.concatenate([left[here], vector]),
        np.concatenate([right[here], first[cluster]]),
    )
    return of, fits


def circles(derived: Derived, summaries: Sequence[str | None]) -> list[str | None]:
    """C: the circles of each component as its row holds them, None where they are not told.

    Vectors have the numbers that a store which is made of the answer gives them.
    """
    found: list[str | None] = [None] * len(derived.nodes)
    every = derived.matches
    if every is None:
        return found
    of, fits = circle_of(derived)
    fits &= np.array([one is None for one in summaries], dtype=bool)
    some = np.flatnonzero(every.vector >= 0)
    some = some[fits[derived.component[some]]]
    lies: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    homes, vectors = derived.component[some].tolist(), every.vector[some]
    for home, vector, circle in zip(homes, vectors.tolist(), of[vectors].tolist(), strict=True):
        lies[home][circle].add(vector + 1)
    for home, those in lies.items():
        found[home] = circles_text(those.values())
    return found
