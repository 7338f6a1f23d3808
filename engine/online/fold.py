"""3.1 kept incrementally: what an input does to the live version of its record.

The live version is the newest by (event time, content) that no withdrawal hides; events of one
observation are folded. Whatever cannot be said from the record's row is worked out again from all
its inputs, so that no order of arrival can be seen in the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from sameas.engine.online.door import (
    CONTENT,
    EVENT,
    VERSION,
    WITHDRAWAL,
    Said,
    further_names,
    said_again,
)
from sameas.engine.online.mentions import mention, mention_key, note_mentions
from sameas.engine.online.opaque import next_incarnation
from sameas.engine.online.state import Live, decode_times, decode_traits
from sameas.graph.store import tables as t
from sameas.graph.versions import value_hash

if TYPE_CHECKING:
    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit

__all__ = ["APPLIED", "PENDING", "VOID", "Folded", "again", "fold", "fold_traits", "hold"]

APPLIED, PENDING, VOID = range(3)
"""States of an input."""

_KEY = ("record_id", "source")
_texts = msgspec.json.Decoder(list[str]).decode


@dataclass(slots=True)
class Folded:
    """What an input did."""

    record: int
    """The record that the input speaks of."""
    after: dict[int, Live | None] = field(default_factory=dict)
    """New live versions by record number; None: not live any more. Empty: nothing changed."""
    duplicate: bool = False
    """The input was known: it is not kept again."""


def fold(unit: Unit, state: State, said: Said, number: int) -> Folded:
    """Keep an input under a number, and tell what became of its record.

    An input that was held back is folded again under its own number.
    """
    folded = _fold(unit, state, said, number)
    note_mentions(unit, state, said, folded)
    return folded


def _fold(unit: Unit, state: State, said: Said, number: int) -> Folded:
    voided = None
    if said.message_id is not None:
        heard = [
            one
            for one in unit.find(t.INPUT, ("message_id", "source"), (said.message_id, said.source))
            if one.state != VOID and one.number != number
        ]
        if heard:
            order = _order(heard[0], _record_id(unit, heard[0]), state)
            if order <= said.order:
                if (
                    order != said.order or heard[0].kind != said.kind
                ):  # kept: the first may be hidden
                    _keep(unit, said, hold(unit, state, said, number).number, number, VOID)
                return Folded(heard[0].record, duplicate=True)
            voided = heard[0]
    found = unit.find(t.RECORD, _KEY, (said.record_id, said.source))
    row = found[0] if found else _new_record(unit, state, said)
    if said.kind == VERSION and _is_repeat(unit, state, row, said):
        return Folded(row.number, duplicate=True)
    _keep(unit, said, row.number, number, APPLIED)
    if voided is not None:
        unit.put(t.INPUT, msgspec.structs.replace(voided, state=VOID))
        after = again(unit, state, voided.record)
        if voided.record != row.number:
            after |= again(unit, state, row.number)
        return Folded(row.number, after)
    if said.kind == WITHDRAWAL:
        return Folded(row.number, _withdraw(unit, state, row, said))
    if row.withdrawn_at is not None and said.event_time <= row.withdrawn_at:
        return Folded(row.number)
    if said.kind == VERSION:
        return Folded(row.number, _replace(unit, state, row, said, number))
    if said.kind == EVENT:
        live = _add(state, row, said, number)
        if row.live:
            _with_earlier(unit, state, live)
        return Folded(row.number, {row.number: live})
    return Folded(row.number, again(unit, state, row.number))


def _new_record(unit: Unit, state: State, said: Said) -> t.RecordRow:
    """A row for a key that nobody spoke of before; it is not live yet."""
    row = t.RecordRow(
        state.counters.next("record"),
        said.source,
        said.record_id,
        0 if said.kind == WITHDRAWAL else said.kind,
        0,
        -1,
        next_incarnation(unit, state, said.source, said.record_id) if state.suppressed else 0,
        None,
        said.event_time,
        said.event_time,
        said.event_time,
        0,
        0,
        "{}",
        None,
        None,
        None,
    )
    unit.add(t.RECORD, row)
    for table in (t.LINK, t.INPUT, t.FURTHER):
        unit.fresh(table, ("record",), (row.number,))
    unit.fresh(t.ISSUED, ("carrier",), (row.number,))
    return row


def hold(unit: Unit, state: State, said: Said, number: int) -> t.RecordRow:
    """Keep an input, and let it change nothing yet."""
    found = unit.find(t.RECORD, _KEY, (said.record_id, said.source))
    row = found[0] if found else _new_record(unit, state, said)
    _keep(unit, said, row.number, number, PENDING)
    mention(unit, state, row.number, said.identifiers)
    return row


def _keep(unit: Unit, said: Said, record: int, number: int, state: int) -> None:
    if said.reduced:
        mention_key(unit, record, bytes.fromhex(said.reduced))
    unit.put(
        t.INPUT,
        t.Input(
            number,
            record,
            said.source,
            said.message_id,
            said.event_time,
            said.first_seen,
            said.received,
            said.content,
            said.kind,
            state,
            said.payload,
        ),
    )


def _record_id(unit: Unit, one: t.Input) -> str:
    row = unit.get(t.RECORD, (one.record,))
    assert row is not None
    return row.record_id


def _order(one: t.Input, record_id: str, state: State) -> tuple[int, bytes, int, bool, str]:
    """As `Said.order`."""
    if not one.content:  # it was loaded, and nobody asked yet
        return said_again(one, record_id, state.rules).order
    first = one.event_time if one.first_seen is None else one.first_seen
    named = record_id if one.kind in (VERSION, WITHDRAWAL) else ""
    return (one.event_time, one.content, first, one.kind == WITHDRAWAL, named)


def _is_repeat(unit: Unit, state: State, row: t.RecordRow, said: Said) -> bool:
    """The very version that is live already."""
    if not row.live or row.event_time != said.event_time or said.message_id is not None:
        return False
    current = unit.get(t.INPUT, (row.input,))
    return current is not None and _order(current, row.record_id, state) == said.order


def _replace(
    unit: Unit, state: State, row: t.RecordRow, said: Said, number: int
) -> dict[int, Live | None]:
    """A version of a record with an id of its own."""
    if row.live:
        if said.event_time < row.event_time:
            return {}
        if said.event_time == row.event_time:
            current = unit.get(t.INPUT, (row.input,))
            assert current is not None
            if _order(current, row.record_id, state) >= said.order:
                return {}
    return {row.number: _single(state, row, said, number)}


def _single(state: State, row: t.RecordRow, said: Said, number: int) -> Live:
    """One version by itself."""
    return Live(
        row.number,
        row.source,
        row.record_id,
        {VERSION: 0, EVENT: 1, CONTENT: 2}[said.kind],
        said.event_time,
        said.event_time if said.first_seen is None else said.first_seen,
        said.event_time,
        said.count,
        number,
        said.identifiers,
        said.spelled,
        said.traits,
        _times(said) if said.kind == EVENT else None,
        _further(state, said),
    )


def _times(said: Said) -> dict[str, int]:
    """When each trait of an event was said."""
    return dict.fromkeys(said.traits, said.event_time) | (said.trait_times or {})


def _further(state: State, said: Said) -> frozenset[tuple[str, str, str]]:
    return frozenset(further_names(said, state.rules)) if state.digests else frozenset()


def _add(state: State, row: t.RecordRow, said: Said, number: int) -> Live:
    """One more event of an observation."""
    event = _single(state, row, said, number)
    if not row.live:
        return event
    traits = decode_traits(row.traits)
    times = {} if row.trait_times is None else decode_times(row.trait_times)
    fold_traits(traits, times, said)
    event.event_time = max(row.event_time, event.event_time)
    event.first_seen = min(row.first_seen, event.first_seen)
    event.last_seen = max(row.last_seen, event.last_seen)
    event.count += row.count
    event.traits, event.trait_times = traits, times
    return event


def fold_traits(traits: dict[str, str], times: dict[str, int], said: Said) -> None:
    """Let the traits of one more event into those of an observation, and when they were said."""
    said_at = said.trait_times or {}
    for trait, value in said.traits.items():
        known, time = traits.get(trait), said_at.get(trait, said.event_time)
        if known is not None:
            if time < times[trait]:
                continue
            if time == times[trait] and (value_hash(known), known) >= (value_hash(value), value):
                continue
        traits[trait], times[trait] = value, time


def _withdraw(unit: Unit, state: State, row: t.RecordRow, said: Said) -> dict[int, Live | None]:
    if row.withdrawn_at is not None and said.event_time <= row.withdrawn_at:
        return {}
    unit.put(t.RECORD, msgspec.structs.replace(row, withdrawn_at=said.event_time))
    if not row.live:
        return {}
    if row.kind != EVENT:
        return {row.number: None} if row.event_time <= said.event_time else {}
    return again(unit, state, row.number)


def again(unit: Unit, state: State, record: int) -> dict[int, Live | None]:
    """The live versions of a record, or of all occurrences of a content, from all inputs."""
    row = unit.get(t.RECORD, (record,))
    assert row is not None
    inputs = [one for one in unit.find(t.INPUT, ("record",), (record,)) if one.state == APPLIED]
    withdrawn = max((one.event_time for one in inputs if one.kind == WITHDRAWAL), default=None)
    if withdrawn != row.withdrawn_at:
        row = msgspec.structs.replace(row, withdrawn_at=withdrawn)
        unit.put(t.RECORD, row)
    said = [
        (said_again(one, row.record_id, state.rules), one.number)
        for one in inputs
        if one.kind != WITHDRAWAL and one.payload is not None
    ]
    said.sort(key=lambda one: one[0].order)
    if any(one.kind == CONTENT for one, _ in said) or row.kind == CONTENT:
        return _occurrences(unit, state, row, said)
    alive = [
        (one, number)
        for one, number in said
        if row.withdrawn_at is None or one.event_time > row.withdrawn_at
    ]
    if not alive:
        return {record: None} if row.live else {}
    if alive[-1][0].kind == VERSION:
        return {record: _single(state, row, *alive[-1])}
    dead = msgspec.structs.replace(row, live=0)
    live = _single(state, dead, *alive[0])
    for one, number in alive[1:]:
        live = _more(state, live, one, number)
    return {record: live}


def _with_earlier(unit: Unit, state: State, live: Live) -> None:
    """Spellings and further names that earlier events of an observation had."""
    links = unit.find(t.LINK, ("record",), (live.number,))
    if any(link.spelled is not None for link in links):
        places = state.rules.place
        for link in links:
            row = unit.get(t.IDENTIFIER, (link.identifier,))
            if link.spelled is None or row is None:
                continue
            mine = live.spelled.setdefault((places[row.type], row.value), [])
            mine += [text for text in _texts(link.spelled) if text not in mine]
    if state.digests:
        rows = [row for row in unit.find(t.FURTHER, ("record",), (live.number,)) if row.email]
        emails = {
            row.number: row.value for row in unit.get_all(t.IDENTIFIER, [(r.email,) for r in rows])
        }
        live.further |= {(row.type, row.value, emails[row.email]) for row in rows}


def _more(state: State, live: Live, said: Said, number: int) -> Live:
    """A folded observation with one more event."""
    row = t.RecordRow(
        live.number, live.source, live.record_id, live.kind, 1, 0, 0, None, live.event_time,
        live.first_seen, live.last_seen, live.count, live.input,
        msgspec.json.encode(live.traits).decode(),
        msgspec.json.encode(live.trait_times or {}).decode(),
        None, None,
    )  # fmt: skip
    more = _add(state, row, said, number)
    for key, spellings in live.spelled.items():
        mine = more.spelled.setdefault(key, [])
        mine += [text for text in spellings if text not in mine]
    more.further |= live.further
    return more


def _occurrences(
    unit: Unit, state: State, row: t.RecordRow, said: list[tuple[Said, int]]
) -> dict[int, Live | None]:
    """Rows of one content: the first is `c_...`, the next `c_..._2`, in the order of versions."""
    after: dict[int, Live | None] = {}
    for place in range(len(said) + 1):
        name = row.record_id if place == 0 else f"{row.record_id}_{place + 1}"
        found = unit.find(t.RECORD, _KEY, (name, row.source))
        if place == len(said):
            if found and found[0].live:
                after[found[0].number] = None
            break
        one, number = said[place]
        one = msgspec.structs.replace(one, record_id=name)
        mine = found[0] if found else _new_record(unit, state, one)
        hidden = mine.withdrawn_at is not None and one.event_time <= mine.withdrawn_at
        if hidden:
            if mine.live:
                after[mine.number] = None
        else:
            after[mine.number] = _single(state, mine, one, number)
    return after
