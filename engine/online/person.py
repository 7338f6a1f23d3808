"""Who is meant by an erasure: all records of a person, withdrawn ones too, and what is theirs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from sameas.engine.online.apply import home_of, members_of, profile_of
from sameas.engine.online.door import CONTENT, said_again
from sameas.engine.online.fold import VOID
from sameas.engine.online.hidden import names_of
from sameas.engine.online.mentions import sayers
from sameas.engine.online.namesakes import meant
from sameas.engine.online.reread import first_of_content, numbers_of
from sameas.engine.online.rules import LINKED
from sameas.engine.online.stays import HOME, NAME, stays
from sameas.errors import EngineError, Fault, GoneProfileError, UnknownProfileError
from sameas.graph.model import RecordKey
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit

__all__ = ["Person", "cluster_of", "persons"]

_KEY = ("record_id", "source")
_NAME = ("value", "type")
_OF = ("record",)


@dataclass(slots=True)
class Person:
    """One person, or several if several were named."""

    rows: list[t.RecordRow] = field(default_factory=list)
    profiles: list[str] = field(default_factory=list)
    """Ids that they have now."""
    ids: list[t.Issued] = field(default_factory=list)
    """All ids that their records carry."""
    by_profile: dict[int, list[int]] = field(default_factory=dict)
    """By number of the id: the records."""
    keys: list[RecordKey] = field(default_factory=list)
    own: set[tuple[str, str]] = field(default_factory=set)
    """(type, value) of unguarded linking types, that mean them and nobody else."""
    digests: set[tuple[str, str]] = field(default_factory=set)
    """Further names of these, by the spellings that were sent."""
    identifiers: set[int] = field(default_factory=set)
    """Numbers of all identifiers that an input of theirs said."""
    messages: set[tuple[str, str]] = field(default_factory=set)
    """(source, message id)."""
    newest: int = -(1 << 63)
    """The greatest event time of their inputs."""


def cluster_of(unit: Unit, profile_id: str) -> int:
    """The cluster that an id leads to.

    Raises:
        UnknownProfileError: it was never issued.
        GoneProfileError: no record carries it.
    """
    found = unit.find(t.ISSUED, ("id",), (profile_id,))
    if not found:
        raise UnknownProfileError(Fault(profile_id, "no such profile id was issued", "look it up"))
    if found[0].carrier is None:
        raise GoneProfileError(
            Fault(profile_id, "the profile is gone: all its records were withdrawn")
        )
    carrier = unit.get(t.RECORD, (found[0].carrier,))
    assert carrier is not None
    assert carrier.cluster is not None
    return carrier.cluster


def persons(
    unit: Unit,
    state: State,
    profile_id: str | None,
    keys: Sequence[RecordKey],
    identifiers: Sequence[tuple[str, str]],
) -> Person:
    """Everybody who is named.

    Raises:
        UnknownProfileError: the id was never issued.
        GoneProfileError: the id is gone.
        EngineError: a record is not there.
    """
    clusters = set() if profile_id is None else {cluster_of(unit, profile_id)}
    numbers: set[int] = set()
    faults = []
    for key in keys:
        rows = unit.find(t.RECORD, _KEY, (key.record_id, key.source))
        if not rows:
            faults.append(Fault(key.ref, "there is no such record", "source/record_id"))
        for row in rows:
            numbers.add(row.number)
            if row.cluster is not None:
                clusters.add(row.cluster)
    if faults:
        raise EngineError(faults)
    for number in sorted(numbers_of(unit, state, identifiers)):
        home = home_of(unit, state.rules, _meant(unit, state, number))
        if home is not None:
            clusters.add(home)
        elif not unit.find(t.LINK, ("identifier",), (_meant(unit, state, number),)):
            numbers |= {one for one in sayers(unit, [number]) if not _live(unit, one)}
    return _gathered(unit, state, clusters, numbers)


def _meant(unit: Unit, state: State, number: int) -> int:
    """The number of the address that a digest is a further name of; of all else its own."""
    row = unit.get(t.IDENTIFIER, (number,))
    if row is None or row.type not in state.rules.digests:
        return number
    value = meant(unit, state, row.type, row.value)
    return number if value is None else value.number


def _live(unit: Unit, number: int) -> bool:
    row = unit.get(t.RECORD, (number,))
    return row is not None and bool(row.live)


def _gathered(unit: Unit, state: State, clusters: set[int], numbers: set[int]) -> Person:
    out = Person()
    for cluster in sorted(clusters):
        members = [row.number for row in members_of(unit, cluster)]
        profile = profile_of(unit, cluster)
        ids = [one for m in members for one in unit.find(t.ISSUED, ("carrier",), (m,))]
        members += _withdrawn(unit, [one.number for one in ids])
        out.profiles.append(profile.id)
        out.ids += ids
        out.by_profile[profile.number] = members
        numbers |= set(members)
    for number in numbers.difference(*out.by_profile.values()):
        last = _last_id(unit, number)
        if last is not None:
            out.by_profile.setdefault(last, []).append(number)
    numbers |= _same_content(unit, numbers)
    out.rows = unit.get_all(t.RECORD, [(one,) for one in sorted(numbers)])
    out.keys = [RecordKey(row.source, row.record_id) for row in out.rows]
    spelled = _inputs(unit, state, out)
    for number in out.identifiers:
        row = unit.get(t.IDENTIFIER, (number,))
        assert row is not None
        if _is_own(unit, state, row, clusters, numbers):
            out.own.add((row.type, row.value))
            out.digests |= names_of(state.rules, row.type, row.value, spelled.get(number, ()))
    return out


def _withdrawn(unit: Unit, ids: Iterable[int]) -> set[int]:
    """Records that were withdrawn from a profile, by what the feed says of its ids."""
    found: set[int] = set()
    for number in ids:
        for row in unit.find(t.CHANGE, ("profile",), (number,)):
            if row.detail is not None:
                detail = msgspec.json.decode(row.detail)
                found.update(detail.get("gone", ()))
    return {number for number in found if not _live(unit, number)}


def _last_id(unit: Unit, record: int) -> int | None:
    """The number of the id that a withdrawn record had last."""
    homes = stays(unit, HOME, record)
    names = stays(unit, NAME, homes[-1].value) if homes else []
    return names[-1].value if names else None


def _same_content(unit: Unit, numbers: Iterable[int]) -> set[int]:
    """All occurrences of rows that are known by their content: they say the same."""
    found = set()
    for number in numbers:
        row = unit.get(t.RECORD, (number,))
        assert row is not None
        if row.kind != CONTENT:
            continue
        first = first_of_content(unit, row)
        rows, place = [first], 1
        while rows:
            found.add(rows[0].number)
            place += 1
            rows = unit.find(t.RECORD, _KEY, (f"{first.record_id}_{place}", first.source))
    return found


def _inputs(unit: Unit, state: State, out: Person) -> dict[int, set[str]]:
    """What all inputs said; gives the spellings of each identifier."""
    types = state.rules.types
    spelled: dict[int, set[str]] = defaultdict(set)
    for row in out.rows:
        out.identifiers |= {link.identifier for link in unit.find(t.LINK, _OF, (row.number,))}
        mentions = unit.find(t.MENTION, _OF, (row.number,))
        out.identifiers |= {one.identifier for one in mentions if one.identifier > 0}
        for name in unit.find(t.FURTHER, _OF, (row.number,)):
            if name.email == 0:
                digests = unit.find(t.IDENTIFIER, _NAME, (name.value, name.type))
                out.identifiers |= {digest.number for digest in digests}
        for one in unit.find(t.INPUT, _OF, (row.number,)):
            if one.payload is None:
                continue
            out.newest = max(out.newest, one.event_time)
            if one.message_id is not None and one.state != VOID:
                out.messages.add((one.source, one.message_id))
            for (place, value), texts in said_again(
                one, row.record_id, state.rules
            ).spelled.items():
                for known in unit.find(t.IDENTIFIER, _NAME, (value, types[place])):
                    spelled[known.number].update(texts)
    return spelled


def _is_own(
    unit: Unit, state: State, row: t.IdentifierRow, clusters: set[int], records: set[int]
) -> bool:
    """Whether an identifier means the person: it answers with them, or only they ever said it."""
    rules = state.rules
    value = unit.get(t.IDENTIFIER, (_meant(unit, state, row.number),))
    assert value is not None
    if value != row:
        return _is_own(unit, state, value, clusters, records)
    place = rules.place[row.type]
    if rules.guard[place] or rules.standing(place, row.value) != LINKED:
        return False
    if row.standing == LINKED:
        return home_of(unit, rules, row.number) in clusters
    return sayers(unit, [row.number]) <= records  # not a shared one that others said too
