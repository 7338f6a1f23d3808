"""Weights inside pieces, asked for many pieces at once, and the evidence that `plain` takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sameas.engine.batch.columns import by_key
from sameas.engine.batch.matches import Matched
from sameas.engine.batch.meet import Weighed, speaks_against, square_for, unknown
from sameas.matching.cluster.linkage import room

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.batch.edges import Edges
    from sameas.engine.batch.meet import Square

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Asked", "Weighing"]

_PAIRS = 1 << 21
"""Pairs of vectors that are looked at in one go: some 100 MB with all that is made of them."""


class Weighing:
    """What is known of all weights, and how to ask for more."""

    def __init__(self, columns: Columns, edges: Edges | None) -> None:
        self.columns, self.edges = columns, edges
        none = np.empty(0, dtype=np.int32)
        longs = np.empty(0, dtype=np.int64)
        self.known = Weighed(none, longs, none, longs, none)
        self.rank = none
        if edges is not None:
            vectors = len(edges.vptr) - 1
            begins = np.searchsorted(edges.left, np.arange(vectors + 1))
            self.known = Weighed(
                edges.scores.vector,
                begins,
                edges.right,
                edges.weight,
                np.zeros(vectors, dtype=np.int32),
            )
            self.rank = np.empty(len(columns), dtype=np.int32)

    def nothing(self, pieces: int) -> Matched:
        """The evidence on pieces that no match joins."""
        longs = np.zeros(pieces, dtype=np.int64)
        none = np.empty(0, dtype=np.int32)
        return Matched(
            np.zeros(pieces, dtype=bool),
            longs,
            longs[:0],
            longs,
            self.rank,
            0,
            self.known,
            square_for(0),
            room(0, 0),
            none,
        )

    @staticmethod
    def chunks(pieces: Longs, vectors: Ints) -> Iterator[Longs]:
        """Pieces in batches of a bounded number of pairs; every batch has at least one."""
        width = vectors[pieces].astype(np.int64)
        pairs = np.cumsum(width * (width + 1) // 2)
        first = 0
        while first < len(pieces):
            before = int(pairs[first - 1]) if first else 0
            last = max(first + 1, int(np.searchsorted(pairs, before + _PAIRS, side="right")))
            yield pieces[first:last]
            first = last

    def ask(self, spans: Longs, records: Ints, least: Longs, vectors: Ints) -> Asked:
        """Ask for all weights inside some pieces that no edge has."""
        assert self.edges is not None
        width = vectors.astype(np.int64)
        square = square_for(int(width.max()))
        left, right, starts = unknown(
            spans, records, least, self.known, square, int((width * (width + 1) // 2).sum())
        )
        asked = self.edges.scores.weigh(left, right)
        return Asked(self, spans, records, least, square, asked, starts)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """All weights inside some pieces."""

    of: Weighing
    spans: Longs
    records: Ints
    least: Longs
    square: Square
    asked: Longs
    starts: Longs

    def speaks_against(self, chosen: Bools) -> Bools:
        """In which of the chosen pieces some pair does not weigh more than the cut."""
        assert self.of.edges is not None
        return speaks_against(
            self.spans[chosen],
            self.records,
            self.of.known,
            self.square,
            self.asked,
            self.starts[:-1][chosen],
            self.of.edges.scores.cut,
        )

    def evidence(self, chosen: Bools) -> Matched:
        """The evidence on the chosen pieces."""
        assert self.of.edges is not None
        spans = self.spans[chosen]
        most = int(np.diff(spans, axis=1).max(initial=1))
        ordered = by_key(self.of.columns, _inside(spans, self.records))
        self.of.rank[ordered] = np.arange(len(ordered), dtype=np.int32)
        return Matched(
            np.ones(len(spans), dtype=bool),
            self.least[chosen],
            self.asked,
            self.starts[:-1][chosen],
            self.of.rank,
            self.of.edges.scores.cut,
            self.of.known,
            self.square,
            room(most, most),
            np.empty(2 * most, dtype=np.int32),
        )


@njit(cache=True, nogil=True)
def _inside(spans: Longs, records: Ints) -> Ints:
    """The records of some pieces."""
    total = 0
    for piece in range(len(spans)):
        total += spans[piece, 1] - spans[piece, 0]
    found = np.empty(total, dtype=np.int32)
    n = 0
    for piece in range(len(spans)):
        for at in range(spans[piece, 0], spans[piece, 1]):
            found[n] = records[at]
            n += 1
    return found
