"""What was found of a new record's place among profiles (`among`) is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sameas.engine.online.feed import Entry
from sameas.engine.online.matches.circles import circles_text
from sameas.engine.online.matches.review import review
from sameas.engine.online.namesakes import note
from sameas.engine.online.rows import link_row, put_record
from sameas.engine.online.rules import GONE, LINKED
from sameas.engine.online.write import write
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sameas.engine.online.feed import Feed
    from sameas.engine.online.matches.among import Known, Place
    from sameas.engine.online.state import Live, State
    from sameas.engine.online.unit import Unit

__all__ = ["carry", "settle"]

_OF = ("record",)
_IN = ("component",)


def settle(unit: Unit, state: State, live: Live, known: Known, place: Place, feed: Feed) -> None:
    """Write the record, its profile, and what it moves."""
    number = _component(unit, state, place)
    circles, alone = circles_text(place.circles), None
    vote = unit.get(t.VOTE, (live.number,))
    assert vote is not None
    if place.stirred is not None:
        for row, _, _ in known:
            if unit.get(t.IDENTIFIER, (row.number,)) is None:
                unit.add(t.IDENTIFIER, row)
        place.stirred.region.components = {number}
        write(unit, state, [place.stirred], feed, [vote.vector])
    else:
        mine = _record(unit, state, live, place, number, feed)
        alone = None if place.parts else mine
        carry(unit, state, live, known, number)
        review(unit, state, [vote.vector])
    unit.put(t.COMPONENT, t.Component(number, place.nodes, alone, None, place.level, circles))


def carry(unit: Unit, state: State, live: Live, known: Known, component: int) -> None:
    """Write what a record carries, all granted where it links."""
    for row, place, standing in known:
        if row.standing == GONE:
            home = component if standing == LINKED else None
            row = msgspec.structs.replace(row, standing=standing, component=home)  # noqa: PLW2901
            unit.put(t.IDENTIFIER, row)
        unit.add(t.LINK, link_row(live, place, row, granted=standing == LINKED))
    note(unit, state, live.number, live.further)


def _component(unit: Unit, state: State, place: Place) -> int:
    """Bring together, and up the ladder, what the record ties; the number of its component."""
    for new, records in place.moves.items():
        _move(unit, unit.get_all(t.RECORD, [(record,) for record in records]), new)
    for part in place.drawn:
        unit.put(t.COMPONENT, part)
    if not place.parts:
        number = state.counters.next("component")
        unit.absent(t.COMPONENT, (number,))
        return number
    number = max(place.parts, key=lambda part: (part.nodes, -part.number)).number
    for part in place.parts:
        if part.number != number:
            _absorb(unit, part.number, number)
    return number


def _record(unit: Unit, state: State, live: Live, place: Place, component: int, feed: Feed) -> int:
    """Write the record into its cluster, and give the cluster's number."""
    if place.cluster is not None:
        joins = unit.get(t.CLUSTER, (place.cluster,))
        assert joins is not None
        put_record(unit, state, live, component=component, cluster=place.cluster, feed=feed)
        feed.tell(Entry("updated", joins.profile, records=[live.number]))
        return place.cluster
    mine = state.counters.next("cluster")
    unit.absent(t.CLUSTER, (mine,))
    record = put_record(unit, state, live, component=component, cluster=mine, feed=feed)
    profile = feed.issue(record, arrives=True)
    unit.put(t.CLUSTER, t.Cluster(mine, component, profile))
    feed.name(mine, None)
    feed.tell(Entry("created", profile, records=[live.number]))
    return mine


def _absorb(unit: Unit, part: int, number: int) -> None:
    """What lies in a component lies in another one from now on; its clusters stay."""
    records = unit.find(t.RECORD, _IN, (part,))
    _move(unit, records, number)
    of = [(record.number,) for record in records]
    unit.look(t.LINK, _OF, of)
    carried = dict.fromkeys((one.identifier,) for key in of for one in unit.find(t.LINK, _OF, key))
    for row in unit.get_all(t.IDENTIFIER, carried):
        if row.component == part:
            unit.put(t.IDENTIFIER, msgspec.structs.replace(row, component=number))
    unit.delete(t.COMPONENT, (part,))


def _move(unit: Unit, records: Sequence[t.RecordRow], component: int) -> None:
    """Records and their clusters lie in another component from now on."""
    for record in records:
        unit.put(t.RECORD, msgspec.structs.replace(record, component=component))
    for cluster in unit.get_all(t.CLUSTER, {(record.cluster,) for record in records}):
        unit.put(t.CLUSTER, msgspec.structs.replace(cluster, component=component))
