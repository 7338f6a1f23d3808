"""The store port as dictionaries: what every store must do, in the fewest words."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sameas.graph.store.tables import TABLES, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from sameas.graph.store.port import Batch, ChangeSet
    from sameas.graph.store.tables import Table


class PlainStore:
    """Rows by table and key."""

    place = "plain"

    def __init__(self) -> None:
        self.rows: dict[str, dict[tuple[Any, ...], Any]] = {table.name: {} for table in TABLES}

    def get(self, table: Table[Any], keys: Iterable[tuple[Any, ...]], /) -> list[Any]:
        rows = self.rows[table.name]
        return [rows[key] for key in set(keys) if key in rows]

    def find(
        self, table: Table[Any], columns: tuple[str, ...], values: Iterable[tuple[Any, ...]], /
    ) -> list[Any]:
        wanted = set(values)
        return [
            row
            for row in self.rows[table.name].values()
            if tuple(getattr(row, column) for column in columns) in wanted
        ]

    def reaches(
        self, table: Table[Any], columns: tuple[str, ...], value: tuple[Any, ...], count: int, /
    ) -> bool:
        return len(self.find(table, columns, [value])) >= count

    def scan(
        self,
        table: Table[Any],
        /,
        *,
        after: tuple[Any, ...] | None = None,
        limit: int | None = None,
        first: tuple[Any, ...] = (),
        descending: bool = False,
    ) -> Iterator[Any]:
        keys = sorted(self.rows[table.name], reverse=descending)
        keys = [key for key in keys if key[: len(first)] == first]
        if after is not None:
            keys = [key for key in keys if (key < after if descending else key > after)]
        return iter([self.rows[table.name][key] for key in keys[:limit]])

    def columns(
        self, table: Table[Any], names: tuple[str, ...], /
    ) -> Iterator[list[tuple[Any, ...]]]:
        if rows := list(self.scan(table)):
            yield [tuple(getattr(row, name) for name in names) for row in rows]

    def prefixed(self, table: Table[Any], column: str, prefix: str, /, *, limit: int) -> list[Any]:
        rows = self.rows[table.name].values()
        return [r for r in rows if getattr(r, column).lower().startswith(prefix.lower())][:limit]

    def containing(self, table: Table[Any], column: str, text: str, /, *, limit: int) -> list[Any]:
        rows = self.rows[table.name].values()
        return [r for r in rows if text.lower() in getattr(r, column).lower()][:limit]

    def count(self, table: Table[Any], /) -> int:
        return len(self.rows[table.name])

    def last(self, table: Table[Any], /) -> Any:
        rows = self.rows[table.name]
        return rows[max(rows)] if rows else None

    def commit(self, changes: ChangeSet, /) -> None:
        for name, keys in changes.deletes.items():
            for key in keys:
                self.rows[name].pop(key, None)
        for name, puts in changes.puts.items():
            self.rows[name].update(puts)

    def load(self, batches: Iterable[tuple[Table[Any], Batch]], /) -> None:
        for table, batch in batches:
            for one in batch:
                row = one if isinstance(one, Row) else table.row(*one)
                self.rows[table.name][tuple(getattr(row, name) for name in table.key)] = row

    @contextmanager
    def snapshot(self) -> Iterator[PlainStore]:
        copy = PlainStore()
        copy.rows = {name: dict(rows) for name, rows in self.rows.items()}
        yield copy

    def backup(self, target: Path, progress: Callable[[int, int], None] | None = None, /) -> None:
        raise NotImplementedError("there is nothing on disk to copy")

    def check(self) -> list[str]:
        return []

    def close(self) -> None:
        return
