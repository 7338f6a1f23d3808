"""Rows as columns, the same whatever format they came from.

All arrays of a `RawBatch` have one value per row, without an offset; values are as the file had
them (nothing is canonicalised here), and every value or row that could not be read is in
`rejected` with its line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sameas.engine.read.arrow import explode, is_list, joined, strings, trimmed
from sameas.engine.read.times import to_micros

if TYPE_CHECKING:
    from collections.abc import Mapping as Dict

    from sameas.engine.read.mapping import ColumnRole, Mapping

__all__ = ["BadValue", "IdentifierColumn", "RawBatch", "Rows", "build"]

_TRUE = ("true", "t", "yes", "y", "1", "deleted", "withdrawn")
_FALSE = ("", "false", "f", "no", "n", "0")


@dataclass(frozen=True, slots=True)
class BadValue:
    """A value or a row that could not be read; `field` is empty if it is the whole row."""

    line: int
    field: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class IdentifierColumn:
    """The raw values of one column of identifiers."""

    type: str
    column: str
    values: pa.StringArray
    rows: npt.NDArray[np.int64] | None = None
    """For a column of lists, the row of each value; None: one value (or null) a row."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a format hands over: columns of any type, the line of each row, and what was bad."""

    columns: Dict[str, pa.Array]
    lines: npt.NDArray[np.int64]
    rejected: tuple[BadValue, ...] = ()

    def __len__(self) -> int:
        return len(self.lines)


@dataclass(frozen=True, slots=True)
class RawBatch:
    """A piece of a file; a null is a value that is not there."""

    source: pa.DictionaryArray | pa.StringArray
    record_id: pa.StringArray | None
    event_time: pa.Int64Array | None
    """Microseconds since the epoch, UTC; as `first_seen`."""
    first_seen: pa.Int64Array | None
    message_id: pa.StringArray | None
    withdrawn: npt.NDArray[np.bool_] | None
    identifiers: tuple[IdentifierColumn, ...]
    traits: Dict[str, pa.StringArray]
    lines: npt.NDArray[np.int64]
    """1-based: the physical line of CSV and JSON, the row number of Parquet and tables."""
    rejected: tuple[BadValue, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.lines)


def build(rows: Rows, mapping: Mapping, *, source: str) -> RawBatch:
    """Sort columns into their roles. Complexity: O(values), vectorised.

    Args:
        rows: columns by name; one that the mapping has and this piece has not is all null.
        mapping: the roles.
        source: the source of rows that name none.
    """
    n = len(rows)
    rejected = list(rows.rejected)

    def column(role: ColumnRole) -> pa.Array:
        found = rows.columns.get(role.column)
        return pa.nulls(n, pa.string()) if found is None else found

    def key(name: str) -> pa.StringArray | None:
        role = mapping.first(name)
        return None if role is None else trimmed(column(role))

    def time(name: str) -> pa.Int64Array | None:
        role = mapping.first(name)
        if role is None:
            return None
        micros, bad = to_micros(column(role), order=role.order)
        rejected.extend(
            BadValue(int(rows.lines[b.row]), role.column, b.value, b.reason) for b in bad
        )
        return micros

    named = mapping.first("source")
    event_time, first_seen = time("event_time"), time("first_seen")
    flag = mapping.first("withdrawn")
    withdrawn = None
    if flag is not None:
        withdrawn, bad_flags = _flags(column(flag), flag.column, rows.lines)
        rejected.extend(bad_flags)
    return RawBatch(
        source=_sources(None if named is None else column(named), source, n),
        record_id=key("record_id"),
        event_time=event_time,
        first_seen=first_seen,
        message_id=key("message_id"),
        withdrawn=withdrawn,
        identifiers=tuple(
            _identifiers(role, column(role)) for role in mapping.with_role("identifier")
        ),
        traits={
            role.role.partition(":")[2]: joined(column(role)) for role in mapping.with_role("trait")
        },
        lines=rows.lines,
        rejected=tuple(sorted(rejected, key=lambda bad: bad.line)),
    )


def _sources(data: pa.Array | None, default: str, n: int) -> pa.DictionaryArray:
    """The source of each row; of those that name none the default."""
    if data is None:
        return pa.DictionaryArray.from_arrays(np.zeros(n, np.int32), pa.array([default]))
    if not pa.types.is_dictionary(data.type):
        data = joined(data).dictionary_encode()
    names = pc.fill_null(trimmed(data.dictionary), default)
    rows = data.indices.cast(pa.int32())
    if rows.null_count:
        names = pa.concat_arrays([names, pa.array([default])])
        rows = rows.fill_null(len(names) - 1)
    return pa.DictionaryArray.from_arrays(rows, names)


def _identifiers(role: ColumnRole, data: pa.Array) -> IdentifierColumn:
    kind = role.role.partition(":")[2]
    if is_list(data.type):
        values, places = explode(data)
        return IdentifierColumn(kind, role.column, values, places)
    return IdentifierColumn(kind, role.column, strings(data))


def _flags(
    data: pa.Array, name: str, lines: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.bool_], list[BadValue]]:
    """Yes and no; a readable time (`deleted_at`) is a yes."""
    text = pc.utf8_lower(pc.utf8_trim_whitespace(strings(data).fill_null("")))
    yes = pc.is_in(text, pa.array(_TRUE)).to_numpy(zero_copy_only=False)
    no = pc.is_in(text, pa.array(_FALSE)).to_numpy(zero_copy_only=False)
    open_ = np.flatnonzero(~(yes | no))
    if not len(open_):
        return yes, []
    rest = text.take(pa.array(open_))
    times, unreadable = to_micros(rest)
    yes = yes.copy()
    yes[open_] = times.is_valid().to_numpy(zero_copy_only=False)
    reason = "neither yes nor no (true, false, 1, 0, or a time): taken as no"
    return yes, [BadValue(int(lines[open_[b.row]]), name, b.value, reason) for b in unreadable]
