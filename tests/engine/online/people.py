"""An engine over dictionaries, and a few people to speak of."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.engine.online.forgetting import ERASE_KEY
from tests.engine.online.plain_store import PlainStore

from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Answer, Event, Withdrawal
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sameas.engine.policy import Policy

ID_KEY = bytes(range(16))
NOW = 1_000


class Clock:
    """A time that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


class People:
    """An engine in short words."""

    def __init__(self, store: Any = None, policy: Policy | None = None) -> None:
        self.clock = Clock()
        self.store = PlainStore() if store is None else store
        self.engine = Engine(
            self.store, policy=policy, id_key=ID_KEY, erase_key=ERASE_KEY, clock=self.clock
        )

    def say(
        self,
        *identifiers: str,
        source: str = "web",
        record: str | None = None,
        time: int | None = None,
        message: str | None = None,
        **traits: str,
    ) -> Answer:
        """Take a row in; identifiers are `type:value`."""
        pairs = [(kind, value) for kind, _, value in (one.partition(":") for one in identifiers)]
        row = Event(source, pairs, traits, record, time, None, message)
        return self.engine.submit(row).result()

    def withdraw(self, source: str, record: str, time: int | None = None) -> Answer:
        return self.engine.submit(Withdrawal(source, record, time)).result()

    def rows(self, table: t.Table[Any]) -> list[Any]:
        return list(self.store.scan(table))

    def profiles(self) -> set[frozenset[str]]:
        """The live records of each profile, as references."""
        found: dict[int, set[str]] = {}
        for row in self.rows(t.RECORD):
            if row.live:
                found.setdefault(row.cluster, set()).add(f"{row.source}/{row.record_id}")
        return set(map(frozenset, found.values()))

    def id_of(self, ref: str) -> str | None:
        """The profile id of a live record."""
        source, _, record_id = ref.partition("/")
        clusters = {row.number: row for row in self.rows(t.CLUSTER)}
        ids = {row.number: row.id for row in self.rows(t.ISSUED)}
        for row in self.rows(t.RECORD):
            if (row.source, row.record_id) == (source, record_id) and row.live:
                found: str = ids[clusters[row.cluster].profile]
                return found
        return None


@contextmanager
def people(store: Any = None, policy: Policy | None = None) -> Iterator[People]:
    """People, and an engine that is closed afterwards."""
    made = People(store, policy)
    try:
        yield made
    finally:
        made.engine.close()
