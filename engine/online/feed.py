"""The change feed and the histories beside it: what one call did, written once at its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from sameas.engine.ids.kernels import profile_id
from sameas.engine.online.rows import text
from sameas.engine.online.stays import CARRIER, HOME, NAME, close
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit

__all__ = ["Entry", "Feed"]


@dataclass(slots=True)
class Entry:
    """One entry: what happened to a profile.

    - `created`: it is new, with `records`;
    - `updated`: `records` came or changed, `gone` were withdrawn;
    - `merged`: all that was in `other` is in it now;
    - `split`: `records` that were in `other` are in it now;
    - `removed`: nothing is left of it, its last records were `gone`.
    """

    change: str
    profile: int
    other: int | None = None
    records: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)


class Feed:
    """The entries of one call, and the rows of history that go with them."""

    def __init__(self, unit: Unit, state: State) -> None:
        self._unit = unit
        self._state = state
        self.entries: list[Entry] = []
        self.issued: set[int] = set()
        """Numbers of the ids that this call issued."""
        self._moved: dict[int, t.RecordRow | None] = {}
        self._named: dict[int, t.Cluster | None] = {}
        self._carried: dict[int, t.Issued | None] = {}

    def tell(self, entry: Entry) -> None:
        """Add an entry."""
        self.entries.append(entry)

    def move(self, record: int, before: t.RecordRow | None) -> None:
        """A record is in another cluster from now on, or in none; gives its row before."""
        self._moved.setdefault(record, before)

    def name(self, cluster: int, before: t.Cluster | None) -> None:
        """A cluster has another id from now on, or is no more; gives its row before."""
        self._named.setdefault(cluster, before)

    def carry(self, one: t.Issued, carrier: int | None) -> None:
        """Another record carries an id from now on; None: it is gone."""
        self._unit.put(t.ISSUED, msgspec.structs.replace(one, carrier=carrier))
        self._carried.setdefault(one.number, one)

    def issue(self, record: t.RecordRow, *, arrives: bool = False) -> int:
        """A new id for a profile whose first arrived record this is; gives its number.

        A record that `arrives` with this call has given its name to no other id.
        """
        again = 0
        while True:
            id_ = profile_id(
                self._state.id_words,
                (record.source, record.record_id),
                incarnation=record.incarnation,
                again=again,
            )
            if arrives or not self._unit.find(t.ISSUED, ("id",), (id_,)):
                break
            again += 1
        number = self._state.counters.next("issued")
        self._unit.add(t.ISSUED, t.Issued(number, id_, record.number))
        self._carried[number] = None
        self.issued.add(number)
        return number

    def close(self) -> int:
        """Write everything down; gives the position of the last entry."""
        counters, unit = self._state.counters, self._unit
        first = counters.position + 1
        for entry in self.entries:
            detail: dict[str, Any] = {}
            if entry.records:
                detail["records"] = entry.records
            if entry.gone:
                detail["gone"] = entry.gone
            unit.add(
                t.CHANGE,
                t.Change(
                    counters.next("position"),
                    self._state.now,
                    entry.change,
                    entry.profile,
                    entry.other,
                    text(detail) if detail else None,
                ),
            )
        changed = close(unit, HOME, first, self._moved.items())
        changed |= close(unit, NAME, first, self._named.items())
        changed |= close(unit, CARRIER, first, self._carried.items())
        if counters.position < first and changed:
            counters.next("position")  # nothing to tell, but no two calls write one position
        return counters.position
