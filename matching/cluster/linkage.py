"""Mean linkage, exactly: of all pairs of clusters the one with the highest mean weight is named.

Compiled, and asked step by step: `begin`, then `best` names a pair, and whoever asks joins it with
`join` or passes it over for good by asking again. So any constraint can stand between the two. A
pair is named while the mean of its weights is above the cut; ties fall to the smaller ranks. No
answer depends on how clusters or vectors are numbered.

Weights are whole numbers at most 2**43 from 0, and there are fewer than 2**9 vectors, so fewer than
2**18 weights in a mean: sums stay below 2**61. Means are compared as floor, then remainder over
count; a remainder is less than its count, so the cross products stay below 2**36. Nothing is
rounded and nothing can overflow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from sameas.matching.cluster.units import MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = [
    "LIVE",
    "MOST_VECTORS",
    "Room",
    "begin",
    "best",
    "enter",
    "join",
    "link",
    "mean",
    "room",
]

MOST_VECTORS = 511
"""So many vectors can be linked at once."""

_HEAD, _RANK, _PLACE = 0, 1, 2
_CLUSTERS, _LIVE, _QUEUED, _VECTORS = 0, 1, 2, 3
LIVE = _LIVE
"""The place in `Room.at` of how many clusters there are."""


class Room(NamedTuple):
    """Room for one piece at a time; used again for each."""

    at: Longs
    """How much of each of the others is in use."""
    who: NDArray[np.int32]
    """An entry a cluster, those to come included: first of its vectors, rank, place in `live`."""
    vector: Ints
    """The vectors of clusters as lists: vector and the next entry."""
    following: Ints
    live: Ints
    """The clusters that there are now."""
    mark: Ints
    total: Longs
    """Sums over the vectors of one cluster, an entry a vector; how many there are in `counted`."""
    counted: Ints


@njit(cache=True, nogil=True)
def room(clusters: int, entries: int) -> Room:
    """Room for so many clusters and so many entries of vectors in clusters."""
    return Room(
        np.zeros(4, dtype=np.int64),
        np.empty((2 * max(clusters, 1), 3), dtype=np.int32),
        np.empty(max(entries, 1), dtype=np.int32),
        np.empty(max(entries, 1), dtype=np.int32),
        np.empty(max(clusters, 1), dtype=np.int32),
        np.empty(MOST_VECTORS, dtype=np.int32),
        np.empty(MOST_VECTORS, dtype=np.int64),
        np.empty(MOST_VECTORS, dtype=np.int32),
    )


@njit(cache=True, nogil=True)
def enter(space: Room, rank: int, first: int) -> int:
    """A new cluster, given its rank and the first entry of its vectors, or -1; gives its number."""
    at, who, live = space.at, space.who, space.live
    one = int(at[_CLUSTERS])
    at[_CLUSTERS] = one + 1
    who[one, _HEAD] = first
    who[one, _RANK] = rank
    who[one, _PLACE] = at[_LIVE]
    live[at[_LIVE]] = one
    at[_LIVE] += 1
    return one


@njit(cache=True, nogil=True)
def _before(heap: Longs, one: int, other: int) -> bool:
    """Whether the first of two rows has the greater mean, or the lesser ranks at the same mean."""
    if heap[one, 0] != heap[other, 0]:
        return bool(heap[one, 0] > heap[other, 0])
    a = (heap[one, 1] >> 32) * (heap[other, 1] & 0xFFFFFFFF)
    b = (heap[other, 1] >> 32) * (heap[one, 1] & 0xFFFFFFFF)
    if a != b:
        return bool(a > b)
    return bool(heap[one, 2] < heap[other, 2])


@njit(cache=True, nogil=True)
def _swap(heap: Longs, one: int, other: int) -> None:
    for place in range(4):
        kept = heap[one, place]
        heap[one, place] = heap[other, place]
        heap[other, place] = kept


@njit(cache=True, nogil=True)
def _sums(space: Room, one: int, weights: Longs, vectors: int) -> None:
    """Add up the weights from all vectors of a cluster to each vector."""
    total, counted = space.total, space.counted
    total[:vectors] = 0
    counted[:vectors] = 0
    node = space.who[one, _HEAD]
    while node >= 0:
        row = space.vector[node] * vectors
        for v in range(vectors):
            weight = weights[row + v]
            if weight != MISSING:
                total[v] += weight
                counted[v] += 1
        node = space.following[node]


@njit(cache=True, nogil=True)
def _queue(space: Room, one: int, other: int, heap: Longs, cut: int) -> Longs:
    """Put a pair in its place if its mean is above the cut; the sums of `one` are at hand."""
    who = space.who
    total = np.int64(0)
    count = np.int64(0)
    node = who[other, _HEAD]
    while node >= 0:
        v = space.vector[node]
        total += space.total[v]
        count += space.counted[v]
        node = space.following[node]
    if count == 0 or total <= cut * count:
        return heap
    n = space.at[_QUEUED]
    if n == len(heap):
        grown = np.empty((2 * n, 4), dtype=np.int64)
        grown[:n] = heap
        heap = grown
    floor = total // count
    low = min(who[one, _RANK], who[other, _RANK])
    high = max(who[one, _RANK], who[other, _RANK])
    heap[n, 0] = floor
    heap[n, 1] = ((total - floor * count) << 32) | count
    heap[n, 2] = (np.int64(low) << 32) | np.int64(high)
    heap[n, 3] = (np.int64(one) << 32) | np.int64(other)
    space.at[_QUEUED] = n + 1
    while n > 0 and _before(heap, n, (n - 1) >> 1):
        _swap(heap, n, (n - 1) >> 1)
        n = (n - 1) >> 1
    return heap


@njit(cache=True, nogil=True)
def begin(space: Room, weights: Longs, vectors: int, heap: Longs, cut: int) -> Longs:
    """Weigh all pairs of the clusters that were entered; gives the heap, which may have grown.

    Args:
        space: with the clusters of one piece.
        weights: of each two of the piece's vectors, row by row, the least integer where there is
            none; symmetric.
        vectors: how many they are.
        heap: (any, 4), at least one row.
        cut: pairs are named while their mean is above it.
    """
    at = space.at
    at[_QUEUED] = 0
    at[_VECTORS] = vectors
    for i in range(at[_LIVE] - 1):
        _sums(space, space.live[i], weights, vectors)
        for j in range(i + 1, at[_LIVE]):
            heap = _queue(space, space.live[i], space.live[j], heap, cut)
    return heap


@njit(cache=True, nogil=True)
def best(space: Room, heap: Longs) -> tuple[int, int]:
    """The pair to be looked at next, (-1, -1) if there is none; it is not named again."""
    at, who = space.at, space.who
    while at[_QUEUED] > 0:
        pair = heap[0, 3]
        last = at[_QUEUED] - 1
        at[_QUEUED] = last
        for place in range(4):
            heap[0, place] = heap[last, place]
        n = 0
        while 2 * n + 1 < last:
            below = 2 * n + 1
            if below + 1 < last and _before(heap, below + 1, below):
                below += 1
            if not _before(heap, below, n):
                break
            _swap(heap, n, below)
            n = below
        one = pair >> 32
        other = pair & 0xFFFFFFFF
        if who[one, _PLACE] >= 0 and who[other, _PLACE] >= 0:
            return int(one), int(other)
    return -1, -1


@njit(cache=True, nogil=True)
def _leave(space: Room, one: int) -> None:
    place = space.who[one, _PLACE]
    space.who[one, _PLACE] = -1
    space.at[_LIVE] -= 1
    moved = space.live[space.at[_LIVE]]
    if moved != one:
        space.live[place] = moved
        space.who[moved, _PLACE] = place


@njit(cache=True, nogil=True)
def join(
    space: Room, one: int, other: int, weights: Longs, heap: Longs, cut: int
) -> tuple[int, Longs]:
    """Make two clusters one: its number, and the heap. The two are not named any more."""
    who, vector, following = space.who, space.vector, space.following
    vectors = space.at[_VECTORS]
    _leave(space, one)
    _leave(space, other)
    space.mark[:vectors] = 0
    last = -1
    node = who[one, _HEAD]
    while node >= 0:
        space.mark[vector[node]] = 1
        last = node
        node = following[node]
    first = who[one, _HEAD]
    node = who[other, _HEAD]
    while node >= 0:
        rest = following[node]
        if space.mark[vector[node]] == 0:
            following[node] = -1
            if last < 0:
                first = node
            else:
                following[last] = node
            last = node
        node = rest
    joined = enter(space, min(who[one, _RANK], who[other, _RANK]), first)
    _sums(space, joined, weights, vectors)
    for i in range(space.at[_LIVE] - 1):
        heap = _queue(space, joined, space.live[i], heap, cut)
    return joined, heap


@njit(cache=True, nogil=True)
def mean(space: Room, one: int, other: int, weights: Longs) -> tuple[int, int]:
    """The sum and the number of the weights between two clusters."""
    vectors = space.at[_VECTORS]
    total = np.int64(0)
    count = np.int64(0)
    a = space.who[one, _HEAD]
    while a >= 0:
        b = space.who[other, _HEAD]
        while b >= 0:
            weight = weights[space.vector[a] * vectors + space.vector[b]]
            if weight != MISSING:
                total += weight
                count += 1
            b = space.following[b]
        a = space.following[a]
    return int(total), int(count)


@njit(cache=True, nogil=True)
def link(weights: Longs, vectors: int, space: Room, heap: Longs, cut: int, cluster: Ints) -> Longs:
    """Link vectors, each a cluster at first, with no constraint; gives the heap.

    Args:
        weights, vectors, heap, cut: see `begin`.
        space: room for so many clusters.
        cluster: of each vector the lowest one of its cluster; is written to.
    """
    space.at[:] = 0
    for one in range(vectors):
        space.vector[one] = one
        space.following[one] = -1
        enter(space, one, one)
    heap = begin(space, weights, vectors, heap, cut)
    while True:
        one, other = best(space, heap)
        if one < 0:
            break
        _, heap = join(space, one, other, weights, heap, cut)
    for place in range(space.at[LIVE]):
        node = space.who[space.live[place], _HEAD]
        lowest = space.who[space.live[place], _RANK]
        while node >= 0:
            cluster[space.vector[node]] = lowest
            node = space.following[node]
    return heap
