"""Stores whose rows were written by hand, and readers that count."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.engine.online.plain_store import PlainStore

from sameas.engine import policy as policies
from sameas.engine.online.rules import LINKED, Rules
from sameas.engine.online.view import View
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


RULES = Rules(policies.default())


def ticking() -> Callable[[], int]:
    """A clock that goes on by a second at each look."""
    times = itertools.count(1_000_000, 1_000_000)
    return lambda: next(times)


class Hand:
    """Writes the rows that the engine would; numbers are given by the caller."""

    def __init__(self) -> None:
        self.store = PlainStore()

    def add(self, table: t.Table[Any], *rows: t.Row) -> None:
        self.store.load([(table, rows)])

    def profile(self, number: int, *, component: int = 1, carrier: int | None = None) -> str:
        """A cluster whose number, id number and first record's number are one."""
        name = f"p_{number}"
        self.add(t.CLUSTER, t.Cluster(number, component, number, 1))
        self.add(t.ISSUED, t.Issued(number, name, number if carrier is None else carrier, 1))
        return name

    def component(self, number: int, cluster: int | None = None) -> None:
        self.add(t.COMPONENT, t.Component(number, 1, cluster, None))

    def record(
        self,
        number: int,
        cluster: int | None,
        *,
        component: int = 1,
        seen: int = 0,
        kind: int = 0,
        traits: Mapping[str, str] | None = None,
    ) -> str:
        """A record `crm/NUMBER`; without a cluster it is withdrawn."""
        live = int(cluster is not None)
        said = json.dumps(traits or {}, ensure_ascii=False)
        self.add(
            t.RECORD,
            t.RecordRow(
                number, "crm", str(number), kind, live, number, 0, None, seen, seen, seen, 1,
                number, said, None, component if live else None, cluster, 1 if live else None,
            ),
        )  # fmt: skip
        payload = json.dumps([[], dict(traits or {})])
        self.add(
            t.INPUT,
            t.Input(number, number, "crm", None, seen, None, seen, b"", 0, 0, payload),
        )
        return f"crm/{number}"

    def identifier(
        self,
        number: int,
        type_: str,
        value: str,
        *,
        standing: int = LINKED,
        component: int | None = None,
    ) -> str:
        self.add(t.IDENTIFIER, t.IdentifierRow(number, type_, value, standing, component))
        return f"{type_}:{value}"

    def link(
        self,
        record: int,
        identifier: int,
        *,
        place: int = 0,
        granted: bool = True,
        reason: tuple[str, list[str]] | None = None,
        raw: list[str] | None = None,
    ) -> None:
        why = None if reason is None else json.dumps(reason)
        spelled = None if raw is None else json.dumps(raw)
        self.add(t.LINK, t.Link(record, identifier, place, int(granted), why, spelled))

    def changes(self, rows: Iterable[t.Change]) -> None:
        self.add(t.CHANGE, *rows)

    @property
    def view(self) -> View:
        return View(self.store, RULES)


def contested() -> Hand:
    """Two people with one phone: p_1 has crm/1 and crm/3, p_2 has crm/2, p_4's link is refused."""
    hand = Hand()
    for number, cluster, seen in ((1, 1, 10), (2, 2, 20), (3, 1, 30), (4, 4, 40)):
        hand.record(number, cluster, seen=seen, traits={"full_name": f"Name {number}"})
    for number in (1, 2, 4):
        hand.profile(number)
    hand.component(1)
    hand.identifier(1, "phone", "+12025550123")
    why = ("guard", ["Name 1", "Name 2"])
    hand.link(1, 1, raw=["(202) 555-0123"])
    hand.link(2, 1, place=1, reason=why)
    hand.link(3, 1)
    hand.link(4, 1, place=2, granted=False, reason=("max_per_profile", ["phone:+1"]))
    return hand


class Counting:
    """A reader that counts what it is asked."""

    def __init__(self, store: PlainStore) -> None:
        self._store = store
        self.asked: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        self.asked[name] += 1
        return getattr(self._store, name)
