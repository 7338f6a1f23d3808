"""Record ids by number: equal ids get one number, unequal ones never.

Most inputs name each record once, and then there is nothing to find: that all hashes differ proves
that all ids do. Only where two are alike is every id looked up and compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numba import njit

from sameas.engine.batch.interner import Interner, hash_bytes, string_buffers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int32]

__all__ = ["RecordIds"]


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
        self._hashes: list[NDArray[np.uint64]] = []

    def add(self, row: int, column: pa.StringArray) -> None:
        """Take the ids of rows from `row` on; null: the row has none."""
        self._parts.append((row, column))
        present = column.drop_null() if column.null_count else column
        hashes = np.empty(len(present), dtype=np.uint64)
        buffers = string_buffers(pa.concat_arrays([present]) if present.offset else present)
        _hashes(buffers.offsets, buffers.data, np.uint64(self._hash_bits >= 32), hashes)
        self._hashes.append(hashes)

    def numbered(self, rows: int) -> tuple[Ints, pa.LargeStringArray]:
        """The number of each of all rows' ids, -1 where there is none, and the ids by number."""
        numbers = np.full(rows, -1, dtype=np.int32)
        hashes = np.sort(np.concatenate([np.empty(0, dtype=np.uint64), *self._hashes]))
        self._hashes.clear()
        if (hashes[1:] == hashes[:-1]).any():
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

    def _looked_up(self, numbers: Ints) -> tuple[Ints, pa.LargeStringArray]:
        found = Interner(hash_bits=self._hash_bits)
        for row, column in self._parts:
            numbers[row : row + len(column)] = found.intern(column)
        self._parts.clear()
        return numbers, found.values()


@njit(cache=True, nogil=True)
def _hashes(
    offsets: Ints, data: NDArray[np.uint8], strong: np.uint64, out: NDArray[np.uint64]
) -> None:
    limit = len(data)
    for i in range(len(out)):
        # a weak hash (of the tests) proves nothing: all are alike
        out[i] = hash_bytes(data, offsets[i], offsets[i + 1], limit) * strong
