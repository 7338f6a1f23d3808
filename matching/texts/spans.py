"""Texts side by side in one array of code points; spans of it, and which of them are equal."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sameas.buffers import read_as, read_only
from sameas.matching.canonical.kernels import jit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Points = NDArray[np.uint32]
    Longs = NDArray[np.int64]

__all__ = [
    "Points",
    "Texts",
    "bags",
    "beyond_ascii",
    "ends",
    "is_one_of",
    "numbered",
    "texts_of",
    "words_of",
]

_ASCII = 128
_BASIS, _PRIME = 0xCBF29CE484222325, 0x100000001B3


class Texts(NamedTuple):
    """Text after text, without anything between them."""

    points: Points
    at: Longs
    """Where each text begins, one more at the end."""

    def __len__(self) -> int:
        return len(self.at) - 1


def ends(lengths: Iterable[int], count: int) -> Longs:
    """Where each of `count` runs of these lengths begins, one more at the end."""
    found = np.zeros(count + 1, np.int64)
    np.cumsum(np.fromiter(lengths, np.int64, count), out=found[1:])
    return found


def texts_of(values: Sequence[str] | pa.StringArray) -> Texts:
    """The code points of these values; of a column without nulls its buffers are read."""
    if isinstance(values, pa.Array) and not values.null_count and len(values):
        _, offsets, data = values.buffers()
        at = read_as(offsets, np.int32)[values.offset : values.offset + len(values) + 1]
        read = read_as(data, np.uint8)[at[0] : at[-1]]
        if not (read >> 7).any():
            return Texts(read_only(read.astype(np.uint32)), at.astype(np.int64) - at[0])
        lengths = pc.utf8_length(values).to_numpy(zero_copy_only=False)
        return Texts(_points(read.tobytes().decode()), ends(lengths, len(values)))
    texts = values.to_pylist() if isinstance(values, pa.Array) else values
    return Texts(_points("".join(texts)), ends(map(len, texts), len(texts)))


def _points(text: str) -> Points:
    return read_as(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@jit
def numbered(points: Points, start: Longs, end: Longs) -> tuple[Longs, Longs]:
    """Of each span the number of its text, by first sight; of each number its first span."""
    size = 16
    while size < 2 * len(start):
        size *= 2
    slots = np.full(size, -1, np.int64)
    number = np.empty(len(start), np.int64)
    first = np.empty(len(start), np.int64)
    hashes = np.empty(len(start), np.uint64)
    count = 0
    for span in range(len(start)):
        h = np.uint64(_BASIS)
        for at in range(start[span], end[span]):
            h = (h ^ np.uint64(points[at])) * np.uint64(_PRIME)
        h ^= h >> np.uint64(32)
        slot = np.int64(h & np.uint64(size - 1))
        while True:
            known = slots[slot]
            if known < 0:
                slots[slot] = count
                hashes[count] = h
                first[count] = span
                number[span] = count
                count += 1
                break
            if hashes[known] == h:
                of = first[known]
                same = end[span] - start[span] == end[of] - start[of]
                at = 0
                while same and at < end[span] - start[span]:
                    same = points[start[span] + at] == points[start[of] + at]
                    at += 1
                if same:
                    number[span] = known
                    break
            slot = (slot + 1) & (size - 1)
    return number, first[:count].copy()


@jit
def is_one_of(points: Points, start: int, end: int, known: Points, at: Longs) -> bool:
    """Whether a span is one of the texts of `known`, which begin at `at`. O(texts): for a few."""
    for one in range(len(at) - 1):
        if at[one + 1] - at[one] == end - start:
            place = 0
            while place < end - start and points[start + place] == known[at[one] + place]:
                place += 1
            if place == end - start:
                return True
    return False


@jit
def beyond_ascii(points: Points, at: Longs) -> NDArray[np.bool_]:
    """The texts that have a character beyond ASCII."""
    found = np.zeros(len(at) - 1, np.bool_)
    for text in range(len(at) - 1):
        every = np.uint32(0)
        for place in range(at[text], at[text + 1]):
            every |= points[place]
        found[text] = every >= _ASCII
    return found


@jit
def bags(points: Points, start: Longs, end: Longs) -> Longs:
    """Of each span its characters as bits: bit c % 62 for each character c."""
    found = np.zeros(len(start), np.int64)
    for span in range(len(start)):
        for at in range(start[span], end[span]):
            found[span] |= np.int64(1) << np.int64(points[at] % 62)
    return found


def words_of(points: Points, start: Longs, end: Longs) -> list[str]:
    """The spans as texts."""
    text = points.tobytes().decode("utf-32-le", "surrogatepass")
    return [text[a:b] for a, b in zip(start.tolist(), end.tolist(), strict=True)]
