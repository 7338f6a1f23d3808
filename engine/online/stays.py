"""When what was the case: the cluster of a record, the id of a cluster, the carrier of an id.

What is the case now stands in the row itself, with the feed position since when. What is no more
stands in the history beside it, with both its ends. So whatever never changed costs no further row,
and what was at a position is read here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sameas.engine.online.unit import Unit

__all__ = [
    "CARRIER",
    "HISTORIES",
    "HOME",
    "NAME",
    "History",
    "Stay",
    "close",
    "current",
    "ended",
    "stays",
    "then",
]


class Stay(NamedTuple):
    """A value that was the case from one feed position on, up to another."""

    since: int
    until: int | None
    """The first position at which it was not; None: it still is."""
    value: int


@dataclass(frozen=True, slots=True)
class History:
    """A column of a table, with `since` beside it, and the table of the values that ended."""

    now: t.Table[Any]
    column: str
    ended: t.Table[Any]

    @property
    def of(self) -> str:
        """The column of the ended values that says whose they were."""
        return self.ended.key[0]


HOME = History(t.RECORD, "cluster", t.MEMBERSHIP)
NAME = History(t.CLUSTER, "profile", t.NAMING)
CARRIER = History(t.ISSUED, "carrier", t.CARRYING)
HISTORIES = (HOME, NAME, CARRIER)


def stays(unit: Unit, history: History, number: int) -> list[Stay]:
    """All values that one had, in the order of time. O(values)."""
    found = sorted(map(ended, unit.find(history.ended, (history.of,), (number,))))
    now = current(history, unit.get(history.now, (number,)))
    return found if now is None else [*found, now]


def then(unit: Unit, history: History, number: int, position: int) -> int | None:
    """The value that one had at a position of the feed; None: none."""
    for stay in stays(unit, history, number):
        if stay.since <= position and (stay.until is None or position < stay.until):
            return stay.value
    return None


def close(unit: Unit, history: History, position: int, befores: Iterable[tuple[int, Any]]) -> bool:
    """Date what was given another value, and keep the value before; whether there was any.

    Args:
        unit: where the rows are as they are now.
        history: what the rows are of.
        position: from which on it is so.
        befores: the numbers of the rows, each with what the row was; None: not there.
    """
    now, column, kept = history.now, history.column, history.ended.row
    some = False
    for number, before in befores:
        row = unit.get(now, (number,))
        was = None if before is None else getattr(before, column)
        value = None if row is None else getattr(row, column)
        if was == value:
            continue
        some = True
        if was is not None:
            unit.add(history.ended, kept(number, position, before.since, was))
        if row is not None:
            since = None if value is None else position
            unit.put(now, msgspec.structs.replace(row, since=since))
    return some


def current(history: History, row: Any) -> Stay | None:
    """What a row says is the case; None: nothing."""
    value = None if row is None else getattr(row, history.column)
    return None if value is None else Stay(row.since or 0, None, value)


def ended(row: Any) -> Stay:
    """What a row of `History.ended` says was the case."""
    _, until, since, value = msgspec.structs.astuple(row)
    return Stay(since, until, value)
