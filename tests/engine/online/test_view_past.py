"""What belonged to whom at a past commit time."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.online.plain_store import PlainStore
from tests.engine.online.view_rows import Hand, ticking

from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Event, Withdrawal
from sameas.engine.online.view import View
from sameas.engine.online.view.past import position_at
from sameas.errors import GoneProfileError, UnknownProfileError
from sameas.graph.store import tables as t
from sameas.matching.canonical import hash_names

if TYPE_CHECKING:
    from collections.abc import Iterator


class Told:
    """An engine over a store, and the commit time after each step."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @property
    def view(self) -> View:
        return View(self.engine.store, self.engine.rules)

    def put(self, *rows: Event | Withdrawal) -> tuple[str | None, int]:
        """The id of the last row's profile, and when it was committed."""
        answer = self.engine.ingest(rows)[-1]
        last = self.engine.store.last(t.CHANGE)
        assert last is not None
        return answer.profile_id, last.time


@pytest.fixture
def told() -> Iterator[Told]:
    with Engine(PlainStore(), clock=ticking()) as engine:
        yield Told(engine)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 3)), max_size=12), st.integers(-1, 21))
def test_the_position_of_a_time_is_the_last_before_what_came_later(
    steps: list[tuple[int, int]], micros: int
) -> None:
    """Positions may be missing; those right before a later change are in time."""
    times = sorted(time for time, _ in steps)
    positions, at = [], 0
    for _, gap in steps:
        at += gap
        positions.append(at)
    hand = Hand()
    hand.changes(
        t.Change(position, time, "updated", 1, None, None)
        for position, time in zip(positions, times, strict=True)
    )
    found = position_at(hand.store, micros)
    count = bisect_right(times, micros)
    assert sum(position <= found for position in positions) == count
    if count < len(positions):
        assert found == positions[count] - 1


def test_before_anything_happened_no_id_was_issued(told: Told) -> None:
    mine, time = told.put(Event("crm", [("email", "ann@x.com")], {}, "1", event_time=5))
    assert mine is not None
    with pytest.raises(UnknownProfileError, match="by then"):
        told.view.profile(mine, time - 1)
    assert told.view.as_of(time - 1).record("crm", "1") is None
    assert told.view.as_of(time - 1).identifier("email", "ann@x.com") == ()


def test_of_an_empty_store_nothing_was_anywhere() -> None:
    past = Hand().view.as_of(5)
    assert past.record("crm", "1") is None
    with pytest.raises(UnknownProfileError):
        past.id("p_1")


def test_as_of_now_is_the_profile_as_it_is(told: Told) -> None:
    told.put(Event("crm", [("email", "ann@x.com")], {"city": "Oslo"}, "1", event_time=5))
    mine, time = told.put(Event("web", [("email", "ann@x.com")], {"city": "Rome"}, event_time=7))
    assert mine is not None
    now, then = told.view.profile(mine), told.view.profile(mine, time)
    assert then.as_of == time
    assert (then.id, then.ids, then.traits, then.records, then.first_seen, then.last_seen) == (
        now.id,
        now.ids,
        now.traits,
        now.records,
        now.first_seen,
        now.last_seen,
    )


def test_identifier_is_found_where_it_was_though_it_was_given_up_since(told: Told) -> None:
    """A new version without it, or a withdrawal, takes nothing from the past."""
    first, then = told.put(Event("crm", [("email", "ann@x.com")], {}, "1", event_time=5))
    other, _ = told.put(Event("web", [("cookie", "c1")], {}, "v", event_time=5))
    _, given_up = told.put(Event("crm", [("email", "bob@x.com")], {}, "1", event_time=6))
    told.put(Withdrawal("web", "v", 8))
    last = told.engine.store.last(t.CHANGE)
    assert last is not None
    past = told.view.as_of(then)
    assert past.identifier("email", "ann@x.com") == (first,)
    assert past.identifier("email", "bob@x.com") == ()
    assert told.view.as_of(given_up).identifier("email", "ann@x.com") == ()
    assert told.view.as_of(given_up).identifier("cookie", "c1") == (other,)
    assert told.view.as_of(last.time).identifier("cookie", "c1") == ()


def test_address_was_with_whoever_sent_its_digest(told: Told) -> None:
    """And the digest with whoever sent the address, though both were withdrawn since."""
    (digest,) = hash_names("ann@x.com", "ann@x.com")["email_sha256"]
    first, _ = told.put(Event("crm", [("email_sha256", digest)], {}, "1", event_time=5))
    _, then = told.put(Event("web", [("email", "ann@x.com")], {}, "2", event_time=6))
    told.put(Withdrawal("crm", "1", 8))
    past = told.view.as_of(then)
    assert past.identifier("email", "ann@x.com") == (first,)
    assert past.identifier("email_sha256", digest) == (first,)
    told.put(Withdrawal("web", "2", 8))
    assert told.view.as_of(then).identifier("email", "ann@x.com") == (first,)


def test_before_a_merge_an_id_was_a_profile_of_its_own(told: Told) -> None:
    first, _ = told.put(Event("crm", [("email", "ann@x.com")], {"city": "Oslo"}, "1", event_time=5))
    other, apart = told.put(Event("web", [("cookie", "c1")], {"city": "Rome"}, "v", event_time=7))
    _, joined = told.put(Event("web", [("email", "ann@x.com"), ("cookie", "c1")], event_time=9))
    assert first is not None
    assert other is not None
    before, after = told.view.as_of(apart), told.view.as_of(joined)
    assert (before.id(other), after.id(other)) == (other, first)
    assert (before.record("web", "v"), after.record("web", "v")) == (other, first)
    assert before.identifier("cookie", "C1 ".strip().lower()) == (other,)
    assert after.identifier("cookie", "c1") == (first,)
    assert (before.records(other), after.records(other)) == ([2], [1, 2, 3])
    profile = told.view.profile(other, apart)
    assert (profile.id, profile.asked_id, profile.ids) == (other, None, (other,))
    assert profile.traits["city"].value == "Rome"
    assert told.view.profile(other, joined).asked_id == other


def test_a_trait_is_what_the_versions_received_by_then_said(told: Told) -> None:
    ids = [("email", "ann@x.com")]
    mine, first = told.put(Event("crm", ids, {"city": "Oslo"}, "1", event_time=5))
    _, second = told.put(Event("crm", ids, {"city": "Rome"}, "1", event_time=6))
    assert mine is not None
    cities = [told.view.profile(mine, time).traits["city"].value for time in (first, second)]
    assert cities == ["Oslo", "Rome"]


def test_a_folded_observation_is_what_its_events_were_by_then(told: Told) -> None:
    ids = [("cookie", "c1")]
    mine, first = told.put(Event("web", ids, {"plan": "a"}, event_time=5))
    told.put(Event("web", ids, {"plan": "b"}, event_time=9))
    assert mine is not None
    then, now = told.view.profile(mine, first), told.view.profile(mine)
    assert (then.last_seen, now.last_seen) == (5, 9)
    assert (then.traits["plan"].value, now.traits["plan"].value) == ("a", "b")


def test_the_second_of_two_equal_rows_without_ids_has_a_past(told: Told) -> None:
    rows = [Event("crm", (), {"note": "hello"}, event_time=time) for time in (5, 6)]
    told.put(rows[0])
    told.put(rows[1])
    last = told.engine.store.last(t.CHANGE)
    assert last is not None
    second = told.view.as_of(last.time)
    ref = [row for row in told.engine.store.scan(t.RECORD) if row.record_id.endswith("_2")]
    assert second.versions([ref[0].number])[ref[0].number].traits == {"note": "hello"}


def test_a_profile_that_is_gone_was_there_before(told: Told) -> None:
    mine, there = told.put(Event("crm", [("email", "ann@x.com")], {"city": "Oslo"}, "1", 5))
    _, left = told.put(Withdrawal("crm", "1", event_time=6))
    assert mine is not None
    assert told.view.profile(mine, there).traits["city"].value == "Oslo"
    assert told.view.as_of(left).record("crm", "1") is None
    with pytest.raises(GoneProfileError):
        told.view.profile(mine, left)
