"""A model's weights of many pairs of vectors: compiled, and equal to `Model.weight` by test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sameas.matching.model.shape import CONTEXTS, LEVELS, Shape
from sameas.matching.model.sight import Sight
from sameas.matching.model.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.matching.fields import Coded
    from sameas.matching.model import Comparison, Model
    from sameas.matching.vectors import Vectors

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Weigher"]


@dataclass(frozen=True, slots=True, eq=False)
class Weigher:
    """A model laid out for the vectors at hand."""

    sight: Sight
    tables: Tables

    @classmethod
    def of(cls, model: Model, coded: Sequence[Coded], vectors: Vectors) -> Weigher:
        """Look up what the model says of each value that is there."""
        shape = Shape(
            tuple(len(one.levels) for one in model.comparisons),
            tuple(one.given for one in model.comparisons),
        )
        weights = np.zeros((len(shape), CONTEXTS, LEVELS), dtype=np.int64)
        for place, one in enumerate(model.comparisons):
            for context in range(CONTEXTS):
                row = one.weights[min(context, len(one.weights) - 1)]
                weights[place, context, 1 : len(row) + 1] = row
        terms = [_terms(one, column) for one, column in zip(model.comparisons, coded, strict=True)]
        tables = Tables.of(
            shape,
            weights,
            terms,
            prior=model.prior,
            reach=[one.reach for one in model.comparisons],
            min_fields=model.min_fields,
        )
        sight = Sight.of(model.fields, coded, vectors.codes, vectors.counts.astype(np.int64))
        return cls(sight, tables)

    def weigh(self, left: Ints, right: Ints) -> Longs:
        """The weight of each pair of vectors; `MISSING` where too few fields compare."""
        return self.tables.weigh(self.sight.patterns(left, right), self.sight.codes, left)


def _terms(comparison: Comparison, column: Coded) -> Longs:
    found = np.full(len(column.values), comparison.floor, dtype=np.int64)
    if comparison.terms:
        for place, value in enumerate(column.values.to_pylist()):
            term = comparison.terms.get(value)
            if term is not None:
                found[place] = term
    return found
