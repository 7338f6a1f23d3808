"""The evidence of a region: its vectors, and the pairs that count in its components."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from sameas.engine.batch.partition import partition
from sameas.engine.evidence import Scores
from sameas.engine.online.matches import ladder
from sameas.engine.online.matches.index import pairs_of
from sameas.engine.online.matches.ladder import Base, Fitted, fit
from sameas.engine.online.matches.vectors import vector_from
from sameas.engine.online.rules import LINKED
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.batch.links import Given
    from sameas.engine.evidence import Vector
    from sameas.engine.online.matches.weights import Weigh, Weights
    from sameas.engine.online.region import Region
    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Matched", "Near", "evidence_of", "near", "scores"]


_MANY = 256
"""Pairs from which on laying their values out for compiled code costs less than weighing each."""


@dataclass(slots=True)
class Matched:
    """What a region's records say by being alike."""

    vector: dict[int, int] = field(default_factory=dict)
    """By record."""
    values: dict[int, Vector] = field(default_factory=dict)
    """By vector."""
    fitted: Fitted | None = None
    """None: no match joins anything here."""
    close: list[tuple[int, int]] | None = None
    """Pairs of vectors above the cut, all that there are inside the pieces that matches join; None:
    not all were looked at."""


def scores(
    weights: Weights,
    vector: NDArray[np.integer],
    values: Sequence[Vector],
    pairs: Sequence[tuple[int, int, int]],
) -> Scores:
    """Evidence as the function takes it: the pairs that count, and a weight for any.

    Args:
        weights: the model.
        vector: n: the vector of each record; -1: none.
        values: the vectors.
        pairs: two vectors, and their weight.
    """
    low, high, weight = np.array(pairs, dtype=np.int64).reshape(-1, 3).T
    ends = np.sort(np.stack([low, high]).astype(np.int32), axis=0)

    compiled: list[Weigh] = []

    def weigh(one: Ints, other: Ints) -> Longs:
        if len(one) < _MANY and not compiled:
            return weights.between(values, one, other)
        if not compiled:
            compiled.append(weights.compiled(values))
        return compiled[0](one, other)

    matcher = weights.matcher
    return Scores(
        vector.astype(np.int32), ends[0], ends[1], weight, matcher.edge_threshold, matcher.cut,
        weigh,
    )  # fmt: skip


@dataclass(slots=True)
class Near:
    """What the index of matches says of a region."""

    matched: Matched
    pairs: list[t.VectorPair] = field(default_factory=list)
    """Those at or above the edge threshold with both ends in the region."""
    floor: dict[int, int] = field(default_factory=dict)
    """By record: the step at which its component fitted before, where not the first."""
    gained: bool = False
    """Nothing was lost: no record, no pair, no identifier that linked."""


def near(unit: Unit, state: State, region: Region, *, gained: bool) -> Near:
    """Read what the index says of a region's records; `gained`: no record or pair was lost."""
    matcher = state.rules.matcher
    if matcher is None:
        return Near(Matched())
    votes = unit.get_all(t.VOTE, [(number,) for number in region.records])
    vector = {vote.record: vote.vector for vote in votes}
    numbers = sorted(set(vector.values()))
    rows = unit.get_all(t.VECTOR, [(number,) for number in numbers])
    values = {row.number: vector_from(row.values) for row in rows}
    pairs = [
        pair
        for pair in pairs_of(unit, numbers)
        if pair.weight >= matcher.edge_threshold and pair.low in values and pair.high in values
    ]
    floor = _floors(unit, region)
    nodes = len(region.records) + sum(map(len, region.carried.values()))
    at_once = (
        not floor
        and len(numbers) <= ladder.MAX_VECTORS
        and nodes <= state.rules.policy.max_component
    )
    gained = gained and not any(
        row.standing == LINKED != region.standing[row.number]
        for row in unit.get_all(t.IDENTIFIER, [(one,) for one in region.standing])
    )
    out = Near(Matched(vector, values), pairs, floor, gained)
    if pairs and at_once:
        out.matched.fitted = Fitted(dict.fromkeys(region.records, 0), pairs)
    return out


def evidence_of(
    unit: Unit, state: State, region: Region, known: Near, columns: Columns, given: Given
) -> Scores | None:
    """The region's evidence as the function takes it; None: no match joins anything.

    Raises:
        Outgrown: the region is not whole.
    """
    out, pairs, floor = known.matched, known.pairs, known.floor
    if not pairs and not floor:
        return None
    assert state.rules.weights is not None
    if out.fitted is None:
        joined = partition(columns, state.rules.policy, judgements=region.judgements, given=given)
        bases = [Base([], width) for width in joined.components.sizes.tolist()]
        for record, at in zip(region.records, joined.components.of.tolist(), strict=True):
            bases[at].records.append(record)
        whole = not len(joined.links.split) and not region.judgements
        out.fitted = fit(
            unit, state, bases, out.vector, pairs, floor, gained=known.gained and whole
        )
    numbers = sorted(out.values)
    local = {number: at for at, number in enumerate(numbers)}
    of = [local[out.vector[record]] if record in out.vector else -1 for record in region.records]
    counts = [(local[pair.low], local[pair.high], pair.weight) for pair in out.fitted.pairs]
    values = [out.values[number] for number in numbers]
    found = scores(state.rules.weights, np.array(of), values, counts)
    close = [(pair.low, pair.high) for pair in out.fitted.pairs if pair.weight > found.cut]
    out.close = close

    def weigh(one: Ints, other: Ints) -> Longs:
        """All pairs inside a piece are asked for, but those that are known."""
        weight = found.weigh(one, other)
        above = weight > found.cut
        close.extend(
            (numbers[a], numbers[b])
            for a, b in zip(one[above].tolist(), other[above].tolist(), strict=True)
        )
        return weight

    return replace(found, weigh=weigh)


def _floors(unit: Unit, region: Region) -> dict[int, int]:
    """By record: the step at which its component fitted before, where not the first."""
    rows = unit.get_all(t.COMPONENT, [(one,) for one in region.components])
    level = {row.number: row.level for row in rows if row.level}
    if not level:
        return {}
    records = unit.get_all(t.RECORD, [(number,) for number in region.records])
    return {row.number: level[row.component] for row in records if row.component in level}
