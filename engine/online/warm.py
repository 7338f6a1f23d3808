"""Whatever the first write would wait for is done once, beside: compiled code, caches, imports.

The first write of a process took 0.4 to 1 s without.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Event
from sameas.graph.store import open_store

__all__ = ["warm"]


def warm() -> None:
    """Take a few invented rows into a store that is thrown away: by the short way and the long."""
    names = {"first_name": "Ann", "last_name": "Lee"}
    others = {"first_name": "Bob", "last_name": "Ray"}
    phone = ("phone", "+12025550123")
    rows = [
        Event("web", [("email", "ann@x.example"), ("cookie", "c1")], names),
        Event("web", [("email", "ann@x.example"), ("cookie", "c1")], names),
        Event("web", [("email", "ann@x.example"), ("cookie", "c2")], names),
        Event("crm", [("email", "ann@x.example"), phone], names, "1"),
        Event("crm", [("email", "bob@x.example"), phone], others, "2"),
        Event("web", [("cookie", "c2"), ("email", "bob@x.example")], others),
    ]
    with (
        tempfile.TemporaryDirectory(prefix="sameas-") as folder,
        Engine(open_store(Path(folder) / "warm.db")) as engine,
    ):
        for row in rows:
            engine.submit(row).result()
        with engine.view() as view:
            view.lookup([("email", "ann@x.example"), ("email", "nobody@x.example")])
