"""3.4: from components that are too large to pieces within the limits, the weakest evidence first.

All too large components at once, round by round: what is still too large gives up a step of the
ladder, or a type, and falls into parts.

One module: a round is a few passes over arrays that only it knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sameas.engine.batch.held import grown
from sameas.engine.batch.links import LINKED
from sameas.engine.evidence import LADDER, MAX_VECTORS
from sameas.matching.distinct import distinct

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.batch.components import Components
    from sameas.engine.batch.edges import Edges
    from sameas.engine.batch.links import Links

    Bools = NDArray[np.bool_]
    Bytes = NDArray[np.int8]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Pieces", "pieces"]

_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """P pieces."""

    records: Ints
    """Piece by piece, in the order of 3.3."""
    starts: Longs
    """P + 1: where each begins in `records`."""
    below: Bytes
    """P: only nodes of lower types link in it."""
    least: Longs
    """P: the least weight of a match that joins it."""
    vectors: Ints
    """P: distinct vectors, where matches join it; else 0."""
    sizes: Ints
    """P: records and nodes, those that link no more, too."""
    dropped: Longs
    """(d, 2): identifier and group of the nodes that link no more."""
    of: Ints
    """n: the piece of each record, -1: it is in none."""


def pieces(
    columns: Columns,
    found: Links,
    parts: Components,
    edges: Edges | None,
    words: NDArray[np.int64],
    max_component: int,
) -> Pieces:
    """Cut the components that are too large.

    Args:
        columns: the live records.
        found: their links.
        parts: the components.
        edges: the matches.
        words: (k, 2) records that judgements join.
        max_component: so many records and nodes a piece may have.
    """
    n_types = len(found.rules.links)
    chosen = np.flatnonzero(parts.large[parts.of]).astype(np.int32)
    of = np.full(len(columns), -1, dtype=np.int32)
    if not len(chosen):
        none, empty = np.empty(0, dtype=np.int32), np.zeros(1, dtype=np.int64)
        nothing = empty[:0]
        return Pieces(
            none, empty, none.astype(np.int8), nothing, none, none, nothing.reshape(-1, 2), of
        )
    of[chosen] = (np.cumsum(parts.large) - 1)[parts.of[chosen]]
    work = _Work(columns, found, edges, words, chosen, of)
    count = int(np.count_nonzero(parts.large))
    level = np.zeros(count, dtype=np.int8)
    below = np.full(count, n_types, dtype=np.int8)
    active = np.ones(count, dtype=bool)
    while active.any():
        at_least = work.thresholds[level]
        parent, size, vectors, lowest = work.split(active, at_least, below)
        # parts of one that was too large have got as far as it had
        level, below, at_least = level[parent], below[parent], at_least[parent]
        large = size > max_component
        up = (vectors > 0) & (large | (vectors > MAX_VECTORS))
        drop = ~up & large & (lowest >= 0)
        final = ~active[parent]
        up &= ~final
        drop &= ~final
        level[up] += 1
        below[drop] = lowest[drop]
        active = up | drop
        matched = vectors
    return work.pieces(below, work.thresholds[level], matched)


class _Work:
    def __init__(
        self,
        columns: Columns,
        found: Links,
        edges: Edges | None,
        words: NDArray[np.int64],
        chosen: Ints,
        of: Ints,
    ) -> None:
        self.columns, self.found, self.chosen, self.of = columns, found, chosen, of
        carried = np.zeros(columns.n_identifiers, dtype=bool)
        _carried(chosen, found.ptr, found.ids, carried)
        self.touched = np.flatnonzero(carried & (found.standing == LINKED))
        self.words = words[of[words[:, 0]] >= 0]
        none = np.empty(0, dtype=np.int32)
        self.vector = none if edges is None else edges.scores.vector
        self.left, self.right, self.weight = none, none, none.astype(np.int64)
        self.vptr, self.vrec = np.zeros(1, dtype=np.int64), none
        threshold = 0
        if edges is not None:
            inside = of[edges.vrec[edges.vptr[edges.left]]] >= 0
            self.left, self.right = edges.left[inside], edges.right[inside]
            self.weight = edges.weight[inside]
            self.vptr, self.vrec = edges.vptr, edges.vrec
            threshold = edges.scores.edge_threshold
        self.thresholds = np.array(
            [_NEVER if step is None else threshold + step for step in LADDER], dtype=np.int64
        )
        self.parent = np.empty(len(columns), dtype=np.int32)

    def split(self, active: Bools, least: Longs, below: Bytes) -> tuple[Ints, Ints, Ints, Ints]:
        """Cut the active parts.

        Of each part that there is then: which it was part of, its size, its vectors if matches join
        it, and the lowest type that links in it.
        """
        found = self.found
        _unite(
            self.chosen,
            self.of,
            active,
            least,
            below,
            self.touched,
            found.iptr,
            found.irec,
            self.columns.type_of,
            found.split_index,
            found.sptr,
            found.group,
            self.words,
            self.left,
            self.right,
            self.weight,
            self.vptr,
            self.vrec,
            self.parent,
        )
        was = _numbered(self.chosen, self.of, active, self.parent)
        below, least = below[was], least[was]
        size = np.zeros(len(was), dtype=np.int32)
        lowest = np.full(len(was), -1, dtype=np.int32)
        _measure(
            self.chosen,
            self.of,
            below,
            self.touched,
            found.iptr,
            found.irec,
            self.columns.type_of,
            found.split_index,
            found.sptr,
            found.group,
            size,
            lowest,
        )
        return was, size, self._vectors(least), lowest

    def _vectors(self, least: Longs) -> Ints:
        """Distinct vectors of each part that matches join."""
        joined = np.zeros(len(least), dtype=bool)
        if not len(self.left):
            return np.zeros(len(least), dtype=np.int32)
        _joined(self.of, least, self.left, self.right, self.weight, self.vptr, self.vrec, joined)
        voting = self.chosen[self.vector[self.chosen] >= 0]
        pairs = distinct((self.of[voting].astype(np.int64) << 32) | self.vector[voting])
        count = np.bincount(pairs >> 32, minlength=len(least)).astype(np.int32)
        return np.where(joined, count, 0).astype(np.int32)

    def pieces(self, below: Bytes, least: Longs, vectors: Ints) -> Pieces:
        """What came of it."""
        found = self.found
        keys = (self.of[self.chosen].astype(np.int64) << 32) | found.seen[self.chosen]
        keys.sort()
        starts = np.searchsorted(keys >> 32, np.arange(len(below) + 1))
        sizes = np.diff(starts).astype(np.int32)
        dropped = _dropped(
            self.of,
            below,
            self.touched,
            found.iptr,
            found.irec,
            self.columns.type_of,
            found.split_index,
            found.sptr,
            found.group,
            sizes,
        )
        records = found.order[keys & 0xFFFFFFFF]
        return Pieces(records, starts, below, least, vectors, sizes, dropped, self.of)


@njit(cache=True, nogil=True)
def _carried(chosen: Ints, ptr: Longs, ids: Ints, carried: Bools) -> None:
    for record in chosen:
        for at in range(ptr[record], ptr[record + 1]):
            carried[ids[at]] = True


@njit(cache=True, nogil=True)
def _root(parent: Ints, one: int) -> int:
    while parent[one] != one:
        parent[one] = parent[parent[one]]
        one = parent[one]
    return one


@njit(cache=True, nogil=True)
def _link(parent: Ints, one: int, other: int) -> None:
    a = _root(parent, one)
    b = _root(parent, other)
    parent[max(a, b)] = min(a, b)


@njit(cache=True, nogil=True)
def _unite(
    chosen: Ints,
    of: Ints,
    active: Bools,
    least: Longs,
    below: Bytes,
    touched: Longs,
    iptr: Ints,
    irec: Ints,
    type_of: Bytes,
    split_index: Ints,
    sptr: Longs,
    group: Ints,
    words: NDArray[np.int64],
    left: Ints,
    right: Ints,
    weight: Longs,
    vptr: Longs,
    vrec: Ints,
    parent: Ints,
) -> None:
    """Join the records of each active part by what still joins; `parent` is written to."""
    for record in chosen:
        parent[record] = record
    lead = np.full(16, -1, dtype=np.int32)
    for x in touched:
        width = iptr[x + 1] - iptr[x]
        if width > len(lead):
            lead = np.empty(2 * width, dtype=np.int32)
        lead[:width] = -1
        k = split_index[x]
        for i in range(width):
            record = irec[iptr[x] + i]
            part = of[record]
            if part < 0 or not active[part] or type_of[x] >= below[part]:
                continue
            g = 0 if k < 0 else group[sptr[k] + i]
            if g < 0:
                continue
            if lead[g] < 0:
                lead[g] = record
            else:
                _link(parent, lead[g], record)
    for k in range(len(words)):
        if active[of[words[k, 0]]]:
            _link(parent, words[k, 0], words[k, 1])
    # of each part: which edge was last seen there with its left and with its right vector, and by
    # which record
    met = np.full((len(active), 2), -1, dtype=np.int32)
    by = np.empty((len(active), 2), dtype=np.int32)
    for e in range(len(left)):
        for side in range(2):
            v = left[e] if side == 0 else right[e]
            for i in range(vptr[v], vptr[v + 1]):
                part = of[vrec[i]]
                if part >= 0 and active[part] and weight[e] >= least[part] and met[part, side] != e:
                    met[part, side] = e
                    by[part, side] = vrec[i]
        for side in range(2):
            v = left[e] if side == 0 else right[e]
            for i in range(vptr[v], vptr[v + 1]):
                part = of[vrec[i]]
                if part >= 0 and active[part] and met[part, 1 - side] == e:
                    _link(parent, vrec[i], by[part, 1 - side])


@njit(cache=True, nogil=True)
def _numbered(chosen: Ints, of: Ints, active: Bools, parent: Ints) -> Ints:
    """Number all parts anew; of each which it was part of. `of` is written to."""
    was = np.empty(len(chosen), dtype=np.int32)
    whole = np.full(len(active), -1, dtype=np.int32)
    n = 0
    # ascending, and a root is the least of its part
    for record in chosen:
        part = of[record]
        if not active[part]:
            if whole[part] < 0:
                whole[part] = n
                was[n] = part
                n += 1
            of[record] = whole[part]
            continue
        root = _root(parent, record)
        if root == record:
            was[n] = part
            of[record] = n
            n += 1
        else:
            of[record] = of[root]
    return was[:n].copy()


@njit(cache=True, nogil=True)
def _measure(
    chosen: Ints,
    of: Ints,
    below: Bytes,
    touched: Longs,
    iptr: Ints,
    irec: Ints,
    type_of: Bytes,
    split_index: Ints,
    sptr: Longs,
    group: Ints,
    size: Ints,
    lowest: Ints,
) -> None:
    """Count records and the nodes that link, and find the lowest type of those."""
    for record in chosen:
        size[of[record]] += 1
    for x in touched:
        top = -1
        k = split_index[x]
        for i in range(iptr[x + 1] - iptr[x]):
            g = 0 if k < 0 else group[sptr[k] + i]
            # groups are numbered in the order of their first records
            if g <= top:
                continue
            top = g
            part = of[irec[iptr[x] + i]]
            if part >= 0 and type_of[x] < below[part]:
                size[part] += 1
                lowest[part] = max(lowest[part], type_of[x])


@njit(cache=True, nogil=True)
def _joined(
    of: Ints,
    least: Longs,
    left: Ints,
    right: Ints,
    weight: Longs,
    vptr: Longs,
    vrec: Ints,
    joined: Bools,
) -> None:
    """Which parts have an edge of at least their threshold inside."""
    met = np.full(len(least), -1, dtype=np.int32)
    for e in range(len(left)):
        for i in range(vptr[left[e]], vptr[left[e] + 1]):
            part = of[vrec[i]]
            if part < 0 or weight[e] < least[part]:
                continue
            if left[e] == right[e] and met[part] == e:
                joined[part] = True
            met[part] = e
        if left[e] != right[e]:
            for i in range(vptr[right[e]], vptr[right[e] + 1]):
                part = of[vrec[i]]
                if part >= 0 and met[part] == e:
                    joined[part] = True


@njit(cache=True, nogil=True)
def _dropped(
    of: Ints,
    below: Bytes,
    touched: Longs,
    iptr: Ints,
    irec: Ints,
    type_of: Bytes,
    split_index: Ints,
    sptr: Longs,
    group: Ints,
    sizes: Ints,
) -> NDArray[np.int64]:
    """The nodes that link no more, as identifier and group; adds all nodes to the sizes."""
    found = np.empty((1024, 2), dtype=np.int64)
    n = 0
    for x in touched:
        top = -1
        k = split_index[x]
        for i in range(iptr[x + 1] - iptr[x]):
            g = 0 if k < 0 else group[sptr[k] + i]
            if g <= top:
                continue
            top = g
            part = of[irec[iptr[x] + i]]
            if part < 0:
                continue
            sizes[part] += 1
            if type_of[x] >= below[part]:
                found = grown(found, n + 1)
                found[n, 0] = x
                found[n, 1] = g
                n += 1
    return found[:n].copy()
