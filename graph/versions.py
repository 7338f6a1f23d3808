"""Which version of a record is live, and what an observation is called.

These are definitions, not algorithms: whoever computes a live record, in whatever way, must come
to the same keys and hashes. All of them depend on content only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

from sameas.graph.base32 import base32

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sameas.graph.model import Identifier, Micros

__all__ = [
    "DAY",
    "TOMBSTONE",
    "Version",
    "content_hash",
    "content_record_id",
    "observation_id",
    "observation_id_of",
    "time_at_the_door",
    "value_hash",
]

DAY = 86_400_000_000
"""A day in microseconds: how far ahead of receipt an event time may be."""

TOMBSTONE = b"\xff" * 17
"""The content hash of a withdrawal: of all that a source says at one time, it is the last word."""


@dataclass(frozen=True, slots=True)
class Version:
    """One row as a source sent it, canonicalised.

    Without a record id it is an event: it becomes part of an observation if it has identifiers,
    else a record known by its content.
    """

    source: str
    record_id: str | None
    event_time: Micros
    first_seen: Micros | None = None
    identifiers: tuple[Identifier, ...] = ()
    raw: tuple[tuple[str, str], ...] = ()
    """(type, raw value) of every identifier field, the rejected ones too."""
    also: frozenset[tuple[Identifier, Identifier]] = frozenset()
    """(further name, identifier): the hashes of this row's emails."""
    traits: Mapping[str, str] = field(default_factory=dict)
    message_id: str | None = None
    withdrawn: bool = False
    last_seen: Micros | None = None
    count: int = 1
    """More than one: an observation that was folded before, seen from first to last seen."""
    trait_times: Mapping[str, Micros] = field(default_factory=dict)
    """When each trait of a folded observation was said, where that is not the event time."""


def _joined(parts: Iterable[str]) -> bytes:
    """Parts with their lengths in bytes, so that no two lists of parts look the same."""
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join(b"%d:%b" % (len(part), part) for part in encoded)


def time_at_the_door(event_time: Micros | None, receipt: Micros) -> Micros:
    """The time that a row has from its receipt on.

    >>> time_at_the_door(None, 7), time_at_the_door(5, 7), time_at_the_door(8 + DAY, 7)
    (7, 5, 7)
    """
    return receipt if event_time is None or event_time > receipt + DAY else event_time


def content_hash(raw: Iterable[tuple[str, str]], traits: Mapping[str, str]) -> bytes:
    """What orders two versions of one record with the same event time."""
    pairs, said = sorted(raw), sorted(traits.items())
    plain = "".join(
        [f"1:i{len(name)}:{name}{len(value)}:{value}" for name, value in pairs]
        + [f"1:t{len(name)}:{name}{len(value)}:{value}" for name, value in said]
    )
    if plain.isascii():  # `_joined`, in half the time
        return blake2b(plain.encode(), digest_size=16).digest()
    parts = [part for pair in pairs for part in ("i", *pair)]
    parts += [part for pair in said for part in ("t", *pair)]
    return blake2b(_joined(parts), digest_size=16).digest()


def value_hash(value: str) -> bytes:
    """What orders two values of one trait with the same event time."""
    return blake2b(value.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def observation_id(identifiers: Iterable[Identifier]) -> str:
    """The record id of an observation: a hash of its canonical identifier set.

    >>> from sameas.graph.model import Identifier
    >>> ann, tab = Identifier("email", "ann@example.com"), Identifier("cookie", "c1")
    >>> observation_id([ann, tab]) == observation_id([tab, ann, ann])
    True
    """
    return observation_id_of((one.type, one.value) for one in identifiers)


def observation_id_of(identifiers: Iterable[tuple[str, str]]) -> str:
    """`observation_id` of (type, value)."""
    pairs = sorted(set(identifiers))
    plain = "".join([f"{len(kind)}:{kind}{len(value)}:{value}" for kind, value in pairs])
    if plain.isascii():
        return "o_" + base32(blake2b(plain.encode(), digest_size=15).digest())
    parts = [part for one in pairs for part in one]
    return "o_" + base32(blake2b(_joined(parts), digest_size=15).digest())


def content_record_id(traits: Mapping[str, str], occurrence: int) -> str:
    """The record id of a row that has neither a record id nor an identifier."""
    name = base32(content_hash((), traits)[:15])
    return f"c_{name}" if occurrence == 0 else f"c_{name}_{occurrence + 1}"
