"""The review queue of a whole graph at once; equal to `review` by `verify`."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from sameas.engine.batch.settled import locate
from sameas.engine.judgements import verdicts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.engine.online.whole.derive import Derived
    from sameas.graph.model import Identifier, Judgement, Ref

__all__ = ["to_review"]


def to_review(
    derived: Derived, threshold: int, judgements: Sequence[Judgement]
) -> NDArray[np.bool_]:
    """P: the pairs of vectors whose records lie apart, and that no judgement keeps apart."""
    every = derived.matches
    assert every is not None
    some = np.flatnonzero(every.vector >= 0)
    vector, cluster = every.vector[some], derived.cluster[some].astype(np.int64)
    least = np.full(len(every.values), np.iinfo(np.int64).max)
    most = np.full(len(every.values), -1, dtype=np.int64)
    np.minimum.at(least, vector, cluster)
    np.maximum.at(most, vector, cluster)
    low, high = every.low, every.high
    apart: NDArray[np.bool_] = np.minimum(least[low], least[high]) < np.maximum(
        most[low], most[high]
    )
    apart &= every.weight >= threshold
    if judgements:
        words = _Words(derived, judgements)
        of: dict[int, set[int]] = defaultdict(set)
        for one, at in zip(vector.tolist(), cluster.tolist(), strict=True):
            of[one].add(at)
        for at in np.flatnonzero(apart).tolist():
            apart[at] = words.leave_open(of[int(low[at])], of[int(high[at])])
    return apart


class _Words:
    """What judgements say of clusters. Only those that they name are looked into."""

    def __init__(self, derived: Derived, judgements: Sequence[Judgement]) -> None:
        columns, found = derived.columns, derived.found
        self.derived = derived
        refs = {ref for one in judgements for ref in one.left | one.right}
        members = locate(columns, refs)
        alias: dict[Identifier, Identifier] = {}
        records: set[int] = set()
        for ref, member in members.items():
            if member >= 0:
                records.add(member)
                continue
            one = ~member
            if found.alias is not None and found.alias[one] != one:
                one = int(found.alias[one])
                alias[ref] = columns.identifier(one)  # type: ignore[index]  # no record is negative
            links = found.links
            records.update(links.irec[links.iptr[one] : links.iptr[one + 1]].tolist())
        self.named = {int(derived.cluster[record]) for record in records}
        self.verdicts = verdicts(judgements, alias)
        self.members: dict[int, set[Ref]] = {}

    def leave_open(self, left: set[int], right: set[int]) -> bool:
        return any(
            one not in self.named
            or other not in self.named
            or self.verdicts.apart(self.of(one), self.of(other)) is None
            for one in left
            for other in right
            if one != other
        )

    def of(self, cluster: int) -> set[Ref]:
        if cluster not in self.members:
            derived = self.derived
            found: set[Ref] = set()
            for record in np.flatnonzero(derived.cluster == cluster).tolist():
                found.add(derived.columns.key(record))
                for at in range(derived.ptr[record], derived.ptr[record + 1]):
                    if derived.granted[at]:
                        found.add(derived.columns.identifier(int(derived.ids[at])))
            self.members[cluster] = found
        return self.members[cluster]
