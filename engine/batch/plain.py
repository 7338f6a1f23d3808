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
from sameas.engine.memory import prefetch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Bytes = NDArray[np.int8]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["DUPLICATE", "EXCLUSIVE", "GUARD", "LIMIT", "Found", "grown", "resolve_plain"]

LIMIT, GUARD, DUPLICATE, EXCLUSIVE = 1, 2, 3, 4
"""Constraints by number, as `refusals` names them."""

_AHEAD = 8  # records: what is needed so much later is fetched into the cache now
_NEAR = 16  # links: so many are gone through one by one
_RUN = 16  # nodes: so few are sorted by insertion


class Found(NamedTuple):
    """What came of the components."""

    cluster: Ints
    """One entry a record given: its cluster, numbered on over all components."""
    n_clusters: int
    holders: Longs
    """(h, 3): identifier, group, record: who was granted a node, in order.

    Nodes of identifiers that are whole, and to which everybody was joined, are left out.
    """
    refused: Longs
    """(k, 5): identifier, record, constraint, and the span of its payload."""
    payload: Longs
    """Identifiers, names, records or (trait, value, value), as the constraint has it."""
    waiting: Longs
    """Components left alone, because nodes tie and the order of their values was not given."""
    tied: Longs
    """Identifiers of those nodes, some of them more than once."""

    @classmethod
    def nothing(cls) -> Found:
        """What comes of no components."""
        none = np.empty(0, dtype=np.int64)
        rows = none.reshape(-1, 3), none.reshape(-1, 5)
        return cls(np.empty(0, dtype=np.int32), 0, *rows, none, none, none)

    def joined(self, other: Found) -> Found:
        """With what came of the components that waited."""
        refused = other.refused.copy()
        refused[:, 3:] += len(self.payload)
        return Found(
            self.cluster,
            other.n_clusters,
            np.concatenate([self.holders, other.holders]),
            np.concatenate([self.refused, refused]),
            np.concatenate([self.payload, other.payload]),
            other.waiting,
            other.tied,
        )


@njit(cache=True, nogil=True)
def grown(array: Longs, need: int) -> Longs:
    """An array with room for so many rows: itself, or one twice as large with the same rows."""
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
def _widest(spans: Longs, records: Ints, ptr: Longs) -> tuple[int, int]:
    """The most records and the most links that a component has."""
    most = 0
    most_links = 0
    for component in range(len(spans)):
        first, last = spans[component]
        links = 0
        for place in range(first, last):
            prefetch(ptr, records[min(place + 2 * _AHEAD, len(records) - 1)])
            links += ptr[records[place] + 1] - ptr[records[place]]
        most = max(most, last - first)
        most_links = max(most_links, links)
    return most, most_links


@njit(cache=True, nogil=True)
def _place(irec: Ints, seen: Ints, low: int, high: int, record: int) -> int:
    """Where a record stands in a span of `irec`, which is in the order of `seen`."""
    # mostly near, and found without fetching `seen`
    near = low + _NEAR
    while low < min(near, high):
        if irec[low] == record:
            return low
        low += 1
    turn = seen[record]
    while low < high:
        middle = (low + high) >> 1
        if seen[irec[middle]] < turn:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def _before(turns: Longs, one: int, other: int) -> bool:
    """Whether the first of two rows is the lesser."""
    for place in range(turns.shape[1]):
        a = turns[one, place]
        b = turns[other, place]
        if a != b:
            return bool(a < b)
    return False


@njit(cache=True, nogil=True)
def _sorted(turns: Longs, n: int, order: Ints, other: Ints) -> Ints:
    """The first n rows in ascending order, by number; both arrays are written to."""
    for k in range(n):
        first = k - k % _RUN
        place = k
        while place > first and _before(turns, k, order[place - 1]):
            order[place] = order[place - 1]
            place -= 1
        order[place] = k
    width = _RUN
    while width < n:
        for first in range(0, n, 2 * width):
            middle = min(first + width, n)
            last = min(first + 2 * width, n)
            a, b = first, middle
            for place in range(first, last):
                if a < middle and (b == last or not _before(turns, order[b], order[a])):
                    other[place] = order[a]
                    a += 1
                else:
                    other[place] = order[b]
                    b += 1
        order, other = other, order
        width *= 2
    return order


@njit(cache=True, nogil=True)
def resolve_plain(
    spans: Longs,
    records: Ints,
    ptr: Longs,
    ids: Ints,
    iptr: Ints,
    irec: Ints,
    seen: Ints,
    split_index: Ints,
    sptr: Longs,
    group: Ints,
    type_of: Bytes,
    standing: Bytes,
    value_rank: Ints,
    first_seen: Longs,
    limits: Longs,
    guard: Bools,
    name: Ints,
    clash: Longs,
    clean_source: Bytes,
    exclusive: Ints,
    local: Ints,
    out: Ints,
    n_out: int,
) -> tuple[int, Longs, Longs, Longs, Longs, Longs]:
    """Resolve components one after the other; see `Found` for what comes back, `out` apart.

    Values that a judgement joins are not looked at: what it names is not resolved here.

    Args:
        spans: (k, 2): where each component begins and ends in `records`.
        records: their records, component by component, in the order of 3.3.
        ptr, ids, iptr, irec, seen, split_index, sptr, group, standing: see `Links`.
        type_of, value_rank: of each identifier; no ranks: components that need one wait.
        first_seen: of each record.
        limits, guard: of each type.
        name: of each record, -1: none; empty where no name can clash.
        clash: pairs of names that clash, sorted.
        clean_source: of each record its place among duplicate-free sources, -1: none; or empty.
        exclusive: (traits, n) values of exclusive traits, -1: none.
        local: m numbers, whichever they are; is written to.
        out: the cluster of each of `records`; is written to.
        n_out: the number of the first cluster.
    """
    n_types = len(limits)
    n_traits = exclusive.shape[0]
    no_limit = np.iinfo(np.int64).max
    holders = np.empty((1024, 3), dtype=np.int64)
    n_holders = 0
    refused = np.empty((1024, 5), dtype=np.int64)
    n_refused = 0
    payload = np.empty(1024, dtype=np.int64)
    n_payload = 0
    waiting = np.empty(1024, dtype=np.int64)
    n_waiting = 0
    tied = np.empty(1024, dtype=np.int64)
    n_tied = 0
    tick = np.int64(0)
    # all below is used again for each component. An entry a record:
    most, room = _widest(spans, records, ptr)
    head = np.empty(most, dtype=np.int32)
    tail = np.empty(most, dtype=np.int32)
    count = np.empty((most, n_types), dtype=np.int32)
    cluster = np.empty(most, dtype=np.int32)
    last = np.empty(most, dtype=np.int32)
    following = np.empty(most, dtype=np.int32)
    members = np.empty(most, dtype=np.int32)
    sources = np.empty(most, dtype=np.int64)
    said = np.empty((most, n_traits), dtype=np.int32)
    name_head = np.empty(most, dtype=np.int32)
    name_next = np.empty(most, dtype=np.int32)
    number = np.empty(most, dtype=np.int32)
    # an entry an identifier, in the order in which they are met:
    value = np.empty(room, dtype=np.int32)
    kind = np.empty(room, dtype=np.int8)
    counted = np.empty(room, dtype=np.bool_)
    split_at = np.empty(room, dtype=np.int32)
    cursor = np.empty(room, dtype=np.int32)
    node_of = np.empty(room, dtype=np.int32)
    stamp = np.zeros(room, dtype=np.int64)
    # an entry a node: turns are (type, first seen, value, group), members a list of links
    turns = np.empty((room, 4), dtype=np.int64)
    node_value = np.empty(room, dtype=np.int32)
    node_next = np.empty(room, dtype=np.int32)
    node_head = np.empty(room, dtype=np.int32)
    node_tail = np.empty(room, dtype=np.int32)
    order = np.empty(room, dtype=np.int32)
    other_order = np.empty(room, dtype=np.int32)
    # an entry a link:
    member = np.empty(room, dtype=np.int32)
    member_next = np.empty(room, dtype=np.int32)
    held_value = np.empty(room, dtype=np.int32)
    held_next = np.empty(room, dtype=np.int32)
    for component in range(len(spans)):
        base = spans[component, 0]
        size = spans[component, 1] - base
        n_values = 0
        n_nodes = 0
        n_links = 0
        # held values, as a list a cluster; a node is granted to a cluster once
        n_held = 0
        for r in range(size):
            far = records[min(base + r + 2 * _AHEAD, len(records) - 1)]
            prefetch(ptr, far)
            prefetch(first_seen, far)
            near = records[min(base + r + _AHEAD, len(records) - 1)]
            prefetch(ids, ptr[near])
            near = records[min(base + r + _AHEAD // 2, len(records) - 1)]
            for at in range(ptr[near], ptr[near + 1]):
                prefetch(local, ids[at])
                prefetch(split_index, ids[at])
            record = records[base + r]
            head[r] = -1
            count[r, :] = 0
            cluster[r] = r
            last[r] = r
            following[r] = -1
            members[r] = 1
            sources[r] = 0
            name_head[r] = -1
            # distinct names, as a list a cluster of records that bear them
            if len(name) > 0 and name[record] >= 0:
                name_head[r] = r
            name_next[r] = -1
            if len(clean_source) > 0 and clean_source[record] >= 0:
                sources[r] = np.int64(1) << np.int64(clean_source[record])
            for e in range(n_traits):
                said[r, e] = exclusive[e, record]
            for at in range(ptr[record], ptr[record + 1]):
                x = ids[at]
                u = local[x]
                if u < 0 or u >= n_values or value[u] != x:
                    u = np.int32(n_values)
                    n_values += 1
                    local[x] = u
                    value[u] = x
                    t = type_of[x]
                    kind[u] = t
                    counted[u] = standing[x] == 2 and limits[t] != no_limit
                    # -2: is no node
                    node_of[u] = -1 if standing[x] == 4 else -2
                    split_at[u] = split_index[x]
                    cursor[u] = iptr[x]
                if counted[u]:
                    t = kind[u]
                    held_value[n_held] = u
                    held_next[n_held] = -1
                    if head[r] < 0:
                        head[r] = n_held
                    else:
                        held_next[tail[r]] = n_held
                    tail[r] = n_held
                    n_held += 1
                    count[r, t] += 1
                if node_of[u] == -2:
                    continue
                g = np.int32(0)
                k = split_at[u]
                if k >= 0:
                    place = _place(irec, seen, cursor[u], iptr[x + 1], record)
                    cursor[u] = place + 1
                    g = group[sptr[k] + place - iptr[x]]
                    if g < 0:
                        continue
                node = node_of[u]
                while node >= 0 and turns[node, 3] != g:
                    node = node_next[node]
                if node < 0:
                    node = np.int32(n_nodes)
                    n_nodes += 1
                    turns[node, 0] = kind[u]
                    turns[node, 1] = first_seen[record]
                    turns[node, 2] = value_rank[x] if len(value_rank) > 0 else x
                    turns[node, 3] = g
                    node_value[node] = u
                    node_next[node] = node_of[u]
                    node_of[u] = node
                    node_head[node] = n_links
                else:
                    turns[node, 1] = min(turns[node, 1], first_seen[record])
                    member_next[node_tail[node]] = n_links
                node_tail[node] = n_links
                member[n_links] = r
                member_next[n_links] = -1
                n_links += 1
        turn = _sorted(turns, n_nodes, order, other_order)
        if len(value_rank) == 0:
            before = n_tied
            for k in range(1, n_nodes):
                a = turn[k - 1]
                b = turn[k]
                if (
                    turns[a, 0] == turns[b, 0]
                    and turns[a, 1] == turns[b, 1]
                    and node_value[a] != node_value[b]
                ):
                    tied = grown(tied, n_tied + 2)
                    tied[n_tied] = value[node_value[a]]
                    tied[n_tied + 1] = value[node_value[b]]
                    n_tied += 2
            if n_tied > before:
                waiting = grown(waiting, n_waiting + 1)
                waiting[n_waiting] = component
                n_waiting += 1
                continue
        for k in turn[:n_nodes]:
            u = node_value[k]
            x = value[u]
            t = kind[u]
            begin = n_holders
            refused_here = n_refused
            link = node_head[k]
            while link >= 0:
                r = member[link]
                link = member_next[link]
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
                            refused = grown(refused, n_refused + 1)
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
                                stamp[u] = tick
                                total = 1
                            for side in range(1 if alone else 2):
                                at = head[own] if side == 0 else head[other]
                                while at >= 0:
                                    v = held_value[at]
                                    if kind[v] == s and stamp[v] != tick:
                                        stamp[v] = tick
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
                            payload = grown(payload, need)
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
                                    stamp[u] = tick
                                    payload[n_payload] = x
                                    n_payload += 1
                                for side in range(1 if alone else 2):
                                    at = head[own] if side == 0 else head[other]
                                    while at >= 0:
                                        v = held_value[at]
                                        if kind[v] == detail and stamp[v] != tick:
                                            stamp[v] = tick
                                            payload[n_payload] = value[v]
                                            n_payload += 1
                                        at = held_next[at]
                            refused = grown(refused, n_refused + 1)
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
                        if stamp[v] != tick:
                            stamp[v] = tick
                            count[into, kind[v]] += 1
                        at = held_next[at]
                    break
                else:
                    continue
                if not joined:
                    # granted: a further holder
                    at = head[own]
                    known = False
                    while at >= 0:
                        if held_value[at] == u:
                            known = True
                        at = held_next[at]
                    if limits[t] != no_limit:
                        held_value[n_held] = u
                        held_next[n_held] = -1
                        if head[own] < 0:
                            head[own] = n_held
                        else:
                            held_next[tail[own]] = n_held
                        tail[own] = n_held
                        n_held += 1
                        if not known:
                            count[own, t] += 1
                    holders = grown(holders, n_holders + 1)
                    holders[n_holders, 0] = x
                    holders[n_holders, 1] = turns[k, 3]
                    holders[n_holders, 2] = r
                    n_holders += 1
            if n_refused == refused_here and split_at[u] < 0:
                n_holders = begin
            for h in range(begin, n_holders):
                holders[h, 2] = records[base + holders[h, 2]]
        number[:size] = -1
        for r in range(size):
            c = cluster[r]
            if number[c] < 0:
                number[c] = n_out
                n_out += 1
            out[base + r] = number[c]
    return (
        n_out,
        holders[:n_holders].copy(),
        refused[:n_refused].copy(),
        payload[:n_payload].copy(),
        waiting[:n_waiting].copy(),
        tied[:n_tied].copy(),
    )
