"""The smallest histories of laws that were broken once."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from sameas.engine.online.events import Event, Withdrawal
from sameas.engine.online.whole import verify
from sameas.graph.model import Identifier, Judgement, RecordKey
from sameas.graph.store import tables as t
from sameas.graph.versions import observation_id
from sameas.matching.canonical import hash_names
from tests.engine.online.people import people
from tests.laws.online import policy
from tests.laws.online_run import Run

if TYPE_CHECKING:
    from sameas.engine.policy import Policy

(DIGEST,) = hash_names("1", "1")["email_sha256"]


def rules(*unlinked: str) -> Policy:
    """Hardly any limits: one user id a person."""
    found = policy(Random(0), calm=True)
    kinds = (
        replace(kind, links=kind.name not in unlinked, blocked=frozenset(), blocked_patterns=())
        for kind in found.identifiers
    )
    return replace(found, identifiers=tuple(kinds), on_conflict="newest", max_component=10_000)


def test_region_holds_two_groups_of_an_identifier_that_goes_on_elsewhere() -> None:
    """What was split elsewhere has no reason here, and needs none."""
    with Run(rules("cookie", "segment")) as run:
        for row in (
            Event("pos", [("phone", "4"), ("user_id", "11")], event_time=4),
            Event("crm", [("phone", "4"), ("user_id", "10")], event_time=4, first_seen=3),
            Event("web", [("user_id", "11"), ("email", "5")], {}, "7", 11),
            Event("pos", [("user_id", "4"), ("phone", "4")], {}, "6", 8, 1),
            Event("web", [("user_id", "1"), ("user_id", "10")], {}, "1", 5),
            Event("crm", [("email", "5"), ("user_id", "1")], {}, "1", 11),
        ):
            run.say([row])
        run.finish()


def test_input_that_waited_and_was_known_waits_no_more() -> None:
    """Nothing is pending once the background is done."""
    with Run(rules("segment"), budget=0) as run:
        run.say([Event("web", [("email", "1")], {}, "1", 5)])
        later = Event("web", [("email", "2")], {}, "1", 6)
        assert all(one.pending for one in run.say([later, later]))
        run.finish()


def test_digest_that_a_record_carries_itself_can_be_looked_up() -> None:
    """Whoever carries the digest is found by it, also if nobody has the address."""
    with Run(rules("segment")) as run:
        run.say([Event("web", [("email_sha256", DIGEST)], {}, "1", 5)])
        with run.engine.view() as view:
            (found,) = view.lookup([("email_sha256", DIGEST)])
        assert found.profile_id == run.profiles()[1]


def test_word_on_a_blocked_value_is_no_difference() -> None:
    """What a judgement on a blocked value names is what it was: `verify` finds nothing."""
    first = rules("segment")
    kinds = (
        replace(kind, blocked=frozenset({"0"}) if kind.name == "phone" else frozenset())
        for kind in first.identifiers
    )
    with Run(replace(first, identifiers=tuple(kinds))) as run:
        run.say([Event("web", [("phone", "0")], {}, "2", 2)])
        left = frozenset({RecordKey("pos", "3")})
        run.say([Judgement("j", "same", left, frozenset({Identifier("phone", "0")}), 3)])
        run.say([Event("pos", [("phone", "2")], {}, "3", 11)])
        run.say([Event("pos", [("phone", "2")], {}, None, 4)])
        with run.engine.reader() as reader:
            assert verify(reader).differences == []


def test_words_between_components_leave_them_whole_and_are_heard_where_they_meet() -> None:
    """A `different` between two whole profiles makes neither risky, and keeps them apart."""
    with Run(rules()) as run:
        run.say([Event("web", [("email", "1")], {}, "1", 1)])
        run.say([Event("web", [("email", "2")], {}, "2", 1)])
        left, right = (frozenset({RecordKey("web", name)}) for name in "12")
        run.say([Judgement("j", "different", left, right, 3)])
        with run.engine.reader() as reader:
            assert all(one.cluster is not None for one in reader.scan(t.COMPONENT))
        run.say([Event("crm", [("email", "1"), ("email", "2")], {}, "3", 5)])
        assert len(set(run.profiles().values())) == 2
        run.finish()


def test_word_on_a_digest_wakes_when_its_address_is_shared_no_more() -> None:
    """A judgement that names a digest is heard by whoever has the address in plain."""
    first = rules()
    kinds = (replace(k, max_records=2 if k.name == "email" else 9) for k in first.identifiers)
    with Run(replace(first, identifiers=tuple(kinds))) as run:
        word = frozenset({Identifier("email_sha256", DIGEST)})
        run.say([Judgement("j", "same", frozenset({RecordKey("crm", "7")}), word, 3)])
        run.say([Event("crm", [("phone", "3")], {}, "7", 5)])
        for name in "123":
            run.say([Event("web", [("email", "1")], {}, name, 5)])
        assert len(set(run.profiles().values())) == 4
        run.say([Withdrawal("web", "2", 6)])
        assert len(set(run.profiles().values())) == 1
        run.finish()


def test_values_joined_by_one_that_lies_elsewhere_count_as_one() -> None:
    """Two user ids are one through a third, which too many people carry to link."""
    first = rules()
    kinds = (replace(k, max_records=2 if k.name == "user_id" else 9) for k in first.identifiers)
    with Run(replace(first, identifiers=tuple(kinds))) as run:
        for name in "123":
            run.say([Event("pos", [("user_id", "5")], {}, name, 1)])
        for one in "12":
            left, right = Identifier("user_id", one), Identifier("user_id", "5")
            run.say([Judgement(one, "same", frozenset({left}), frozenset({right}), 3)])
        run.say([Event("web", [("email", "1"), ("user_id", "1")], {}, "1", 5)])
        run.say([Event("web", [("email", "1"), ("user_id", "2")], {}, "2", 6)])
        run.say([Event("web", [("email", "1"), ("cookie", "2")], {}, "3", 7)])
        assert len(set(run.profiles().values())) == 4
        run.finish()


def test_source_that_holds_each_person_once_keeps_whole_profiles_apart() -> None:
    """A record that comes, and one that would join two profiles, by the short ways, too."""
    with Run(replace(rules(), duplicate_free=frozenset({"crm"}))) as run:
        run.say([Event("crm", [("email", "1")], {}, "1", 1)])
        run.say([Event("crm", [("email", "1")], {}, "2", 2)])
        run.say([Event("crm", [("email", "2")], {}, "3", 3)])
        run.say([Event("crm", [("email", "3")], {}, "4", 4)])
        run.say([Event("web", [("email", "2"), ("email", "3")], {}, "5", 5)])
        assert len(set(run.profiles().values())) == 4
        run.finish()


def test_version_that_only_renames_is_no_touch() -> None:
    """Whoever takes another name leaves those with whom a guarded value joined him."""
    ann = {"first_name": "Ann", "last_name": "Lee"}
    bob = {"first_name": "Bob", "last_name": "Ray"}
    kinds = (replace(kind, guard=kind.name == "phone") for kind in rules().identifiers)
    with Run(replace(rules(), identifiers=tuple(kinds))) as run:
        run.say([Event("crm", [("phone", "3")], ann, "1", 1)])
        run.say([Event("web", [("phone", "3")], ann, "2", 2)])
        assert len(set(run.profiles().values())) == 1
        run.say([Event("web", [("phone", "3")], bob, "2", 3)])
        assert len(set(run.profiles().values())) == 2
        run.finish()


def test_suppressed_digest_is_hidden_where_it_means_an_address() -> None:
    """A digest is hidden in the records that carry it, whoever has the address in plain."""
    with people() as p:
        email = "ann@x.example"
        (digest, *_) = hash_names(email, email)["email_sha256"]
        p.say(f"email_sha256:{digest}", record="a", time=0)
        p.say(f"email:{email}", record="b", time=8)
        p.engine.suppress(identifiers=[("email_sha256", digest)], until=5).result()
        assert p.profiles() == {frozenset({"web/a"}), frozenset({"web/b"})}


def test_suppressed_digest_is_hidden_beside_its_own_address() -> None:
    """An event that sent an address with its digest keeps the address alone."""
    with Run(rules()) as run:
        run.say([Event("web", [("email", "1"), ("email_sha256", DIGEST)], {}, None, 3)])
        run.call("suppress", identifiers=[("email_sha256", DIGEST)], until=5)
        assert key_of("web", ("email", "1")) in run.keys().values()
        with run.engine.reader() as reader:
            assert not any(DIGEST in (one.payload or "") for one in reader.scan(t.INPUT))
        run.finish()


def test_suppressed_digest_is_hidden_in_a_version_that_is_live_no_more() -> None:
    """Also where the version said the address beside it, and the one that came after neither."""
    with Run(rules()) as run:
        run.say([Event("web", [("email", "1"), ("email_sha256", DIGEST)], {}, "1", 3)])
        run.say([Event("web", [("cookie", "1")], {}, "1", 4)])
        run.call("suppress", identifiers=[("email_sha256", DIGEST)], until=5)
        with run.engine.reader() as reader:
            assert not any(DIGEST in (one.payload or "") for one in reader.scan(t.INPUT))
        run.finish()


def test_erasure_by_a_digest_finds_who_has_the_address() -> None:
    """A digest names whoever its address answers with."""
    with Run(rules()) as run:
        run.say([Event("web", [("email", "1")], {}, "1", 3)])
        run.say([Event("crm", [("email_sha256", DIGEST)], {}, "2", 3)])
        run.call("erase", identifiers=[("email_sha256", DIGEST)])
        assert run.profiles() == {}
        run.finish()


def test_event_that_lost_an_identifier_at_the_door_is_hidden_by_its_key() -> None:
    """What hid the identifier came before the event, and what hides its key after it."""
    with Run(rules()) as run:
        run.call("suppress", identifiers=[("email", "1")], until=5)
        run.say([Event("web", [("email", "1"), ("cookie", "2")], {}, None, 3)])
        assert len(run.profiles()) == 1
        key = key_of("web", ("email", "1"), ("cookie", "2"))
        run.call("suppress", records=[key.ref], until=5)
        assert run.profiles() == {}
        run.finish()


def test_key_that_hidden_events_had_is_hidden_where_newer_events_still_have_it() -> None:
    """An observation is hidden with all that its events were sent as."""
    with Run(rules()) as run:
        run.call("suppress", identifiers=[("email", "1")], until=5)
        whole = [("email", "1"), ("cookie", "2")]
        run.say([Event("web", whole, {}, None, 3)])
        run.say([Event("web", whole, {}, None, 7)])
        assert len(run.profiles()) == 2
        run.call("suppress", records=[key_of("web", ("cookie", "2")).ref], until=8)
        assert run.profiles() == {}
        run.finish()


def key_of(source: str, *identifiers: tuple[str, str]) -> RecordKey:
    """The key of an observation."""
    return RecordKey(source, observation_id(Identifier(*one) for one in identifiers))
