"""One profile: its golden record, its records, its identifiers."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sameas.engine.golden.plain import Speaker, plain_golden
from sameas.engine.online.door import EVENT, WITHDRAWAL, said_again
from sameas.engine.online.fold import APPLIED
from sameas.engine.online.state import decode_times, decode_traits
from sameas.engine.online.view.answers import (
    IdentifiersPage,
    IdentifierView,
    Profile,
    RecordsPage,
    RecordView,
    Rejected,
    Trait,
    TraitValue,
)
from sameas.engine.online.view.links import Links, raw
from sameas.engine.online.view.names import carried_by, home, opaque, ref_of, ref_of_value
from sameas.graph.model import Identifier, RecordKey
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sameas.engine.online.rules import Rules
    from sameas.engine.policy.model import Survivorship
    from sameas.graph.store.port import Reader

__all__ = [
    "KINDS",
    "golden_traits",
    "identifiers",
    "profile",
    "record_views",
    "records",
    "rejected_in",
    "rejected_of",
]

KINDS = ("record", "observation", "content")

MOST_INPUTS = 1_000
"""Events of a page's observations that are read again for what was rejected of them; of further
observations only the last event is. A kiosk's observation folds a million."""


def profile(reader: Reader, rules: Rules, id_: str) -> Profile:
    """Who an id is. O(links of its records)."""
    at = home(reader, id_)
    links = reader.find(t.LINK, ("record",), [(row.number,) for row in at.records])
    speakers = [
        Speaker(RecordKey(row.source, row.record_id), row.event_time, decode_traits(row.traits))
        for row in at.records
    ]
    return Profile(
        at.id,
        at.asked_id,
        tuple(one.id for one in carried_by(reader, at.records)),
        golden_traits(speakers, rules.policy.survivorship),
        len(at.records),
        len({link.identifier for link in links if link.granted}),
        min(row.first_seen for row in at.records),
        max(row.last_seen for row in at.records),
    )


def golden_traits(speakers: Iterable[Speaker], survivorship: Survivorship) -> dict[str, Trait]:
    """The golden record with its provenance."""
    return {
        name: Trait(
            one.value,
            tuple(TraitValue(key.ref, value) for key, value in one.winners),
            tuple(TraitValue(key.ref, value) for key, value in one.losers),
        )
        for name, one in plain_golden(speakers, survivorship).items()
    }


def records(
    reader: Reader, rules: Rules, id_: str, *, after: str | None = None, limit: int = 100
) -> RecordsPage:
    """Some records of a profile, in the order of their numbers; `after` is an opaque number."""
    at = home(reader, id_)
    behind = 0 if after is None else int(after.removeprefix("r"))
    rest = [row for row in at.records if row.number > behind]
    items = record_views(reader, rules, rest[:limit])
    more = items[-1].number if items and len(rest) > limit else None
    return RecordsPage(at.id, at.asked_id, tuple(items), more)


def record_views(reader: Reader, rules: Rules, rows: Sequence[t.RecordRow]) -> list[RecordView]:
    """Records as they are shown."""
    links = Links(reader, rules, rows)
    rejected = rejected_of(reader, rules, rows)
    return [
        RecordView(
            opaque(row.number),
            ref_of(row),
            row.source,
            row.record_id,
            KINDS[row.kind],
            row.event_time,
            row.first_seen,
            row.last_seen,
            row.count,
            row.arrival,
            decode_traits(row.traits),
            {
                trait: time
                for trait, time in decode_times(row.trait_times or "{}").items()
                if time != row.event_time
            },
            tuple(links.view(link) for link in links.by_record[row.number]),
            tuple(rejected[row.number]),
        )
        for row in rows
    ]


def rejected_of(
    reader: Reader, rules: Rules, rows: Sequence[t.RecordRow]
) -> dict[int, list[Rejected]]:
    """By record: what could not be used of the inputs that its live version comes from."""
    left = MOST_INPUTS
    wanted: dict[int, t.RecordRow] = {}
    in_full: dict[int, t.RecordRow] = {}
    for row in rows:
        if row.kind == EVENT and row.count <= left:
            left -= row.count
            in_full[row.number] = row
        else:
            wanted[row.input] = row
    inputs = [
        (in_full[one.record], one)
        for one in reader.find(t.INPUT, ("record",), [(number,) for number in in_full])
        if one.state == APPLIED and one.kind != WITHDRAWAL
    ]
    inputs = [
        (row, one)
        for row, one in inputs
        if row.withdrawn_at is None or one.event_time > row.withdrawn_at
    ]
    read = reader.get(t.INPUT, [(number,) for number in wanted])
    inputs += [(wanted[one.number], one) for one in read]
    found: dict[int, list[Rejected]] = defaultdict(list)
    for row, one in sorted(inputs, key=lambda pair: pair[1].number):
        found[row.number] += rejected_in(rules, row, one)
    return found


def rejected_in(rules: Rules, row: t.RecordRow, one: t.Input) -> list[Rejected]:
    """What could not be used of one input."""
    said = said_again(one, row.record_id, rules)
    return [Rejected(no.type, no.value, no.reason, one.number) for no in said.rejected]


def identifiers(
    reader: Reader, rules: Rules, id_: str, *, after: str | None = None, limit: int | None = 100
) -> IdentifiersPage:
    """Some identifiers that a profile's records carry, by rank of type, then value.

    `after` is the reference of an identifier.
    """
    at = home(reader, id_)
    links = Links(reader, rules, at.records)
    carried: dict[int, list[t.Link]] = defaultdict(list)
    for link in links.links:
        carried[link.identifier].append(link)
    place = rules.place

    def rank(type_: str) -> tuple[int, str]:
        return place.get(type_, len(place)), type_

    rows = sorted(links.identifiers.values(), key=lambda row: (*rank(row.type), row.value))
    if after is not None:
        last = Identifier.parse(after)
        behind = (*rank(last.type), last.value)
        rows = [row for row in rows if (*rank(row.type), row.value) > behind]
    items = tuple(_identifier(links, row, carried[row.number]) for row in rows[:limit])
    more = items[-1].identifier if items and limit is not None and len(rows) > limit else None
    return IdentifiersPage(at.id, at.asked_id, items, more)


def _identifier(links: Links, row: t.IdentifierRow, mine: list[t.Link]) -> IdentifierView:
    mine.sort(key=lambda link: link.record)
    spellings = dict.fromkeys(text for link in mine for text in raw(link))
    refused = (links.refused(link) for link in mine)
    return IdentifierView(
        ref_of_value(row),
        row.type,
        row.value,
        links.standings[row.number].status,
        any(link.granted for link in mine),
        links.profile_id(row.number),
        len(mine),
        tuple(spellings),
        tuple(one for one in refused if one is not None),
    )
