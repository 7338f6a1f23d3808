"""What candidates are if not one person: a few explanations, learnt from the candidates.

Random pairs say little about the pairs that must be told apart: people of one household share
address, phone and family name, namesakes share names. One table of chances for all of them makes
a household look like one person who misspells his first name. So the candidates are taken as a
mixture of matches and of several kinds of others, each with chances of its own, fitted by EM from
counted patterns. How many of each there are is estimated with it, so no prior is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sameas.matching.model.estimate import logs, posterior, rate_of, shares, summed, tally
from sameas.matching.model.kin import Kin, bits, sharing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sameas.matching.model.estimate import Estimate
    from sameas.matching.model.shape import Counted, Shape

    Floats = NDArray[np.float64]

__all__ = ["EXPLANATIONS", "Mixture", "alone", "explained", "mixture", "parts_of_each"]

EXPLANATIONS = 4
"""Kinds of others. 3 are as good on small tables and worse on large ones; 5 are no better."""

PSEUDO_MATCHES = 20.0
PSEUDO_OTHERS = 300.0
"""Pairs that what is known of all others counts as, in each kind of them and each comparison."""

LEAN = 0.005
"""They are at most this share of all pairs, so that a small table's households are seen."""

BEGIN = 0.02
"""How likely a pair that may be housemates is taken for a match at the beginning."""

MISSPELT = 1.3
"""So many times the share that the first estimate gives it differs at most what is a match's own:
that estimate was made where housemates do not meet."""

NOBODY = Kin()

ROUNDS = 60
SETTLED = 1e-4


@dataclass(frozen=True, slots=True)
class Mixture:
    """Chances by (comparison, context, level), and how frequent each kind of pair is."""

    m: Floats
    u: tuple[Floats, ...]
    shares: tuple[float, ...]
    """Of the matches, then of each explanation; they sum to 1."""

    @property
    def by_chance(self) -> bool:
        """Others are alike by chance alone: they have no other explanation."""
        return len(self.u) == 1

    @property
    def priors(self) -> Floats:
        """The log odds, in bits, of a match against each explanation."""
        odds = np.maximum(np.array(self.shares), 1e-9)
        out: Floats = np.log2(odds[0]) - np.log2(odds[1:])
        return out


def alone(estimate: Estimate) -> Mixture:
    """One explanation, chance, beside all pairs: what was estimated first, as it is."""
    return Mixture(estimate.m, (estimate.u,), (estimate.share, 1 - estimate.share))


def _apart(shape: Shape, first: Estimate, counted: Counted) -> tuple[Floats, Floats]:
    """Chances of all others as one kind, matches being as first estimated; and posteriors."""
    times = counted.counts.astype(np.float64)
    u = shares(shape, tally(shape, counted, times), prior=first.u, pseudo=20.0)
    rate = 0.2
    found = np.zeros(len(counted.counts))
    for _ in range(ROUNDS):
        found = posterior(_with(first, u), shape, counted, rate=rate)
        others = tally(shape, counted, (1 - found) * counted.counts)
        u = shares(shape, others, prior=first.u, pseudo=20.0)
        now = rate_of(found * counted.counts, counted)
        if abs(now - rate) < SETTLED:
            break
        rate = now
    return u, found


def _with(first: Estimate, u: Floats) -> Estimate:
    return replace(first, u=u)


def _kinds(
    shape: Shape,
    surprise: Floats,
    levels: NDArray[np.uint8],
    home: NDArray[np.bool_],
    times: Floats,
) -> NDArray[np.int64]:
    """A first guess at the explanation of each pattern: by what agrees the most surprisingly.

    Housemates are the first kind. The comparisons in which other pairs agree most often have a kind
    of their own, the rest share one.
    """
    ends = np.array(shape.levels)[:, None]
    told = ((levels > 0) & (levels < ends)) * surprise[:, None]
    most = told.argmax(axis=0)
    often = np.bincount(most, weights=times * ~home, minlength=len(shape))
    order = np.argsort(-often, kind="stable")
    rank = np.empty(len(shape), dtype=np.int64)
    rank[order] = np.arange(len(shape))
    out: NDArray[np.int64] = np.where(home, 0, np.minimum(rank[most], EXPLANATIONS - 2) + 1)
    return out


def mixture(
    shape: Shape,
    first: Estimate,
    counted: Counted,
    *,
    kin: Kin = NOBODY,
    records: float = 2.0,
) -> Mixture:
    """Fit to the candidates; O(distinct patterns * rounds).

    The first explanation is that of housemates, see `kin`; only pairs that may be some have it.
    Where no pair may be, there are names, dates and little else: too few comparisons to tell
    several kinds of others from matches with an error, and nothing that others share but by chance.
    """
    if not len(counted.counts):
        return alone(first)
    levels = counted.levels(shape)
    home = sharing(shape, kin, levels, first.u, records).apart
    if kin.own and not home.any():
        return alone(first)
    overall, found = _apart(shape, first, counted)
    times = counted.counts.astype(np.float64)
    surprise = bits(first.u[:, 0, 1])
    found = np.where(home, np.minimum(found, BEGIN), found)
    kinds = _kinds(shape, surprise, levels, home, (1 - found) * times)
    parts = np.full((EXPLANATIONS + 1, len(times)), 0.2 / (EXPLANATIONS - 1))
    parts[kinds + 1, np.arange(len(times))] = 0.8
    parts *= 1 - found
    parts[0] = found
    parts[1, ~home] = 0.0
    before = Mixture(first.m, (overall,) * EXPLANATIONS, (1.0,) + (0.0,) * EXPLANATIONS)
    for _ in range(ROUNDS):
        m = _matches(shape, first, tally(shape, counted, parts[0] * times), kin)
        u = (
            _at_home(shape, first, tally(shape, counted, parts[1] * times), kin),
            *_others(shape, counted, parts[2:], (overall,) * (EXPLANATIONS - 1)),
        )
        sums = (parts * times).sum(axis=1)
        new = Mixture(m, u, tuple((sums / sums.sum()).tolist()))
        parts = _parts(shape, counted, (m, *u), new.shares, home=home)
        moved = np.abs(np.array(new.shares) - np.array(before.shares)).max()
        before = new
        if moved < SETTLED:
            break
    return before


def _matches(shape: Shape, first: Estimate, found: Floats, kin: Kin) -> Floats:
    """Chances of matches, held where something is their own; see `MISSPELT`."""
    m = shares(shape, found, prior=first.m, pseudo=PSEUDO_MATCHES)
    for place, last in kin.lasting:
        own, rest = slice(1, last + 1), slice(last + 1, shape.levels[place] + 1)
        most = np.minimum(MISSPELT * first.m[place, :, rest].sum(axis=1), 1.0)
        differs = np.maximum(m[place, :, rest].sum(axis=1), 1e-12)
        held = np.minimum(differs, most)
        m[place, :, own] *= ((1 - held) / np.maximum(1 - differs, 1e-12))[:, None]
        m[place, :, rest] *= (held / differs)[:, None]
    return m


def _at_home(shape: Shape, first: Estimate, found: Floats, kin: Kin) -> Floats:
    """Chances of housemates: what is their own agrees by chance, all else much as in matches."""
    u = shares(shape, found, prior=first.m, pseudo=PSEUDO_MATCHES)
    for place, last in kin.own:
        own, rest = slice(1, last + 1), slice(last + 1, shape.levels[place] + 1)
        by_chance = first.u[place, :, own]
        differs = np.maximum(u[place, :, rest].sum(axis=1), 1e-12)
        u[place, :, rest] *= ((1 - by_chance.sum(axis=1)) / differs)[:, None]
        u[place, :, own] = by_chance
    return u


def _others(
    shape: Shape, counted: Counted, parts: Floats, leaning: tuple[Floats, ...]
) -> tuple[Floats, ...]:
    pseudo = min(PSEUDO_OTHERS, LEAN * float(counted.counts.sum()))
    return tuple(
        shares(shape, tally(shape, counted, part * counted.counts), prior=lean, pseudo=pseudo)
        for part, lean in zip(parts, leaning, strict=True)
    )


def parts_of_each(shape: Shape, counted: Counted, found: Mixture) -> Floats:
    """How likely each pattern (columns) is a match, and has each explanation; columns sum to 1."""
    return _parts(shape, counted, (found.m, *found.u), found.shares)


def _parts(
    shape: Shape,
    counted: Counted,
    tables: tuple[Floats, ...],
    shares_of: tuple[float, ...],
    *,
    home: NDArray[np.bool_] | None = None,
) -> Floats:
    """How likely each pattern is of each kind; columns sum to 1. The second is for `home` only."""
    total = np.stack([summed(logs(table), counted.cells(shape)) for table in tables])
    total += np.log(np.maximum(np.array(shares_of), 1e-12))[:, None]
    odds = np.exp(total - total.max(axis=0))
    if home is not None:
        odds[1, ~home] = 0.0
    out: Floats = odds / odds.sum(axis=0)
    return out


def explained(
    shape: Shape, before: Mixture, same: int, apart: Counted, *, rounds: int = 10
) -> Mixture:
    """The mixture with its others fitted to pairs that do not match, beside so many that do.

    Matches stay as they were: sharp assignments would make them too sure of themselves.
    """
    shares_of = before.shares[1:]
    tables = before.u
    n = int(apart.counts.sum())
    for _ in range(rounds):
        parts = _parts(shape, apart, tables, shares_of)
        sums = (parts * apart.counts).sum(axis=1)
        shares_of = tuple((sums / sums.sum()).tolist())
        tables = _others(shape, apart, parts, before.u)
    total = same + n
    return Mixture(before.m, tables, (same / total, *(one * n / total for one in shares_of)))
