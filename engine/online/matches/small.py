"""A small region that links contest nowhere, resolved in plain code; equal to `partition` by test.

Most regions hold a few records, what links join keeps every limit, and only matches are left to be
gone through. For these the arrays of the batch engine cost more to lay out than the answer does.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement, count
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from sameas.engine.online.components import live_of, part_of
from sameas.engine.online.joined import joined
from sameas.engine.online.matches.ladder import Base, fit
from sameas.engine.online.rules import LINKED
from sameas.engine.online.summary import may_match, merged, union
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sameas.engine.online.matches.given import Near
    from sameas.engine.online.region import Region
    from sameas.engine.online.state import Live, State
    from sameas.engine.online.summary import Summary
    from sameas.engine.online.unit import Unit

__all__ = ["Clustering", "Small", "resolve_small"]

MOST_RECORDS = 64
MOST_PAIRS = 300
"""With more records, or more pairs of vectors in pieces, laying out arrays costs less."""


class Small(NamedTuple):
    """The answer; see `Resolved`."""

    component: dict[int, int]
    cluster: dict[int, int]
    whole: list[bool]
    nodes: list[int]


def resolve_small(unit: Unit, state: State, region: Region, near: Near) -> Small | None:
    """Resolve a region, if it is small and no link in it may be refused; else None.

    `near.matched.fitted` is known then, and perhaps if not.

    Raises:
        Outgrown: matches tie it to more records.
    """
    if len(region.records) > MOST_RECORDS or region.judgements or region.classes:
        return None
    standing = region.standing
    linked = {one for ids in region.carried.values() for one in ids if standing[one] == LINKED}
    if not linked <= region.complete:
        return None
    return _Small(unit, state, region, near).run(linked)


@dataclass(slots=True, eq=False)
class _Cluster:
    """Records that are one person."""

    records: list[int]
    summary: Summary
    vectors: set[int]
    key: tuple[str, str]
    """The least."""


class Clustering:
    """Records that links contest nowhere, made clusters of by links and by mean linkage."""

    def __init__(
        self,
        unit: Unit,
        state: State,
        region: Region,
        near: Near,
        carried: Mapping[int, t.IdentifierRow] = MappingProxyType({}),
    ) -> None:
        """Begin; `carried` are rows of identifiers that the unit does not have yet."""
        self.unit = unit
        self.state = state
        self.rules = state.rules
        self.region = region
        self.near = near
        self.new = carried
        self.vector = near.matched.vector
        self.cut = 0 if state.rules.matcher is None else state.rules.matcher.cut
        self.live: dict[int, Live] = {}
        self.known = {(pair.low, pair.high): pair.weight for pair in near.pairs}
        self.close: list[tuple[int, int]] = []
        """Pairs above the cut."""

    def said(self, number: int) -> Live:
        """What a record says."""
        live = self.live.get(number) or self.region.changed.get(number)
        if live is None:
            row = self.unit.get(t.RECORD, (number,))
            assert row is not None
            live = live_of(row)
        self.live[number] = live
        return live

    def cluster(self, records: list[int]) -> _Cluster | None:
        """What links join; None: it may break something."""
        counted: set[int] = set()
        parts = []
        for number in records:
            keys = [(one,) for one in self.region.carried[number] if one not in self.new]
            carried = self.unit.get_all(t.IDENTIFIER, keys)
            carried += [self.new[one] for one in self.region.carried[number] if one in self.new]
            live = self.said(number)
            parts.append(part_of(self.rules, live, carried, self.region.standing, counted, 0))
        whole = union(parts, self.rules)
        if whole is None:
            return None
        return _Cluster(
            records,
            whole,
            {self.vector[record] for record in records if record in self.vector},
            min((self.said(record).source, self.said(record).record_id) for record in records),
        )

    def join(self, clusters: Sequence[_Cluster]) -> _Cluster | None:
        """Some clusters as one; None: it breaks a constraint."""
        whole = merged([one.summary for one in clusters])
        if not may_match(whole, self.rules):
            return None
        return _Cluster(
            [record for one in clusters for record in one.records],
            whole,
            set().union(*(one.vectors for one in clusters)),
            min(one.key for one in clusters),
        )

    # -- matches ----------------------------------------------------------------------------

    def linked(self, clusters: list[_Cluster], records: list[int]) -> tuple[list[_Cluster], bool]:
        """The clusters of a piece joined by mean linkage, and whether the piece is one for sure."""
        weights = self.weights(records)
        cut = self.cut
        if all(weight > cut for weight in weights.values()):
            one = self.join(clusters)
            if one is not None:
                return [one], True
        live, numbers = dict(enumerate(clusters)), count(len(clusters))
        means: dict[tuple[int, int], tuple[int, int]] = {}  # above the cut
        for first, other in combinations(live, 2):
            mean = _mean(weights, live[first].vectors, live[other].vectors)
            if mean[0] > cut * mean[1]:
                means[first, other] = mean
        while means:
            best = self.best(live, means)
            whole = self.join([live[place] for place in best])
            if whole is None:
                del means[best]  # whatever either is a part of may not join the other, either
                continue
            for place in best:
                del live[place]
            means = {
                pair: mean
                for pair, mean in means.items()
                if pair[0] not in best and pair[1] not in best
            }
            number = next(numbers)
            for place, beside in live.items():
                mean = _mean(weights, beside.vectors, whole.vectors)
                if mean[0] > cut * mean[1]:
                    means[place, number] = mean
            live[number] = whole
        return list(live.values()), False

    def weights(self, records: list[int]) -> dict[tuple[int, int], int]:
        """The weights among the vectors of a piece, both ways round.

        Of a vector with itself if several records have it.
        """
        carriers = Counter(self.vector[record] for record in records if record in self.vector)
        values, weigh = self.near.matched.values, self.rules.weights
        assert weigh is not None
        found = {}
        for low, high in combinations_with_replacement(sorted(carriers), 2):
            if low == high and carriers[low] < 2:
                continue
            weight = self.known.get((low, high))
            if weight is None:
                weight = weigh.of(values[low], values[high])
            if weight is not None:
                found[low, high] = found[high, low] = weight
                if weight > self.cut:
                    self.close.append((low, high))
        return found

    def best(
        self,
        live: Mapping[int, _Cluster],
        means: Mapping[tuple[int, int], tuple[int, int]],
    ) -> tuple[int, int]:
        """The pair of the highest mean; ties fall to the lesser keys."""
        found: tuple[int, int] | None = None
        total, of = 0, 0
        for pair, (mine, number) in means.items():
            if found is not None:
                ahead = mine * of - total * number
                if ahead < 0 or (ahead == 0 and _turn(live, pair) > _turn(live, found)):
                    continue
            found, total, of = pair, mine, number
        assert found is not None
        return found


class _Small(Clustering):
    def run(self, linked: set[int]) -> Small | None:
        region = self.region
        carriers: dict[int, list[int]] = defaultdict(list)
        on: dict[int, list[int]] = defaultdict(list)
        for number in region.records:
            for one in linked.intersection(region.carried[number]):
                carriers[one].append(number)
            if number in self.vector:
                on[self.vector[number]].append(number)
        bases = joined(region.records, carriers.values())
        clusters: dict[int, _Cluster] = {}
        for base in bases:
            cluster = self.cluster(base)
            if cluster is None:
                return None
            clusters |= dict.fromkeys(base, cluster)
        pairs = self.fitted([Base(base, self.nodes(base, linked)) for base in bases])
        self.near.matched.close = self.close
        met = [on[pair.low] + on[pair.high] for pair in pairs]
        matched = {record for records in met for record in records}
        pieces = joined(region.records, [*bases, *met])
        if sum(self.pairs(piece) for piece in pieces if not matched.isdisjoint(piece)) > MOST_PAIRS:
            return None
        out = Small({}, {}, [], [])
        found: list[_Cluster] = []
        for number, piece in enumerate(pieces):
            nodes = self.nodes(piece, linked)
            if nodes > self.rules.policy.max_component:
                return None
            mine = list({id(one): one for one in map(clusters.__getitem__, piece)}.values())
            whole = True
            if not matched.isdisjoint(piece):
                mine, whole = self.linked(mine, piece)
            out.component.update(dict.fromkeys(piece, number))
            out.whole.append(whole)
            out.nodes.append(nodes)
            found += mine
        for number, cluster in enumerate(sorted(found, key=self.first)):
            out.cluster.update(dict.fromkeys(cluster.records, number))
        return out

    def nodes(self, records: list[int], linked: set[int]) -> int:
        carried = self.region.carried
        return len(records) + len(
            {one for record in records for one in linked.intersection(carried[record])}
        )

    def pairs(self, records: list[int]) -> int:
        """How many pairs of vectors some records have."""
        vectors = {self.vector[record] for record in records if record in self.vector}
        return len(vectors) * (len(vectors) - 1) // 2

    def fitted(self, bases: list[Base]) -> list[t.VectorPair]:
        """The pairs that count."""
        near = self.near
        if near.matched.fitted is None:
            if not near.pairs and not near.floor:
                return []
            near.matched.fitted = fit(
                self.unit, self.state, bases, self.vector, near.pairs, near.floor,
                gained=near.gained,
            )  # fmt: skip
        return near.matched.fitted.pairs

    def first(self, cluster: _Cluster) -> tuple[int, str, str]:
        """Clusters are numbered in the order of 3.3 of their first records."""
        turn = -1 if self.rules.policy.on_conflict == "newest" else 1
        lives = (self.said(record) for record in cluster.records)
        return min((turn * live.first_seen, live.source, live.record_id) for live in lives)


def _turn(live: Mapping[int, _Cluster], pair: tuple[int, int]) -> list[tuple[str, str]]:
    return sorted(live[place].key for place in pair)


def _mean(
    weights: Mapping[tuple[int, int], int], left: set[int], right: set[int]
) -> tuple[int, int]:
    """The sum and the number of the weights between two clusters."""
    total = number = 0
    for one in left:
        for other in right:
            weight = weights.get((one, other))
            if weight is not None:
                total += weight
                number += 1
    return total, number
