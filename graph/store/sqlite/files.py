"""The files of a store: made readable by their owner alone, written by one process at a time."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from sameas.errors import Fault, StoreLockedError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["WriterLock", "beside", "make", "sync", "sync_folder"]

SIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file; it gives them the file's own mode."""
MODE = 0o600


def make(path: Path) -> None:
    """Make an empty file, 0600 whatever the umask. Raises FileExistsError."""
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, MODE)
    try:
        os.fchmod(handle, MODE)
    finally:
        os.close(handle)


def beside(path: Path) -> list[Path]:
    """The files that SQLite has beside one at the moment."""
    return [side for end in SIDE if (side := path.with_name(path.name + end)).exists()]


def sync(path: Path) -> None:
    """Make what a file holds survive a crash."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(path: Path) -> None:
    """Make what was made or renamed in a folder survive a crash."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class WriterLock:
    """The right to write to a store, held until `release` or the end of the process.

    The system forgets it with the process that held it, so a crash leaves nothing to clean up. It
    is a file of its own, because closing any handle of a SQLite file drops SQLite's locks on it.
    """

    def __init__(self, store: Path) -> None:
        self.path = store.with_name(store.name + "-lock")
        self._handle: int | None = os.open(self.path, os.O_CREAT | os.O_RDWR, MODE)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(self._handle, 20).decode("ascii", "replace").strip()
            self.release()
            if not isinstance(error, BlockingIOError):
                raise
            what = f"process {holder or 'unknown'} writes to it"
            remedy = "stop that one, or open it with readonly=True"
            raise StoreLockedError(Fault(str(store), what, remedy)) from None
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let others write. The file stays: removing it would let two processes hold it."""
        if self._handle is not None:
            fcntl.flock(self._handle, fcntl.LOCK_UN)  # a forked child has the handle too
            os.close(self._handle)
            self._handle = None
