"""What belonged to whom at a past commit time.

Exact for records and ids: the histories beside the feed say it. What a record carried and said is
folded again from the inputs that had been received by then, under the policy in force now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sameas.engine.golden.plain import Speaker
from sameas.engine.online.counters import Counters
from sameas.engine.online.fold import again
from sameas.engine.online.hidden import names_of
from sameas.engine.online.mentions import sayers
from sameas.engine.online.state import State
from sameas.engine.online.stays import CARRIER, HOME, NAME, stays, then
from sameas.engine.online.unit import Unit
from sameas.engine.online.view.answers import Profile
from sameas.engine.online.view.history import detail_of
from sameas.engine.online.view.names import gone, issued, names
from sameas.engine.online.view.profile import golden_traits
from sameas.errors import Fault, UnknownProfileError
from sameas.graph.model import RecordKey
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sameas.engine.online.rules import Rules
    from sameas.engine.online.state import Live
    from sameas.engine.online.stays import History
    from sameas.graph.store.port import Reader
    from sameas.graph.store.tables import Table

__all__ = ["Past", "position_at"]

CONTENT = 2
"""Kind of a record that is known by its content: its inputs are all at the first occurrence."""


def position_at(reader: Reader, micros: int) -> int:
    """The last position that was committed by a time. O(log positions)."""
    last = reader.last(t.CHANGE)
    if last is None or last.time <= micros:
        return 1 << 62
    low, high = 0, last.position - 1
    # every entry up to `low` is in time, every one behind `high` is too late
    while low < high:
        middle = (low + high) // 2
        row = next(reader.scan(t.CHANGE, after=(middle,), limit=1))
        if row.time <= micros:
            low = row.position
        else:
            high = middle
    return next(reader.scan(t.CHANGE, after=(low,), limit=1)).position - 1


class Past:
    """One state of the store, asked about an earlier one."""

    def __init__(self, reader: Reader, rules: Rules, micros: int) -> None:
        """Find the position that a commit time stands for."""
        self._reader = reader
        self._unit = Unit(reader)
        self._rules = rules
        self.micros = micros
        self.position = position_at(reader, micros)

    # -- which profile ----------------------------------------------------------------------

    def record(self, source: str, record_id: str) -> str | None:
        """The profile that a record belonged to; None: it was not live."""
        rows = self._reader.find(t.RECORD, ("record_id", "source"), [(record_id, source)])
        number = None if not rows else self._profile_of(rows[0].number)
        return None if number is None else names(self._reader, [number])[number]

    def id(self, id_: str) -> str:
        """The profile id that an id led to.

        Raises:
            UnknownProfileError: it was not issued by then.
            GoneProfileError: it was gone by then.
        """
        number = self._number(id_)
        return names(self._reader, [number])[number]

    def identifier(self, type_: str, value: str) -> tuple[str, ...]:
        """The profiles whose records carried an identifier, by the order of 3.3; empty: none did.

        Asked of all records that ever said it, those that gave it up or were withdrawn since, too.
        An email is carried by who sent its digest; which email a digest means is told as of now.
        """
        place = self._rules.place.get(type_)
        canonical = None if place is None else self._rules.canonical(place, value).value
        if place is None or canonical is None:
            return ()
        called = self._called(type_, canonical)
        rows = self._reader.find(
            t.IDENTIFIER, ("value", "type"), [(text, name) for name, text in called]
        )
        versions = self.versions(sayers(Unit(self._reader), [row.number for row in rows]))
        turn = -1 if self._rules.policy.on_conflict == "newest" else 1
        wanted = {(self._rules.place[name], text) for name, text in called}
        mine = [one for one in versions.values() if not wanted.isdisjoint(one.identifiers)]
        mine.sort(key=lambda one: (turn * one.first_seen, one.source, one.record_id))
        numbers = [number for one in mine if (number := self._profile_of(one.number)) is not None]
        known = names(self._reader, numbers)
        return tuple(dict.fromkeys(known[number] for number in numbers))

    def _called(self, type_: str, value: str) -> set[tuple[str, str]]:
        """(type, value) of all that means the same: an email and its digests."""
        found = names_of(self._rules, type_, value)
        if type_ in self._rules.digests:
            further = self._reader.find(t.FURTHER, ("value", "type"), [(value, type_)])
            emails = self._reader.get(t.IDENTIFIER, {(row.email,) for row in further if row.email})
            if emails:
                least = min(emails, key=lambda row: row.value)
                found |= names_of(self._rules, least.type, least.value)
        return found

    def records(self, id_: str) -> list[int]:
        """The numbers of the records of the profile that an id led to.

        Raises:
            UnknownProfileError: it was not issued by then.
            GoneProfileError: it was gone by then.
        """
        number = self._number(id_)
        named = sorted(self._ever_in(number))
        return [record for record in named if self._profile_of(record) == number]

    def profile(self, id_: str) -> Profile:
        """Who an id was.

        Raises:
            UnknownProfileError: it was not issued by then.
            GoneProfileError: it was gone by then.
        """
        number = self._number(id_)
        members = self.records(id_)
        versions = list(self.versions(members).values())
        speakers = [
            Speaker(RecordKey(one.source, one.record_id), one.event_time, one.traits)
            for one in versions
        ]
        ids = self._ids_on(members, number)
        known = names(self._reader, ids)
        now = known[number]
        return Profile(
            now,
            None if now == id_ else id_,
            tuple(known[one] for one in ids),
            golden_traits(speakers, self._rules.policy.survivorship),
            len(members),
            len({one for live in versions for one in live.identifiers}),
            min((one.first_seen for one in versions), default=0),
            max((one.last_seen for one in versions), default=0),
            self.micros,
        )

    def versions(self, records: Iterable[int]) -> dict[int, Live]:
        """What some records said then, by number; left out are those that had said nothing."""
        reader, out = self._reader, {}
        rows = {row.number: row for row in reader.get(t.RECORD, [(one,) for one in records])}
        first = {
            one.number: one.record
            for one in reader.get(t.INPUT, [(r.input,) for r in rows.values() if r.kind == CONTENT])
        }
        for number, row in sorted(rows.items()):
            # nothing is written: the unit is thrown away
            unit = Unit(_Until(reader, self.micros))
            state = State(self._rules, Counters(), np.zeros(2, dtype=np.uint64))
            base = first.get(row.input, number) if row.kind == CONTENT else number
            live = again(unit, state, base).get(number)
            if live is not None:
                out[number] = live
        return out

    # -- histories --------------------------------------------------------------------------

    def _then(self, history: History, number: int) -> int | None:
        """What the value of a history was."""
        return then(self._unit, history, number, self.position)

    def _profile_of(self, record: int) -> int | None:
        """The number of the id of a record's profile."""
        cluster = self._then(HOME, record)
        return None if cluster is None else self._then(NAME, cluster)

    def _number(self, id_: str) -> int:
        """The number of the id of the profile that an id led to."""
        row = issued(self._reader, id_)
        carried = stays(self._unit, CARRIER, row.number)
        if carried and self.position < carried[0].since:
            raise UnknownProfileError(Fault(id_, "was not issued by then", "ask for a later time"))
        carrier = self._then(CARRIER, row.number)
        if carrier is None:
            raise gone(id_)
        number = self._profile_of(carrier)
        assert number is not None, "an id is carried by a live record"
        return number

    def _closure(self, number: int, through: tuple[str, ...]) -> tuple[set[int], set[int]]:
        """Ids that records had come from by then, directly or not, and the records named there."""
        reader = self._reader
        ids, records, queue = {number}, set[int](), [number]
        while queue:
            rows = reader.find(t.CHANGE, ("profile",), [(one,) for one in queue])
            rows = [row for row in rows if row.position <= self.position]
            queue = []
            for row in rows:
                records.update(detail_of(row).records)
                if row.change in through and row.other is not None and row.other not in ids:
                    ids.add(row.other)
                    queue.append(row.other)
        return ids, records

    def _ever_in(self, number: int) -> set[int]:
        """All records that the profile may have had: each came by name, or with a merged one."""
        return self._closure(number, ("merged",))[1]

    def _ids_on(self, members: Iterable[int], number: int) -> list[int]:
        """The ids that the profile's records carried, in the order of issue."""
        mine = set(members)
        found = {number}
        for one in self._closure(number, ("merged", "split"))[0]:
            if self._then(CARRIER, one) in mine:
                found.add(one)
        return sorted(found)


class _Until:
    """A store's reader without the inputs that were received later."""

    def __init__(self, reader: Reader, micros: int) -> None:
        self._reader = reader
        self._micros = micros

    def get(self, table: Table[Any], keys: Iterable[tuple[Any, ...]], /) -> list[Any]:
        return self._reader.get(table, keys)

    def find(
        self, table: Table[Any], columns: tuple[str, ...], values: Iterable[tuple[Any, ...]], /
    ) -> list[Any]:
        rows = self._reader.find(table, columns, values)
        if table is t.INPUT:
            return [row for row in rows if row.received <= self._micros]
        return rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)
