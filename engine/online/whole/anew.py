"""Another policy that reads inputs otherwise: every input is read again, and all is resolved.

An observation whose identifiers are spelled otherwise under the new policy keeps its arrival and
its ids under its new key.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import msgspec

from sameas.engine.online.door import CONTENT, VERSION, WITHDRAWAL, said_again
from sameas.engine.online.feed import Entry
from sameas.engine.online.fold import again, hold
from sameas.engine.online.matches.everything import vectors_of
from sameas.engine.online.matches.rewrite import matched_of, rewrite
from sameas.engine.online.matches.vectors import record_of
from sameas.engine.online.mentions import mention
from sameas.engine.online.namesakes import resolved, widen
from sameas.engine.online.region import Region
from sameas.engine.online.reread import first_of_content
from sameas.engine.online.solve import Resolved
from sameas.engine.online.whole.derive import derive
from sameas.engine.online.whole.snapshot import columns_of
from sameas.engine.online.write import write
from sameas.graph.model import Identifier
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from sameas.engine.online.feed import Feed
    from sameas.engine.online.state import Live, State
    from sameas.engine.online.unit import Unit

__all__ = ["read_anew"]

_KEY = ("record_id", "source")


def read_anew(unit: Unit, state: State, feed: Feed) -> None:
    """Resolve all inputs under the state's rules, and write what differs.

    O(inputs), in memory: about 150 us of one processor and 7 KB a record, of 1.2 million records.
    """
    rows = {row.number: row for row in unit.everything(t.RECORD)}
    links: dict[int, list[t.Link]] = defaultdict(list)
    for link in unit.everything(t.LINK):
        links[link.record].append(link)
    whole: tuple[t.Table[Any], ...] = (t.IDENTIFIER, t.ISSUED, t.COMPONENT, t.CLUSTER)
    for table in whole:
        unit.everything(table)  # so that no row is read by itself
    _digests(unit, state)
    moved = _repointed(unit, state, rows)
    after: dict[int, Live | None] = {}
    for row in sorted(unit.everything(t.RECORD), key=lambda row: row.number):
        if first_of_content(unit, row).number == row.number:
            after |= again(unit, state, row.number)
    if state.digests:
        after = widen(unit, state, after)
    region = _region(unit, state, after, links, moved)
    _pass_on(unit, region, moved, feed)
    out = _answer(unit, state, region, after)
    write(unit, state, [out], feed, out.matched.values)
    _retell(unit, feed)


def _digests(unit: Unit, state: State) -> None:
    """Further names are kept from the first hashed email on, of a type that the policy has."""
    for row in unit.everything(t.FURTHER):
        unit.delete(t.FURTHER, (row.record, row.type, row.value, row.email))
    state.digests = bool(state.rules.digests) and any(
        kind in state.rules.digests
        for one in unit.everything(t.INPUT)
        if one.payload
        for kind, _ in msgspec.json.decode(one.payload)[0]
    )
    unit.put(t.META, t.Meta("digests", "yes" if state.digests else ""))


def _repointed(unit: Unit, state: State, rows: dict[int, t.RecordRow]) -> dict[int, int]:
    """Let inputs speak of the records that they speak of now.

    Gives all records that lost or got one; of those that lost one, the record that got it first.
    """
    touched: dict[int, int] = {}
    renamed: dict[int, str] = {}
    inputs: dict[int, list[t.Input]] = defaultdict(list)
    for one in unit.everything(t.INPUT):
        inputs[one.record].append(one)
    for row in sorted(rows.values(), key=lambda row: (not row.live, row.arrival, row.number)):
        stay: list[t.Input] = []
        for one in sorted(inputs.get(row.number, ()), key=lambda one: one.number):
            if one.kind == WITHDRAWAL or one.payload is None:
                stay.append(one)
                continue
            if one.kind == VERSION and row.live and row.input == one.number:
                stay.append(one)  # a version names its record, and shows in its links
                continue
            said = said_again(one, row.record_id, state.rules)
            if said.record_id == row.record_id and said.kind == one.kind:
                stay.append(one)
                if not row.live or (one.kind == VERSION and row.input != one.number):
                    mention(unit, state, row.number, said.identifiers)  # it shows in no link
                continue
            free = not unit.find(t.RECORD, _KEY, (said.record_id, row.source))
            if free and said.kind != CONTENT and row.live and row.number not in renamed:
                renamed[row.number] = said.record_id
                name = msgspec.structs.replace(row, record_id=said.record_id)
                unit.put(t.RECORD, name)
            home = hold(unit, state, said, one.number)
            kept = unit.get(t.INPUT, (one.number,))
            assert kept is not None
            unit.put(t.INPUT, msgspec.structs.replace(kept, state=one.state))
            touched.setdefault(row.number, home.number)
            touched.setdefault(home.number, home.number)
        if row.number in renamed:
            _left_behind(unit, state, row, stay, touched)
    return touched


def _left_behind(
    unit: Unit, state: State, row: t.RecordRow, stay: list[t.Input], touched: dict[int, int]
) -> None:
    """What still speaks of a record that has another key now gets a record of the old key."""
    for one in stay:
        said = said_again(one, row.record_id, state.rules)
        home = hold(unit, state, said, one.number)
        kept = unit.get(t.INPUT, (one.number,))
        assert kept is not None
        unit.put(t.INPUT, msgspec.structs.replace(kept, state=one.state, payload=one.payload))
        touched.setdefault(home.number, home.number)


def _region(
    unit: Unit,
    state: State,
    after: dict[int, Live | None],
    links: dict[int, list[t.Link]],
    moved: dict[int, int],
) -> Region:
    """All records, with those that are not what they were as changed."""
    changed: dict[int, Live | None] = {}
    carried: dict[int, list[int]] = {}
    for number, live in sorted(after.items()):
        row = unit.get(t.RECORD, (number,))
        assert row is not None
        if live is None:
            if row.live:
                changed[number] = None
            continue
        carried[number] = sorted(resolved(unit, state, live.identifiers))
        mine = links.get(number, [])
        if (
            not row.live
            or number in moved
            or {link.identifier for link in mine} != set(carried[number])
            or _spelled(unit, state, mine) != _as_spelled(live)
        ):
            changed[number] = live
    for row in unit.everything(t.RECORD):
        if row.live and row.number not in after:
            changed[row.number] = None
    return Region(
        sorted(carried),
        {row.number for row in unit.everything(t.COMPONENT)},
        carried,
        {row.number: 0 for row in unit.everything(t.IDENTIFIER)},
        {row.number for row in unit.everything(t.IDENTIFIER)},
        changed,
        list(state.judgements.values()),
    )


def _pass_on(unit: Unit, region: Region, moved: dict[int, int], feed: Feed) -> None:
    """A record that became part of another one leaves its ids to it."""
    live = set(region.records)
    for number, heir in moved.items():
        if number not in live and heir in live:
            for one in unit.find(t.ISSUED, ("carrier",), (number,)):
                feed.carry(one, heir)


def _retell(unit: Unit, feed: Feed) -> None:
    """A profile whose records became part of others' has merged into theirs."""
    there = {row.profile for row in unit.everything(t.CLUSTER)}
    for at, entry in enumerate(feed.entries):
        if entry.change != "updated" or entry.profile in there:
            continue
        issued = unit.get(t.ISSUED, (entry.profile,))
        assert issued is not None
        assert issued.carrier is not None, "it would be removed"
        heir = unit.get(t.RECORD, (issued.carrier,))
        assert heir is not None
        assert heir.cluster is not None
        cluster = unit.get(t.CLUSTER, (heir.cluster,))
        assert cluster is not None
        feed.entries[at] = Entry("merged", cluster.profile, other=entry.profile, gone=entry.gone)


def _spelled(unit: Unit, state: State, links: list[t.Link]) -> dict[tuple[int, str], set[str]]:
    found = {}
    for link in links:
        if link.spelled is not None:
            one = unit.get(t.IDENTIFIER, (link.identifier,))
            assert one is not None
            place = state.rules.place[one.type]
            found[place, one.value] = set(msgspec.json.decode(link.spelled, type=list[str]))
    return found


def _as_spelled(live: Live) -> dict[tuple[int, str], set[str]]:
    return {key: set(texts) for key, texts in live.spelled.items() if texts}


def _answer(unit: Unit, state: State, region: Region, after: dict[int, Live | None]) -> Resolved:
    """The function on everything, in the numbers of the store."""
    lives = [live for number in region.records if (live := after[number]) is not None]
    records = [record_of(state.rules, live) for live in lives]
    columns, numbers = columns_of(records, state.rules)
    vectors = vectors_of(state.rules, records)
    derived = derive(columns, state.rules, region.judgements, vectors)
    rewrite(unit, state, derived.matches, region.records)
    known = {Identifier(row.type, row.value): row.number for row in unit.everything(t.IDENTIFIER)}
    by_place = {place: known[one] for one, place in numbers.items() if one in known}
    standing = derived.standing.tolist()
    region.standing.update((number, standing[place]) for place, number in by_place.items())
    out = Resolved(
        region,
        dict(zip(region.records, derived.component.tolist(), strict=True)),
        dict(zip(region.records, derived.cluster.tolist(), strict=True)),
        derived.whole.tolist(),
        derived.nodes.tolist(),
        derived.level.tolist(),
        matched_of(unit, derived, region.records),
    )
    rows = zip(
        derived.record.tolist(), derived.ids.tolist(), derived.place.tolist(),
        derived.granted.tolist(), strict=True,
    )  # fmt: skip
    for at, (record, one, place, granted) in enumerate(rows):
        key = (region.records[record], by_place[one])
        out.links[key] = (place, granted, derived.reasons.get(at))
    return out
