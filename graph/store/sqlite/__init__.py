"""The store in one SQLite file."""

from __future__ import annotations

from sameas.graph.store.sqlite.connection import Tuning
from sameas.graph.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore", "Tuning"]
