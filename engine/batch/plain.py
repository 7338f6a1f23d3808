"""3.5 without judgements, compiled: nodes in turn, then matches, piece by piece.

Most components that break something do so by a limit, a guard or a duplicate-free source alone.
At 20M identifier values of a simulated city these are 100,000; in Python they took longer than all
the rest of a run. With a trained model nearly every record has matches. What judgements speak of
goes through `stepwise`, which must give the same answer where both can.

One module: going through the nodes is one pass over the same running arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from sameas.engine.batch.held import (
    CLUSTER,
    GUARD,
    LIMIT,
    NAME_HEAD,
    NAME_NEXT,
    broken,
    explained,
    full,
    grant,
    grown,
    held_for,
    hold,
    join,
    single,
    wide,
)
from sameas.engine.batch.matches import match_piece
from sameas.engine.batch.search import among
from sameas.engine.memory import prefetch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sameas.engine.batch.matches import Matched

    Bools = NDArray[np.bool_]
    Bytes = NDArray[np.int8]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Found", "resolve_plain"]

_AHEAD = 8  # records: what is needed so much later is fetched into the cache now
_NEAR = 16  # links: so many are gone through one by one
_RUN = 16  # nodes: so few are sorted by insertion


class Found(NamedTuple):
    """What came of the components."""

    cluster: Ints
    """One entry a record given: its cluster, numbered on over all pieces."""
    n_clusters: int
    holders: Longs
    """(h, 3): identifier, group, record: who was granted a node, in order.

    Nodes of identifiers that are whole, and to which everybody was joined, are left out.
    """
    refused: Longs
    """(k, 5): identifier, record, constraint, and the span of its payload."""
    matches: Longs
    """(k, 5): two records whose match was refused, constraint, and the span of its payload."""
    payload: Longs
    """Identifiers, names, records or (trait, value, value), as the constraint has it."""
    waiting: Longs
    """Pieces left alone, because nodes tie and the order of their values was not given."""
    tied: Longs
    """Identifiers of those nodes, some of them more than once."""

    @classmethod
    def nothing(cls) -> Found:
        """What comes of no components."""
        none = np.empty(0, dtype=np.int64)
        rows = none.reshape(-1, 3), none.reshape(-1, 5), none.reshape(-1, 5)
        return cls(np.empty(0, dtype=np.int32), 0, *rows, none, none, none)

    def joined(self, other: Found) -> Found:
        """With what came of other pieces later."""
        refused, matches = other.refused.copy(), other.matches.copy()
        for rows in (refused, matches):
            rows[:, 3:] += len(self.payload)
        return Found(
            self.cluster,
            other.n_clusters,
            np.concatenate([self.holders, other.holders]),
            np.concatenate([self.refused, refused]),
            np.concatenate([self.matches, matches]),
            np.concatenate([self.payload, other.payload]),
            other.waiting,
            other.tied,
        )


@njit(cache=True, nogil=True)
def _clashing(keys: Longs, one: int, other: int) -> bool:
    if one == other:
        return False
    return among(keys, (np.int64(min(one, other)) << 32) | np.int64(max(one, other)))


@njit(cache=True, nogil=True)
def _widest(spans: Longs, records: Ints, ptr: Longs) -> tuple[int, int]:
    """The most records and the most links that a piece has."""
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
def _clash(one: int, other: int, who: Ints, name: Ints, clash: Longs) -> tuple[int, int]:
    """The least pair of names of two clusters that clash, (-1, -1) if all are compatible."""
    best_low = -1
    best_high = -1
    m = who[one, NAME_HEAD]
    while m >= 0:
        w = who[other, NAME_HEAD]
        while w >= 0:
            if _clashing(clash, name[m], name[w]):
                low = min(name[m], name[w])
                high = max(name[m], name[w])
                if best_low < 0 or low < best_low or (low == best_low and high < best_high):
                    best_low = low
                    best_high = high
            w = who[w, NAME_NEXT]
        m = who[m, NAME_NEXT]
    return best_low, best_high


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
    names: Ints,
    clash: Longs,
    clean_source: Bytes,
    exclusive: Ints,
    below: Bytes,
    evidence: Matched,
    local: Ints,
    out: Ints,
    n_out: int,
) -> tuple[int, Longs, Longs, Longs, Longs, Longs, Longs]:
    """Resolve pieces one after the other; see `Found` for what comes back, `out` apart.

    Values that a judgement joins are not looked at: what it names is not resolved here.

    Args:
        spans: (k, 2): where each piece begins and ends in `records`.
        records: their records, piece by piece, in the order of 3.3.
        ptr, ids, iptr, irec, seen, split_index, sptr, group, standing: see `Links`.
        type_of, value_rank: of each identifier; no ranks: pieces that need one wait.
        first_seen: of each record.
        limits, guard: of each type.
        names: of each record, -1: none; empty where no name can clash.
        clash: pairs of names that clash, sorted.
        clean_source: of each record its place among duplicate-free sources, -1: none; or empty.
        exclusive: (traits, n) values of exclusive traits, -1: none.
        below: k: only nodes of lower types link in the piece.
        evidence: what matches say.
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
    matches = np.empty((1024, 5), dtype=np.int64)
    n_matches = wide(0)
    payload = np.empty(1024, dtype=np.int64)
    n_payload = wide(0)
    waiting = np.empty(1024, dtype=np.int64)
    n_waiting = 0
    tied = np.empty(1024, dtype=np.int64)
    n_tied = 0
    heap = np.empty((1024, 4), dtype=np.int64)
    # all below is used again for each piece. An entry a record:
    most, room = _widest(spans, records, ptr)
    held = held_for(most, room, n_types, n_traits)
    who, counts, sources, said = held.who, held.counts, held.sources, held.said
    name = np.full(most if len(names) > 0 else 0, -1, dtype=np.int32)
    number = np.empty(most, dtype=np.int32)
    # an entry an identifier, in the order in which they are met:
    kind = held.kind
    value = np.empty(room, dtype=np.int32)
    counted = np.empty(room, dtype=np.bool_)
    split_at = np.empty(room, dtype=np.int32)
    cursor = np.empty(room, dtype=np.int32)
    node_of = np.empty(room, dtype=np.int32)
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
    for piece in range(len(spans)):
        base = spans[piece, 0]
        size = spans[piece, 1] - base
        n_values = 0
        n_nodes = 0
        n_links = 0
        held.at[0] = 0
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
            single(r, who)
            counts[r, :] = 0
            sources[r] = 0
            if len(names) > 0:
                name[r] = names[record]
                if name[r] >= 0:
                    who[r, NAME_HEAD] = r
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
                    node_of[u] = -1 if standing[x] == 4 and t < below[piece] else -2
                    split_at[u] = split_index[x]
                    cursor[u] = iptr[x]
                if counted[u]:
                    hold(r, u, who, held.value, held.following, held.at)
                    counts[r, kind[u]] += 1
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
                waiting[n_waiting] = piece
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
                own = who[r, CLUSTER]
                lead = -1
                for h in range(begin, n_holders):
                    if who[holders[h, 2], CLUSTER] == own:
                        lead = holders[h, 2]
                        break
                if lead >= 0:
                    # with a further holder: what kept that one from the first, keeps this record
                    for q in range(refused_here, n_refused):
                        if refused[q, 1] == records[base + lead]:
                            refused = grown(refused, n_refused + 1)
                            refused[n_refused] = refused[q]
                            refused[n_refused, 1] = records[base + r]
                            n_refused += 1
                            break
                    continue
                noted = False
                joined = False
                for h in range(begin, n_holders + 1):
                    # the last turn asks whether the cluster may hold the node by itself
                    alone = h == n_holders
                    other = -1 if alone else who[holders[h, 2], CLUSTER]
                    low = -1
                    high = -1
                    if alone:
                        why = LIMIT if full(own, u, limits, held) else 0
                        detail = int(t)
                    else:
                        why, detail = broken(own, other, limits, held)
                        if why == 0 and guard[t]:
                            low, high = _clash(own, other, who, name, clash)
                            if low >= 0:
                                why = GUARD
                    if why == 0:
                        if not alone:
                            join(own, other, name, held)
                            joined = True
                        break
                    if noted:
                        continue
                    noted = True
                    start = n_payload
                    if why == GUARD:
                        payload = grown(payload, n_payload + 2)
                        payload[n_payload] = low
                        payload[n_payload + 1] = high
                        n_payload += 2
                    else:
                        payload, n_payload = explained(
                            why,
                            detail,
                            own,
                            other,
                            u if alone else -1,
                            records[base : base + size],
                            value,
                            clean_source,
                            held,
                            payload,
                            n_payload,
                        )
                    refused = grown(refused, n_refused + 1)
                    refused[n_refused, 0] = x
                    refused[n_refused, 1] = records[base + r]
                    refused[n_refused, 2] = why
                    refused[n_refused, 3] = start
                    refused[n_refused, 4] = n_payload
                    n_refused += 1
                else:
                    # nobody would have it, and it may not hold it by itself
                    continue
                if not joined:
                    # granted: a further holder
                    grant(own, u, limits, held)
                    holders = grown(holders, n_holders + 1)
                    holders[n_holders, 0] = x
                    holders[n_holders, 1] = turns[k, 3]
                    holders[n_holders, 2] = r
                    n_holders += 1
            if n_refused == refused_here and split_at[u] < 0:
                n_holders = begin
            for h in range(begin, n_holders):
                holders[h, 2] = records[base + holders[h, 2]]
        if evidence.matched[piece]:
            heap, matches, n_matches, payload, n_payload = match_piece(
                piece,
                records[base : base + size],
                limits,
                value,
                clean_source,
                held,
                evidence,
                heap,
                matches,
                n_matches,
                payload,
                n_payload,
            )
        number[:size] = -1
        for r in range(size):
            c = who[r, CLUSTER]
            if number[c] < 0:
                number[c] = n_out
                n_out += 1
            out[base + r] = number[c]
    return (
        n_out,
        holders[:n_holders].copy(),
        refused[:n_refused].copy(),
        matches[:n_matches].copy(),
        payload[:n_payload].copy(),
        waiting[:n_waiting].copy(),
        tied[:n_tied].copy(),
    )
