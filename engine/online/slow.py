"""The slow path: a region is resolved in full, and what came out otherwise is written down.

One module: rows to numbers, the function, and numbers to rows again are read side by side.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa

from sameas.engine.batch.columns import Columns
from sameas.engine.batch.links import NOT_GIVEN, Given
from sameas.engine.batch.partition import partition
from sameas.engine.online.components import write_components
from sameas.engine.online.inherit import inherit
from sameas.engine.online.matches.given import Matched, evidence_of, near
from sameas.engine.online.matches.index import records_of, shift
from sameas.engine.online.matches.ladder import Outgrown
from sameas.engine.online.matches.review import review
from sameas.engine.online.matches.small import resolve_small
from sameas.engine.online.region import gather
from sameas.engine.online.rows import put_record, text
from sameas.engine.online.rules import GONE, LINKED
from sameas.engine.online.state import Live, decode_traits
from sameas.graph.store import tables as t
from sameas.matching.names import NAME_TRAITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sameas.engine.batch.partition import Partition
    from sameas.engine.online.feed import Feed
    from sameas.engine.online.matches.index import Shift
    from sameas.engine.online.region import Region
    from sameas.engine.online.rules import Rules
    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit
    from sameas.graph.model import Ref

__all__ = ["Resolved", "resolve", "solve", "write"]

_OF = ("record",)


@dataclass(slots=True)
class Resolved:
    """A region's answer, by record number."""

    region: Region
    component: dict[int, int] = field(default_factory=dict)
    """By record: components numbered from 0."""
    cluster: dict[int, int] = field(default_factory=dict)
    """By record: clusters numbered from 0."""
    whole: list[bool] = field(default_factory=list)
    """By component."""
    nodes: list[int] = field(default_factory=list)
    level: list[int] = field(default_factory=list)
    """By component: the step of the ladder at which it fits."""
    matched: Matched = field(default_factory=Matched)
    links: dict[tuple[int, int], tuple[int, bool, str | None]] = field(default_factory=dict)
    """By record and identifier: group, granted, reason."""
    refused: dict[tuple[int, int], tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """By two records, the lesser key first: what refused the match of their vectors, if asked."""


def resolve(
    unit: Unit,
    state: State,
    changed: Mapping[int, Live | None],
    feed: Feed,
    *,
    named: Iterable[Ref] = (),
    before: Shift | None = None,
    budget: int | None = None,
) -> None:
    """Gather, solve, write. `before` is what some of them did to the index of matches already.

    Raises:
        TooLarge: the region is beyond the budget; nothing was changed but the rows of matches.
    """
    done = set() if before is None else before.shifted
    rest = {number: live for number, live in changed.items() if number not in done}
    moved = shift(unit, state, rest, budget=budget)
    if before is not None:
        moved.add(before)
    seeds = records_of(unit, moved.joined)
    rows = unit.get_all(t.RECORD, [(number,) for number in changed])
    gained = moved.grows and not any(row.live for row in rows) and not named
    while True:
        region = gather(unit, state, changed, named, seeds, budget=budget)
        try:
            out = solve(unit, state, region, gained=gained)
        except Outgrown as more:
            seeds |= more.records
        else:
            break
    write(unit, state, [out], feed, moved.seen)


def solve(
    unit: Unit, state: State, region: Region, *, why: bool = False, gained: bool = False
) -> Resolved:
    """The function, on a region.

    Args:
        unit: what the group sees.
        state: what the writer knows.
        region: its records.
        why: whether it matters what refused matches.
        gained: records came, and no record or pair was lost.

    Raises:
        Outgrown: matches tie it to more records.
    """
    out = Resolved(region)
    if not region.records:
        return out
    known = near(unit, state, region, gained=gained)
    out.matched = known.matched
    small = None if why else resolve_small(unit, state, region, known)
    if small is not None:
        out.component, out.cluster, out.whole, out.nodes = small
        _levels(out)
        out.links = {
            (record, one): (0, region.standing[one] == LINKED, None)
            for record in region.records
            for one in region.carried[record]
        }
        return out
    view = _View(unit, state, region)
    evidence = evidence_of(unit, state, region, known, view.columns, view.given)
    found = partition(
        view.columns,
        state.rules.policy,
        judgements=region.judgements,
        evidence=evidence,
        given=view.given,
    )
    return view.read(found, out)


def _levels(out: Resolved) -> None:
    out.level = [0] * len(out.nodes)
    fitted = out.matched.fitted
    if fitted is not None:
        for record, piece in out.component.items():
            out.level[piece] = fitted.level[record]


class _View:
    """A region as columns, and numbers back to rows."""

    def __init__(self, unit: Unit, state: State, region: Region) -> None:
        self.unit = unit
        self.state = state
        self.region = region
        rules = state.rules
        mine = {one for ids in region.carried.values() for one in ids}
        elsewhere = {one for joined in region.classes for one in joined} - mine
        mine |= elsewhere
        self.rows = {row.number: row for row in unit.get_all(t.IDENTIFIER, [(x,) for x in mine])}
        by_place: list[list[int]] = [[] for _ in rules.types]
        for number in sorted(mine):
            by_place[rules.place[self.rows[number].type]].append(number)
        self.identifiers = [number for numbers in by_place for number in numbers]
        self.local = {number: place for place, number in enumerate(self.identifiers)}
        offsets = np.cumsum([0, *map(len, by_place)], dtype=np.int64)
        records = [self._record(number) for number in region.records]
        self.traits = [one[5] for one in records]
        sources = sorted({one[0] for one in records})
        at = {source: place for place, source in enumerate(sources)}
        rows = [sorted(self.local[one] for one in region.carried[n]) for n in region.records]
        n = len(records)
        wanted = sorted({*NAME_TRAITS, *rules.policy.exclusive})
        traits = {
            trait: values
            for trait in wanted
            if any(values := [one[5].get(trait) for one in records])
        }

        def longs(values: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
            return np.array(values, dtype=np.int64)

        self.columns = Columns(
            sources,
            np.array([at[one[0]] for one in records], dtype=np.int32),
            pa.array([one[1] for one in records], pa.string()),
            longs([one[3] for one in records]),
            longs([one[4] for one in records]),
            longs([one[3] for one in records]),
            np.ones(n, dtype=np.int64),
            np.array([one[2] for one in records], dtype=np.int8),
            offsets,
            rules.types,
            [
                pa.array([self.rows[number].value for number in numbers], pa.large_string())
                for numbers in by_place
            ],
            longs(np.cumsum([0, *map(len, rows)]).tolist()),
            np.array([one for row in rows for one in row], dtype=np.int32),
            (np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32)),
            {trait: pa.array(values, pa.string()) for trait, values in traits.items()},
        )
        self.given = self._given(rows, elsewhere)

    def _record(self, number: int) -> tuple[str, str, int, int, int, dict[str, str]]:
        """Source, record id, kind, event time, first seen, traits."""
        live = self.region.changed.get(number)
        if live is not None:
            return (
                live.source,
                live.record_id,
                live.kind,
                live.event_time,
                live.first_seen,
                live.traits,
            )
        row = self.unit.get(t.RECORD, (number,))
        assert row is not None
        return (
            row.source,
            row.record_id,
            row.kind,
            row.event_time,
            row.first_seen,
            decode_traits(row.traits),
        )

    def _given(self, rows: list[list[int]], elsewhere: set[int]) -> Given:
        """What is known of identifiers that have records outside; some have all of them there."""
        region = self.region
        standing = np.array(
            [GONE if one in elsewhere else region.standing[one] for one in self.identifiers],
            dtype=np.int8,
        )
        group = np.full(sum(map(len, rows)), NOT_GIVEN, dtype=np.int32)
        at = 0
        for record, row in zip(region.records, rows, strict=True):
            for local in row:
                one = self.identifiers[local]
                if region.standing[one] == LINKED and one not in region.complete:
                    link = self.unit.get(t.LINK, (record, one))
                    assert link is not None, "an identifier that is not complete did not change"
                    group[at] = link.place
                at += 1
        same = [[self.local[one] for one in sorted(joined)] for joined in region.classes]
        return Given(standing, group, same)

    def read(self, found: Partition, out: Resolved) -> Resolved:
        """Numbers to rows again."""
        region = self.region
        of = found.components.of.tolist()
        profile = found.profile.tolist()
        out.component = dict(zip(region.records, of, strict=True))
        out.cluster = dict(zip(region.records, profile, strict=True))
        out.whole = (~found.components.risky).tolist()
        out.nodes = found.components.sizes.tolist()
        _levels(out)
        self._refused(found, out)
        groups = self._groups(found)
        granted = found.granted.tolist()
        ptr, ids = self.columns.ptr.tolist(), self.columns.ids.tolist()
        given = self.given.group.tolist()
        reasons = self._reasons(found)
        for place, record in enumerate(region.records):
            for at in range(ptr[place], ptr[place + 1]):
                local = ids[at]
                one = self.identifiers[local]
                group = groups[at] if region.standing[one] == LINKED else 0
                why = reasons.get((place, local))
                if group and given[at] != NOT_GIVEN:
                    why = self._why(record, one)
                out.links[record, one] = (group, bool(granted[at]), why)
        return out

    def _why(self, record: int, identifier: int) -> str | None:
        """The reason that a link has: its identifier's split is not looked at again."""
        link = self.unit.get(t.LINK, (record, identifier))
        assert link is not None
        return link.reason

    def _refused(self, found: Partition, out: Resolved) -> None:
        """Matches that a constraint kept from joining."""
        refused, records = found.refused_matches, self.region.records
        if not len(refused.left):
            return
        for left, right, constraint, against in zip(
            refused.left.tolist(),
            refused.right.tolist(),
            refused.reasons.constraints(),
            refused.reasons.against(found.words).to_pylist(),
            strict=True,
        ):
            one, other = sorted((left, right), key=self.columns.key)
            out.refused[records[one], records[other]] = (constraint, tuple(against))

    def _groups(self, found: Partition) -> list[int]:
        """The group of each link of `Columns.ids`."""
        links = found.links
        groups = [0] * len(links.ids)
        known = self.given.group.tolist()
        for one in links.split.tolist():
            records = links.irec[links.iptr[one] : links.iptr[one + 1]].tolist()
            for record, group in zip(records, links.groups(one).tolist(), strict=True):
                mine = links.ids[links.ptr[record] : links.ptr[record + 1]]
                groups[int(links.ptr[record] + np.searchsorted(mine, one))] = group
        return [g if k == NOT_GIVEN else k for g, k in zip(groups, known, strict=True)]

    @staticmethod
    def _reasons(found: Partition) -> dict[tuple[int, int], str]:
        """By local record and identifier: why a link is not in the first group, or was refused."""
        links = found.reasons
        if not len(links.record):
            return {}
        constraints = links.reasons.constraints()
        against = links.reasons.against(found.words).to_pylist()
        return {
            (record, one): text([constraint, values])
            for record, one, constraint, values in zip(
                links.record.tolist(), links.identifier.tolist(), constraints, against, strict=True
            )
        }


def write(
    unit: Unit,
    state: State,
    parts: Sequence[Resolved],
    feed: Feed,
    seen: Iterable[int] = (),
) -> None:
    """Write down what differs.

    Args:
        unit: what the group sees.
        state: what the writer knows.
        parts: answers of regions that share no component, neither before nor after.
        feed: told what becomes of profiles.
        seen: vectors to be reviewed, whoever moved.
    """
    before: dict[int, t.RecordRow] = {}
    home: dict[int, int] = {}
    vector: dict[int, int] = {}
    moved: set[int] = set()
    numbered = []
    for out in parts:
        mine, region = _rows_of(unit, out.region), out.region
        component, cluster = (
            _renumbered(state, kind, of, {n: getattr(row, kind) for n, row in mine.items()})
            for kind, of in (("component", out.component), ("cluster", out.cluster))
        )
        _links(unit, state.rules, out)
        moved |= _records(unit, state, out, mine, component, cluster, feed)
        _identifiers(unit, out, component)
        if state.named or not region.changed:
            moved.update(region.records)  # a word on who stays where he is may be new, or gone
        vector |= out.matched.vector
        before |= mine
        home.update((number, cluster[piece]) for number, piece in out.cluster.items())
        numbered.append((out, component, cluster))
    ids = inherit(unit, state, parts, before, home, feed)
    for out, component, cluster in numbered:
        write_components(unit, state, out, component, cluster, ids)
    review(unit, state, {*seen, *(vector[one] for one in moved if one in vector)})


def _rows_of(unit: Unit, region: Region) -> dict[int, t.RecordRow]:
    """The records of a region before the change, those that go included."""
    rows = {row.number: row for row in unit.get_all(t.RECORD, [(r,) for r in region.records])}
    for number, live in region.changed.items():
        if live is None:
            row = unit.get(t.RECORD, (number,))
            assert row is not None
            rows[number] = row
    return rows


def _records(
    unit: Unit,
    state: State,
    out: Resolved,
    before: Mapping[int, t.RecordRow],
    component: Mapping[int, int],
    cluster: Mapping[int, int],
    feed: Feed,
) -> set[int]:
    """Records, and in which component and cluster they are; gives those that came or moved."""
    region = out.region
    moved: set[int] = set()
    for number in _in_arrival_order(region, before):
        home = component[out.component[number]]
        mine = cluster[out.cluster[number]]
        live = region.changed.get(number)
        if live is not None:
            put_record(unit, state, live, component=home, cluster=mine, feed=feed)
            moved.add(number)
            continue
        row = before[number]
        if row.component != home or row.cluster != mine:
            unit.put(t.RECORD, msgspec.structs.replace(row, component=home, cluster=mine))
            if row.cluster != mine:
                feed.move(number, row)
                moved.add(number)
    for number, live in region.changed.items():
        if live is None and before[number].live:
            gone = msgspec.structs.replace(before[number], live=0, component=None, cluster=None)
            current = unit.get(t.RECORD, (number,))
            assert current is not None
            unit.put(t.RECORD, msgspec.structs.replace(gone, withdrawn_at=current.withdrawn_at))
            feed.move(number, before[number])
    return moved


def _in_arrival_order(region: Region, before: Mapping[int, t.RecordRow]) -> list[int]:
    """Records that come together arrive by event time, then key."""
    coming = [
        (live.event_time, live.source, live.record_id, number)
        for number, live in region.changed.items()
        if live is not None and not (number in before and before[number].live)
    ]
    first = [number for *_, number in sorted(coming)]
    known = set(first)
    return first + [number for number in region.records if number not in known]


def _renumbered(
    state: State,
    kind: str,
    new: Mapping[int, int],
    old: Mapping[int, int | None],
) -> dict[int, int]:
    """For each new piece the number of the old one that it has most of, or a new number."""
    overlap: Counter[tuple[int, int]] = Counter()
    for record, piece in new.items():
        was = old.get(record)
        if was is not None:
            overlap[piece, was] += 1
    taken: dict[int, int] = {}
    used: set[int] = set()
    for (piece, was), _ in sorted(overlap.items(), key=lambda one: (-one[1], one[0])):
        if piece not in taken and was not in used:
            taken[piece] = was
            used.add(was)
    for piece in sorted(set(new.values())):
        if piece not in taken:
            taken[piece] = state.counters.next(kind)
    return taken


def _links(unit: Unit, rules: Rules, out: Resolved) -> None:
    region = out.region
    for number, live in region.changed.items():
        kept = set(region.carried.get(number, ()))
        for link in unit.find(t.LINK, _OF, (number,)):
            if link.identifier not in kept:
                unit.delete(t.LINK, (number, link.identifier))
        if live is None:
            assert not kept
    spelled = {
        (number, one): spellings
        for number, live in region.changed.items()
        if live is not None
        for one, spellings in _spelled(unit, rules, live, region.carried[number]).items()
    }
    for (record, one), (place, granted, why) in out.links.items():
        before = unit.get(t.LINK, (record, one))
        if region.changed.get(record) is not None:
            words = spelled.get((record, one))
        else:
            words = None if before is None else before.spelled
        row = t.Link(record, one, place, int(granted), why, words)
        if row != before:
            unit.put(t.LINK, row)


def _spelled(unit: Unit, rules: Rules, live: Live, carried: Sequence[int]) -> dict[int, str | None]:
    """The raw spellings of a record's values."""
    out: dict[int, str | None] = {}
    by_value = {
        (rules.place[row.type], row.value): row.number
        for row in unit.get_all(t.IDENTIFIER, [(x,) for x in carried])
    }
    for key, spellings in live.spelled.items():
        if key in by_value:
            out[by_value[key]] = text(spellings)
    return out


def _identifiers(unit: Unit, out: Resolved, component: Mapping[int, int]) -> None:
    """Standings, and in which component identifiers lie."""
    region = out.region
    homes: dict[int, set[int]] = defaultdict(set)
    for record, ids in region.carried.items():
        for one in ids:
            homes[one].add(component[out.component[record]])
    for number, standing in region.standing.items():
        row = unit.get(t.IDENTIFIER, (number,))
        assert row is not None
        home = None
        if standing == LINKED and number in region.complete and len(homes[number]) == 1:
            (home,) = homes[number]
        if row.standing != standing or row.component != home:
            unit.put(t.IDENTIFIER, msgspec.structs.replace(row, standing=standing, component=home))
