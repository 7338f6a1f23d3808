"""Evidence in arrays, made from pairs that somebody scored or from evidence asked one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sameas.engine.batch.settled import locate
from sameas.engine.evidence import MISSING, GivenMatches, Scores

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.evidence import Evidence
    from sameas.graph.model import Match

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["given_scores", "scores_of"]


def given_scores(
    columns: Columns, matches: Sequence[Match], *, edge_threshold: int = 0, cut: int = 0
) -> Scores:
    """Pairs that somebody else scored; a pair that was not given says nothing.

    Every record in one stands for itself. Pairs that name a record that is not there are left out.

    Raises:
        InputError: a pair joins a record with itself, or weighs too much.
    """
    given = GivenMatches(matches, edge_threshold=edge_threshold, cut=cut)
    pairs = list(given.pairs())
    members = locate(columns, {key for left, right, _ in pairs for key in (left, right)})
    here = [
        (members[left], members[right], weight)
        for left, right, weight in pairs
        if left in members and right in members
    ]
    ends = np.array([row[:2] for row in here], dtype=np.int64).reshape(-1, 2)
    ends.sort(axis=1)
    weights = np.array([weight for *_, weight in here], dtype=np.int64)
    records, numbers = np.unique(ends, return_inverse=True)
    vector = np.full(len(columns), -1, dtype=np.int32)
    vector[records] = np.arange(len(records), dtype=np.int32)
    left, right = numbers.reshape(-1, 2).astype(np.int64).T
    keys = (left << 32) | right
    order = np.argsort(keys)
    keys, weights = keys[order], weights[order]

    def weigh(one: Ints, other: Ints) -> Longs:
        asked = (np.minimum(one, other).astype(np.int64) << 32) | np.maximum(one, other)
        at = np.minimum(np.searchsorted(keys, asked), max(len(keys) - 1, 0))
        if not len(keys):
            return np.full(len(asked), MISSING, dtype=np.int64)
        return np.where(keys[at] == asked, weights[at], MISSING)

    edge = weights >= edge_threshold
    low, high = (keys >> 32).astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32)
    return Scores(vector, low[edge], high[edge], weights[edge], edge_threshold, cut, weigh)


def scores_of(columns: Columns, evidence: Evidence) -> Scores:
    """The same evidence in arrays, asked vector by vector; for few records.

    Costs a Python call a record, a candidate pair and a pair that is weighed.
    """
    numbers: dict[Hashable, int] = {}
    vector = np.full(len(columns), -1, dtype=np.int32)
    for record in range(len(columns)):
        one = evidence.vector(columns.key(record))
        if one is not None:
            vector[record] = numbers.setdefault(one, len(numbers))
    vectors = list(numbers)
    rows = [
        (*sorted((numbers[left], numbers[right])), weight)
        for left, right, weight in evidence.pairs()
        if weight >= evidence.edge_threshold and left in numbers and right in numbers
    ]
    left, right, weight = np.array(sorted(rows), dtype=np.int64).reshape(-1, 3).T

    def weigh(one: Ints, other: Ints) -> Longs:
        found = (
            evidence.weight(vectors[a], vectors[b])
            for a, b in zip(one.tolist(), other.tolist(), strict=True)
        )
        plain = (MISSING if weight is None else weight for weight in found)
        return np.fromiter(plain, dtype=np.int64, count=len(one))

    return Scores(
        vector,
        left.astype(np.int32),
        right.astype(np.int32),
        weight.copy(),
        evidence.edge_threshold,
        evidence.cut,
        weigh,
    )
