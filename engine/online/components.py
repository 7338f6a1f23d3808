"""Components as rows, with a summary of those that are one whole profile.

One in which a judgement names anything has none, so that nobody joins it without asking the words.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sameas.engine.online.matches.circles import circles_of, circles_text, neighbours
from sameas.engine.online.matches.whole import is_bound, matched_components, may_be_whole
from sameas.engine.online.namesakes import called
from sameas.engine.online.rules import LINKED
from sameas.engine.online.state import Live, decode_traits
from sameas.engine.online.summary import summary_of, union
from sameas.graph.model import RecordKey
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sameas.engine.online.rules import Rules
    from sameas.engine.online.solve import Resolved
    from sameas.engine.online.state import State
    from sameas.engine.online.summary import Summary
    from sameas.engine.online.unit import Unit

__all__ = ["live_of", "part_of", "write_components"]

_OF = ("record",)


def write_components(
    unit: Unit,
    state: State,
    out: Resolved,
    component: Mapping[int, int],
    cluster: Mapping[int, int],
    ids: Mapping[int, list[t.Issued]],
) -> None:
    """Write the components of a region that was resolved.

    Args:
        unit: what the group sees; records have their new components.
        state: what the writer knows.
        out: the region's answer.
        component: by piece of the answer, the component's number.
        cluster: by cluster of the answer, its number.
        ids: by cluster number, the ids that its records carry.
    """
    region = out.region
    for number in region.components - set(component.values()):
        unit.delete(t.COMPONENT, (number,))
    members: dict[int, list[int]] = defaultdict(list)
    for record, piece in out.component.items():
        members[piece].append(record)
    matched = matched_components(out)
    close = None if out.matched.close is None else neighbours(out.matched.close)
    for piece, number in component.items():
        summary = None
        mine = None
        if out.whole[piece] or (piece in matched and may_be_whole(state, out, members[piece])):
            mine = cluster[out.cluster[members[piece][0]]]
            # what the ladder parts is looked at in full: who comes may bring it together
            if not out.level[piece] and not _is_named(unit, state, out, members[piece]):
                summary = _summary(
                    unit, state, out, members[piece], ids[mine], matched=piece in matched
                )
            if summary is None and not out.whole[piece]:
                mine = None
        circles = None
        if summary is None and not _is_named(unit, state, out, members[piece]):
            circles = _circles(out, members[piece], close if piece in matched else None)
        row = t.Component(number, out.nodes[piece], mine, summary, out.level[piece], circles)
        if unit.get(t.COMPONENT, (number,)) != row:
            unit.put(t.COMPONENT, row)


def _circles(
    out: Resolved, records: list[int], close: Mapping[int, Sequence[int]] | None
) -> str | None:
    """The circles of a component without a summary, where all weights in it are known."""
    by_cluster: dict[int, set[int]] = defaultdict(set)
    for record in records:
        if record in out.matched.vector:
            by_cluster[out.cluster[record]].add(out.matched.vector[record])
    vectors = set().union(*by_cluster.values())
    if close is None:
        return circles_text([vectors]) if len(vectors) == 1 else None
    return circles_text(circles_of(vectors, close, by_cluster.values()))


def _is_named(unit: Unit, state: State, out: Resolved, records: list[int]) -> bool:
    """Whether a judgement speaks of a record of the component, or of an identifier on one."""
    if not state.named:
        return False
    rows = unit.get_all(t.RECORD, [(number,) for number in records])
    refs = {RecordKey(row.source, row.record_id).ref for row in rows}
    carried = {(one,) for number in records for one in out.region.carried[number]}
    refs |= called(unit, state, unit.get_all(t.IDENTIFIER, carried))
    if state.digests:
        unit.look(t.FURTHER, _OF, [(number,) for number in records])
        names = [name for n in records for name in unit.find(t.FURTHER, _OF, (n,))]
        refs |= {f"{name.type}:{name.value}" for name in names}
    return not state.named.keys().isdisjoint(refs)


def _summary(
    unit: Unit,
    state: State,
    out: Resolved,
    records: list[int],
    ids: list[t.Issued],
    *,
    matched: bool,
) -> str | None:
    """The summary of a whole component; None: it is close to a limit and is looked at in full."""
    region, rules = out.region, state.rules
    parts = []
    counted: set[int] = set()
    for number in records:
        row = unit.get(t.RECORD, (number,))
        assert row is not None
        carried = unit.get_all(t.IDENTIFIER, [(x,) for x in region.carried[number]])
        part = part_of(rules, live_of(row), carried, region.standing, counted, row.arrival)
        if (vector := out.matched.vector.get(number)) is not None:
            part.vectors = [vector]
        parts.append(part)
    parts[0].ids = [one.number for one in ids]
    if matched:
        parts[0].matched, parts[0].bound = True, is_bound(out, records)
    whole = union(parts, rules)
    return None if whole is None else whole.dumps()


def live_of(row: t.RecordRow) -> Live:
    """What a record's row says, but for its identifiers."""
    return Live(
        row.number, row.source, row.record_id, row.kind, row.event_time, row.first_seen,
        row.last_seen, row.count, row.input, (), {}, decode_traits(row.traits),
    )  # fmt: skip


def part_of(
    rules: Rules,
    live: Live,
    carried: Sequence[t.IdentifierRow],
    standing: Mapping[int, int],
    counted: set[int],
    arrival: int,
) -> Summary:
    """The summary of one record of a component; `counted` are the identifiers of those before."""
    known = []
    single = False
    for one in carried:
        place, stands = rules.place[one.type], standing[one.number]
        single |= stands == LINKED and rules.single[place]
        if one.number not in counted:
            counted.add(one.number)
            known.append((one.number, place, stands))
    part = summary_of(rules, live, known, arrival)
    part.owner, part.owner_arrival = (live.number, arrival) if single else (None, 0)
    return part
