"""Small histories that random ones seldom meet; the oracle is asked after every step."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from sameas.engine.online.events import Event, Withdrawal
from sameas.graph.model import Identifier, Judgement, RecordKey
from tests.laws.online import policy
from tests.laws.online_run import Run

if TYPE_CHECKING:
    from sameas.engine.policy import Policy


def rules(**limits: dict[str, Any]) -> Policy:
    """Hardly any limits but one user id a person, and those given by type."""
    found = policy(Random(0), calm=True)
    kinds = (
        replace(
            kind,
            links=kind.name != "segment",
            max_records=None,
            blocked=frozenset(),
            blocked_patterns=(),
        )
        for kind in found.identifiers
    )
    kinds = (replace(kind, **limits.get(kind.name, {})) for kind in kinds)
    return replace(found, identifiers=tuple(kinds), on_conflict="oldest", max_component=10_000)


def row(record_id: str, *identifiers: str, time: int = 1, name: str = "") -> Event:
    """A record of one source."""
    pairs = [(kind, value) for kind, _, value in (one.partition(":") for one in identifiers)]
    return Event("web", pairs, {"full_name": name} if name else {}, record_id, time)


def members(run: Run) -> list[list[str]]:
    """The record ids of each profile."""
    keys, found = run.keys(), dict[str, list[str]]()
    for number, name in run.profiles().items():
        found.setdefault(name, []).append(keys[number].record_id)
    return sorted(map(sorted, found.values()))


def test_value_that_becomes_shared_joins_what_it_had_split() -> None:
    """And splits it again when it is shared no more: of records in other components, too."""
    with Run(rules(user_id={"max_records": 2})) as run:
        run.say([row("a", "user_id:1", "phone:9"), row("b", "user_id:2", "phone:9", time=2)])
        run.say([row("c", "user_id:1", time=3)])
        assert members(run) == [["a", "c"], ["b"]]
        run.say([row("d", "user_id:1", time=4)])
        assert members(run) == [["a", "b"], ["c"], ["d"]]
        run.say([Withdrawal("web", "d", 5)])
        assert members(run) == [["a", "c"], ["b"]]
        run.finish()


def test_second_value_beside_makes_shared() -> None:
    """At the limit of fanout a value links; one more beside it, and it is shared."""
    with Run(rules(cookie={"max_fanout": 1})) as run:
        run.say([row("a", "cookie:1", "email:1")])
        run.say([row("b", "cookie:1", time=2)])
        assert members(run) == [["a", "b"]]
        run.say([row("c", "cookie:1", "email:2", time=3)])
        assert members(run) == [["a"], ["b"], ["c"]]
        run.finish()


def test_word_on_a_value_that_goes_on_elsewhere_reaches_all_its_records() -> None:
    """A judgement on a contested value counts on every record that carries it."""
    with Run(rules()) as run:
        run.say(
            [
                row("a", "user_id:1", "phone:9"),
                row("b", "user_id:2", "phone:9", time=2),
                row("c", "user_id:3", "phone:9", time=3),
            ]
        )
        left = frozenset({Identifier("phone", "9")})
        run.say([Judgement("j", "different", left, frozenset({RecordKey("web", "d")}), 4)])
        run.say([row("d", "user_id:2", time=5)])
        run.say([row("e", "user_id:3", "email:1", time=6)])
        run.say([Withdrawal("web", "a", 7)])
        run.finish()


def test_word_on_values_counts_when_one_of_them_is_shared_no_more() -> None:
    """Two values that are one join their records as long as neither is shared."""
    with Run(rules(email={"max_records": 2})) as run:
        run.say([row("a", "email:1"), row("b", "email:1"), row("c", "email:1")])
        run.say([row("z", "email:2")])
        sides = (frozenset({Identifier("email", value)}) for value in "12")
        left, right = sides
        run.say([Judgement("j", "same", left, right, 4)])
        run.say([Withdrawal("web", "c", 7)])
        assert members(run) == [["a", "b", "z"]]
        run.say(["j"])
        assert members(run) == [["a", "b"], ["z"]]
        run.finish()


def test_two_exclusive_values_keep_records_apart() -> None:
    """Also where nothing but a summary is looked at."""
    born = ({"birth_date": "1990-01-01"}, {"birth_date": "1991-02-02"})
    with Run(replace(rules(), exclusive=("birth_date",))) as run:
        for number, traits in enumerate(born):
            run.say([Event("web", [("email", "1")], traits, f"{number}", number)])
        assert members(run) == [["0"], ["1"]]
        run.finish()


def test_version_that_is_seen_earlier_or_later_changes_groups() -> None:
    """The order of records counts where a value is split, even if nothing else is new."""
    with Run(rules()) as run:
        run.say([row("a", "user_id:1", "phone:9", time=1)])
        run.say([row("b", "user_id:2", "phone:9", time=2)])
        run.say([row("c", "phone:9", time=3)])
        assert members(run) == [["a", "c"], ["b"]]
        later = Event("web", [("user_id", "1"), ("phone", "9")], {}, "a", 10)
        run.say([later])
        assert members(run) == [["a"], ["b", "c"]]
        run.finish()
