"""Reading rows: one statement for all keys of a call, run in one loop in C.

An `executemany` of a SELECT by key took 1.3-2 us a key, where `IN (...)`, `json_each` and `carray`
took 1.6-2.4 with five keys, and no better with hundreds: their sorting costs what they save.
"""

from __future__ import annotations

from itertools import starmap
from typing import TYPE_CHECKING, Any, TypeVar

from sameas.errors import Fault, StoreClosedError, StoreCorruptError
from sameas.graph.store.sqlite.backup import copy
from sameas.graph.store.sqlite.faults import RAISED, translate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import apsw

    from sameas.graph.store.sqlite.statements import Statements
    from sameas.graph.store.tables import Row, Table

__all__ = ["Reads", "SnapshotReader"]

RowType = TypeVar("RowType", bound="Row")
Key = tuple[Any, ...]
PAGE = 1_000
WIDE = 8_192
"""Rows of a page of some columns."""
BRANCHES = 256
"""Spellings of a prefix, in upper and lower case, that are followed at most."""


class Reads:
    """The `Reader` of the port over whatever `_run` runs statements on."""

    def __init__(self, path: Path, statements: Mapping[str, Statements]) -> None:
        self.path = path
        self._statements = statements

    def _run(self, sql: str, values: Iterable[Key]) -> list[tuple[Any, ...]]:
        """All rows of a statement that is run with each of some values."""
        raise NotImplementedError

    def get(self, table: Table[RowType], keys: Iterable[Key], /) -> list[RowType]:
        """The rows that are there under some keys. O(keys)."""
        found = self._run(self._statements[table.name].get, dict.fromkeys(keys))
        return list(starmap(table.row, found))

    def find(
        self, table: Table[RowType], columns: tuple[str, ...], values: Iterable[Key], /
    ) -> list[RowType]:
        """The rows whose columns have one of the values; None is no value. O(rows found)."""
        found = self._run(self._statements[table.name].find(columns), dict.fromkeys(values))
        return list(starmap(table.row, found))

    def reaches(
        self, table: Table[Any], columns: tuple[str, ...], value: Key, count: int, /
    ) -> bool:
        """Whether at least `count` rows have these values; None is no value. O(count)."""
        sql = self._statements[table.name].counted(columns)
        ((found,),) = self._run(sql, [(*value, count)])
        return bool(found >= count)

    def scan(
        self,
        table: Table[RowType],
        /,
        *,
        after: Key | None = None,
        limit: int | None = None,
        first: Key = (),
        descending: bool = False,
    ) -> Iterator[RowType]:
        """Rows in the order of their key. Nothing is held between pages of a thousand."""
        statements = self._statements[table.name]
        left = limit
        while left is None or left > 0:
            size = PAGE if left is None else min(left, PAGE)
            sql, bound = statements.page(first=first, after=after, descending=descending)
            found = self._run(sql, [(*bound, size)])
            yield from starmap(table.row, found)
            if len(found) < size:
                return
            after = statements.key(found[-1])
            left = None if left is None else left - size

    def columns(
        self, table: Table[Any], names: tuple[str, ...], /
    ) -> Iterator[Sequence[tuple[Any, ...]]]:
        """Some columns of all rows, in the order of their key. Nothing is held between pages."""
        statements = self._statements[table.name]
        width = len(names)
        after: Key | None = None
        while True:
            sql, bound = statements.page(first=(), after=after, descending=False, columns=names)
            found = self._run(sql, [(*bound, WIDE)])
            if found:
                yield [row[:width] for row in found]
            if len(found) < WIDE:
                return
            after = found[-1][width:]

    def prefixed(
        self, table: Table[RowType], column: str, prefix: str, /, *, limit: int
    ) -> list[RowType]:
        """Rows whose text column begins with `prefix`, case apart: O(characters + limit) seeks."""
        statements = self._statements[table.name]
        found: list[RowType] = []
        for spelled in self._spelled(statements, column, prefix):
            if len(found) >= limit:
                break
            end = _behind(spelled)
            bound = (spelled, limit - len(found)) if end is None else (spelled, end, limit)
            rows = self._run(statements.range(column, bounded=end is not None), [bound])
            found.extend(starmap(table.row, rows))
        return found[:limit]

    def _spelled(self, statements: Statements, column: str, prefix: str) -> list[str]:
        """The spellings of a prefix that some value begins with, found a character at a time."""
        heads = [""]
        sql = statements.begun(column)
        for character in prefix:
            spellings = _cases(character)
            longer = [head + one for head in heads for one in spellings]
            if len(spellings) > 1:
                bound = [(one, one, end) for one in longer if (end := _behind(one)) is not None]
                longer = [one for (one,) in self._run(sql, bound)][:BRANCHES]
            heads = longer
        return heads

    def containing(
        self, table: Table[RowType], column: str, text: str, /, *, limit: int
    ) -> list[RowType]:
        """Rows whose text column contains `text`, case apart. O(table).

        Text behind a NUL character is not looked at.
        """
        statements = self._statements[table.name]
        if text.isascii() and "\0" not in text:
            rows = self._run(statements.like(column), [(_pattern(text), max(limit, 0))])
        else:
            bound = (_pattern(text), text.lower(), max(limit, 0))
            rows = self._run(statements.like_folded(column), [bound])
        return list(starmap(table.row, rows))

    def count(self, table: Table[Any], /) -> int:
        """How many rows a table has. O(table), but fast: it counts pages' cells."""
        ((number,),) = self._run(self._statements[table.name].count, [()])
        return int(number)

    def last(self, table: Table[RowType], /) -> RowType | None:
        """The row with the greatest key."""
        found = self._run(self._statements[table.name].last, [()])
        return table.row(*found[0]) if found else None


class SnapshotReader(Reads):
    """Reads of one state, in a transaction that is open as long as the reader is."""

    def __init__(
        self, path: Path, statements: Mapping[str, Statements], connection: apsw.Connection
    ) -> None:
        """Begin. Raises apsw.Error."""
        super().__init__(path, statements)
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()  # now, not later
        self._connection: apsw.Connection | None = connection
        self._cursor = connection.cursor()

    def _run(self, sql: str, values: Iterable[Key]) -> list[tuple[Any, ...]]:
        connection = self._open()
        try:
            return self._cursor.executemany(sql, values).fetchall()
        except RAISED as error:
            self._cursor = connection.cursor()
            raise translate(error, self.path, connection) from error

    def copy(self, target: Path, progress: Callable[[int, int], None] | None) -> None:
        """Make a file of this state."""
        copy(self._open(), self.path, target, progress)

    def check(self) -> list[str]:
        """What SQLite finds damaged in this state."""
        try:
            found = self._run("PRAGMA integrity_check(100)", [()])
        except StoreCorruptError as error:
            return [str(error)]  # too much to go on looking
        return [text for (text,) in found if text != "ok"]

    def _open(self) -> apsw.Connection:
        if self._connection is None:
            raise StoreClosedError(Fault(str(self.path), "this snapshot has ended", "open another"))
        return self._connection

    def end(self) -> None:
        """Let the state go. Raises apsw.Error."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._cursor.close(True)
            connection.execute("ROLLBACK")


def _cases(character: str) -> list[str]:
    """A character in upper and lower case, in the order of code points."""
    forms = {character, character.lower(), character.upper(), character.title()}
    return sorted(form for form in forms if len(form) == 1)


def _behind(prefix: str) -> str | None:
    """The least text that is greater than all that begin with a prefix; None: there is none.

    >>> _behind("ab")
    'ac'
    """
    head = prefix.rstrip("\U0010ffff")
    if not head:
        return None
    last = ord(head[-1]) + 1
    return head[:-1] + chr(0xE000 if last == 0xD800 else last)


def _pattern(text: str) -> str:
    """What LIKE takes: where a character's case is not SQLite's to know, anything is let in."""
    parts = []
    for character in text:
        if character in "%_\\":
            parts.append("\\" + character)
        else:
            parts.append(character if character.isascii() and character != "\0" else "%")
    return f"%{''.join(parts)}%"
