"""What one group of calls has read and will change: a view of the store with changes on top.

Reads come from the store once and see the unit's own changes; a call that fails is taken back
alone. `changes()` is what the group commits.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from sameas.graph.store.port import ChangeSet
from sameas.graph.store.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sameas.graph.store.port import Reader
    from sameas.graph.store.tables import Row, Table

__all__ = ["Unit"]

RowType = TypeVar("RowType", bound="Row")
Key = tuple[Any, ...]


def _getter(columns: tuple[str, ...]) -> Callable[[Any], Key]:
    """A function from a row to the tuple of some columns."""
    get = attrgetter(*columns)
    if len(columns) == 1:
        return lambda row: (get(row),)
    return get


def _getters(table: Table[Any]) -> dict[tuple[str, ...], Callable[[Any], Key]]:
    """For everything that rows may be found by, the key too: the beginnings of these."""
    return {
        whole[:width]: _getter(whole[:width])
        for whole in (table.key, *(index.columns for index in table.indexes))
        for width in range(1, len(whole) + 1)
    }


_GETTERS = {table.name: _getters(table) for table in TABLES}


_Entry = tuple[Key, Any, Any]
"""A change: the key, the row before, the row after."""


class _Index:
    """Where rows with some values are. It follows the table's log when somebody looks."""

    __slots__ = ("at", "found", "of", "placed")

    def __init__(self, of: Callable[[Any], Key]) -> None:
        self.of = of
        self.at = 0
        """Entries of the log that are in here."""
        self.found: dict[Key, dict[Key, None]] = {}
        """By values that were looked for: the keys of all rows that have them, complete."""
        self.placed: dict[Key, dict[Key, None]] = {}
        """By other values: the keys of changed rows that have them."""

    def fill(self, rows: Mapping[Key, Any], at: int) -> None:
        """Take in all rows of a table, as they are behind so many changes."""
        for key, row in rows.items():
            if row is not None:
                self.found.setdefault(self.of(row), {})[key] = None
        self.at = at

    def follow(self, log: list[_Entry]) -> None:
        """Take in what changed since."""
        of, found, placed = self.of, self.found, self.placed
        for key, before, after in log[self.at :] if self.at else log:
            was = None if before is None else of(before)
            value = None if after is None else of(after)
            if was == value:
                continue
            if was is not None:
                keys = found.get(was)
                if keys is None:
                    keys = placed.get(was)
                if keys is not None:
                    keys.pop(key, None)
            if value is not None:
                keys = found.get(value)
                if keys is None:
                    keys = placed.setdefault(value, {})
                keys[key] = None
        self.at = len(log)


class _Cached:
    """One table: the rows that were read or changed, and the indexes that were looked into."""

    __slots__ = ("before", "indexes", "key", "log", "rows", "table", "whole")

    def __init__(self, table: Table[Any]) -> None:
        self.table = table
        self.key = _GETTERS[table.name][table.key]
        self.rows: dict[Key, Any] = {}
        """None: it is not there."""
        self.before: dict[Key, Any] = {}
        """Of keys that were changed: the row that the store has."""
        self.log: list[_Entry] = []
        """Every change."""
        self.indexes: dict[tuple[str, ...], _Index] = {}
        self.whole = False
        """All rows were read: the store need not be asked again."""

    def index(self, columns: tuple[str, ...]) -> _Index:
        """What finds rows by some columns, up to date."""
        index = self.indexes.get(columns)
        if index is None:
            index = self.indexes[columns] = _Index(_GETTERS[self.table.name][columns])
            if self.whole:
                index.fill(self.rows, len(self.log))
        if index.at != len(self.log):
            index.follow(self.log)
        return index


class _Tables(dict[str, _Cached]):
    """The tables that were looked at, by name."""

    def __missing__(self, name: str) -> _Cached:
        made = self[name] = _Cached(_BY_NAME[name])
        return made


_BY_NAME: dict[str, Table[Any]] = {table.name: table for table in TABLES}


class Unit:
    """Rows as this group of calls sees them."""

    def __init__(self, store: Reader) -> None:
        self._store = store
        self._tables = _Tables()
        self._undo: list[tuple[_Cached, _Entry]] = []
        # an entry does not know its table: the two would go round in a circle, and what a batch
        # read and wrote would be looked through for garbage, 14 us a row of it

    # -- reads ------------------------------------------------------------------------------

    def get(self, table: Table[RowType], key: Key) -> RowType | None:
        """One row by its key."""
        rows = self._tables[table.name].rows
        if key not in rows:
            self.fetch(table, [key])
        row: RowType | None = rows[key]
        return row

    def fetch(self, table: Table[RowType], keys: Iterable[Key]) -> None:
        """Read rows that will be asked for, all at once."""
        cached = self._tables[table.name]
        rows = cached.rows
        wanted = [key for key in dict.fromkeys(keys) if key not in rows]
        if not wanted:
            return
        rows.update(dict.fromkeys(wanted))
        if cached.whole:
            return
        for row in self._store.get(table, wanted):
            rows[cached.key(row)] = row

    def get_all(self, table: Table[RowType], keys: Iterable[Key]) -> list[RowType]:
        """The rows that are there under some keys, in their order."""
        keys = list(keys)
        self.fetch(table, keys)
        rows = self._tables[table.name].rows
        return [row for key in keys if (row := rows[key]) is not None]

    def find(self, table: Table[RowType], columns: tuple[str, ...], value: Key) -> list[RowType]:
        """All rows whose columns, those of an index, have these values."""
        cached = self._tables[table.name]
        found = cached.index(columns).found
        keys = found.get(value)
        if keys is None:
            self.look(table, columns, [value])
            keys = found[value]
        rows = cached.rows
        return [rows[key] for key in keys]

    def one(self, table: Table[RowType], columns: tuple[str, ...], value: Key) -> RowType | None:
        """The row whose columns, those of a unique index, have these values."""
        cached = self._tables[table.name]
        index = cached.indexes.get(columns)
        if index is None or index.at != len(cached.log):
            index = cached.index(columns)
        keys = index.found.get(value)
        if keys is None:
            self.look(table, columns, [value])
            keys = index.found[value]
        for key in keys:
            row: RowType = cached.rows[key]
            return row
        return None

    def look(
        self, table: Table[RowType], columns: tuple[str, ...], values: Iterable[Key]
    ) -> list[RowType]:
        """Look into an index at places that will be asked for, all at once.

        Gives the rows that the store has where nobody looked yet.
        """
        cached = self._tables[table.name]
        index = cached.index(columns)
        found, rows, of = index.found, cached.rows, index.of
        wanted = [value for value in dict.fromkeys(values) if value not in found]
        if not wanted:
            return []
        placed = index.placed
        found.update({value: placed.pop(value, {}) for value in wanted})
        if cached.whole:
            return []
        read = self._store.find(table, columns, wanted)
        for row in read:
            key, value = cached.key(row), of(row)
            if key not in cached.before:
                rows[key] = row
            elif rows[key] is None or of(rows[key]) != value:
                continue  # it was changed here, and is not there any more
            found[value][key] = None
        return read

    def exceeds(self, table: Table[Any], columns: tuple[str, ...], value: Key, most: int) -> bool:
        """Whether more than `most` rows have these values. Mostly they need not be read for it."""
        cached = self._tables[table.name]
        if not cached.whole and value not in cached.index(columns).found:
            changed = len(cached.before)
            if self._store.reaches(table, columns, value, most + changed + 1):
                return True
            if not self._store.reaches(table, columns, value, max(0, most - changed + 1)):
                return False
        return len(self.find(table, columns, value)) > most

    def everything(self, table: Table[RowType]) -> list[RowType]:
        """All rows of a table. O(table)."""
        cached = self._tables[table.name]
        if not cached.whole:
            for row in self._store.scan(table):
                cached.rows.setdefault(cached.key(row), row)
            cached.whole = True
            cached.indexes.clear()  # made anew of all rows when they are asked
        return [row for row in cached.rows.values() if row is not None]

    def stored(
        self, table: Table[Any], columns: tuple[str, ...]
    ) -> Iterator[Sequence[tuple[Any, ...]]]:
        """Some columns of all rows of a table that nothing was changed in yet, page by page."""
        assert not self._tables[table.name].before
        return self._store.columns(table, columns)

    # -- changes ----------------------------------------------------------------------------

    def put(self, table: Table[RowType], row: RowType) -> None:
        """Add or replace a row."""
        cached = self._tables[table.name]
        self._set(cached, cached.key(row), row)

    def delete(self, table: Table[RowType], key: Key) -> None:
        """Remove a row, if it is there."""
        self._set(self._tables[table.name], key, None)

    def _set(self, cached: _Cached, key: Key, row: Any) -> None:
        rows = cached.rows
        if key not in rows:
            self.fetch(cached.table, [key])
        before = rows[key]
        cached.before.setdefault(key, before)
        rows[key] = row
        entry = (key, before, row)
        cached.log.append(entry)
        self._undo.append((cached, entry))

    def add(self, table: Table[RowType], row: RowType, key: Key | None = None) -> None:
        """Add a row whose key is known to be new; who has it at hand gives it."""
        cached = self._tables[table.name]
        if key is None:
            key = cached.key(row)
        cached.before.setdefault(key)
        cached.rows[key] = row
        entry = (key, None, row)
        cached.log.append(entry)
        self._undo.append((cached, entry))

    def fresh(self, table: Table[Any], columns: tuple[str, ...], value: Key) -> None:
        """Nothing has these values in the store: it need not be asked."""
        index = self._tables[table.name].index(columns)
        if value not in index.found:
            index.found[value] = index.placed.pop(value, {})

    def absent(self, table: Table[Any], key: Key) -> None:
        """No row has this key yet: the store need not be asked."""
        self._tables[table.name].rows.setdefault(key, None)

    def mark(self) -> int:
        """A place to which `undo` can go back."""
        return len(self._undo)

    def undo(self, mark: int) -> None:
        """Take back every change since a mark."""
        while len(self._undo) > mark:
            cached, (key, before, after) = self._undo.pop()
            cached.log.append((key, after, before))
            cached.rows[key] = before

    def changes(self) -> ChangeSet:
        """Everything that differs from the store, with what the store has there."""
        out = ChangeSet()
        for name, cached in self._tables.items():
            rows, before = cached.rows, cached.before
            if not before:
                continue
            puts = out.puts[name] = {}
            gone = out.deletes[name] = set()
            for key, was in before.items():
                row = rows[key]
                if row is None:
                    if was is not None:
                        gone.add(key)
                elif was is None or row != was:
                    puts[key] = row
            out.before[name] = before
        return out

    def conflicts(self, changes: ChangeSet) -> bool:
        """Whether somebody else changed what was read here; facts of the store apart."""
        for name, puts in changes.puts.items():
            cached = self._tables[name]
            if name == "meta":
                continue
            if not cached.rows.keys().isdisjoint(puts):
                return True
            for index in cached.indexes.values():
                if any(index.of(row) in index.found for row in puts.values()):
                    return True
        return any(
            not self._tables[name].rows.keys().isdisjoint(keys)
            for name, keys in changes.deletes.items()
        )

    def take(self, changes: ChangeSet) -> None:
        """Make somebody else's changes, which do not conflict, one's own.

        The store has still what it had before them, so it is not asked; but for facts of it.
        """
        for name, puts in changes.puts.items():
            cached, gone = self._tables[name], changes.deletes.get(name, set())
            if name != "meta":
                before = changes.before[name]
                for key in (*puts, *gone):
                    cached.rows.setdefault(key, before[key])
            for key, row in puts.items():
                self._set(cached, key, row)
            for key in gone:
                self._set(cached, key, None)
