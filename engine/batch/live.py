"""3.1 on columns: from numbered rows to live records.

The same records as `sameas.engine.reference.live_records`: nothing depends on the order of rows,
their split into files or batches, or the numbering of values.

One module: versions, folds and what the output wants of the rows share one numbering.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from sameas.buffers import read_as, read_only
from sameas.engine.batch.columns import Columns, flat
from sameas.engine.batch.interner import Interner, StringBuffers
from sameas.errors import Fault, InputError
from sameas.graph.model import Identifier
from sameas.graph.versions import (
    content_hash,
    content_record_id,
    observation_id,
    value_hash,
)
from sameas.matching.canonical import hash_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sameas.engine.batch.collect import Collector, Rejected

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Live", "Messages", "live"]

_MOST_VALUES = (1 << 29) - 1
"""Identifier values and rows of one run: places are counted in 32 bits, four bytes each."""

_EMAIL = "email"
_DIGESTS = ("email_sha256", "email_sha1", "email_md5")


@dataclass(frozen=True, eq=False, slots=True)
class Messages:
    """The messages that were ever heard, each once."""

    source: Ints
    """Place in `Columns.sources`."""
    number: Ints
    """Place in `ids`."""
    event_time: Longs
    ids: pa.LargeStringArray
    late: int = 0
    """Rows that repeat a message of an earlier run, and have an earlier time than it had there."""

    def __len__(self) -> int:
        return len(self.number)


@dataclass(eq=False)
class Live:
    """The live records, and what of the rows the output still wants."""

    columns: Columns
    raw: tuple[Ints, Ints, pa.StringArray]
    """Record, identifier number and spelling, where it is not the canonical value."""
    tombstones: dict[tuple[str, str], int]
    """When a source withdrew a key, for keys that it withdrew."""
    trait_times: dict[str, Longs]
    """By trait, for observations: when the value was said; else the record's event time."""
    rejected: list[Rejected]
    """What could not be used, with the record that it would have belonged to."""
    unknown_withdrawals: int = 0
    """Withdrawn keys of which no row told anything."""
    messages: Messages | None = None
    """None: nobody keeps them."""


def live(rows: Collector) -> Live:
    """Choose the live version of each record, fold observations, number what is left.

    Uses the collector up: afterwards it is good for nothing else.
    """
    found = _Living(rows).run()
    rows.freeze()
    return found


class _Living:
    def __init__(self, rows: Collector) -> None:
        self.rows = rows
        self.n = rows.rows
        none = np.empty(0, dtype=np.int64)

        def longs(name: str, default: int | Longs) -> Longs | None:
            return rows.column(name, np.int64, default)

        event_time = longs("event_time", 0)
        self.event_time = none if event_time is None else event_time
        source = rows.column("source", np.int32, 0)
        self.source: Ints = none.astype(np.int32) if source is None else source
        self.rid, self.record_ids = rows.record_ids.numbered(self.n)
        # one array where they are the same: most sources know no other time
        first_seen = longs("first_seen", self.event_time)
        self.first_seen = self.event_time if first_seen is None else first_seen
        last_seen = longs("last_seen", self.event_time)
        self.last_seen = self.event_time if last_seen is None else last_seen
        count = longs("count", 1)
        self.count = np.broadcast_to(np.int64(1), self.n) if count is None else count
        self.message = longs("message", -1)
        self.withdrawn: Bools | None = rows.column("withdrawn", np.bool_, 0)
        self.names = list(rows.sources)
        widths = [len(one) for one in rows.values]
        self.offsets = np.cumsum([0, *widths], dtype=np.int64)
        self.ptr, self.ids = self._links()
        self._values = [values.values() for values in rows.values]
        self.unknown_withdrawals = 0
        self._raw_by_row: dict[int, list[tuple[int, str, int]]] | None = None
        self._traits = {
            name: rows.whole(parts, pa.string()) for name, parts in sorted(rows.traits.items())
        }
        self._trait_times = {
            name: rows.whole(parts, pa.int64()) for name, parts in rows.trait_times.items()
        }

    def run(self) -> Live:
        alive, messages = self._deduplicated()
        withdrawn = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        if self.withdrawn is not None:
            withdrawn = self._tombstones(alive & self.withdrawn)
            alive &= ~self.withdrawn
        tombstones = self._named_tombstones(*withdrawn)
        named = alive & (self.rid >= 0)
        linked = self.ptr[1:] > self.ptr[:-1]
        rows = self._newest(named, withdrawn)
        simple = len(rows) == self.n
        ids: pa.Array = self.record_ids
        if simple:
            event_time, first_seen = self.event_time, self.first_seen
        else:
            event_time, first_seen = self.event_time[rows], self.first_seen[rows]
        if not (simple and len(ids) == self.n):
            ids = ids.take(pa.array(self.rid[rows]))
        kind = np.zeros(len(rows), dtype=np.int8)
        last_seen, count = event_time, np.broadcast_to(np.int64(1), len(rows))
        nowhere = alive & ~named
        extra = self._folded(np.flatnonzero(nowhere & linked), tombstones)
        by_content = self._by_content(np.flatnonzero(nowhere & ~linked), tombstones)
        also_alive = np.zeros(self.n, dtype=bool)
        also_alive[rows] = True
        also_alive[extra.members] = True
        if len(extra.rows) or by_content:
            more = np.array([row for row, _ in by_content], dtype=np.int64)
            names = [*extra.names, *(name for _, name in by_content)]
            ids = pa.concat_arrays(
                [ids.cast(pa.large_string()), pa.array(names, pa.large_string())]
            )
            rows = np.concatenate([rows, extra.rows, more])
            kind = np.concatenate(
                [kind, np.full(len(extra.rows), 1, np.int8), np.full(len(more), 2, np.int8)]
            )
            times = self.event_time[more]
            firsts = self.first_seen[more]
            event_time = np.concatenate([event_time, extra.event_time, times])
            first_seen = np.concatenate([first_seen, extra.first_seen, firsts])
            last_seen = np.concatenate([last_seen, extra.last_seen, times])
            count = np.concatenate([count, extra.count, np.ones(len(more), dtype=np.int64)])
        ptr, links = (self.ptr, self.ids) if simple else _taken(self.ptr, self.ids, rows)
        traits: dict[str, pa.Array | pa.ChunkedArray] = dict(self._traits)
        if not simple:
            traits = {name: column.take(pa.array(rows)) for name, column in traits.items()}
        trait_times: dict[str, Longs] = {}
        if extra.several.any():
            self._fold_traits(
                extra,
                len(rows) - len(by_content) - len(extra.rows),
                traits,
                trait_times,
                event_time,
            )
        columns = Columns(
            self.names,
            self.source if simple else self.source[rows],
            ids,
            event_time,
            first_seen,
            last_seen,
            count,
            kind,
            self.offsets,
            [kind.name for kind in self.rows.policy.identifiers],
            self._values,
            ptr,
            links,
            self._also(also_alive),
            traits,
        )
        return Live(
            columns,
            self._raw(rows, extra),
            tombstones,
            trait_times,
            self._rejected(rows, extra, ids),
            self.unknown_withdrawals,
            messages,
        )

    # -- rows -------------------------------------------------------------------------------

    def _links(self) -> tuple[Longs, Ints]:
        """Each row's identifiers, ascending and distinct: types come in rank order."""
        counts = np.zeros(self.n + 1, dtype=np.int64)
        for parts in self.rows.links:
            for rows, _ in parts:
                _count(counts, rows)
        ptr = np.cumsum(counts, out=counts)
        if int(ptr[-1]) + self.n > _MOST_VALUES:
            raise InputError(
                Fault(
                    "input",
                    f"{int(ptr[-1]):,} identifier values on {self.n:,} rows are too many at once",
                    f"a run takes {_MOST_VALUES:,} of both together: leave out a source or a type",
                )
            )
        ids = np.empty(int(ptr[-1]), dtype=np.int32)
        at = ptr[:-1].astype(np.int32)
        distinct = True
        for base, parts in zip(self.offsets.tolist(), self.rows.links, strict=False):
            for rows, numbers in parts:
                distinct &= _fill(at, ptr, ids, rows, numbers, base)
            parts.clear()
        return (ptr, ids) if distinct else _distinct(ptr, ids)

    def _tied(self, row: int) -> tuple[bytes, int, bool, str]:
        """What orders rows of one event time: content, then whatever else can differ."""
        withdrawn = self.withdrawn is not None and bool(self.withdrawn[row])
        rid = int(self.rid[row])
        name = "" if rid < 0 else self.record_ids[rid].as_py()
        return (self._content(row), int(self.first_seen[row]), withdrawn, name)

    def _content(self, row: int) -> bytes:
        if self._raw_by_row is None:
            self._raw_by_row = defaultdict(list)
            for part in self.rows.raw:
                triples = zip(
                    part.rows.tolist(), part.values.to_pylist(), part.numbers.tolist(), strict=True
                )
                for at, text, number in triples:
                    known = -1 if number < 0 else int(self.offsets[part.type]) + number
                    self._raw_by_row[at].append((part.type, text, known))
        spelled = self._raw_by_row.get(row, [])
        raw = [(self.rows.types[kind], text) for kind, text, _ in spelled]
        otherwise = {number for _, _, number in spelled}
        for number in self.ids[self.ptr[row] : self.ptr[row + 1]].tolist():
            if number not in otherwise:
                known = self._identifier(number)
                raw.append((known.type, known.value))
        return content_hash(raw, self._said(row))

    def _said(self, row: int) -> dict[str, str]:
        found = {name: column[row].as_py() for name, column in self._traits.items()}
        return {name: value for name, value in found.items() if value is not None}

    def _identifier(self, number: int) -> Identifier:
        kind = int(np.searchsorted(self.offsets, number, side="right")) - 1
        name = self.rows.policy.identifiers[kind].name
        return Identifier(name, self._values[kind][int(number - self.offsets[kind])].as_py())

    def _extreme(self, rows: Longs, groups: Longs, *, newest: bool) -> Longs:
        """Of each group the row with the greatest (or least) (event time, content)."""
        times = self.event_time[rows] if newest else -self.event_time[rows]
        order = np.lexsort((-times, groups))
        groups, times, rows = groups[order], times[order], rows[order]
        first = np.r_[True, groups[1:] != groups[:-1]]
        starts = np.flatnonzero(first)
        chosen = rows[starts]
        best = np.repeat(times[starts], np.diff(np.r_[starts, len(rows)]))
        tied = times == best
        group_of = np.cumsum(first) - 1
        many = np.flatnonzero(np.bincount(group_of[tied]) > 1)
        for group in many.tolist():
            stop = starts[group + 1] if group + 1 < len(starts) else len(rows)
            span = slice(starts[group], stop)
            candidates = rows[span][tied[span]].tolist()
            pick = max if newest else min
            chosen[group] = pick(candidates, key=self._tied)
        return chosen

    def _deduplicated(self) -> tuple[Bools, Messages]:
        """Rows but for repeated messages: of one message the earliest counts.

        What an earlier run heard stays, since what it did is not known row by row any more.
        """
        alive = np.ones(self.n, dtype=bool)
        message = np.empty(0, dtype=np.int64) if self.message is None else self.message
        source, number, times = self.rows.known_messages()
        rows = np.flatnonzero(message >= 0)
        key = message[rows] * len(self.names) + self.source[rows]
        late = 0
        if len(number):
            known = number.astype(np.int64) * len(self.names) + source
            order = np.argsort(known)
            at = order[np.minimum(np.searchsorted(known[order], key), len(known) - 1)]
            again = known[at] == key
            late = int(np.count_nonzero(again & (self.event_time[rows] < times[at])))
            alive[rows[again]] = False
            rows, key = rows[~again], key[~again]
        if len(np.unique(key)) < len(rows):
            alive[rows] = False
            rows = self._extreme(rows, key, newest=False)
            alive[rows] = True
        heard = Messages(
            np.concatenate([source, self.source[rows]]),
            np.concatenate([number, message[rows].astype(np.int32)]),
            np.concatenate([times, self.event_time[rows]]),
            self.rows.messages.values(),
            late,
        )
        return alive, heard

    def _key(self, rows: Longs) -> Longs:
        """Source and record id of rows as one number."""
        return self.rid[rows].astype(np.int64) * len(self.names) + self.source[rows]

    def _tombstones(self, withdrawn: Bools) -> tuple[Longs, Longs]:
        """Withdrawn keys, ascending, and when each was withdrawn last."""
        rows = np.flatnonzero(withdrawn & (self.rid >= 0))
        keys, at = np.unique(self._key(rows), return_inverse=True)
        times = np.full(len(keys), np.iinfo(np.int64).min)
        np.maximum.at(times, at, self.event_time[rows])
        return keys, times

    def _named_tombstones(self, keys: Longs, times: Longs) -> dict[tuple[str, str], int]:
        ids = self.record_ids
        rid, source = np.divmod(keys, max(len(self.names), 1))
        texts = ids.take(pa.array(rid)).to_pylist()
        names = [self.names[place] for place in source.tolist()]
        return dict(zip(zip(names, texts, strict=True), times.tolist(), strict=True))

    def _newest(self, named: Bools, tombstones: tuple[Longs, Longs]) -> Longs:
        """The live row of each key, ascending."""
        rows = np.flatnonzero(named)
        if not len(rows) == self.n == len(self.record_ids):
            key = self._key(rows)
            in_order = np.sort(key)
            if (in_order[1:] == in_order[:-1]).any():
                rows = np.sort(self._extreme(rows, key, newest=True))
        keys, times = tombstones
        if len(keys):
            key = self._key(rows)
            at = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
            dead = (keys[at] == key) & (self.event_time[rows] <= times[at])
            self.unknown_withdrawals = len(keys) - int(np.isin(keys, key).sum())
            rows = rows[~dead]
        return rows

    # -- rows without a record id -----------------------------------------------------------

    def _folded(self, rows: Longs, tombstones: dict[tuple[str, str], int]) -> _Folded:
        if not len(rows):
            return _Folded.none()
        ptr, ids = _taken(self.ptr, self.ids, rows)
        sets = _runs(ptr, ids, self.source[rows])
        groups = Interner().intern_buffers(sets).astype(np.int64)
        first = np.unique(groups, return_index=True)[1]
        names = []
        until = np.full(len(first), np.iinfo(np.int64).min)
        for group, at in enumerate(first.tolist()):
            row = int(rows[at])
            numbers = self.ids[self.ptr[row] : self.ptr[row + 1]].tolist()
            name = observation_id(map(self._identifier, numbers))
            names.append(name)
            time = tombstones.get((self.names[self.source[row]], name))
            if time is not None:
                until[group] = time
        alive = self.event_time[rows] > until[groups]
        rows, groups = rows[alive], groups[alive]
        kept, groups = np.unique(groups, return_inverse=True)
        size = len(kept)
        event_time = np.full(size, np.iinfo(np.int64).min)
        np.maximum.at(event_time, groups, self.event_time[rows])
        first_seen = np.full(size, np.iinfo(np.int64).max)
        np.minimum.at(first_seen, groups, self.first_seen[rows])
        last_seen = np.full(size, np.iinfo(np.int64).min)
        np.maximum.at(last_seen, groups, self.last_seen[rows])
        count = np.zeros(size, dtype=np.int64)
        np.add.at(count, groups, self.count[rows])
        lead = rows[np.unique(groups, return_index=True)[1]]
        several = np.bincount(groups, minlength=size) > 1
        if self._trait_times:
            several[:] = True
        return _Folded(
            lead,
            rows,
            groups,
            [names[g] for g in kept.tolist()],
            event_time,
            first_seen,
            last_seen,
            count,
            several,
        )

    def _fold_traits(
        self,
        folded: _Folded,
        base: int,
        traits: dict[str, pa.Array | pa.ChunkedArray],
        trait_times: dict[str, Longs],
        event_time: Longs,
    ) -> None:
        """Per trait the value with the greatest (time, value hash), for folded observations."""
        inside = folded.several[folded.groups]
        members, groups = folded.members[inside], folded.groups[inside]
        for name, column in self._traits.items():
            said = self.event_time[members]
            if name in self._trait_times:
                own = self._trait_times[name].take(pa.array(members))
                known = own.is_valid().to_numpy(zero_copy_only=False)
                said = np.where(known, own.fill_null(0).to_numpy(), said)
            frame = pl.DataFrame(
                {
                    "group": groups,
                    "time": said,
                    "value": pl.from_arrow(column.take(pa.array(members))),
                }
            ).drop_nulls("value")
            frame = frame.filter(pl.col("time") == pl.col("time").max().over("group")).unique(
                maintain_order=True
            )
            twice = frame.filter(pl.col("group").is_duplicated())
            best = frame.filter(~pl.col("group").is_duplicated())
            chosen = dict(
                zip(best["group"].to_list(), best.select("time", "value").iter_rows(), strict=True)
            )
            for (group,), rows in twice.group_by("group"):
                value = max(rows["value"].to_list(), key=lambda value: (value_hash(value), value))
                chosen[group] = (rows["time"][0], value)
            places = np.flatnonzero(folded.several) + base
            texts = [
                chosen.get(group, (0, None)) for group in np.flatnonzero(folded.several).tolist()
            ]
            mask = np.zeros(len(event_time), dtype=bool)
            mask[places] = True
            current = flat(traits[name])
            traits[name] = pc.replace_with_mask(
                current, pa.array(mask), pa.array([text for _, text in texts], current.type)
            )
            times = event_time.copy()
            times[places] = [time for time, _ in texts]
            trait_times[name] = times

    def _by_content(
        self, rows: Longs, tombstones: dict[tuple[str, str], int]
    ) -> list[tuple[int, str]]:
        """Rows with neither id nor identifier: named by content and occurrence."""
        seen: Counter[tuple[int, str]] = Counter()
        found = []
        contents = [(int(self.event_time[row]), self._tied(row), row) for row in rows.tolist()]
        for _, _, row in sorted(contents):
            said = self._said(row)
            key = (int(self.source[row]), content_record_id(said, 0))
            name = content_record_id(said, seen[key])
            seen[key] += 1
            time = tombstones.get((self.names[key[0]], name))
            if time is None or time < self.event_time[row]:
                found.append((row, name))
        return found

    # -- further names and spellings --------------------------------------------------------

    def _also(self, alive: Bools) -> tuple[Ints, Ints]:
        """Which hashed identifiers name which emails, among those that are there."""
        place = self.rows.place
        none = np.empty(0, dtype=np.int32)
        wanted = [name for name in _DIGESTS if name in place and len(self.rows.values[place[name]])]
        if _EMAIL not in place or not wanted:
            return none, none
        kind = place[_EMAIL]
        values = self.rows.values[kind].values().cast(pa.string())
        low, high = int(self.offsets[kind]), int(self.offsets[kind + 1])
        carried = np.zeros(high - low, dtype=bool)
        _mark(self.ptr, self.ids, alive, low, high, carried)
        numbers = np.flatnonzero(carried)
        canonical = values.take(pa.array(numbers))
        _, number, texts = self._spellings(np.where(alive, 0, -1), kind)
        spelled = pl.DataFrame({"number": number, "text": pl.from_arrow(texts)}).unique()
        numbers = np.concatenate([numbers, spelled["number"].to_numpy().astype(np.int64) - low])
        raw = pa.concat_arrays([canonical, spelled["text"].to_arrow().cast(pa.string())])
        canonical = values.take(pa.array(numbers))
        digests = hash_columns(raw, canonical)
        names, of = [none], [none]
        for name in wanted:
            for column in digests[name]:
                at = self.rows.values[place[name]].find(column.cast(pa.string()))
                here = at >= 0
                names.append((at[here] + self.offsets[place[name]]).astype(np.int32))
                of.append((numbers[here] + low).astype(np.int32))
        pairs = np.unique(np.stack([np.concatenate(names), np.concatenate(of)], axis=1), axis=0)
        return pairs[:, 0].astype(np.int32), pairs[:, 1].astype(np.int32)

    def _rejected(self, rows: Longs, folded: _Folded, ids: pa.Array) -> list[Rejected]:
        if not self.rows.rejected:
            return []
        record = np.full(self.n, -1, dtype=np.int64)
        record[rows] = np.arange(len(rows))
        record[folded.members] = record[folded.rows][folded.groups]
        known = self.record_ids
        found = []
        for bad in self.rows.rejected:
            name = bad.record_id
            if bad.row >= 0 and record[bad.row] >= 0:
                name = ids[int(record[bad.row])].as_py()
            elif bad.row >= 0 and self.rid[bad.row] >= 0:
                name = known[int(self.rid[bad.row])].as_py()
            found.append(bad._replace(record_id=name))
        return found

    def _raw(self, rows: Longs, folded: _Folded) -> tuple[Ints, Ints, pa.StringArray]:
        if not self.rows.raw:
            none = np.empty(0, dtype=np.int32)
            return none, none, pa.nulls(0, pa.string())
        record = np.full(self.n, -1, dtype=np.int32)
        record[rows] = np.arange(len(rows), dtype=np.int32)
        record[folded.members] = record[folded.rows][folded.groups]
        return self._spellings(record)

    def _spellings(
        self, record: NDArray[np.integer], kind: int | None = None
    ) -> tuple[Ints, Ints, pa.StringArray]:
        """Record, identifier and spelling of values that were sent otherwise than canonical.

        Of rows with a record (`record` is not -1), and of one type or all.
        """
        records = [np.empty(0, dtype=np.int32)]
        numbers = [np.empty(0, dtype=np.int32)]
        texts = [pa.nulls(0, pa.string())]
        for part in self.rows.raw:
            here = np.flatnonzero((record[part.rows] >= 0) & (part.numbers >= 0))
            if len(here) and kind in (None, part.type):
                records.append(record[part.rows[here]].astype(np.int32))
                base = np.int32(self.offsets[part.type])
                numbers.append((part.numbers[here] + base).astype(np.int32))
                texts.append(part.values.take(pa.array(here)))
        return np.concatenate(records), np.concatenate(numbers), pa.concat_arrays(texts)


@dataclass(eq=False)
class _Folded:
    """Observations: their leading rows and what was folded into each."""

    rows: Longs
    members: Longs
    groups: Longs
    names: list[str]
    event_time: Longs
    first_seen: Longs
    last_seen: Longs
    count: Longs
    several: Bools

    @classmethod
    def none(cls) -> _Folded:
        empty = np.empty(0, dtype=np.int64)
        return cls(empty, empty, empty, [], empty, empty, empty, empty, np.empty(0, dtype=bool))


@njit(cache=True, nogil=True)
def _count(counts: Longs, rows: Ints) -> None:
    for row in rows:
        counts[row + 1] += 1


@njit(cache=True, nogil=True)
def _fill(at: Ints, ptr: Longs, ids: Ints, rows: Ints, numbers: Ints, base: int) -> bool:
    """Add one column's links; False if some row now has a value twice or out of order."""
    fine = True
    for i in range(len(rows)):
        row = rows[i]
        one = np.int32(numbers[i] + base)
        place = at[row]
        if place > ptr[row] and ids[place - 1] >= one:
            fine = False
        ids[place] = one
        at[row] = place + 1
    return fine


@njit(cache=True, nogil=True)
def _distinct(ptr: Longs, ids: Ints) -> tuple[Longs, Ints]:
    new_ptr = np.zeros_like(ptr)
    out = 0
    for row in range(len(ptr) - 1):
        mine = np.sort(ids[ptr[row] : ptr[row + 1]])
        first = out
        for one in mine:
            if out == first or ids[out - 1] != one:
                ids[out] = one
                out += 1
        new_ptr[row + 1] = out
    return new_ptr, ids[:out].copy()


@njit(cache=True, nogil=True)
def _taken(ptr: Longs, ids: Ints, rows: Longs) -> tuple[Longs, Ints]:
    new_ptr = np.zeros(len(rows) + 1, dtype=np.int64)
    for i in range(len(rows)):
        new_ptr[i + 1] = new_ptr[i] + ptr[rows[i] + 1] - ptr[rows[i]]
    new_ids = np.empty(new_ptr[-1], dtype=np.int32)
    for i in range(len(rows)):
        new_ids[new_ptr[i] : new_ptr[i + 1]] = ids[ptr[rows[i]] : ptr[rows[i] + 1]]
    return new_ptr, new_ids


@njit(cache=True, nogil=True)
def _mark(ptr: Longs, ids: Ints, alive: Bools, low: int, high: int, out: Bools) -> None:
    for row in range(len(alive)):
        if alive[row]:
            for at in range(ptr[row], ptr[row + 1]):
                if low <= ids[at] < high:
                    out[ids[at] - low] = True


def _runs(ptr: Longs, ids: Ints, source: Ints) -> StringBuffers:
    """Each row's source and identifiers as one run of bytes, so that equal sets are equal bytes."""
    widths = np.diff(ptr) + 1
    offsets = np.zeros(len(widths) + 1, dtype=np.int64)
    np.cumsum(widths, out=offsets[1:])
    flat = np.empty(int(offsets[-1]), dtype=np.int32)
    flat[offsets[:-1]] = source
    mask = np.ones(len(flat), dtype=bool)
    mask[offsets[:-1]] = False
    flat[mask] = ids
    return StringBuffers(
        read_only((offsets * 4).astype(np.int32)),
        read_only(flat.view(np.uint8)),
        read_as(None, np.uint8),
    )
