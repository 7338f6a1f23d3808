"""Profile ids in bulk: `sameas.engine.ids.siphash.profile_id` over columns, byte for byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numba import njit

from sameas.buffers import read_as
from sameas.engine.ids.siphash import ID_LENGTH, message
from sameas.engine.memory import prefetch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns

    Bytes = NDArray[np.uint8]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]
    Words = NDArray[np.uint64]

__all__ = ["firsts", "holders", "profile_id", "profile_ids", "strings"]

_AHEAD = 16  # records: what is needed of one so much later is fetched now


def profile_ids(key: bytes, columns: Columns, first: Ints, incarnation: Longs) -> Bytes:
    """The ids of profiles by their first arrived records: (n, 18) bytes of ASCII."""
    names = [name.encode("utf-8", "surrogatepass") for name in columns.sources]
    starts = np.cumsum([0, *map(len, names)], dtype=np.int64)
    flat = read_as(b"".join(names), np.uint8)
    ids = columns.record_ids.cast(pa.large_string())
    _, offsets, data = ids.buffers()
    at = read_as(offsets, np.int64)[ids.offset : ids.offset + len(ids) + 1]
    text = read_as(data, np.uint8)
    words = read_as(key[:16], np.uint64)
    out = np.empty((len(first), ID_LENGTH), dtype=np.uint8)
    longest = int((at[first + 1] - at[first]).max(initial=0)) + int(np.diff(starts).max(initial=0))
    _ids(
        words,
        flat,
        starts,
        columns.source,
        at,
        text,
        first,
        incarnation,
        np.zeros(longest + 64, np.uint8),
        out,
    )
    return out


def firsts(
    profile: Ints, order: Ints, signed_up: NDArray[np.bool_], n_profiles: int
) -> tuple[Ints, Ints, Ints]:
    """By profile its first record in an order, and its first that signed up; -1: none.

    And the profiles in the order of their first records.
    """
    first, signed = (np.full(n_profiles, -1, dtype=np.int32) for _ in range(2))
    turn = np.empty(n_profiles, dtype=np.int32)
    _firsts(profile, order, signed_up, first, signed, turn)
    return first, signed, turn


def profile_id(key: Words, record: tuple[str, str], *, incarnation: int = 0, again: int = 0) -> str:
    """`sameas.engine.ids.siphash.profile_id`, in a tenth of the time; the key is two words."""
    source = record[0].encode("utf-8", "surrogatepass")
    record_id = record[1].encode("utf-8", "surrogatepass")
    data = read_as(message(source, record_id, incarnation, again), np.uint8)
    out = np.empty(ID_LENGTH, dtype=np.uint8)
    _one(key, data, out)
    return out.tobytes().decode("ascii")


def strings(ids: Bytes) -> pa.StringArray:
    """Ids as an Arrow array, sharing their memory."""
    n, width = ids.shape
    offsets = np.arange(n + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(
        n, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(ids))
    )


@njit(cache=True, nogil=True)
def _rotl(x: np.uint64, bits: int) -> np.uint64:
    return (x << np.uint64(bits)) | (x >> np.uint64(64 - bits))


@njit(cache=True, nogil=True)
def _rounds(
    v0: np.uint64, v1: np.uint64, v2: np.uint64, v3: np.uint64, count: int
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    for _ in range(count):
        v0 += v1
        v1 = _rotl(v1, 13) ^ v0
        v0 = _rotl(v0, 32)
        v2 += v3
        v3 = _rotl(v3, 16) ^ v2
        v0 += v3
        v3 = _rotl(v3, 21) ^ v0
        v2 += v1
        v1 = _rotl(v1, 17) ^ v2
        v2 = _rotl(v2, 32)
    return v0, v1, v2, v3


@njit(cache=True, nogil=True)
def _decimal(number: int, buffer: Bytes, at: int) -> int:
    digits = 1
    rest = number // 10
    while rest > 0:
        digits += 1
        rest //= 10
    for i in range(digits):
        buffer[at + digits - 1 - i] = 48 + number % 10
        number //= 10
    return at + digits


@njit(cache=True)  # letting go of Python's lock and waiting for it again takes longer than the hash
def _one(key: Words, data: Bytes, out: Bytes) -> None:
    low, high = _siphash(key, data, len(data))
    _write(low, high, out)


@njit(cache=True, nogil=True)
def _siphash(key: Words, buffer: Bytes, size: int) -> tuple[np.uint64, np.uint64]:
    """SipHash-2-4-128 of the first bytes of a buffer: its two halves."""
    v0 = key[0] ^ np.uint64(0x736F6D6570736575)
    v1 = key[1] ^ np.uint64(0x646F72616E646F6D) ^ np.uint64(0xEE)
    v2 = key[0] ^ np.uint64(0x6C7967656E657261)
    v3 = key[1] ^ np.uint64(0x7465646279746573)
    for block in range(size // 8 + 1):
        word = np.uint64(0)
        if block == size // 8:
            word = np.uint64(size & 0xFF) << np.uint64(56)
        for i in range(min(8, size - block * 8)):
            word |= np.uint64(buffer[block * 8 + i]) << np.uint64(8 * i)
        v3 ^= word
        v0, v1, v2, v3 = _rounds(v0, v1, v2, v3, 2)
        v0 ^= word
    v2 ^= np.uint64(0xEE)
    v0, v1, v2, v3 = _rounds(v0, v1, v2, v3, 4)
    low = v0 ^ v1 ^ v2 ^ v3
    v1 ^= np.uint64(0xDD)
    v0, v1, v2, v3 = _rounds(v0, v1, v2, v3, 4)
    high = v0 ^ v1 ^ v2 ^ v3
    return low, high


@njit(cache=True, nogil=True)
def _write(low: np.uint64, high: np.uint64, out: Bytes) -> None:
    """An id in ASCII, of its digest: the first ten bytes, least first in each half."""
    out[0] = 112
    out[1] = 95
    for half in range(2):
        bits = np.uint64(0)
        for i in range(half * 5, half * 5 + 5):
            word = low if i < 8 else high
            byte = (word >> np.uint64(8 * (i & 7))) & np.uint64(0xFF)
            bits = (bits << np.uint64(8)) | byte
        for i in range(8):
            five = np.int64((bits >> np.uint64(35 - 5 * i)) & np.uint64(31))
            out[2 + half * 8 + i] = 97 + five if five < 26 else 24 + five


@njit(cache=True, nogil=True)
def _ids(
    key: Words,
    names: Bytes,
    starts: Longs,
    source: Ints,
    offsets: Longs,
    text: Bytes,
    first: Ints,
    incarnation: Longs,
    buffer: Bytes,
    out: Bytes,
) -> None:
    for row in range(len(first)):
        if row + _AHEAD < len(first):
            prefetch(source, first[row + _AHEAD])
            prefetch(offsets, first[row + _AHEAD])
            prefetch(text, offsets[first[row + _AHEAD // 2]])
        record = first[row]
        size = 0
        for i in range(starts[source[record]], starts[source[record] + 1]):
            buffer[size] = names[i]
            size += 1
        buffer[size] = 0
        size += 1
        for i in range(offsets[record], offsets[record + 1]):
            buffer[size] = text[i]
            size += 1
        buffer[size] = 0
        size = _decimal(incarnation[row], buffer, size + 1)
        buffer[size] = 0
        size = _decimal(0, buffer, size + 1)
        low, high = _siphash(key, buffer, size)
        _write(low, high, out[row])


@njit(cache=True, nogil=True)
def _firsts(
    profile: Ints,
    order: Ints,
    signed_up: NDArray[np.bool_],
    first: Ints,
    signed: Ints,
    turn: Ints,
) -> None:
    n = len(order)
    count = 0
    for place in range(n):
        if place + _AHEAD < n:
            prefetch(profile, order[place + _AHEAD])
            prefetch(signed_up, order[place + _AHEAD])
        record = order[place]
        p = profile[record]
        if first[p] < 0:
            first[p] = record
            turn[count] = p
            count += 1
        if signed[p] < 0 and signed_up[record]:
            signed[p] = record


@njit(cache=True, nogil=True)
def holders(
    ptr: Longs,
    ids: Ints,
    granted: NDArray[np.bool_],
    offsets: Longs,
    chosen: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """The records to which a value of a chosen type is granted.

    Args:
        ptr: n + 1: where each record's identifiers begin in `ids`, in which they ascend.
        ids: see `ptr`.
        granted: whether each link is.
        offsets: the numbers of each type's identifiers.
        chosen: the types.
    """
    found = np.zeros(len(ptr) - 1, dtype=np.bool_)
    for record in range(len(ptr) - 1):
        kind = 0
        for at in range(ptr[record], ptr[record + 1]):
            while ids[at] >= offsets[kind + 1]:
                kind += 1
            if chosen[kind] and granted[at]:
                found[record] = True
    return found
