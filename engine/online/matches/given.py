"""The evidence of a region: its vectors, and the pairs that count in its components."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import TYPE_CHECKING

from sameas.engine.batch.partition import partition
from sameas.engine.online.matches.index import pairs_of
from sameas.engine.online.matches.ladder import Base, Fitted, fit
from sameas.engine.online.matches.vectors import vector_from
from sameas.graph.model import Match
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from sameas.engine.batch.columns import Columns
    from sameas.engine.batch.links import Given
    from sameas.engine.evidence import Vector
    from sameas.engine.online.matches.weights import Weights
    from sameas.engine.online.region import Region
    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit
    from sameas.graph.model import RecordKey

__all__ = ["Matched", "evidence_of"]


@dataclass(slots=True)
class Matched:
    """What a region's records say by being alike."""

    vector: dict[int, int] = field(default_factory=dict)
    """By record."""
    values: dict[int, Vector] = field(default_factory=dict)
    """By vector."""
    fitted: Fitted | None = None
    """None: no match joins anything here."""


class Pairs:
    """Evidence as the function takes it: the pairs that count, and a weight for any."""

    def __init__(
        self,
        weights: Weights,
        vector: Mapping[RecordKey, int],
        values: Mapping[int, Vector],
        pairs: Iterable[t.VectorPair],
    ) -> None:
        self.edge_threshold = weights.matcher.edge_threshold
        self.cut = weights.matcher.cut
        self._weights = weights
        self._vector = vector
        self._values = values
        self._pairs = pairs

    def vector(self, key: RecordKey, /) -> int | None:
        """The number of the record's vector."""
        return self._vector.get(key)

    def weight(self, left: Hashable, right: Hashable, /) -> int | None:
        """The weight of two vectors, by their numbers."""
        assert isinstance(left, int)
        assert isinstance(right, int)
        return self._weights.of(self._values[left], self._values[right])

    def pairs(self) -> Iterable[Match]:
        """All pairs of records of the pairs of vectors."""
        of: dict[int, list[RecordKey]] = defaultdict(list)
        for key, number in self._vector.items():
            of[number].append(key)
        for pair in self._pairs:
            left, right = of[pair.low], of[pair.high]
            records = combinations(left, 2) if pair.low == pair.high else product(left, right)
            for one, other in records:
                yield Match(*sorted((one, other)), pair.weight)


def evidence_of(
    unit: Unit, state: State, region: Region, columns: Columns, given: Given
) -> tuple[Matched, Pairs | None]:
    """What the region's records say by being alike; no evidence: nothing joins.

    Raises:
        Outgrown: the region is not whole.
    """
    weights = state.rules.weights
    if weights is None:
        return Matched(), None
    votes = unit.get_all(t.VOTE, [(number,) for number in region.records])
    vector = {vote.record: vote.vector for vote in votes}
    numbers = sorted(set(vector.values()))
    rows = unit.get_all(t.VECTOR, [(number,) for number in numbers])
    values = {row.number: vector_from(row.values) for row in rows}
    several = {row.number for row in rows if row.records > 1}
    pairs = [
        pair
        for pair in pairs_of(unit, numbers)
        if pair.weight >= weights.matcher.edge_threshold
        and pair.low in values
        and pair.high in values
        and (pair.low != pair.high or pair.low in several)
    ]
    floor = _floors(unit, region)
    out = Matched(vector, values)
    if not pairs and not floor:
        return out, None
    joined = partition(columns, state.rules.policy, judgements=region.judgements, given=given)
    bases = [Base([], nodes) for nodes in joined.components.sizes.tolist()]
    for record, at in zip(region.records, joined.components.of.tolist(), strict=True):
        bases[at].records.append(record)
    out.fitted = fit(unit, state, bases, vector, pairs, floor)
    keys = {
        columns.key(at): vector[record]
        for at, record in enumerate(region.records)
        if record in vector
    }
    return out, Pairs(weights, keys, values, out.fitted.pairs)


def _floors(unit: Unit, region: Region) -> dict[int, int]:
    """By record: the step at which its component fitted before, where not the first."""
    rows = unit.get_all(t.COMPONENT, [(one,) for one in region.components])
    level = {row.number: row.level for row in rows if row.level}
    if not level:
        return {}
    records = unit.get_all(t.RECORD, [(number,) for number in region.records])
    return {
        row.number: level[row.component] for row in records if row.component in level
    }
