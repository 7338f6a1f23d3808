"""Which keys are worth their pairs: chosen on a sample of their values, without labels.

A key is judged by the pairs that it alone would add: how many, and how many of them are plausible,
which is to say that they agree in more than chance explains among so many records. Values are drawn
by their hashes, so the same records give the same keys, in whatever order they come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numba import njit

from sameas.matching.blocking.candidates import MAX_KEY_RECORDS
from sameas.matching.blocking.columns import Reader
from sameas.matching.blocking.groups import group, pairs_of
from sameas.matching.blocking.hashes import scattered
from sameas.matching.blocking.keys import Key
from sameas.matching.blocking.plausible import likely
from sameas.matching.blocking.propose import propose
from sameas.matching.fields import Coded
from sameas.matching.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.matching.blocking.keys import Part
    from sameas.matching.fields import Field

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]
    Floats = NDArray[np.float64]

__all__ = ["MAX_KEYS", "choose_keys"]

MAX_KEYS = 24
_VECTORS = 50_000
"""Vectors that are looked at: more tell no more of a key."""
_SAMPLE = 2_500
"""Pairs of each key that are looked at."""
_RECORDS = 60_000
"""Records whose key values are drawn, about."""
_YIELDS = (0.5, 0.25, 0.1, 0.05, 0.025, 0.01, 0.004, 0.0015, 0.0)
"""Plausible among the pairs that a key adds: the best first, the last is the least that pays."""
_FREE = 0.025
_BUDGET = 12.0
"""Pairs a record: beyond them only keys of the better yields are taken."""
_FAINT = 0.1
"""Less likely pairs are none: millions of strangers would add up to a key's worth."""
_FEW = 100_000
"""So many pairs cost nothing worth a thought: up to them any key that adds something is taken."""
_LEAST_GAIN = 0.0004
"""Of all plausible pairs a key must add so many."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A key's sampled pairs."""

    left: Ints
    right: Ints
    weight: float
    """Pairs that one of them stands for."""


def choose_keys(
    fields: Sequence[Field],
    coded: Sequence[Coded],
    vectors: Vectors,
    *,
    limit: int = MAX_KEY_RECORDS,
) -> tuple[Key, ...]:
    """The keys for these records, those with the fewest and surest pairs first.

    Empty if no field tells enough. Bounded: 120 keys at most are tried on 50,000 vectors.
    """
    records = int(vectors.counts.sum())
    coded, vectors, share = _sample(coded, vectors)
    limit = max(2, round(limit * share))
    reader = Reader([field.name for field in fields], coded, vectors.codes)
    proposed = propose(
        fields,
        lambda part: _spread(reader, part, vectors.counts),
        records=round(records * share),
        limit=limit,
    )
    if not proposed:
        return ()
    drawn = [
        _draw(reader, key, number, vectors.counts, limit) for number, key in enumerate(proposed)
    ]
    left = np.concatenate([one.left for one in drawn])
    right = np.concatenate([one.right for one in drawn])
    plausible = likely(fields, coded, vectors, left, right, records=records)
    plausible[plausible < _FAINT] = 0.0
    held = np.empty((len(proposed), len(left)), dtype=bool)
    for number, key in enumerate(proposed):
        held[number] = _held(reader, key, number, vectors.counts, limit, left, right)
    pairs = share**2  # of all pairs so many are between vectors that are looked at
    order = _greedy(drawn, plausible, held, budget=_BUDGET * records * pairs, few=_FEW * pairs)
    return tuple(proposed[number] for number in order)


def _sample(coded: Sequence[Coded], vectors: Vectors) -> tuple[Sequence[Coded], Vectors, float]:
    """Some of the vectors with the values that they use, and of the records what share they are.

    Vectors are numbered by their hashes, so the first of them are drawn as if by chance. Of pairs
    the square of the share is left, of the records on a value the share.
    """
    if len(vectors) <= _VECTORS:
        return coded, vectors, 1.0
    codes, counts = vectors.codes[:_VECTORS], vectors.counts[:_VECTORS]
    columns, found = [], []
    for place, column in enumerate(coded):
        has = codes[:, place] >= 0
        used, rows = np.unique(codes[has, place], return_inverse=True)
        dense = np.full(len(codes), -1, dtype=np.int32)
        dense[has] = rows
        columns.append(dense)
        found.append(Coded(dense, column.values.take(pa.array(used))))
    share = float(counts.sum() / vectors.counts.sum())
    none = np.empty(0, dtype=np.int32)
    return found, Vectors(none, np.stack(columns, axis=1), counts), share


def _spread(reader: Reader, part: Part, counts: Ints) -> float:
    """One over the chance that two records that have the part agree in it."""
    vectors, hashes = reader.rows(Key((part,)), 0)
    if not len(hashes):
        return 0.0
    weights = counts[vectors].astype(np.float64)
    total = weights.sum()
    if total < 0.02 * counts.sum():
        return 0.0
    sums = np.bincount(hashes & ((1 << 20) - 1), weights=weights)
    same = (sums * (sums - 1)).sum()
    return float(total * (total - 1) / max(same, 1.0))


def _draw(reader: Reader, key: Key, number: int, counts: Ints, limit: int) -> _Drawn:
    vectors, hashes = reader.rows(key, number)
    weight = 1.0
    records = int(counts[vectors].sum())
    while records > _RECORDS:
        kept = (hashes & 1) == 0
        vectors, hashes = vectors[kept], hashes[kept] >> 1
        records = int(counts[vectors].sum())
        weight *= 2
    left, right, _ = pairs_of([group(vectors, hashes, counts, limit=limit)], counts)
    if len(left) > _SAMPLE:
        kept = _thinned(left, right, _SAMPLE)
        weight *= len(left) / len(kept)
        left, right = left[kept], right[kept]
    return _Drawn(left, right, weight)


def _thinned(left: Ints, right: Ints, most: int) -> Longs:
    """Places of the pairs with the least hashes."""
    hashes = _pair_hashes(left, right)
    return np.sort(np.argpartition(hashes, most)[:most])


@njit(cache=True, nogil=True)
def _pair_hashes(left: Ints, right: Ints) -> NDArray[np.uint64]:
    found = np.empty(len(left), dtype=np.uint64)
    for place in range(len(left)):
        found[place] = scattered(
            (np.uint64(left[place]) << np.uint64(32)) | np.uint64(right[place])
        )
    return found


def _held(
    reader: Reader,
    key: Key,
    number: int,
    counts: Ints,
    limit: int,
    left: Ints,
    right: Ints,
) -> Bools:
    """Which of the pairs share a value of the key that is not on too many records."""
    vectors, hashes = reader.rows(key, number)
    slot = hashes & ((1 << 20) - 1)
    sums = np.bincount(slot, weights=counts[vectors], minlength=1)
    # A slot that several values share looks fuller than they are: an estimate is enough here.
    kept = sums[slot] <= limit + len(hashes) / (1 << 20)
    vectors, hashes = vectors[kept], hashes[kept]
    ptr = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(np.bincount(vectors, minlength=len(counts)), out=ptr[1:])
    return _shares(ptr, hashes, left, right)


@njit(cache=True, nogil=True)
def _shares(ptr: Longs, hashes: Longs, left: Ints, right: Ints) -> Bools:
    found = np.zeros(len(left), dtype=np.bool_)
    for place in range(len(left)):
        for one in range(ptr[left[place]], ptr[left[place] + 1]):
            for other in range(ptr[right[place]], ptr[right[place] + 1]):
                if hashes[one] == hashes[other]:
                    found[place] = True
    return found


def _greedy(
    drawn: Sequence[_Drawn], plausible: Floats, held: Bools, *, budget: float, few: float
) -> list[int]:
    """Numbers of the keys that are taken, in the order in which they were."""
    ends = np.cumsum([0, *(len(one.left) for one in drawn)])
    covered = np.zeros(len(plausible), dtype=bool)
    chosen: list[int] = []
    pairs = 0.0

    def gains(number: int, covered: Bools) -> tuple[float, float]:
        """Plausible pairs, and pairs, that a key adds to those covered."""
        span = slice(ends[number], ends[number + 1])
        free = ~covered[span]
        weight = drawn[number].weight
        return weight * float(plausible[span][free].sum()), weight * float(free.sum())

    def union() -> float:
        """Plausible pairs that the chosen keys hold, each counted at its first."""
        seen, total = np.zeros(len(plausible), dtype=bool), 0.0
        for number in chosen:
            span = slice(ends[number], ends[number + 1])
            total += drawn[number].weight * float(plausible[span][~seen[span]].sum())
            seen |= held[number]
        return total

    for least in _YIELDS:
        while len(chosen) < MAX_KEYS:
            best, most, more = -1, _LEAST_GAIN * union(), 0.0
            for number in range(len(drawn)):
                if number in chosen:
                    continue
                good, new = gains(number, covered)
                room = budget if least else few
                within = least >= _FREE or pairs + new <= room
                if good > most and good >= least * new and within:
                    best, most, more = number, good, new
            if best < 0:
                break
            chosen.append(best)
            pairs += more
            covered |= held[best]
    least_gain = _LEAST_GAIN / 4 * union()
    for number in list(chosen):  # what later keys made idle
        others = np.any(held[[other for other in chosen if other != number]], axis=0)
        if len(chosen) > 1 and gains(number, others)[0] < least_gain:
            chosen.remove(number)
    return chosen
