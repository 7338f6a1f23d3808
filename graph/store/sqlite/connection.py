"""Connections to a SQLite file, each set to what its work needs.

No connection maps the file into memory: after a commit a mapped reader took 45 us for one key
where an ordinary one took 11 (SQLite drops the mapping, and the pages are faulted in again), and an
error of the disk would end the process.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import apsw

from sameas.errors import Fault, StoreError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Tuning", "connect", "require_sqlite"]

STATEMENTS = 512
"""Prepared statements that a connection keeps: about ten a table."""
MEGABYTE = 1 << 20
OLDEST = (3, 51, 3)


@dataclass(frozen=True, slots=True)
class Tuning:
    """What costs memory, disk or time; the defaults suit a server that has a gigabyte for it."""

    cache: int = 128 * MEGABYTE
    """Bytes of pages that the writer keeps."""
    reader_cache: int = 8 * MEGABYTE
    """The same for each snapshot; SQLite empties it whenever something was committed."""
    busy: int = 5_000
    """Milliseconds to wait for a program that holds the file."""
    checkpoint: int = 4_000
    """Pages of 4 KiB in the write-ahead log from which on it is copied into the file. With 1,000
    a commit cost a fifth more CPU: pages that many commits change were copied more often."""
    limit: int = 16_384
    """Pages from which on the log is begun anew, if need be while the writer waits."""
    patience: int = 50
    """Milliseconds that the writer waits for readers at most then."""
    idle: float = 1.0
    """Seconds without a commit after which the log is emptied."""


def require_sqlite(version: str) -> None:
    """Raise StoreError if SQLite is one that can lose commits.

    Before 3.51.3 a checkpoint that runs beside a commit could skip pages of it, for good
    (https://sqlite.org/wal.html#walresetbug), and checkpoints run beside commits here.

    >>> require_sqlite("3.54.1")
    """
    if tuple(map(int, version.split("."))) < OLDEST:
        what = f"version {version} can lose commits"
        raise StoreError(Fault("SQLite", what, "pip install --upgrade 'apsw>=3.51.3'"))


def connect(path: Path, tuning: Tuning, *, cache: int, readonly: bool = False) -> apsw.Connection:
    """Open a file that is there. Raises apsw.Error."""
    require_sqlite(apsw.sqlite_lib_version())
    flags = apsw.SQLITE_OPEN_READONLY if readonly else apsw.SQLITE_OPEN_READWRITE
    made = apsw.Connection(str(path), flags=flags, statementcachesize=STATEMENTS)
    try:
        _set(made, tuning, cache)
        made.pragma("user_version")
    except (apsw.CantOpenError, apsw.ReadOnlyError):
        # a folder that nobody may write to: no log can be there, nor be made, so none is needed
        made.close()
        if not readonly or path.with_name(path.name + "-wal").exists():
            raise
        name = f"file:{quote(str(path))}?immutable=1"
        flags |= apsw.SQLITE_OPEN_URI
        made = apsw.Connection(name, flags=flags, statementcachesize=STATEMENTS)
        _set(made, tuning, cache)
    except BaseException:
        made.close()
        raise
    made.create_scalar_function("folded", _folded, 1, deterministic=True)
    return made


def _set(connection: apsw.Connection, tuning: Tuning, cache: int) -> None:
    connection.set_busy_timeout(tuning.busy)
    connection.wal_autocheckpoint(0)
    connection.pragma("cache_size", -(cache // 1024))
    connection.pragma("synchronous", "FULL")
    connection.pragma("fullfsync", "ON")  # macOS: else a sync stops at the disk's cache
    connection.pragma("checkpoint_fullfsync", "ON")
    connection.pragma("secure_delete", "ON")  # what is erased leaves no trace in free pages
    connection.pragma("trusted_schema", "OFF")


def _folded(*values: object) -> str:
    return str(values[0]).lower()
