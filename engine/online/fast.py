"""The fast path: a new record joins whole components whose union with it breaks nothing.

Costs the record's own rows, and a relabelling of all but the largest of the components that it
joins. Nothing else is looked at. Where matches alone tie it to others and they are not one whole
profile, its place is looked for among theirs (`matches.among`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sameas.engine.online.feed import Entry
from sameas.engine.online.matches.among import find_place
from sameas.engine.online.matches.review import review
from sameas.engine.online.matches.settle import carry, settle
from sameas.engine.online.matches.whole import alike, stays_whole
from sameas.engine.online.namesakes import called, has_namesakes
from sameas.engine.online.numbering import numbered
from sameas.engine.online.rows import put_record
from sameas.engine.online.rules import GONE, LINKED
from sameas.engine.online.summary import Summary, summary_of, union
from sameas.graph.model import RecordKey
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sameas.engine.online.feed import Feed
    from sameas.engine.online.matches.index import Shift
    from sameas.engine.online.state import Live, State
    from sameas.engine.online.unit import Unit

__all__ = ["join"]

_IN = ("component",)
_ON = ("identifier",)
_OF = ("record",)


def join(unit: Unit, state: State, live: Live, feed: Feed, moved: Shift) -> bool:
    """Let a record in that was not live before; False: it must go the slow way.

    `moved` is what its vector did to the index of matches.
    """
    rules = state.rules
    if not moved.grows:
        return False
    if has_namesakes(unit, state, live):
        return False
    known: list[tuple[t.IdentifierRow, int, int]] = []
    components: set[int] = set()
    for place, row in numbered(unit, state, live.identifiers, keep=False):
        standing = row.standing
        if standing == GONE:
            standing = rules.standing(place, row.value)
        elif standing == LINKED:
            if row.component is None:
                return False
            components.add(row.component)
        known.append((row, place, standing))
    if state.named and _is_named(unit, state, live, [row for row, _, _ in known]):
        return False
    linked = set(components)
    matches = alike(unit, live.number, moved)
    if matches is None:
        return False
    components |= matches
    unit.fetch(t.COMPONENT, [(one,) for one in components])
    parts = unit.get_all(t.COMPONENT, [(one,) for one in sorted(components)])
    nodes = {part.number: part.nodes for part in parts}
    for row, place, standing in known:
        most = rules.most_records[place]
        if (
            standing == LINKED
            and row.component is not None
            and nodes[row.component] >= most
            and unit.exceeds(t.LINK, _ON, (row.number,), most - 1)
        ):
            return False
    arrival = state.counters.arrival + 1
    own = summary_of(
        rules,
        live,
        [(row.number, place, standing) for row, place, standing in known],
        arrival,
    )
    for row, place, _ in known:
        if row.standing == LINKED:  # its component counts it already
            own.values[place] -= 1
            own.seen[place] -= 1
    if (vote := unit.get(t.VOTE, (live.number,)) if rules.matcher else None) is not None:
        own.vectors = [vote.vector]
    own.matched, own.bound = bool(matches), components == linked
    whole = None
    summaries = [own]
    if all(part.summary is not None and not part.level for part in parts):
        summaries += [Summary.loads(part.summary) for part in parts if part.summary is not None]
        whole = union(summaries, rules)
    if whole is None or not stays_whole(unit, state, whole):
        if linked or not matches or own.owner is not None or union([own], rules) is None:
            return False
        found = find_place(unit, state, live, known, parts)
        if found is None:
            return False
        settle(unit, state, live, known, found, feed)
        return True
    size = sum(nodes.values()) + 1
    size += sum(s == LINKED and row.standing == GONE for row, _, s in known)
    if size > rules.policy.max_component:
        return False
    _commit(unit, state, live, known, parts, summaries, whole, size, feed)
    review(unit, state, whole.vectors if len(parts) > 1 else own.vectors)
    return True


def _is_named(unit: Unit, state: State, live: Live, rows: list[t.IdentifierRow]) -> bool:
    """Whether a judgement speaks of the record, or of an identifier by any of its names."""
    refs = called(unit, state, rows)
    refs.add(RecordKey(live.source, live.record_id).ref)
    refs.update(f"{kind}:{digest}" for kind, digest, _ in live.further)
    return not state.named.keys().isdisjoint(refs)


def _commit(
    unit: Unit,
    state: State,
    live: Live,
    known: list[tuple[t.IdentifierRow, int, int]],
    parts: list[t.Component],
    summaries: list[Summary],
    whole: Summary,
    size: int,
    feed: Feed,
) -> None:
    counters = state.counters
    if parts:
        target = max(parts, key=lambda part: (part.nodes, -part.number))
        number = target.number
        assert target.cluster is not None
        cluster = unit.get(t.CLUSTER, (target.cluster,))
        assert cluster is not None
    else:
        number = counters.next("component")
        cluster = t.Cluster(counters.next("cluster"), number, 0)
        unit.absent(t.COMPONENT, (number,))
        unit.absent(t.CLUSTER, (cluster.number,))
    record = put_record(unit, state, live, component=number, cluster=cluster.number, feed=feed)
    carry(unit, state, live, known, number)
    profile = min(whole.ids, default=0)
    if not profile:
        profile = feed.issue(record, arrives=True)
        whole.ids.append(profile)
        feed.tell(Entry("created", profile, records=[live.number]))
    else:
        feed.tell(Entry("updated", profile, records=[live.number]))
    merged = [part for part in parts if part.number != number]
    for part in merged:
        _absorb(unit, part, number, cluster.number, feed)
    for part in parts:
        assert part.cluster is not None
        before = unit.get(t.CLUSTER, (part.cluster,))
        assert before is not None
        if before.profile != profile:
            feed.tell(Entry("merged", profile, other=before.profile))
    if merged:
        for part in merged:
            assert part.cluster is not None
            before = unit.get(t.CLUSTER, (part.cluster,))
            unit.delete(t.CLUSTER, (part.cluster,))
            feed.name(part.cluster, before)
    if cluster.profile != profile:
        unit.put(t.CLUSTER, msgspec.structs.replace(cluster, profile=profile))
        feed.name(cluster.number, cluster if parts else None)
    if whole.owner is not None:
        _hand_over(unit, summaries, whole.owner, feed)
    unit.put(t.COMPONENT, t.Component(number, size, cluster.number, whole.dumps()))


def _absorb(unit: Unit, part: t.Component, number: int, cluster: int, feed: Feed) -> None:
    """Relabel what is in a component."""
    records = unit.find(t.RECORD, _IN, (part.number,))
    for record in records:
        unit.put(t.RECORD, msgspec.structs.replace(record, component=number, cluster=cluster))
        feed.move(record.number, record)
    of = [(record.number,) for record in records]
    unit.look(t.LINK, _OF, of)
    carried = dict.fromkeys((one.identifier,) for key in of for one in unit.find(t.LINK, _OF, key))
    for row in unit.get_all(t.IDENTIFIER, carried):
        if row.component == part.number:
            unit.put(t.IDENTIFIER, msgspec.structs.replace(row, component=number))
    unit.delete(t.COMPONENT, (part.number,))


def _hand_over(unit: Unit, parts: Sequence[Summary], owner: int, feed: Feed) -> None:
    """Ids that anonymous records carry pass to the first arrived that signed up.

    Where somebody had signed up before, all ids have passed already.
    """
    anonymous = [number for part in parts if part.owner is None for number in part.ids]
    for one in unit.get_all(t.ISSUED, [(number,) for number in anonymous]):
        if one.carrier != owner:
            feed.carry(one, owner)
