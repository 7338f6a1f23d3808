"""Constraints on clusters of a piece, compiled: what a cluster holds, and what a union would break.

`plain` asks while it goes through nodes, and then through matches. Judgements and the guard are not
asked here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.int8]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = [
    "CLUSTER",
    "DUPLICATE",
    "EXCLUSIVE",
    "FOLLOWING",
    "GUARD",
    "HEAD",
    "LIMIT",
    "MEMBERS",
    "NAME_HEAD",
    "NAME_NEXT",
    "TOO_LARGE",
    "Held",
    "broken",
    "explained",
    "full",
    "grant",
    "grown",
    "held_for",
    "hold",
    "join",
    "single",
    "wide",
]

LIMIT, GUARD, DUPLICATE, EXCLUSIVE, TOO_LARGE = 1, 2, 3, 4, 5
"""Constraints by number, as `refusals` names them."""

CLUSTER, FOLLOWING, MEMBERS, HEAD, NAME_HEAD, NAME_NEXT, _LAST, _TAIL = range(8)
"""What `Held.who` has of each record; of a cluster that of the record that it is called after."""

_NO_LIMIT = np.iinfo(np.int64).max


class Held(NamedTuple):
    """What is known of the clusters of one piece; used again for each.

    A cluster goes by the number of one of its records, and records by their place in the piece.
    """

    who: Ints
    """(records, 8)."""
    counts: Ints
    """(records, types): distinct values of each type that has a limit."""
    sources: Longs
    """Duplicate-free sources, a bit each."""
    said: Ints
    """(records, traits): the value of each exclusive trait, -1: none."""
    value: Ints
    """The values that clusters hold, as lists: value and next entry."""
    following: Ints
    kind: Bytes
    """The type of each value."""
    stamp: Longs
    """When each value was last counted."""
    at: Longs
    """How many entries `value` has, and how often was counted."""


@njit(cache=True, nogil=True)
def held_for(records: int, values: int, types: int, traits: int) -> Held:
    """Room for so many records, values and links of one piece."""
    return Held(
        np.empty((records, 8), dtype=np.int32),
        np.empty((records, types), dtype=np.int32),
        np.empty(records, dtype=np.int64),
        np.empty((records, traits), dtype=np.int32),
        np.empty(values, dtype=np.int32),
        np.empty(values, dtype=np.int32),
        np.empty(values, dtype=np.int8),
        np.zeros(values, dtype=np.int64),
        np.zeros(2, dtype=np.int64),
    )


@njit(cache=True, nogil=True)
def wide(number: int) -> int:
    """The same in 64 bits: what takes a constant, or 32 bits, is compiled once more for them."""
    return int(np.int64(number))


@njit(cache=True, nogil=True)
def grown(array: Longs, need: int) -> Longs:
    """An array with room for so many rows: itself, or one twice as large with the same rows."""
    if need <= len(array):
        return array
    out = np.empty((max(need, 2 * len(array)), *array.shape[1:]), dtype=array.dtype)
    out[: len(array)] = array
    return out


@njit(cache=True, nogil=True)
def hold(r: int, u: int, who: Ints, value: Ints, following: Ints, at: Longs) -> None:
    """Put a value on the list of a cluster."""
    n = at[0]
    value[n] = u
    following[n] = -1
    if who[r, HEAD] < 0:
        who[r, HEAD] = n
    else:
        following[who[r, _TAIL]] = n
    who[r, _TAIL] = n
    at[0] = n + 1


@njit(cache=True, nogil=True)
def single(r: int, who: Ints) -> None:
    """A record as a cluster of its own that holds nothing and has no name."""
    who[r, CLUSTER] = r
    who[r, FOLLOWING] = -1
    who[r, MEMBERS] = 1
    who[r, HEAD] = -1
    who[r, NAME_HEAD] = -1
    who[r, NAME_NEXT] = -1
    who[r, _LAST] = r


@njit(cache=True, nogil=True)
def _distinct(one: int, other: int, s: int, more: int, held: Held) -> int:
    """Values of a type that two clusters, or one (other -1) and a value more, hold together."""
    value, following, kind, stamp = held.value, held.following, held.kind, held.stamp
    held.at[1] += 1
    tick = held.at[1]
    total = 0
    if more >= 0:
        stamp[more] = tick
        total = 1
    for side in range(1 if other < 0 else 2):
        at = held.who[one if side == 0 else other, HEAD]
        while at >= 0:
            v = value[at]
            if kind[v] == s and stamp[v] != tick:
                stamp[v] = tick
                total += 1
            at = following[at]
    return total


@njit(cache=True, nogil=True)
def broken(one: int, other: int, limits: Longs, held: Held) -> tuple[int, int]:
    """The first constraint that the union of two clusters breaks, and which source, type or trait.

    0: none.
    """
    both = held.sources[one] & held.sources[other]
    if both != 0:
        place = 0
        while not (both >> place) & 1:
            place += 1
        return DUPLICATE, place
    counts, said = held.counts, held.said
    for s in range(len(limits)):
        if limits[s] == _NO_LIMIT or counts[one, s] + counts[other, s] <= limits[s]:
            continue
        if _distinct(one, other, s, -1, held) > limits[s]:
            return LIMIT, s
    for e in range(said.shape[1]):
        a = said[one, e]
        b = said[other, e]
        if a >= 0 and b >= 0 and a != b:
            return EXCLUSIVE, e
    return 0, -1


@njit(cache=True, nogil=True)
def full(one: int, u: int, limits: Longs, held: Held) -> bool:
    """Whether a cluster may not hold a value more."""
    t = held.kind[u]
    if limits[t] == _NO_LIMIT or held.counts[one, t] < limits[t]:
        return False
    return bool(_distinct(one, -1, t, u, held) > limits[t])


@njit(cache=True, nogil=True)
def grant(one: int, u: int, limits: Longs, held: Held) -> None:
    """Give a value to a cluster; only types with a limit are counted."""
    t = held.kind[u]
    if limits[t] == _NO_LIMIT:
        return
    at = held.who[one, HEAD]
    known = False
    while at >= 0 and not known:
        known = held.value[at] == u
        at = held.following[at]
    hold(one, u, held.who, held.value, held.following, held.at)
    if not known:
        held.counts[one, t] += 1


@njit(cache=True, nogil=True)
def join(one: int, other: int, name: Ints, held: Held) -> int:
    """Make two clusters one; by which record it goes.

    `name` is the name of each record of the piece, -1: none; empty where names do not matter.
    """
    who, said = held.who, held.said
    into, away = other, one
    if who[into, MEMBERS] < who[away, MEMBERS]:
        into, away = away, into
    m = away
    while m >= 0:
        who[m, CLUSTER] = into
        m = who[m, FOLLOWING]
    who[who[into, _LAST], FOLLOWING] = away
    who[into, _LAST] = who[away, _LAST]
    who[into, MEMBERS] += who[away, MEMBERS]
    held.sources[into] |= held.sources[away]
    for e in range(said.shape[1]):
        if said[into, e] < 0:
            said[into, e] = said[away, e]
    if len(name) > 0:
        # a record of each distinct name
        m = who[away, NAME_HEAD]
        while m >= 0:
            rest = who[m, NAME_NEXT]
            w = who[into, NAME_HEAD]
            while w >= 0 and name[w] != name[m]:
                w = who[w, NAME_NEXT]
            if w < 0:
                who[m, NAME_NEXT] = who[into, NAME_HEAD]
                who[into, NAME_HEAD] = m
            m = rest
    if who[away, HEAD] < 0:
        return into
    if who[into, HEAD] < 0:
        who[into, HEAD] = who[away, HEAD]
    else:
        held.following[who[into, _TAIL]] = who[away, HEAD]
    who[into, _TAIL] = who[away, _TAIL]
    # values that both hold are counted once
    held.at[1] += 1
    tick = held.at[1]
    counts, value, following = held.counts, held.value, held.following
    kind, stamp = held.kind, held.stamp
    counts[into, :] = 0
    at = who[into, HEAD]
    while at >= 0:
        v = value[at]
        if stamp[v] != tick:
            stamp[v] = tick
            counts[into, kind[v]] += 1
        at = following[at]
    return into


@njit(cache=True, nogil=True)
def explained(
    why: int,
    detail: int,
    one: int,
    other: int,
    more: int,
    records: Ints,
    identifier: Ints,
    clean_source: Bytes,
    held: Held,
    payload: Longs,
    n: int,
) -> tuple[Longs, int]:
    """Write down against what a union is, or (other -1) a value more; the payload and its length.

    Args:
        why, detail: what `broken` said, or `LIMIT` and the type.
        one, other: the clusters.
        more: the value; -1: none.
        records: those of the piece.
        identifier: of each value its number among all.
        clean_source: see `plain`.
        held: the piece.
        payload: is written to from `n` on.
    """
    who = held.who
    payload = grown(payload, n + who[one, MEMBERS] + who[max(other, 0), MEMBERS] + held.at[0] + 3)
    if why == EXCLUSIVE:
        payload[n] = detail
        payload[n + 1] = held.said[one, detail]
        payload[n + 2] = held.said[other, detail]
        return payload, n + 3
    if why == DUPLICATE:
        for side in range(2):
            m = one if side == 0 else other
            while m >= 0:
                if clean_source[records[m]] == detail:
                    payload[n] = records[m]
                    n += 1
                m = who[m, FOLLOWING]
        return payload, n
    held.at[1] += 1
    tick = held.at[1]
    if more >= 0:
        held.stamp[more] = tick
        payload[n] = identifier[more]
        n += 1
    for side in range(1 if other < 0 else 2):
        at = who[one if side == 0 else other, HEAD]
        while at >= 0:
            v = held.value[at]
            if held.kind[v] == detail and held.stamp[v] != tick:
                held.stamp[v] = tick
                payload[n] = identifier[v]
                n += 1
            at = held.following[at]
    return payload, n
