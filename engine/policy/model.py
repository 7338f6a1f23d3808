"""The policy as a value: frozen, complete, with every default filled in.

Nothing here reads a file; `sameas.engine.policy.load` does, and checks what it read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "UNKNOWN_TYPE",
    "Canonical",
    "Group",
    "IdentifierType",
    "Policy",
    "Strategy",
    "Survivorship",
]

Canonical = Literal["exact", "folded", "email", "phone", "uuid", "hash"]
Strategy = Literal[
    "most_recent", "most_frequent", "most_complete", "source_priority", "min", "max", "union"
]
UNKNOWN_TYPE = "the policy has no such identifier type"
"""Why a value of a type that a policy does not name is rejected."""


@dataclass(frozen=True, slots=True)
class IdentifierType:
    """The rules of one type of identifier. Its rank is its place in `Policy.identifiers`."""

    name: str
    canonicaliser: Canonical = "exact"
    links: bool = True
    """False: the value is kept, shown and counted against `max_per_profile`, but joins nobody."""
    max_per_profile: int | None = None
    """Most distinct values that one profile may hold; None: no limit."""
    max_fanout: int | None = None
    """Most distinct values of one higher type beside it before it is shared; None: no limit."""
    max_records: int | None = None
    """Most records that may carry it before it is shared; None: no limit."""
    guard: bool = False
    """Records meet on it only if their person names are compatible."""
    blocked: frozenset[str] = frozenset()
    """Canonical values that never link, beside the built-in junk."""
    blocked_patterns: tuple[str, ...] = ()
    """Regular expressions; a canonical value that one matches in full never links."""


@dataclass(frozen=True, slots=True)
class Group:
    """Traits that survive together, from one record: an address is never half of two."""

    name: str
    traits: tuple[str, ...]
    strategy: Strategy = "most_recent"


@dataclass(frozen=True, slots=True)
class Survivorship:
    """Which value of a trait a profile shows."""

    default: Strategy = "most_recent"
    traits: Mapping[str, Strategy] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    source_priority: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """All the rules. `Policy()` has no identifier types; use `sameas.engine.policy.default()`."""

    identifiers: tuple[IdentifierType, ...] = ()
    """In rank order, the highest first."""
    on_conflict: Literal["oldest", "newest"] = "oldest"
    max_component: int = 10_000
    exclusive: tuple[str, ...] = ()
    """Traits of which a profile may hold one value at most (compared trimmed and case-folded)."""
    duplicate_free: frozenset[str] = frozenset()
    """Sources that hold each person once."""
    default_region: str = "US"
    """ISO 3166 region of phone numbers that carry no country code."""
    email_dots: bool = True
    """Drop the dots of a local part where the provider ignores them (Gmail)."""
    email_tags: bool = True
    """Drop plus tags where the provider has them."""
    survivorship: Survivorship = field(default_factory=Survivorship)
    columns: Mapping[str, str] = field(default_factory=dict)
    """Column name to role, for all files; a role is `source`, `record_id`, `event_time`,
    `first_seen`, `message_id`, `withdrawn`, `ignore`, `identifier:TYPE` or `trait:NAME`."""
    file_columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The same for one file, by its name; wins over `columns`."""

    def rank(self, type_name: str) -> int:
        """The place of a type in rank order, 0 the highest. Raises KeyError if unknown."""
        for place, kind in enumerate(self.identifiers):
            if kind.name == type_name:
                return place
        raise KeyError(type_name)
