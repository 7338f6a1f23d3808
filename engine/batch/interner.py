"""Strings become dense integers, exactly: a hash finds the place, the bytes decide.

Equal strings get equal numbers, unequal ones never, however short the hash is: every hit is
compared byte for byte with the value stored. Numbers are given in the order of first sight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
from numba import njit

from sameas.buffers import read_as, read_only
from sameas.engine.memory import load_u64, prefetch, store_u64

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Interner", "StringBuffers", "hash_bytes", "string_buffers"]

_BLOCK = 64
_FULL = 0.6
_LARGE = 1 << 22

# A slot is two words: where the value begins in the arena (40 bits) and its length (24, or the most
# that they hold), then its number plus one (32) and its hash (32). Without a number it is free.
_PLACE = np.uint64((1 << 40) - 1)
_NUMBER = np.uint64((1 << 32) - 1)
_LONG = (1 << 24) - 1
_PAD = 8  # bytes behind the last value, so that eight can always be loaded


class StringBuffers(NamedTuple):
    """A string array as numba sees it."""

    offsets: Ints
    data: Bytes
    valid: Bytes
    """One bit a value; empty: all are valid."""


def string_buffers(array: pa.StringArray) -> StringBuffers:
    """The buffers of a string array that starts at its buffers' start, without copying."""
    assert array.offset == 0
    assert array.type == pa.string(), array.type
    valid, offsets, data = array.buffers()
    starts = read_as(offsets, np.int32)[: len(array) + 1]
    return StringBuffers(
        starts if starts.size else read_only(np.zeros(1, dtype=np.int32)),
        read_as(data, np.uint8),
        read_as(valid if array.null_count else None, np.uint8),
    )


@njit(cache=True, nogil=True)
def hash_bytes(data: Bytes, start: int, stop: int, limit: int) -> np.uint64:
    """Multiply and fold, eight bytes at a time; `limit` bytes may be read at most."""
    k = np.uint64(0x9E3779B97F4A7C15)
    h = np.uint64(stop - start) * k
    at = start
    while at + 8 <= stop:
        h = (h ^ load_u64(data, at)) * k
        h ^= h >> np.uint64(29)
        at += 8
    rest = stop - at
    if rest > 0:
        if at + 8 <= limit:
            word = load_u64(data, at) & ((np.uint64(1) << np.uint64(8 * rest)) - np.uint64(1))
        else:
            word = np.uint64(0)
            for i in range(rest):
                word |= np.uint64(data[at + i]) << np.uint64(8 * i)
        h = (h ^ word) * k
        h ^= h >> np.uint64(29)
    h *= np.uint64(0xBF58476D1CE4E5B9)
    h ^= h >> np.uint64(32)
    return h


@njit(cache=True, nogil=True)
def _equal(a: Bytes, a0: int, b: Bytes, b0: int, size: int, limit: int) -> bool:
    """Whether `size` bytes are equal; `b` is padded, `limit` bytes of `a` may be read."""
    at = 0
    while at + 8 <= size:
        if load_u64(a, a0 + at) != load_u64(b, b0 + at):
            return False
        at += 8
    rest = size - at
    if rest > 0:
        if a0 + at + 8 <= limit:
            mask = (np.uint64(1) << np.uint64(8 * rest)) - np.uint64(1)
            return bool(((load_u64(a, a0 + at) ^ load_u64(b, b0 + at)) & mask) == np.uint64(0))
        for i in range(at, size):
            if a[a0 + i] != b[b0 + i]:
                return False
    return True


@njit(cache=True, nogil=True)
def _copy(a: Bytes, a0: int, b: Bytes, b0: int, size: int, limit: int) -> None:
    """Put `size` bytes of `a` into `b` and up to seven more, which are padding; see `_equal`."""
    at = 0
    words = min(size, limit - a0 - 7)
    while at < words:
        store_u64(b, b0 + at, load_u64(a, a0 + at))
        at += 8
    while at < size:
        b[b0 + at] = a[a0 + at]
        at += 1


@njit(cache=True, nogil=True)
def _intern(
    offsets: Ints,
    data: Bytes,
    valid: Bytes,
    start: int,
    slots: NDArray[np.uint64],
    starts: Longs,
    arena: Bytes,
    count: int,
    mask: np.uint64,
    room: int,
    out: Ints,
    insert: bool,  # noqa: FBT001 - numba takes no keyword-only arguments
) -> tuple[int, int]:
    """Number values from `start` on; stops early when table, starts or arena are full."""
    n = len(offsets) - 1
    limit = len(data)
    nulls = len(valid) > 0
    last = np.uint64((len(slots) >> 1) - 1)
    rows = np.empty(_BLOCK, dtype=np.int64)
    hashes = np.empty(_BLOCK, dtype=np.uint64)
    i = start
    while i < n:
        block = min(_BLOCK, n - i)
        size = offsets[i + block] - offsets[i]
        if insert and (
            count + block > room
            or count + block >= len(starts)
            or starts[count] + size + _PAD > len(arena)
        ):
            return i, count
        present = 0
        for row in range(i, i + block):
            out[row] = -1
            rows[present] = row
            # without a branch: where a null comes nobody can guess
            present += (valid[row >> 3] >> (row & 7)) & 1 if nulls else 1
        for j in range(present):
            h = hash_bytes(data, offsets[rows[j]], offsets[rows[j] + 1], limit) & mask
            hashes[j] = h
            prefetch(slots, np.int64((h & last) << np.uint64(1)))
        for j in range(present):
            # a slot knows where its value is, so that no third place is looked at
            at = np.int64((hashes[j] & last) << np.uint64(1))
            prefetch(arena, np.int64(slots[at] & _PLACE))
        for j in range(present):
            row = rows[j]
            h = hashes[j]
            first = offsets[row]
            length = offsets[row + 1] - first
            tag = np.uint64(min(length, _LONG)) << np.uint64(40)
            place = h & last
            found = np.int64(-1)
            while True:
                at = np.int64(place << np.uint64(1))
                word = slots[at + 1]
                if word == np.uint64(0):
                    break
                if word >> np.uint64(32) == h and slots[at] & ~_PLACE == tag:
                    number = np.int64(word & _NUMBER) - 1
                    whole = length < _LONG or starts[number + 1] - starts[number] == length
                    value = int(slots[at] & _PLACE)
                    if whole and _equal(data, first, arena, value, length, limit):
                        found = number
                        break
                place = (place + np.uint64(1)) & last
            if found < 0 and insert:
                at = np.int64(place << np.uint64(1))
                found = np.int64(count)
                value = starts[count]
                slots[at] = np.uint64(value) | tag
                slots[at + 1] = np.uint64(count + 1) | (h << np.uint64(32))
                _copy(data, first, arena, value, length, limit)
                starts[count + 1] = value + length
                count += 1
            out[row] = found
        i += block
    return i, count


@njit(cache=True, nogil=True)
def _rehash(old: NDArray[np.uint64], new: NDArray[np.uint64]) -> None:
    last = np.uint64((len(new) >> 1) - 1)
    for at in range(0, len(old), 2):
        if old[at + 1] != np.uint64(0):
            place = (old[at + 1] >> np.uint64(32)) & last
            while new[np.int64(place << np.uint64(1)) + 1] != np.uint64(0):
                place = (place + np.uint64(1)) & last
            new[np.int64(place << np.uint64(1))] = old[at]
            new[np.int64(place << np.uint64(1)) + 1] = old[at + 1]


class Interner:
    """A growing set of strings, each with its number.

    >>> words = Interner()
    >>> words.intern(pa.array(["b", "a", None, "b"])).tolist()
    [0, 1, -1, 0]
    >>> words.find(pa.array(["a", "c"])).tolist()
    [1, -1]
    >>> words.values().to_pylist()
    ['b', 'a']
    """

    def __init__(self, *, hash_bits: int = 32) -> None:
        """Start empty. `hash_bits` under 32 weakens the hash, never the answer (for tests)."""
        self._mask = np.uint64((1 << min(hash_bits, 32)) - 1)
        self._slots = np.zeros(2 << 10, dtype=np.uint64)
        self._starts = np.zeros(1 << 10, dtype=np.int64)
        self._arena = np.zeros(1 << 14, dtype=np.uint8)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def intern(self, array: pa.StringArray) -> Ints:
        """The number of each value, new ones added; null gives -1. Linear."""
        return self.intern_buffers(string_buffers(array))

    def intern_buffers(self, buffers: StringBuffers) -> Ints:
        """The same for values that are not in Arrow, such as runs of integers."""
        out = np.empty(len(buffers.offsets) - 1, dtype=np.int32)
        at = 0
        while True:
            room = int((len(self._slots) >> 1) * _FULL)
            at, self._count = _intern(
                *buffers,
                at,
                self._slots,
                self._starts,
                self._arena,
                self._count,
                self._mask,
                room,
                out,
                True,
            )
            if at >= len(out):
                return out
            self._grow(int(buffers.offsets[min(at + _BLOCK, len(out))] - buffers.offsets[at]))

    def find(self, array: pa.StringArray) -> Ints:
        """The number of each value, -1 for those that are not there."""
        out = np.empty(len(array), dtype=np.int32)
        _intern(
            *string_buffers(array),
            0,
            self._slots,
            self._starts,
            self._arena,
            self._count,
            self._mask,
            0,
            out,
            False,
        )
        return out

    def freeze(self) -> None:
        """Forget where values are found, and keep the values: no more are taken or looked up."""
        self._slots = np.zeros(2, dtype=np.uint64)

    def values(self) -> pa.LargeStringArray:
        """All values by number, sharing this interner's memory."""
        return pa.LargeStringArray.from_buffers(
            self._count,
            pa.py_buffer(self._starts[: self._count + 1]),
            pa.py_buffer(self._arena),
        )

    def _grow(self, need: int) -> None:
        if self._count + _BLOCK > int((len(self._slots) >> 1) * _FULL):
            # by four while that is cheap: each growth moves every value
            by = 4 if len(self._slots) < _LARGE else 2
            slots = np.zeros(len(self._slots) * by, dtype=np.uint64)
            _rehash(self._slots, slots)
            self._slots = slots
        if self._count + _BLOCK >= len(self._starts):
            self._starts = np.concatenate([self._starts, np.zeros_like(self._starts)])
        used = int(self._starts[self._count])
        if used + need + _PAD > len(self._arena):
            size = max(len(self._arena) * 2, used + need + _PAD)
            arena = np.zeros(size, dtype=np.uint8)
            arena[:used] = self._arena[:used]
            self._arena = arena
