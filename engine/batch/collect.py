"""From batches of raw rows to numbers: canonical identifiers interned, rejections kept.

Streams: of each batch only numbers, traits, and the raw spellings that differ from the canonical
ones stay in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from sameas.engine.batch.interner import Interner
from sameas.engine.batch.keys import RecordIds
from sameas.engine.policy.model import UNKNOWN_TYPE
from sameas.graph.versions import DAY
from sameas.matching.canonical import Options, canonicalise_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from sameas.engine.policy import Policy
    from sameas.engine.read import IdentifierColumn, RawBatch
    from sameas.graph.model import Identifier

    Ints = NDArray[np.int32]
    Number = TypeVar("Number", np.bool_, np.int32, np.int64)
    Longs = NDArray[np.int64]

__all__ = ["Collector", "Earlier", "Raw", "Rejected"]


class Raw(NamedTuple):
    """Identifier values of one column as they were sent, where that is not the canonical value."""

    rows: Ints
    type: int
    """Its place in `Collector.types`."""
    values: pa.StringArray
    numbers: Ints
    """The canonical values' numbers in their type; -1: rejected."""


class Rejected(NamedTuple):
    """A value that could not be used, and where it stood."""

    file: str
    line: int
    source: str | None
    record_id: str | None
    type: str | None
    """The identifier type that it should have been; None: not an identifier."""
    field: str
    value: str
    reason: str
    row: int = -1
    """The collected row that it stood in; -1: in none that could be used."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What rows of an earlier output know beside their fields; one entry a row."""

    last_seen: Longs
    count: Longs
    trait_times: Mapping[str, pa.Int64Array]
    """By trait: when an observation's value was said."""
    origin: Mapping[int, tuple[str, Sequence[int]]] = field(default_factory=dict)
    """By place of an identifier column: the file and the lines that its values came from."""


def _changed(values: pa.StringArray, raw: pa.StringArray) -> NDArray[np.intp]:
    """Places where a canonical value is not the raw one."""
    ours, theirs = values.buffers()[2], raw.buffers()[2]
    if ours is not None and theirs is not None and ours.address == theirs.address:
        return np.empty(0, dtype=np.intp)  # canonical already, so the text was not even copied
    differs = pc.fill_null(pc.not_equal(values, raw), fill_value=False)
    return np.flatnonzero(differs.to_numpy(zero_copy_only=False))


@njit(cache=True, nogil=True)
def _carried(rows: Ints, numbers: Ints, base: int, count: int) -> tuple[Ints, Ints]:
    """The rows, counted on from `base`, and the numbers of the `count` values that are there."""
    found = np.empty(count, dtype=np.int32)
    kept = np.empty(count, dtype=np.int32)
    at = 0
    for i in range(len(numbers)):
        if at == count:
            break
        found[at] = rows[i] + base  # written over by the next one if it is not there
        kept[at] = numbers[i]
        at += numbers[i] >= 0
    return found, kept


class Collector:
    """Takes batches, gives numbered rows; `sameas.engine.batch.live` makes records of them."""

    def __init__(self, policy: Policy, *, now: int, hash_bits: int = 32) -> None:
        """Start empty; `now` is the receipt time of every row that names no time of its own."""
        self.policy = policy
        self.now = now
        self.options = Options(policy.default_region, policy.email_dots, policy.email_tags)
        self.place = {kind.name: place for place, kind in enumerate(policy.identifiers)}
        self.types = list(self.place)
        """The policy's, and behind them those that only rows name: of an earlier policy."""
        self.values = [Interner(hash_bits=hash_bits) for _ in policy.identifiers]
        self.record_ids = RecordIds(hash_bits=hash_bits)
        self.messages = Interner(hash_bits=hash_bits)
        self._heard: list[tuple[Ints, Ints, Longs]] = []
        self.sources: dict[str, int] = {}
        self.rows = 0
        self.links: list[list[tuple[Ints, Ints]]] = [[] for _ in policy.identifiers]
        self.raw: list[Raw] = []
        self.traits: dict[str, list[tuple[int, pa.StringArray]]] = {}
        self.trait_times: dict[str, list[tuple[int, pa.Int64Array]]] = {}
        self.rejected: list[Rejected] = []
        self._columns: dict[str, list[tuple[int, NDArray[np.generic]]]] = {}

    def add(self, batch: RawBatch, *, file: str, earlier: Earlier | None = None) -> None:
        """Take one batch. Costs one canonicalisation and one hash probe a value."""
        n = len(batch)
        base = self.rows
        if n:
            self._keep("source", self._sources(batch.source))
            if batch.record_id is not None:
                self.record_ids.add(base, batch.record_id)
            event_time = self._times(batch.event_time, n)
            self._keep("event_time", event_time)
            if batch.first_seen is not None:
                known = batch.first_seen.is_valid().to_numpy(zero_copy_only=False)
                first = batch.first_seen.fill_null(0).to_numpy()
                self._keep("first_seen", np.where(known, first, event_time))
            if batch.message_id is not None:
                self._keep("message", self.messages.intern(batch.message_id))
            if batch.withdrawn is not None:
                self._keep("withdrawn", batch.withdrawn)
            if earlier is not None:
                self._keep("last_seen", earlier.last_seen)
                self._keep("count", earlier.count)
        for place, column in enumerate(batch.identifiers):
            origin = None if earlier is None else earlier.origin.get(place)
            self._identifiers(column, batch, base, file, origin)
        for name, values in batch.traits.items():
            if values.null_count < n:
                self.traits.setdefault(name, []).append((base, values))
        if earlier is not None:
            for name, times in earlier.trait_times.items():
                self.trait_times.setdefault(name, []).append((base, times))
        if batch.withdrawn is not None:
            self._nameless_withdrawals(batch, base, file)
        for bad in batch.rejected:
            row, source = self._row(batch, bad.line)
            self.rejected.append(
                Rejected(
                    file,
                    bad.line,
                    source,
                    None,
                    None,
                    bad.field,
                    bad.value,
                    bad.reason,
                    -1 if row < 0 else row + base,
                )
            )
        self.rows += n

    def hear(
        self,
        source: pa.DictionaryArray | pa.StringArray,
        message_id: pa.StringArray,
        event_time: Longs,
    ) -> None:
        """Take messages that an earlier run heard: rows that repeat them will not count."""
        self._heard.append((self._sources(source), self.messages.intern(message_id), event_time))

    def known_messages(self) -> tuple[Ints, Ints, Longs]:
        """Of the messages that an earlier run heard the source, the number and the time."""
        ints = np.empty(0, dtype=np.int32)
        empty = ints, ints, np.empty(0, dtype=np.int64)
        source, number, times = zip(empty, *self._heard, strict=True)
        return np.concatenate(source), np.concatenate(number), np.concatenate(times)

    def know(self, identifiers: Iterable[Identifier]) -> None:
        """Number values that rows may not carry: a judgement on an email's hash finds the email."""
        for one in identifiers:
            if one.type in self.place:
                self.values[self.place[one.type]].intern(pa.array([one.value], pa.string()))

    def _sources(self, column: pa.DictionaryArray | pa.StringArray) -> Ints:
        encoded = column.dictionary_encode()  # what is a dictionary already stays as it is
        codes = encoded.indices.to_numpy()
        table = np.zeros(len(encoded.dictionary), dtype=np.int32)
        for place in np.flatnonzero(np.bincount(codes)).tolist():
            name = encoded.dictionary[place].as_py()
            table[place] = self.sources.setdefault(name, len(self.sources))
        found: Ints = table[codes]
        return found

    def _times(self, column: pa.Int64Array | None, n: int) -> Longs:
        if column is None:
            return np.full(n, self.now, dtype=np.int64)
        times = column.fill_null(self.now).to_numpy()
        late = times > self.now + DAY
        return np.where(late, self.now, times) if late.any() else times

    def _identifiers(
        self,
        column: IdentifierColumn,
        batch: RawBatch,
        base: int,
        file: str,
        origin: tuple[str, Sequence[int]] | None,
    ) -> None:
        if column.type in self.place:
            kind = self.place[column.type]
            canonical = self.policy.identifiers[kind].canonicaliser
            values, reasons = canonicalise_column(canonical, column.values, self.options)
            numbers = self.values[kind].intern(values)
        else:
            kind = self._further(column.type)
            values = pa.nulls(len(column.values), pa.string())
            reasons = pc.if_else(pc.is_valid(column.values), UNKNOWN_TYPE, None)
            numbers = np.full(len(values), -1, dtype=np.int32)
        if column.rows is None:
            rows = np.arange(len(numbers), dtype=np.int32)
        else:
            rows = column.rows.astype(np.int32)
        if values.null_count < len(values):
            count = len(values) - values.null_count
            self.links[kind].append(_carried(rows, numbers, base, count))
        changed = _changed(values, column.values)
        if len(changed):
            self._spelled(column, kind, changed, rows[changed] + base, numbers[changed])
        if reasons is not None:
            bad = np.flatnonzero(reasons.is_valid().to_numpy(zero_copy_only=False))
            self._spelled(column, kind, bad, rows[bad] + base, numbers[bad])
            texts = column.values.take(pa.array(bad)).to_pylist()
            whys = reasons.take(pa.array(bad)).to_pylist()
            for at, text, why in zip(bad.tolist(), texts, whys, strict=True):
                row = int(rows[at])
                name, line = file, int(batch.lines[row])
                if origin is not None:
                    name, line = origin[0], int(origin[1][at])
                source = batch.source[row].as_py()
                self.rejected.append(
                    Rejected(
                        name, line, source, None, column.type, column.column, text, why, row + base
                    )
                )

    def _further(self, name: str) -> int:
        if name not in self.types:
            self.types.append(name)
        return self.types.index(name)

    def _spelled(
        self,
        column: IdentifierColumn,
        kind: int,
        places: NDArray[np.intp],
        rows: NDArray[np.integer],
        numbers: Ints,
    ) -> None:
        texts = column.values.take(pa.array(places))
        self.raw.append(Raw(rows.astype(np.int32), kind, texts, numbers))

    def _nameless_withdrawals(self, batch: RawBatch, base: int, file: str) -> None:
        nameless = np.array(batch.withdrawn, dtype=bool)
        if batch.record_id is not None:
            nameless &= batch.record_id.is_null().to_numpy(zero_copy_only=False)
        for row in np.flatnonzero(nameless).tolist():
            self.rejected.append(
                Rejected(
                    file,
                    int(batch.lines[row]),
                    batch.source[row].as_py(),
                    None,
                    None,
                    "withdrawn",
                    "true",
                    "a withdrawal needs a record id",
                    row + base,
                )
            )

    @staticmethod
    def _row(batch: RawBatch, line: int) -> tuple[int, str | None]:
        at = int(np.searchsorted(batch.lines, line))
        if at >= len(batch) or batch.lines[at] != line:
            return -1, None
        return at, batch.source[at].as_py()

    def _keep(self, name: str, values: NDArray[np.generic]) -> None:
        self._columns.setdefault(name, []).append((self.rows, values))

    def column(self, name: str, kind: type[Number], default: int | Longs) -> NDArray[Number] | None:
        """One collected column of all rows, `default` where batches had none; None: none had."""
        parts = self._columns.pop(name, None)
        if parts is None:
            return None
        if sum(len(values) for _, values in parts) == self.rows:
            return np.concatenate([values for _, values in parts]).astype(kind, copy=False)
        out = np.full(self.rows, default, dtype=kind)
        for start, values in parts:
            out[start : start + len(values)] = values
        return out

    def freeze(self) -> None:
        """Give back what only further rows would need."""
        for values in (*self.values, self.messages):
            values.freeze()

    def whole(self, parts: Sequence[tuple[int, pa.Array]], kind: pa.DataType) -> pa.ChunkedArray:
        """A column of all rows from the pieces that there are, null elsewhere."""
        chunks = []
        at = 0
        for start, piece in parts:
            if start > at:
                chunks.append(pa.nulls(start - at, kind))
            chunks.append(piece)
            at = start + len(piece)
        if at < self.rows:
            chunks.append(pa.nulls(self.rows - at, kind))
        return pa.chunked_array(chunks, kind)
