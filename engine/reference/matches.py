"""3.4 and 3.5: the pairs that a trained model proposes among live records, slow and plain.

A key that more than `max_key_records` records carry yields nothing: that is a property of the set
of records, as sharedness is, so candidates do not depend on who arrived first.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from sameas.graph.model import Match, RecordKey

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from sameas.engine.evidence import Matcher, Vector
    from sameas.graph.model import Record

__all__ = ["ModelEvidence"]


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

    def pairs(self) -> Iterable[Match]:
        """Every pair with an effective key in common and a weight, in the order of their keys."""
        carriers: defaultdict[int, list[RecordKey]] = defaultdict(list)
        for key, vector in self._vectors.items():
            for block in self._matcher.keys(vector):
                carriers[block].append(key)
        pairs = {
            pair
            for keys in carriers.values()
            if len(keys) <= self._matcher.max_key_records
            for pair in combinations(sorted(keys), 2)
        }
        for left, right in sorted(pairs):
            weight = self._matcher.weight(self._vectors[left], self._vectors[right])
            if weight is not None:
                yield Match(left, right, weight)
