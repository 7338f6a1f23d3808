"""How likely pairs are to be one person, roughly, before anything is learned.

What an agreement is worth is read from the data: how rare it is between records at random. What
matches look like is assumed. Good enough to tell keys apart, and for nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sameas.matching import compare
from sameas.matching.blocking.hashes import scattered
from sameas.matching.fields import Coded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.matching.fields import Field
    from sameas.matching.vectors import Vectors

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int32]

__all__ = ["likely"]

_AT_RANDOM = 100_000
_NEAR = 0.25
"""Of matches so many agree nearly, all near levels together."""
_DIFFER = {"email": 0.5, "phone": 0.5, "address": 0.4, "postcode": 0.4, "text": 0.4, "number": 0.4}
_DIFFER_ELSE = 0.08
"""Of matches so many differ: people move and have two phones, but they are born once."""
_NAMES = frozenset(["given_name", "family_name", "full_name"])
_PLACES = frozenset(["address", "postcode", "text", "number"])
"""They hang together, so the best of them speaks for all: neighbours share them all."""


def likely(
    fields: Sequence[Field],
    coded: Sequence[Coded],
    vectors: Vectors,
    left: Ints,
    right: Ints,
    *,
    records: int,
) -> Floats:
    """For each pair of vectors about how likely it is a match, 0..1, among so many records."""
    columns = [
        Coded(np.ascontiguousarray(vectors.codes[:, place]), one.values)
        for place, one in enumerate(coded)
    ]
    comparer = compare.Comparer.of(fields, coded)
    ones, others = at_random(len(vectors), _AT_RANDOM)
    chance = comparer.levels(vectors.codes, ones, others)
    weights = vectors.counts[ones].astype(np.float64) * vectors.counts[others]
    found = comparer.levels(vectors.codes, left, right)
    here = float(vectors.counts.sum())
    of_names, of_places, bits = (np.zeros(len(left)) for _ in range(3))
    worst = np.zeros(len(left))
    order = sorted(range(len(fields)), key=lambda place: fields[place].kind not in _NAMES)
    for place in order:
        field, column = fields[place], columns[place]
        levels = len(compare.levels(field.kind))
        worth = _worth(chance[place], weights, levels, _DIFFER.get(field.kind, _DIFFER_ELSE))
        rarity = _rarity(column, vectors.counts, here)[column.codes[left]]
        one = np.where(found[place] == 1, rarity, worth[found[place]])
        if field.kind in _NAMES:
            of_names += one
        elif field.kind in _PLACES:
            of_places, worst = np.maximum(of_places, one), np.minimum(worst, one)
        elif field.kind == "email":
            # Emails are made of names: what is alike in them is alike in the names already.
            made = (found[place] > 1) & (found[place] < levels)
            bits += np.where(made, np.clip(one - np.maximum(of_names, 0), 0, None), one)
        else:
            bits += one
    bits += of_names + np.where(of_places > 0, of_places, worst)
    chances: Floats = 1 / (1 + np.exp2(np.clip(np.log2(max(records, 2)) - bits, -60, 60)))
    return chances


def _worth(chance: NDArray[np.uint8], weights: Floats, levels: int, differ: float) -> Floats:
    """Bits of each level; of the equal one the value decides."""
    sums = np.bincount(chance, weights=weights, minlength=levels + 1)[: levels + 1]
    present = max(float(sums[1:].sum()), 1.0)
    u = (sums + 0.5) / (present + 1)
    worth = np.zeros(levels + 1)
    worth[2:levels] = np.log2(_NEAR / max(levels - 2, 1) / u[2:levels])
    worth[levels] = np.log2(differ / u[levels])
    return worth


def _rarity(column: Coded, counts: Ints, records: float) -> Floats:
    """Bits that two records share by being equal in each value."""
    has = column.codes >= 0
    carriers = np.bincount(column.codes[has], weights=counts[has], minlength=len(column.values) + 1)
    found: Floats = np.log2(max(records, 2.0) / np.maximum(carriers, 2.0))
    return found


@njit(cache=True, nogil=True)
def at_random(vectors: int, pairs: int) -> tuple[Ints, Ints]:
    """Pairs of two different vectors, drawn by their numbers' hashes."""
    left = np.empty(pairs, dtype=np.int32)
    right = np.empty(pairs, dtype=np.int32)
    count = 0
    for turn in range(pairs if vectors > 1 else 0):
        one = scattered(np.uint64(2 * turn)) % np.uint64(vectors)
        other = scattered(np.uint64(2 * turn + 1)) % np.uint64(vectors)
        if one != other:
            left[count] = np.int32(one)
            right[count] = np.int32(other)
            count += 1
    return left[:count], right[:count]
