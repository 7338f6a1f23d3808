"""Profiles by parts of what is known of them."""

from __future__ import annotations

import pytest
from tests.engine.online.view_rows import Hand, contested

from sameas.engine.online.rules import SHARED, UNLINKED


def people() -> Hand:
    hand = Hand()
    for number, name, city in ((1, "Ann Lee", "Oslo"), (2, "Łukasz Nowak", "Oslo")):
        hand.record(number, number, component=number, traits={"full_name": name, "city": city})
        hand.profile(number, component=number)
        hand.component(number, cluster=number)
    hand.identifier(1, "email", "ann@example.com", component=1)
    hand.identifier(2, "email", "ann.other@example.com", component=2)
    hand.identifier(3, "phone", "+12025550123", component=1)
    hand.link(1, 1)
    hand.link(2, 2)
    hand.link(1, 3)
    return hand


def found(text: str = "", **traits: str) -> list[str]:
    return [hit.profile_id for hit in people().view.search(text, traits).hits]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("ann@example.com", ["p_1"]),
        ("ANN@", ["p_1"]),
        ("ann", ["p_2", "p_1"]),
        ("email:ann.", ["p_2"]),
        ("phone:ann", []),
        ("(202) 555", ["p_1"]),
        ("+1202", ["p_1"]),
        ("p_2", ["p_2"]),
        ("P_", ["p_1", "p_2"]),
        ("crm/2", ["p_2"]),
        ("oslo", ["p_1", "p_2"]),
        ("łukasz", ["p_2"]),
        ("nobody", []),
        ("full_name", []),
        ("", []),
    ],
)
def test_a_text_is_found(text: str, ids: list[str]) -> None:
    assert found(text) == ids


def test_traits_must_all_match_one_record() -> None:
    assert found(city="osl", full_name="ann") == ["p_1"]
    assert found(city="Rome", full_name="ann") == []


def test_a_text_and_traits_must_both_match() -> None:
    assert found("ann", full_name="łukasz") == ["p_2"]
    assert found("nobody", city="oslo") == []


def test_a_hit_says_what_matched() -> None:
    (hit,) = people().view.search("ann@example.com").hits
    assert [(one.kind, one.name, one.value) for one in hit.matched] == [
        ("identifier", "email", "ann@example.com")
    ]
    (hit,) = people().view.search("", {"full_name": "lee"}).hits
    assert [(one.kind, one.name, one.record) for one in hit.matched] == [
        ("trait", "full_name", "crm/1")
    ]


def test_no_more_is_found_than_was_asked_for() -> None:
    search = people().view.search("oslo", limit=1)
    assert [hit.profile_id for hit in search.hits] == ["p_1"]
    assert search.truncated
    assert not people().view.search("oslo", limit=2).truncated


def test_all_holders_of_a_contested_identifier_are_found_the_home_first() -> None:
    hits = contested().view.search("+12025550123").hits
    assert [hit.profile_id for hit in hits] == ["p_1", "p_2"]


def test_a_shared_identifier_finds_nobody_and_an_unlinked_one_its_carriers() -> None:
    hand = people()
    hand.identifier(8, "cookie", "kiosk", standing=SHARED)
    hand.link(1, 8, granted=False)
    hand.identifier(9, "cookie", "card", standing=UNLINKED)
    hand.link(2, 9, granted=False)
    assert hand.view.search("kiosk").hits == ()
    assert [hit.profile_id for hit in hand.view.search("card").hits] == ["p_2"]


def test_withdrawn_records_are_not_found() -> None:
    hand = Hand()
    hand.record(1, None, traits={"city": "Oslo"})
    assert hand.view.search("oslo").hits == ()
    assert hand.view.search("crm/1").hits == ()


def test_traits_with_quotes_and_backslashes_are_found() -> None:
    hand = Hand()
    hand.record(1, 1, traits={"note": 'say "a\\b"'})
    hand.profile(1)
    hand.component(1, cluster=1)
    assert [hit.profile_id for hit in hand.view.search('"a\\b"').hits] == ["p_1"]
