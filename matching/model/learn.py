"""From counted patterns to weights: first estimates, then what a model's own clusters teach it.

The second step is what makes a cut of 0 bits right: first weights tell matches from random pairs,
but inside a piece the pairs that must be told apart are relatives and namesakes. So vectors are
clustered, pairs inside a cluster count as matches and pairs across clusters of one piece as others,
and the weights are estimated again, time after time. The first estimate is shrunk towards
by L = K / (K + D), with D the pairs across clusters: thin data change little.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

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

__all__ = ["K", "Refined", "Seen", "bits_of", "look", "refine"]

K = 1000
"""Pairs across clusters at which the first estimate and the new one count the same."""

ROUNDS = 8

PSEUDO = 20.0
"""Pairs that the first estimate counts as in each comparison, beside the pairs inside pieces."""


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


def bits_of(shape: Shape, m: Floats, u: Floats) -> Floats:
    """Weights in bits; no level weighs more than a stronger one.

    Neighbours in the wrong order are taken as one level (pool adjacent violators, by the shares of
    both): a rare level's luck moves no common one.
    """
    out = np.zeros((len(shape), CONTEXTS, LEVELS))
    for place, n in enumerate(shape.levels):
        for context in range(CONTEXTS):
            out[place, context, 1 : n + 1] = _pooled(
                m[place, context, 1 : n + 1], u[place, context, 1 : n + 1]
            )
    return out


def _pooled(m: Floats, u: Floats) -> Floats:
    blocks: list[tuple[float, float, int]] = []
    for ours, theirs in zip(m.tolist(), u.tolist(), strict=True):
        blocks.append((ours, theirs, 1))
        while len(blocks) > 1 and blocks[-2][0] * blocks[-1][1] < blocks[-1][0] * blocks[-2][1]:
            a, b = blocks.pop(), blocks.pop()
            blocks.append((a[0] + b[0], a[1] + b[1], a[2] + b[2]))
    bits = [np.log2(ours) - np.log2(theirs) for ours, theirs, _ in blocks]
    return np.repeat(bits, [size for _, _, size in blocks])


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
    start = bits_of(shape, first.m, first.u)
    first_prior = tables.prior / BIT
    out = Refined(tables, start, first_prior, 0, 0, 0)
    for number in range(rounds):
        seen = look(
            out.tables,
            codes,
            candidates=candidates,
            patterns_of=patterns_of,
            edge_threshold=edge_threshold,
            limit=limit,
        )
        same = Counted.of(seen.patterns[seen.matched])
        apart = Counted.of(seen.patterns[~seen.matched])
        n_same, n_apart = int(same.counts.sum()), int(apart.counts.sum())
        if not n_same or not n_apart:
            break
        m = shares(shape, tally(shape, same, same.counts * 1.0), prior=first.m, pseudo=PSEUDO)
        u = shares(shape, tally(shape, apart, apart.counts * 1.0), prior=first.u, pseudo=PSEUDO)
        held = k / (k + n_apart)
        bits = held * start + (1 - held) * bits_of(shape, m, u)
        prior = held * first_prior + (1 - held) * float(np.log2(n_same / n_apart))
        new = out.tables._replace(weights=whole(bits), prior=round(prior * BIT))
        done = new.prior == out.tables.prior and bool((new.weights == out.tables.weights).all())
        out = Refined(new, bits, prior, n_apart, n_same, number + 1)
        if done:
            break
    return out


class Seen(NamedTuple):
    """The pairs inside pieces of which something can be said, and what clustering says of them."""

    patterns: Patterns
    weights: Longs
    matched: NDArray[np.bool_]


def look(
    tables: Tables,
    codes: Ints,
    *,
    candidates: tuple[Ints, Ints, Patterns],
    patterns_of: Callable[[Ints, Ints], Patterns],
    edge_threshold: int,
    limit: int,
) -> Seen:
    """Weigh the candidates, take pieces, weigh all their pairs (at most `limit`), cluster."""
    left, right, seen = candidates
    weights = tables.weigh(seen, codes, left)
    found = pieces(len(codes), left, right, weights, threshold=edge_threshold).some(limit)
    ones, others = found.inside()
    patterns = patterns_of(ones, others)
    inside = tables.weigh(patterns, codes, ones)
    cluster = clusters(found.members, found.starts, inside, 0)
    matched = together(found.starts, cluster)
    voting = inside != MISSING
    return Seen(patterns[voting], inside[voting], matched[voting])
