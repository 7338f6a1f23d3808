"""A trained model: everything needed to weigh any two records anywhere, by one definition.

All its numbers are whole, and what it says of two records is a function of their vectors, equal
either way round. An untrained model does not exist.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from sameas.matching import blocking, compare, fields
from sameas.matching.cluster.units import BIT
from sameas.matching.model.once import Once, context_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sameas.graph.model import Record

__all__ = ["Comparison", "Evidence", "Model", "Vector"]

Vector = tuple[str, ...]
"""Canonical values in the order of the model's fields; "" where there is none."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field: the evidence of each level, and of each common value that is shared."""

    field: fields.Field
    levels: tuple[str, ...]
    """Names, the strongest first; level numbers begin with 1."""
    given: tuple[int, ...]
    """Comparisons that this one hangs on: its levels weigh by how many of them agree."""
    weights: tuple[tuple[tuple[int, ...], ...], ...]
    """By explanation, context (all of `given` missing; none, one, more of them agree) and level.

    One context if `given` is empty.
    """
    rarity: tuple[tuple[int, ...], ...]
    """By explanation and context: in what share of 256 a shared value's rarity counts."""
    matches: tuple[tuple[int, ...], ...]
    """How many of a million matches have a level, by context: what the weights began with."""
    others: tuple[tuple[tuple[int, ...], ...], ...]
    """How many of a million pairs that are no match, by explanation and context."""
    terms: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """What sharing a common value adds to the first level; below nothing, the commoner."""
    floor: int = 0
    """What sharing any other value adds, those never seen included."""

    def weight(self, explanation: int, level: int, context: int, value: str) -> tuple[int, int]:
        """Of a level (not 0) in a context: its weight, and what the shared value adds to it."""
        context = context if self.given else 0
        bits = self.weights[explanation][context][level - 1]
        if level != 1:
            return bits, 0
        term = self.terms.get(value, self.floor)
        return bits, (term * self.rarity[explanation][context]) >> 8


class Evidence(NamedTuple):
    """One step of a waterfall: what a field adds to the weight of a pair."""

    field: str
    left: str
    right: str
    level: str
    """`missing` if a side has no value: then it adds nothing. Nor does a family name that has
    changed places with the given name: `swapped` is weighed there."""
    weight: int
    """All that it adds."""
    rarity: int
    """The part of it that the shared value's rarity makes."""


@dataclass(frozen=True)
class Model:
    """Answers about single vectors; `engine.evidence.Matcher` is what it is used as."""

    comparisons: tuple[Comparison, ...]
    blocking: tuple[blocking.Key, ...]
    priors: tuple[int, ...]
    """Of each explanation other than one person the weight of a pair when nothing is known."""
    edge_threshold: int
    review_threshold: int
    cut: int
    max_key_records: int
    min_fields: int
    """So many fields a record needs to vote, and a pair on both sides to be weighed."""
    slope: int = BIT
    """Of the calibration: log odds = slope * weight + intercept, in bits."""
    intercept: int = 0
    trained: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """What it was trained on: counts by name."""

    @cached_property
    def fields(self) -> tuple[fields.Field, ...]:
        """The fields, in the order of a vector."""
        return tuple(comparison.field for comparison in self.comparisons)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    @cached_property
    def _once(self) -> Once:
        return Once(self.comparisons, self.priors)

    @property
    def prior(self) -> int:
        """The weight of a pair of which nothing is known."""
        return min(self.priors)

    def voices(self, vector: Vector) -> int:
        """For how many fields a vector speaks; a full name counts as two names."""
        return sum(n for n, value in zip(self._once.parts, vector, strict=True) if value)

    def vector(self, record: Record, /) -> Vector | None:
        """The record's comparable values; None if there are too few for it to vote."""
        vector = tuple(fields.value_of(one, record) for one in self.fields)
        return vector if self.voices(vector) >= self.min_fields else None

    def keys(self, vector: Vector, /) -> tuple[int, ...]:
        """The vector's blocking keys: distinct, ascending, each in 0..2**63-1."""
        return blocking.keys_of(self.blocking, self._names, vector)

    def weight(self, left: Vector, right: Vector, /) -> int | None:
        """The weight of two vectors, equal either way round; None if too few fields compare."""
        return self._once.weight(left, right, self.min_fields)

    def judged(self, left: Vector, right: Vector) -> tuple[int, int]:
        """The least weight over all explanations, and the (first) explanation that it is of."""
        return self._once.judged(left, right)

    def explain(self, left: Vector, right: Vector, /) -> tuple[Evidence, ...]:
        """What each field adds to the prior of the explanation that fits best, in field order.

        The prior is `priors[judged(left, right)[1]]`; with it the steps sum to the weight.
        """
        return self._steps(left, right, self._found(left, right), self.judged(left, right)[1])

    def _found(self, left: Vector, right: Vector) -> tuple[tuple[int, int], ...]:
        """Level and context of each comparison."""
        levels = compare.compare(self.fields, left, right)
        every = self.comparisons
        return tuple(
            (n, context_of(one, every, levels)) for one, n in zip(every, levels, strict=True)
        )

    def _steps(
        self, left: Vector, right: Vector, found: tuple[tuple[int, int], ...], explanation: int
    ) -> tuple[Evidence, ...]:
        steps = []
        for one, ours, theirs, (level, context) in zip(
            self.comparisons, left, right, found, strict=True
        ):
            if not level:
                name = "swapped" if ours and theirs else "missing"
                steps.append(Evidence(one.field.name, ours, theirs, name, 0, 0))
                continue
            bits, rare = one.weight(explanation, level, context, ours)
            name = one.levels[level - 1]
            steps.append(Evidence(one.field.name, ours, theirs, name, bits + rare, rare))
        return tuple(steps)

    def probability(self, weight: int) -> float:
        """How likely a pair of that weight is one person, for people to read; decides nothing."""
        bits = (self.slope * weight / BIT + self.intercept) / BIT
        if bits < -60:
            return 0.0
        return float(1.0 / (1.0 + 2.0**-bits))
