"""Where the graph is kept: `open_store` opens a store by its place, whatever kind it is.

Nothing that a store needs is loaded before one is opened.

>>> import tempfile
>>> folder = tempfile.TemporaryDirectory()
>>> with open_store(f"{folder.name}/people.db") as store:
...     store.readonly
False
>>> open_store("postgresql://db.example/people")
Traceback (most recent call last):
sameas.errors.StoreError: postgresql://...: not supported yet (a file's path, or sqlite:///path)
>>> folder.cleanup()
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from sameas.errors import Fault, StoreError

if TYPE_CHECKING:
    from sameas.graph.store.port import ChangeSet, Reader, Store
    from sameas.graph.store.sqlite import SqliteStore

__all__ = ["ChangeSet", "Reader", "Store", "StoreError", "open_store"]

COMING = ("postgresql", "postgres", "neo4j", "bolt")


def open_store(
    path_or_url: str | Path, *, create: bool = True, readonly: bool = False
) -> SqliteStore:
    """Open a store, for writing unless `readonly`; any number may read beside the one that writes.

    A path, or `sqlite:///relative/path`, or `sqlite:////absolute/path` with special characters
    percent-encoded. With `create` a file that is not there is made.

    Raises:
        StoreError: and the classes below it: it is not there, no store, held by another process ...
    """
    from sameas.graph.store.sqlite import SqliteStore

    return SqliteStore(_path(path_or_url), create=create, readonly=readonly)


def _path(path_or_url: str | Path) -> Path:
    if isinstance(path_or_url, Path):
        return path_or_url
    scheme = re.match(r"([a-z][a-z0-9+.-]*)://", path_or_url)
    name = path_or_url
    if scheme is not None:
        if scheme[1] != "sqlite":
            # what follows may hold a password
            what = "not supported yet" if scheme[1] in COMING else "no kind of store"
            raise StoreError(Fault(f"{scheme[0]}...", what, "a file's path, or sqlite:///path"))
        if not path_or_url.startswith("sqlite:///"):
            what = "a host was given, but SQLite has none"
            raise StoreError(Fault(path_or_url, what, "sqlite:///relative or sqlite:////absolute"))
        name = unquote(path_or_url.removeprefix("sqlite:///"))
    if not name or name == ":memory:" or "\0" in name:
        raise StoreError(Fault(repr(path_or_url), "it names no file", "a file's path"))
    return Path(name)


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sameas.graph.store import port

    value: object = getattr(port, name)
    globals()[name] = value
    return value
