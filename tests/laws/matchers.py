"""A toy model over traits with few values: vectors that records share, weights near the cut, ties.

Keys and weights come from small hashes, so that a world with another salt has another model, and
everything that a model may say is met within a few records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from sameas.engine.evidence import BIT

if TYPE_CHECKING:
    from random import Random

    from sameas.engine.evidence import Vector
    from sameas.graph.model import Record

__all__ = ["ToyMatcher", "toy_matcher"]


@dataclass(frozen=True)
class ToyMatcher:
    """A `Matcher` whose every answer is a hash of what it is asked about."""

    salt: int
    fields: tuple[str, ...]
    least_fields: int
    """A record with fewer of them has no vector."""
    steps: int
    """How many different weights there are, half a bit apart, from -3 bits on."""
    missing: int
    """Of so many pairs one has no weight; 0: all have one."""
    blocks: int
    """How many values each blocking key has."""
    edge_threshold: int = 0
    review_threshold: int = 0
    cut: int = 0
    max_key_records: int = 8

    def vector(self, record: Record, /) -> Vector | None:
        said = tuple(record.traits.get(field, "").strip() for field in self.fields)
        return said if sum(map(bool, said)) >= self.least_fields else None

    def keys(self, vector: Vector, /) -> tuple[int, ...]:
        found = {
            (place << 8) + self._hash(str(place), *vector[: place + 1]) % self.blocks
            for place, text in enumerate(vector)
            if text
        }
        return tuple(sorted(found))

    def weight(self, left: Vector, right: Vector, /) -> int | None:
        number = self._hash("weight", *min(left, right), "|", *max(left, right))
        if self.missing and number // self.steps % self.missing == 0:
            return None
        return (number % self.steps - 6) * BIT // 2

    def _hash(self, *texts: str) -> int:
        return crc32("\x1f".join((str(self.salt), *texts)).encode())


def toy_matcher(r: Random) -> ToyMatcher:
    """One toy model."""
    fields = r.choice(
        (
            ("birth_date",),
            ("city", "birth_date"),
            ("first_name", "birth_date"),
            ("first_name", "last_name", "birth_date", "city"),
        )
    )
    threshold = r.choice((0, 0, BIT, -BIT))
    return ToyMatcher(
        salt=r.randrange(1 << 16),
        fields=fields,
        least_fields=r.choice((1, 1, 2)) if len(fields) > 1 else 1,
        steps=r.choice((12, 12, 18, 80)),  # the last: up the whole ladder
        missing=r.choice((0, 5, 3)),
        blocks=r.choice((1, 1, 2, 3)),
        edge_threshold=threshold,
        review_threshold=min(threshold, 0),
        cut=r.choice((0, 0, BIT, -BIT)),
        max_key_records=r.choice((40, 8, 4, 3)),
    )
