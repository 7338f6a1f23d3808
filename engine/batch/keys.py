"""Record ids by number: equal ids get one number, unequal ones never.

Most inputs name each record once, and then there is nothing to find: that all marks differ proves
that all ids do. Only where two are alike is every id looked up and compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numba import njit

from sameas.engine.batch.interner import Interner, hash_bytes, string_buffers
from sameas.engine.memory import prefetch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Ints = NDArray[np.int32]

__all__ = ["RecordIds"]

_BLOCK = 64  # ids whose places are asked for at once


class RecordIds:
    """The record id columns of all batches.

    >>> ids = RecordIds()
    >>> ids.add(0, pa.array(["7", None]))
    >>> ids.add(2, pa.array(["8", "7"]))
    >>> numbers, values = ids.numbered(5)
    >>> numbers.tolist(), values.to_pylist()
    ([0, -1, 1, 0, -1], ['7', '8'])
    """

    def __init__(self, *, hash_bits: int = 32) -> None:
        """Start empty; see `Interner` for `hash_bits`."""
        self._hash_bits = hash_bits
        self._parts: list[tuple[int, pa.StringArray]] = []

    def add(self, row: int, column: pa.StringArray) -> None:
        """Take the ids of rows from `row` on; null: the row has none."""
        self._parts.append((row, column))

    def numbered(self, rows: int) -> tuple[Ints, pa.LargeStringArray]:
        """The number of each of all rows' ids, -1 where there is none, and the ids by number."""
        numbers = np.full(rows, -1, dtype=np.int32)
        if self._repeats(rows):
            return self._looked_up(numbers)
        count = 0
        kept = [pa.nulls(0, pa.large_string())]
        for row, column in self._parts:
            size = len(column) - column.null_count
            mine = np.arange(count, count + size, dtype=np.int32)
            if column.null_count:
                here = column.is_valid().to_numpy(zero_copy_only=False)
                numbers[row : row + len(column)][here] = mine
                column = column.drop_null()  # noqa: PLW2901 - the rest wants the ids alone
            else:
                numbers[row : row + len(column)] = mine
            kept.append(column.cast(pa.large_string()))
            count += size
        self._parts.clear()
        return numbers, pa.concat_arrays(kept)

    def _repeats(self, rows: int) -> bool:
        """Whether two ids may be the same: their marks are, or they fell together by chance.

        By chance one time in 600 of eight million ids.
        """
        table = np.zeros(1 << max(6, (rows + rows // 2).bit_length()), dtype=np.uint32)
        strong = np.uint64(self._hash_bits >= 32)  # a weak hash (of the tests) proves nothing
        return any(_marked(*string_buffers(column), strong, table) for _, column in self._parts)

    def _looked_up(self, numbers: Ints) -> tuple[Ints, pa.LargeStringArray]:
        found = Interner(hash_bits=self._hash_bits)
        for row, column in self._parts:
            numbers[row : row + len(column)] = found.intern(column)
        self._parts.clear()
        return numbers, found.values()


@njit(cache=True, nogil=True)
def _marked(
    offsets: Ints,
    data: Bytes,
    valid: Bytes,
    strong: np.uint64,
    table: NDArray[np.uint32],
) -> bool:
    """Put the marks of all ids into a hash table, 32 bits each; True once one is there already."""
    rows = len(offsets) - 1
    limit = len(data)
    last = np.uint64(len(table) - 1)
    hashes = np.empty(_BLOCK, dtype=np.uint64)
    for low in range(0, rows, _BLOCK):
        high = min(low + _BLOCK, rows)
        for row in range(low, high):
            one = hash_bytes(data, offsets[row], offsets[row + 1], limit) * strong
            hashes[row - low] = one
            prefetch(table, np.int64(one & last))
        for row in range(low, high):
            if len(valid) > 0 and not (valid[row >> 3] >> (row & 7)) & 1:
                continue
            place = hashes[row - low] & last
            mark = np.uint32((hashes[row - low] >> np.uint64(32)) | np.uint64(1))
            while table[np.int64(place)] != 0:
                if table[np.int64(place)] == mark:
                    return True
                place = (place + np.uint64(1)) & last
            table[np.int64(place)] = mark
    return False
