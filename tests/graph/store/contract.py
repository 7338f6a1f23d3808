"""What every store is tested with: tables that hold all kinds of columns, and the stores.

A new store is one line in `STORES`; `test_contract.py` then runs on it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from sameas.graph.store.port import ChangeSet, Store
from sameas.graph.store.sqlite import SqliteStore
from sameas.graph.store.tables import Index, Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

__all__ = ["DIGEST", "ITEM", "PAIR", "STORES", "TABLES", "WORD", "Open", "deleted", "put"]


class Item(Row, frozen=True, gc=False):
    """An integer key, a unique index, indexes that None is not in, every type of column."""

    number: int
    kind: str
    value: str
    score: int | None = None
    note: str | None = None
    blob: bytes | None = None


class Pair(Row, frozen=True, gc=False):
    """A composite key."""

    left: int
    right: int
    weight: int = 0


class Word(Row, frozen=True, gc=False):
    """A text as key."""

    text: str
    count: int = 0


class Digest(Row, frozen=True, gc=False):
    """Bytes and text as key, and no other column but one that may be None."""

    digest: bytes
    kind: str
    time: int | None = None


ITEM = Table(
    "item",
    Item,
    ("number",),
    (Index(("value", "kind"), unique=True), Index(("score",)), Index(("note", "kind"))),
)
PAIR = Table("pair", Pair, ("left", "right"), (Index(("right",)),))
WORD = Table("word", Word, ("text",))
DIGEST = Table("digest", Digest, ("digest", "kind"), (Index(("time",), unique=True),))
TABLES: tuple[Table[Any], ...] = (ITEM, PAIR, WORD, DIGEST)


class Open(Protocol):
    """Opens a store at a place, a path that nothing else uses; the second time what is there."""

    def __call__(self, place: Path, /) -> Store: ...


STORES: dict[str, Open] = {
    "sqlite": partial(SqliteStore, tables=TABLES),
}


def put(*rows: Row) -> ChangeSet:
    """A change set that puts rows."""
    changes = ChangeSet()
    for row in rows:
        table = next(one for one in TABLES if one.row is type(row))
        key = tuple(getattr(row, name) for name in table.key)
        changes.puts.setdefault(table.name, {})[key] = row
    return changes


def deleted(table: Table[Any], keys: Iterable[tuple[Any, ...]]) -> ChangeSet:
    """A change set that deletes rows."""
    return ChangeSet(deletes={table.name: set(keys)})


def batches(rows: Sequence[Row]) -> list[tuple[Table[Any], list[Row]]]:
    """Rows as `load` takes them."""
    return [(table, [row for row in rows if type(row) is table.row]) for table in TABLES]
