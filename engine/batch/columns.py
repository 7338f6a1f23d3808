"""Live records as columns: what the fast path of the function takes.

Records are numbered 0..n-1 in any order, identifiers 0..m-1 in rank order of their types, values
of one type in any order. The partition does not depend on either numbering.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numba import njit

from sameas.graph.model import Identifier, Record, RecordKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sameas.engine.policy import Policy
    from sameas.graph.model import RecordKind

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["KINDS", "OBSERVATION", "Columns", "by_key", "flat", "ordered"]

KINDS: tuple[RecordKind, ...] = ("record", "observation", "content")
"""What the numbers of `Columns.kind` mean."""

OBSERVATION = 1

_DIGIT = 11  # bits: 2,048 places to write to stay in the nearest cache
_LAST = (1 << _DIGIT) - 1


@dataclass(eq=False)
class Columns:
    """n live records, their m distinct identifiers, and who carries what."""

    sources: Sequence[str]
    source: Ints
    """n: place in `sources`."""
    record_ids: pa.Array
    """n strings."""
    event_time: Longs
    first_seen: Longs
    last_seen: Longs
    count: Longs
    kind: NDArray[np.int8]
    offsets: Longs
    """One more than there are types: the numbers of each type's identifiers."""
    types: Sequence[str]
    values: Sequence[pa.Array]
    """Canonical values, an array a type."""
    ptr: Longs
    """n + 1: where each record's identifiers begin in `ids`."""
    ids: Ints
    """Identifier numbers, ascending and distinct within a record."""
    also: tuple[Ints, Ints]
    """Further names: identifier number of the name, of the value."""
    traits: Mapping[str, pa.Array | pa.ChunkedArray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.source)

    @property
    def n_identifiers(self) -> int:
        """m."""
        return int(self.offsets[-1])

    @cached_property
    def type_of(self) -> NDArray[np.int8]:
        """m: the type of each identifier."""
        widths = np.diff(self.offsets)
        return np.repeat(np.arange(len(widths), dtype=np.int8), widths)

    def key(self, record: int) -> RecordKey:
        """The key of one record."""
        return RecordKey(self.sources[self.source[record]], self.record_ids[record].as_py())

    def identifier(self, number: int) -> Identifier:
        """One identifier by number."""
        kind = int(np.searchsorted(self.offsets, number, side="right")) - 1
        value = self.values[kind][int(number - self.offsets[kind])].as_py()
        return Identifier(self.types[kind], value)

    def record(self, number: int) -> Record:
        """One record as the single form of things takes it. For a few of them."""
        ids = self.ids[self.ptr[number] : self.ptr[number + 1]].tolist()
        said = {trait: column[number].as_py() for trait, column in self.traits.items()}
        return Record(
            self.key(number),
            int(self.event_time[number]),
            int(self.first_seen[number]),
            tuple(self.identifier(one) for one in ids),
            {trait: value for trait, value in said.items() if value is not None},
            int(self.last_seen[number]),
            int(self.count[number]),
            KINDS[self.kind[number]],
        )

    @classmethod
    def from_records(cls, records: Sequence[Record], policy: Policy) -> Columns:
        """Columns of records that are there one by one. For tests and small sets."""
        names = [kind.name for kind in policy.identifiers]
        found: dict[str, dict[str, int]] = {name: {} for name in names}
        for record in records:
            for one in record.identifiers:
                found[one.type].setdefault(one.value, len(found[one.type]))
            for name, value in record.also:
                for one in (name, value):
                    found[one.type].setdefault(one.value, len(found[one.type]))
        offsets = np.cumsum([0, *(len(found[name]) for name in names)], dtype=np.int64)
        base = dict(zip(names, offsets.tolist(), strict=False))

        def number(one: Identifier) -> int:
            return int(base[one.type] + found[one.type][one.value])

        rows = [sorted({number(one) for one in record.identifiers}) for record in records]
        pairs = sorted({(number(a), number(b)) for record in records for a, b in record.also})
        sources = sorted({record.key.source for record in records})
        traits = sorted({trait for record in records for trait in record.traits})

        def longs(values: Sequence[int]) -> Longs:
            return np.array(values, dtype=np.int64)

        return cls(
            sources,
            np.array([sources.index(record.key.source) for record in records], dtype=np.int32),
            pa.array([record.key.record_id for record in records], pa.string()),
            longs([record.event_time for record in records]),
            longs([record.first_seen for record in records]),
            longs([record.last_seen for record in records]),
            longs([record.count for record in records]),
            np.array([KINDS.index(record.kind) for record in records], dtype=np.int8),
            offsets,
            names,
            [pa.array(list(found[name]), pa.large_string()) for name in names],
            longs(np.cumsum([0, *map(len, rows)]).tolist()),
            np.array([one for row in rows for one in row], dtype=np.int32),
            (
                np.array([name for name, _ in pairs], dtype=np.int32),
                np.array([value for _, value in pairs], dtype=np.int32),
            ),
            {
                trait: pa.array([record.traits.get(trait) for record in records], pa.string())
                for trait in traits
            },
        )


def flat(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """A column as one array."""
    if isinstance(column, pa.ChunkedArray):
        return pa.concat_arrays(column.chunks) if column.num_chunks else pa.nulls(0, column.type)
    return column


def ordered(columns: Columns, times: Longs) -> Ints:
    """Record numbers by (time, source, record id); strings are compared only where times tie.

    O(n log n); a column of equal times costs a sort of all record ids.
    """
    order = _by_time(times)
    sorted_times = times[order]
    same = sorted_times[1:] == sorted_times[:-1]
    if not same.any():
        return order
    tied = np.zeros(len(order), dtype=bool)
    tied[1:] |= same
    tied[:-1] |= same
    places = np.flatnonzero(tied)
    records = order[places]
    order[places] = by_key(columns, records, sorted_times[places])
    return order


def by_key(columns: Columns, records: Ints, times: Longs | None = None) -> Ints:
    """The records in the order of their keys; of `times` first, if each has one."""
    import polars as pl

    rank = np.argsort(np.argsort(np.array(columns.sources, dtype=object), kind="stable"))
    frame = pl.DataFrame(
        {
            "time": np.zeros(len(records), dtype=np.int8) if times is None else times,
            "source": rank[columns.source[records]].astype(np.int32),
            "record_id": pl.from_arrow(columns.record_ids.take(pa.array(records))),
            "record": records,
        }
    )
    found: Ints = frame.sort("time", "source", "record_id")["record"].to_numpy()
    return found


def _by_time(times: Longs) -> Ints:
    """Places in ascending order of times, those of equal times in theirs."""
    if not len(times):
        return np.empty(0, dtype=np.int32)
    least = int(times.min())
    digits = (int(times.max()) - least).bit_length()
    return _radix(times, np.int64(least), -(-digits // _DIGIT))


@njit(cache=True, nogil=True)
def _radix(times: Longs, least: np.int64, passes: int) -> Ints:
    """Least significant digit first: a third of the time that comparing takes."""
    n = len(times)
    order = np.arange(n).astype(np.int32)
    other = np.empty(n, dtype=np.int32)
    keys = times - least
    other_keys = np.empty_like(keys)
    for turn in range(passes):
        shift = turn * _DIGIT
        starts = np.zeros((1 << _DIGIT) + 1, dtype=np.int64)
        for key in keys:
            starts[((key >> shift) & _LAST) + 1] += 1
        for digit in range(1 << _DIGIT):
            starts[digit + 1] += starts[digit]
        for place in range(n):
            digit = (keys[place] >> shift) & _LAST
            to = starts[digit]
            starts[digit] = to + 1
            other[to] = order[place]
            other_keys[to] = keys[place]
        order, other = other, order
        keys, other_keys = other_keys, keys
    return order
