"""The three shapes that nearly all inputs have, each done in few steps: same rows, same answer.

- an event whose observation is there: its times, its count and its traits move;
- a record that is new, and nobody carries its identifiers: a profile of its own;
- a record that is new, and all that link it lie in one component that is one whole profile.

Everything is looked at before anything is written: what is none of these is left to `apply`, which
does any input, and to which these are equal (`tests/engine/online/test_quick.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sameas.engine.ids.kernels import profile_id
from sameas.engine.online.door import CONTENT, EVENT, VERSION, WITHDRAWAL
from sameas.engine.online.events import Answer
from sameas.engine.online.fold import APPLIED, fold_traits
from sameas.engine.online.matches.vectors import vector_of
from sameas.engine.online.namesakes import all_known, note, only_plain
from sameas.engine.online.opaque import next_incarnation
from sameas.engine.online.rows import text
from sameas.engine.online.rules import BLOCKED, GONE, LINKED, SHARED, UNLINKED
from sameas.engine.online.state import decode_times, decode_traits
from sameas.engine.online.summary import Summary, exclusive_values, union
from sameas.graph.model import record_ref
from sameas.graph.store import tables as t
from sameas.matching.names import person_name

if TYPE_CHECKING:
    from sameas.engine.online.door import Said
    from sameas.engine.online.namesakes import FurtherName
    from sameas.engine.online.rules import Rules
    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit

__all__ = ["quick"]

_KEY = ("record_id", "source")
_NAME = ("value", "type")
_MESSAGE = ("message_id", "source")
_ON = ("identifier",)
_OF = ("record",)

Known = list[tuple[int, str, "t.IdentifierRow | None", int]]
"""Of each identifier: place, value, row (None: it is new), the standing that it has or takes."""


def quick(unit: Unit, state: State, said: Said) -> Answer | None:
    """Take an input in, if it has one of the shapes; None: nothing was done."""
    if said.reduced:
        return None  # the key that the event had must be found again
    if said.kind in (CONTENT, WITHDRAWAL):
        return None
    if said.message_id is not None and unit.find(t.INPUT, _MESSAGE, (said.message_id, said.source)):
        return None
    further = only_plain(unit, state, said)
    if further is None:
        return None
    row = unit.one(t.RECORD, _KEY, (said.record_id, said.source))
    if row is None:
        if vector_of(state.rules, said) is not None:
            return None  # it may match somebody
        return _new(unit, state, said, further)
    if said.kind == EVENT and row.live and row.kind == EVENT and not said.spelled:
        if further and not all_known(unit, row.number, further):
            return None
        return _again(unit, state, said, row)
    return None


def _input(said: Said, number: int, record: int) -> t.Input:
    return t.Input(
        number,
        record,
        said.source,
        said.message_id,
        said.event_time,
        said.first_seen,
        said.received,
        said.content,
        said.kind,
        APPLIED,
        said.payload,
    )


def _change(state: State, position: int, change: str, profile: int, record: int) -> t.Change:
    return t.Change(position, state.now, change, profile, None, f'{{"records":[{record}]}}')


# -- an observation that is there ---------------------------------------------------------------


def _again(unit: Unit, state: State, said: Said, row: t.RecordRow) -> Answer | None:
    """One more event of an observation, which carries what it carried."""
    time = said.event_time
    if row.withdrawn_at is not None and time <= row.withdrawn_at:
        return None
    if (time if said.first_seen is None else said.first_seen) < row.first_seen:
        return None  # the order of records may count
    assert row.component is not None
    home = unit.get(t.COMPONENT, (row.component,))
    if home is None or home.cluster is None:
        return None
    types = state.rules.types
    for place, value in said.identifiers:
        one = unit.one(t.IDENTIFIER, _NAME, (value, types[place]))
        if one is None or (one.standing == LINKED and one.component is None):
            return None
    before = decode_traits(row.traits)
    traits, times = dict(before), decode_times(row.trait_times or "{}")
    fold_traits(traits, times, said)
    if traits != before and (
        state.rules.weights is not None
        or person_name(traits) != person_name(before)
        or exclusive_values(state.rules, traits) != exclusive_values(state.rules, before)
    ):
        return None
    cluster = unit.get(t.CLUSTER, (home.cluster,))
    assert cluster is not None
    profile = unit.get(t.ISSUED, (cluster.profile,))
    assert profile is not None
    with state.counters.lock:
        counters = state.counters
        counters.input = number = counters.input + 1
        counters.position = position = counters.position + 1
    unit.add(t.INPUT, _input(said, number, row.number), (number,))
    unit.put(
        t.RECORD,
        t.RecordRow(
            row.number,
            row.source,
            row.record_id,
            EVENT,
            1,
            row.arrival,
            row.incarnation,
            row.withdrawn_at,
            max(row.event_time, time),
            row.first_seen,
            max(row.last_seen, time),
            row.count + said.count,
            number,
            row.traits if traits == before else text(traits),
            text(times),
            row.component,
            row.cluster,
            row.since,
        ),
    )
    unit.add(t.CHANGE, _change(state, position, "updated", profile.number, row.number), (position,))
    ref = record_ref(row.source, row.record_id)
    return Answer(ref, profile.id, position, rejected=said.rejected)


# -- a record that is new -----------------------------------------------------------------------


def _new(unit: Unit, state: State, said: Said, further: set[FurtherName]) -> Answer | None:
    """A record that nobody spoke of before."""
    rules = state.rules
    types = rules.types
    if state.named and (_is_named(state, said) or (further and state.digests_named)):
        return None
    known: Known = []
    component: int | None = None
    for place, value in said.identifiers:
        row = unit.one(t.IDENTIFIER, _NAME, (value, types[place]))
        standing = GONE if row is None else row.standing
        if standing == GONE:
            standing = rules.standing(place, value)
        elif standing == LINKED:
            assert row is not None
            if row.component is None or component not in (None, row.component):
                return None
            component = row.component
        known.append((place, value, row, standing))
    if component is None:
        answer = _alone(unit, state, said, known)
    else:
        answer = _joining(unit, state, said, known, component)
    if further and answer is not None:
        written = unit.one(t.RECORD, _KEY, (said.record_id, said.source))
        assert written is not None
        unit.fresh(t.FURTHER, _OF, (written.number,))
        note(unit, state, written.number, further)
    return answer


def _is_named(state: State, said: Said) -> bool:
    """Whether a judgement speaks of the record, or of an identifier."""
    types = state.rules.types
    refs = [f"{types[place]}:{value}" for place, value in said.identifiers]
    refs.append(record_ref(said.source, said.record_id))
    return not state.named.keys().isdisjoint(refs)


def _alone(unit: Unit, state: State, said: Said, known: Known) -> Answer | None:
    """A profile of its own."""
    rules, counters = state.rules, state.counters
    counts = rules.alone(tuple([(place, standing) for place, _, _, standing in known]))
    if counts is None:
        return None
    numbers = _numbers(state, known)
    with counters.lock:
        counters.component = component = counters.component + 1
        counters.cluster = cluster = counters.cluster + 1
        counters.issued = issued = counters.issued + 1
    row, position = _write(unit, state, said, known, numbers, component, cluster)
    record = row.number
    summary = _summary(rules, said, known, numbers, counts, f"[{issued}]", row)
    nodes = 1 + sum([standing == LINKED for _, _, _, standing in known])
    key = (said.source, said.record_id)
    id_ = profile_id(state.id_words, key, incarnation=row.incarnation)
    unit.add(t.ISSUED, t.Issued(issued, id_, record, position), (issued,))
    unit.add(t.CLUSTER, t.Cluster(cluster, component, issued, position), (cluster,))
    unit.add(t.COMPONENT, t.Component(component, nodes, cluster, summary), (component,))
    unit.add(t.CHANGE, _change(state, position, "created", issued, record), (position,))
    ref = record_ref(said.source, said.record_id)
    return Answer(ref, id_, position, created=True, rejected=said.rejected)


def _summary(
    rules: Rules,
    said: Said,
    known: Known,
    numbers: list[int],
    counts: str,
    ids: str,
    row: t.RecordRow,
) -> str:
    """As `Summary.dumps`, of a record by itself."""
    loose, names, exclusive, clean = _beside(rules, said, known, numbers)
    owner = "null,0"
    if _signs_up(rules, known):
        owner = f"{row.number},{row.arrival}"
    return (
        f"{counts},{text(loose) if loose else '[]'},{text(names)},"
        f"{text(exclusive) if exclusive else '[]'},{text(clean)},{ids},{owner},[],false,true]"
    )


def _signs_up(rules: Rules, known: Known) -> bool:
    single = rules.single
    return any(standing == LINKED and single[place] for place, _, _, standing in known)


def _beside(
    rules: Rules, said: Said, known: Known, numbers: list[int]
) -> tuple[list[tuple[int, int, int]], list[str], list[list[str]], list[str]]:
    """Of a summary: loose identifiers, names, exclusive values, duplicate-free sources."""
    loose = [
        (number, place, standing)
        for (place, _, _, standing), number in zip(known, numbers, strict=True)
        if standing in (SHARED, UNLINKED)
    ]
    name = person_name(said.traits)
    clean = said.kind == VERSION and said.source in rules.policy.duplicate_free
    return (
        loose,
        [] if name is None else [name],
        exclusive_values(rules, said.traits),
        [said.source] if clean else [],
    )


def _joining(unit: Unit, state: State, said: Said, known: Known, component: int) -> Answer | None:
    """One more record of a whole profile."""
    rules = state.rules
    part = unit.get(t.COMPONENT, (component,))
    assert part is not None
    if part.summary is None or part.cluster is None:
        return None
    nodes = part.nodes + 1
    for place, _, row, standing in known:
        if standing != LINKED:
            continue
        if row is None or row.standing == GONE:
            nodes += 1
        elif part.nodes >= rules.most_records[place] and unit.exceeds(
            t.LINK, _ON, (row.number,), rules.most_records[place] - 1
        ):
            return None
    theirs = Summary.loads(part.summary)
    if nodes > rules.policy.max_component or (theirs.owner is None and _signs_up(rules, known)):
        return None  # ids pass to whoever signed up first
    numbers = _numbers(state, known)
    whole = union([_own(rules, said, known, numbers), theirs], rules)
    if whole is None:
        return None
    cluster = unit.get(t.CLUSTER, (part.cluster,))
    assert cluster is not None
    profile = unit.get(t.ISSUED, (cluster.profile,))
    assert profile is not None
    written, position = _write(unit, state, said, known, numbers, component, part.cluster)
    unit.put(t.COMPONENT, t.Component(component, nodes, part.cluster, whole.dumps()))
    change = _change(state, position, "updated", profile.number, written.number)
    unit.add(t.CHANGE, change, (position,))
    ref = record_ref(said.source, said.record_id)
    return Answer(ref, profile.id, position, rejected=said.rejected)


def _own(rules: Rules, said: Said, known: Known, numbers: list[int]) -> Summary:
    """The summary of a record, without what its component counts already; it owns nothing yet."""
    values, seen = [0] * len(rules.types), [0] * len(rules.types)
    for place, _, row, standing in known:
        if standing != BLOCKED and (row is None or row.standing != LINKED):
            seen[place] += 1
            values[place] += standing != SHARED
    return Summary(values, seen, *_beside(rules, said, known, numbers), [])


def _numbers(state: State, known: Known) -> list[int]:
    """The numbers of identifiers; those that are new get theirs."""
    new = sum(row is None for _, _, row, _ in known)
    with state.counters.lock:
        last = state.counters.identifier
        state.counters.identifier = last + new
    numbers = []
    for _, _, row, _ in known:
        if row is None:
            last += 1
            numbers.append(last)
        else:
            numbers.append(row.number)
    return numbers


def _write(
    unit: Unit,
    state: State,
    said: Said,
    known: Known,
    numbers: list[int],
    component: int,
    cluster: int,
) -> tuple[t.RecordRow, int]:
    """The rows of the record itself; gives its own, and the feed's position."""
    types, time = state.rules.types, said.event_time
    counters = state.counters
    with counters.lock:
        counters.record = record = counters.record + 1
        counters.input = number = counters.input + 1
        counters.arrival = arrival = counters.arrival + 1
        counters.position = position = counters.position + 1
    unit.add(t.INPUT, _input(said, number, record), (number,))
    event = said.kind == EVENT
    times = dict.fromkeys(said.traits, time) | (said.trait_times or {}) if event else None
    source, record_id = said.source, said.record_id
    written = t.RecordRow(
        record,
        source,
        record_id,
        said.kind,
        1,
        arrival,
        next_incarnation(unit, state, source, record_id) if state.suppressed else 0,
        None,
        time,
        time if said.first_seen is None else said.first_seen,
        time,
        said.count,
        number,
        text(said.traits),
        None if times is None else text(times),
        component,
        cluster,
        position,
    )
    unit.add(t.RECORD, written, (record,))
    spelled = said.spelled
    for (place, value, row, standing), one in zip(known, numbers, strict=True):
        home = component if standing == LINKED else None
        if row is None:
            unit.add(
                t.IDENTIFIER, t.IdentifierRow(one, types[place], value, standing, home), (one,)
            )
        elif row.standing == GONE:
            unit.put(t.IDENTIFIER, msgspec.structs.replace(row, standing=standing, component=home))
        words = spelled.get((place, value)) if spelled else None
        granted = 1 if standing == LINKED else 0
        unit.add(
            t.LINK,
            t.Link(record, one, 0, granted, None, None if words is None else text(words)),
            (record, one),
        )
    return written, position
