"""Inputs read again under new suppressions: what is hidden leaves them for good.

Afterwards every input is what it would be, had it come after the suppressions: hidden parts are
gone from its payload, a row that is hidden as a whole has lost everything but its number and time
of receipt, an event belongs to the observation of the identifiers that it has left.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from sameas.engine.online import slow
from sameas.engine.online.door import CONTENT, EVENT, said_again
from sameas.engine.online.feed import Feed
from sameas.engine.online.fold import APPLIED, PENDING, VOID, again, hold
from sameas.engine.online.hidden import RECORD, digest_of, names_of, record_digest, visible
from sameas.engine.online.mentions import had_key, sayers
from sameas.engine.online.namesakes import widen
from sameas.engine.online.opaque import erased_rows
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sameas.engine.online.door import Said
    from sameas.engine.online.state import Live, State
    from sameas.engine.online.unit import Unit
    from sameas.graph.model import RecordKey

__all__ = [
    "Reread",
    "first_of_content",
    "forget_values",
    "keys_before",
    "numbers_of",
    "read_again",
]

_KEY = ("record_id", "source")
_NAME = ("value", "type")
_OF = ("record",)
_MESSAGE = ("message_id", "source")
_OBSERVATION = 1
"""`RecordRow.kind`."""
_CONTENT_ID = 26
"""Characters of `content_record_id` before the number of an occurrence."""


@dataclass(slots=True)
class Reread:
    """What came of it."""

    feed: Feed
    died: set[int] = field(default_factory=set)
    """Records that are not live any more."""
    identifiers: set[int] = field(default_factory=set)
    """Numbers of all identifiers that the inputs had said."""


def read_again(
    unit: Unit,
    state: State,
    records: Iterable[RecordKey],
    identifiers: Iterable[tuple[str, str]],
    *,
    events: Iterable[bytes] = (),
) -> Reread:
    """Read the inputs of some records, and of all that said some identifiers, and resolve.

    `state` has the new suppressions already. O(inputs of those records).

    Args:
        unit: what the group sees.
        state: what the writer knows.
        records: keys.
        identifiers: (type, value), all names.
        events: `keys_before` of the records.
    """
    rows = _rows(unit, state, list(records), set(events))
    rows |= sayers(unit, numbers_of(unit, state, identifiers))
    work = _Reading(unit, state)
    for number in sorted(rows):
        work.record(number)
    for message in sorted(work.messages):
        work.elect(message)
    after = work.after()
    out = Reread(Feed(unit, state), identifiers=work.said)
    for number, live in after.items():
        before = unit.get(t.RECORD, (number,))
        if live is None and before is not None and before.live:
            out.died.add(number)
    if after:
        slow.resolve(unit, state, widen(unit, state, after), out.feed)
    out.feed.close()
    work.forget_mentions()
    return out


def _rows(unit: Unit, state: State, keys: Sequence[RecordKey], events: set[bytes]) -> set[int]:
    """The records that have inputs of some keys: their own, erased ones, and where events went."""
    found: set[int] = set()
    for key in keys:
        for row in unit.find(t.RECORD, _KEY, (key.record_id, key.source)):
            found |= {row.number, first_of_content(unit, row).number}
        found |= {row.number for row in erased_rows(unit, state, key)}
    digests = {digest_of(state.erase_key, RECORD, key.source, key.record_id) for key in keys}
    found |= had_key(unit, digests | events)
    return found | _unreduced(unit, state, keys, events - digests)


def _unreduced(unit: Unit, state: State, keys: Iterable[RecordKey], events: set[bytes]) -> set[int]:
    """The records that have a key which some events of the records named had before.

    Such a record has events that are newer than what hid an identifier of the others, so it shares
    one with them that they still have.
    """
    if not events:
        return set()
    numbers: set[int] = set()
    for key in keys:
        for row in unit.find(t.RECORD, _KEY, (key.record_id, key.source)):
            numbers |= {link.identifier for link in unit.find(t.LINK, _OF, (row.number,))}
            numbers |= {
                one.identifier
                for one in unit.find(t.MENTION, _OF, (row.number,))
                if one.identifier > 0
            }
    rows = unit.get_all(t.RECORD, [(one,) for one in sorted(sayers(unit, numbers))])
    return {
        row.number
        for row in rows
        if row.kind == _OBSERVATION
        and digest_of(state.erase_key, RECORD, row.source, row.record_id) in events
    }


def keys_before(unit: Unit, state: State, keys: Iterable[RecordKey]) -> set[bytes]:
    """Hashes of the keys that the events of some observations had before they lost identifiers."""
    found = set()
    for key in keys:
        for row in unit.find(t.RECORD, _KEY, (key.record_id, key.source)):
            for one in unit.find(t.INPUT, _OF, (row.number,)):
                if one.kind == EVENT and one.payload is not None:
                    found.add(record_digest(state, said_again(one, row.record_id, state.rules)))
    return found


def first_of_content(unit: Unit, row: t.RecordRow) -> t.RecordRow:
    """Of a row known by its content the first occurrence, which has the inputs of all."""
    if row.kind != CONTENT or len(row.record_id) <= _CONTENT_ID:
        return row
    found = unit.find(t.RECORD, _KEY, (row.record_id[:_CONTENT_ID], row.source))
    return found[0] if found else row


def numbers_of(unit: Unit, state: State, identifiers: Iterable[tuple[str, str]]) -> set[int]:
    """The numbers of identifiers, (type, value) each, and of their further names."""
    names = {name for one in identifiers for name in names_of(state.rules, *one)}
    keys = [(value, kind) for kind, value in names]
    unit.look(t.IDENTIFIER, _NAME, keys)
    return {row.number for key in keys for row in unit.find(t.IDENTIFIER, _NAME, key)}


class _Reading:
    def __init__(self, unit: Unit, state: State) -> None:
        self.unit = unit
        self.state = state
        self.touched: set[int] = set()
        self.messages: set[tuple[str, str]] = set()
        self.said: set[int] = set()
        self.left: dict[int, set[int]] = {}
        """By record that was read: the identifiers that its inputs still say."""

    def record(self, number: int) -> None:
        """All inputs of a record."""
        unit, state = self.unit, self.state
        row = unit.get(t.RECORD, (number,))
        assert row is not None
        self.left.setdefault(number, set())
        for one in unit.find(t.INPUT, _OF, (number,)):
            if one.payload is None:
                continue
            said = said_again(one, row.record_id, state.rules)
            seen = visible(state, said)
            before = self.numbers(said)
            if seen is said:
                self.left[number] |= before
                continue
            self.said |= before
            self.touched.add(number)
            if one.message_id is not None:
                self.messages.add((one.message_id, one.source))
            if seen is None:
                unit.put(t.INPUT, _nothing_of(one))
                continue
            home = hold(unit, state, seen, one.number)
            kept = unit.get(t.INPUT, (one.number,))
            assert kept is not None
            unit.put(t.INPUT, msgspec.structs.replace(kept, state=one.state))
            self.touched.add(home.number)
            self.left.setdefault(home.number, set()).update(self.numbers(seen))

    def numbers(self, said: Said) -> set[int]:
        types = self.state.rules.types
        names = [(value, types[place]) for place, value in said.identifiers]
        return {row.number for name in names for row in self.unit.find(t.IDENTIFIER, _NAME, name)}

    def elect(self, message: tuple[str, str]) -> None:
        """Of the inputs of one message the first counts, of those that are left."""
        unit, state = self.unit, self.state
        heard = []
        for one in unit.find(t.INPUT, _MESSAGE, message):
            row = unit.get(t.RECORD, (one.record,))
            assert row is not None
            said = said_again(one, row.record_id, state.rules)
            if visible(state, said) is None:  # the message is hidden, in whatever record
                self.said |= self.numbers(said)
                self.touched.add(one.record)
                unit.put(t.INPUT, _nothing_of(one))
            else:
                heard.append((said.order, one))
        if any(one.state == PENDING for _, one in heard):
            return  # it is heard when it takes effect
        heard.sort(key=lambda pair: (pair[0], pair[1].number))
        for place, (_, one) in enumerate(heard):
            wanted = VOID if place else APPLIED
            if one.state != wanted:
                unit.put(t.INPUT, msgspec.structs.replace(one, state=wanted))
                self.touched.add(one.record)

    def after(self) -> dict[int, Live | None]:
        """The live versions of all records that were touched."""
        unit, state = self.unit, self.state
        found: dict[int, Live | None] = {}
        for number in sorted(self.touched):
            row = unit.get(t.RECORD, (number,))
            assert row is not None
            self.mention_all(row)
            row = first_of_content(unit, row)
            found |= again(unit, state, row.number)
            if row.kind == CONTENT:
                found |= self.fewer(row, found)
        return found

    def mention_all(self, row: t.RecordRow) -> None:
        """Another version may be live now, and the links speak of that one alone."""
        unit, rules = self.unit, self.state.rules
        for one in unit.find(t.INPUT, _OF, (row.number,)):
            if one.payload is not None:
                for number in self.numbers(said_again(one, row.record_id, rules)):
                    self.left.setdefault(row.number, set()).add(number)
                    unit.put(t.MENTION, t.Mention(row.number, number))

    def fewer(self, first: t.RecordRow, found: dict[int, Live | None]) -> dict[int, Live | None]:
        """Occurrences of a content that are too many now."""
        gone: dict[int, Live | None] = {}
        place = 1
        rows = [first]
        while rows:
            if rows[0].live and rows[0].number not in found:
                gone[rows[0].number] = None
            place += 1
            key = (f"{first.record_id}_{place}", first.source)
            rows = self.unit.find(t.RECORD, _KEY, key)
        return gone

    def forget_mentions(self) -> None:
        """Mentions of what no input says any more."""
        for number, left in self.left.items():
            for one in self.unit.find(t.MENTION, _OF, (number,)):
                if one.identifier > 0 and one.identifier not in left:
                    self.unit.delete(t.MENTION, (one.record, one.identifier))


def _nothing_of(one: t.Input) -> t.Input:
    """What stays of an input that is hidden: that it came."""
    return t.Input(
        one.number, one.record, one.source, None, one.received, None, one.received, b"",
        one.kind, VOID, None,
    )  # fmt: skip


def forget_values(unit: Unit, identifiers: Iterable[int]) -> set[int]:
    """Remove identifiers that no input says any more; gives the numbers of those that went."""
    gone = set()
    for number in identifiers:
        if sayers(unit, [number]):
            continue
        if unit.get(t.IDENTIFIER, (number,)) is not None:
            unit.delete(t.IDENTIFIER, (number,))
        gone.add(number)
    return gone
