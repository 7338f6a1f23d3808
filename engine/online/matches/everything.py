"""All vectors, keys and pairs of live records at once, as `index` keeps them one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from sameas.engine.evidence import LADDER, MISSING, Scores
from sameas.engine.online.matches import ladder
from sameas.matching.distinct import distinct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.evidence import Vector
    from sameas.engine.online.matches.weights import Weights
    from sameas.engine.online.rules import Rules
    from sameas.graph.model import Record

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Everything", "blocks", "everything", "parts_of", "vectors_of"]


@dataclass(eq=False)
class Everything:
    """Of n records with V distinct vectors: P pairs that are kept."""

    vector: Longs
    """n: -1: none."""
    values: Sequence[Vector]
    """V."""
    records: Longs
    """V."""
    kptr: Longs
    """V + 1: where the keys of each vector begin."""
    keys: Longs
    """The keys, ascending for each vector."""
    low: Longs
    high: Longs
    weight: Longs
    weigh: Callable[[Ints, Ints], Longs]
    """The weights of any pairs of vectors, `MISSING` where nothing can be said."""

    def scores(self, rules: Rules, counts: NDArray[np.bool_] | None = None) -> Scores:
        """The pairs as the function takes them; `counts` are those that join anything."""
        assert rules.matcher is not None
        some = self.weight >= rules.matcher.edge_threshold if counts is None else counts
        return Scores(
            self.vector.astype(np.int32),
            self.low[some].astype(np.int32),
            self.high[some].astype(np.int32),
            self.weight[some],
            rules.matcher.edge_threshold,
            rules.matcher.cut,
            self.weigh,
        )

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


def everything(
    rules: Rules, columns: Columns, vectors: Sequence[Vector | None] | None = None
) -> Everything:
    """All of some live records. O(records + pairs proposed).

    Args:
        rules: policy and model.
        columns: the records.
        vectors: of each record, as the model says one by one; None: the model is asked in columns.
    """
    weights = rules.weights
    assert weights is not None
    if vectors is None:
        return _in_columns(columns, weights)
    values = sorted({one for one in vectors if one is not None})
    number = {one: at for at, one in enumerate(values)}
    vector = np.array([-1 if v is None else number[v] for v in vectors], dtype=np.int64)
    records = np.bincount(vector[vector >= 0], minlength=len(values))
    said = [weights.matcher.keys(one) for one in values]
    kptr = np.cumsum([0, *map(len, said)], dtype=np.int64)
    keys = np.array([key for mine in said for key in mine], dtype=np.int64)
    width = max(len(values), 1)
    proposed = [np.empty(0, dtype=np.int64)]
    for _, count, members in blocks(kptr, keys, records):
        if count <= weights.matcher.max_key_records:
            low, high = np.triu_indices(len(members))
            proposed.append(members[low] * width + members[high])
    low, high = np.divmod(distinct(np.concatenate(proposed)), width)
    mutual = (low != high) | (records[low] > 1)
    low, high = low[mutual], high[mutual]

    def weigh(one: Ints, other: Ints) -> Longs:
        return weights.between(values, one, other)

    weight = weigh(low, high)
    kept = weight >= weights.least
    return Everything(
        vector, values, records, kptr, keys, low[kept], high[kept], weight[kept], weigh
    )


def vectors_of(rules: Rules, records: Iterable[Record]) -> list[Vector | None] | None:
    """The vectors of records; None: there is no model, or it can be asked in columns."""
    matcher = rules.matcher
    if matcher is None or hasattr(matcher, "comparisons"):
        return None
    return [matcher.vector(one) for one in records]


def blocks(kptr: Longs, keys: Longs, records: Longs) -> Iterator[tuple[int, int, Longs]]:
    """Every key with the records that have it, and the vectors, ascending."""
    vector = np.repeat(np.arange(len(records)), np.diff(kptr))
    order = np.lexsort((vector, keys))
    vector, keys = vector[order], keys[order]
    if not len(keys):
        return
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    counts = np.add.reduceat(records[vector], starts)
    ends = [*starts[1:].tolist(), len(keys)]
    rows = zip(keys[starts].tolist(), counts.tolist(), starts.tolist(), ends, strict=True)
    for key, count, start, end in rows:
        yield key, count, vector[start:end]


def _in_columns(columns: Columns, weights: Weights) -> Everything:
    """The same by the compiled forms of the model's parts."""
    from sameas.engine.match.score import code, voting
    from sameas.engine.match.weigh import Weigher
    from sameas.matching.blocking import block, collect
    from sameas.matching.blocking.columns import Reader

    model: Any = weights.matcher
    coded = code(model.fields, columns)
    vectors = voting(model.fields, coded, model.min_fields)
    names = [field.name for field in model.fields]
    reader = Reader(names, coded, vectors.codes)
    read = [reader.rows(key, number) for number, key in enumerate(model.blocking)]
    carrier = np.concatenate([np.empty(0, dtype=np.int32), *(rows[0] for rows in read)])
    keys = np.concatenate([np.empty(0, dtype=np.int64), *(rows[1] for rows in read)])
    order = np.lexsort((keys, carrier))
    carrier, keys = carrier[order], keys[order]
    first = (np.diff(carrier, prepend=-1) != 0) | (np.diff(keys, prepend=-1) != 0)
    carrier, keys = carrier[first], keys[first]
    kptr = np.searchsorted(carrier, np.arange(len(vectors) + 1)).astype(np.int64)
    groups = block(model.blocking, names, coded, vectors, limit=model.max_key_records)
    pairs = collect(model.blocking, groups, vectors)
    weigher = Weigher.of(model, coded, vectors)
    weight = weigher.weigh(pairs.left, pairs.right)
    kept = (weight >= weights.least) & (weight != MISSING)
    texts = [[*one.values.to_pylist(), ""] for one in coded]
    codes = [column.tolist() for column in vectors.codes.T]
    values = [
        tuple(text[code] for text, code in zip(texts, row, strict=True))
        for row in zip(*codes, strict=True)
    ]
    return Everything(
        vectors.of_record.astype(np.int64),
        values,
        vectors.counts.astype(np.int64),
        kptr,
        keys,
        pairs.left[kept].astype(np.int64),
        pairs.right[kept].astype(np.int64),
        weight[kept],
        weigher.weigh,
    )


class _Fitting:
    """Bases are joined by vectors that they share with others in a pair."""

    def __init__(self, every: Everything, base: Longs, nodes: Longs) -> None:
        self.every = every
        self.nodes = nodes
        self.some = np.flatnonzero(every.vector >= 0)
        self.base = base
        width = max(len(every.values), 1)
        shared = distinct(base[self.some] * width + every.vector[self.some])
        self.holder, self.held = np.divmod(shared, width)
        """Base and vector, each pair once."""

    def run(self, threshold: int, most: int) -> tuple[Longs, NDArray[np.bool_], NDArray[np.bool_]]:
        every = self.every
        alive = np.flatnonzero(every.weight >= threshold)
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
        every, n = self.every, len(self.nodes)
        size = n + len(every.values)
        ends = np.zeros(max(len(every.values), 1), dtype=bool)
        ends[every.low[strong]] = True
        ends[every.high[strong]] = True
        mine = ends[self.held]
        left = np.concatenate([self.holder[mine], n + every.low[strong]])
        right = np.concatenate([n + self.held[mine], n + every.high[strong]])
        of = np.arange(size, dtype=np.int64)
        count = parts_of(of, left, right)
        # by vector: a base that has it
        self.first = np.zeros(max(len(every.values), 1), dtype=np.int64)
        self.first[self.held] = self.holder
        return of[:n], count

    def large(self, part: Longs, count: int, strong: Longs, most: int) -> NDArray[np.bool_]:
        """By base: its part is joined by matches, and is too much."""
        every = self.every
        nodes = np.bincount(part, weights=self.nodes, minlength=count)
        width = max(len(every.values), 1)
        parts = distinct(part[self.holder] * width + self.held) // width
        vectors = np.bincount(parts, minlength=count)
        matched = np.zeros(count, dtype=bool)
        if len(strong):
            matched[part[self.first[every.low[strong]]]] = True
        too_large: NDArray[np.bool_] = matched & ((vectors > ladder.MAX_VECTORS) | (nodes > most))
        return too_large[part]


@njit(cache=True, nogil=True)
def parts_of(of: Longs, left: Longs, right: Longs) -> int:
    """How many parts there are; `of`, each one's own number, becomes that of its part."""
    for at in range(len(left)):
        a, b = left[at], right[at]
        while of[a] != a:
            of[a] = of[of[a]]
            a = of[a]
        while of[b] != b:
            of[b] = of[of[b]]
            b = of[b]
        # the lower one is above, so that one pass down numbers them all
        if a < b:
            of[b] = a
        else:
            of[a] = b
    count = 0
    for one in range(len(of)):
        above = of[one]
        if above == one:
            of[one] = count
            count += 1
        else:
            of[one] = of[above]
    return count
