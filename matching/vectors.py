"""Distinct rows of coded fields: what all of matching is a function of.

Their numbers depend on the set of records alone, not on the order of the records: dictionaries are
sorted, and vectors are numbered by a hash of their codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Vectors", "distinct"]


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """The distinct rows of codes, and who has them."""

    of_record: Ints
    """Shape (records,): the vector of each record; -1: it says nothing in any field."""
    codes: Ints
    """Shape (vectors, fields); -1: missing."""
    counts: Ints
    """Shape (vectors,): how many records have it."""

    def __len__(self) -> int:
        return len(self.counts)


def distinct(columns: Sequence[Ints]) -> Vectors:
    """The vectors of records whose fields are coded one column a field; O(records * fields).

    >>> found = distinct([np.array([1, 0, 1, -1], np.int32), np.array([0, -1, 0, -1], np.int32)])
    >>> found.of_record[[0, 2]].tolist() == [found.of_record[0]] * 2, int(found.of_record[3])
    (True, -1)
    >>> found.counts.tolist()
    [2, 1]
    """
    rows = (
        np.stack(columns, axis=1).astype(np.int32) if len(columns) else np.empty((0, 0), np.int32)
    )
    of_record, first, counts, hashes = _number(np.ascontiguousarray(rows))
    order = np.argsort(hashes, kind="stable")
    if _tied(hashes[order]):  # never seen; codes decide then
        order = np.lexsort((*rows[first].T[::-1], hashes))
    place = np.empty(len(order) + 1, dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    place[-1] = -1
    return Vectors(place[of_record], rows[first[order]], counts[order])


def _tied(ascending: Longs) -> bool:
    return bool((ascending[1:] == ascending[:-1]).any())


@njit(cache=True, nogil=True)
def _number(rows: Ints) -> tuple[Ints, Ints, Ints, Longs]:
    """Vectors by first sight: of each record, their first records, counts and hashes."""
    n, fields = rows.shape
    size = 16
    while size < 2 * n:
        size *= 2
    table = np.full(size, -1, dtype=np.int32)
    of_record = np.full(n, -1, dtype=np.int32)
    first = np.empty(n, dtype=np.int32)
    counts = np.zeros(n, dtype=np.int32)
    hashes = np.empty(n, dtype=np.int64)
    found = 0
    for record in range(n):
        h = np.uint64(0)
        empty = True
        for column in range(fields):
            code = rows[record, column]
            empty = empty and code < 0
            h = (h ^ np.uint64(code + 1)) * np.uint64(0x9E3779B97F4A7C15)
            h ^= h >> np.uint64(29)
        if empty:
            continue
        slot = np.int64(h & np.uint64(size - 1))
        while table[slot] >= 0:
            other = first[table[slot]]
            same = True
            for column in range(fields):
                if rows[record, column] != rows[other, column]:
                    same = False
                    break
            if same:
                break
            slot = (slot + 1) & (size - 1)
        if table[slot] < 0:
            table[slot] = found
            first[found] = record
            hashes[found] = np.int64(h >> np.uint64(1))
            found += 1
        of_record[record] = table[slot]
        counts[table[slot]] += 1
    return of_record, first[:found], counts[:found], hashes[:found]
