"""All that is held on a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.engine.online.plain_store import PlainStore
from tests.engine.online.view_rows import Hand, ticking

from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Event, Withdrawal
from sameas.engine.online.view import View
from sameas.errors import UnknownProfileError
from sameas.graph.model import Identifier, Judgement, RecordKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sameas.engine.online.view.answers import Export


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine(PlainStore(), clock=ticking()) as one:
        yield one


def export(engine: Engine, id_: str | None) -> Export:
    assert id_ is not None
    return View(engine.store, engine.rules).export(id_)


def test_inputs_are_told_as_they_were_sent_old_versions_too(engine: Engine) -> None:
    ids = [("email", " Ann@X.com"), ("phone", "12")]
    one, _ = engine.ingest(
        [
            Event("crm", ids, {"city": "Oslo"}, "1", event_time=5, message_id="m"),
            Event("crm", ids, {"city": "Rome"}, "1", event_time=6),
        ]
    )
    found = export(engine, one.profile_id)
    first, second = found.inputs
    assert (first.record, first.kind, first.state, first.message_id) == (
        "crm/1",
        "version",
        "applied",
        "m",
    )
    assert (first.identifiers, first.traits) == (tuple(ids), {"city": "Oslo"})
    assert [no.value for no in second.rejected] == ["12"]
    assert found.profile is not None
    assert found.records[0].traits == {"city": "Rome"}


def test_what_is_held_of_a_profile_that_is_gone_is_told(engine: Engine) -> None:
    (one,) = engine.ingest([Event("crm", [("email", "ann@x.com")], {}, "1", event_time=5)])
    engine.ingest([Withdrawal("crm", "1", event_time=6)])
    found = export(engine, one.profile_id)
    assert (found.profile, found.records, found.identifiers) == (None, (), ())
    assert found.withdrawn == ("crm/1",)
    assert [row.kind for row in found.inputs] == ["version", "withdrawal"]


def test_a_record_that_left_a_living_profile_is_held_with_it(engine: Engine) -> None:
    ids = [("email", "ann@x.com")]
    one, _ = engine.ingest(
        [Event("crm", ids, {}, "1", event_time=5), Event("crm", ids, {}, "2", event_time=5)]
    )
    engine.ingest([Withdrawal("crm", "2", event_time=6)])
    found = export(engine, one.profile_id)
    assert [row.record for row in found.records] == ["crm/1"]
    assert found.withdrawn == ("crm/2",)


def test_judgements_that_name_the_person_are_told_the_retracted_too(engine: Engine) -> None:
    one, _ = engine.ingest(
        [
            Event("crm", [("email", "ann@x.com")], {}, "1", event_time=5),
            Event("crm", [("email", "bob@x.com")], {}, "2", event_time=5),
        ]
    )
    ann, bob = Identifier("email", "ann@x.com"), RecordKey("crm", "2")
    words = [
        Judgement("j1", "different", frozenset([ann]), frozenset([bob]), 7, "eve"),
        Judgement("j2", "different", frozenset([bob]), frozenset([RecordKey("x", "y")]), 8),
    ]
    for word in words:
        engine.judge(word).result()
    engine.retract("j1").result()
    (found,) = export(engine, one.profile_id).judgements
    assert (found.key, found.left, found.right) == ("j1", ("email:ann@x.com",), ("crm/2",))
    assert found.retracted is not None


def test_of_two_equal_rows_without_ids_each_profile_has_its_own(engine: Engine) -> None:
    rows = [Event("crm", (), {"note": "hello"}, event_time=time) for time in (5, 6)]
    engine.ingest(rows)
    view = View(engine.store, engine.rules)
    times = {
        entry.profile_id: [row.event_time for row in view.export(entry.profile_id).inputs]
        for entry in view.changes()
        if entry.change == "created"
    }
    assert sorted(times.values()) == [[5], [6]]


def test_an_erased_payload_says_so() -> None:
    hand = Hand()
    hand.record(1, 1)
    hand.profile(1)
    hand.component(1, cluster=1)
    inputs = hand.store.rows["input"]
    (key,) = inputs
    inputs[key] = type(inputs[key])(*(getattr(inputs[key], f) for f in _KEPT), None)
    (row,) = hand.view.export("p_1").inputs
    assert (row.erased, row.identifiers, row.traits) == (True, (), {})


_KEPT = (
    "number",
    "record",
    "source",
    "message_id",
    "event_time",
    "first_seen",
    "received",
    "content",
    "kind",
    "state",
)


def test_nothing_is_held_on_an_id_that_was_never_issued() -> None:
    with pytest.raises(UnknownProfileError):
        Hand().view.export("p_1")
