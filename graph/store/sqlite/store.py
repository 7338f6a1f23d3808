"""A store in one SQLite file, written by one process; the file can be read with any SQL tool.

A commit is one transaction in SQLite's write-ahead log, synced before `commit` returns. Readers
have connections of their own and neither wait nor are waited for. The writer's reads share one
transaction from commit to commit, which halves what a read of one key costs (5.1 to 2.7 us).
"""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import apsw

from sameas.errors import Fault, StoreClosedError, StoreError, StoreReadOnlyError, StoreRowError
from sameas.graph.store.sqlite import files
from sameas.graph.store.sqlite.checkpoint import Checkpointer
from sameas.graph.store.sqlite.connection import Tuning, connect
from sameas.graph.store.sqlite.faults import RAISED, translate
from sameas.graph.store.sqlite.migrations import prepare, verify
from sameas.graph.store.sqlite.reads import Reads, SnapshotReader
from sameas.graph.store.sqlite.statements import Statements
from sameas.graph.store.sqlite.writes import apply, collides, fill
from sameas.graph.store.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from sameas.graph.store.port import Batch, ChangeSet
    from sameas.graph.store.tables import Table

__all__ = ["SqliteStore"]

Key = tuple[Any, ...]
SPARE = 8
"""Connections that are kept for the next snapshots."""


class SqliteStore(Reads):
    """The `Store` of the port on SQLite; `sameas.graph.store.open_store` makes one."""

    def __init__(
        self,
        path: Path,
        *,
        create: bool = True,
        readonly: bool = False,
        tables: Sequence[Table[Any]] = TABLES,
        tuning: Tuning | None = None,
    ) -> None:
        """Open a file, and make it if it is not there.

        Raises:
            StoreLockedError: another process writes to it.
            StoreFormatError: it is no store, or one of a newer version.
            StoreReadOnlyError: it may be read, not written.
            StoreError: it is not there, or what else keeps it from being opened.
        """
        path = path.resolve()
        super().__init__(path, {table.name: Statements(table) for table in tables})
        self.readonly = readonly
        self._tuning = tuning or Tuning()
        self._mutex = threading.RLock()
        """Held by whoever uses the writer's connection."""
        self._connection: apsw.Connection | None = None
        self._reading = False
        """The writer's connection is in a transaction for reads."""
        self._loading = False
        self._spare: list[apsw.Connection] = []
        self._lock: files.WriterLock | None = None
        self._checkpointer: Checkpointer | None = None
        if not path.is_file() and (path.exists() or readonly or not create):
            what = "it is a folder" if path.is_dir() else "there is no such file"
            raise StoreError(Fault(str(path), what, "name the file of a store"))
        try:
            self._open(tables)
        except (*RAISED, OSError) as error:
            self._drop()
            raise translate(error, path, None) from error
        except BaseException:
            self._drop()
            raise

    @property
    def place(self) -> str:
        """The file's path."""
        return str(self.path)

    def _open(self, tables: Sequence[Table[Any]]) -> None:
        if not self.readonly:
            if not self.path.parent.is_dir():
                raise StoreError(Fault(str(self.path), "its folder is not there", "make it first"))
            self._lock = files.WriterLock(self.path)
            with suppress(FileExistsError):
                files.make(self.path)
                files.sync_folder(self.path.parent)
        made = self._connect(cache=self._tuning.cache, readonly=self.readonly)
        self._connection = made
        if self.readonly:
            made.execute("BEGIN")
            verify(made, self.path, tables)
            made.execute("COMMIT")
        else:
            if made.readonly("main"):
                raise StoreReadOnlyError(
                    Fault(str(self.path), "it may not be written", "open it with readonly=True")
                )
            prepare(made, self.path, tables)
            self._watch()
        self._cursor = made.cursor()

    def _connect(self, *, cache: int, readonly: bool) -> apsw.Connection:
        return connect(self.path, self._tuning, cache=cache, readonly=readonly)

    def _watch(self) -> None:
        """Have the log copied from now on."""
        self._checkpointer = Checkpointer(self.path, self._tuning, self._quiet)
        self._open_connection().set_wal_hook(self._checkpointer.committed)

    def _open_connection(self) -> apsw.Connection:
        if self._connection is None:
            raise StoreClosedError(Fault(str(self.path), "it was closed", "open it again"))
        return self._connection

    # -- reads ------------------------------------------------------------------------------

    def _run(self, sql: str, values: Iterable[Key]) -> list[tuple[Any, ...]]:
        with self._mutex:
            connection = self._open_connection()
            try:
                if not self._reading:
                    connection.execute("BEGIN")
                    self._reading = True
                return self._cursor.executemany(sql, values).fetchall()
            except RAISED as error:
                self._cursor = connection.cursor()
                raise translate(error, self.path, connection) from error
            finally:
                if self.readonly:
                    self._end_reading()  # others write: the next read sees what they did

    def _end_reading(self) -> None:
        if self._reading:
            self._reading = False
            self._open_connection().execute("ROLLBACK")

    @contextmanager
    def _quiet(self) -> Iterator[None]:
        """Keep the writer out, and not in the middle of anything."""
        with self._mutex:
            self._end_reading()
            yield

    @contextmanager
    def snapshot(self) -> Iterator[SnapshotReader]:
        """A reader of the last committed state, for as long as it is open. Any thread."""
        self._open_connection()
        if self._loading:
            with self._mutex:
                pass
        connection: apsw.Connection | None = None
        try:
            with suppress(IndexError):
                connection = self._spare.pop()
            if connection is None:
                connection = self._connect(cache=self._tuning.reader_cache, readonly=True)
            reader = SnapshotReader(self.path, self._statements, connection)
        except RAISED as error:
            if connection is not None:
                connection.close()
            raise translate(error, self.path, connection) from error
        try:
            yield reader
        finally:
            self._give_back(reader, connection)

    def _give_back(self, reader: SnapshotReader, connection: apsw.Connection) -> None:
        try:
            reader.end()
        except apsw.Error:
            connection.close(True)
            return
        if self._connection is not None and len(self._spare) < SPARE:
            self._spare.append(connection)
        else:
            connection.close()

    # -- writes -----------------------------------------------------------------------------

    def commit(self, changes: ChangeSet, /) -> None:
        """Make a change set durable, whole; on return it survives a crash.

        Raises:
            StoreFullError: no room is left; nothing was changed, and it may be tried again.
            StoreReadOnlyError: it cannot be written to; nothing was changed.
            StoreRowError: a row cannot be kept; nothing was changed.
            StoreError: whatever else kept it from being durable; nothing was changed.
        """
        if self._checkpointer is not None:
            self._checkpointer.gate.wait(self._tuning.busy / 1000)
        with self._mutex:
            try:
                with self._transaction("IMMEDIATE") as connection:
                    apply(connection, self._statements, changes)
            except StoreRowError as error:
                if not collides(error.__cause__):
                    raise
                with self._transaction("IMMEDIATE") as connection:
                    apply(connection, self._statements, changes, trading=True)

    @contextmanager
    def _transaction(self, kind: str) -> Iterator[apsw.Connection]:
        """All that is done in it, or nothing; SQLite's errors are raised as ours."""
        connection = self._writable()
        try:
            self._end_reading()
            connection.execute(f"BEGIN {kind}")
            yield connection
            connection.execute("COMMIT")
        except RAISED as error:
            raised = translate(error, self.path, connection)
            self._undo(connection)
            raise raised from error
        except BaseException:
            self._undo(connection)
            raise

    @staticmethod
    def _undo(connection: apsw.Connection) -> None:
        if connection.in_transaction:
            with suppress(apsw.Error):  # SQLite has undone it itself; it reports the first error
                connection.execute("ROLLBACK")

    def load(self, batches: Iterable[tuple[Table[Any], Batch]], /) -> None:
        """Fill an empty store in bulk, whole or not at all. Snapshots wait or see it empty.

        Meanwhile the file has a rollback journal instead of a log, so that rows are written once:
        pages that were not there before need no copy to go back to.

        Raises:
            StoreError: it is not empty, or a row cannot be kept; nothing was changed.
        """
        self._writable()
        self._rest()  # before the mutex: the checkpointer may be waiting for it
        with self._mutex:
            connection = self._writable()
            self._loading = True
            try:
                self._end_reading()
                connection.set_busy_timeout(0)
                with suppress(apsw.BusyError):  # somebody reads it: then through the log
                    connection.pragma("journal_mode", "delete")
                connection.set_busy_timeout(self._tuning.busy)
                with self._transaction("EXCLUSIVE"):
                    fill(connection, self._statements, batches)
            finally:
                with suppress(apsw.Error):  # the next opening tries again; until then readers wait
                    connection.pragma("journal_mode", "wal")
                self._loading = False
                self._watch()

    def _writable(self) -> apsw.Connection:
        connection = self._open_connection()
        if self.readonly:
            raise StoreReadOnlyError(
                Fault(str(self.path), "it was opened for reading", "open it for writing")
            )
        return connection

    def _rest(self) -> None:
        """Let go of every connection but the writer's that nobody uses."""
        if self._checkpointer is not None:
            self._checkpointer.stop()
            self._checkpointer = None
        with suppress(IndexError):
            while True:
                self._spare.pop().close()

    # -- the whole ----------------------------------------------------------------------------

    def backup(self, target: Path, progress: Callable[[int, int], None] | None = None, /) -> None:
        """Copy the last committed state to another file while writes go on. Any thread.

        The log cannot be restarted meanwhile. `progress` is told pages done and all pages.

        Raises:
            StoreError: the target cannot be written, or is in use; it is as it was.
        """
        with self.snapshot() as reader:
            reader.copy(target, progress)

    def check(self) -> list[str]:
        """What is damaged, in words; empty: nothing. Reads the whole file. Any thread."""
        with self.snapshot() as reader:
            return reader.check()

    def close(self) -> None:
        """Let go. What was committed stays; snapshots that are open stay until they end."""
        self._drop()

    def _drop(self) -> None:
        """Release all that is held, in whatever state."""
        if self._checkpointer is not None:
            self._checkpointer.stop()
        with self._mutex:
            connection, self._connection = self._connection, None
            self._reading = False
            if connection is not None:
                self._shut(connection)
            if self._lock is not None:
                self._lock.release()
                self._lock = None
        self._rest()

    def _shut(self, connection: apsw.Connection) -> None:
        """Empty the log if nobody reads it, so that one file is left, then close."""
        self._undo(connection)
        if not self.readonly:
            connection.set_busy_timeout(0)
            with suppress(apsw.Error):
                connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        connection.close(True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
