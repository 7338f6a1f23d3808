"""What came out otherwise than the store has it is written down: rows, profile ids, the feed."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import msgspec

from sameas.engine.online.components import write_components
from sameas.engine.online.inherit import inherit
from sameas.engine.online.matches.review import review
from sameas.engine.online.rows import put_record, text
from sameas.engine.online.rules import LINKED
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sameas.engine.online.feed import Feed
    from sameas.engine.online.region import Region
    from sameas.engine.online.rules import Rules
    from sameas.engine.online.solve import Resolved
    from sameas.engine.online.state import Live, State
    from sameas.engine.online.unit import Unit

__all__ = ["write"]

_OF = ("record",)


def write(
    unit: Unit,
    state: State,
    parts: Sequence[Resolved],
    feed: Feed,
    seen: Iterable[int] = (),
) -> None:
    """Write down what differs.

    Args:
        unit: what the group sees.
        state: what the writer knows.
        parts: answers of regions that share no component, neither before nor after.
        feed: told what becomes of profiles.
        seen: vectors to be reviewed, whoever moved.
    """
    before: dict[int, t.RecordRow] = {}
    home: dict[int, int] = {}
    vector: dict[int, int] = {}
    moved: set[int] = set()
    numbered = []
    for out in parts:
        mine, region = _rows_of(unit, out.region), out.region
        component, cluster = (
            _renumbered(state, kind, of, {n: getattr(row, kind) for n, row in mine.items()})
            for kind, of in (("component", out.component), ("cluster", out.cluster))
        )
        _links(unit, state.rules, out)
        moved |= _records(unit, state, out, mine, component, cluster, feed)
        _identifiers(unit, out, component)
        if state.named or not region.changed:
            moved.update(region.records)  # a word on who stays where he is may be new, or gone
        vector |= out.matched.vector
        before |= mine
        home.update((number, cluster[piece]) for number, piece in out.cluster.items())
        numbered.append((out, component, cluster))
    ids = inherit(unit, state, parts, before, home, feed)
    for out, component, cluster in numbered:
        write_components(unit, state, out, component, cluster, ids)
    review(unit, state, {*seen, *(vector[one] for one in moved if one in vector)})


def _rows_of(unit: Unit, region: Region) -> dict[int, t.RecordRow]:
    """The records of a region before the change, those that go included."""
    rows = {row.number: row for row in unit.get_all(t.RECORD, [(r,) for r in region.records])}
    for number, live in region.changed.items():
        if live is None:
            row = unit.get(t.RECORD, (number,))
            assert row is not None
            rows[number] = row
    return rows


def _records(
    unit: Unit,
    state: State,
    out: Resolved,
    before: Mapping[int, t.RecordRow],
    component: Mapping[int, int],
    cluster: Mapping[int, int],
    feed: Feed,
) -> set[int]:
    """Records, and in which component and cluster they are; gives those that came or moved."""
    region = out.region
    moved: set[int] = set()
    for number in _in_arrival_order(region, before):
        home = component[out.component[number]]
        mine = cluster[out.cluster[number]]
        live = region.changed.get(number)
        if live is not None:
            put_record(unit, state, live, component=home, cluster=mine, feed=feed)
            moved.add(number)
            continue
        row = before[number]
        if row.component != home or row.cluster != mine:
            unit.put(t.RECORD, msgspec.structs.replace(row, component=home, cluster=mine))
            if row.cluster != mine:
                feed.move(number, row)
                moved.add(number)
    for number, live in region.changed.items():
        if live is None and before[number].live:
            gone = msgspec.structs.replace(before[number], live=0, component=None, cluster=None)
            current = unit.get(t.RECORD, (number,))
            assert current is not None
            unit.put(t.RECORD, msgspec.structs.replace(gone, withdrawn_at=current.withdrawn_at))
            feed.move(number, before[number])
    return moved


def _in_arrival_order(region: Region, before: Mapping[int, t.RecordRow]) -> list[int]:
    """Records that come together arrive by event time, then key."""
    coming = [
        (live.event_time, live.source, live.record_id, number)
        for number, live in region.changed.items()
        if live is not None and not (number in before and before[number].live)
    ]
    first = [number for *_, number in sorted(coming)]
    known = set(first)
    return first + [number for number in region.records if number not in known]


def _renumbered(
    state: State,
    kind: str,
    new: Mapping[int, int],
    old: Mapping[int, int | None],
) -> dict[int, int]:
    """For each new piece the number of the old one that it has most of, or a new number."""
    overlap: Counter[tuple[int, int]] = Counter()
    for record, piece in new.items():
        was = old.get(record)
        if was is not None:
            overlap[piece, was] += 1
    taken: dict[int, int] = {}
    used: set[int] = set()
    for (piece, was), _ in sorted(overlap.items(), key=lambda one: (-one[1], one[0])):
        if piece not in taken and was not in used:
            taken[piece] = was
            used.add(was)
    for piece in sorted(set(new.values())):
        if piece not in taken:
            taken[piece] = state.counters.next(kind)
    return taken


def _links(unit: Unit, rules: Rules, out: Resolved) -> None:
    region = out.region
    for number, live in region.changed.items():
        kept = set(region.carried.get(number, ()))
        for link in unit.find(t.LINK, _OF, (number,)):
            if link.identifier not in kept:
                unit.delete(t.LINK, (number, link.identifier))
        if live is None:
            assert not kept
    spelled = {
        (number, one): spellings
        for number, live in region.changed.items()
        if live is not None
        for one, spellings in _spelled(unit, rules, live, region.carried[number]).items()
    }
    for (record, one), (place, granted, why) in out.links.items():
        before = unit.get(t.LINK, (record, one))
        if region.changed.get(record) is not None:
            words = spelled.get((record, one))
        else:
            words = None if before is None else before.spelled
        row = t.Link(record, one, place, int(granted), why, words)
        if row != before:
            unit.put(t.LINK, row)


def _spelled(unit: Unit, rules: Rules, live: Live, carried: Sequence[int]) -> dict[int, str | None]:
    """The raw spellings of a record's values."""
    out: dict[int, str | None] = {}
    by_value = {
        (rules.place[row.type], row.value): row.number
        for row in unit.get_all(t.IDENTIFIER, [(x,) for x in carried])
    }
    for key, spellings in live.spelled.items():
        if key in by_value:
            out[by_value[key]] = text(spellings)
    return out


def _identifiers(unit: Unit, out: Resolved, component: Mapping[int, int]) -> None:
    """Standings, and in which component identifiers lie."""
    region = out.region
    homes: dict[int, set[int]] = defaultdict(set)
    for record, ids in region.carried.items():
        for one in ids:
            homes[one].add(component[out.component[record]])
    for number, standing in region.standing.items():
        row = unit.get(t.IDENTIFIER, (number,))
        assert row is not None
        home = None
        if standing == LINKED and number in region.complete and len(homes[number]) == 1:
            (home,) = homes[number]
        if row.standing != standing or row.component != home:
            unit.put(t.IDENTIFIER, msgspec.structs.replace(row, standing=standing, component=home))
