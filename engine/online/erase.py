"""Erasure: afterwards nothing in the store speaks of the person, and what comes late is hidden.

All records of the person, the withdrawn ones too, are withdrawn and emptied: their inputs keep a
number and a time of receipt, their keys become opaque. Suppressions are written for the keys, for
the identifiers of unguarded types that answered with the person, and for the messages. Feed and
history stay, because they speak of records and ids by number. Its ids are gone, and never reused.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from sameas.engine.online.attempt import attempt
from sameas.engine.online.hidden import FOR_GOOD, NEVER, names_of, need_key
from sameas.engine.online.loading import judgement_of, settle_words
from sameas.engine.online.opaque import erased_rows, opaque_id
from sameas.engine.online.outcomes import Erased
from sameas.engine.online.person import Person, persons
from sameas.engine.online.reread import (
    Reread,
    first_of_content,
    forget_values,
    keys_before,
    read_again,
)
from sameas.engine.online.rows import text
from sameas.engine.online.suppress import add, canonical, keys_of
from sameas.errors import EngineError, Fault
from sameas.graph.model import RecordKey
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit
    from sameas.graph.model import Micros

__all__ = ["erase"]

ERASED = -1
"""`RecordRow.input` of a record that was erased."""

_OF = ("record",)
_refs = msgspec.json.Decoder(list[str]).decode


@dataclass(slots=True)
class _Sweep:
    """What to look for in what is not a record."""

    refs: dict[str, str] = field(default_factory=dict)
    """By reference of a record that is no more: its opaque reference."""
    ids: set[str] = field(default_factory=set)
    """Ids that the person's records carried."""
    names: dict[int, str] = field(default_factory=dict)
    """By number: references of the identifiers that the person's inputs said."""


def erase(
    unit: Unit,
    state: State,
    *,
    profile_id: str | None = None,
    records: Sequence[str] = (),
    identifiers: Sequence[tuple[str, str]] = (),
    until: Micros | None = None,
    author: str = "",
    reason: str = "",
) -> Erased:
    """Erase the person whom an id, records or identifiers name: whole profiles, always.

    An identifier names the profile that it answers with; if nobody has it, the withdrawn records
    that had it. O(inputs of the person, and of the records that said one of its identifiers).

    Args:
        unit: what the group sees.
        state: what the writer knows.
        profile_id: any id of the profile.
        records: references `source/record_id`, live or withdrawn.
        identifiers: (type, value as it may have been sent).
        until: what is sent later is hidden if its event time is not after it. None: now; never
            before the newest row of the person.
        author: who asked for it; kept in the feed.
        reason: why; kept in the feed. Name no person in it.

    Raises:
        UnknownProfileError: the id was never issued.
        GoneProfileError: the profile is gone already.
        EngineError: nobody is named, a record is not there, or there is no erase key.
    """
    need_key(state)
    keys, values = keys_of(records), canonical(state, identifiers)
    if profile_id is None and not keys and not values:
        raise EngineError(Fault("erase", "names nobody", "a profile id, records or identifiers"))
    found = persons(unit, state, profile_id, keys, values)
    sweep = _Sweep(ids={one.id for one in found.ids})
    profiles = dict.fromkeys(found.profiles)
    with attempt(unit, state):
        hidden = found.own | {
            one for one in values if not state.rules.guard[state.rules.place[one[0]]]
        }
        names = {name for one in hidden for name in names_of(state.rules, *one)} | found.digests
        time = max(state.now if until is None else until, found.newest)
        before = keys_before(unit, state, found.keys)
        add(unit, state, time, found.keys, names, events=before)
        add(unit, state, FOR_GOOD, messages=found.messages)
        owners = _owners(unit, found, names)
        done = read_again(unit, state, found.keys, names, events=before)
        emptied = _emptied(unit, found, done)
        add(unit, state, NEVER, [RecordKey(row.source, row.record_id) for row in emptied])
        for row in emptied:
            _redact(unit, state, row, sweep)
        for number in sorted(done.identifiers | found.identifiers):
            value = unit.get(t.IDENTIFIER, (number,))
            if value is not None:
                sweep.names[number] = f"{value.type}:{value.value}"
        gone = forget_values(unit, sweep.names)
        _judgements(unit, state, sweep, gone, hidden)
        _replies(unit, sweep)
        _tell(unit, state, found, author, reason)
    profiles |= dict.fromkeys(owners)
    return Erased(state.counters.position, len(found.rows), len(hidden), tuple(profiles))


def _owners(unit: Unit, found: Person, names: Iterable[tuple[str, str]]) -> list[str]:
    """The ids of other profiles whose records say an identifier of the person."""
    numbers = {
        row.number
        for kind, value in names
        for row in unit.find(t.IDENTIFIER, ("value", "type"), (value, kind))
    }
    carriers = {
        link.record for one in numbers for link in unit.find(t.LINK, ("identifier",), (one,))
    }
    mine = {row.number for row in found.rows}
    rows = unit.get_all(t.RECORD, [(one,) for one in sorted(carriers - mine)])
    clusters = {row.cluster for row in rows if row.cluster is not None}
    numbers = {one.profile for one in unit.get_all(t.CLUSTER, [(c,) for c in sorted(clusters)])}
    return sorted(one.id for one in unit.get_all(t.ISSUED, [(n,) for n in sorted(numbers)]))


def _emptied(unit: Unit, found: Person, done: Reread) -> list[t.RecordRow]:
    """The person's records, and observations of others whose events are in other ones now."""
    numbers = {row.number for row in found.rows}
    for number in done.died - numbers:
        row = unit.get(t.RECORD, (number,))
        assert row is not None
        home = first_of_content(unit, row)
        if any(one.payload is not None for one in unit.find(t.INPUT, _OF, (home.number,))):
            continue
        numbers.add(number)
    return unit.get_all(t.RECORD, [(one,) for one in sorted(numbers)])


def _redact(unit: Unit, state: State, row: t.RecordRow, sweep: _Sweep) -> None:
    """Nothing is left of a record but its number, its source, and its place in the ledger."""
    assert not row.live
    key = RecordKey(row.source, row.record_id)
    if row.input < 0:
        return  # it was erased before
    opaque = opaque_id(state, key, len(erased_rows(unit, state, key)))
    sweep.refs[key.ref] = RecordKey(row.source, opaque).ref
    unit.put(
        t.RECORD,
        t.RecordRow(
            row.number, row.source, opaque, row.kind, 0, row.arrival, row.incarnation, None,
            0, 0, 0, 0, ERASED, "{}", None, None, None,
        ),
    )  # fmt: skip
    for mention in unit.find(t.MENTION, _OF, (row.number,)):
        unit.delete(t.MENTION, (mention.record, mention.identifier))
    for name in unit.find(t.FURTHER, _OF, (row.number,)):
        unit.delete(t.FURTHER, (name.record, name.type, name.value, name.email))


def _judgements(
    unit: Unit, state: State, sweep: _Sweep, gone: set[int], hidden: Iterable[tuple[str, str]]
) -> None:
    """Judgements that name what is gone name something opaque instead, and sleep; their reasons go.

    They are not retracted: on what else they name they hold as before.
    """
    opaque = dict(sweep.refs)
    values = [sweep.names[number] for number in gone if number in sweep.names]
    for kind, value in hidden:
        if not unit.find(t.IDENTIFIER, ("value", "type"), (value, kind)):
            values.append(f"{kind}:{value}")
    for ref in values:
        opaque[ref] = f"{ref.partition(':')[0]}:erased-{secrets.token_hex(16)}"
    live = dict(state.judgements)
    for row in unit.everything(t.JUDGEMENT):
        sides = _refs(row.left), _refs(row.right)
        if not any(ref in opaque for side in sides for ref in side):
            continue
        left, right = (text(sorted(opaque.get(ref, ref) for ref in side)) for side in sides)
        row = msgspec.structs.replace(row, left=left, right=right, reason="")  # noqa: PLW2901
        unit.put(t.JUDGEMENT, row)
        if row.key in live:
            live[row.key] = judgement_of(row)
    if live != state.judgements:
        state.judgements = live
        settle_words(state)


def _replies(unit: Unit, sweep: _Sweep) -> None:
    """Answers that were kept for their idempotency keys, where they speak of the person."""
    needles = [text.encode() for text in (*sweep.refs, *sweep.ids)]
    for row in unit.everything(t.REPLY):
        if any(needle in row.body for needle in needles):
            unit.delete(t.REPLY, (row.key,))


def _tell(unit: Unit, state: State, found: Person, author: str, reason: str) -> None:
    """An entry of the feed for each profile, so that those who follow it erase, too."""
    for profile, rows in found.by_profile.items():
        detail = {"gone": sorted(rows), "author": author, "reason": reason}
        unit.add(
            t.CHANGE,
            t.Change(
                state.counters.next("position"), state.now, "erased", profile, None, text(detail)
            ),
        )
