"""A model whose answers are drawn: few vectors, keys that flip, weights at the cut, and none."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import combinations
from random import Random
from typing import TYPE_CHECKING
from unittest.mock import patch

import msgspec

from sameas.engine.evidence import BIT
from sameas.engine.online.matches import ladder, models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sameas.engine.evidence import Vector
    from sameas.graph.model import Record

__all__ = ["Toy", "few_vectors", "toy", "toys"]

TRAITS = ("first_name", "last_name", "birth_date", "city")


@dataclass(frozen=True)
class Toy:
    """A model by seed. Everything it says is a function of vectors."""

    seed: int
    edge_threshold: int
    review_threshold: int
    cut: int
    max_key_records: int
    high: int
    """Of weights, in half bits."""

    def vector(self, record: Record, /) -> Vector | None:
        emails = sorted(one.value for one in record.identifiers if one.type == "email")
        found = tuple(record.traits.get(name, "").strip() for name in TRAITS)
        found = (*found, emails[0] if emails else "")
        return found if sum(map(bool, found)) > 1 else None

    def keys(self, vector: Vector, /) -> tuple[int, ...]:
        parts = [(at, value) for at, value in enumerate(vector) if value]
        return tuple(sorted({self.draw(pair) >> 1 for pair in combinations(parts, 2)}))

    def weight(self, left: Vector, right: Vector, /) -> int | None:
        return _weight(self, *sorted((left, right)))

    def draw(self, *said: object) -> int:
        """64 bits that hang on the seed and what is said."""
        digest = blake2b(repr((self.seed, said)).encode(), digest_size=8).digest()
        return int.from_bytes(digest, "little")

    def to_json(self) -> str:
        """As a store keeps it."""
        return msgspec.json.encode(self).decode()


@lru_cache(maxsize=1 << 16)
def _weight(model: Toy, left: Vector, right: Vector) -> int | None:
    r = Random(model.draw(left, right))
    alike = sum(a == b != "" for a, b in zip(left, right, strict=True))
    if r.randrange(6) == 0:
        return None
    return (r.randrange(-6, model.high) + 3 * alike - 6) * BIT // 2


def toy(r: Random) -> Toy:
    """Any."""
    cut = r.choice((0, 0, BIT, -BIT))
    return Toy(
        r.randrange(1 << 30),
        r.choice((0, 0, BIT, -BIT)),
        cut - r.choice((0, BIT, 3 * BIT)),
        cut,
        r.choice((1, 2, 3, 5, 50)),
        r.choice((6, 12, 12, 80)),  # the last: up the whole ladder
    )


@contextmanager
def toys(only: Toy | None = None) -> Iterator[None]:
    """Stores may hold toy models in here; all are read as `only`."""
    with patch.object(models, "_read", lambda text: only or msgspec.json.decode(text, type=Toy)):
        yield


@contextmanager
def few_vectors(most: int) -> Iterator[None]:
    """A component of more vectors goes up the ladder."""
    slow = sys.modules["sameas.engine.reference.components"]
    with patch.object(slow, "MAX_VECTORS", most), patch.object(ladder, "MAX_VECTORS", most):
        yield
