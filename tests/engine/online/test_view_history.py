"""The feed, and what became of one profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.engine.online.plain_store import PlainStore
from tests.engine.online.view_rows import Hand, ticking

from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Event, Withdrawal
from sameas.engine.online.view import View
from sameas.errors import UnknownProfileError
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine(PlainStore(), clock=ticking()) as one:
        yield one


def test_an_empty_feed_has_no_entries() -> None:
    assert Hand().view.changes() == []


def test_entries_follow_a_cursor_and_speak_of_records_by_opaque_number(engine: Engine) -> None:
    one, two = engine.ingest(
        [
            Event("crm", [("email", "ann@x.com")], {}, "1", event_time=5),
            Event("crm", [("email", "bob@x.com")], {}, "2", event_time=5),
        ]
    )
    view = View(engine.store, engine.rules)
    (first,) = view.changes(limit=1)
    assert (first.change, first.profile_id, first.records) == ("created", one.profile_id, ("r1",))
    (second,) = view.changes(after=first.position)
    assert second.profile_id == two.profile_id
    assert view.changes(after=second.position) == []


def test_a_merged_id_is_told_from_both_sides(engine: Engine) -> None:
    one, two, _ = engine.ingest(
        [
            Event("crm", [("email", "ann@x.com")], {}, "1", event_time=5),
            Event("web", [("cookie", "c1")], event_time=6),
            Event("web", [("email", "ann@x.com"), ("cookie", "c1")], event_time=7),
        ]
    )
    assert one.profile_id is not None
    assert two.profile_id is not None
    found = View(engine.store, engine.rules).history(two.profile_id)
    assert (found.id, found.asked_id) == (one.profile_id, two.profile_id)
    assert found.ids == (one.profile_id, two.profile_id)
    assert [(event.id, event.event, event.other_id) for event in found.life] == [
        (one.profile_id, "created", None),
        (two.profile_id, "created", None),
        (one.profile_id, "merged", two.profile_id),
        (two.profile_id, "merged_into", one.profile_id),
    ]
    assert [entry.change for entry in found.entries] == ["created", "created", "updated", "merged"]


def test_the_entries_of_a_profile_come_in_pages_its_life_as_a_whole(engine: Engine) -> None:
    rows = [Event("web", [("cookie", "c1")], event_time=time) for time in (5, 6, 7)]
    mine = engine.ingest(rows)[0].profile_id
    assert mine is not None
    view = View(engine.store, engine.rules)
    page = view.history(mine, limit=2)
    assert [entry.change for entry in page.entries] == ["created", "updated"]
    assert page.next is not None
    rest = view.history(mine, after=page.next, limit=2)
    assert (len(rest.entries), rest.next) == (1, None)
    assert rest.life == page.life


def test_the_history_of_an_id_that_is_gone_is_still_told(engine: Engine) -> None:
    (one,) = engine.ingest([Event("crm", [("email", "ann@x.com")], {}, "1", event_time=5)])
    engine.ingest([Withdrawal("crm", "1", event_time=6)])
    assert one.profile_id is not None
    found = View(engine.store, engine.rules).history(one.profile_id)
    assert (found.id, found.ids) == (None, (one.profile_id,))
    assert [event.event for event in found.life] == ["created", "removed"]
    assert found.entries[-1].gone == ("r1",)


def test_an_id_that_was_never_issued_has_no_history() -> None:
    with pytest.raises(UnknownProfileError):
        Hand().view.history("p_1")


def test_a_split_is_told_from_both_sides() -> None:
    hand = Hand()
    for number in (1, 2):
        hand.record(number, number)
        hand.profile(number)
    hand.changes(
        [
            t.Change(1, 10, "created", 1, None, '{"records":[1,2]}'),
            t.Change(2, 20, "split", 2, 1, '{"records":[2]}'),
        ]
    )
    first, second = hand.view.history("p_1"), hand.view.history("p_2")
    assert [(one.id, one.event, one.other_id) for one in first.life] == [
        ("p_1", "created", None),
        ("p_1", "split", "p_2"),
    ]
    assert [(one.id, one.event, one.other_id) for one in second.life] == [
        ("p_2", "split_from", "p_1")
    ]
