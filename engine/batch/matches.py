"""3.5, the third step, compiled: matches inside one piece whose nodes have been gone through.

Mean linkage names pairs of clusters; constraints stand between naming and joining.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from sameas.engine.batch.held import CLUSTER, FOLLOWING, broken, explained, grown, join, wide
from sameas.engine.batch.meet import Square, Weighed, fill, look
from sameas.matching.cluster import linkage
from sameas.matching.cluster.linkage import LIVE, Room

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sameas.engine.batch.held import Held

    Bools = NDArray[np.bool_]
    Bytes = NDArray[np.int8]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Matched", "match_piece"]

_NO_NAMES = np.empty(0, dtype=np.int32)
_IN_ONE, _IN_OTHER = 1, 2


class Matched(NamedTuple):
    """Evidence on some pieces, and room to work in."""

    matched: Bools
    """Whether matches join each piece."""
    least: Longs
    """The least weight of an edge that joins it."""
    asked: Longs
    """Weights that were asked for, and where those of each piece begin; see `unknown`."""
    starts: Longs
    rank: Ints
    """n: the records of a piece that matches join in the order of their keys."""
    cut: int
    known: Weighed
    square: Square
    space: Room
    root: Ints
    """Twice as many as a piece has records; is written to."""


@njit(cache=True, nogil=True)
def _entered(records: Ints, held: Held, evidence: Matched) -> None:
    """Enter every cluster with its vectors and its least key; those without vectors, too."""
    space, known = evidence.space, evidence.known
    rank, root, mark = evidence.rank, evidence.root, evidence.space.mark
    space.at[:] = 0
    mark[:] = -1
    n = 0
    for r in range(len(records)):
        if held.who[r, CLUSTER] != r:
            continue
        first = -1
        least = rank[records[r]]
        m = r
        while m >= 0:
            least = min(least, rank[records[m]])
            v = known.vector[records[m]]
            if v >= 0 and mark[known.local[v]] != r:
                mark[known.local[v]] = r
                space.vector[n] = known.local[v]
                space.following[n] = first
                first = n
                n += 1
            m = held.who[m, FOLLOWING]
        root[linkage.enter(space, least, first)] = r


@njit(cache=True, nogil=True)
def _least(r: int, v: int, records: Ints, held: Held, evidence: Matched) -> int:
    """The record of least key in a cluster that has a vector of the piece."""
    found = -1
    wanted = evidence.square.vectors[v]
    while r >= 0:
        record = records[r]
        if evidence.known.vector[record] == wanted and (
            found < 0 or evidence.rank[record] < evidence.rank[found]
        ):
            found = record
        r = held.who[r, FOLLOWING]
    return found


@njit(cache=True, nogil=True)
def _between(
    k: int,
    one: int,
    other: int,
    records: Ints,
    held: Held,
    evidence: Matched,
    matches: Longs,
    n: int,
    why: int,
    start: int,
    stop: int,
) -> tuple[Longs, int]:
    """Write down the edges between two clusters as refused: each once, by its least keys."""
    space, kept = evidence.space, evidence.square.kept
    mark = space.mark
    mark[:k] = 0
    for side in range(2):
        node = space.who[one if side == 0 else other, 0]
        while node >= 0:
            mark[space.vector[node]] |= _IN_ONE if side == 0 else _IN_OTHER
            node = space.following[node]
    r, s = evidence.root[one], evidence.root[other]
    for a in range(k):
        if not mark[a] & _IN_ONE:
            continue
        for b in range(k):
            if not mark[b] & _IN_OTHER or not kept[a * k + b]:
                continue
            left = _least(r, a, records, held, evidence)
            right = _least(s, b, records, held, evidence)
            low = min(evidence.rank[left], evidence.rank[right])
            high = max(evidence.rank[left], evidence.rank[right])
            if a != b and mark[b] & _IN_ONE and mark[a] & _IN_OTHER:
                # each side has both vectors: the pair of least keys speaks for both ways round
                x = evidence.rank[_least(r, b, records, held, evidence)]
                y = evidence.rank[_least(s, a, records, held, evidence)]
                if min(x, y) < low or (min(x, y) == low and max(x, y) < high):
                    continue
            matches = grown(matches, n + 1)
            matches[n, 0] = left
            matches[n, 1] = right
            matches[n, 2] = why
            matches[n, 3] = start
            matches[n, 4] = stop
            n += 1
    return matches, n


@njit(cache=True, nogil=True)
def match_piece(
    piece: int,
    records: Ints,
    limits: Longs,
    identifier: Ints,
    clean_source: Bytes,
    held: Held,
    evidence: Matched,
    heap: Longs,
    matches: Longs,
    n_matches: int,
    payload: Longs,
    n_payload: int,
) -> tuple[Longs, Longs, int, Longs, int]:
    """Join the clusters of a piece by their matches; heap, refused matches and payload come back.

    Args:
        piece: which of the pieces it is.
        records: those of the piece.
        limits, clean_source: see `plain`.
        identifier: of each value its number among all.
        held: the clusters.
        evidence: what matches say.
        heap, matches, n_matches, payload, n_payload: are written to.
    """
    space, square, cut = evidence.space, evidence.square, evidence.cut
    k = look(records, evidence.least[piece], evidence.known, square)
    fill(k, evidence.asked, evidence.starts[piece], square)
    _entered(records, held, evidence)
    weights = square.weights
    heap = linkage.begin(space, weights, k, heap, cut)
    refused = False
    while True:
        one, other = linkage.best(space, heap)
        if one < 0:
            break
        r, s = wide(evidence.root[one]), wide(evidence.root[other])
        if broken(r, s, limits, held)[0] != 0:
            refused = True
            continue
        joined, heap = linkage.join(space, one, other, weights, heap, cut)
        evidence.root[joined] = join(r, s, _NO_NAMES, held)
    if not refused:
        return heap, matches, n_matches, payload, n_payload
    none = wide(-1)
    for i in range(space.at[LIVE]):
        for j in range(i + 1, space.at[LIVE]):
            one, other = space.live[i], space.live[j]
            total, count = linkage.mean(space, one, other, weights)
            if count == 0 or total <= cut * count:
                continue
            r, s = wide(evidence.root[one]), wide(evidence.root[other])
            why, detail = broken(r, s, limits, held)
            start = n_payload
            payload, n_payload = explained(
                why, detail, r, s, none, records, identifier, clean_source, held, payload, n_payload
            )
            matches, n_matches = _between(
                k, one, other, records, held, evidence, matches, n_matches, why, start, n_payload
            )
    return heap, matches, n_matches, payload, n_payload
