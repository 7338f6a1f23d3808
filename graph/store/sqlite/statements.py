"""The statements that read and write one table, each text made once, so that its plan is kept."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sameas.graph.store.sqlite.schema import quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from sameas.graph.store.tables import Table

__all__ = ["Statements"]

Key = tuple[Any, ...]


class Statements:
    """The texts for one table. Bound values are the columns' that a method names, in its order."""

    def __init__(self, table: Table[Any]) -> None:
        self.table = table
        self.columns = table.columns
        self.places = tuple(self.columns.index(name) for name in table.key)
        name = quote(table.name)
        # S608 below: names are declared and quoted, values are bound
        marks = ", ".join("?" * len(self.columns))
        columns = ", ".join(map(quote, self.columns))
        self.select = f"SELECT {columns} FROM {name}"  # noqa: S608
        self.get = f"{self.select} WHERE {_equal(table.key)}"
        self.delete = f"DELETE FROM {name} WHERE {_equal(table.key)}"  # noqa: S608
        self.insert = f"INSERT INTO {name} ({columns}) VALUES ({marks})"  # noqa: S608
        self.count = f"SELECT count(*) FROM {name}"  # noqa: S608
        self.any = f"SELECT 1 FROM {name} LIMIT 1"  # noqa: S608
        self.last = f"{self.select} {_order(table.key, descending=True)} LIMIT 1"
        self._prefixes = {
            whole[:width]
            for whole in (table.key, *(index.columns for index in table.indexes))
            for width in range(1, len(whole) + 1)
        }
        self._finds: dict[tuple[str, ...], str] = {}
        self._updates: dict[tuple[int, ...], str] = {}
        self.key: Callable[[tuple[Any, ...]], Key] = _picker(self.places)

    def find(self, columns: tuple[str, ...]) -> str:
        """Rows by columns. Raises ValueError if they begin neither the key nor an index."""
        text = self._finds.get(columns)
        if text is None:
            if columns not in self._prefixes:
                raise ValueError(f"{self.table.name} has no index that begins with {columns}")
            text = self._finds[columns] = f"{self.select} WHERE {_equal(columns)}"
        return text

    def counted(self, columns: tuple[str, ...]) -> str:
        """How many rows there are by columns, up to as many as a last value says."""
        within = self.find(columns).removeprefix(self.select)
        one = f"SELECT 1 FROM {quote(self.table.name)}{within} LIMIT ?"  # noqa: S608
        return f"SELECT count(*) FROM ({one})"  # noqa: S608

    def insert_many(self, rows: int) -> str:
        """Insert so many rows at once."""
        marks = self.insert.rsplit(" VALUES ", 1)[1]
        return f"{self.insert}{f', {marks}' * (rows - 1)}"

    def update(self, places: tuple[int, ...]) -> str:
        """Set the columns at some places, then the key's."""
        text = self._updates.get(places)
        if text is None:
            sets = ", ".join(f"{quote(self.columns[place])} = ?" for place in places)
            where = _equal(self.table.key)
            text = f"UPDATE {quote(self.table.name)} SET {sets} WHERE {where}"  # noqa: S608
            self._updates[places] = text
        return text

    def page(
        self,
        *,
        first: Key,
        after: Key | None,
        descending: bool,
        columns: tuple[str, ...] | None = None,
    ) -> tuple[str, tuple[Any, ...]]:
        """The rows behind `after` whose key begins `first`, in order, as many as a last value says.

        Of `columns`, if they are given, with the key behind them.
        What `first` fixes is left out of the comparison, so that the index is entered at one place.
        """
        key = self.table.key
        bound: list[Any] = list(first)
        tests = [_equal(key[: len(first)])] if first else []
        if after is not None:
            head, rest = after[: len(first)], after[len(first) :]
            if head == first[: len(head)]:
                # an `after` that `first` continues stands behind all its rows
                if not rest:
                    tests.append("0")
                else:
                    names = key[len(first) : len(after)]
                    left, right = ", ".join(map(quote, names)), ", ".join("?" * len(names))
                    tests.append(f"({left}) {'<' if descending else '>'} ({right})")
                    bound.extend(rest)
            elif (head > first) != descending:
                tests.append("0")
        where = f"WHERE {' AND '.join(tests)} " if tests else ""
        order = _order(key[len(first) :] or key, descending=descending)
        select = self.select if columns is None else self._some(columns)
        return f"{select} {where}{order} LIMIT ?", tuple(bound)

    def _some(self, columns: tuple[str, ...]) -> str:
        """Some columns and the key of all rows."""
        if unknown := sorted({*columns} - {*self.columns}):
            raise ValueError(f"{self.table.name} has no column {', '.join(unknown)}")
        names = ", ".join(map(quote, (*columns, *self.table.key)))
        return f"SELECT {names} FROM {quote(self.table.name)}"  # noqa: S608

    def range(self, column: str, *, bounded: bool) -> str:
        """Rows by the smallest value of a column, and unless it is open the first one too great."""
        self.find((column,))
        name = quote(column)
        upper = f" AND {name} < ?" if bounded else ""
        return f"{self.select} WHERE {name} >= ?{upper} ORDER BY {name} LIMIT ?"

    def begun(self, column: str) -> str:
        """A value given, where a column has one from a second up to a third, in the index alone."""
        name = quote(column)
        table = quote(self.table.name)
        return f"SELECT ? FROM {table} WHERE {name} >= ? AND {name} < ? LIMIT 1"  # noqa: S608

    def like(self, column: str) -> str:
        """Rows whose column matches a pattern, ASCII case apart, with backslash as its escape."""
        if column not in self.columns:
            raise ValueError(f"{self.table.name} has no column {column}")
        return f"{self.select} WHERE {quote(column)} LIKE ? ESCAPE '\\' LIMIT ?"

    def like_folded(self, column: str) -> str:
        """As `like`, of which those that contain a second text with the case of all scripts apart.

        `folded` is a function that the connection has.
        """
        test = f" AND instr(folded({quote(column)}), ?) LIMIT"
        return self.like(column).replace(" LIMIT", test)


def _equal(columns: tuple[str, ...]) -> str:
    return " AND ".join(f"{quote(name)} = ?" for name in columns)


def _order(columns: tuple[str, ...], *, descending: bool) -> str:
    tail = " DESC" if descending else ""
    return f"ORDER BY {', '.join(quote(name) + tail for name in columns)}"


def _picker(places: tuple[int, ...]) -> Callable[[tuple[Any, ...]], Key]:
    if len(places) == 1:
        (place,) = places
        return lambda values: (values[place],)
    return itemgetter(*places)
