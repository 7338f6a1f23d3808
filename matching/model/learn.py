"""From counted patterns to weights: first estimates, then what a model's own clusters teach it.

The second step is what makes a cut of 0 bits right: first weights tell matches from random pairs,
but inside a piece the pairs that must be told apart are relatives and namesakes. So vectors are
clustered, pairs inside a cluster count as matches and pairs across clusters of one piece as others,
and the weights are estimated again, time after time. The first estimate is shrunk towards
by L = K / (K + D), with D the pairs across clusters: thin data change little.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sameas.matching.model.estimate import shares, tally
from sameas.matching.model.linkage import MISSING
from sameas.matching.model.pieces import clusters, pieces, together
from sameas.matching.model.shape import CONTEXTS, LEVELS, Counted
from sameas.matching.model.tables import BIT, Tables, whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sameas.matching.model.estimate import Estimate
    from sameas.matching.model.shape import Shape

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]
    Patterns = NDArray[np.uint64]

__all__ = ["K", "Refined", "bits_of", "refine"]

K = 1000
"""Pairs across clusters at which the first estimate and the new one count the same."""

ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Refined:
    """What came of it."""

    tables: Tables
    weights: Floats
    prior: float
    across: int
    """Pairs across clusters in the last round."""
    inside: int
    """Pairs inside clusters."""
    rounds: int
    counted: tuple[Counted, Counted] | None = None
    calibration: tuple[float, float] = (1.0, 0.0)


def bits_of(shape: Shape, m: Floats, u: Floats) -> Floats:
    """Weights in bits; no level weighs more than a stronger one.

    A level that is nearer and seen less often than the equal values would otherwise outweigh them
    by the luck of a few pairs.
    """
    out = np.zeros((len(shape), CONTEXTS, LEVELS))
    for place, n in enumerate(shape.levels):
        levels = slice(1, n + 1)
        bits = np.log2(m[place, :, levels]) - np.log2(u[place, :, levels])
        out[place, :, levels] = np.minimum.accumulate(bits, axis=1)
    return out


def refine(
    shape: Shape,
    first: Estimate,
    tables: Tables,
    codes: Ints,
    *,
    candidates: tuple[Ints, Ints, Patterns],
    patterns_of: Callable[[Ints, Ints], Patterns],
    edge_threshold: int,
    limit: int,
    k: float = K,
    rounds: int = ROUNDS,
) -> Refined:
    """Learn inside pieces; `tables` has the first weights, the terms and the limits.

    Each round costs a weighing of the candidates and of at most `limit` pairs inside pieces.
    """
    left, right, seen = candidates
    start = bits_of(shape, first.m, first.u)
    prior = tables.prior / BIT
    out = Refined(tables, start, prior, 0, 0, 0)
    first_prior = prior
    for number in range(rounds):
        weights = out.tables.weigh(seen, codes, left)
        found = pieces(len(codes), left, right, weights, threshold=edge_threshold).some(limit)
        ones, others = found.inside()
        patterns = patterns_of(ones, others)
        inside = out.tables.weigh(patterns, codes, ones)
        cluster = clusters(found.members, found.starts, inside, 0)
        matched = together(found.starts, cluster)
        voting = inside != MISSING
        same = Counted.of(patterns[voting & matched])
        apart = Counted.of(patterns[voting & ~matched])
        n_same, n_apart = int(same.counts.sum()), int(apart.counts.sum())
        if not n_same or not n_apart:
            return out
        m = shares(shape, tally(shape, same, same.counts * 1.0), prior=first.m, pseudo=20.0)
        u = shares(shape, tally(shape, apart, apart.counts * 1.0), prior=first.u, pseudo=20.0)
        held = k / (k + n_apart)
        bits = held * start + (1 - held) * bits_of(shape, m, u)
        prior = held * first_prior + (1 - held) * float(np.log2(n_same / n_apart))
        new = out.tables._replace(weights=whole(bits), prior=round(prior * BIT))
        done = new.prior == out.tables.prior and bool((new.weights == out.tables.weights).all())
        out = replace(
            out,
            tables=new,
            weights=bits,
            prior=prior,
            across=n_apart,
            inside=n_same,
            rounds=number + 1,
        )
        if done:
            break
    return out
