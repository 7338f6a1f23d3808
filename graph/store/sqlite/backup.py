"""A copy of one state of a store: there whole or not at all, and readable by its owner alone."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import apsw

from sameas.errors import Fault, StoreError
from sameas.graph.store.sqlite import files
from sameas.graph.store.sqlite.faults import RAISED, translate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["copy"]

STEP = 1_024
"""Pages of 4 KiB that are copied before the progress is told."""


def copy(
    source: apsw.Connection,
    path: Path,
    target: Path,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Copy what a connection sees in its open transaction.

    The transaction is what keeps SQLite from starting anew at each commit that comes meanwhile.

    Raises:
        StoreError: the target is the store itself or in use, or cannot be written.
    """
    target = target.resolve()
    if target == path or files.beside(target):
        raise StoreError(Fault(str(target), "it is a store in use", "name another file"))
    if not target.parent.is_dir():
        raise StoreError(Fault(str(target), "its folder is not there", "make it first"))
    aside = target.with_name(f".{target.name}.{os.getpid()}-{id(source):x}")
    made: apsw.Connection | None = None
    try:
        files.make(aside)
        made = apsw.Connection(str(aside), flags=apsw.SQLITE_OPEN_READWRITE)
        made.pragma("synchronous", "OFF")  # synced once, below
        with made.backup("main", source, "main") as running:
            while not running.done:
                running.step(STEP)
                if progress is not None:
                    progress(running.page_count - running.remaining, running.page_count)
        made.close()
        files.sync(aside)
        aside.replace(target)
        files.sync_folder(target.parent)
    except (*RAISED, OSError) as error:
        raise translate(error, target, made) from error
    finally:
        if made is not None:
            made.close(True)
        with suppress(OSError):
            aside.unlink()  # not there, or where nothing can be written and the error above says so
