"""Unmerge: a part of a profile is parted from the rest, and stays parted."""

from __future__ import annotations

from typing import Any

import pytest
from tests.engine.online.people import People, people

from sameas.errors import EngineError, GoneProfileError, UnknownProfileError
from sameas.graph.store import tables as t

SET = frozenset


def sisters(all_: People) -> str:
    """Two people who met on one tablet; gives the id of their profile."""
    all_.say("email:ann@example.com", record="1", source="crm")
    all_.say("email:bea@example.com", record="2", source="crm")
    answer = all_.say("email:ann@example.com", "cookie:tab", record="3", source="pos")
    assert answer.profile_id is not None
    answer = all_.say("email:bea@example.com", "cookie:tab", record="4", source="pos")
    assert answer.profile_id is not None
    assert len(all_.profiles()) == 1
    return answer.profile_id


def test_named_records_get_a_profile_of_their_own() -> None:
    with people() as all_:
        whole = sisters(all_)
        done = all_.engine.unmerge(whole, records=["crm/2", "pos/4"]).result()
        assert all_.profiles() == {SET({"crm/1", "pos/3"}), SET({"crm/2", "pos/4"})}
        assert done.profile_id == whole == all_.id_of("crm/1")
        assert done.parted == (all_.id_of("crm/2"),)


def test_a_named_identifier_takes_the_records_along_that_carry_it() -> None:
    with people() as all_:
        whole = sisters(all_)
        all_.engine.unmerge(whole, identifiers=[("email", "BEA@example.com")]).result()
        assert all_.profiles() == {SET({"crm/1", "pos/3"}), SET({"crm/2", "pos/4"})}


def test_what_was_merged_gets_its_own_id_back() -> None:
    with people() as all_:
        ann = all_.say("email:ann@example.com", record="1", source="crm").profile_id
        bea = all_.say("email:bea@example.com", record="2", source="crm").profile_id
        assert ann is not None
        assert bea is not None
        merged = all_.say(
            "email:ann@example.com", "email:bea@example.com", record="3", source="pos"
        )
        assert merged.merged == (bea,)
        done = all_.engine.unmerge(ann, earlier_id=bea).result()
        assert (done.profile_id, done.parted) == (ann, (bea,))
        assert all_.id_of("crm/2") == bea


def test_an_earlier_id_means_the_records_that_it_had_when_it_was_a_profile() -> None:
    with people() as all_:
        ann = all_.say("cookie:a", record="1").profile_id
        bea = all_.say("cookie:b", record="2").profile_id
        all_.say("cookie:b", record="3")
        all_.say("cookie:a", "cookie:b", record="4")
        all_.say("cookie:a", record="5")
        assert ann is not None
        all_.engine.unmerge(ann, earlier_id=bea).result()
        assert all_.profiles() == {SET({"web/1", "web/4", "web/5"}), SET({"web/2", "web/3"})}


def test_it_lasts_when_the_same_rows_come_again() -> None:
    with people() as all_:
        whole = sisters(all_)
        all_.engine.unmerge(whole, records=["crm/2", "pos/4"]).result()
        all_.say("email:bea@example.com", "cookie:tab", record="4", source="pos", time=2_000)
        assert all_.profiles() == {SET({"crm/1", "pos/3"}), SET({"crm/2", "pos/4"})}


def test_later_evidence_goes_to_the_side_that_has_the_identifier() -> None:
    with people() as all_:
        whole = sisters(all_)
        all_.engine.unmerge(whole, records=["crm/2", "pos/4"]).result()
        all_.say("cookie:tab", record="5")
        all_.say("email:bea@example.com", record="6")
        assert all_.profiles() == {
            SET({"crm/1", "pos/3", "web/5"}),
            SET({"crm/2", "pos/4", "web/6"}),
        }


def test_evidence_for_both_sides_does_not_rejoin_them() -> None:
    with people() as all_:
        whole = sisters(all_)
        all_.engine.unmerge(whole, records=["crm/2", "pos/4"]).result()
        all_.say("email:ann@example.com", "email:bea@example.com", record="7")
        assert len(all_.profiles()) == 2


def test_retracting_the_judgement_undoes_it() -> None:
    with people() as all_:
        whole = sisters(all_)
        done = all_.engine.unmerge(whole, records=["crm/2", "pos/4"]).result()
        all_.engine.retract(done.judgement).result()
        assert len(all_.profiles()) == 1
        assert all_.id_of("crm/2") == whole


def test_the_judgement_says_whose_word_it_is() -> None:
    with people() as all_:
        whole = sisters(all_)
        all_.engine.unmerge(whole, records=["crm/2"], author="kim", reason="two").result()
        (row,) = all_.rows(t.JUDGEMENT)
        assert (row.kind, row.author, row.reason) == ("different", "kim", "two")


@pytest.mark.parametrize(
    ("named", "what"),
    [
        ({}, "names nothing"),
        ({"records": ["crm/1", "crm/2", "pos/3", "pos/4"]}, "all records"),
        ({"identifiers": [("cookie", "tab"), ("email", "ann@example.com"),
                          ("email", "bea@example.com")]}, "all records"),
        ({"records": ["crm/9"]}, "is no record of"),
        ({"records": ["crm"]}, "is no record reference"),
        ({"identifiers": [("email", "zoe@example.com")]}, "no record of"),
        ({"identifiers": [("fax", "1")]}, "no such identifier type"),
        ({"earlier_id": "p_aaaaaaaaaaaaaaaa"}, "is no earlier id"),
    ],
)  # fmt: skip
def test_what_cannot_be_parted_is_refused(named: dict[str, Any], what: str) -> None:
    with people() as all_:
        whole = sisters(all_)
        with pytest.raises(EngineError, match=what):
            all_.engine.unmerge(whole, **named).result()
        assert len(all_.profiles()) == 1
        assert not all_.rows(t.JUDGEMENT)


def test_the_own_id_is_no_earlier_one() -> None:
    with people() as all_:
        whole = sisters(all_)
        with pytest.raises(EngineError, match="is no earlier id"):
            all_.engine.unmerge(whole, earlier_id=whole).result()


def test_a_profile_that_is_not_there_is_said_to_be_unknown_or_gone() -> None:
    with people() as all_:
        gone = all_.say("cookie:a", record="1").profile_id
        assert gone is not None
        all_.withdraw("web", "1")
        with pytest.raises(GoneProfileError):
            all_.engine.unmerge(gone, records=["web/1"]).result()
        with pytest.raises(UnknownProfileError):
            all_.engine.unmerge("p_aaaaaaaaaaaaaaaa", records=["web/1"]).result()
