"""3.5 without judgements or matches, compiled: the second step of `stepwise`, on arrays.

Most components that break something do so by a limit, a guard or a duplicate-free source alone.
At 20M identifier values of a simulated city these are 100,000; in Python they took longer than all
the rest of a run. Whatever else there is to a component goes through `stepwise`, which must give
the same answer where both can.

One module: numba compiles it as one, and every constraint reads the same running arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from sameas.engine.batch.search import among

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Bytes = NDArray[np.int8]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["DUPLICATE", "EXCLUSIVE", "GUARD", "LIMIT", "Found", "resolve_plain"]

LIMIT, GUARD, DUPLICATE, EXCLUSIVE = 1, 2, 3, 4
"""Constraints by number, as `refusals` names them."""


class Found(NamedTuple):
    """What came of the components."""

    cluster: Ints
    """One entry a record given: its cluster, numbered from 0 over all components."""
    n_clusters: int
    holders: Longs
    """(h, 3): identifier, group, record: who was granted each node, in order."""
    refused: Longs
    """(k, 5): identifier, record, constraint, and the span of its payload."""
    payload: Longs
    """Identifiers, names, records or (trait, value, value), as the constraint has it."""


@njit(cache=True, nogil=True)
def _grown(array: Longs, need: int) -> Longs:
    if need <= len(array):
        return array
    out = np.empty((max(need, 2 * len(array)), *array.shape[1:]), dtype=array.dtype)
    out[: len(array)] = array
    return out


@njit(cache=True, nogil=True)
def _clashing(keys: Longs, one: int, other: int) -> bool:
    if one == other:
        return False
    return among(keys, (np.int64(min(one, other)) << 32) | np.int64(max(one, other)))


@njit(cache=True, nogil=True)
def resolve_plain(
    starts: Longs,
    records: Ints,
    ptr: Longs,
    ids: Ints,
    group_of: Ints,
    type_of: Bytes,
    standing: Bytes,
    counts_as: Ints,
    value_rank: Ints,
    first_seen: Longs,
    limits: Longs,
    guard: Bools,
    name: Ints,
    clash: Longs,
    clean_source: Bytes,
    exclusive: Ints,
) -> tuple[Ints, int, Longs, Longs, Longs]:
    """Resolve components one after the other; see `Found` for what comes back.

    Args:
        starts: where each component begins in `records`, and the end.
        records: their records, component by component, in the order of 3.3.
        ptr, ids: each record's identifiers.
        group_of: the group of each link of `ids`; -1: cut.
        type_of, standing, counts_as, value_rank: of each identifier.
        first_seen: of each record.
        limits, guard: of each type.
        name: of each record, -1: none.
        clash: pairs of names that clash, sorted.
        clean_source: of each record its place among duplicate-free sources, -1: none.
        exclusive: (traits, n) values of exclusive traits, -1: none.
    """
    n_types = len(limits)
    n_traits = exclusive.shape[0]
    no_limit = np.iinfo(np.int64).max
    out = np.empty(len(records), dtype=np.int32)
    n_out = 0
    holders = np.empty((1024, 3), dtype=np.int64)
    n_holders = 0
    refused = np.empty((1024, 5), dtype=np.int64)
    n_refused = 0
    payload = np.empty(1024, dtype=np.int64)
    n_payload = 0
    stamp = np.zeros(len(type_of), dtype=np.int64)
    tick = np.int64(0)
    for component in range(len(starts) - 1):
        base = starts[component]
        size = starts[component + 1] - base
        # links of the component, node by node
        n_links = 0
        for r in range(size):
            record = records[base + r]
            n_links += ptr[record + 1] - ptr[record]
        key = np.empty(n_links, dtype=np.int64)
        member = np.empty(n_links, dtype=np.int32)
        n_links = 0
        # held values, as a list a cluster; a node is granted to a cluster once
        room = 0
        for r in range(size):
            record = records[base + r]
            for at in range(ptr[record], ptr[record + 1]):
                x = ids[at]
                if standing[x] == 4 and group_of[at] >= 0:
                    key[n_links] = (np.int64(x) << 32) | np.int64(group_of[at])
                    member[n_links] = r
                    n_links += 1
                elif standing[x] == 2 and limits[type_of[x]] != no_limit:
                    room += 1
        room += n_links
        held_value = np.empty(room, dtype=np.int32)
        held_next = np.empty(room, dtype=np.int32)
        n_held = 0
        head = np.full(size, -1, dtype=np.int32)
        tail = np.full(size, -1, dtype=np.int32)
        count = np.zeros((size, n_types), dtype=np.int32)
        cluster = np.arange(size).astype(np.int32)
        last = np.arange(size).astype(np.int32)
        following = np.full(size, -1, dtype=np.int32)
        members = np.ones(size, dtype=np.int32)
        sources = np.zeros(size, dtype=np.int64)
        said = np.full((size, n_traits), -1, dtype=np.int32)
        # distinct names, as a list a cluster of records that bear them
        name_head = np.full(size, -1, dtype=np.int32)
        name_next = np.full(size, -1, dtype=np.int32)
        for r in range(size):
            record = records[base + r]
            if name[record] >= 0:
                name_head[r] = r
            if clean_source[record] >= 0:
                sources[r] = np.int64(1) << np.int64(clean_source[record])
            for e in range(n_traits):
                said[r, e] = exclusive[e, record]
            tick += 1
            for at in range(ptr[record], ptr[record + 1]):
                x = ids[at]
                t = type_of[x]
                if standing[x] == 2 and limits[t] != no_limit:
                    held_value[n_held] = x
                    held_next[n_held] = -1
                    if head[r] < 0:
                        head[r] = n_held
                    else:
                        held_next[tail[r]] = n_held
                    tail[r] = n_held
                    n_held += 1
                    if stamp[counts_as[x]] != tick:
                        stamp[counts_as[x]] = tick
                        count[r, t] += 1
        by_node = np.argsort(key[:n_links], kind="mergesort")
        node_at = np.empty(n_links + 1, dtype=np.int64)
        n_nodes = 0
        for i in range(n_links):
            if i == 0 or key[by_node[i]] != key[by_node[i - 1]]:
                node_at[n_nodes] = i
                n_nodes += 1
        node_at[n_nodes] = n_links
        first = np.empty(n_nodes, dtype=np.int64)
        rank = np.empty(n_nodes, dtype=np.int64)
        for k in range(n_nodes):
            x = key[by_node[node_at[k]]] >> 32
            least = first_seen[records[base + member[by_node[node_at[k]]]]]
            for i in range(node_at[k] + 1, node_at[k + 1]):
                least = min(least, first_seen[records[base + member[by_node[i]]]])
            first[k] = least
            rank[k] = (np.int64(type_of[x]) << 32) | np.int64(value_rank[x])
        # by type, first seen, value, group: the last two by stability
        turn = np.argsort(rank, kind="mergesort")
        turn = turn[np.argsort(first[turn], kind="mergesort")]
        turn = turn[np.argsort(rank[turn] >> 32, kind="mergesort")]
        for k in turn:
            x = np.int32(key[by_node[node_at[k]]] >> 32)
            group = key[by_node[node_at[k]]] & 0xFFFFFFFF
            t = type_of[x]
            begin = n_holders
            refused_here = n_refused
            for i in range(node_at[k], node_at[k + 1]):
                r = member[by_node[i]]
                record = records[base + r]
                own = cluster[r]
                lead = -1
                for h in range(begin, n_holders):
                    if cluster[holders[h, 2]] == own:
                        lead = holders[h, 2]
                        break
                if lead >= 0:
                    # with a further holder: what kept that one from the first, keeps this record
                    for q in range(refused_here, n_refused):
                        if refused[q, 1] == records[base + lead]:
                            refused = _grown(refused, n_refused + 1)
                            refused[n_refused] = refused[q]
                            refused[n_refused, 1] = record
                            n_refused += 1
                            break
                    continue
                noted = False
                joined = False
                for h in range(begin, n_holders + 1):
                    # the last turn asks whether the cluster may hold the node by itself
                    alone = h == n_holders
                    other = own if alone else cluster[holders[h, 2]]
                    why = 0
                    detail = np.int64(-1)
                    if not alone:
                        both = sources[own] & sources[other]
                        if both != 0:
                            why = DUPLICATE
                            detail = np.int64(0)
                            while not (both >> detail) & 1:
                                detail += 1
                    if why == 0:
                        for s in range(n_types):
                            if limits[s] == no_limit or (alone and s != t):
                                continue
                            total = count[own, s] + (1 if alone else count[other, s])
                            if total <= limits[s]:
                                continue
                            tick += 1
                            total = 0
                            if alone:
                                stamp[counts_as[x]] = tick
                                total = 1
                            for side in range(1 if alone else 2):
                                at = head[own] if side == 0 else head[other]
                                while at >= 0:
                                    v = held_value[at]
                                    if type_of[v] == s and stamp[counts_as[v]] != tick:
                                        stamp[counts_as[v]] = tick
                                        total += 1
                                    at = held_next[at]
                            if total > limits[s]:
                                why = LIMIT
                                detail = np.int64(s)
                                break
                    if why == 0 and not alone:
                        for e in range(n_traits):
                            a = said[own, e]
                            b = said[other, e]
                            if a >= 0 and b >= 0 and a != b:
                                why = EXCLUSIVE
                                detail = np.int64(e)
                                break
                    best_low = np.int64(-1)
                    best_high = np.int64(-1)
                    if why == 0 and not alone and guard[t]:
                        m = name_head[own]
                        while m >= 0:
                            a = name[records[base + m]]
                            w = name_head[other]
                            while w >= 0:
                                b = name[records[base + w]]
                                if _clashing(clash, a, b):
                                    low = np.int64(min(a, b))
                                    high = np.int64(max(a, b))
                                    if (
                                        best_low < 0
                                        or low < best_low
                                        or (low == best_low and high < best_high)
                                    ):
                                        best_low = low
                                        best_high = high
                                    why = GUARD
                                w = name_next[w]
                            m = name_next[m]
                    if why != 0:
                        if not noted:
                            noted = True
                            start = n_payload
                            need = n_payload + members[own] + members[other] + n_held + 3
                            payload = _grown(payload, need)
                            if why == GUARD:
                                payload[n_payload] = best_low
                                payload[n_payload + 1] = best_high
                                n_payload += 2
                            elif why == EXCLUSIVE:
                                payload[n_payload] = detail
                                payload[n_payload + 1] = said[own, detail]
                                payload[n_payload + 2] = said[other, detail]
                                n_payload += 3
                            elif why == DUPLICATE:
                                for side in range(2):
                                    m = own if side == 0 else other
                                    while m >= 0:
                                        if clean_source[records[base + m]] == detail:
                                            payload[n_payload] = records[base + m]
                                            n_payload += 1
                                        m = following[m]
                            else:
                                tick += 1
                                if alone:
                                    stamp[x] = tick
                                    payload[n_payload] = x
                                    n_payload += 1
                                for side in range(1 if alone else 2):
                                    at = head[own] if side == 0 else head[other]
                                    while at >= 0:
                                        v = held_value[at]
                                        if type_of[v] == detail and stamp[v] != tick:
                                            stamp[v] = tick
                                            payload[n_payload] = v
                                            n_payload += 1
                                        at = held_next[at]
                            refused = _grown(refused, n_refused + 1)
                            refused[n_refused, 0] = x
                            refused[n_refused, 1] = record
                            refused[n_refused, 2] = why
                            refused[n_refused, 3] = start
                            refused[n_refused, 4] = n_payload
                            n_refused += 1
                        continue
                    joined = not alone
                    if alone:
                        break
                    into = other
                    away = own
                    if members[into] < members[away]:
                        into, away = away, into
                    m = away
                    while m >= 0:
                        cluster[m] = into
                        m = following[m]
                    following[last[into]] = away
                    last[into] = last[away]
                    members[into] += members[away]
                    sources[into] |= sources[away]
                    for e in range(n_traits):
                        if said[into, e] < 0:
                            said[into, e] = said[away, e]
                    if head[away] >= 0:
                        if head[into] < 0:
                            head[into] = head[away]
                        else:
                            held_next[tail[into]] = head[away]
                        tail[into] = tail[away]
                    m = name_head[away]
                    while m >= 0:
                        rest = name_next[m]
                        w = name_head[into]
                        while w >= 0 and name[records[base + w]] != name[records[base + m]]:
                            w = name_next[w]
                        if w < 0:
                            name_next[m] = name_head[into]
                            name_head[into] = m
                        m = rest
                    # values that both hold are counted once
                    tick += 1
                    count[into, :] = 0
                    at = head[into]
                    while at >= 0:
                        v = held_value[at]
                        if stamp[counts_as[v]] != tick:
                            stamp[counts_as[v]] = tick
                            count[into, type_of[v]] += 1
                        at = held_next[at]
                    break
                else:
                    continue
                if not joined:
                    # granted: a further holder
                    tick += 1
                    at = head[own]
                    known = False
                    while at >= 0:
                        v = held_value[at]
                        if counts_as[v] == counts_as[x]:
                            known = True
                        at = held_next[at]
                    if limits[t] != no_limit:
                        held_value[n_held] = x
                        held_next[n_held] = -1
                        if head[own] < 0:
                            head[own] = n_held
                        else:
                            held_next[tail[own]] = n_held
                        tail[own] = n_held
                        n_held += 1
                        if not known:
                            count[own, t] += 1
                    holders = _grown(holders, n_holders + 1)
                    holders[n_holders, 0] = x
                    holders[n_holders, 1] = group
                    holders[n_holders, 2] = r
                    n_holders += 1
            for h in range(begin, n_holders):
                holders[h, 2] = records[base + holders[h, 2]]
        number = np.full(size, -1, dtype=np.int32)
        for r in range(size):
            c = cluster[r]
            if number[c] < 0:
                number[c] = n_out
                n_out += 1
            out[base + r] = number[c]
    return (
        out,
        n_out,
        holders[:n_holders].copy(),
        refused[:n_refused].copy(),
        payload[:n_payload].copy(),
    )
