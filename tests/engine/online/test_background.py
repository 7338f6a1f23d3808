"""What is pending takes effect by itself, whatever kept it back."""

from __future__ import annotations

from typing import Any

from tests.laws.online import Plain

from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Event
from sameas.engine.online.whole.verify import verify
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


def test_what_repeats_a_message_that_waits_does_not_count() -> None:
    """Nor does `verify` take it for the first one, which is not live yet."""
    store = FullDisk()
    with Engine(store, budget=0) as engine:
        engine.submit(Event("web", [("email", "1@x.example")], {}, "1", 5)).result()
        store.refusals = 10_000
        for time, waits in ((6, True), (7, False)):
            later = Event("web", [("email", "2@x.example")], {}, "1", time, message_id="m")
            assert engine.submit(later).result().pending is waits
        with store.snapshot() as reader:
            found = verify(reader)
            assert found.pending == 1
            assert found, found.differences
        store.refusals = 0
        assert engine.settled(PATIENCE)
        with store.snapshot() as reader:
            found = verify(reader)
            assert found.pending == 0
            assert found, found.differences
