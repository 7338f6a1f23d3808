"""Weights of vectors: many asked at once where the model can, and remembered."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sameas.engine.evidence import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from sameas.engine.evidence import Matcher, Vector

    Weigh = Callable[[NDArray[np.int32], NDArray[np.int32]], NDArray[np.int64]]
    """The weights of pairs of vectors, by their places; `MISSING` where nothing can be said."""

__all__ = ["Weights"]

_REMEMBERED = 1 << 15


class Weights:
    """What one model says of pairs of vectors."""

    def __init__(self, matcher: Matcher) -> None:
        self.matcher = matcher
        self.least = min(matcher.edge_threshold, matcher.review_threshold)
        """A pair below is kept nowhere."""
        self._one = lru_cache(maxsize=_REMEMBERED)(matcher.weight)

    def of(self, left: Vector, right: Vector) -> int | None:
        """The weight of one pair; None: nothing can be said."""
        return self._one(left, right) if left <= right else self._one(right, left)

    def many(self, pairs: Sequence[tuple[Vector, Vector]]) -> list[int | None]:
        """The weights of many pairs."""
        return [self.of(left, right) for left, right in pairs]

    def compiled(self, values: Sequence[Vector]) -> Weigh:
        """What weighs pairs of places in `values`, laid out for many pairs."""
        if not hasattr(self.matcher, "comparisons"):
            return lambda one, other: self.between(values, one, other)
        import pyarrow as pa

        from sameas.engine.match.weigh import Weigher
        from sameas.matching.fields import Coded
        from sameas.matching.vectors import Vectors

        model: Any = self.matcher
        columns = []
        for place in range(len(model.fields)):
            texts = sorted({one[place] for one in values} - {""})
            at = {text: code for code, text in enumerate(texts)}
            codes = np.array([at.get(one[place], -1) for one in values], dtype=np.int32)
            columns.append(Coded(codes, pa.array(texts, pa.string())))
        n = len(values)
        rows = np.stack([column.codes for column in columns], axis=1)
        vectors = Vectors(np.arange(n, dtype=np.int32), rows, np.ones(n, dtype=np.int32))
        return Weigher.of(model, columns, vectors).weigh

    def between(
        self, values: Sequence[Vector], left: NDArray[np.integer], right: NDArray[np.integer]
    ) -> NDArray[np.int64]:
        """The weights of pairs of places in `values`; `MISSING` where nothing can be said."""
        both = zip(left.tolist(), right.tolist(), strict=True)
        said = self.many([(values[a], values[b]) for a, b in both])
        return np.array([MISSING if one is None else one for one in said], dtype=np.int64)
