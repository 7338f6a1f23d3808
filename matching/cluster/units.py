"""Weights and their bounds, in one place for learning, the function and its fast forms."""

from __future__ import annotations

__all__ = ["BIT", "LADDER", "MAX_VECTORS", "MISSING"]

BIT = 1 << 20
"""One bit of evidence in the units of a weight."""

MISSING = -(1 << 63)
"""In an array of weights: nothing can be said of the pair."""

MAX_VECTORS = 300
"""Distinct vectors in one component joined by matches; all their pairs are weighed."""

LADDER: tuple[int | None, ...] = (0, 2 * BIT, 4 * BIT, 8 * BIT, 16 * BIT, 32 * BIT, None)
"""What a component that is too large adds to the edge threshold, step by step; None: no matches."""
