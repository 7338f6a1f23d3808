"""What labelled pairs teach: logistic regression with the model's own weights as first guess.

Labels come from a review queue or from a file, so they are no fair sample of anything: counting
levels among them would be biased. How the odds of `same` hang on the levels is not biased by which
pairs were asked about, as long as the weight decided it. Few labels change little: each weight is
held to its first guess by a normal prior of two bits, the prior by one of eight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sameas.matching.cluster.units import BIT
from sameas.matching.model.shape import CONTEXTS, LEVELS, Counted, contexts
from sameas.matching.model.tables import whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sameas.matching.model.shape import Shape
    from sameas.matching.model.tables import Tables

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Labels", "calibrated", "taught"]

HELD = 2.0
"""Bits that a weight may well be off."""

PRIOR_HELD = 8.0
"""Bits that the prior may well be off."""

ROUNDS = 50
NAT = float(np.log(2.0))


class Labels(NamedTuple):
    """Pairs of vectors of which somebody said whether they are one person."""

    left: Ints
    right: Ints
    same: NDArray[np.bool_]


def _descend(design: Floats, offset: Floats, same: Floats, times: Floats, held: Floats) -> Floats:
    """Newton's method for the most likely change (in bits) of each column's weight."""
    change = np.zeros(design.shape[1])
    precision = 1.0 / held**2
    for _ in range(ROUNDS):
        bits = np.clip(offset + design @ change, -200, 200)
        p = 1.0 / (1.0 + np.exp2(-bits))
        slope = design.T @ (times * (same - p)) * NAT - precision * change
        curve = (design * (times * p * (1 - p))[:, None]).T @ design * NAT**2 + np.diag(precision)
        step = np.linalg.solve(curve, slope)
        longest = np.abs(step).max()
        change += step if longest <= HELD else step * (HELD / longest)
        if longest < 1e-9:
            break
    return change


def taught(
    shape: Shape,
    tables: Tables,
    patterns: NDArray[np.uint64],
    weights: Longs,
    same: NDArray[np.bool_],
) -> Tables:
    """The tables after labelled pairs with these patterns and present weights."""
    order = np.lexsort((same, weights, patterns))
    patterns, weights, same = patterns[order], weights[order], same[order]
    levels = Counted(patterns, np.ones(len(patterns), dtype=np.int64)).levels(shape)
    given = contexts(levels, shape)
    cells = (
        given.astype(np.int64) * LEVELS
        + levels
        + np.arange(len(shape))[:, None] * CONTEXTS * LEVELS
    )
    used = np.unique(cells[levels > 0])
    design = np.zeros((len(patterns), len(used) + 1))
    for place in range(len(shape)):
        there = levels[place] > 0
        column = np.searchsorted(used, cells[place][there])
        design[np.flatnonzero(there), column] = 1.0
    design[:, -1] = 1.0
    held = np.full(design.shape[1], HELD)
    held[-1] = PRIOR_HELD
    change = _descend(design, weights / BIT, same.astype(np.float64), np.ones(len(same)), held)
    bits = tables.weights.copy()
    bits.reshape(len(bits), -1)[:, used] += whole(change[:-1])
    return tables._replace(weights=bits, priors=tables.priors + whole(change[-1:]))


def calibrated(weights: Longs, same: NDArray[np.bool_]) -> tuple[int, int]:
    """Slope and intercept that make weights log odds of `same`, in units of a weight.

    Fitted to pairs counted by whole quarters of a bit; held to (1, 0), so few pairs change little.
    """
    if not len(weights):
        return BIT, 0
    quarter = np.clip(weights // (BIT // 4), -240, 240)
    cells, inverse = np.unique(quarter * 2 + same, return_inverse=True)
    times = np.bincount(inverse).astype(np.float64)
    bits = (cells // 2 + 0.5) / 4
    design = np.stack([bits, np.ones(len(bits))], axis=1)
    change = _descend(design, bits, (cells % 2).astype(np.float64), times, np.array([0.5, 1.0]))
    slope = max(1.0 + float(change[0]), 0.05)
    return round(slope * BIT), round(float(change[1]) * BIT)
