"""What calls on the whole graph, or on a whole person, answer: plain values, light to import."""

from __future__ import annotations

import msgspec

__all__ = [
    "Erased",
    "Example",
    "Health",
    "PolicyState",
    "Preview",
    "Standing",
    "Suppressed",
    "Unmerged",
]


class Unmerged(msgspec.Struct, frozen=True):
    """What an unmerge did."""

    judgement: str
    """The key of the judgement that it wrote: retract it, and it was never there."""
    position: int
    profile_id: str
    """The profile that kept the id."""
    parted: tuple[str, ...]
    """The other profiles that its records are in now, earlier ids that returned among them."""


class Erased(msgspec.Struct, frozen=True):
    """What an erasure did."""

    position: int
    records: int
    """Records that were withdrawn and emptied, those among them that had been withdrawn before."""
    identifiers: int
    """Identifiers that are suppressed from now on."""
    profiles: tuple[str, ...]
    """Ids of the profiles that lost something: the person's, which are gone, and those of others
    whose records said an identifier of the person."""


class Suppressed(msgspec.Struct, frozen=True):
    """What a suppression did, or lifting one."""

    position: int
    suppressed: int
    """Record keys and identifiers that were named; all of them are hidden, or visible, now."""


class Example(msgspec.Struct, frozen=True):
    """One profile that would change."""

    change: str
    """`merged`, `split`, `created` or `removed`."""
    profile_id: str | None
    """None: an id that would be issued."""
    other_id: str | None
    """merged: the id that would lead there; split: the one that it would come from."""
    records: int
    """How many records it would have; removed: had."""
    why: tuple[str, ...]
    """Identifiers that would stand otherwise, and constraints that would refuse."""


class Standing(msgspec.Struct, frozen=True):
    """How many identifiers of one type would go from one standing to another."""

    type: str
    before: str
    after: str
    identifiers: int


class Preview(msgspec.Struct):
    """The difference between two policies on one store."""

    records: int = 0
    profiles_before: int = 0
    profiles_after: int = 0
    merged: int = 0
    """Ids of profiles that would lead to another profile."""
    split: int = 0
    """Profiles of which a part would leave."""
    created: int = 0
    removed: int = 0
    unchanged: int = 0
    """Profiles of today that nobody would join or leave."""
    moved_ids: int = 0
    """Ids, those of earlier merges too, that would answer with another profile id."""
    moved_records: int = 0
    """Records that would have another profile id."""
    standings: list[Standing] = []
    examples: list[Example] = []
    pending: int = 0
    """Inputs that wait: they are in neither."""


class PolicyState(msgspec.Struct, frozen=True):
    """The policy in force, and how far a change to another one is."""

    policy: str
    """As policy.toml, every default filled in."""
    changing: bool = False
    attempt: int = 0
    """Of the change: how often it was begun; others wrote while it was resolved."""
    attempts: int = 0
    """After so many it is done in the writer, and writes wait for it."""
    position: int | None = None
    """The feed position at which the last change took effect; None: none since the start."""
    failed: str | None = None
    """Why the last change was not made."""


class Health(msgspec.Struct, frozen=True):
    """How an engine does."""

    ready: bool
    """It takes writes."""
    reason: str = ""
    """Why not."""
    waiting: int = 0
    """Calls in the queue."""
    position: int = 0
    commits: int = 0
    fast: int = 0
    """Inputs that took the fast path since the start."""
    slow: int = 0
    pending: bool = False
    """Some inputs are kept and not in effect yet."""
