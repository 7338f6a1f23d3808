"""From a mixture to weights, and what a model's own clusters teach it.

Inside a piece the pairs that must be told apart are relatives and namesakes. So vectors are
clustered, pairs across clusters of one piece count as others and those inside a cluster as
matches, and the chances of the others and all rates are estimated again, time after time: that
makes a cut of 0 bits right. What the first estimate says of matches stays. Weights are held to the
first ones by L = K / (K + D), with D the pairs across clusters: thin data change little.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sameas.matching.cluster.units import MISSING
from sameas.matching.model.mixture import explained
from sameas.matching.model.pieces import clusters, pieces, together
from sameas.matching.model.shape import CONTEXTS, LEVELS, Counted
from sameas.matching.model.tables import whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sameas.matching.model.mixture import Mixture
    from sameas.matching.model.shape import Shape
    from sameas.matching.model.tables import Tables

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]
    Patterns = NDArray[np.uint64]

__all__ = ["K", "Refined", "Seen", "bits_of", "laid", "look", "refine"]

K = 1000
"""Pairs across clusters at which the first estimate and the new one count the same."""

ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Refined:
    """What came of it."""

    tables: Tables
    across: int = 0
    """Pairs across clusters in the last round."""
    inside: int = 0
    """Pairs inside clusters."""
    rounds: int = 0


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


def laid(shape: Shape, found: Mixture) -> tuple[Floats, Floats]:
    """The weights of a mixture in bits, by explanation, and its priors."""
    return np.stack([bits_of(shape, found.m, u) for u in found.u]), found.priors


def refine(
    shape: Shape,
    first: Mixture,
    tables: Tables,
    codes: Ints,
    *,
    candidates: tuple[Ints, Ints, Patterns],
    patterns_of: Callable[[Ints, Ints], Patterns],
    edge_threshold: int,
    limit: int,
) -> Refined:
    """Learn inside pieces; `tables` has the weights of `first`, the terms and the limits.

    Each round costs a weighing of the candidates and of at most `limit` pairs inside pieces. Where
    others are alike by chance alone, pairs at random have said how, and nothing is learned.
    """
    if first.by_chance:
        return Refined(tables)
    start, first_priors = laid(shape, first)
    out = Refined(tables)
    for number in range(ROUNDS):
        seen = look(
            out.tables,
            codes,
            candidates=candidates,
            patterns_of=patterns_of,
            edge_threshold=edge_threshold,
            limit=limit,
        )
        same = int(seen.matched.sum())
        apart = Counted.of(seen.patterns[~seen.matched])
        across = int(apart.counts.sum())
        if not same or not across:
            break
        bits, priors = laid(shape, explained(shape, first, same, apart))
        held = K / (K + across)
        new = out.tables._replace(
            weights=whole(held * start + (1 - held) * bits),
            priors=whole(held * first_priors + (1 - held) * priors),
        )
        done = bool((new.priors == out.tables.priors).all()) and bool(
            (new.weights == out.tables.weights).all()
        )
        out = Refined(new, across, same, number + 1)
        if done:
            break
    return out


class Seen(NamedTuple):
    """The pairs inside pieces of which something can be said, and what clustering says of them."""

    patterns: Patterns
    weights: Longs
    matched: NDArray[np.bool_]
    label: Ints
    """The cluster of each vector, -1 in pieces that were not looked at."""


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
    every = pieces(len(codes), left, right, weights, threshold=edge_threshold)
    found = every.some(limit)
    ones, others = found.inside()
    patterns = patterns_of(ones, others)
    inside = tables.weigh(patterns, codes, ones)
    cluster = clusters(found.members, found.starts, inside, 0)
    matched = together(found.starts, cluster)
    label = np.arange(len(codes), dtype=np.int32)
    label[every.members] = -1
    label[found.members] = found.members[cluster]
    voting = inside != MISSING
    return Seen(patterns[voting], inside[voting], matched[voting], label)
