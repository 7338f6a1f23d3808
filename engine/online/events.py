"""What goes into the online engine, and what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sameas.graph.model import Micros

__all__ = ["Answer", "Event", "Refusal", "RejectedValue", "Withdrawal"]


class Event(msgspec.Struct, frozen=True):
    """One row that a source sends: a version of a record, or an event without a record id."""

    source: str
    identifiers: Sequence[tuple[str, str]] = ()
    """(type, value as it was sent)."""
    traits: Mapping[str, str] = {}
    record_id: str | None = None
    event_time: Micros | None = None
    """None, or more than a day ahead: the time of receipt."""
    first_seen: Micros | None = None
    message_id: str | None = None


class Withdrawal(msgspec.Struct, frozen=True, gc=False):
    """A source takes a record back: all its versions up to the event time."""

    source: str
    record_id: str
    event_time: Micros | None = None
    message_id: str | None = None


class RejectedValue(msgspec.Struct, frozen=True, gc=False):
    """An identifier that could not be used; it is kept with the record."""

    type: str
    value: str
    reason: str


class Refusal(msgspec.Struct, frozen=True, gc=False):
    """A link of the record that a constraint kept from joining."""

    identifier: str
    """`type:value`."""
    constraint: str
    against: tuple[str, ...]
    profile_id: str | None
    """The profile that the identifier answers with."""


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What became of one row. It is durable when it is given."""

    record: str
    """`source/record_id`: what it is withdrawn by."""
    profile_id: str | None
    """None: the record is withdrawn, hidden, or `pending`."""
    position: int
    """The feed position of the commit."""
    created: bool = False
    """The profile is new."""
    merged: tuple[str, ...] = ()
    """Ids that lead to this profile from now on."""
    refused: tuple[Refusal, ...] = ()
    rejected: tuple[RejectedValue, ...] = ()
    duplicate: bool = False
    """Nothing changed: it was known."""
    pending: bool = False
    """It is durable, and takes effect when much that hangs on it was resolved again."""
    hidden: bool = False
    """It is suppressed as a whole: nothing of it was kept."""
