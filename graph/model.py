"""The words of docs/design.md as plain data.

Everything here is an immutable value: two records with equal fields are the same record, and
every order that the function needs is the natural order of these values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Identifier",
    "Judgement",
    "Match",
    "Micros",
    "Record",
    "RecordKey",
    "RecordKind",
    "Ref",
    "record_ref",
]

Micros = int
"""Microseconds since 1970-01-01T00:00:00Z."""


_PLAIN = re.compile(r"[\w.~-]+", re.ASCII)


def record_ref(source: str, record_id: str) -> str:
    """`RecordKey.ref`.

    >>> record_ref("crm", "a/7")
    'crm/a%2F7'
    """
    if _PLAIN.fullmatch(source) and _PLAIN.fullmatch(record_id):
        return f"{source}/{record_id}"
    return f"{quote(source, safe='')}/{quote(record_id, safe='')}"


@dataclass(frozen=True, slots=True, order=True)
class RecordKey:
    """What one record is known by: its source and the id it has there.

    >>> RecordKey("crm", "a/7").ref
    'crm/a%2F7'
    >>> RecordKey.parse("crm/a%2F7")
    RecordKey(source='crm', record_id='a/7')
    """

    source: str
    record_id: str

    @property
    def ref(self) -> str:
        """The percent-encoded reference `source/record_id`."""
        return record_ref(self.source, self.record_id)

    @classmethod
    def parse(cls, ref: str) -> RecordKey:
        """Read a reference back. Raises ValueError if it has no slash."""
        source, slash, record_id = ref.partition("/")
        if not (slash and source and record_id):
            raise ValueError(f"{ref!r} is no record reference (source/record_id)")
        return cls(unquote(source), unquote(record_id))


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """A typed canonical value: a node of the graph.

    >>> Identifier.parse("email:ann@example.com")
    Identifier(type='email', value='ann@example.com')
    """

    type: str
    value: str

    @property
    def ref(self) -> str:
        """The reference `type:value`."""
        return f"{self.type}:{self.value}"

    @classmethod
    def parse(cls, ref: str) -> Identifier:
        """Read a reference back. Raises ValueError if it has no colon."""
        type_, colon, value = ref.partition(":")
        if not (colon and type_ and value):
            raise ValueError(f"{ref!r} is no identifier reference (type:value)")
        return cls(type_, value)


RecordKind = Literal["record", "observation", "content"]
"""How a record got its key: from its source, from its identifiers, from its content."""

Ref = RecordKey | Identifier
"""What a judgement speaks of."""


@dataclass(frozen=True, slots=True)
class Record:
    """What one source says of one person: the live version, canonicalised.

    `event_time` orders versions; `first_seen` orders records where evidence is contested. They
    are equal unless the source says when it first saw the person, or many events were folded
    into one observation.
    """

    key: RecordKey
    event_time: Micros
    first_seen: Micros
    identifiers: tuple[Identifier, ...] = ()
    traits: Mapping[str, str] = field(default_factory=dict)
    last_seen: Micros = 0
    count: int = 1
    kind: RecordKind = "record"
    also: frozenset[tuple[Identifier, Identifier]] = frozenset()
    """(further name, identifier): other names of the record's values, the hashes of its emails."""
    trait_times: Mapping[str, Micros] = field(default_factory=dict)
    """Of an observation: when each trait's value was said."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A person's word on two sides: one person (`same`) or never one (`different`).

    `same` says that everything on both sides is one person; `different`, that nothing on the left
    is the same person as anything on the right.
    """

    key: str
    kind: Literal["same", "different"]
    left: frozenset[Ref]
    right: frozenset[Ref]
    time: Micros
    author: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """Fuzzy evidence that two records are one person, in units of 2**-20 bit."""

    left: RecordKey
    right: RecordKey
    weight: int
