"""The write-ahead log is copied into the file by a thread of its own, and stays bounded.

Copying runs beside commits (SQLite's passive checkpoint). Under steady writes that alone never lets
the log begin anew, so at `Tuning.limit` it is restarted while the writer waits: for the pages
that came since the last copy, their sync, and at most `Tuning.patience` for readers. A writer that
is faster than the copying waits for it. So only a reader that stays open keeps the log growing,
until it ends.

SQLite syncs the file after a copy that reached the end of the log, and a long copy beside commits
never does. So before a restart it is copied again until little was left to copy: else the writer
waited for the sync of all that was copied since the last restart: in the median 30 ms or more for
16,000 pages of a store of a million profiles, where it waits 8 to 16 ms for the last few hundred.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import apsw

from sameas.errors import StoreError
from sameas.graph.store.sqlite.connection import MEGABYTE, Tuning, connect

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

__all__ = ["Checkpointer"]

LOG = logging.getLogger("sameas.store")
PAUSE = 1.0
"""Seconds after a failure, of a full disk say."""
FEW = 64
"""Pages that are copied before another commit comes, mostly."""
COPIES = 6
"""Copies in a row at most that should reach the end of the log."""


class Checkpointer:
    """The thread. `committed` tells it what came; `stop` ends it."""

    def __init__(
        self, path: Path, tuning: Tuning, quiet: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._path = path
        self._tuning = tuning
        self._quiet = quiet
        """Keeps the writer out of the file as long as it is held."""
        self._wake = threading.Event()
        self.gate = threading.Event()
        """A commit begins when it is open. Shut while the thread waits for the writer, who would be
        first at the mutex each time, and when the thread falls behind."""
        self.gate.set()
        self._stopped = False
        self._pages = 0
        """In the log, as far as is known."""
        self._next = tuning.checkpoint
        """Pages from which on a commit wakes the thread."""
        self._thread = threading.Thread(target=self._run, name="sameas-checkpoint", daemon=True)
        self._thread.start()

    def committed(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        """The writer's commit left so many pages in the log (SQLite's hook)."""
        before, self._pages = self._pages, pages
        if pages < before:
            self._next = self._tuning.checkpoint
        late = max(self._next, self._tuning.limit) + self._tuning.checkpoint
        if pages >= late and not self._stopped:
            self.gate.clear()
        if pages >= self._next or not before:
            self._wake.set()  # after the gate was shut: whoever wakes opens it
        return apsw.SQLITE_OK

    def stop(self) -> None:
        """Finish what runs, then end."""
        self._stopped = True
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._work()
        finally:
            self._stopped = True
            self.gate.set()

    def _work(self) -> None:
        connection: apsw.Connection | None = None
        failing = False
        while not self._stopped:
            try:
                if connection is None:
                    connection = connect(self._path, self._tuning, cache=MEGABYTE)
                idle = self._wait()
                if not self._stopped:
                    self._copy(connection, idle=idle)
                    failing = False
            except (apsw.Error, StoreError, OSError) as error:
                if not failing:
                    LOG.warning("%s: the log cannot be copied, trying again: %s", self._path, error)
                failing = True
                self._next = self._pages + self._tuning.checkpoint
                self.gate.set()
                self._wake.wait(PAUSE)
        if connection is not None:
            connection.close()

    def _wait(self) -> bool:
        """Until there is enough to copy, or (then True) nothing came for a while."""
        while not self._stopped:
            self.gate.set()
            before = self._pages
            woken = self._wake.wait(self._tuning.idle if before else None)
            self._wake.clear()
            if self._pages >= self._next:
                break
            if not woken and self._pages == before:
                return True
        return False

    def _copy(self, connection: apsw.Connection, *, idle: bool) -> None:
        """Copy what can be copied; restart the log if it is too long, empty it if nothing comes."""
        _, copied = connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        self._next = self._pages + self._tuning.checkpoint
        if not idle and self._pages < self._tuning.limit:
            return
        for _ in range(COPIES):
            before = copied
            _, copied = connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
            if copied - before <= FEW:
                break
        mode = apsw.SQLITE_CHECKPOINT_TRUNCATE
        if not idle and self._pages < 2 * self._tuning.limit:
            mode = apsw.SQLITE_CHECKPOINT_RESTART  # writing over what is there syncs faster
        self.gate.clear()
        with self._quiet():
            connection.set_busy_timeout(0 if idle else self._tuning.patience)
            try:
                connection.wal_checkpoint(mode=mode)
            except apsw.BusyError:
                self._next = self._pages + max(self._tuning.limit // 4, self._tuning.checkpoint)
            else:
                # after a restart the file is as long as it was: one page, that it be emptied once
                self._pages = 0 if mode == apsw.SQLITE_CHECKPOINT_TRUNCATE else 1
                self._next = self._tuning.checkpoint
            finally:
                connection.set_busy_timeout(self._tuning.busy)
                self.gate.set()
