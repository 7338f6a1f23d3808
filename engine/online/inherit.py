"""3.6 kept incrementally: which ids the profiles of a region have, and who carries them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sameas.engine.online.feed import Entry
from sameas.engine.online.rules import LINKED
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sameas.engine.online.feed import Feed
    from sameas.engine.online.solve import Resolved
    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit

__all__ = ["inherit"]


def inherit(
    unit: Unit,
    state: State,
    parts: Sequence[Resolved],
    before: Mapping[int, t.RecordRow],
    home: Mapping[int, int],
    feed: Feed,
) -> dict[int, list[t.Issued]]:
    """Give every cluster of some regions its id; by cluster, the ids that its records carry.

    Args:
        unit: what the group sees; records have their new clusters.
        state: what the writer knows.
        parts: the regions' answers.
        before: the records that were there before, those that went included.
        home: by record its cluster.
        feed: told what becomes of profiles.
    """
    rows = {row.number: row for row in unit.get_all(t.RECORD, [(one,) for one in home])}
    signed_up = set().union(*(_signed_up(unit, state, out) for out in parts))

    def heir(candidates: Iterable[int]) -> int | None:
        return min(candidates, key=lambda r: (r not in signed_up, rows[r].arrival), default=None)

    was: dict[int, set[int]] = defaultdict(set)
    for number, row in before.items():
        if row.live and row.cluster is not None:
            was[row.cluster].add(number)
    unit.look(t.ISSUED, ("carrier",), [(number,) for number in before])
    carried: dict[int, list[t.Issued]] = defaultdict(list)
    carriers: dict[int, int | None] = {}
    for number, row in before.items():
        for one in unit.find(t.ISSUED, ("carrier",), (number,)):
            carrier: int | None = number
            if number not in rows:
                assert row.cluster is not None
                carrier = heir(was[row.cluster] & rows.keys())
            carriers[one.number] = carrier
            if carrier is not None:
                carried[home[carrier]].append(one)
            if carrier != number:
                feed.carry(one, carrier)
    members: dict[int, list[int]] = defaultdict(list)
    for number, mine in home.items():
        members[mine].append(number)
    clusters = {row.number: row for row in unit.get_all(t.CLUSTER, [(number,) for number in was])}
    old = {number: row.profile for number, row in clusters.items()}
    names: dict[int, int] = {}
    ids: dict[int, list[t.Issued]] = {}
    for mine in sorted(members, key=lambda one: min(rows[r].arrival for r in members[one])):
        held = carried.get(mine, [])
        if not held:
            first = min(members[mine], key=lambda r: rows[r].arrival)
            number = feed.issue(rows[first])
            issued = unit.get(t.ISSUED, (number,))
            assert issued is not None
            held = [issued]
            carriers[number] = first
        owner = heir(signed_up.intersection(members[mine]))
        if owner is not None:
            for one in held:
                if carriers[one.number] not in signed_up:
                    carriers[one.number] = owner
                    feed.carry(one, owner)
        ids[mine] = held
        names[mine] = min(one.number for one in held)
    changed = {number for out in parts for number in out.region.changed}
    _tell(home, changed, before, old, names, carriers, feed)
    _write(unit, rows, clusters, names, feed)
    return ids


def _write(
    unit: Unit,
    rows: Mapping[int, t.RecordRow],
    clusters: Mapping[int, t.Cluster],
    names: Mapping[int, int],
    feed: Feed,
) -> None:
    """Clusters and the ids that they have."""
    component = {row.cluster: row.component for row in rows.values()}
    for number, row in clusters.items():
        if number not in names:
            unit.delete(t.CLUSTER, (number,))
            feed.name(number, row)
    for number, profile in names.items():
        at = component[number]
        assert at is not None
        before = clusters.get(number)
        row = t.Cluster(number, at, profile, 0 if before is None else before.since)
        if before != row:
            unit.put(t.CLUSTER, row)
        if before is None or before.profile != profile:
            feed.name(number, before)


def _signed_up(unit: Unit, state: State, out: Resolved) -> set[int]:
    """The records that hold a value of a type with limit 1."""
    rules = state.rules
    found = set()
    for (record, one), (_, granted, _) in out.links.items():
        if granted and out.region.standing[one] == LINKED:
            row = unit.get(t.IDENTIFIER, (one,))
            assert row is not None
            if rules.single[rules.place[row.type]]:
                found.add(record)
    return found


def _tell(
    home: Mapping[int, int],
    changed: set[int],
    before: Mapping[int, t.RecordRow],
    old: Mapping[int, int],
    names: Mapping[int, int],
    carriers: Mapping[int, int | None],
    feed: Feed,
) -> None:
    """What happened to each profile, as entries of the feed."""
    was_in: dict[int, int] = {}
    for number, row in before.items():
        if row.live and row.cluster is not None:
            was_in[number] = old[row.cluster]
    now_in = {number: names[mine] for number, mine in home.items()}
    came: dict[int, list[int]] = defaultdict(list)
    moved: dict[tuple[int, int], list[int]] = defaultdict(list)
    gone: dict[int, list[int]] = defaultdict(list)
    live_of: dict[int, int] = defaultdict(int)
    for number, profile in now_in.items():
        first = was_in.get(number)
        if first is None:
            came[profile].append(number)
        else:
            live_of[first] += 1
            if first != profile:
                moved[profile, first].append(number)
            elif number in changed:
                came[profile].append(number)
    for number, profile in was_in.items():
        if number not in now_in:
            gone[profile].append(number)
    joined = {profile for profile, _ in moved}
    for profile in sorted(set(now_in.values()) - joined):
        if profile in feed.issued:
            feed.tell(Entry("created", profile, records=sorted(came.pop(profile))))
    for (profile, first), records in sorted(moved.items()):
        carrier = carriers.get(first)
        led = carrier is not None and now_in.get(carrier) == profile
        if led and len(records) == live_of[first]:
            feed.tell(Entry("merged", profile, other=first, gone=sorted(gone.pop(first, []))))
        else:
            feed.tell(Entry("split", profile, other=first, records=sorted(records)))
    for first in sorted(set(was_in.values())):
        if carriers.get(first, first) is None:
            feed.tell(Entry("removed", first, gone=sorted(gone.pop(first, []))))
    for profile in sorted(came.keys() | gone.keys()):
        if came.get(profile) or gone.get(profile):
            feed.tell(
                Entry(
                    "updated",
                    profile,
                    records=sorted(came.get(profile, [])),
                    gone=sorted(gone.get(profile, [])),
                )
            )
