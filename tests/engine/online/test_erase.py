"""Erasure: afterwards nothing speaks of the person, and nothing old of the person comes back."""

from __future__ import annotations

import json
from itertools import permutations
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from tests.engine.online.forgetting import every_text
from tests.engine.online.people import NOW, People, people

from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Event
from sameas.engine.online.fold import PENDING, VOID
from sameas.engine.online.view import View
from sameas.errors import EngineError, GoneProfileError, UnknownProfileError
from sameas.graph.model import Identifier, Judgement, RecordKey
from sameas.graph.store import open_store
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from pathlib import Path

SET = frozenset
ANN = "email:Ann.Ziegler@Example.com"
HERS = (
    "ziegler", "Ziegler", "ann.z", "kunde-4711", "u-ann", "ck-ann", "1987-06-05",
    "+4915112345678", "151 12345678", "msg-77", "old-ann@", "lindenstr",
)  # fmt: skip
"""Pieces of everything that Ann's rows say."""


def ann_and_bob(all_: People) -> str:
    """Ann, in many rows, and Bob, who shares a phone and once used her email; gives Ann's id."""
    ann = all_.say(
        ANN, "phone:+49 151 12345678", source="crm", record="kunde-4711", time=10,
        first_name="Ann", last_name="Ziegler", birth_date="1987-06-05", street="lindenstr 5",
    ).profile_id  # fmt: skip
    all_.say("email:old-ann@example.com", source="crm", record="kunde-4711", time=5)
    all_.say(ANN.lower(), "user_id:u-ann", time=20, message="msg-77")
    all_.say("user_id:u-ann", "cookie:ck-ann", time=21, first_name="Ann")
    all_.say("cookie:ck-ann", source="pos", record="ziegler", time=22)
    all_.say("email:bob@example.com", "user_id:u-bob", source="crm", record="2", time=11)
    all_.say("user_id:u-bob", "cookie:ck-bob", ANN, time=30, first_name="Bob")
    assert ann is not None
    return ann


def test_all_records_of_the_person_go() -> None:
    with people() as all_:
        ann = ann_and_bob(all_)
        done = all_.engine.erase(profile_id=ann, reason="request 7").result()
        assert done.records == 4
        assert {row.source for row in all_.rows(t.RECORD) if row.live} == {"crm", "web"}
        assert len(all_.profiles()) == 1
        assert ann in done.profiles


def test_nothing_in_the_store_speaks_of_the_person() -> None:
    with people() as all_:
        ann = ann_and_bob(all_)
        all_.engine.judge(
            Judgement(
                "j1", "different", SET({RecordKey("crm", "kunde-4711")}),
                SET({Identifier("user_id", "u-bob")}), 1, "kim", "Ann Ziegler rang",
            )
        ).result()  # fmt: skip
        all_.engine.retract("j1").result()
        all_.engine.judge(
            Judgement(
                "j2", "same", SET({Identifier("email", "ann.ziegler@example.com")}),
                SET({RecordKey("pos", "ziegler")}), 1, "kim", "the same Ziegler",
            )
        ).result()  # fmt: skip
        all_.withdraw("pos", "ziegler", time=40)
        all_.store.rows["reply"][("k1",)] = t.Reply("k1", b"d", 200, ann.encode(), 1)
        all_.store.rows["reply"][("k2",)] = t.Reply("k2", b"d", 200, b"p_bbbbbbbbbbbbbbbb", 1)
        all_.engine.erase(profile_id=ann).result()
        left = every_text(all_.store)
        assert [piece for piece in HERS if piece in left] == []
        assert [row.key for row in all_.rows(t.REPLY)] == ["k2"]


def test_others_keep_what_is_theirs() -> None:
    with people() as all_:
        all_.engine.erase(profile_id=ann_and_bob(all_)).result()
        left = every_text(all_.store)
        assert "bob@example.com" in left
        assert "ck-bob" in left
        assert all_.id_of("crm/2") is not None


def test_the_file_holds_nothing_of_the_person(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    with people(open_store(path)) as all_:
        all_.engine.erase(profile_id=ann_and_bob(all_)).result()
    for file in tmp_path.iterdir():
        data = file.read_bytes()
        assert [piece for piece in HERS if piece.encode() in data] == []


def test_its_ids_are_gone_and_not_given_again() -> None:
    with people() as all_:
        ann = ann_and_bob(all_)
        all_.engine.erase(profile_id=ann).result()
        with all_.store.snapshot() as reader, pytest.raises(GoneProfileError):
            View(reader, all_.engine.rules).profile(ann)
        with pytest.raises(GoneProfileError):
            all_.engine.erase(profile_id=ann).result()
        again = all_.say(ANN, source="crm", record="kunde-4711", time=NOW + 1)
        assert again.created
        assert again.profile_id != ann


def test_the_feed_says_that_it_was_erased_and_why() -> None:
    with people() as all_:
        ann = ann_and_bob(all_)
        all_.engine.erase(profile_id=ann, author="kim", reason="request 7").result()
        entries = [row for row in all_.rows(t.CHANGE) if row.change == "erased"]
        (entry,) = entries
        detail = json.loads(entry.detail)
        assert (detail["author"], detail["reason"]) == ("kim", "request 7")
        ids = {row.number: row.id for row in all_.rows(t.ISSUED)}
        assert ids[entry.profile] == ann


ROWS: tuple[dict[str, Any], ...] = (
    {"names": (ANN, "phone:+49 151 12345678"), "source": "crm", "record": "kunde-4711", "time": 10},
    {"names": (ANN, "user_id:u-ann"), "time": 20, "message": "msg-77"},
    {"names": ("user_id:u-ann", "cookie:ck-ann"), "time": 21},
    {"names": ("phone:+49 151 12345678",), "time": 22},
)


@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
def test_what_is_sent_again_stays_hidden_in_any_order(order: tuple[int, ...]) -> None:
    with people() as all_:
        for row in ROWS:
            all_.say(*row["names"], **{name: row[name] for name in row if name != "names"})
        (ann,) = {all_.id_of(ref) for profile in all_.profiles() for ref in profile}
        assert ann is not None
        all_.engine.erase(profile_id=ann).result()
        inputs = len(all_.rows(t.INPUT))
        for place in order:
            row = ROWS[place]
            rest = {name: row[name] for name in row if name != "names"}
            assert all_.say(*row["names"], **rest).hidden
        assert len(all_.rows(t.INPUT)) == inputs
        assert all_.profiles() == set()


def test_a_message_is_not_taken_again_though_its_time_is_new() -> None:
    with people() as all_:
        ann = all_.say("cookie:ck-ann", message="msg-77").profile_id
        all_.engine.erase(profile_id=ann).result()
        all_.clock.now += 1_000
        assert all_.say("cookie:ck-ann", message="msg-77").hidden


def test_later_rows_are_a_new_person() -> None:
    with people() as all_:
        ann = ann_and_bob(all_)
        all_.engine.erase(profile_id=ann).result()
        answer = all_.say(ANN, "cookie:ck-ann", time=NOW + 1)
        assert answer.created
        assert not answer.hidden


def test_old_rows_of_others_lose_the_identifiers_only() -> None:
    with people() as all_:
        all_.engine.erase(profile_id=ann_and_bob(all_)).result()
        answer = all_.say(ANN, "user_id:u-bob", time=12, source="pos", record="9")
        assert not answer.hidden
        assert answer.profile_id == all_.id_of("crm/2")
        assert "ann.ziegler" not in every_text(all_.store).lower()


def test_an_old_event_of_somebody_else_loses_what_it_says_beside_the_identifier() -> None:
    with people() as all_:
        all_.engine.erase(profile_id=ann_and_bob(all_)).result()
        all_.say(ANN, "cookie:new", time=12, last_name="Ziegler")
        assert "ziegler" not in every_text(all_.store).lower()
        assert "new" in {row.value for row in all_.rows(t.IDENTIFIER)}


def test_a_family_phone_is_not_hidden() -> None:
    with people() as all_:
        ann = all_.say(ANN, "phone:+49 151 12345678", time=1, first_name="Ann").profile_id
        all_.say("phone:+49 151 12345678", source="crm", record="2", time=2, first_name="Bob")
        all_.engine.erase(profile_id=ann).result()
        assert len(all_.profiles()) == 1
        answer = all_.say("phone:+49 151 12345678", time=3, first_name="Bob")
        assert answer.profile_id == all_.id_of("crm/2")


def test_a_shared_identifier_is_not_hidden() -> None:
    with people() as all_:
        ids = [all_.say("cookie:kiosk", f"user_id:u{n}", time=n).profile_id for n in range(40)]
        assert next(row for row in all_.rows(t.IDENTIFIER) if row.value == "kiosk").standing == 3
        all_.engine.erase(profile_id=ids[0]).result()
        assert len(all_.profiles()) == 39
        assert "kiosk" in {row.value for row in all_.rows(t.IDENTIFIER)}


def test_withdrawn_records_of_the_person_are_erased_too() -> None:
    with people() as all_:
        ann = all_.say(ANN, time=1).profile_id
        all_.say(ANN, source="crm", record="kunde-4711", time=2, last_name="Ziegler")
        all_.withdraw("crm", "kunde-4711", time=3)
        assert all_.engine.erase(profile_id=ann).result().records == 2
        left = every_text(all_.store)
        assert [piece for piece in HERS if piece in left] == []


def test_a_person_who_is_withdrawn_altogether_is_found_by_an_identifier() -> None:
    with people() as all_:
        all_.say(ANN, source="crm", record="kunde-4711", time=2, last_name="Ziegler")
        all_.withdraw("crm", "kunde-4711", time=3)
        value = ANN.partition(":")[2]
        assert all_.engine.erase(identifiers=[("email", value)]).result().records == 1
        left = every_text(all_.store)
        assert [piece for piece in HERS if piece in left] == []


@pytest.mark.parametrize("by", ["records", "identifiers"])
def test_a_record_or_an_identifier_names_its_whole_profile(by: str) -> None:
    with people() as all_:
        ann_and_bob(all_)
        if by == "records":
            all_.engine.erase(records=["pos/ziegler"]).result()
        else:
            all_.engine.erase(identifiers=[("cookie", "ck-ann")]).result()
        assert "ziegler" not in every_text(all_.store).lower()
        assert len(all_.profiles()) == 1


def test_an_identifier_that_nobody_has_is_hidden_all_the_same() -> None:
    with people() as all_:
        done = all_.engine.erase(identifiers=[("email", "ann@example.com")]).result()
        assert (done.records, done.identifiers) == (0, 1)
        assert all_.say("email:ann@example.com", time=NOW).hidden


def test_judgements_on_others_hold_as_before() -> None:
    with people() as all_:
        ann = all_.say("cookie:a", record="1", time=1).profile_id
        all_.say("cookie:b", record="2", time=1)
        all_.say("cookie:b", record="3", time=1)
        all_.engine.judge(
            Judgement(
                "j", "different", SET({RecordKey("web", "2")}),
                SET({RecordKey("web", "1"), RecordKey("web", "3")}), 1,
            )
        ).result()  # fmt: skip
        all_.engine.erase(profile_id=ann).result()
        assert all_.profiles() == {SET({"web/2"}), SET({"web/3"})}
        (row,) = all_.rows(t.JUDGEMENT)
        assert "web/1" not in row.right
        assert row.retracted is None


def test_rows_of_one_content_are_erased_together() -> None:
    with people() as all_:
        first = all_.say(last_name="Ziegler", time=1).profile_id
        all_.say(last_name="Ziegler", time=2)
        all_.engine.erase(profile_id=first).result()
        assert all_.profiles() == set()
        assert "Ziegler" not in every_text(all_.store)
        assert all_.say(last_name="Ziegler", time=2).hidden


def test_an_input_that_waits_is_erased_too() -> None:
    with people() as all_:
        ann = all_.say("cookie:a", "email:ann@example.com", time=1, last_name="Ziegler").profile_id
        assert ann is not None
        number = max(row.number for row in all_.rows(t.INPUT))
        row = all_.store.rows["input"][(number,)]
        held = msgspec.structs.replace(row, number=99, state=PENDING)
        all_.store.rows["input"][(99,)] = held
        all_.engine.erase(profile_id=ann).result()
        assert all_.store.rows["input"][(99,)].payload is None
        assert all_.store.rows["input"][(99,)].state == VOID


@pytest.mark.parametrize(
    ("named", "error"),
    [
        ({}, EngineError),
        ({"profile_id": "p_aaaaaaaaaaaaaaaa"}, UnknownProfileError),
        ({"records": ["crm/9"]}, EngineError),
        ({"records": ["crm"]}, EngineError),
        ({"identifiers": [("fax", "1")]}, EngineError),
    ],
)
def test_nobody_is_erased_if_something_is_not_there(
    named: dict[str, Any], error: type[EngineError]
) -> None:
    with people() as all_:
        ann_and_bob(all_)
        before = every_text(all_.store)
        with pytest.raises(error):
            all_.engine.erase(**named).result()
        assert every_text(all_.store) == before


def test_suppressions_hold_after_the_store_was_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    with people(open_store(path)) as all_:
        all_.engine.erase(profile_id=ann_and_bob(all_)).result()
    with pytest.raises(EngineError, match="missing"), open_store(path) as store:
        Engine(store)
    with people_again(path) as engine:
        row = Event("web", [("user_id", "u-ann")], {}, None, 20)
        assert engine.submit(row).result().hidden


def people_again(path: Path) -> Engine:
    from tests.engine.online.forgetting import ERASE_KEY

    return Engine(open_store(path), erase_key=ERASE_KEY, clock=lambda: NOW)
