"""Rows of records and links as the engine writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.engine.online.state import encode_json
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from sameas.engine.online.feed import Feed
    from sameas.engine.online.state import Live, State
    from sameas.engine.online.unit import Unit

__all__ = ["link_row", "put_record", "text"]


def text(value: object) -> str:
    """JSON."""
    return encode_json(value).decode()


def put_record(
    unit: Unit, state: State, live: Live, *, component: int, cluster: int, feed: Feed
) -> t.RecordRow:
    """Write the live version of a record; one that comes, or comes back, arrives now."""
    before = unit.get(t.RECORD, (live.number,))
    if before is not None and before.live:
        arrival, incarnation = before.arrival, before.incarnation
    else:
        arrival = state.counters.next("arrival")
        incarnation = 0 if before is None else before.incarnation + (before.arrival >= 0)
    row = t.RecordRow(
        live.number,
        live.source,
        live.record_id,
        live.kind,
        1,
        arrival,
        incarnation,
        None if before is None else before.withdrawn_at,
        live.event_time,
        live.first_seen,
        live.last_seen,
        live.count,
        live.input,
        text(live.traits),
        None if live.trait_times is None else text(live.trait_times),
        component,
        cluster,
        None if before is None else before.since,
    )
    unit.put(t.RECORD, row)
    if before is None or before.cluster != cluster:
        feed.move(live.number, before)
    return row


def link_row(live: Live, place: int, row: t.IdentifierRow, *, granted: bool) -> t.Link:
    """A link that stands by itself: in the first group, of a record in a whole component."""
    spelled = live.spelled.get((place, row.value))
    return t.Link(
        live.number, row.number, 0, int(granted), None, None if spelled is None else text(spelled)
    )
