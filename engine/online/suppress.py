"""Suppression: record keys and identifiers are hidden, in what is there and in all that will come.

Live records are computed as if what is hidden had not been said. What is hidden is not kept:
lifting a suppression lets later rows in, and brings nothing back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sameas.engine.online.attempt import attempt
from sameas.engine.online.hidden import (
    IDENTIFIER,
    MESSAGE,
    NEVER,
    RECORD,
    check_of,
    digest_of,
    names_of,
    need_key,
)
from sameas.engine.online.outcomes import Suppressed
from sameas.engine.online.reread import (
    first_of_content,
    forget_values,
    keys_before,
    numbers_of,
    read_again,
)
from sameas.engine.policy.model import UNKNOWN_TYPE
from sameas.errors import EngineError, Fault
from sameas.graph.model import RecordKey
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit
    from sameas.graph.model import Micros

__all__ = ["add", "canonical", "keys_of", "suppress", "unsuppress"]

_texts = msgspec.json.Decoder(list[str]).decode


def suppress(
    unit: Unit,
    state: State,
    *,
    records: Sequence[str] = (),
    identifiers: Sequence[tuple[str, str]] = (),
    until: Micros | None = None,
) -> Suppressed:
    """Hide record keys and identifiers wherever the event time is not after a time.

    An identifier of a guarded type is hidden too: it was named. O(inputs of the records that ever
    said one).

    Args:
        unit: what the group sees.
        state: what the writer knows.
        records: references `source/record_id`.
        identifiers: (type, value as it may have been sent).
        until: None: now.

    Raises:
        EngineError: something cannot be read, or there is no erase key; nothing was changed.
    """
    need_key(state)
    keys = [_of_content(unit, key) for key in keys_of(records)]
    values = canonical(state, identifiers)
    if not keys and not values:
        raise EngineError(Fault("suppress", "names nothing", "send records or identifiers"))
    time = state.now if until is None else until
    with attempt(unit, state):
        names = _with_spellings(unit, state, values)
        before = keys_before(unit, state, keys)
        add(unit, state, time, keys, names, events=before)
        numbers = numbers_of(unit, state, names)
        done = read_again(unit, state, keys, names, events=before)
        forget_values(unit, numbers | done.identifiers)
    return Suppressed(state.counters.position, len(keys) + len(values))


def unsuppress(
    unit: Unit,
    state: State,
    *,
    records: Sequence[str] = (),
    identifiers: Sequence[tuple[str, str]] = (),
) -> Suppressed:
    """Let record keys and identifiers be seen again, in rows that come from now on.

    What was hidden is not kept, so nothing that was said before comes back by this.

    Raises:
        EngineError: something cannot be read, or is not suppressed; nothing was changed.
    """
    key = need_key(state)

    def hides(kind: str, *parts: str) -> bool:
        return state.suppressed.get(digest_of(key, kind, *parts), NEVER) > NEVER

    names = [(RECORD, one.source, one.record_id) for one in keys_of(records)]
    values = canonical(state, identifiers)
    faults = [
        Fault(RecordKey(source, record_id).ref, "is not suppressed")
        for kind, source, record_id in names
        if not hides(kind, source, record_id)
    ]
    faults += [
        Fault(f"{kind}:{value}", "is not suppressed")
        for kind, value in values
        if not hides(IDENTIFIER, kind, value)
    ]
    if faults:
        raise EngineError(faults)
    names += [(IDENTIFIER, *name) for one in values for name in names_of(state.rules, *one)]
    with attempt(unit, state):
        left = dict(state.suppressed)
        for kind, *parts in names:
            digest = digest_of(key, kind, *parts)
            if digest in left:
                left[digest] = NEVER
                row = t.Suppression(digest, kind, NEVER, state.counters.position)
                unit.put(t.SUPPRESSION, row)
        state.suppressed = left
    return Suppressed(state.counters.position, len(records) + len(values))


def add(
    unit: Unit,
    state: State,
    time: Micros,
    records: Iterable[RecordKey] = (),
    identifiers: Iterable[tuple[str, str]] = (),
    events: Iterable[bytes] = (),
    messages: Iterable[tuple[str, str]] = (),
) -> None:
    """Write suppressions; one that is there already keeps the later time. Use it in an `attempt`.

    Args:
        unit: what the group sees.
        state: what the writer knows.
        time: up to which it is hidden.
        records: keys.
        identifiers: (type, canonical value), all names.
        events: hashes of the keys that events had before they lost identifiers.
        messages: (source, message id); they are hidden up to the time that they are given.
    """
    key = need_key(state)
    if unit.get(t.META, ("erase_check",)) is None:
        unit.put(t.META, t.Meta("erase_check", check_of(key)))
    known = dict(state.suppressed)
    names = [
        *((RECORD, one.source, one.record_id) for one in records),
        *((IDENTIFIER, *one) for one in identifiers),
        *((MESSAGE, *one) for one in messages),
    ]
    hashed = [(kind, digest_of(key, kind, *parts)) for kind, *parts in names]
    hashed += [(RECORD, digest) for digest in events]
    position = state.counters.position + 1
    for kind, digest in hashed:
        if digest not in known or known[digest] < time:
            known[digest] = time
            unit.put(t.SUPPRESSION, t.Suppression(digest, kind, time, position))
        if kind != MESSAGE:
            state.hidden_until = max(state.hidden_until, time)
    state.suppressed = known


def keys_of(refs: Iterable[str]) -> list[RecordKey]:
    """Record references, read.

    Raises:
        EngineError: some are none.
    """
    found, faults = [], []
    for ref in dict.fromkeys(refs):
        try:
            found.append(RecordKey.parse(ref))
        except ValueError:
            faults.append(Fault(repr(ref), "is no record reference", "source/record_id"))
    if faults:
        raise EngineError(faults)
    return found


def canonical(state: State, identifiers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """(type, canonical value) of identifiers as they may have been sent.

    Raises:
        EngineError: the policy has no such type, or the value is no such identifier.
    """
    rules = state.rules
    found, faults = [], []
    for kind, raw in dict.fromkeys(identifiers):
        place = rules.place.get(kind)
        if place is None:
            known = ", ".join(rules.types)
            faults.append(Fault(kind, UNKNOWN_TYPE, f"one of {known}"))
            continue
        outcome = rules.canonical(place, raw)
        if outcome.value is None:
            faults.append(Fault(f"an identifier of type {kind}", outcome.reason or "is no value"))
        else:
            found.append((kind, outcome.value))
    if faults:
        raise EngineError(faults)
    return found


def _of_content(unit: Unit, key: RecordKey) -> RecordKey:
    """All rows of one content say the same: they are hidden together."""
    found = unit.find(t.RECORD, ("record_id", "source"), (key.record_id, key.source))
    return RecordKey(key.source, first_of_content(unit, found[0]).record_id) if found else key


def _with_spellings(
    unit: Unit, state: State, values: Iterable[tuple[str, str]]
) -> set[tuple[str, str]]:
    """All names of identifiers, the digests of the spellings that live records have among them."""
    names: set[tuple[str, str]] = set()
    for kind, value in values:
        spelled: set[str] = set()
        for row in unit.find(t.IDENTIFIER, ("value", "type"), (value, kind)):
            for link in unit.find(t.LINK, ("identifier",), (row.number,)):
                if link.spelled is not None:
                    spelled.update(_texts(link.spelled))
        names |= names_of(state.rules, kind, value, spelled)
    return names
