"""Chance without state, and text made of arrays: what the generators of test data share.

Every draw is a hash of (seed, stream, number), so it depends on nothing but its own number: equal
seeds give equal rows, whatever slice of them is made, in whatever order. The bit mixer is the
finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA
2014).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

    U64 = npt.NDArray[np.uint64]
    Bools = npt.NDArray[np.bool_]

__all__ = [
    "RECORDS",
    "TRUTH",
    "Draws",
    "World",
    "cut",
    "digits",
    "hexed",
    "hexed_bytes",
    "joined",
    "mixed",
    "mixed32",
    "shuffled",
    "taken",
    "text",
    "unless",
    "words",
    "write",
]

RECORDS: Final = "records.parquet"
TRUTH: Final = "truth.parquet"
CODED: Final = frozenset({"source", "first_name", "last_name", "gender", "state", "city"})
"""Columns of few distinct values, written as dictionaries."""


class Draws:
    """Draws of one seed: each method is a pure function of it and of the arguments."""

    __slots__ = ()
    seed: int

    def bits(self, stream: str, index: U64) -> U64:
        """64 random bits for each index; distinct indices of one stream have distinct bits."""
        key = self.seed
        for byte in stream.encode():
            key = (key * 0x100000001B3 ^ byte) % 2**64
        first = mixed(np.array([key], dtype=np.uint64))
        return mixed(index * np.uint64(0x9E3779B97F4A7C15) + first)

    def chance(self, stream: str, index: U64, rate: float | npt.NDArray[np.float64]) -> Bools:
        """True for a fraction `rate` of the indices."""
        return self.unit(stream, index) < rate

    def unit(self, stream: str, index: U64) -> npt.NDArray[np.float64]:
        """A uniform number in [0, 1) for each index."""
        return (self.bits(stream, index) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def pick(self, stream: str, index: U64, count: int) -> U64:
        """A number below `count` for each index."""
        return self.bits(stream, index) % np.uint64(max(1, count))


def shuffled(draws: Draws, stream: str, index: U64, count: int) -> U64:
    """Where each index below `count` stands in a random order of all of them: a permutation.

    A Feistel network of four rounds on the next even number of bits; what falls beyond `count`
    walks on until it is inside (Black, Rogaway: Ciphers with Arbitrary Finite Domains, 2002).
    """
    half = np.uint64(max(1, ((count - 1).bit_length() + 1) // 2))
    low = np.uint64((1 << int(half)) - 1)
    place = index.copy()
    todo = np.ones(len(place), dtype=np.bool_)
    while todo.any():
        left, right = place[todo] >> half, place[todo] & low
        for turn in range(4):
            left, right = right, left ^ (draws.bits(f"{stream} {turn}", right) & low)
        place[todo] = left << half | right
        todo &= place >= np.uint64(count)
    return place


def mixed(x: U64) -> U64:
    """A bijection of 64 bits that leaves no pattern."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def mixed32(x: U64) -> U64:
    """A bijection of 32 bits that leaves no pattern."""
    low = np.uint64(2**32 - 1)
    x = (x ^ (x >> np.uint64(16))) * np.uint64(0x85EBCA6B) & low
    x = (x ^ (x >> np.uint64(13))) * np.uint64(0xC2B2AE35) & low
    return x ^ (x >> np.uint64(16))


def hexed_bytes(value: U64, width: int) -> npt.NDArray[np.uint8]:
    """The last `width` hexadecimal digits of each value, a row of ASCII each."""
    pairs = np.array([list(f"{byte:02x}".encode()) for byte in range(256)], dtype=np.uint8)
    raw = value.astype(">u8").view(np.uint8).reshape(-1, 8)[:, 8 - width // 2 :]
    return pairs[raw].reshape(-1, width)


def hexed(value: U64, width: int = 16) -> pa.Array:
    """The last `width` hexadecimal digits of each value."""
    return text(hexed_bytes(value, width))


def digits(value: U64, width: int) -> npt.NDArray[np.uint8]:
    """The last `width` decimal digits of each value, a row of ASCII each."""
    powers = np.array([10**place for place in reversed(range(width))], dtype=np.uint64)
    return (value[:, None] // powers % np.uint64(10) + np.uint64(48)).astype(np.uint8)


def text(characters: npt.NDArray[np.uint8]) -> pa.Array:
    """An Arrow string of each row of ASCII characters, without a copy."""
    count, width = characters.shape
    offsets = np.arange(0, (count + 1) * width, width, dtype=np.int32)
    data = np.ascontiguousarray(characters)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(data))


def cut(characters: npt.NDArray[np.uint8], start: int, stop: int) -> pa.Array:
    """Some columns of such characters as strings."""
    return text(characters[:, start:stop])


def taken(table: Sequence[str] | pa.Array, place: npt.NDArray[np.generic]) -> pa.Array:
    """The entries of a table at these places."""
    strings = table if isinstance(table, pa.Array) else pa.array(list(table), pa.string())
    return strings.take(pa.array(place.astype(np.int64)))


def joined(parts: Sequence[pa.Array | str]) -> pa.Array:
    """The parts, one after another; null where one is null."""
    return pc.binary_join_element_wise(*parts, "")


def unless(missing: Bools, values: pa.Array) -> pa.Array:
    """The values, null where missing."""
    return pc.if_else(pa.array(missing), pa.scalar(None, values.type), values)


def words(text_: str) -> tuple[str, ...]:
    """What white space parts: a list of words that is easy to read."""
    return tuple(text_.split())


class World(Protocol):
    """A generator: any slice of its rows can be made by itself."""

    @property
    def records(self) -> int:
        """How many rows there are."""

    def rows(self, start: int, stop: int) -> Any:
        """Some of them, as numbers."""

    def table(self, rows: Any) -> pa.Table:
        """Those rows as records."""

    def truth(self, rows: Any) -> pa.Table:
        """Whose they are."""


def write(world: World, out: Path, *, chunk: int = 250_000) -> None:
    """Write records and truth into the folder `out`, one row group a chunk of rows."""
    out.mkdir(parents=True, exist_ok=True)
    none = world.rows(0, 0)
    tables = {RECORDS: world.table(none).schema, TRUTH: world.truth(none).schema}
    records, truth = (
        pq.ParquetWriter(
            out / file,
            schema,
            use_dictionary=[name for name in schema.names if name in CODED],
            compression="zstd",
            compression_level=1,
        )
        for file, schema in tables.items()
    )
    with records, truth:
        for start in range(0, world.records, chunk):
            rows = world.rows(start, min(start + chunk, world.records))
            records.write_table(world.table(rows))
            truth.write_table(world.truth(rows))
