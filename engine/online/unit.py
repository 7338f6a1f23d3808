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
    from collections.abc import Callable, Iterable

    from sameas.graph.store.port import Reader
    from sameas.graph.store.tables import Row, Table

__all__ = ["Unit"]

RowType = TypeVar("RowType", bound="Row")
Key = tuple[Any, ...]


class _Cached:
    """One table: the rows that were read, and the indexes that were looked into."""

    __slots__ = ("dirty", "found", "indexes", "key", "placed", "rows", "table")

    def __init__(self, table: Table[Any]) -> None:
        self.table = table
        self.key = _getter(table.key)
        self.rows: dict[Key, Any] = {}
        """None: it is not there."""
        self.dirty: dict[Key, Any] = {}
        """Keys that differ from the store, with the row that the store has."""
        self.indexes: dict[tuple[str, ...], dict[Key, set[Key]]] = {}
        """By columns and values: the keys of all rows that have them, complete."""
        self.found = {columns: _getter(columns) for columns in _prefixes(table)}
        self.placed: dict[tuple[str, ...], dict[Key, set[Key]]] = {}
        """By columns that were looked at, and values: the keys of changed rows that have or had
        them."""


def _prefixes(table: Table[Any]) -> set[tuple[str, ...]]:
    """Everything that rows may be found by."""
    found = {index.columns for index in table.indexes}
    if len(table.key) > 1:
        found.add(table.key[:1])
    return found


def _getter(columns: tuple[str, ...]) -> Callable[[Any], Key]:
    """A function from a row to the tuple of some columns."""
    get = attrgetter(*columns)
    if len(columns) == 1:
        return lambda row: (get(row),)
    return get


class Unit:
    """Rows as this group of calls sees them."""

    def __init__(self, store: Reader) -> None:
        self._store = store
        self._tables = {table.name: _Cached(table) for table in TABLES}
        self._undo: list[tuple[_Cached, Key, Any]] = []

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
        found = cached.indexes.setdefault(columns, {})
        if value not in found:
            self.look(table, columns, [value])
        rows = cached.rows
        return [rows[key] for key in found[value]]

    def look(self, table: Table[RowType], columns: tuple[str, ...], values: Iterable[Key]) -> None:
        """Look into an index at places that will be asked for, all at once."""
        cached = self._tables[table.name]
        found = cached.indexes.setdefault(columns, {})
        wanted = [value for value in dict.fromkeys(values) if value not in found]
        if not wanted:
            return
        found.update({value: set() for value in wanted})
        rows, of = cached.rows, cached.found[columns]
        for row in self._store.find(table, columns, wanted):
            key = cached.key(row)
            if key not in rows:
                rows[key] = row
            if rows[key] is row or (rows[key] is not None and of(rows[key]) == of(row)):
                found[of(row)].add(key)
        placed = cached.placed.get(columns)
        if placed is None:
            placed = cached.placed[columns] = {}
            for key in cached.dirty:
                if (row := rows[key]) is not None:
                    placed.setdefault(of(row), set()).add(key)
        for value in wanted:
            for key in placed.get(value, ()):
                row = rows[key]
                if row is not None and of(row) == value:
                    found[value].add(key)

    def exceeds(self, table: Table[Any], columns: tuple[str, ...], value: Key, most: int) -> bool:
        """Whether more than `most` rows have these values. Mostly they need not be read for it."""
        cached = self._tables[table.name]
        if value not in cached.indexes.get(columns, {}):
            changed = len(cached.dirty)
            if self._store.reaches(table, columns, value, most + changed + 1):
                return True
            if not self._store.reaches(table, columns, value, max(0, most - changed + 1)):
                return False
        return len(self.find(table, columns, value)) > most

    def everything(self, table: Table[RowType]) -> list[RowType]:
        """All rows of a table. O(table)."""
        cached = self._tables[table.name]
        for row in self._store.scan(table):
            cached.rows.setdefault(cached.key(row), row)
        return [row for row in cached.rows.values() if row is not None]

    # -- changes ----------------------------------------------------------------------------

    def put(self, table: Table[RowType], row: RowType) -> None:
        """Add or replace a row."""
        cached = self._tables[table.name]
        self._set(cached, cached.key(row), row)

    def delete(self, table: Table[RowType], key: Key) -> None:
        """Remove a row, if it is there."""
        self._set(self._tables[table.name], key, None)

    def _set(self, cached: _Cached, key: Key, row: Any) -> None:
        if key not in cached.rows:
            self.fetch(cached.table, [key])
        before = cached.rows[key]
        self._undo.append((cached, key, before))
        cached.dirty.setdefault(key, before)
        self._place(cached, key, before, row)

    def add(self, table: Table[RowType], row: RowType) -> None:
        """Add a row whose key is known to be new."""
        cached = self._tables[table.name]
        key = cached.key(row)
        self._undo.append((cached, key, None))
        cached.dirty.setdefault(key, None)
        if cached.indexes:
            self._place(cached, key, None, row)
        else:
            cached.rows[key] = row

    def fresh(self, table: Table[Any], columns: tuple[str, ...], value: Key) -> None:
        """Nothing has these values yet: the store need not be asked."""
        cached = self._tables[table.name]
        cached.indexes.setdefault(columns, {}).setdefault(value, set())

    def absent(self, table: Table[Any], key: Key) -> None:
        """No row has this key yet: the store need not be asked."""
        self._tables[table.name].rows.setdefault(key, None)

    @staticmethod
    def _place(cached: _Cached, key: Key, before: Any, row: Any) -> None:
        cached.rows[key] = row
        for columns, found in cached.indexes.items():
            of = cached.found[columns]
            value = None if row is None else of(row)
            was = None
            if before is not None:
                was = of(before)
                if was == value:
                    continue
            if was is not None and (keys := found.get(was)) is not None:
                keys.discard(key)
            if value is not None:
                if (keys := found.get(value)) is not None:
                    keys.add(key)
                elif (placed := cached.placed.get(columns)) is not None:
                    placed.setdefault(value, set()).add(key)

    def mark(self) -> int:
        """A place to which `undo` can go back."""
        return len(self._undo)

    def undo(self, mark: int) -> None:
        """Take back every change since a mark."""
        while len(self._undo) > mark:
            cached, key, before = self._undo.pop()
            self._place(cached, key, cached.rows[key], before)

    def changes(self) -> ChangeSet:
        """Everything that differs from the store."""
        puts, deletes = {}, {}
        for name, cached in self._tables.items():
            rows = cached.rows
            changed = [key for key, before in cached.dirty.items() if rows[key] != before]
            if changed:
                puts[name] = {key: rows[key] for key in changed if rows[key] is not None}
                deletes[name] = {key for key in changed if rows[key] is None}
        return ChangeSet(puts, deletes)

    def conflicts(self, changes: ChangeSet) -> bool:
        """Whether somebody else changed what was read here; facts of the store apart."""
        for name, puts in changes.puts.items():
            cached = self._tables[name]
            if name == "meta":
                continue
            if not cached.rows.keys().isdisjoint(puts):
                return True
            for columns, found in cached.indexes.items():
                of = cached.found[columns]
                if any(of(row) in found for row in puts.values()):
                    return True
        return any(
            not self._tables[name].rows.keys().isdisjoint(keys)
            for name, keys in changes.deletes.items()
        )

    def take(self, changes: ChangeSet) -> None:
        """Make somebody else's changes, which do not conflict, one's own."""
        for name, puts in changes.puts.items():
            for key, row in puts.items():
                self._set(self._tables[name], key, row)
        for name, keys in changes.deletes.items():
            for key in keys:
                self._set(self._tables[name], key, None)
