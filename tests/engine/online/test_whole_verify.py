from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from tests.engine.online.plain_store import PlainStore
from tests.engine.online.whole_histories import engine_of, live_on, plain_policy
from tests.laws.budget import scale
from tests.laws.online import History

from sameas.engine import policy as policies
from sameas.engine.online.events import Event, Withdrawal
from sameas.engine.online.whole import verify
from sameas.errors import StoreError
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("seed", range(int(6 * scale())))
def test_a_store_that_only_the_engine_wrote_is_clean(seed: int) -> None:
    """Whatever was said, taken back and withdrawn, in whatever order."""
    r = Random(seed)
    policy = plain_policy(r)
    with engine_of(policy) as engine:
        history = History(policy)
        for _ in range(3):
            live_on(engine, history, r, 8)
            found = verify(engine.store)
            assert found, found.differences[:5]


def test_a_store_of_nothing_is_clean() -> None:
    with engine_of(policies.default()) as engine:
        found = verify(engine.store)
        assert found
        assert (found.records, found.profiles, found.pending) == (0, 0, 0)


def test_a_store_that_nobody_founded_is_refused() -> None:
    with pytest.raises(StoreError, match="has no policy"):
        verify(PlainStore())


@pytest.fixture
def store() -> PlainStore:
    """Two shared tablets, a family phone, a withdrawal, a merge, spellings and folded events."""
    kept = PlainStore()
    kinds = [
        replace(kind, max_fanout=2) if kind.name == "cookie" else kind
        for kind in policies.default().identifiers
    ]
    policy = replace(policies.default(), identifiers=tuple(kinds))
    ann = {"first_name": "Ann", "last_name": "Lee"}
    bob = {"first_name": "Robert", "last_name": "Ray"}
    rows: list[Event | Withdrawal] = [
        Event("crm", [("email", "Ann@shop.example"), ("phone", "+4930901820")], ann, "1", 1),
        Event("crm", [("email", "bob@shop.example"), ("phone", "+4930901820")], bob, "2", 2),
        Event("web", [("cookie", "c1"), ("email", "ann@shop.example")], {}, None, 3),
        Event("web", [("cookie", "c1"), ("email", "ANN@shop.example")], {"plan": "a"}, None, 4),
        Event("web", [("cookie", "c2")], {}, None, 5, message_id="m1"),
        Event("web", [("cookie", "c3")], {}, None, 9, message_id="m1"),
        Event("web", [("cookie", "c2"), ("user_id", "u1")], {}, None, 6),
        Event("web", [("cookie", "shared"), ("email", "x@shop.example")], {}, None, 7),
        Event("web", [("cookie", "shared"), ("email", "y@shop.example")], {}, None, 7),
        Event("web", [("cookie", "shared"), ("email", "z@shop.example")], {}, None, 7),
        Event("pos", [], {"note": "nobody"}, None, 8),
        Event("pos", [("email", "gone@shop.example")], {}, "9", 8),
        Withdrawal("pos", "9", 10),
    ]
    engine = engine_of(policy, kept)
    engine.ingest(rows)
    engine.close()
    found = verify(kept)
    assert found, found.differences
    return kept


def change(table: str, pick: Callable[[Any], bool], **fields: Any) -> Callable[[PlainStore], None]:
    """Change the first row that fits."""

    def plant(store: PlainStore) -> None:
        rows = store.rows[table]
        key = next(key for key in sorted(rows) if pick(rows[key]))
        row = rows.pop(key)
        kept = msgspec.structs.replace(
            row, **{name: to(row) if callable(to) else to for name, to in fields.items()}
        )
        key = tuple(getattr(kept, name) for name in getattr(t, TABLE[table]).key)
        rows[key] = kept

    return plant


def lose(table: str, pick: Callable[[Any], bool]) -> Callable[[PlainStore], None]:
    """Remove the last row that fits."""

    def plant(store: PlainStore) -> None:
        rows = store.rows[table]
        del rows[max(key for key in rows if pick(rows[key]))]

    return plant


TABLE = {table.name: table.name.upper() for table in t.TABLES}
LIVE = lambda row: row.live  # noqa: E731 - used as a value below

PLANTED = {
    "record": change("record", LIVE, event_time=99),
    "record traits": change("record", LIVE, traits='{"plan":"z"}'),
    "record count": change("record", lambda row: row.count == 2, count=7),
    "record lost": lose("record", LIVE),
    "record alive": change("record", lambda row: not row.live, live=1, component=1, cluster=1),
    "withdrawal": change("record", lambda row: row.withdrawn_at == 10, withdrawn_at=11),
    "input": change("input", lambda row: row.kind == 0, payload='[[["email","q@x.example"]],{}]'),
    "input state": change("input", lambda row: row.message_id == "m1", state=2),
    "profile": change("record", lambda row: row.record_id == "2", cluster=1),
    "component": change("record", LIVE, component=99),
    "component nodes": change("component", lambda row: row.nodes > 1, nodes=1),
    "component lost": lose("component", lambda _: True),
    "identifier": change("identifier", lambda row: row.standing == 3, standing=4),
    "identifier home": change("identifier", lambda row: row.standing == 4, component=None),
    "link": change("link", lambda row: row.granted == 1, granted=0),
    "link place": change("link", lambda row: row.place == 0, place=1),
    "link lost": lose("link", lambda _: True),
    "reason": change("link", lambda row: row.reason is not None, reason='["guard",[]]'),
    "spelling": change("link", lambda row: row.spelled is not None, spelled=None),
    "summary": change(
        "component",
        lambda row: row.summary is not None and row.nodes > 2,
        summary=lambda row: row.summary.replace("1", "0", 1),
    ),
    "id": change("cluster", lambda _: True, profile=2),
    "id carrier": change("issued", lambda row: row.carrier is not None, carrier=999),
    "membership": lose("membership", lambda _: True),
    "membership since": change("record", LIVE, since=99),
    "naming": lose("naming", lambda _: True),
    "naming since": change("cluster", lambda _: True, since=99),
    "carrying": lose("carrying", lambda _: True),
    "carrying since": change("issued", lambda row: row.carrier is not None, since=0),
    "feed": lose("change", lambda row: row.position == 1),
    "counter": change("meta", lambda row: row.name == "counters", value="{}"),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_what_was_planted_is_found(store: PlainStore, kind: str) -> None:
    """By a difference of its own kind; there may be others that follow from it."""
    PLANTED[kind](store)
    found = verify(store)
    assert not found
    assert kind.split(maxsplit=1)[0] in found.counts, found.differences


def test_an_input_that_is_pending_is_told_apart(store: PlainStore) -> None:
    number = max(store.rows["input"])[0] + 1
    row = t.Input(number, 1, "crm", None, 99, None, 99, b"", 0, 1, '[[["cookie","late"]],{}]')
    store.rows["input"][number,] = row
    facts = store.rows["meta"]
    counters = msgspec.json.decode(facts["counters",].value)
    facts["counters",] = t.Meta(
        "counters", msgspec.json.encode(counters | {"input": number}).decode()
    )
    found = verify(store)
    assert (bool(found), found.pending) == (True, 1)
