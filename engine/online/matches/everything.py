"""All vectors, keys and pairs of a set of live records at once, as `index` keeps them one by one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sameas.engine.evidence import LADDER
from sameas.engine.online.matches import ladder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.engine.evidence import Vector
    from sameas.engine.online.rules import Rules

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Everything", "everything"]


@dataclass(eq=False)
class Everything:
    """Of n records with V distinct vectors: P pairs that are kept."""

    vector: Longs
    """n: -1: none."""
    values: list[Vector]
    """V: ascending."""
    records: Longs
    """V."""
    keys: list[tuple[int, ...]]
    """V."""
    carriers: dict[int, int]
    """By key: the records that have it."""
    low: Longs
    high: Longs
    weight: Longs

    def fit(
        self, rules: Rules, base: Ints, nodes: Ints
    ) -> tuple[Longs, NDArray[np.bool_], NDArray[np.bool_]]:
        """3.4: which matches count.

        Args:
            rules: policy and model.
            base: n: the component of each record by links and judgements.
            nodes: of each such component.

        Returns:
            The step of the ladder at which each record's component fits; the pairs that count; and
            the records that these join.
        """
        assert rules.matcher is not None
        fitting = _Fitting(self, base.astype(np.int64), nodes.astype(np.int64))
        return fitting.run(rules.matcher.edge_threshold, rules.policy.max_component)


def everything(rules: Rules, vectors: Sequence[Vector | None]) -> Everything:
    """All of some live records, given their vectors. O(records + pairs proposed)."""
    weights = rules.weights
    assert weights is not None
    values = sorted({one for one in vectors if one is not None})
    number = {one: at for at, one in enumerate(values)}
    vector = np.array([-1 if v is None else number[v] for v in vectors], dtype=np.int64)
    records = np.bincount(vector[vector >= 0], minlength=len(values))
    keys = [tuple(weights.matcher.keys(one)) for one in values]
    carriers: defaultdict[int, int] = defaultdict(int)
    block: defaultdict[int, list[int]] = defaultdict(list)
    for at, (mine, count) in enumerate(zip(keys, records.tolist(), strict=True)):
        for key in mine:
            carriers[key] += count
            block[key].append(at)
    most = weights.matcher.max_key_records
    width = max(len(values), 1)
    proposed = [np.empty(0, dtype=np.int64)]
    for key, members in block.items():
        if carriers[key] <= most:
            low, high = np.triu_indices(len(members))
            mine = np.array(members, dtype=np.int64)
            proposed.append(mine[low] * width + mine[high])
    low, high = np.divmod(np.unique(np.concatenate(proposed)), width)
    said = weights.many(
        [(values[a], values[b]) for a, b in zip(low.tolist(), high.tolist(), strict=True)]
    )
    least = weights.least
    kept = np.array([one is not None and one >= least for one in said], dtype=bool)
    weight = np.array([one for one in said if one is not None and one >= least], dtype=np.int64)
    return Everything(
        vector, values, records, keys, dict(carriers), low[kept], high[kept], weight
    )


class _Fitting:
    """Bases are joined by vectors that they share with others in a pair."""

    def __init__(self, every: Everything, base: Longs, nodes: Longs) -> None:
        self.every = every
        self.nodes = nodes
        self.some = np.flatnonzero(every.vector >= 0)
        self.base = base
        width = max(len(every.values), 1)
        shared = np.unique(base[self.some] * width + every.vector[self.some])
        self.holder, self.held = np.divmod(shared, width)
        """Base and vector, each pair once."""

    def run(self, threshold: int, most: int) -> tuple[Longs, NDArray[np.bool_], NDArray[np.bool_]]:
        every = self.every
        real = (every.low != every.high) | (every.records[every.low] > 1)
        alive = np.flatnonzero(real & (every.weight >= threshold))
        level = np.zeros(len(self.nodes), dtype=np.int64)
        counts = np.zeros(len(every.low), dtype=bool)
        active = np.ones(len(self.nodes), dtype=bool)
        for at, step in enumerate(LADDER):
            level[active] = at
            strong = alive[:0] if step is None else alive[every.weight[alive] >= threshold + step]
            part, home = self.parts(strong)
            large = self.large(part, home, strong, most) & active
            kept = ~large[self.first[every.low[strong]]] if len(strong) else strong > 0
            counts[strong[kept]] = True
            alive = strong[~kept]
            active = large
            if not active.any():
                break
        ends = np.zeros(max(len(every.values), 1), dtype=bool)
        ends[every.low[counts]] = True
        ends[every.high[counts]] = True
        joined = (every.vector >= 0) & ends[every.vector]
        return level[self.base], counts, joined

    def parts(self, strong: Longs) -> tuple[Longs, int]:
        """The part of each base, and how many there are."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        every, n = self.every, len(self.nodes)
        size = n + len(every.values)
        ends = np.zeros(max(len(every.values), 1), dtype=bool)
        ends[every.low[strong]] = True
        ends[every.high[strong]] = True
        mine = ends[self.held]
        left = np.concatenate([self.holder[mine], n + every.low[strong]])
        right = np.concatenate([n + self.held[mine], n + every.high[strong]])
        graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(size, size))
        count, of = connected_components(graph, directed=False)
        # by vector: a base that has it
        self.first = np.zeros(max(len(every.values), 1), dtype=np.int64)
        self.first[self.held] = self.holder
        return of[:n].astype(np.int64), int(count)

    def large(self, part: Longs, count: int, strong: Longs, most: int) -> NDArray[np.bool_]:
        """By base: its part is joined by matches, and is too much."""
        every = self.every
        nodes = np.bincount(part, weights=self.nodes, minlength=count)
        width = max(len(every.values), 1)
        distinct = np.unique(part[self.holder] * width + self.held) // width
        vectors = np.bincount(distinct, minlength=count)
        matched = np.zeros(count, dtype=bool)
        if len(strong):
            matched[part[self.first[every.low[strong]]]] = True
        too_large: NDArray[np.bool_] = matched & ((vectors > ladder.MAX_VECTORS) | (nodes > most))
        return too_large[part]
