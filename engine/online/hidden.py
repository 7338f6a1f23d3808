"""What is suppressed is not seen: the reading of an input that a suppression leaves of it.

A suppression is a keyed hash with a time; the key is never in the store, so that nobody who has the
store can ask it about a guessed value. It hides

- a record key: all rows with that key and an event time not after it; of an event the key is that
  of the identifiers which it was sent with;
- an identifier: wherever a row with such an event time carries it. The row is read as if the
  identifier had not been sent. An event so becomes part of another observation, and loses its
  traits, which may be those of the one who is hidden; if it has no identifier of an unguarded
  linking type left, it is hidden as a whole;
- a message: a row whose message was erased, whenever it is sent again.

An email is hidden under its digests, too.

What is hidden is a function of the row and the suppressions, and reading twice, under some and then
under more, comes to the same as reading once: so the order of arrival cannot matter.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from sameas.engine.online.door import EVENT, VERSION, without
from sameas.errors import EngineError, Fault
from sameas.matching.canonical import hash_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sameas.engine.online.door import Said
    from sameas.engine.online.rules import Rules
    from sameas.engine.online.state import State

__all__ = [
    "FOR_GOOD",
    "IDENTIFIER",
    "MESSAGE",
    "NEVER",
    "RECORD",
    "check_of",
    "digest_of",
    "names_of",
    "need_key",
    "record_digest",
    "usable_key",
    "visible",
]

RECORD, IDENTIFIER, MESSAGE = "record", "identifier", "message"
"""Kinds of suppression."""

FOR_GOOD = 1 << 62
"""The time of what is hidden whenever it comes."""

NEVER = -(1 << 62)
"""The time of what is hidden no more: that a key was erased must be known when it returns."""


def digest_of(key: bytes, kind: str, *parts: str) -> bytes:
    """The keyed hash that stands for a record key, an identifier or a message.

    >>> key = bytes(16)
    >>> digest_of(key, "identifier", "a", "bc") == digest_of(key, "identifier", "ab", "c")
    False
    """
    encoded = [part.encode("utf-8", "surrogatepass") for part in (kind, *parts)]
    text = b"".join(b"%d:%b" % (len(part), part) for part in encoded)
    return blake2b(text, key=key, digest_size=16).digest()


def check_of(key: bytes) -> str:
    """What a store keeps to tell the right key from another."""
    return digest_of(key, "check").hex()


def usable_key(key: bytes | None, check: str | None) -> bytes:
    """The erase key of a store, if it is the right one; empty: none was given, none is needed.

    Raises:
        EngineError: the store has suppressions, and this is not their key; or it is too short.
    """
    if key is None:
        if check is not None:
            raise EngineError(
                Fault("erase key", "missing, and the store has suppressions", "give the key")
            )
        return b""
    if not 16 <= len(key) <= 64:
        raise EngineError(Fault("erase key", f"has {len(key)} bytes", "16 to 64 random bytes"))
    if check is not None and check_of(key) != check:
        raise EngineError(
            Fault("erase key", "not the one of the store's suppressions", "give that one")
        )
    return key


def need_key(state: State) -> bytes:
    """The erase key.

    Raises:
        EngineError: the engine was opened without.
    """
    if not state.erase_key:
        raise EngineError(
            Fault("erase key", "missing", "open the engine with erase_key=, 16 bytes or more")
        )
    return state.erase_key


def names_of(
    rules: Rules, type_: str, value: str, spelled: Iterable[str] = ()
) -> set[tuple[str, str]]:
    """(type, value) under which an identifier is known: an email under its digests, too."""
    found = {(type_, value)}
    if rules.digests and type_ == "email":
        for raw in (value, *spelled):
            for kind, digests in hash_names(raw, value).items():
                if kind in rules.digests:
                    found |= {(kind, digest) for digest in digests}
    return found


def visible(state: State, said: Said) -> Said | None:
    """An input as the suppressions leave it; None: nothing of it may be seen."""
    suppressed = state.suppressed
    if not suppressed:
        return said
    key, time = state.erase_key, said.event_time
    if (
        said.message_id is not None
        and digest_of(key, MESSAGE, said.source, said.message_id) in suppressed
    ):
        return None
    if time > state.hidden_until:
        return said

    def hides(kind: str, *parts: str) -> bool:
        until = suppressed.get(digest_of(key, kind, *parts))
        return until is not None and time <= until

    own = record_digest(state, said)
    until = suppressed.get(own)
    if until is not None and time <= until:
        return None
    if said.kind in (VERSION, EVENT):
        return _without_hidden(state.rules, said, own, hides)
    return said


def record_digest(state: State, said: Said) -> bytes:
    """The keyed hash of a row's key; of an event that lost identifiers, of the key that it had."""
    if said.kind == EVENT and said.reduced:
        return bytes.fromhex(said.reduced)
    return digest_of(state.erase_key, RECORD, said.source, said.record_id)


def _without_hidden(
    rules: Rules, said: Said, own: bytes, hides: Callable[..., bool]
) -> Said | None:
    """A row without its hidden identifiers."""
    types = rules.types
    named = [(one, (types[one[0]], one[1])) for one in said.identifiers]
    hidden = {one for one, name in named if hides(IDENTIFIER, *name)}
    if not hidden:
        return said
    if said.kind == VERSION:
        return without(said, hidden, rules, reduced="", traits=True)
    left = [one[0] for one, _ in named if one not in hidden]
    if not any(rules.links[place] and not rules.guard[place] for place in left):
        return None
    return without(said, hidden, rules, reduced=own.hex(), traits=False)
