"""A profile, its records and identifiers, through the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.engine.online.plain_store import PlainStore
from tests.engine.online.view_rows import contested, ticking

from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Event, Withdrawal
from sameas.engine.online.view import View
from sameas.engine.online.view.answers import Refused, Rejected, TraitValue
from sameas.errors import GoneProfileError, UnknownProfileError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine(PlainStore(), clock=ticking()) as one:
        yield one


def ann(engine: Engine) -> tuple[str, str]:
    """Ann's two visits and what joins them; her id and the one that leads to it."""
    first, second, _ = engine.ingest(
        [
            Event("crm", [("email", "Ann@x.com")], {"city": "Oslo"}, "1", event_time=5),
            Event("web", [("cookie", "c1"), ("phone", "12")], {"city": "Rome"}, event_time=7),
            Event("web", [("email", "ann@x.com"), ("cookie", "c1")], event_time=9),
        ]
    )
    assert first.profile_id is not None
    assert second.profile_id is not None
    return first.profile_id, second.profile_id


def view_of(engine: Engine) -> View:
    return View(engine.store, engine.rules)


def test_a_profile_has_counts_times_and_all_ids_that_lead_to_it(engine: Engine) -> None:
    mine, other = ann(engine)
    found = view_of(engine).profile(mine)
    assert (found.id, found.asked_id, found.ids) == (mine, None, (mine, other))
    assert (found.records, found.identifiers) == (3, 2)
    assert (found.first_seen, found.last_seen) == (5, 9)


def test_each_golden_trait_names_its_record_and_the_losers(engine: Engine) -> None:
    mine, _ = ann(engine)
    city = view_of(engine).profile(mine).traits["city"]
    assert city.value == "Rome"
    assert [one.value for one in city.winners] == ["Rome"]
    assert city.losers == (TraitValue("crm/1", "Oslo"),)


def test_an_earlier_id_resolves_and_says_so(engine: Engine) -> None:
    mine, other = ann(engine)
    found = view_of(engine).profile(other)
    assert (found.id, found.asked_id) == (mine, other)


def test_an_id_that_was_never_issued_is_unknown(engine: Engine) -> None:
    with pytest.raises(UnknownProfileError, match="p_none"):
        view_of(engine).profile("p_none")
    assert UnknownProfileError.status == 404


def test_the_id_of_a_withdrawn_profile_is_gone(engine: Engine) -> None:
    (one,) = engine.ingest([Event("crm", [("email", "ann@x.com")], {}, "1", event_time=5)])
    engine.ingest([Withdrawal("crm", "1", event_time=6)])
    assert one.profile_id is not None
    with pytest.raises(GoneProfileError, match=one.profile_id):
        view_of(engine).records(one.profile_id)
    assert GoneProfileError.status == 410


def test_records_are_told_with_links_and_rejected_values(engine: Engine) -> None:
    mine, _ = ann(engine)
    first, second, third = view_of(engine).records(mine).items
    assert (first.number, first.record, first.kind) == ("r1", "crm/1", "record")
    assert [(one.identifier, one.status, one.raw) for one in first.identifiers] == [
        ("email:ann@x.com", "linked", ("Ann@x.com",))
    ]
    assert second.kind == "observation"
    assert second.rejected == (Rejected("phone", "12", "too short", 2),)
    assert third.traits == {}


def test_every_event_of_an_observation_shows_what_was_rejected_of_it(engine: Engine) -> None:
    seen = [("cookie", "c1")]
    (one, _) = engine.ingest(
        [
            Event("web", [*seen, ("phone", "12")], event_time=5),
            Event("web", [*seen, ("email", "x")], event_time=6),
        ]
    )
    assert one.profile_id is not None
    (record,) = view_of(engine).records(one.profile_id).items
    assert [(no.value, no.input) for no in record.rejected] == [("12", 1), ("x", 2)]


def test_a_superseded_versions_rejected_values_are_not_the_records(engine: Engine) -> None:
    _, last = engine.ingest(
        [
            Event("crm", [("phone", "12")], {}, "1", event_time=5),
            Event("crm", [("email", "ann@x.com")], {}, "1", event_time=6),
        ]
    )
    assert last.profile_id is not None
    (record,) = view_of(engine).records(last.profile_id).items
    assert record.rejected == ()


def test_pages_of_records_join_to_the_whole(engine: Engine) -> None:
    mine, _ = ann(engine)
    view = view_of(engine)
    page, numbers = view.records(mine, limit=2), []
    assert page.next == "r2"
    while True:
        numbers += [one.number for one in page.items]
        if page.next is None:
            break
        page = view.records(mine, after=page.next, limit=2)
    assert numbers == ["r1", "r2", "r3"]


def test_pages_of_identifiers_join_to_the_whole_in_order_of_rank(engine: Engine) -> None:
    mine, _ = ann(engine)
    view = view_of(engine)
    first = view.identifiers(mine, limit=1)
    assert first.next == "email:ann@x.com"
    second = view.identifiers(mine, after=first.next, limit=1)
    assert second.next is None
    assert [one.identifier for one in (*first.items, *second.items)] == [
        "email:ann@x.com",
        "cookie:c1",
    ]
    assert view.identifiers(mine, after="cookie:c1").items == ()


def test_an_identifier_says_how_many_records_carry_it_and_how_it_was_spelled(
    engine: Engine,
) -> None:
    mine, _ = ann(engine)
    email, _ = view_of(engine).identifiers(mine).items
    assert (email.status, email.held, email.records) == ("linked", True, 2)
    assert (email.raw, email.profile_id) == (("Ann@x.com",), mine)


def test_the_home_of_a_contested_identifier_holds_it_without_a_refusal() -> None:
    (phone,) = contested().view.identifiers("p_1").items
    assert (phone.status, phone.held, phone.records) == ("contested", True, 2)
    assert phone.refused == ()


def test_a_second_group_holds_it_and_says_what_kept_it_from_the_home() -> None:
    (phone,) = contested().view.identifiers("p_2").items
    assert (phone.held, phone.profile_id) == (True, "p_1")
    ref = "phone:+12025550123"
    assert phone.refused == (Refused("crm/2", ref, "guard", ("Name 1", "Name 2"), "p_1"),)
    (record,) = contested().view.records("p_2").items
    assert [(one.status, one.place) for one in record.identifiers] == [("linked", 1)]


def test_a_refused_link_is_not_held() -> None:
    (phone,) = contested().view.identifiers("p_4").items
    assert (phone.held, phone.refused[0].constraint) == (False, "max_per_profile")
    (record,) = contested().view.records("p_4").items
    assert record.identifiers[0].status == "refused"


def test_every_answer_can_be_sent_as_json(engine: Engine) -> None:
    mine, _ = ann(engine)
    view = view_of(engine)
    answers = [view.profile(mine), view.records(mine), view.identifiers(mine), view.export(mine)]
    answers += [view.history(mine), view.graph(mine), view.search("ann"), *view.changes()]
    for one in answers:
        assert msgspec.json.decode(msgspec.json.encode(one), type=type(one)) == one
