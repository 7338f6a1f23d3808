"""A file becomes a store of this version, whole, or is refused with what it is instead.

A store has its version in `user_version` and 'sAme' as its `application_id`. `MIGRATIONS[n]` brings
version n + 1 to n + 2; all that are needed run in one transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sameas.errors import Fault, StoreFormatError
from sameas.graph.store.sqlite.schema import create_indexes, create_table, expected

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import apsw

    from sameas.graph.store.tables import Table

__all__ = ["APPLICATION", "MIGRATIONS", "prepare", "verify"]

APPLICATION = 0x73416D65
MIGRATIONS: tuple[Callable[[apsw.Connection], None], ...] = ()


def prepare(connection: apsw.Connection, path: Path, tables: Sequence[Table[Any]]) -> None:
    """Make the tables in an empty file, or bring an older store up to date.

    Raises:
        StoreFormatError: it is no store, a newer one, or one that somebody altered.
    """
    if not _is_empty(connection) and _version(connection, path) == _newest():
        verify(connection, path, tables)
        connection.pragma("journal_mode", "wal")
        return
    connection.pragma("journal_mode", "wal")
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _is_empty(connection):
            for table in tables:
                for statement in (create_table(table), *create_indexes(table)):
                    connection.execute(statement)
            connection.pragma("application_id", APPLICATION)
        else:
            for step in MIGRATIONS[_version(connection, path) - 1 :]:
                step(connection)
        connection.pragma("user_version", _newest())
        verify(connection, path, tables)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def verify(connection: apsw.Connection, path: Path, tables: Sequence[Table[Any]]) -> None:
    """Raise StoreFormatError if the file is no store of this version with all that it needs."""
    version = _version(connection, path)
    if version < _newest():
        what = f"it is a store of version {version}, before {_newest()}"
        raise StoreFormatError(Fault(str(path), what, "open it for writing once to migrate it"))
    there = _there(connection)
    faults = []
    for name, columns in expected(tables).items():
        if name not in there:
            faults.append(Fault(f"{path}: {name}", "it is missing", "restore a backup"))
        elif sorted(there[name]) != sorted(columns):
            what = f"it has the columns {', '.join(there[name])}"
            faults.append(Fault(f"{path}: {name}", what, f"expected {', '.join(columns)}"))
    if faults:
        raise StoreFormatError(faults)


def _newest() -> int:
    return len(MIGRATIONS) + 1


def _version(connection: apsw.Connection, path: Path) -> int:
    """The version of a store. Raises StoreFormatError if it is none, or a newer one."""
    if connection.pragma("application_id") != APPLICATION:
        raise StoreFormatError(
            Fault(str(path), "it is a SQLite file, but not of sameas", "name another file")
        )
    version = connection.pragma("user_version")
    if not 0 < version <= _newest():
        what = f"it is a store of version {version}, this sameas knows versions up to {_newest()}"
        raise StoreFormatError(Fault(str(path), what, "use a newer sameas"))
    return int(version)


def _is_empty(connection: apsw.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None


def _there(connection: apsw.Connection) -> dict[str, list[str]]:
    """Tables and indexes with their columns."""
    found: dict[str, list[str]] = {}
    for name, column in connection.execute("""
        SELECT one.name, info.name || ' ' || info.type
        FROM sqlite_schema one, pragma_table_info(one.name) info WHERE one.type = 'table'
        UNION ALL
        SELECT one.name, info.name
        FROM sqlite_schema one, pragma_index_info(one.name) info WHERE one.type = 'index'
    """):
        found.setdefault(name, []).append(column)
    return found
