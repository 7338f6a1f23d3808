"""One input, one judgement: applied to a unit by the fastest way that is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sameas.engine.online import fast, slow
from sameas.engine.online.background import hold_back
from sameas.engine.online.events import Answer, Refusal
from sameas.engine.online.feed import Entry, Feed
from sameas.engine.online.fold import Folded, fold, hold
from sameas.engine.online.matches.index import shift
from sameas.engine.online.namesakes import begin, has_namesakes, widen
from sameas.engine.online.numbering import numbered
from sameas.engine.online.quick import quick
from sameas.engine.online.region import TooLarge
from sameas.engine.online.rows import put_record, text
from sameas.engine.online.rules import LINKED
from sameas.engine.online.state import decode_traits
from sameas.engine.online.summary import exclusive_values
from sameas.graph.model import RecordKey
from sameas.graph.store import tables as t
from sameas.matching.names import person_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sameas.engine.online.door import Said
    from sameas.engine.online.rules import Rules
    from sameas.engine.online.state import Live, State
    from sameas.engine.online.unit import Unit
    from sameas.graph.model import Ref

__all__ = ["apply", "home_of", "members_of", "profile_of", "reconsider"]

_OF = ("record",)


def apply(
    unit: Unit, state: State, said: Said, *, number: int | None = None, budget: int | None = None
) -> Answer:
    """Take one input into the graph and say what became of it.

    Args:
        unit: what the group sees.
        state: what the writer knows.
        said: the input.
        number: the number that it was kept under when it was held back; None: it is new.
        budget: nodes that may be looked at; beyond, the input is held back.
    """
    begin(unit, state, [state.rules.types[place] for place, _ in said.identifiers])
    if number is None:
        answer = quick(unit, state, said)
        if answer is not None:
            state.fast += 1
            return answer
        number = state.counters.next("input")
        unit.absent(t.INPUT, (number,))
    mark = unit.mark()
    folded = fold(unit, state, said, number)
    feed = Feed(unit, state)
    if folded.after:
        try:
            _resolve(unit, state, folded.after, feed, budget)
        except TooLarge:
            unit.undo(mark)
            return _held_back(unit, state, said, number)
    position = feed.close()
    return _answer(unit, state, said, folded, feed, position)


def reconsider(unit: Unit, state: State, named: Iterable[Ref]) -> Feed:
    """Resolve again what judgements newly speak of, or speak of no more."""
    feed = Feed(unit, state)
    slow.resolve(unit, state, {}, feed, named=named)
    feed.close()
    return feed


def _resolve(
    unit: Unit, state: State, after: dict[int, Live | None], feed: Feed, budget: int | None
) -> None:
    moved = None
    if len(after) == 1:
        ((number, live),) = after.items()
        before = unit.get(t.RECORD, (number,))
        assert before is not None
        moved = shift(unit, state, after, budget=budget)
        if live is not None:
            if before.live:
                if not moved.seen and _touch(unit, state, before, live, feed):
                    state.fast += 1
                    return
            else:
                mark = unit.mark()
                if fast.join(unit, state, live, feed, moved):
                    state.fast += 1
                    return
                unit.undo(mark)
    state.slow += 1
    slow.resolve(unit, state, widen(unit, state, after), feed, before=moved, budget=budget)


def _touch(unit: Unit, state: State, before: t.RecordRow, live: Live, feed: Feed) -> bool:
    """Replace a version that says nothing new to resolution; False: it does."""
    links = {link.identifier: link for link in unit.find(t.LINK, _OF, (live.number,))}
    rows = numbered(unit, state, live.identifiers)
    if links.keys() != {row.number for _, row in rows} or before.kind != live.kind:
        return False
    if state.digests:
        names = {(row.type, row.value) for row in unit.find(t.FURTHER, _OF, (live.number,))}
        if names != {name[:2] for name in live.further} or has_namesakes(unit, state, live):
            return False
    traits = decode_traits(before.traits)
    if person_name(traits) != person_name(live.traits):
        return False
    rules = state.rules
    if exclusive_values(rules, traits) != exclusive_values(rules, live.traits):
        return False
    assert before.component is not None
    assert before.cluster is not None
    if before.first_seen != live.first_seen:
        # the order of records counts wherever something is split or resolved step by step
        home = unit.get(t.COMPONENT, (before.component,))
        if home is None or home.cluster is None:
            return False
        if any(row.standing == LINKED and row.component is None for _, row in rows):
            return False
    put_record(unit, state, live, component=before.component, cluster=before.cluster, feed=feed)
    for place, row in rows:
        link = links[row.number]
        spellings = live.spelled.get((place, row.value))
        words = None if spellings is None else text(spellings)
        if link.spelled != words:
            unit.put(t.LINK, msgspec.structs.replace(link, spelled=words))
    feed.tell(Entry("updated", profile_of(unit, before.cluster).number, records=[live.number]))
    return True


def _held_back(unit: Unit, state: State, said: Said, number: int) -> Answer:
    """Keep an input whose region is too large for now; it takes effect later."""
    row = hold(unit, state, said, number)
    hold_back(unit, number)
    ref = RecordKey(row.source, row.record_id).ref
    return Answer(ref, None, state.counters.position, rejected=said.rejected, pending=True)


def members_of(unit: Unit, cluster: int) -> list[t.RecordRow]:
    """The records of a cluster that is there."""
    row = unit.get(t.CLUSTER, (cluster,))
    assert row is not None
    return unit.find(t.RECORD, ("component", "cluster"), (row.component, cluster))


def profile_of(unit: Unit, cluster: int) -> t.Issued:
    """The id that a cluster has."""
    row = unit.get(t.CLUSTER, (cluster,))
    assert row is not None
    issued = unit.get(t.ISSUED, (row.profile,))
    assert issued is not None
    return issued


def _answer(
    unit: Unit, state: State, said: Said, folded: Folded, feed: Feed, position: int
) -> Answer:
    row = unit.get(t.RECORD, (folded.record,))
    assert row is not None
    ref = RecordKey(row.source, row.record_id).ref
    if row.cluster is None:
        return Answer(ref, None, position, rejected=said.rejected, duplicate=folded.duplicate)
    profile = profile_of(unit, row.cluster)
    merged = sorted(
        {
            entry.other
            for entry in feed.entries
            if entry.change == "merged" and entry.profile == profile.number and entry.other
        }
    )
    return Answer(
        ref,
        profile.id,
        position,
        created=profile.number in feed.issued,
        merged=tuple(one.id for one in unit.get_all(t.ISSUED, [(number,) for number in merged])),
        refused=_refusals(unit, state.rules, row),
        rejected=said.rejected,
        duplicate=folded.duplicate,
    )


def _refusals(unit: Unit, rules: Rules, row: t.RecordRow) -> tuple[Refusal, ...]:
    """The record's links whose identifier answers with another profile."""
    assert row.component is not None
    home = unit.get(t.COMPONENT, (row.component,))
    links = unit.find(t.LINK, _OF, (row.number,))
    rows = {one.number: one for one in unit.get_all(t.IDENTIFIER, [(x.identifier,) for x in links])}
    found = []
    for link in links:
        one = rows[link.identifier]
        if one.standing != LINKED:
            continue
        if one.component is not None and home is not None and home.cluster is not None:
            continue
        cluster = home_of(unit, rules, one.number)
        if cluster == row.cluster:
            continue
        constraint, against = msgspec.json.decode(link.reason) if link.reason else ("", [])
        other = None if cluster is None else profile_of(unit, cluster).id
        found.append(Refusal(f"{one.type}:{one.value}", constraint, tuple(against), other))
    return tuple(found)


def home_of(unit: Unit, rules: Rules, identifier: int) -> int | None:
    """The cluster that an identifier answers with: of its first group, by its first record."""
    turn = -1 if rules.policy.on_conflict == "newest" else 1
    links = [
        link
        for link in unit.find(t.LINK, ("identifier",), (identifier,))
        if link.granted and link.place >= 0
    ]
    rows = {row.number: row for row in unit.get_all(t.RECORD, [(x.record,) for x in links])}
    best = min(
        links,
        key=lambda link: (
            link.place,
            turn * rows[link.record].first_seen,
            rows[link.record].source,
            rows[link.record].record_id,
        ),
        default=None,
    )
    return None if best is None else rows[best.record].cluster
