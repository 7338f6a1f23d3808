from __future__ import annotations

import pickle
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import pytest
from tests.engine.online.whole_histories import engine_of, live_on, plain_policy
from tests.laws.budget import scale
from tests.laws.online import History, kept, nearby
from tests.laws.online_laws import profiles_of

from sameas.engine import policy as policies
from sameas.engine.online.events import Event, Withdrawal
from sameas.engine.online.rules import Rules
from sameas.engine.online.unit import Unit
from sameas.engine.online.whole import change as whole_change
from sameas.engine.online.whole import change_policy, meanwhile, preview, verify
from sameas.engine.online.whole.change import resolve_under
from sameas.engine.online.whole.differing import compared
from sameas.engine.online.whole.snapshot import state_of
from sameas.graph.model import Judgement, RecordKey

if TYPE_CHECKING:
    from sameas.engine.online.engine import Engine
    from sameas.engine.policy import Policy


def change(engine: Engine, policy: Policy) -> int:
    """What `PUT /policy` does."""
    return change_policy(engine.store, engine._writer, Rules(policy))


def with_kind(policy: Policy, name: str, **fields: Any) -> Policy:
    """A policy with another rule for one type."""
    kinds = [replace(kind, **fields) if kind.name == name else kind for kind in policy.identifiers]
    return replace(policy, identifiers=tuple(kinds))


@pytest.mark.parametrize("seed", range(int(8 * scale())))
def test_a_change_is_as_if_the_policy_had_been_there_from_the_start(seed: int) -> None:
    """Partition, links, standings, refusals; every history and every id hang together."""
    r = Random(seed)
    first, second = plain_policy(r), plain_policy(r)
    second = replace(second, email_dots=seed % 2 == 0)  # every second time inputs are read anew
    history = History(first)
    with engine_of(first) as engine, engine_of(second) as other:
        live_on(engine, history, r, 20)
        change(engine, second)
        found = verify(engine.store)
        assert found, found.differences[:5]
        for row in _rows(engine.store):
            other.ingest([row])
        for word in history.judgements.values():
            other.judge(word).result()
        assert kept(engine.store, second) == kept(other.store, second)
        history.policy = second
        live_on(engine, history, r, 6)
        found = verify(engine.store)
        assert found, found.differences[:5]


def _rows(store: Any) -> list[Event | Withdrawal]:
    """What every source sent."""
    names = {row.number: row for row in store.rows["record"].values()}
    out: list[Event | Withdrawal] = []
    for row in sorted(store.rows["input"].values(), key=lambda row: row.number):
        if row.kind == 3:
            out.append(Withdrawal(row.source, names[row.record].record_id, row.event_time))
            continue
        identifiers, traits, *_ = msgspec.json.decode(row.payload)
        record_id = names[row.record].record_id if row.kind == 0 else None
        pairs = [(kind, raw) for kind, raw in identifiers]
        message = row.message_id
        out.append(
            Event(row.source, pairs, traits, record_id, row.event_time, row.first_seen, message)
        )
    return out


def ids(store: Any) -> dict[tuple[str, str], str]:
    """The profile id of every live record."""
    names = {row.number: row.id for row in store.rows["issued"].values()}
    profile = {row.number: names[row.profile] for row in store.rows["cluster"].values()}
    live = [row for row in store.rows["record"].values() if row.live]
    return {(row.source, row.record_id): profile[row.cluster] for row in live}


ROWS = [
    Event("crm", [("email", "ann@x.example"), ("phone", "+4930901820")], {}, "1", 1),
    Event("crm", [("email", "bob@x.example"), ("phone", "+4930901820")], {}, "2", 2),
    Event("crm", [("email", "cy@x.example")], {}, "3", 3),
    Event("web", [("email", "A.nn@gmail.com")], {"plan": "a"}, None, 4),
    Event("web", [("email", "ann@gmail.com")], {"plan": "b"}, None, 5),
]


def test_what_was_merged_gets_its_ids_back() -> None:
    """And the second merge leads to the first's id again."""
    together = policies.default()
    apart = with_kind(together, "phone", links=False)
    with engine_of(together) as engine:
        engine.ingest(ROWS[:3])
        merged = ids(engine.store)
        assert merged["crm", "1"] == merged["crm", "2"]
        change(engine, apart)
        split = ids(engine.store)
        assert split["crm", "1"] == merged["crm", "1"] != split["crm", "2"]
        change(engine, together)
        assert ids(engine.store) == merged
        change(engine, apart)
        assert ids(engine.store) == split
        assert verify(engine.store)


def test_the_same_policy_again_tells_nothing() -> None:
    with engine_of(policies.default()) as engine:
        engine.ingest(ROWS)
        feed = dict(engine.store.rows["change"])  # type: ignore[attr-defined]
        before = ids(engine.store)
        change(engine, policies.default())
        assert engine.store.rows["change"] == feed  # type: ignore[attr-defined]
        assert ids(engine.store) == before


def test_a_change_reads_no_input_and_writes_only_what_it_decides_otherwise() -> None:
    """Two people on one telephone, and a third one, whose rows nobody touches."""
    blocked = with_kind(policies.default(), "phone", blocked=frozenset({"+4930901820"}))
    with engine_of(policies.default()) as engine:
        engine.ingest(ROWS)
        unit = Unit(engine.store)
        feed = resolve_under(unit, state_of(engine.store), Rules(blocked))
        assert [entry.change for entry in feed.entries] == ["split"]
        changes = unit.changes()
        records = {row.record for row in changes.puts["link"].values()}  # type: ignore[attr-defined]
        assert records == {1, 2}
        assert {number for (number,) in changes.puts["record"]} == {2}
        assert "input" not in changes.before
        assert not changes.deletes["meta"] - {("model",), ("policy_wanted",), ("model_wanted",)}
        unit = Unit(engine.store)
        resolve_under(unit, state_of(engine.store), Rules(policies.default()))
        assert not unit.changes()


def test_calls_that_wait_while_the_policy_changes_are_read_under_the_new_one() -> None:
    """Also those that another process made, under the policy that it knew."""
    plain = policies.default()
    exact = with_kind(plain, "email", canonicaliser="exact")
    rows: list[Event | Withdrawal] = [
        *ROWS,
        Withdrawal("crm", "3", 6),
        Event("web", [], {"a": "b"}),
    ]
    for before, after in ((plain, exact), (exact, plain)):
        with engine_of(before) as engine, engine_of(after) as other:
            calls = [pickle.loads(pickle.dumps(engine.calls.take(row))) for row in rows]
            change(engine, after)
            for call in calls:
                engine.run(call).result()
            other.ingest(rows)
            assert kept(engine.store, after) == kept(other.store, after)
            assert ids(engine.store).keys() == ids(other.store).keys()
            assert verify(engine.store)


@pytest.mark.parametrize("become", ["one", "two"])
def test_observations_with_another_key_keep_their_ids(become: str) -> None:
    """Two spellings of one address are one observation, or two, by the policy."""
    start = policies.default()
    exact = with_kind(start, "email", canonicaliser="exact")
    first, second = (exact, start) if become == "one" else (start, exact)
    with engine_of(first) as engine, engine_of(second) as other:
        engine.ingest(ROWS)
        other.ingest(ROWS)
        before = set(ids(engine.store).values())
        change(engine, second)
        found = verify(engine.store)
        assert found, found.differences[:5]
        assert ids(engine.store).keys() == ids(other.store).keys()
        after = ids(engine.store)
        assert before & set(after.values())
        assert kept(engine.store, second) == kept(other.store, second)
        observed = [record for record in after if record[0] == "web"]
        assert {after[record] for record in observed} & before
        issued = {row.number: row for row in engine.store.rows["issued"].values()}  # type: ignore[attr-defined]
        assert all(row.carrier is not None for row in issued.values())


def test_hashed_emails_may_come_into_force() -> None:
    """Under a policy that knows their type, a digest is a further name of an address."""
    from hashlib import sha256

    digest = sha256(b"ann@x.example").hexdigest()
    with_digests = policies.default()
    without = replace(
        with_digests,
        identifiers=tuple(
            kind for kind in with_digests.identifiers if not kind.name.startswith("email_")
        ),
    )
    rows = [*ROWS, Event("ads", [("email_sha256", digest)], {}, "7", 9)]
    with engine_of(with_digests) as engine:
        engine.ingest(rows)
        whole = ids(engine.store)
        assert whole["ads", "7"] == whole["crm", "1"]
        change(engine, without)
        assert verify(engine.store), verify(engine.store).differences[:5]
        assert ids(engine.store)["ads", "7"] != whole["crm", "1"]
        change(engine, with_digests)
        assert verify(engine.store), verify(engine.store).differences[:5]
        assert ids(engine.store)["ads", "7"] == whole["crm", "1"]


def _fail(*_: object) -> None:
    raise MemoryError


def test_a_change_that_fails_leaves_the_policy_and_the_writer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with engine_of(policies.default()) as engine:
        engine.ingest(ROWS)
        before = ids(engine.store)
        with monkeypatch.context() as patched:
            patched.setattr("sameas.engine.online.whole.meanwhile.write", _fail)
            with pytest.raises(MemoryError):
                change(engine, with_kind(policies.default(), "phone", links=False))
        assert engine.rules.policy == policies.default()
        engine.ingest([Event("crm", [("email", "ann@x.example")], {}, "8", 9)])
        assert ids(engine.store).items() >= before.items()
        assert verify(engine.store)


def test_a_preview_tells_what_the_change_does() -> None:
    """The counts are those of the change, and nothing is written."""
    apart = with_kind(policies.default(), "phone", links=False)
    with engine_of(policies.default()) as engine:
        engine.ingest(ROWS)
        before = {name: dict(rows) for name, rows in engine.store.rows.items()}  # type: ignore[attr-defined]
        with engine.reader() as reader:
            told = preview(reader, Rules(apart))
        assert engine.store.rows == before  # type: ignore[attr-defined]
        assert (told.split, told.merged, told.removed, told.created) == (1, 0, 0, 0)
        assert told.profiles_after == told.profiles_before + 1
        assert (told.moved_records, told.moved_ids) == (1, 0)  # it never had an id of its own
        (example,) = told.examples
        assert example.change == "split"
        assert example.why == ("phone:+4930901820: linked -> unlinked",)
        assert [(one.type, one.before, one.after, one.identifiers) for one in told.standings] == [
            ("phone", "linked", "unlinked", 1)
        ]
        was = ids(engine.store)
        change(engine, apart)
        now = ids(engine.store)
        assert sum(was[record] != now[record] for record in was) == told.moved_records


class _Profiles(NamedTuple):
    """Who is in which profile, by id, and where every id leads."""

    members: dict[str, set[int]]
    of: dict[int, str]
    leads: dict[str, str | None]


def _profiles(store: Any) -> _Profiles:
    of = profiles_of(store)
    members: dict[str, set[int]] = {}
    for record, profile in of.items():
        members.setdefault(profile, set()).add(record)
    issued = store.rows["issued"].values()
    return _Profiles(members, of, {row.id: of.get(row.carrier) for row in issued})


@pytest.mark.parametrize("seed", range(int(8 * scale())))
def test_a_preview_counts_what_the_change_does(seed: int) -> None:
    """Beside counting by hand what the store has before and after; inputs read anew or not."""
    r = Random(seed)
    history = History(plain_policy(r))
    with engine_of(history.policy) as engine:
        for _ in range(3):
            live_on(engine, history, r, 8)
            before = _profiles(engine.store)
            new = nearby(r, history.policy) if r.randrange(2) else plain_policy(r)
            new = replace(new, email_dots=r.randrange(2) == 0)
            with engine.reader() as reader:
                told = preview(reader, Rules(new))
            change(engine, new)
            history.policy = new
            after = _profiles(engine.store)
            assert told.records == sum(map(len, after.members.values()))
            assert told.profiles_before == len(before.members)
            assert told.profiles_after == len(after.members)
            assert told.unchanged == sum(
                after.members.get(one) == records for one, records in before.members.items()
            )
            assert told.moved_records == sum(
                after.of.get(record) != one for record, one in before.of.items()
            )
            assert told.moved_ids == sum(
                after.leads.get(one) != profile for one, profile in before.leads.items()
            )


def test_a_preview_of_the_same_policy_is_empty() -> None:
    with engine_of(policies.default()) as engine:
        engine.ingest(ROWS)
        with engine.reader() as reader:
            told = preview(reader, Rules(policies.default()))
        assert told.unchanged == told.profiles_before == told.profiles_after
        assert not (told.merged)
        assert not (told.split)
        assert not (told.created)
        assert not (told.removed)
        assert not (told.examples)


def interrupted(
    patch: pytest.MonkeyPatch, engine: Engine, policy: Policy, said: list[Event], what: str
) -> list[str]:
    """Change a policy, and say one thing after another each time that `what` was worked out.

    Gives the stages of the change.
    """
    told: list[str] = []
    real = getattr(whole_change, what)

    def then_said(*given: Any) -> Any:
        found = real(*given)
        if told[-1] == "beside" and said:
            engine.ingest([said.pop(0)])
        return found

    patch.setattr(whole_change, what, then_said)
    change_policy(
        engine.store,
        engine._writer,
        Rules(policy),
        progress=lambda stage, _done, _total: told.append(stage),
    )
    assert verify(engine.store)
    assert engine.rules.policy == policy
    assert not engine._writer.watching
    return told


def test_what_is_written_during_a_change_is_resolved_under_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The change is not begun again: who came meanwhile is where the new policy has him."""
    apart = with_kind(policies.default(), "phone", links=False)
    row = Event("crm", [("phone", "+14155550101"), ("email", "new@x.com")], {}, "n1", 9)
    with engine_of(policies.default()) as engine:
        engine.ingest([Event("web", [("phone", "+14155550101")], {}, "n0", 8)])
        told = interrupted(monkeypatch, engine, apart, [row], "compared")
        assert told == ["beside"]
        found = ids(engine.store)
        assert found["crm", "n1"] != found["web", "n0"]
    with engine_of(apart) as engine:
        together = policies.default()
        engine.ingest([Event("web", [("phone", "+14155550101")], {}, "n0", 8)])
        told = interrupted(monkeypatch, engine, together, [row], "compared")
        assert told == ["beside"]
        found = ids(engine.store)
        assert found["crm", "n1"] == found["web", "n0"]


def test_groups_of_an_identifier_hold_where_nobody_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    """A number of two people begins to link; somebody comes to one of them meanwhile."""
    number = ("phone", "+14155550101")
    rows = [
        Event("crm", [number], {"first_name": "Ann", "last_name": "Smith"}, "ann", 8),
        Event("crm", [number, ("email", "b@x.com")], {"first_name": "Bob", "last_name": "Jones"},
              "bob", 9),
    ]  # fmt: skip
    late = Event("web", [("email", "b@x.com"), ("cookie", "c")], {}, "late", 10)
    with engine_of(with_kind(policies.default(), "phone", links=False)) as engine:
        engine.ingest(rows)
        told = interrupted(monkeypatch, engine, policies.default(), [late], "compared")
        assert told == ["beside"]
        found = ids(engine.store)
        assert found["crm", "bob"] == found["web", "late"] != found["crm", "ann"]


def test_too_much_written_during_a_change_begins_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time it is little. Numbers that others took meanwhile are not given again."""
    monkeypatch.setattr(meanwhile, "_FEW", 0)
    apart = with_kind(policies.default(), "phone", links=False)
    row = Event("crm", [("email", "ann@x.com")], {}, "n1", 9)
    with engine_of(policies.default()) as engine:
        engine.ingest(ROWS)
        counters = engine._writer.state.counters
        assert interrupted(monkeypatch, engine, apart, [row], "compared") == ["beside", "beside"]
        assert engine._writer.state.counters is counters


def test_a_change_that_reads_inputs_anew_waits_for_a_quiet_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If there is none, others wait for it in the end; what they wrote is in it."""
    other = replace(policies.default(), email_dots=not policies.default().email_dots)
    rows = [Event("crm", [("cookie", f"c{n}")], {}, f"n{n}", 9) for n in range(4)]
    with engine_of(policies.default()) as engine:
        engine.ingest(ROWS)
        told = interrupted(monkeypatch, engine, other, rows, "resolve_under")
        assert told == ["beside", "beside", "alone"]
        assert {("crm", "n0"), ("crm", "n1")} <= ids(engine.store).keys()


def test_a_judgement_during_a_change_begins_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may speak of anybody."""
    apart = with_kind(policies.default(), "phone", links=False)
    with engine_of(policies.default()) as engine:
        engine.ingest(ROWS)
        told: list[str] = []

        def judged(*given: Any) -> Any:
            found = compared(*given)
            if len(told) == 1:
                one, other = (
                    frozenset([RecordKey(row.source, str(row.record_id))]) for row in ROWS[:2]
                )
                engine.judge(Judgement("j", "different", one, other, 9)).result()
            return found

        monkeypatch.setattr(whole_change, "compared", judged)
        change_policy(
            engine.store,
            engine._writer,
            Rules(apart),
            progress=lambda stage, _done, _total: told.append(stage),
        )
        assert told == ["beside", "beside"]
        assert verify(engine.store)
