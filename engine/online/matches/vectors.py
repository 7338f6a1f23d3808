"""Trait vectors and blocking keys as rows hold them."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from sameas.engine.batch.columns import KINDS
from sameas.graph.model import Identifier, Record, RecordKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sameas.engine.evidence import Vector
    from sameas.engine.online.door import Said
    from sameas.engine.online.rules import Rules
    from sameas.engine.online.state import Live

__all__ = [
    "digest_of",
    "packed",
    "record_of",
    "unpacked",
    "values_of",
    "vector_from",
    "vector_of",
]

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(tuple[str, ...]).decode


def vector_of(rules: Rules, row: Live | Said) -> Vector | None:
    """What a record may be compared by; None: too little, or there is no model.

    The last ones are remembered: one call asks for the vector of its record several times.
    """
    if rules.matcher is None:
        return None
    return _vector_of(
        rules, row.source, row.record_id, row.event_time, tuple(row.identifiers),
        tuple(row.traits.items()),
    )  # fmt: skip


@lru_cache(maxsize=64)
def _vector_of(
    rules: Rules,
    source: str,
    record_id: str,
    event_time: int,
    identifiers: tuple[tuple[int, str], ...],
    traits: tuple[tuple[str, str], ...],
) -> Vector | None:
    assert rules.matcher is not None
    held = tuple(Identifier(rules.types[place], value) for place, value in identifiers)
    key = RecordKey(source, record_id)
    return rules.matcher.vector(Record(key, event_time, event_time, held, dict(traits)))


def record_of(rules: Rules, live: Live) -> Record:
    """A live version as the function takes it."""
    types = rules.types
    return Record(
        RecordKey(live.source, live.record_id),
        live.event_time,
        live.first_seen,
        tuple(Identifier(types[place], value) for place, value in live.identifiers),
        live.traits,
        live.last_seen,
        live.count,
        KINDS[live.kind],  # the three kinds
        frozenset(
            (Identifier(kind, digest), Identifier("email", email))
            for kind, digest, email in live.further
        ),
    )


def values_of(vector: Vector) -> str:
    """A vector as its row holds it."""
    return _encode(vector).decode()


def vector_from(values: str) -> Vector:
    """The vector of a row."""
    return _decode(values)


def digest_of(values: str) -> bytes:
    """What a vector is found by."""
    return blake2b(values.encode(), digest_size=16).digest()


def packed(numbers: Iterable[int]) -> bytes:
    """Numbers as one value of a row: ascending, 8 bytes each, the least byte first."""
    return np.array(sorted(numbers), dtype="<i8").tobytes()


def unpacked(value: bytes) -> list[int]:
    """The numbers again."""
    numbers: list[int] = np.frombuffer(value, dtype="<i8").tolist()
    return numbers
