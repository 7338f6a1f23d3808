"""Fuzzy evidence as the function sees it: weighted pairs, and a weight for any pair asked.

Everything is said of *vectors*, what matching can read on a record; records may share one. Weights
are integers, 2**-20 bit each, so that means compare exactly on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from sameas.errors import Fault, InputError
from sameas.graph.model import Match, RecordKey
from sameas.matching.cluster.units import BIT, LADDER, MAX_VECTORS, MISSING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    import numpy as np
    from numpy.typing import NDArray

    from sameas.graph.model import Record

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = [
    "BIT",
    "LADDER",
    "MAX_VECTORS",
    "MAX_WEIGHT",
    "MISSING",
    "Evidence",
    "GivenMatches",
    "Matcher",
    "Scores",
    "Vector",
]

Vector = tuple[str, ...]
"""A record's canonical field values in the order of the model's fields; empty: it has none."""

MAX_WEIGHT = 1 << 43
"""No weight is further from 0. The pairs of `MAX_VECTORS` vectors, fewer than 2**17, then add up to
less than 2**60 either way: sums never leave 64 bits."""


class Evidence(Protocol):
    """What clustering asks of a matcher. A record's *vector* stands for its comparable traits."""

    @property
    def edge_threshold(self) -> int:
        """Least weight of a pair that joins components."""

    @property
    def cut(self) -> int:
        """Clusters join while their mean weight is above this."""

    def vector(self, key: RecordKey, /) -> Hashable | None:
        """The record's trait vector; None if it has too few comparable fields to vote."""

    def weight(self, left: Hashable, right: Hashable, /) -> int | None:
        """The weight between two vectors, equal either way round; None if nothing can be said."""

    def pairs(self) -> Iterable[tuple[Hashable, Hashable, int]]:
        """The candidate pairs of vectors, each once, and their weights.

        A vector with itself: the records that share it are candidates for each other.
        """


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Evidence on n records in arrays. Vectors are numbered from 0, in any order.

    What the function answers depends on neither the numbers nor the order of the pairs.
    """

    vector: Ints
    """n: the vector of each record; -1: it has too few comparable fields to vote."""
    left: Ints
    right: Ints
    """The candidate pairs of at least the edge threshold, each once; `left` <= `right`. A vector
    with itself: the records that share it match each other."""
    weight: Longs
    """Of each pair; `MAX_WEIGHT` from 0 at most."""
    edge_threshold: int
    """Least weight of a pair that joins components."""
    cut: int
    """Clusters join while their mean weight is above this."""
    weigh: Callable[[Ints, Ints], Longs]
    """The weights of any pairs of vectors, `MISSING` where nothing can be said."""

    def let_go(self) -> Scores:
        """The same without what weighs further pairs, which holds all values of all fields."""
        return replace(self, weigh=_gone)


def _gone(left: Ints, right: Ints) -> Longs:
    raise RuntimeError(f"{len(left)} of {len(right)} pairs asked for after the vectors were let go")


class Matcher(Protocol):
    """A trained model, asked about single records. Everything it says is a function of vectors.

    So records with one vector have the same blocking keys and the same weight to all others, and
    only distinct vectors need to be looked at.
    """

    @property
    def edge_threshold(self) -> int:
        """Least weight of a pair that joins components."""

    @property
    def review_threshold(self) -> int:
        """Least weight of a pair that a person should look at; at most `cut`."""

    @property
    def cut(self) -> int:
        """Clusters join while their mean weight is above this."""

    @property
    def max_key_records(self) -> int:
        """A blocking key on more live records than this yields no candidates."""

    def vector(self, record: Record, /) -> Vector | None:
        """The record's comparable values; None if there are too few for it to vote."""

    def keys(self, vector: Vector, /) -> tuple[int, ...]:
        """The vector's blocking keys: distinct, ascending, each in 0..2**63-1."""

    def weight(self, left: Vector, right: Vector, /) -> int | None:
        """The weight of two vectors, equal either way round; None if too few fields compare."""


class GivenMatches:
    """Pairs that somebody else scored; a pair that was not given says nothing.

    >>> a, b = RecordKey("crm", "1"), RecordKey("web", "2")
    >>> GivenMatches([Match(a, b, 3 * BIT)]).weight(b, a) == 3 * BIT
    True
    """

    def __init__(self, matches: Iterable[Match], *, edge_threshold: int = 0, cut: int = 0) -> None:
        """Take the pairs; of a pair given twice the greater weight counts.

        Raises:
            InputError: a pair joins a record with itself, or its weight is beyond `MAX_WEIGHT`.
        """
        self.edge_threshold = edge_threshold
        self.cut = cut
        self._weights: dict[tuple[RecordKey, RecordKey], int] = {}
        self._known: set[RecordKey] = set()
        faults = []
        for match in matches:
            left, right = sorted((match.left, match.right))
            if left == right:
                faults.append(Fault(left.ref, "is matched with itself", "name two records"))
                continue
            if abs(match.weight) > MAX_WEIGHT:
                where = f"{left.ref} and {right.ref}"
                most = MAX_WEIGHT // BIT
                faults.append(Fault(where, "weigh too much", f"at most {most:,} bits either way"))
                continue
            known = self._weights.get((left, right))
            self._weights[left, right] = match.weight if known is None else max(known, match.weight)
            self._known.update((left, right))
        if faults:
            raise InputError(faults)

    def vector(self, key: RecordKey, /) -> RecordKey | None:
        """Each record that was matched stands for itself."""
        return key if key in self._known else None

    def weight(self, left: Hashable, right: Hashable, /) -> int | None:
        """The given weight."""
        assert isinstance(left, RecordKey)
        assert isinstance(right, RecordKey)
        return self._weights.get((left, right) if left < right else (right, left))

    def pairs(self) -> Iterable[tuple[RecordKey, RecordKey, int]]:
        """The pairs as given, each once, in the order of their keys."""
        for (left, right), weight in sorted(self._weights.items()):
            yield left, right, weight
