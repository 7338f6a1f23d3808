"""Suppression: what is hidden was never said, whatever came first."""

from __future__ import annotations

from time import monotonic, sleep
from typing import TYPE_CHECKING

import pytest
from tests.engine.online.forgetting import ERASE_KEY, every_text
from tests.engine.online.people import ID_KEY, NOW, People, people
from tests.engine.online.plain_store import PlainStore

from sameas.engine import policy as policies
from sameas.engine.online.engine import Engine
from sameas.engine.online.erase_key import erase_key_of
from sameas.errors import EngineError
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from pathlib import Path

SET = frozenset


def test_a_hidden_record_is_not_kept() -> None:
    with people() as all_:
        all_.engine.suppress(records=["crm/7"]).result()
        answer = all_.say("email:ann@example.com", source="crm", record="7", time=NOW)
        assert answer.hidden
        assert answer.profile_id is None
        assert not all_.rows(t.RECORD)
        assert not all_.rows(t.INPUT)


def test_a_record_with_a_later_event_time_is_seen() -> None:
    with people() as all_:
        all_.engine.suppress(records=["crm/7"]).result()
        answer = all_.say("email:ann@example.com", source="crm", record="7", time=NOW + 1)
        assert not answer.hidden
        assert answer.created


def test_a_record_that_is_there_goes() -> None:
    with people() as all_:
        all_.say("email:ann@example.com", source="crm", record="7")
        all_.engine.suppress(records=["crm/7"]).result()
        assert all_.profiles() == set()
        assert "ann@example.com" not in every_text(all_.store)


def test_an_address_that_another_policy_spells_otherwise_is_found_in_old_versions() -> None:
    """A version that is live no more is read again under the policy that is in force."""
    with people(PlainStore()) as all_:
        all_.say("email:a.nn@gmail.com", record="1", time=1)
        all_.say("cookie:c1", record="1", time=2)
        dotted = policies.loads("[email]\ndots = false\n")
        all_.engine.set_policy(dotted)
        until = monotonic() + 120
        while all_.engine.policy_state().changing:
            assert monotonic() < until
            sleep(0.01)
        all_.engine.suppress(identifiers=[("email", "a.nn@gmail.com")], until=5).result()
        assert "a.nn@gmail.com" not in every_text(all_.store)


def test_only_versions_up_to_the_time_are_hidden() -> None:
    with people() as all_:
        all_.say("email:ann@example.com", source="crm", record="7", time=5)
        all_.say("email:bea@example.com", source="crm", record="7", time=9)
        all_.engine.suppress(records=["crm/7"], until=5).result()
        all_.say("email:cat@example.com", source="crm", record="7", time=4)
        assert [row.value for row in all_.rows(t.IDENTIFIER)] == ["bea@example.com"]


def hide_the_cookie(all_: People, *, first: bool) -> None:
    """The same three rows, before or after the suppression."""
    if first:
        all_.engine.suppress(identifiers=[("cookie", "tab")], until=50).result()
    all_.say("email:ann@example.com", "cookie:tab", time=10, first_name="Ann")
    all_.say("email:bea@example.com", "cookie:tab", source="crm", record="2", time=20)
    all_.say("cookie:tab", time=30, first_name="Zoe")
    if not first:
        all_.engine.suppress(identifiers=[("cookie", "tab")], until=50).result()


def test_it_does_not_matter_whether_rows_or_suppression_came_first() -> None:
    with people() as one, people() as other:
        hide_the_cookie(one, first=True)
        hide_the_cookie(other, first=False)
        assert one.profiles() == other.profiles()
        assert len(one.profiles()) == 2
        for all_ in (one, other):
            assert {row.value for row in all_.rows(t.IDENTIFIER)} == {
                "ann@example.com",
                "bea@example.com",
            }


def test_an_event_without_a_hidden_identifier_is_another_observation() -> None:
    with people() as all_:
        before = all_.say("email:ann@example.com", "cookie:tab", time=10, first_name="Ann").record
        after = all_.say("email:ann@example.com", time=20).record
        all_.engine.suppress(identifiers=[("cookie", "tab")]).result()
        (row,) = [row for row in all_.rows(t.RECORD) if row.live]
        assert before != f"{row.source}/{row.record_id}" == after
        assert (row.count, row.traits) == (2, "{}")


def test_an_event_of_which_nothing_is_left_is_hidden() -> None:
    with people() as all_:
        all_.engine.suppress(identifiers=[("cookie", "tab")]).result()
        assert all_.say("cookie:tab", first_name="Ann", time=NOW).hidden
        assert not all_.rows(t.INPUT)


def test_the_value_is_nowhere_afterwards_not_even_as_it_was_spelled() -> None:
    with people() as all_:
        all_.say("email:ANN@Example.com", "cookie:tab", source="crm", record="1", time=10)
        all_.say("cookie:tab", source="crm", record="1", time=20)
        all_.say("email:Ann@example.COM", "user_id:u1", source="crm", record="2", time=10)
        all_.engine.suppress(identifiers=[("email", "ann@example.com")]).result()
        assert "ann@example.com" not in every_text(all_.store).lower()
        assert all_.profiles() == {SET({"crm/1"}), SET({"crm/2"})}


def test_an_email_is_hidden_under_its_digests() -> None:
    digest = "257c57037d384ae37ea27a07e8a01665"  # of ann@example.com
    with people() as all_:
        all_.engine.suppress(identifiers=[("email", "ann@example.com")]).result()
        assert all_.say(f"email_md5:{digest}", time=NOW).hidden
    with people() as all_:
        all_.say(f"email_md5:{digest}", "cookie:tab", time=NOW)
        all_.engine.suppress(identifiers=[("email", "ann@example.com")]).result()
        assert [row.value for row in all_.rows(t.IDENTIFIER)] == ["tab"]


def test_a_message_that_was_hidden_makes_room_for_another_of_its_id() -> None:
    with people() as all_:
        all_.say("cookie:a", source="crm", record="1", time=1, message="m")
        assert all_.say("cookie:b", source="crm", record="2", time=2, message="m").duplicate
        all_.engine.suppress(records=["crm/1"]).result()
        assert all_.profiles() == {SET({"crm/2"})}


def test_lifting_lets_later_rows_in_and_brings_nothing_back() -> None:
    with people() as all_:
        all_.say("email:ann@example.com", source="crm", record="7", time=NOW)
        all_.engine.suppress(records=["crm/7"]).result()
        all_.engine.unsuppress(records=["crm/7"]).result()
        assert all_.profiles() == set()
        assert not all_.say("email:ann@example.com", source="crm", record="7", time=NOW).hidden
        assert all_.profiles() == {SET({"crm/7"})}


def test_lifting_what_is_not_suppressed_is_refused() -> None:
    with people() as all_, pytest.raises(EngineError, match="is not suppressed"):
        all_.engine.unsuppress(identifiers=[("cookie", "tab")]).result()


def test_all_faults_are_told_at_once() -> None:
    with people() as all_, pytest.raises(EngineError) as caught:
        all_.engine.suppress(identifiers=[("fax", "1"), ("email", "nonsense")]).result()
    assert len(caught.value.faults) == 2
    assert "nonsense" not in str(caught.value)


def test_naming_nothing_is_refused() -> None:
    with people() as all_, pytest.raises(EngineError, match="names nothing"):
        all_.engine.suppress().result()


def test_without_the_key_nothing_is_suppressed() -> None:
    with Engine(PlainStore()) as engine, pytest.raises(EngineError, match="erase key: missing"):
        engine.suppress(records=["crm/1"]).result()


def test_a_store_with_suppressions_opens_with_its_key_only() -> None:
    store = PlainStore()
    with people(store) as all_:
        all_.engine.suppress(records=["crm/1"]).result()
    with pytest.raises(EngineError, match="missing, and the store has suppressions"):
        Engine(store)
    with pytest.raises(EngineError, match="not the one"):
        Engine(store, erase_key=b"x" * 32)
    with Engine(store, erase_key=ERASE_KEY, clock=lambda: NOW) as engine:
        from sameas.engine.online.events import Event

        assert engine.submit(Event("crm", [], {}, "1", 5)).result().hidden


def test_a_short_key_is_refused() -> None:
    with pytest.raises(EngineError, match="16 to 64"):
        Engine(PlainStore(), id_key=ID_KEY, erase_key=b"short")


def test_a_suppression_survives_a_failing_call() -> None:
    with people() as all_:
        all_.engine.suppress(records=["crm/7"]).result()
        with pytest.raises(EngineError):
            all_.engine.erase(profile_id="p_aaaaaaaaaaaaaaaa").result()
        assert all_.say("cookie:a", source="crm", record="7", time=NOW).hidden


def test_the_key_file_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    key = erase_key_of(tmp_path / "people.db")
    assert key == erase_key_of(tmp_path / "people.db")
    (file,) = tmp_path.iterdir()
    assert file.name == "people.db.erase-key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert key is not None
    assert len(key) == 32


def test_no_key_file_is_made_when_none_is_wanted(tmp_path: Path) -> None:
    assert erase_key_of(tmp_path / "people.db", create=False) is None
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["", "zz", "00" * 31])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "people.db.erase-key"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(EngineError, match="holds no key"):
        erase_key_of(tmp_path / "people.db")


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    erase_key_of(tmp_path / "people.db")
    (tmp_path / "people.db.erase-key").chmod(0o644)
    with pytest.raises(EngineError, match="others may read it"):
        erase_key_of(tmp_path / "people.db")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="its folder is not there"):
        erase_key_of(tmp_path / "no" / "people.db")
