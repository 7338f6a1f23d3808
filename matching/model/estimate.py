"""How likely each level is among matches and among others, from counted patterns, without labels.

Fellegi and Sunter's model with EM (Winkler 1988), in which a comparison may hang on others. The
patterns come in samples: pairs at random, and the pairs of each blocking key. In a key's sample the
key's own fields say nothing (all its pairs agree on them), so they are left out of it. Estimates
are pure functions of the counts; every level has a pseudo-count, so thin data fall back to
what is declared instead of to certainty.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sameas.matching.model.shape import CONTEXTS, LEVELS, Counted, Shape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "Estimate",
    "Sample",
    "declared",
    "expected_matches",
    "fit",
    "logs",
    "posterior",
    "rate_of",
    "shares",
    "summed",
    "tally",
]

ROUNDS = 60
SETTLED = 1e-4
"""EM ends when no probability moves by more."""

PSEUDO_MATCHES = 20.0
"""Pairs that the declared shares of matches count as, a comparison."""

PSEUDO_OTHERS = 1.0
"""Pairs that the declared shares of others count as, a comparison."""

PSEUDO_GIVEN = 10.0
"""Pairs that what is known without a context counts as in each context."""


NOTHING: Mapping[int, Floats] = MappingProxyType({})


SELDOM = 0.2
"""Of a sample's pairs so many must have both values of a comparison that is to tell much."""

TELLING = 0.125
"""And so many others at most agree in it by chance: all but a gender, a state and the like."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Counted pairs, and the comparisons that say nothing among them."""

    name: str
    counted: Counted
    without: frozenset[int] = frozenset()
    at_random: bool = False
    """Drawn from all pairs, so it says how often others agree by chance."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Probabilities by (comparison, context, level); level 0 is not used and has 1 throughout."""

    m: Floats
    """Of a level among matches."""
    u: Floats
    """Among others."""
    share: float
    """Of matches among pairs at random."""
    rates: tuple[tuple[str, float], ...] = ()
    """Of matches in each sample."""


def declared(shape: Shape) -> Floats:
    """What matches look like before anything is known: mostly equal, else near or different."""
    m = np.ones((len(shape), CONTEXTS, LEVELS))
    for place, n in enumerate(shape.levels):
        near = n - 2
        m[place, :, 1] = 0.75 if near else 0.85
        m[place, :, n] = 0.15
        m[place, :, 2:n] = 0.10 / near if near else 0.0
    return m


def logs(table: Floats) -> Floats:
    """Natural logarithms; level 0, which has probability 1, adds nothing."""
    out: Floats = np.log(np.maximum(table, 1e-12))
    return out


@njit(cache=True, nogil=True)
def summed(table: Floats, cells: NDArray[np.uint8]) -> Floats:
    """Of each pattern (columns of `cells`) the sum of its entries in a table, row by row."""
    found = np.zeros(cells.shape[1])
    for place in range(len(cells)):
        entries = table[place].ravel()
        for pattern in range(cells.shape[1]):
            found[pattern] += entries[cells[place, pattern]]
    return found


def posterior(
    estimate: Estimate,
    shape: Shape,
    counted: Counted,
    *,
    rate: float,
    without: frozenset[int] = frozenset(),
) -> Floats:
    """The probability that a pair with each pattern is a match, at a rate of matches."""
    ratio = logs(estimate.m) - logs(estimate.u)
    for place in without:
        ratio[place] = 0.0
    odds = np.log(rate) - np.log1p(-rate)
    total = summed(ratio, counted.cells(shape)) + odds
    out: Floats = 1.0 / (1.0 + np.exp(-np.clip(total, -500, 500)))
    return out


def tally(shape: Shape, counted: Counted, weights: Floats) -> Floats:
    """How many pairs have each (comparison, context, level), each pattern with its weight."""
    out = np.zeros((len(shape), CONTEXTS, LEVELS))
    _tally(counted.cells(shape), weights, out)
    return out


@njit(cache=True, nogil=True)
def _tally(cells: NDArray[np.uint8], weights: Floats, out: Floats) -> None:
    for place in range(len(cells)):
        entries = out[place].ravel()  # a view: the tables are contiguous
        for pattern in range(cells.shape[1]):
            entries[cells[place, pattern]] += weights[pattern]


def shares(
    shape: Shape, found: Floats, *, prior: Floats, pseudo: float, given: float = PSEUDO_GIVEN
) -> Floats:
    """Counts as shares of each comparison and context, with pseudo-counts.

    Where nothing is known of what it hangs on, a comparison has its shares over all contexts, and
    in each context it leans on them.
    """
    out = np.ones((len(shape), CONTEXTS, LEVELS))
    for place, n in enumerate(shape.levels):
        levels = slice(1, n + 1)
        overall = found[place, :, levels].sum(axis=0) + pseudo * prior[place, 0, levels]
        overall /= overall.sum()
        out[place, :, levels] = overall
        if not shape.given[place]:
            continue
        for context in range(1, CONTEXTS):
            seen = found[place, context, levels] + given * overall
            out[place, context, levels] = seen / seen.sum()
    return out


def _others(
    shape: Shape,
    by_chance: Floats,
    blocked: Floats,
    chance: Floats,
    anchors: Mapping[int, Floats],
) -> Floats:
    """Shares among others: at random without a context, among all non-matches seen in one.

    Pairs at random seldom agree on a name, so how often namesakes' emails are alike is counted in
    every sample; but what others look like where nothing agrees, only at random.
    """
    out = np.ones((len(shape), CONTEXTS, LEVELS))
    for place, n in enumerate(shape.levels):
        levels = slice(1, n + 1)
        base = by_chance[place, :, levels].sum(axis=0) + PSEUDO_OTHERS * chance[place, 0, levels]
        base = base / base.sum()
        out[place, :, levels] = base
        if not shape.given[place]:
            continue
        before = base
        seen_of = (by_chance, blocked, blocked)
        for context, counted in enumerate(seen_of, start=1):
            lean = anchors.get(place, before) if context > 1 else base
            seen = counted[place, context, levels] + PSEUDO_GIVEN * lean
            before = seen / seen.sum()
            out[place, context, levels] = before
    return out


def fit(
    shape: Shape,
    samples: Sequence[Sample],
    *,
    chance: Floats,
    share: float,
    start: Floats | None = None,
    anchors: Mapping[int, Floats] = NOTHING,
    lasting: frozenset[int] = frozenset(),
) -> Estimate:
    """Estimate everything from the samples.

    `chance` is what others are expected to look like, `anchors` what strangers look like in the
    contexts of a comparison where something that it hangs on agrees. `share` is the rate of
    matches at random; each other sample has a rate of its own, which is estimated with it.
    `lasting` are the comparisons of what few change, such as a birth date. Linear in the distinct
    patterns and the rounds.
    """
    prior = declared(shape) if start is None else start
    m = prior
    # All pairs of the blocks count as others at first: were it none, namesakes' emails, alike by
    # their names, would look as unlikely as strangers' do, and EM would take namesakes for matches.
    u = _others(shape, *_plain(shape, samples), chance, anchors)
    rates = [share if sample.at_random else 0.3 for sample in samples]
    only = [None if sample.at_random else _only(shape, sample, u) for sample in samples]
    only = [place if place in lasting else None for place in only]
    estimate = Estimate(m, u, share)
    for _ in range(ROUNDS):
        matched = np.zeros_like(m)
        random = np.zeros_like(m)
        blocked = np.zeros_like(m)
        for number, sample in enumerate(samples):
            if (place := only[number]) is not None:
                rates[number] = _excess(shape, sample.counted, place, estimate.u)
            found = posterior(
                estimate, shape, sample.counted, rate=rates[number], without=sample.without
            )
            weights = found * sample.counted.counts
            others = tally(shape, sample.counted, sample.counted.counts - weights)
            if sample.at_random:
                random += others
            else:
                if only[number] is None:
                    rates[number] = rate_of(weights, sample.counted)
                here = tally(shape, sample.counted, weights)
                for place in sample.without:
                    here[place] = 0.0
                    others[place] = 0.0
                matched += here
            blocked += others
        m = shares(shape, matched, prior=prior, pseudo=PSEUDO_MATCHES)
        u = _others(shape, random, blocked, chance, anchors)
        moved = max(np.abs(m - estimate.m).max(), np.abs(u - estimate.u).max())
        at_random = [rate for rate, s in zip(rates, samples, strict=True) if s.at_random]
        named = tuple((s.name, rate) for s, rate in zip(samples, rates, strict=True))
        estimate = Estimate(m, u, at_random[0] if at_random else share, named)
        if moved < SETTLED:
            break
    return estimate


def _only(shape: Shape, sample: Sample, u: Floats) -> int | None:
    """The one comparison that tells much in a sample; None: there are several, or none."""
    levels, counts = sample.counted.levels(shape), sample.counted.counts
    telling = [
        place
        for place in range(len(shape))
        if sample.without.isdisjoint((place, *shape.given[place]))
        and u[place, 0, 1] <= TELLING
        and counts[levels[place] > 0].sum() >= SELDOM * counts.sum()
    ]
    return telling[0] if len(telling) == 1 else None


def _excess(shape: Shape, counted: Counted, place: int, u: Floats) -> float:
    """The rate of matches if whoever differs is none.

    One comparison by itself does not tell matches that differ in it from others.
    """
    found = tally(shape, counted, counted.counts.astype(np.float64))[place]
    last = shape.levels[place]
    by_chance = (found[:, 1 : last + 1].sum(axis=1) * u[place, :, last]).sum()
    share = 1.0 - found[:, last].sum() / max(by_chance, 1e-9)
    return float(np.clip(share, 1e-4, 0.99))


def rate_of(weights: Floats, counted: Counted) -> float:
    """The share of matches, kept off certainty by half a pair each way."""
    return float((weights.sum() + 0.5) / (counted.counts.sum() + 1.0))


def _plain(shape: Shape, samples: Sequence[Sample]) -> tuple[Floats, Floats]:
    """Levels of the pairs at random, and of all pairs, matches among them and all."""
    by_chance = np.zeros((len(shape), CONTEXTS, LEVELS))
    every = np.zeros_like(by_chance)
    for sample in samples:
        found = tally(shape, sample.counted, sample.counted.counts.astype(np.float64))
        if sample.at_random:
            by_chance += found
        for place in sample.without:
            found[place] = 0.0
        every += found
    return by_chance, every


def expected_matches(
    estimate: Estimate, shape: Shape, counted: Counted, *, pairs: float, share: float
) -> float:
    """How many of the candidates are matches, if they hold all matches of so many pairs.

    A fixed point: the share of matches among all pairs is what the candidates' posteriors sum to.
    """
    found = share * pairs
    for _ in range(ROUNDS):
        rate = min(max(found / pairs, 1e-15), 0.5)
        weights = posterior(estimate, shape, counted, rate=rate) * counted.counts
        now = max(float(weights.sum()), 0.5)
        if abs(now - found) <= SETTLED * found:
            return now
        found = now
    return found
