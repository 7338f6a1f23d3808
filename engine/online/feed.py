"""The change feed and the histories beside it: what one call did, written once at its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from sameas.engine.ids.kernels import profile_id
from sameas.engine.online.rows import text
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
        self._moved: dict[int, int | None] = {}
        self._named: dict[int, int | None] = {}
        self._carried: dict[int, int | None] = {}

    def tell(self, entry: Entry) -> None:
        """Add an entry."""
        self.entries.append(entry)

    def move(self, record: int, cluster: int | None) -> None:
        """A record is in another cluster from now on; None: in none."""
        self._moved[record] = cluster

    def name(self, cluster: int, profile: int | None) -> None:
        """A cluster has another id from now on; None: there is no such cluster any more."""
        self._named[cluster] = profile

    def carry(self, one: t.Issued, carrier: int | None) -> None:
        """Another record carries an id from now on; None: it is gone."""
        self._unit.put(t.ISSUED, msgspec.structs.replace(one, carrier=carrier))
        self._carried[one.number] = carrier

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
        self._carried[number] = record.number
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
        for record, cluster in self._moved.items():
            unit.add(t.MEMBERSHIP, t.Membership(record, first, cluster))
        for cluster, profile in self._named.items():
            unit.add(t.NAMING, t.Naming(cluster, first, profile))
        for issued, carrier in self._carried.items():
            unit.add(t.CARRYING, t.Carrying(issued, first, carrier))
        if counters.position < first and (self._moved or self._named or self._carried):
            counters.next("position")  # nothing to tell, but no two calls write one position
        return counters.position
