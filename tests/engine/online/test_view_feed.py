"""Random histories: the feed replayed is the partition, and the past is what the present was."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Literal

from hypothesis import given
from hypothesis import strategies as st
from tests.engine.online.plain_store import PlainStore
from tests.engine.online.view_rows import ticking
from tests.laws.budget import examples

from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Event, Withdrawal
from sameas.engine.online.replay import replay
from sameas.engine.online.view import View
from sameas.errors import GoneProfileError
from sameas.graph.model import Identifier, Judgement, RecordKey
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from sameas.engine.online.view.past import Past
    from sameas.graph.model import Ref

IDENTIFIERS = [
    ("user_id", "u1"),
    ("user_id", "u2"),
    ("email", "a@x.com"),
    ("email", "b@x.com"),
    ("phone", "+12025550123"),
    ("cookie", "c1"),
    ("cookie", "c2"),
    ("cookie", "c3"),
]
NAMES: list[dict[str, str]] = [{}, {}, {"full_name": "Ann Lee"}, {"full_name": "Bob Ray"}]
REFS: list[Ref] = [
    Identifier("email", "a@x.com"),
    Identifier("email", "b@x.com"),
    Identifier("cookie", "c1"),
    RecordKey("crm", "1"),
    RecordKey("crm", "2"),
]

Word = tuple[Literal["same", "different"], "Ref", "Ref"]
Partition = dict[str, set[int]]


def partition(engine: Engine) -> Partition:
    """The live records of each profile, from the rows."""
    store = engine.store
    names = {row.number: row.id for row in store.scan(t.ISSUED)}
    of = {row.number: names[row.profile] for row in store.scan(t.CLUSTER)}
    found: Partition = {}
    for row in store.scan(t.RECORD):
        if row.cluster is not None:
            found.setdefault(of[row.cluster], set()).add(row.number)
    return found


def leads(engine: Engine) -> dict[str, str | None]:
    """Where each id leads; None: it is gone."""
    found: dict[str, str | None] = {}
    for row in engine.store.scan(t.ISSUED):
        found[row.id] = None
        if row.carrier is not None:
            found[row.id] = View(engine.store, engine.rules).profile(row.id).id
    return found


def led(past: Past, id_: str) -> str | None:
    try:
        return past.id(id_)
    except GoneProfileError:
        return None


def do(engine: Engine, step: Event | Withdrawal | Word | int, words: list[str]) -> None:
    """Ingest, say a word, or take one back."""
    if isinstance(step, Event | Withdrawal):
        engine.ingest([step])
    elif isinstance(step, tuple):
        kind, left, right = step
        words.append(f"j{len(engine.store.rows['judgement'])}")  # type: ignore[attr-defined]
        sides = (frozenset([left]), frozenset([right]))
        engine.judge(Judgement(words[-1], kind, *sides, len(words))).result()
    elif words:
        engine.retract(words.pop(step % len(words))).result()


def history(seed: int) -> list[Event | Withdrawal | Word | int]:
    """A random history: rows, withdrawals, words, and which word is taken back."""
    chance = Random(seed)
    steps: list[Event | Withdrawal | Word | int] = []
    for _ in range(chance.randrange(16)):
        which = chance.random()
        if which < 0.7:
            known = chance.sample(IDENTIFIERS, chance.randint(0, 2))
            name = chance.choice([None, None, None, *"1234"])
            steps.append(Event("crm", known, chance.choice(NAMES), name, chance.randint(1, 9)))
        elif which < 0.8:
            steps.append(Withdrawal("crm", chance.choice("1234"), chance.randint(4, 9)))
        elif which < 0.93:
            left, right = chance.sample(REFS, 2)
            steps.append(("same" if chance.random() < 0.5 else "different", left, right))
        else:
            steps.append(chance.randint(0, 3))
    return steps


@examples(150)
@given(st.integers(0, 1 << 32))
def test_the_feed_replayed_is_the_partition_and_the_past_is_what_it_was(seed: int) -> None:
    seen: list[tuple[int, Partition, dict[str, str | None]]] = []
    words: list[str] = []
    with Engine(PlainStore(), clock=ticking()) as engine:
        for step in history(seed):
            do(engine, step, words)
            last = engine.store.last(t.CHANGE)
            if last is not None:
                seen.append((last.time, partition(engine), leads(engine)))
        view = View(engine.store, engine.rules)
        feed = view.changes(limit=10_000)
        assert replay(feed) == partition(engine)
        refs = {row.number: (row.source, row.record_id) for row in engine.store.scan(t.RECORD)}
        for time, then, leading in seen:
            assert replay(one for one in feed if one.time <= time) == then
            past = view.as_of(time)
            home = {number: id_ for id_, numbers in then.items() for number in numbers}
            assert {n: past.record(*refs[n]) for n in refs} == {n: home.get(n) for n in refs}
            assert {id_: led(past, id_) for id_ in leading} == leading
            for id_, numbers in then.items():
                assert set(past.records(id_)) == numbers
                profile = past.profile(id_)
                assert profile.records == len(numbers)
                assert set(profile.ids) == {one for one, to in leading.items() if to == id_}
        for id_ in partition(engine):
            now = view.profile(id_)
            then_now = view.profile(id_, 1 << 60)
            assert (now.ids, now.traits, now.first_seen, now.last_seen) == (
                then_now.ids,
                then_now.traits,
                then_now.first_seen,
                then_now.last_seen,
            )
