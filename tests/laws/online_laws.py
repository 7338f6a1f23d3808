"""What must hold of an engine's store and of its answers, said once."""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from sameas.engine import reference
from sameas.engine.online.matches.vectors import vector_from
from sameas.engine.online.replay import replay
from sameas.engine.online.stays import HISTORIES, stays
from sameas.engine.online.unit import Unit
from sameas.engine.reference.ids import Carried, Ledger
from sameas.graph.model import RecordKey
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sameas.engine.evidence import Matcher
    from sameas.engine.online.events import Answer
    from sameas.engine.reference.ids import Movement
    from tests.laws.online import History, Kept

__all__ = [
    "answered",
    "circles",
    "earliest",
    "histories",
    "profiles_of",
    "raises",
    "renamed",
    "replayed",
    "same",
    "same_records",
]


def profiles_of(reader: Any) -> dict[int, str]:
    ids = {row.number: row.id for row in reader.scan(t.ISSUED)}
    names = {row.number: ids[row.profile] for row in reader.scan(t.CLUSTER)}
    return {row.number: names[row.cluster] for row in reader.scan(t.RECORD) if row.live}


def raises(kind: type[Exception], ask: Callable[[], object]) -> bool:
    try:
        ask()
    except kind:
        return True
    return False


def same(mine: Kept, theirs: Kept) -> None:
    for name in ("profiles", "granted", "refused", "matches", "review"):
        kept, said = getattr(mine, name), getattr(theirs, name)
        assert kept == said, f"{name}: only kept {kept - said}, only said {said - kept}"
    for one in mine.standing.keys() | theirs.standing.keys():
        is_, should = mine.standing.get(one), theirs.standing.get(one)
        assert is_ == should, f"{one.ref} is {is_}, not {should}"


def same_records(reader: Any, history: History) -> None:
    """Traits, times and counts of live records."""
    assert {
        RecordKey(row.source, row.record_id): (
            json.loads(row.traits), row.event_time, row.first_seen, row.last_seen, row.count,
        )
        for row in reader.scan(t.RECORD)
        if row.live
    } == {
        one.key: (dict(one.traits), one.event_time, one.first_seen, one.last_seen, one.count)
        for one in reference.live_records(history.versions)
    }  # fmt: skip


def replayed(feed: Sequence[Any], now: dict[int, str]) -> None:
    """The feed from zero is the state."""
    by_id: dict[str, set[int]] = defaultdict(set)
    for number, name in now.items():
        by_id[name].add(number)
    assert replay(feed) == by_id


def histories(reader: Any) -> None:
    """The three histories say one thing at a time, up to what is the case."""
    unit = Unit(reader)
    for history in HISTORIES:
        for row in reader.scan(history.now):
            assert (row.since is None) == (getattr(row, history.column) is None)
            for stay, later in pairwise(stays(unit, history, row.number)):
                assert stay.until is not None
                assert 0 < stay.since < stay.until <= later.since


def earliest(reader: Any) -> None:
    """A profile's id is the earliest that its records carry."""
    home = {row.number: row.cluster for row in reader.scan(t.RECORD) if row.live}
    least: dict[int, int] = {}
    for row in sorted(reader.scan(t.ISSUED), key=lambda row: row.number):
        if row.carrier is not None:
            least.setdefault(home[row.carrier], row.number)
    assert least == {row.number: row.profile for row in reader.scan(t.CLUSTER)}


def circles(reader: Any, model: Matcher | None) -> None:
    """Circles are those of the records that are there: no weight between them is above the cut."""
    votes = {row.record: row.vector for row in reader.scan(t.VOTE)}
    values = {row.number: vector_from(row.values) for row in reader.scan(t.VECTOR)}
    lies: dict[int | None, list[t.RecordRow]] = defaultdict(list)
    for row in reader.scan(t.RECORD):
        if row.number in votes:
            lies[row.component].append(row)
    for part in reader.scan(t.COMPONENT):
        assert part.summary is None or part.circles is None
        if part.circles is None:
            continue
        assert model is not None
        found = json.loads(part.circles)
        home = {vector: at for at, circle in enumerate(found) for vector in circle}
        assert len(home) == sum(map(len, found))
        assert home.keys() == {votes[row.number] for row in lies[part.number]}
        clusters = {(row.cluster, home[votes[row.number]]) for row in lies[part.number]}
        assert len(clusters) == len({cluster for cluster, _ in clusters})
        for one, other in combinations(home, 2):
            if home[one] != home[other]:
                weight = model.weight(values[one], values[other])
                assert weight is None or weight <= model.cut


def answered(
    answer: Answer, found: Kept, before: Ledger, after: Ledger, moved: frozenset[Movement]
) -> None:
    """One call's answer."""
    assert not answer.pending
    key = RecordKey.parse(answer.record)
    name = after.profiles.get(key)
    assert answer.profile_id == name
    if name is None:
        return
    assert answer.created == (name not in before.ids)
    away = {one.old_id for one in moved if one.change == "split"}
    assert set(answer.merged) == {
        one.old_id
        for one in moved
        if one.change == "merged" and one.new_id == name != one.old_id and one.old_id not in away
    }
    assert {(one.identifier, one.constraint, one.against) for one in answer.refused} == {
        (right, constraint, against)
        for left, right, constraint, against in found.refused
        if left == key.ref
    }


def renamed(ledger: Ledger, names: dict[RecordKey, RecordKey]) -> Ledger:
    """Erased records have another key."""

    def new(key: RecordKey) -> RecordKey:
        return names.get(key, key)

    return Ledger(
        ledger.id_key,
        {new(key): value for key, value in ledger.arrivals.items()},
        {
            name: Carried(one.issued, None if one.carrier is None else new(one.carrier))
            for name, one in ledger.ids.items()
        },
        {new(key): value for key, value in ledger.profiles.items()},
    )
