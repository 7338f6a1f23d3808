"""Which vectors share a key, and each pair of them once.

Vectors, groups and pairs come in ascending order. A pair belongs to the first key that has it. What
comes out depends on hashes and numbers of vectors alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Bytes = NDArray[np.uint8]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Groups", "group", "held_by", "pairs_of"]

_AT_ONCE = 1 << 16
"""Vectors whose pairs are found before they are put away."""


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """The values of one key that pair somebody: at least two records, not more than the limit."""

    members: Ints
    """Vectors, group by group, ascending in each."""
    starts: Ints
    """Where each group begins in `members`, one more at the end."""
    values: int
    """Distinct values of the key, those that pair nobody included."""
    keyed: int
    """Records that have a value of the key."""
    crowded: int
    """Values on more records than the limit."""
    dropped: int
    """Records on such values, counted once a value."""

    def __len__(self) -> int:
        return len(self.starts) - 1


def group(vectors: Ints, hashes: Longs, counts: Ints, *, limit: int) -> Groups:
    """The groups of one key from its rows (`columns.Reader.rows`); O(rows)."""
    value, n_values = _values(hashes)
    members, starts, keyed, crowded, dropped = _grouped(vectors, value, n_values, counts, limit)
    return Groups(members, starts, n_values, keyed, crowded, dropped)


def pairs_of(groups: Sequence[Groups], counts: Ints) -> tuple[Ints, Ints, Bytes]:
    """All pairs (left, right), left <= right, ascending, with the number of their first key.

    A pair of a vector with itself stands for the records that share the vector.
    """
    members, starts, key = _together(groups)
    ptr, entries = _by_vector(members, starts, len(counts))
    behind = starts.copy()  # of each group the place behind the vectors that had their turn
    seen = np.full(len(counts), -1, dtype=np.int32)
    none = np.empty(0, dtype=np.int32)
    left, right, number = [none], [none], [np.empty(0, dtype=np.uint8)]
    for first in range(0, len(counts), _AT_ONCE):
        last = min(first + _AT_ONCE, len(counts))
        room = _most(starts, behind, ptr, entries, first, last)
        ones, others = np.empty(room, np.int32), np.empty(room, np.int32)
        keys = np.empty(room, np.uint8)
        state = ptr, entries, behind, seen
        count = _pairs(members, starts, key, state, counts, (first, last), ones, others, keys)
        left.append(ones[:count].copy())
        right.append(others[:count].copy())
        number.append(keys[:count].copy())
    return np.concatenate(left), np.concatenate(right), np.concatenate(number)


def held_by(groups: Sequence[Groups], vectors: int, left: Ints, right: Ints) -> Ints:
    """How many keys hold each pair of vectors together; a vector with itself: all that it has."""
    members, starts, key = _together(groups)
    return _held_by(key, *_by_vector(members, starts, vectors), left, right)


def _together(groups: Sequence[Groups]) -> tuple[Ints, Longs, Bytes]:
    """The groups of all keys in one numbering: members, where each begins, its key."""
    key = np.repeat(np.arange(len(groups), dtype=np.uint8), [len(one) for one in groups])
    shift = np.cumsum([0, *(len(one.members) for one in groups)])
    none = np.empty(0, dtype=np.int32)
    members = np.concatenate([none, *(one.members for one in groups)])
    starts = np.concatenate(
        [none, *(one.starts[:-1] + at for one, at in zip(groups, shift, strict=False))]
    ).astype(np.int64)
    return members, np.append(starts, len(members)), key


@njit(cache=True, nogil=True)
def _held_by(key: Bytes, ptr: Longs, entries: Ints, left: Ints, right: Ints) -> Ints:
    found = np.zeros(len(left), dtype=np.int32)
    for pair in range(len(left)):
        one, other = ptr[left[pair]], ptr[right[pair]]
        last = -1
        while one < ptr[left[pair] + 1] and other < ptr[right[pair] + 1]:
            if entries[one] < entries[other]:
                one += 1
            elif entries[one] > entries[other]:
                other += 1
            else:
                if key[entries[one]] != last:
                    last = key[entries[one]]
                    found[pair] += 1
                one += 1
                other += 1
    return found


@njit(cache=True, nogil=True)
def _values(hashes: Longs) -> tuple[Ints, int]:
    """Hashes as dense numbers, by first sight; how many there are."""
    size = 16
    while size < 2 * len(hashes):
        size *= 2
    table = np.full(size, -1, dtype=np.int64)
    number = np.empty(size, dtype=np.int32)
    value = np.empty(len(hashes), dtype=np.int32)
    found = 0
    for row in range(len(hashes)):
        one = hashes[row]
        slot = one & (size - 1)
        while table[slot] >= 0 and table[slot] != one:
            slot = (slot + 1) & (size - 1)
        if table[slot] < 0:
            table[slot] = one
            number[slot] = found
            found += 1
        value[row] = number[slot]
    return value, found


@njit(cache=True, nogil=True)
def _grouped(
    vectors: Ints, value: Ints, n_values: int, counts: Ints, limit: int
) -> tuple[Ints, Ints, int, int, int]:
    """Members and starts of the groups that pair somebody, and what the others are."""
    records = np.zeros(n_values, dtype=np.int64)
    width = np.zeros(n_values, dtype=np.int32)
    last = np.full(n_values, -1, dtype=np.int32)
    keyed = 0
    before = -1
    for row in range(len(vectors)):
        vector, one = vectors[row], value[row]
        if vector != before:
            keyed += counts[vector]
            before = vector
        if last[one] != vector:
            last[one] = vector
            records[one] += counts[vector]
            width[one] += 1
    crowded = 0
    dropped = 0
    kept = 0
    room = 0
    place = np.full(n_values, -1, dtype=np.int32)
    for one in range(n_values):
        if records[one] > limit:
            crowded += 1
            dropped += records[one]
        elif records[one] >= 2:
            place[one] = kept
            kept += 1
            room += width[one]
    starts = np.zeros(kept + 1, dtype=np.int32)
    for one in range(n_values):
        if place[one] >= 0:
            starts[place[one] + 1] = width[one]
        last[one] = -1
    for at in range(kept):
        starts[at + 1] += starts[at]
    members = np.empty(room, dtype=np.int32)
    at_ = starts.copy()
    for row in range(len(vectors)):
        vector, one = vectors[row], value[row]
        if place[one] >= 0 and last[one] != vector:
            last[one] = vector
            members[at_[place[one]]] = vector
            at_[place[one]] += 1
    return members, starts, keyed, crowded, dropped


@njit(cache=True, nogil=True)
def _by_vector(members: Ints, starts: Longs, vectors: int) -> tuple[Longs, Ints]:
    """For each vector its groups, ascending."""
    ptr = np.zeros(vectors + 1, dtype=np.int64)
    for vector in members:
        ptr[vector + 1] += 1
    for vector in range(vectors):
        ptr[vector + 1] += ptr[vector]
    at = ptr[:-1].copy()
    entries = np.empty(len(members), dtype=np.int32)
    for one in range(len(starts) - 1):
        for place in range(starts[one], starts[one + 1]):
            vector = members[place]
            entries[at[vector]] = one
            at[vector] += 1
    return ptr, entries


@njit(cache=True, nogil=True)
def _most(starts: Longs, behind: Longs, ptr: Longs, entries: Ints, first: int, last: int) -> int:
    """No fewer pairs than these vectors have with those behind them and with themselves."""
    room = last - first
    for entry in range(ptr[first], ptr[last]):
        room += starts[entries[entry] + 1] - behind[entries[entry]]
    return room


@njit(cache=True, nogil=True)
def _pairs(
    members: Ints,
    starts: Longs,
    key: Bytes,
    state: tuple[Longs, Ints, Longs, Ints],
    counts: Ints,
    vectors: tuple[int, int],
    left: Ints,
    right: Ints,
    number: Bytes,
) -> int:
    """Write the pairs of some vectors, in turn, with themselves and later ones; how many."""
    ptr, entries, behind, seen = state
    count = 0
    for vector in range(vectors[0], vectors[1]):
        begin = count
        for entry in range(ptr[vector], ptr[vector + 1]):
            one = entries[entry]
            behind[one] += 1
            if counts[vector] >= 2 and seen[vector] != vector:
                seen[vector] = vector
                right[count] = vector
                number[count] = key[one]
                count += 1
            for place in range(behind[one], starts[one + 1]):
                other = members[place]
                if seen[other] != vector:
                    seen[other] = vector
                    right[count] = other
                    number[count] = key[one]
                    count += 1
        left[begin:count] = vector
        _sort(right, number, begin, count)
    return count


@njit(cache=True, nogil=True)
def _sort(right: Ints, number: Bytes, begin: int, end: int) -> None:
    """One vector's partners in ascending order."""
    if end - begin > 64:
        order = np.argsort(right[begin:end])
        right[begin:end] = right[begin:end][order]
        number[begin:end] = number[begin:end][order]
        return
    for place in range(begin + 1, end):
        one, of = right[place], number[place]
        to = place
        while to > begin and right[to - 1] > one:
            right[to] = right[to - 1]
            number[to] = number[to - 1]
            to -= 1
        right[to] = one
        number[to] = of
