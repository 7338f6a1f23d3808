"""3.4 and 3.5: the pairs that a trained model proposes among live records, slow and plain.

What is said of vectors is said of all records that share them. A key that more than
`max_key_records` records carry yields nothing: that is a property of the set of records, as
sharedness is, so candidates do not depend on who arrived first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations, combinations_with_replacement, product
from typing import TYPE_CHECKING

from sameas.graph.model import Match, RecordKey

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from sameas.engine.evidence import Evidence, Matcher, Vector
    from sameas.graph.model import Record

__all__ = ["ModelEvidence", "least_of_each", "record_pairs"]


class ModelEvidence:
    """The evidence that a model finds in a set of live records."""

    def __init__(self, records: Iterable[Record], matcher: Matcher) -> None:
        self._matcher = matcher
        found = ((record.key, matcher.vector(record)) for record in records)
        self._vectors = {key: vector for key, vector in found if vector is not None}

    @property
    def edge_threshold(self) -> int:
        """Least weight of a pair that joins components."""
        return self._matcher.edge_threshold

    @property
    def cut(self) -> int:
        """Clusters join while their mean weight is above this."""
        return self._matcher.cut

    def vector(self, key: RecordKey, /) -> Vector | None:
        """The record's vector, if it may vote."""
        return self._vectors.get(key)

    def weight(self, left: Hashable, right: Hashable, /) -> int | None:
        """What the model says of two vectors."""
        assert isinstance(left, tuple)
        assert isinstance(right, tuple)
        return self._matcher.weight(left, right)

    def pairs(self) -> Iterable[tuple[Vector, Vector, int]]:
        """Every pair with an effective key in common and a weight, in the order of the vectors."""
        carriers: defaultdict[int, list[Vector]] = defaultdict(list)
        for vector in self._vectors.values():
            for block in self._matcher.keys(vector):
                carriers[block].append(vector)
        counts = Counter(self._vectors.values())
        pairs = {
            pair
            for vectors in carriers.values()
            if len(vectors) <= self._matcher.max_key_records
            for pair in combinations_with_replacement(sorted(set(vectors)), 2)
            if pair[0] != pair[1] or counts[pair[0]] > 1
        }
        for left, right in sorted(pairs):
            weight = self._matcher.weight(left, right)
            if weight is not None:
                yield left, right, weight


def record_pairs(evidence: Evidence, keys: Iterable[RecordKey]) -> Iterable[Match]:
    """The candidate pairs spelled out for all records that share the vectors."""
    sharing: defaultdict[Hashable, list[RecordKey]] = defaultdict(list)
    for key in sorted(keys):
        sharing[evidence.vector(key)].append(key)
    for left, right, weight in evidence.pairs():
        mine, others = sharing.get(left, []), sharing.get(right, [])
        for one, other in combinations(mine, 2) if left == right else product(mine, others):
            yield Match(min(one, other), max(one, other), weight)


def least_of_each(
    evidence: Evidence, matches: Iterable[Match], place: Callable[[RecordKey], Hashable]
) -> list[Match]:
    """Of the matches between one pair of vectors and one pair of places, the one of least keys."""
    least: dict[object, Match] = {}
    for match in matches:
        ends = (match.left, match.right)
        same = (frozenset(map(evidence.vector, ends)), frozenset(map(place, ends)))
        known = least.setdefault(same, match)
        if (match.left, match.right) < (known.left, known.right):
            least[same] = match
    return list(least.values())
