"""A model laid out for the vectors at hand: weighing many pairs, equal to `Model.weight`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sameas.matching.model.shape import CONTEXTS, LEVELS, Shape
from sameas.matching.model.tables import Tables, parts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.matching.fields import Coded
    from sameas.matching.model.form import Comparison, Model

__all__ = ["tables_of"]


def tables_of(model: Model, coded: Sequence[Coded]) -> Tables:
    """The model's numbers as arrays, for columns of values; they are looked up once a value."""
    shape = Shape(
        tuple(len(one.levels) for one in model.comparisons),
        tuple(one.given for one in model.comparisons),
    )
    kinds = len(model.priors)
    weights = np.zeros((kinds, len(shape), CONTEXTS, LEVELS), dtype=np.int64)
    rarity = np.zeros((kinds, len(shape), CONTEXTS), dtype=np.int64)
    for place, one in enumerate(model.comparisons):
        for kind in range(kinds):
            for context in range(len(one.weights[kind])):
                row = one.weights[kind][context]
                weights[kind, place, context, 1 : len(row) + 1] = row
                rarity[kind, place, context] = one.rarity[kind][context]
    return Tables.of(
        shape,
        weights,
        [_terms(one, column) for one, column in zip(model.comparisons, coded, strict=True)],
        priors=np.array(model.priors, dtype=np.int64),
        rarity=rarity,
        parts=parts_of([field.kind for field in model.fields]),
        min_fields=model.min_fields,
    )


def _terms(comparison: Comparison, column: Coded) -> NDArray[np.int64]:
    found = np.full(len(column.values), comparison.floor, dtype=np.int64)
    if comparison.terms:
        for place, value in enumerate(column.values.to_pylist()):
            term = comparison.terms.get(value)
            if term is not None:
                found[place] = term
    return found
