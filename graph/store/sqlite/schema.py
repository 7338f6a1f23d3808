"""The SQLite schema of declared tables, as text: what is made, and what must be there.

Tables are STRICT, so a column holds what its declaration says, whoever writes to it. A single
integer key is the rowid; composite keys are tables WITHOUT ROWID, clustered by their key. An index
whose first column may be None leaves those rows out.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sameas.graph.store.tables import Index, Table

__all__ = ["Column", "columns", "create_indexes", "create_table", "expected", "index_name", "quote"]

TYPES = {int: "INTEGER", str: "TEXT", bytes: "BLOB"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its SQLite type, whether it may be NULL."""

    name: str
    type: str
    optional: bool


def quote(name: str) -> str:
    """A name as SQL takes it, whether or not it is a keyword.

    >>> quote("left")
    '"left"'
    """
    return '"' + name.replace('"', '""') + '"'


def columns(table: Table[Any]) -> tuple[Column, ...]:
    """The columns of a table. Raises TypeError if a field is neither int, str nor bytes, or None.

    >>> from sameas.graph.store.tables import META
    >>> columns(META)[0]
    Column(name='name', type='TEXT', optional=False)
    """
    found = []
    for field in msgspec.structs.fields(table.row):
        parts = get_args(field.type) or (field.type,)
        kinds = [part for part in parts if part is not NoneType]
        if len(kinds) != 1 or kinds[0] not in TYPES:
            raise TypeError(f"{table.name}.{field.name}: {field.type} is no type of a column")
        found.append(Column(field.name, TYPES[kinds[0]], NoneType in parts))
    return tuple(found)


def create_table(table: Table[Any]) -> str:
    """The statement that makes a table.

    >>> from sameas.graph.store.tables import META
    >>> print(create_table(META))
    CREATE TABLE "meta" (
        "name" TEXT NOT NULL,
        "value" TEXT NOT NULL,
        PRIMARY KEY ("name")
    ) STRICT
    """
    found = columns(table)
    lines = []
    rowid = len(table.key) == 1 and _type(found, table.key[0]) == "INTEGER"
    for column in found:
        if rowid and column.name == table.key[0]:
            lines.append(f"{quote(column.name)} INTEGER PRIMARY KEY")
        else:
            tail = "" if column.optional else " NOT NULL"
            lines.append(f"{quote(column.name)} {column.type}{tail}")
    if not rowid:
        lines.append(f"PRIMARY KEY ({', '.join(map(quote, table.key))})")
    body = ",\n    ".join(lines)
    options = "STRICT" if len(table.key) == 1 else "STRICT, WITHOUT ROWID"
    return f"CREATE TABLE {quote(table.name)} (\n    {body}\n) {options}"


def create_indexes(table: Table[Any]) -> list[str]:
    """The statements that make a table's indexes.

    >>> from sameas.graph.store.tables import ISSUED
    >>> print(create_indexes(ISSUED)[1])
    CREATE INDEX "issued_by_carrier" ON "issued" ("carrier") WHERE "carrier" IS NOT NULL
    """
    optional = {column.name for column in columns(table) if column.optional}
    made = []
    for index in table.indexes:
        unique = "UNIQUE " if index.unique else ""
        first = index.columns[0]
        tail = f" WHERE {quote(first)} IS NOT NULL" if first in optional else ""
        made.append(
            f"CREATE {unique}INDEX {quote(index_name(table, index))} ON {quote(table.name)} "
            f"({', '.join(map(quote, index.columns))}){tail}"
        )
    return made


def index_name(table: Table[Any], index: Index) -> str:
    """What an index is called."""
    return f"{table.name}_by_{'_'.join(index.columns)}"


def expected(tables: Iterable[Table[Any]]) -> dict[str, tuple[str, ...]]:
    """What a whole store has: tables with their columns, and indexes with theirs."""
    found: dict[str, tuple[str, ...]] = {}
    for table in tables:
        found[table.name] = tuple(f"{one.name} {one.type}" for one in columns(table))
        for index in table.indexes:
            found[index_name(table, index)] = index.columns
    return found


def _type(found: tuple[Column, ...], name: str) -> str:
    return next(column.type for column in found if column.name == name)
