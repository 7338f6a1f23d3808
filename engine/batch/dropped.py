"""3.4: what the bounds of a component kept from joining.

Nodes that link no more are given to the first of their records whose cluster may hold them. All
nodes of a type are dropped from a piece together, so what a cluster holds of the type are dropped
nodes only. Matches that the ladder passed over are refused where their ends lie apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sameas.engine.batch.held import LIMIT, TOO_LARGE, grown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.batch.links import Links

    Bytes = NDArray[np.int8]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["passed_over", "place_dropped"]


def place_dropped(
    columns: Columns, found: Links, nodes: Longs, label: Ints, n_labels: int, ranks: Ints
) -> tuple[Longs, Longs, Longs]:
    """Holders, refused links and their payload, as in `plain.Found`.

    Args:
        columns: the live records.
        found: their links.
        nodes: (d, 2): identifier and group.
        label: n: the cluster of each record.
        n_labels: how many clusters there are.
        ranks: m: the identifiers of the nodes in the order of their values, type by type.
    """
    types = columns.type_of[nodes[:, 0]]
    first = np.empty(len(nodes), dtype=np.int64)
    _first_seen(
        nodes,
        found.iptr,
        found.irec,
        found.split_index,
        found.sptr,
        found.group,
        columns.first_seen,
        first,
    )
    order = np.lexsort((nodes[:, 1], ranks[nodes[:, 0]], first, types))
    return _place(
        nodes[order],
        columns.type_of,
        found.iptr,
        found.irec,
        found.split_index,
        found.sptr,
        found.group,
        found.rules.max_per_profile,
        label,
        n_labels,
    )


@njit(cache=True, nogil=True)
def _first_seen(
    nodes: Longs,
    iptr: Ints,
    irec: Ints,
    split_index: Ints,
    sptr: Longs,
    group: Ints,
    first_seen: Longs,
    first: Longs,
) -> None:
    """The least of each node's records; `first` is written to."""
    first[:] = np.iinfo(np.int64).max
    for d in range(len(nodes)):
        x = nodes[d, 0]
        k = split_index[x]
        for i in range(iptr[x + 1] - iptr[x]):
            g = 0 if k < 0 else group[sptr[k] + i]
            if g == nodes[d, 1]:
                first[d] = min(first[d], first_seen[irec[iptr[x] + i]])


@njit(cache=True, nogil=True)
def _place(
    nodes: Longs,
    type_of: Bytes,
    iptr: Ints,
    irec: Ints,
    split_index: Ints,
    sptr: Longs,
    group: Ints,
    limits: Longs,
    label: Ints,
    n_labels: int,
) -> tuple[Longs, Longs, Longs]:
    no_limit = np.iinfo(np.int64).max
    holders = np.empty((1024, 3), dtype=np.int64)
    n_holders = 0
    refused = np.empty((1024, 5), dtype=np.int64)
    n_refused = 0
    payload = np.empty(1024, dtype=np.int64)
    n_payload = 0
    # what a cluster has been given, as a list: identifier and next entry
    head = np.full(n_labels, -1, dtype=np.int32)
    given = np.empty((len(nodes), 2), dtype=np.int32)
    n_given = 0
    for d in range(len(nodes)):
        x = nodes[d, 0]
        t = type_of[x]
        k = split_index[x]
        placed = False
        for i in range(iptr[x + 1] - iptr[x]):
            g = 0 if k < 0 else group[sptr[k] + i]
            if g != nodes[d, 1]:
                continue
            record = irec[iptr[x] + i]
            own = label[record]
            start = n_payload
            why = TOO_LARGE
            if not placed:
                total = 1
                known = False
                at = head[own]
                while at >= 0 and limits[t] != no_limit:
                    if given[at, 0] == x:
                        known = True
                    elif type_of[given[at, 0]] == t:
                        total += 1
                    at = given[at, 1]
                if total <= limits[t]:
                    placed = True
                    holders = grown(holders, n_holders + 1)
                    holders[n_holders, 0] = x
                    holders[n_holders, 1] = g
                    holders[n_holders, 2] = record
                    n_holders += 1
                    if not known:
                        given[n_given, 0] = x
                        given[n_given, 1] = head[own]
                        head[own] = n_given
                        n_given += 1
                    continue
                why = LIMIT
                payload = grown(payload, n_payload + total)
                payload[n_payload] = x
                n_payload += 1
                at = head[own]
                while at >= 0:
                    if type_of[given[at, 0]] == t and given[at, 0] != x:
                        payload[n_payload] = given[at, 0]
                        n_payload += 1
                    at = given[at, 1]
            refused = grown(refused, n_refused + 1)
            refused[n_refused, 0] = x
            refused[n_refused, 1] = record
            refused[n_refused, 2] = why
            refused[n_refused, 3] = start
            refused[n_refused, 4] = n_payload
            n_refused += 1
    return holders[:n_holders].copy(), refused[:n_refused].copy(), payload[:n_payload].copy()


@njit(cache=True, nogil=True)
def _profiles(
    v: int,
    vptr: Longs,
    vrec: Ints,
    of: Ints,
    label: Ints,
    rank: Ints,
    lead: Ints,
    place: Ints,
) -> int:
    """The record of least key of each profile that a vector is in, into `lead`; how many.

    Where a profile stands in `lead` comes into `place`.
    """
    n = 0
    for i in range(vptr[v], vptr[v + 1]):
        record = vrec[i]
        if of[record] < 0:
            continue
        at = place[label[record]]
        if at < 0:
            place[label[record]] = n
            lead[n] = record
            n += 1
        elif rank[record] < rank[lead[at]]:
            lead[at] = record
    return n


@njit(cache=True, nogil=True)
def passed_over(
    left: Ints,
    right: Ints,
    weight: Longs,
    vptr: Longs,
    vrec: Ints,
    of: Ints,
    least: Longs,
    label: Ints,
    n_labels: int,
    rank: Ints,
) -> Longs:
    """(k, 2): matches that the ladder passed over and whose ends lie apart, each by two records.

    Once for a pair of vectors and a pair of profiles, by the records of least keys.

    Args:
        left, right, weight, vptr, vrec: see `Edges`.
        of: n: the piece of each record; -1: of no component that was too large.
        least: the least weight of a match that joins each piece.
        label: n: the profile of each record.
        n_labels: how many profiles there are.
        rank: n: records in the order of their keys.
    """
    found = np.empty((1024, 2), dtype=np.int64)
    n = 0
    widest = 0
    for v in range(len(vptr) - 1):
        widest = max(widest, vptr[v + 1] - vptr[v])
    one = np.empty(widest, dtype=np.int32)
    other = np.empty(widest, dtype=np.int32)
    in_one = np.full(n_labels, -1, dtype=np.int32)
    in_other = np.full(n_labels, -1, dtype=np.int32)
    for e in range(len(left)):
        if of[vrec[vptr[left[e]]]] < 0:
            continue
        same = left[e] == right[e]
        n_one = _profiles(left[e], vptr, vrec, of, label, rank, one, in_one)
        n_other = _profiles(right[e], vptr, vrec, of, label, rank, other, in_other)
        for i in range(n_one):
            a = one[i]
            for j in range(i + 1 if same else 0, n_other):
                b = other[j]
                if label[a] == label[b] or (of[a] == of[b] and weight[e] >= least[of[a]]):
                    continue
                low = min(rank[a], rank[b])
                high = max(rank[a], rank[b])
                # the same two profiles may hold the two vectors the other way round
                p = in_one[label[b]]
                q = in_other[label[a]]
                if not same and p >= 0 and q >= 0:
                    x = rank[one[p]]
                    y = rank[other[q]]
                    if min(x, y) < low or (min(x, y) == low and max(x, y) < high):
                        continue
                found = grown(found, n + 1)
                found[n, 0] = a
                found[n, 1] = b
                n += 1
        for i in range(n_one):
            in_one[label[one[i]]] = -1
        for j in range(n_other):
            in_other[label[other[j]]] = -1
    return found[:n].copy()
