"""The function on a region: its rows become numbers, and what comes out is by record again.

Small regions are resolved by themselves (`matches/small.py`); all others are columns for a moment,
and the batch engine's partition is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sameas.engine.batch.columns import Columns
from sameas.engine.batch.links import NOT_GIVEN, Given
from sameas.engine.batch.partition import partition
from sameas.engine.online.matches.given import Matched, evidence_of, near
from sameas.engine.online.matches.small import resolve_small
from sameas.engine.online.rows import text
from sameas.engine.online.rules import GONE, LINKED
from sameas.engine.online.state import decode_traits
from sameas.graph.store import tables as t
from sameas.matching.names import NAME_TRAITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sameas.engine.batch.partition import Partition
    from sameas.engine.online.region import Region
    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit

__all__ = ["Resolved", "solve"]


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
