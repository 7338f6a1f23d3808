"""Looking identifiers up."""

from __future__ import annotations

import dataclasses
import hashlib

import pytest
from tests.engine.online.view_rows import RULES, Counting, Hand, contested

from sameas.engine import policy as policies
from sameas.engine.online.rules import BLOCKED, GONE, SHARED, UNLINKED, Rules
from sameas.engine.online.view import View
from sameas.engine.online.view.answers import Found
from sameas.graph.store import tables as t


def whole() -> Hand:
    hand = Hand()
    hand.record(1, 1)
    hand.profile(1)
    hand.component(1, cluster=1)
    hand.identifier(1, "email", "ann@example.com", component=1)
    hand.link(1, 1)
    return hand


def test_a_plain_identifier_is_found_in_any_spelling() -> None:
    found = whole().view.lookup([("email", " Ann@Example.COM ")])
    assert found == [Found("email:ann@example.com", "linked", "p_1")]


def test_a_plain_identifier_takes_four_reads_however_many_are_asked() -> None:
    hand = whole()
    hand.identifier(2, "email", "ann@example.org", component=1)
    reader = Counting(hand.store)
    refs = [("email", "ann@example.com"), ("email", "ann@example.org"), ("email", "no@no.no")]
    found = View(reader, RULES).lookup(refs)
    assert [one.profile_id for one in found] == ["p_1", "p_1", None]
    assert reader.asked == {"find": 1, "get": 3}


def test_nothing_asked_is_nothing_answered() -> None:
    assert whole().view.lookup([]) == []


def test_the_same_asked_twice_is_answered_twice() -> None:
    found = whole().view.lookup([("email", "ann@example.com")] * 2)
    assert len(found) == 2
    assert found[0] == found[1]


def test_what_nobody_carries_is_unknown() -> None:
    hand = whole()
    hand.identifier(2, "cookie", "left", standing=GONE)
    found = hand.view.lookup([("cookie", "left"), ("cookie", "never")])
    assert [(one.status, one.profile_id) for one in found] == [("unknown", None)] * 2


@pytest.mark.parametrize(
    ("kind", "raw", "reason"),
    [
        ("email", "ann", "no @"),
        ("shoe", "42", "the policy has no such identifier type"),
        ("email", " ", "no value"),
    ],
)
def test_what_has_no_canonical_form_is_rejected_with_its_reason(
    kind: str, raw: str, reason: str
) -> None:
    (found,) = whole().view.lookup([(kind, raw)])
    assert (found.status, found.profile_id, found.reason) == ("rejected", None, reason)
    assert found.identifier == f"{kind}:{raw}"


def test_junk_is_blocked_whether_it_was_seen_or_not() -> None:
    hand = whole()
    hand.identifier(2, "cookie", "null", standing=BLOCKED)
    found = hand.view.lookup([("cookie", "null"), ("cookie", "undefined")])
    assert [one.status for one in found] == ["blocked", "blocked"]


@pytest.mark.parametrize(("standing", "status"), [(SHARED, "shared"), (UNLINKED, "unlinked")])
def test_what_joins_nobody_answers_with_nobody(standing: int, status: str) -> None:
    hand = whole()
    hand.identifier(2, "cookie", "kiosk", standing=standing)
    hand.link(1, 2, granted=False)
    (found,) = hand.view.lookup([("cookie", "kiosk")])
    assert (found.status, found.profile_id, found.others) == (status, None, ())


def test_a_contested_identifier_answers_with_its_first_group_and_lists_who_else_holds_it() -> None:
    (found,) = contested().view.lookup([("phone", "+1 202 555 0123")])
    assert found == Found("phone:+12025550123", "contested", "p_1", ("p_2",))


def test_the_first_group_answers_though_a_later_one_has_an_older_record() -> None:
    hand = contested()
    hand.link(1, 1, place=1)
    hand.link(3, 1, place=1)
    hand.link(2, 1)
    (found,) = hand.view.lookup([("phone", "+1 202 555 0123")])
    assert (found.profile_id, found.others) == ("p_2", ("p_1",))


def test_where_the_newest_counts_the_newest_record_of_the_first_group_answers() -> None:
    hand = Hand()
    for number in (1, 2):
        hand.record(number, number, seen=number)
        hand.profile(number)
    hand.component(1)
    hand.identifier(1, "cookie", "c")
    hand.link(1, 1)
    hand.link(2, 1)
    rules = Rules(dataclasses.replace(policies.default(), on_conflict="newest"))
    assert hand.view.lookup([("cookie", "c")])[0].profile_id == "p_1"
    assert View(hand.store, rules).lookup([("cookie", "c")])[0].profile_id == "p_2"


def test_one_person_in_a_component_of_several_is_linked() -> None:
    hand = contested()
    hand.identifier(2, "cookie", "c", component=1)
    hand.link(1, 2)
    hand.link(3, 2)
    assert hand.view.lookup([("cookie", "c")]) == [Found("cookie:c", "linked", "p_1")]


def test_an_identifier_all_of_whose_links_were_refused_is_unlinked() -> None:
    hand = contested()
    hand.identifier(2, "cookie", "c", component=1)
    hand.link(1, 2, granted=False)
    hand.link(2, 2, granted=True, place=-1)
    assert hand.view.lookup([("cookie", "c")]) == [Found("cookie:c", "unlinked", None)]


def test_the_digest_of_a_plain_email_answers_with_the_emails_profile() -> None:
    hand = whole()
    digest = hashlib.sha256(b"ann@example.com").hexdigest()
    hand.add(t.FURTHER, t.Further(1, "email_sha256", digest, 1))
    assert hand.view.lookup([("email_sha256", digest.upper())]) == [
        Found(f"email_sha256:{digest}", "linked", "p_1")
    ]
