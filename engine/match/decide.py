"""What a trained model says about a policy that nobody wrote.

An identifier that people share or mistype, on records that can be compared without it, is better
evidence than link: it is weighed with all else instead of deciding alone. A source in which no two
records match, though it matches others, holds each person once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sameas.engine.evidence import BIT, MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.match.score import Matched
    from sameas.engine.match.weigh import Weigher
    from sameas.engine.policy import Policy

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Decision", "decide"]

_PAIRS = 100_000
_FEWEST = 20
"""Pairs that a measure needs to be one."""
_COMPARABLE = 0.9
"""Of the records with the identifier so many must be comparable without it."""
_STRANGERS = 0.01
"""Of the pairs that share it, from so many on that are strangers otherwise, it is evidence."""
_SURE = 4 * BIT
_RARER = 0.02
"""Matches inside a clean source are at most so frequent as its size would have them."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing that was decided, with the figure that decided it."""

    about: str
    """`identifier:TYPE` or `source:NAME`."""
    what: str
    """`evidence`, `link` or `duplicate_free`."""
    why: str


def decide(
    columns: Columns, policy: Policy, matched: Matched, weigher: Weigher
) -> tuple[Policy, tuple[Decision, ...]]:
    """The policy for these records, and each decision that made it."""
    decisions = [*_identifiers(columns, policy, matched, weigher), *_sources(columns, matched)]
    evidence = {one.about for one in decisions if one.what == "evidence"}
    clean = {one.about.partition(":")[2] for one in decisions if one.what == "duplicate_free"}
    policy = replace(
        policy,
        identifiers=tuple(
            replace(one, links=False) if f"identifier:{one.name}" in evidence else one
            for one in policy.identifiers
        ),
        duplicate_free=policy.duplicate_free | clean,
    )
    return policy, tuple(decisions)


def _identifiers(
    columns: Columns, policy: Policy, matched: Matched, weigher: Weigher
) -> list[Decision]:
    found = []
    linking = {one.name for one in policy.identifiers if one.links}
    codes = weigher.sight.codes
    for place, field in enumerate(matched.model.fields):
        if field.identifier not in linking:
            continue
        has = codes[:, place] >= 0
        others = (codes >= 0).sum(axis=1) - 1 >= matched.model.min_fields
        counts = weigher.sight.counts
        carriers = _carriers(columns, field.identifier)
        comparable = float(counts[has & others].sum()) / max(carriers, 1)
        left, right = _sharing(codes[:, place])
        if len(left) < _FEWEST:
            continue
        patterns = weigher.sight.patterns(left, right)
        without = patterns & ~(np.uint64(15) << np.uint64(4 * place))
        weights = weigher.tables.weigh(without, codes, left) - weigher.tables.prior
        said = weigher.tables.weigh(without, codes, left) != MISSING
        if said.sum() < _FEWEST:
            continue
        strangers = float((weights[said] < 0).mean())
        what = "evidence" if comparable >= _COMPARABLE and strangers >= _STRANGERS else "link"
        found.append(
            Decision(
                f"identifier:{field.identifier}",
                what,
                f"{strangers:.1%} of the pairs that share one differ in all else; "
                f"{comparable:.0%} of the records with one can be compared without it",
            )
        )
    return found


def _carriers(columns: Columns, name: str) -> int:
    place = list(columns.types).index(name)
    low, high = columns.offsets[place], columns.offsets[place + 1]
    has = np.concatenate([[0], np.cumsum((columns.ids >= low) & (columns.ids < high))])
    return int(np.count_nonzero(has[columns.ptr[1:]] > has[columns.ptr[:-1]]))


def _sharing(codes: Ints) -> tuple[Ints, Ints]:
    """Neighbours among the vectors that have one value, of the values in turn."""
    order = np.argsort(codes, kind="stable").astype(np.int32)
    same = (codes[order[1:]] == codes[order[:-1]]) & (codes[order[1:]] >= 0)
    at = np.flatnonzero(same)
    if len(at) > _PAIRS:
        at = at[:: -(-len(at) // _PAIRS)]
    return order[at], order[at + 1]


def _sources(columns: Columns, matched: Matched) -> list[Decision]:
    scores = matched.scores
    n_sources = len(columns.sources)
    sure = scores.weight >= scores.cut + _SURE
    counted = (columns.kind == 0) & (scores.vector >= 0)
    records = np.flatnonzero(counted).astype(np.int32)
    size = np.bincount(columns.source[records], minlength=n_sources).astype(np.int64)
    order = records[np.argsort(scores.vector[records], kind="stable")]
    vectors = int(scores.vector.max(initial=-1)) + 1
    starts = np.searchsorted(scores.vector[order], np.arange(vectors + 1)).astype(np.int64)
    inside, across = _between(
        scores.left[sure], scores.right[sure], order, starts, columns.source, n_sources
    )
    found = []
    everybody = int(size.sum())
    for source, name in enumerate(columns.sources):
        room = size[source] * (everybody - size[source])
        if not room or across[source] < _FEWEST:
            continue
        expected = across[source] / room * (size[source] * (size[source] - 1) / 2)
        if expected >= _FEWEST and inside[source] <= _RARER * expected:
            found.append(
                Decision(
                    f"source:{name}",
                    "duplicate_free",
                    f"{int(inside[source]):,} sure matches inside it, where {expected:,.0f} would "
                    "be as frequent as those with other sources",
                )
            )
    return found


@njit(cache=True, nogil=True)
def _between(
    left: Ints, right: Ints, order: Ints, starts: Longs, source: Ints, n_sources: int
) -> tuple[Longs, Longs]:
    """Of each source the pairs of records that match inside it, and with others."""
    inside = np.zeros(n_sources, dtype=np.int64)
    across = np.zeros(n_sources, dtype=np.int64)
    for pair in range(len(left)):
        for one in range(starts[left[pair]], starts[left[pair] + 1]):
            first = one + 1 if left[pair] == right[pair] else starts[right[pair]]
            for other in range(first, starts[right[pair] + 1]):
                a, b = source[order[one]], source[order[other]]
                if a == b:
                    inside[a] += 1
                else:
                    across[a] += 1
                    across[b] += 1
    return inside, across
