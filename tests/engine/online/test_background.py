"""What is pending takes effect by itself, whatever kept it back."""

from __future__ import annotations

from typing import Any

from tests.laws.online import Plain

from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Event
from sameas.errors import Fault, StoreFullError

PATIENCE = 120.0


class FullDisk(Plain):
    """A store without room for records that are live, for some commits."""

    refusals = 0

    def commit(self, changes: Any, /) -> None:
        if self.refusals and any(row.live for row in changes.puts.get("record", {}).values()):
            self.refusals -= 1
            raise StoreFullError(Fault("store", "is full", "make room"))
        super().commit(changes)


def test_full_disk_is_got_over_without_news() -> None:
    """With room again what waits takes effect, though nothing else comes."""
    store = FullDisk()
    with Engine(store, budget=0) as engine:
        engine.submit(Event("web", [("email", "1@x.example")], {}, "1", 5)).result()
        store.refusals = 6
        later = Event("web", [("email", "2@x.example")], {}, "1", 6)
        assert engine.submit(later).result().pending
        assert engine.settled(PATIENCE)
        assert store.refusals == 0
        with engine.view() as view:
            assert view.lookup([("email", "2@x.example")])[0].profile_id
