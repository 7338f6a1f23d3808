"""Candidate pairs of vectors, and what each key did: a function of vectors, counts and keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sameas.matching.blocking.columns import Reader
from sameas.matching.blocking.groups import Groups, group, pairs_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.matching.blocking.columns import Coded
    from sameas.matching.blocking.keys import Key
    from sameas.matching.vectors import Vectors

    Bytes = NDArray[np.uint8]
    Ints = NDArray[np.int32]

__all__ = ["MAX_KEY_RECORDS", "Candidates", "KeyReport", "block", "collect", "lost"]

MAX_KEY_RECORDS = 100
"""A key value on more live records than this yields nothing, unless a model says otherwise."""


@dataclass(frozen=True, slots=True)
class KeyReport:
    """What one key did."""

    name: str
    values: int
    """Distinct values of the key."""
    records: int
    """Live records that have one."""
    pairs: int
    """Pairs of records that it holds together, those of earlier keys too."""
    new: int
    """Candidate pairs of vectors that no earlier key gave."""
    crowded: int
    """Values on more records than the limit: they give nothing."""
    dropped: int
    """Records on such values, counted once a value."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Pairs of vectors to compare, each once, ascending; left <= right."""

    left: Ints
    right: Ints
    key: Bytes
    """The first key that has the pair."""
    report: tuple[KeyReport, ...]

    def __len__(self) -> int:
        return len(self.left)


def block(
    keys: Sequence[Key],
    fields: Sequence[str],
    coded: Sequence[Coded],
    vectors: Vectors,
    *,
    limit: int = MAX_KEY_RECORDS,
) -> list[Groups]:
    """For each key the vectors that share an effective value; `fields` names a vector's places."""
    reader = Reader(fields, coded, vectors.codes)
    return [
        group(*reader.rows(key, number), vectors.counts, limit=limit)
        for number, key in enumerate(keys)
    ]


def collect(keys: Sequence[Key], groups: Sequence[Groups], vectors: Vectors) -> Candidates:
    """The pairs of vectors that the keys' groups hold together."""
    left, right, key = pairs_of(groups, vectors.counts)
    new = np.bincount(key, minlength=len(keys)).tolist()
    report = tuple(
        KeyReport(
            one.name,
            found.values,
            found.keyed,
            _record_pairs(found, vectors.counts),
            new[number],
            found.crowded,
            found.dropped,
        )
        for number, (one, found) in enumerate(zip(keys, groups, strict=True))
    )
    return Candidates(left, right, key, report)


def _record_pairs(groups: Groups, counts: Ints) -> int:
    if not len(groups):
        return 0
    sizes = np.add.reduceat(counts[groups.members].astype(np.int64), groups.starts[:-1])
    return int((sizes * (sizes - 1) // 2).sum())


def lost(held_by: Sequence[int] | Ints) -> int:
    """Matches that no key holds, estimated from how many keys hold each of those that were found.

    Chao's estimator (Scandinavian Journal of Statistics 11, 1984): with `f1` matches that one key
    alone holds and `f2` that two hold, at least `f1 (f1 - 1) / 2 (f2 + 1)` were missed. Keys that
    miss the same pairs make it too low.

    >>> lost([1, 1, 1, 1, 2, 2, 3])
    2
    """
    held = np.asarray(held_by)
    once, twice = int((held == 1).sum()), int((held == 2).sum())
    return once * (once - 1) // (2 * (twice + 1))
