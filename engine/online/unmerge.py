"""Unmerge: a part of a profile is parted from the rest for good, by one `different` judgement.

There is no other undo: the judgement is all that is written, and without it the graph is what it
was. It names everything on both sides, so rows that are sent again change nothing, and later
evidence goes to the side that has the identifier: the part has what only its records carry, the
rest has all others.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sameas.engine.online.apply import members_of, profile_of, reconsider
from sameas.engine.online.attempt import attempt
from sameas.engine.online.joined import joined
from sameas.engine.online.loading import row_of, settle_words
from sameas.engine.online.outcomes import Unmerged
from sameas.engine.online.person import cluster_of
from sameas.engine.online.rules import LINKED
from sameas.engine.online.stays import HOME, NAME, stays
from sameas.engine.online.suppress import canonical, keys_of
from sameas.errors import EngineError, Fault
from sameas.graph.model import Identifier, Judgement, RecordKey
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit
    from sameas.graph.model import Ref

__all__ = ["MOST_PAIRS", "unmerge"]

MOST_PAIRS = 1_000_000
"""References on one side times those on the other: what settling the ledger costs, about 1 s."""

_OF = ("record",)


def unmerge(
    unit: Unit,
    state: State,
    profile_id: str,
    *,
    records: Sequence[str] = (),
    identifiers: Sequence[tuple[str, str]] = (),
    earlier_id: str | None = None,
    author: str = "",
    reason: str = "",
) -> Unmerged:
    """Part what is named from the rest of a profile.

    With a record go the identifiers that only such records carry; with an identifier the records
    that carry it; with an earlier id the records that it had when it was last a profile of its own,
    or, of a store that does not know, the one that carries it. O(references of the profile).

    Args:
        unit: what the group sees.
        state: what the writer knows.
        profile_id: any id of the profile.
        records: references of some of its records.
        identifiers: (type, value as it may have been sent), some of its identifiers.
        earlier_id: an id that was merged into it.
        author: whose word it is.
        reason: why.

    Raises:
        UnknownProfileError: the id was never issued.
        GoneProfileError: the profile is gone.
        EngineError: nothing, everything or something else is named, or the sides are too large;
            nothing was changed.
    """
    cluster = cluster_of(unit, profile_id)
    profile = profile_of(unit, cluster)
    members = {row.number: row for row in members_of(unit, cluster)}
    carried = _carried(unit, members)
    if not records and not identifiers and earlier_id is None:
        raise EngineError(
            Fault("unmerge", "names nothing", "records, identifiers or an earlier id")
        )
    part = _named_records(members, records, profile.id)
    part |= _carriers(unit, carried, canonical(state, identifiers), profile.id)
    if earlier_id is not None:
        part |= _of_earlier(unit, members, earlier_id, profile)
    if not part:
        raise EngineError(Fault("unmerge", "nothing is there to part", "see the profile's records"))
    if len(part) == len(members):
        raise EngineError(
            Fault("unmerge", "all records of the profile are named", "leave some on the other side")
        )
    judgement = _judgement(unit, state, members, carried, part, author=author, reason=reason)
    with attempt(unit, state):
        state.judgements = {**state.judgements, judgement.key: judgement}
        settle_words(state)
        reconsider(unit, state, judgement.left | judgement.right)
        position = state.counters.position
        unit.put(t.JUDGEMENT, row_of(judgement, position))
    return _answer(unit, judgement.key, position, profile, members)


def _carried(unit: Unit, members: Iterable[int]) -> dict[int, set[int]]:
    """By identifier: the members that hold it."""
    unit.look(t.LINK, _OF, [(number,) for number in members])
    out: dict[int, set[int]] = {}
    for number in members:
        for link in unit.find(t.LINK, _OF, (number,)):
            row = unit.get(t.IDENTIFIER, (link.identifier,))
            assert row is not None
            if link.granted and row.standing == LINKED:
                out.setdefault(link.identifier, set()).add(number)
    return out


def _named_records(
    members: Mapping[int, t.RecordRow], refs: Sequence[str], profile_id: str
) -> set[int]:
    known = {RecordKey(row.source, row.record_id): number for number, row in members.items()}
    keys = keys_of(refs)
    faults = [
        Fault(key.ref, f"is no record of {profile_id}", "see its records")
        for key in keys
        if key not in known
    ]
    if faults:
        raise EngineError(faults)
    return {known[key] for key in keys}


def _carriers(
    unit: Unit, carried: Mapping[int, set[int]], values: Sequence[tuple[str, str]], profile_id: str
) -> set[int]:
    found: set[int] = set()
    faults = []
    for kind, value in values:
        rows = unit.find(t.IDENTIFIER, ("value", "type"), (value, kind))
        mine = {record for row in rows for record in carried.get(row.number, ())}
        if not mine:
            faults.append(
                Fault(f"{kind}:{value}", f"no record of {profile_id} has it", "see its identifiers")
            )
        found |= mine
    if faults:
        raise EngineError(faults)
    return found


def _of_earlier(
    unit: Unit, members: Mapping[int, t.RecordRow], earlier_id: str, profile: t.Issued
) -> set[int]:
    """The members that an id had when it was last a profile of its own."""
    found = unit.find(t.ISSUED, ("id",), (earlier_id,))
    if not found or found[0].carrier not in members or found[0].number == profile.number:
        raise EngineError(
            Fault(earlier_id, f"is no earlier id of {profile.id}", "see the profile's history")
        )
    number = found[0].number
    unit.look(t.MEMBERSHIP, (HOME.of,), [(one,) for one in members])
    until = {one: _until(unit, one, number) for one in members}
    last = max((when for when in until.values() if when is not None), default=None)
    if last is None:
        assert found[0].carrier is not None
        return {found[0].carrier}
    return {one for one, when in until.items() if when == last}


def _until(unit: Unit, record: int, profile: int) -> int | None:
    """The feed position at which a record last left a profile; None: it was never in it."""
    left = None
    for stay in stays(unit, HOME, record):
        for name in stays(unit, NAME, stay.value):
            ends = [one.until for one in (stay, name) if one.until is not None]
            if name.value == profile and ends and min(ends) > max(stay.since, name.since):
                left = max(left or 0, min(ends))
    return left


def _judgement(
    unit: Unit,
    state: State,
    members: Mapping[int, t.RecordRow],
    carried: Mapping[int, set[int]],
    part: set[int],
    *,
    author: str,
    reason: str,
) -> Judgement:
    """The word: the part with what only it carries, against the rest."""
    sides: tuple[set[Ref], set[Ref]] = (set(), set())
    for number, row in members.items():
        sides[number not in part].add(RecordKey(row.source, row.record_id))
    holding = _holding_together(carried, part)
    for one in unit.get_all(t.IDENTIFIER, [(one,) for one in sorted(carried.keys() - holding)]):
        sides[not carried[one.number] <= part].add(Identifier(one.type, one.value))
    left, right = sides
    if len(left) * len(right) > MOST_PAIRS:
        what = f"parts {len(left)} references from {len(right)}"
        raise EngineError(Fault("unmerge", what, "name a smaller part"))
    newest = [
        state.judgements[key].time for ref in left | right for key in state.named.get(ref.ref, ())
    ]
    return Judgement(
        f"unmerge-{secrets.token_hex(8)}",
        "different",
        frozenset(left),
        frozenset(right),
        max([state.now, *newest]),  # of two words on one pair the newest counts
        author,
        reason,
    )


def _holding_together(carried: Mapping[int, set[int]], part: set[int]) -> set[int]:
    """Identifiers of both sides that the part needs to stay one: neither side gets them.

    Both keep them, and evidence through them goes to whom they answer with.
    """
    held = joined(part, [records for records in carried.values() if records <= part])
    side = {record: number for number, records in enumerate(held) for record in records}
    return {
        one
        for one, records in carried.items()
        if not records <= part and len({side[record] for record in records & part}) > 1
    }


def _answer(
    unit: Unit, key: str, position: int, profile: t.Issued, members: Iterable[int]
) -> Unmerged:
    rows = unit.get_all(t.RECORD, [(number,) for number in members])
    clusters = dict.fromkeys(row.cluster for row in rows if row.cluster is not None)
    ids = [profile_of(unit, cluster).id for cluster in clusters]
    first = profile.id if profile.id in ids else ids[0]
    return Unmerged(key, position, first, tuple(sorted(one for one in ids if one != first)))
