"""The worst mistakes, each with the pair that shows it and what every field added to its weight."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from sameas.engine.evaluate.again import pairs_within
from sameas.engine.evidence import BIT, MISSING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.partition import Partition
    from sameas.engine.evaluate.again import Again

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Mistake", "Step", "causes", "mistakes"]

MEMBERS: Final = 200
"""Records of one cluster whose pairs are looked at."""
COUNTED: Final = 1_000_000
"""Wrong pairs whose causes are counted."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one field adds to a weight, in bits."""

    field: str
    left: str
    right: str
    level: str
    bits: float


@dataclass(frozen=True, slots=True)
class Mistake:
    """A cluster that is wrong, and the pair of records with the greatest weight that shows it."""

    id: str
    """Of a false merge the profile's first record, of a false split the truth's cluster id."""
    records: int
    pairs: int
    """Wrong pairs of records: joined and not one person, or one person and not joined."""
    left: str
    right: str
    bits: float | None
    """The pair's weight; None: too few fields are on both sides."""
    probability: float | None
    why: str
    prior: float
    """Where the waterfall begins, in bits: the pair before anything is compared."""
    steps: tuple[Step, ...]
    """The waterfall: with the prior they add up to the weight."""
    identifiers: tuple[str, ...] = ()
    """Identifiers that both records carry and that link."""


def mistakes(again: Again, parts: Partition, *, merges: bool, most: int) -> tuple[Mistake, ...]:
    """The clusters with the most wrong pairs: of profiles (false merges) or of people (splits)."""
    whole, part = (parts.profile, again.person) if merges else (again.person, parts.profile)
    known = again.person >= 0
    wrong = _wrong(np.where(known, whole, -1).astype(np.int32), part)
    ranked = sorted(wrong.items(), key=lambda one: (-one[1][0], again.columns.key(one[1][1][0])))
    shown = []
    for number, (pairs, members) in ranked[:most]:
        found = _worst(again, members[:MEMBERS], part)
        if found is None:
            continue
        left, right, weight = found
        name = again.columns.key(members[0]).ref if merges else str(again.names[number])
        shown.append(
            _mistake(again, parts, name, len(members), pairs, (left, right, weight), merges=merges)
        )
    return tuple(shown)


def causes(again: Again, parts: Partition) -> dict[str, dict[str, int]]:
    """How many wrong pairs there are of each kind, and why: of false merges and false splits."""
    person, profile = again.person, parts.profile
    known = np.where(person >= 0, profile, -1).astype(np.int32)
    left, right = pairs_within(known, COUNTED)
    wrong = person[left] != person[right]
    merged = _why_joined(again, left[wrong], right[wrong])
    left, right = pairs_within(person, COUNTED)
    wrong = profile[left] != profile[right]
    split = _why_apart(again, left[wrong], right[wrong])
    return {"merged": _counts(merged), "split": _counts(split)}


def _counts(words: Sequence[str]) -> dict[str, int]:
    names, counts = np.unique(np.array(words, dtype=object).astype(str), return_counts=True)
    found = dict(zip(names.tolist(), counts.tolist(), strict=True))
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def _wrong(whole: Ints, part: Ints) -> Mapping[int, tuple[int, list[int]]]:
    """Of each cluster of several parts: its wrong pairs and its members."""
    order = np.lexsort((part, whole)).astype(np.int64)
    order = order[np.searchsorted(whole[order], 0) :]
    bounds = np.flatnonzero(np.diff(whole[order], prepend=-1, append=-1))
    found: dict[int, tuple[int, list[int]]] = {}
    for start, stop in pairwise(bounds):
        members = order[start:stop]
        if part[members[0]] == part[members[-1]]:
            continue
        sizes = np.unique(part[members], return_counts=True)[1]
        pairs = (len(members) ** 2 - int((sizes**2).sum())) // 2
        found[int(whole[members[0]])] = pairs, members.tolist()
    return found


def _weights(again: Again, left: Ints, right: Ints) -> Longs:
    """The weight of pairs of records, `MISSING` where there is none."""
    vector = again.matched.scores.vector
    ours, theirs = vector[left], vector[right]
    found = np.full(len(left), MISSING, dtype=np.int64)
    both = (ours >= 0) & (theirs >= 0)
    low, high = np.minimum(ours, theirs)[both], np.maximum(ours, theirs)[both]
    found[both] = again.matched.scores.weigh(low, high)
    return found


def _worst(again: Again, members: list[int], part: Ints) -> tuple[int, int, int] | None:
    """The pair of members in different parts with the greatest weight; ties by record key."""
    ordered = sorted(members, key=again.columns.key)
    pairs = [(a, b) for a, b in combinations(ordered, 2) if part[a] != part[b]]
    if not pairs:
        return None
    left, right = (np.array(side, dtype=np.int32) for side in zip(*pairs, strict=True))
    weights = _weights(again, left, right)
    best = int(np.argmax(weights))
    return int(left[best]), int(right[best]), int(weights[best])


def _mistake(
    again: Again,
    parts: Partition,
    name: str,
    records: int,
    pairs: int,
    pair: tuple[int, int, int],
    *,
    merges: bool,
) -> Mistake:
    left, right, weight = pair
    model, columns = again.matched.model, again.columns
    ours, theirs = columns.record(left), columns.record(right)
    vectors = model.vector(ours), model.vector(theirs)
    steps: tuple[Step, ...] = ()
    if vectors[0] is not None and vectors[1] is not None:
        steps = tuple(
            Step(one.field, one.left, one.right, one.level, one.weight / BIT)
            for one in model.explain(vectors[0], vectors[1])
            if one.level != "missing"
        )
    ends = np.array([left], dtype=np.int32), np.array([right], dtype=np.int32)
    why = (_why_joined if merges else _why_apart)(again, *ends)[0]
    if not merges:
        constraint = _refused(again, parts, left, right)
        why = f"refused: {constraint}" if constraint else why
    linking = {kind.name for kind in again.policy.identifiers if kind.links}
    common = sorted(
        {one.ref for one in ours.identifiers if one.type in linking}
        & {one.ref for one in theirs.identifiers}
    )
    said = weight != MISSING
    return Mistake(
        name,
        records,
        pairs,
        ours.key.ref,
        theirs.key.ref,
        weight / BIT if said else None,
        model.probability(weight) if said else None,
        why,
        weight / BIT - sum(step.bits for step in steps) if said else 0.0,
        steps,
        tuple(common),
    )


def _refused(again: Again, parts: Partition, left: int, right: int) -> str:
    """The constraint that kept these records' clusters from joining by their vectors; or nothing.

    A refused match is spoken of by one record of each side, which others may share a vector with.
    """
    refused, vector = parts.refused_matches, again.matched.scores.vector

    def ends(of: Ints, one: Ints, other: Ints) -> Longs:
        return np.sort(np.array([of[one], of[other]], dtype=np.int64), axis=0)

    pair = np.array([left]), np.array([right])
    same = np.ones(len(refused.left), dtype=bool)
    for of in (vector, parts.profile):
        same &= (ends(of, refused.left, refused.right) == ends(of, *pair)).all(axis=0)
    found = np.flatnonzero(same)
    return refused.reasons.take(found[:1]).constraints()[0] if len(found) else ""


def _why_joined(again: Again, left: Ints, right: Ints) -> list[str]:
    weights, cut = _weights(again, left, right), again.matched.scores.cut
    return [
        "too few common fields: joined through identifiers or other records"
        if weight == MISSING
        else "weight above the cut" if weight > cut
        else "weight below the cut: joined through other records"
        for weight in weights.tolist()
    ]  # fmt: skip


def _why_apart(again: Again, left: Ints, right: Ints) -> list[str]:
    scores = again.matched.scores
    weights = _weights(again, left, right)
    ours, theirs = scores.vector[left].astype(np.int64), scores.vector[right].astype(np.int64)
    vectors = np.int64(max(int(scores.vector.max(initial=0)) + 1, 1))
    known = np.sort(scores.left.astype(np.int64) * vectors + scores.right)
    code = np.minimum(ours, theirs) * vectors + np.maximum(ours, theirs)
    at = np.searchsorted(known, code)
    candidate = (
        (at < len(known)) & (known[np.minimum(at, len(known) - 1)] == code)
        if len(known)
        else np.zeros(len(code), dtype=bool)
    )
    found = []
    for weight, blocked in zip(weights.tolist(), candidate.tolist(), strict=True):
        if weight == MISSING:
            found.append("too few common fields")
        elif weight < scores.edge_threshold:
            found.append("weight below the edge threshold")
        elif not blocked:
            found.append("no key in common")
        elif weight <= scores.cut:
            found.append("weight below the cut")
        else:
            found.append("weight above the cut: their clusters stayed apart")
    return found
