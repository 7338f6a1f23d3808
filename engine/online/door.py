"""The door: what a source sent becomes canonical, or is kept as rejected with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sameas.engine.online.events import RejectedValue, Withdrawal
from sameas.engine.policy.model import UNKNOWN_TYPE
from sameas.graph.versions import (
    TOMBSTONE,
    content_hash,
    content_record_id,
    observation_id_of,
    time_at_the_door,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sameas.engine.online.events import Event
    from sameas.engine.online.rules import Rules
    from sameas.graph.store.tables import Input

__all__ = [
    "CONTENT",
    "EVENT",
    "VERSION",
    "WITHDRAWAL",
    "Payload",
    "Said",
    "arrive",
    "further_names",
    "said_again",
    "under",
    "without",
]

VERSION, EVENT, CONTENT, WITHDRAWAL = range(4)
"""Kinds of input."""


class Said(msgspec.Struct, gc=False):
    """One row, canonical."""

    source: str
    record_id: str
    """Of an event the observation's; of a row known by its content the first occurrence's."""
    kind: int
    event_time: int
    first_seen: int | None
    received: int
    content: bytes
    message_id: str | None
    identifiers: tuple[tuple[int, str], ...]
    """(place of the type, canonical value), ascending, distinct."""
    spelled: dict[tuple[int, str], list[str]]
    """Raw spellings where they are not the canonical value."""
    traits: dict[str, str]
    rejected: tuple[RejectedValue, ...]
    payload: str
    """JSON, as `Input.payload`."""
    reduced: str = ""
    """Of an event that lost identifiers to a suppression: what the key that it had hashes to."""

    count: int = 1
    """More than one: events of one observation that were folded before they came."""
    trait_times: dict[str, int] | None = None
    """Of such: when traits were said at another time than the last event's."""

    @property
    def order(self) -> tuple[int, bytes, int, bool, str]:
        """The order of versions: by time, then content, then whatever else can differ."""
        first = self.event_time if self.first_seen is None else self.first_seen
        named = self.record_id if self.kind in (VERSION, WITHDRAWAL) else ""
        return (self.event_time, self.content, first, self.kind == WITHDRAWAL, named)

    def __reduce__(self) -> tuple[Callable[[bytes], Said], tuple[bytes]]:
        """Pickled as one piece, which takes a third of the time."""
        return _unpack, (_pack(self),)


class Payload(msgspec.Struct, array_like=True, gc=False):
    """What is kept of a row as it was sent."""

    identifiers: list[tuple[str, str]]
    traits: dict[str, str]
    reduced: str = ""
    """`Said.reduced`."""


class FoldedPayload(Payload, array_like=True, gc=False):
    """What is kept of events of one observation that were folded before they came."""

    count: int = 1
    trait_times: dict[str, int] = {}


_pack = msgspec.msgpack.Encoder().encode


def _unpack(packed: bytes) -> Said:
    return _said(packed)


_said = msgspec.msgpack.Decoder(Said).decode
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(FoldedPayload).decode


def arrive(row: Event | Withdrawal, rules: Rules, received: int) -> Said:
    """Take one row in. Types that the policy does not know must have been refused before."""
    time = time_at_the_door(row.event_time, received)
    if isinstance(row, Withdrawal):
        return Said(
            row.source,
            row.record_id,
            WITHDRAWAL,
            time,
            None,
            received,
            TOMBSTONE,
            row.message_id,
            (),
            {},
            {},
            (),
            "[[],{}]",
        )
    return _canonical(
        rules,
        source=row.source,
        record_id=row.record_id,
        times=(time, row.first_seen, received),
        message_id=row.message_id,
        raw=row.identifiers,
        traits=row.traits,
        payload=None,
    )


def said_again(row: Input, record_id: str, rules: Rules) -> Said:
    """What an input said, read again under a policy that may be another one."""
    payload = _decode(row.payload or "[[],{}]")
    if row.kind == WITHDRAWAL:
        times = (row.event_time, None, row.received)
        return Said(
            row.source, record_id, WITHDRAWAL, *times, TOMBSTONE, row.message_id, (), {}, {},
            (), row.payload or "[[],{}]",
        )  # fmt: skip
    said = _canonical(
        rules,
        source=row.source,
        record_id=record_id if row.kind == VERSION else None,
        times=(row.event_time, row.first_seen, row.received),
        message_id=row.message_id,
        raw=payload.identifiers,
        traits=payload.traits,
        payload=row.payload,
        reduced=payload.reduced,
    )
    said.count, said.trait_times = payload.count, payload.trait_times or None
    return said


def under(rules: Rules, said: Said) -> Said:
    """The same row, read under other rules before it was taken in."""
    if said.kind == WITHDRAWAL:
        return said
    payload = _decode(said.payload)
    return _canonical(
        rules,
        source=said.source,
        record_id=said.record_id if said.kind == VERSION else None,
        times=(said.event_time, said.first_seen, said.received),
        message_id=said.message_id,
        raw=payload.identifiers,
        traits=payload.traits,
        payload=said.payload,
    )


def without(
    said: Said, hidden: set[tuple[int, str]], rules: Rules, *, reduced: str, traits: bool
) -> Said:
    """The same row as if some of its identifiers, or its traits, had not been sent."""
    payload = _decode(said.payload)
    left = [
        (name, raw)
        for name, raw in payload.identifiers
        if (place := rules.place.get(name)) is None
        or (place, rules.canonical(place, raw).value) not in hidden
    ]
    less = _canonical(
        rules,
        source=said.source,
        record_id=said.record_id if said.kind == VERSION else None,
        times=(said.event_time, said.first_seen, said.received),
        message_id=said.message_id,
        raw=left,
        traits=payload.traits if traits else {},
        payload=None,
        reduced=reduced,
    )
    if less.kind == EVENT and (said.count, said.trait_times) != (1, None):
        less.count, less.trait_times = said.count, said.trait_times if traits else None
        kept = _decode(less.payload)
        kept.count, kept.trait_times = less.count, less.trait_times or {}
        less.payload = _encode(kept).decode()
    return less


def further_names(said: Said, rules: Rules) -> set[tuple[str, str, str]]:
    """(digest type, digest, email) of every plain email: what else the same address is called."""
    return {
        (kind, digest, value)
        for place, value in said.identifiers
        if place == rules.email
        for raw in (value, *said.spelled.get((place, value), ()))
        for kind, digest in rules.hash_names(raw, value)
    }


def _canonical(
    rules: Rules,
    *,
    source: str,
    record_id: str | None,
    times: tuple[int, int | None, int],
    message_id: str | None,
    raw: Sequence[tuple[str, str]],
    traits: Mapping[str, str],
    payload: str | None,
    reduced: str = "",
) -> Said:
    found: set[tuple[int, str]] = set()
    spelled: dict[tuple[int, str], list[str]] = {}
    rejected: list[RejectedValue] = []
    sent: list[tuple[str, str]] = []
    for name, text in raw:
        place = rules.place.get(name)
        if place is None:
            rejected.append(RejectedValue(name, text, UNKNOWN_TYPE))
            sent.append((name, text))
            continue
        outcome = rules.canonical(place, text)
        value = outcome.value
        if value is None:
            if outcome.reason is not None:
                rejected.append(RejectedValue(name, text, outcome.reason))
                sent.append((name, text))
            continue
        sent.append((name, text))
        found.add((place, value))
        if value != text:
            spellings = spelled.setdefault((place, value), [])
            if text not in spellings:
                spellings.append(text)
    kept = {name: value for name, value in traits.items() if value}
    identifiers = tuple(sorted(found))
    kind = VERSION
    if record_id is None:
        if identifiers:
            kind = EVENT
            types = rules.types
            record_id = observation_id_of([(types[p], v) for p, v in identifiers])
        else:
            kind = CONTENT
            record_id = content_record_id(kept, 0)
    return Said(
        source,
        record_id,
        kind,
        times[0],
        times[1],
        times[2],
        content_hash(sent, kept),
        message_id,
        identifiers,
        spelled,
        kept,
        tuple(rejected),
        payload or _payload(sent, kept, reduced),
        reduced,
    )


def _payload(sent: list[tuple[str, str]], kept: dict[str, str], reduced: str) -> str:
    if reduced:
        return _encode(Payload(sent, kept, reduced)).decode()
    return _encode((sent, kept)).decode()
