"""A model's weights of many pairs of vectors: compiled, and equal to `Model.weight` by test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sameas.matching.model import tables_of
from sameas.matching.model.sight import Sight

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.matching.fields import Coded
    from sameas.matching.model import Model
    from sameas.matching.model.tables import Tables
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
        sight = Sight.of(model.fields, coded, vectors.codes, vectors.counts.astype(np.int64))
        return cls(sight, tables_of(model, coded))

    def weigh(self, left: Ints, right: Ints) -> Longs:
        """The weight of each pair of vectors; `MISSING` where too few fields compare."""
        return self.tables.weigh(self.sight.patterns(left, right), self.sight.codes, left)
