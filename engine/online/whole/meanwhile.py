"""What was written while a change of policy was worked out: resolved again, under the new policy.

The function was asked about a snapshot. Since then others wrote, under the policy that was in
force. What they touched makes up a few components, of the store as it is now and of the answer on
the snapshot; these are resolved anew, like the region of any write, and the answer holds for the
rest. So whoever writes waits for what the policy changes to be written, not for it to be found.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from sameas.engine.online.feed import Feed
from sameas.engine.online.matches.ladder import Outgrown
from sameas.engine.online.region import Gathering
from sameas.engine.online.rules import GONE
from sameas.engine.online.solve import solve
from sameas.engine.online.write import write
from sameas.graph.store import tables as t
from sameas.graph.store.port import ChangeSet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from sameas.engine.online.region import Region
    from sameas.engine.online.solve import Resolved
    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit
    from sameas.engine.online.whole.differing import Compared

    Longs = NDArray[np.int64]

__all__ = ["Written", "catch_up", "prepared"]

_SHARE = 20
"""Of so many records one may have to be resolved again: one costs some twenty times what it costs
to ask about all of them at once."""
_FEW = 1_000
"""So many may, in any case."""


@dataclass(slots=True)
class Written:
    """What was committed since a snapshot, by number."""

    records: set[int] = field(default_factory=set)
    identifiers: set[int] = field(default_factory=set)
    erased: bool = False
    """Records are gone for good."""

    def committed(self, changes: ChangeSet) -> None:
        """Told of a commit."""
        for name, keys in (*changes.puts.items(), *changes.deletes.items()):
            if name in _RECORDS:
                self.records.update(key[0] for key in keys)
            elif name == t.IDENTIFIER.name:
                self.identifiers.update(key[0] for key in keys)
        self.erased |= bool(changes.deletes.get(t.RECORD.name))


_RECORDS = {t.RECORD.name, t.LINK.name}
"""Tables whose keys begin with a record."""
_STILL = (t.LINK.name, t.IDENTIFIER.name, t.COMPONENT.name)
"""Tables of which rows change where profiles stay as they are."""


def prepared(unit: Unit, state: State, found: Compared) -> ChangeSet:
    """Rows of components whose profiles stay as they are: links, standings, summaries.

    No number and no id is given in them, and nothing is told, so they can be written beside.
    """
    feed = Feed(unit, state)
    _write(unit, state, [found.answer(unit, found.touched & ~found.moved)], feed)
    assert not feed.entries, "their profiles are others"
    changes = unit.changes()
    return ChangeSet(
        {name: changes.puts[name] for name in _STILL if name in changes.puts},
        {name: changes.deletes[name] for name in _STILL if name in changes.puts},
        {name: changes.before[name] for name in _STILL if name in changes.puts},
    )


def catch_up(
    unit: Unit, state: State, found: Compared, still: ChangeSet, written: Written, feed: Feed
) -> bool:
    """Write what the new rules decide otherwise, and resolve again what was written meanwhile.

    Args:
        unit: what the writer has.
        state: the same, with the new rules.
        found: the answer on a snapshot.
        still: its rows where profiles stay as they are.
        written: what was committed since.
        feed: told what becomes of profiles.

    Returns:
        False: there is too much of it, or what this cannot do; nothing but the unit was changed.
    """
    if not written.records:
        unit.take(still)
        _write(unit, state, [found.answer(unit, found.moved)], feed)
        return True
    if written.erased:
        return False
    late = _Late(unit, found, written)
    late.restand()
    gathering = Gathering(unit, state, {}, written=late.carried_before())
    again = late.records | gathering.seeds([])
    while True:
        again = late.whole(again)
        if len(again) > max(_FEW, len(found.mine.record) // _SHARE) or late.on_the_ladder(again):
            return False
        late.regroup(again)
        region = gathering.closed(again)
        if again.issuperset(region.records):
            break
        again.update(region.records)  # words on their values reach them
    try:
        out = solve(unit, state, region)
    except Outgrown:
        return False
    unit.take(late.without(still, region, again))
    rest = found.answer(unit, found.moved & ~np.isin(found.mine.record, list(again)))
    _write(unit, state, [rest, out], feed)
    return True


def _write(unit: Unit, state: State, parts: Sequence[Resolved], feed: Feed) -> None:
    write(unit, state, parts, feed, {one for out in parts for one in out.matched.values})


class _Late:
    """What was written, beside the answer on the snapshot."""

    def __init__(self, unit: Unit, found: Compared, written: Written) -> None:
        self.unit = unit
        self.mine = found.mine
        self.derived = found.derived
        self.found = found
        self.records = set(written.records)
        self.identifiers = written.identifiers
        unit.fetch(t.RECORD, [(one,) for one in self.records])

    def places(self, records: Iterable[int]) -> Longs:
        """Where some records are among those of the snapshot; of those that are there."""
        wanted = np.array(sorted(records), dtype=np.int64)
        at = np.searchsorted(self.mine.record, wanted)
        here = at < len(self.mine.record)
        found: Longs = at[here][self.mine.record[at[here]] == wanted[here]]
        return found

    def restand(self) -> None:
        """Let identifiers stand as the new rules had them stand on the snapshot.

        One that came since stands for nothing yet, as before the first record that carries it.
        """
        self.found.restand(self.unit)
        at = np.flatnonzero(np.isin(self.mine.identifier, list(self.identifiers)))
        stood = dict(
            zip(self.mine.identifier[at].tolist(), self.derived.standing[at].tolist(), strict=True)
        )
        for row in self.unit.get_all(t.IDENTIFIER, [(one,) for one in self.identifiers]):
            standing = stood.get(row.number, GONE)
            if row.standing != standing:
                self.unit.put(t.IDENTIFIER, msgspec.structs.replace(row, standing=standing))

    def carried_before(self) -> dict[int, list[int]]:
        """By record that was written: its identifiers on the snapshot."""
        derived = self.derived
        carried: dict[int, list[int]] = {number: [] for number in self.records}
        for at in self.places(self.records).tolist():
            ids = derived.ids[derived.ptr[at] : derived.ptr[at + 1]]
            carried[int(self.mine.record[at])] = self.mine.identifier[ids].tolist()
        return carried

    def whole(self, seeds: set[int]) -> set[int]:
        """Whole components of records: of the store as it is, and of the answer on the snapshot."""
        members = _members(self.derived.component)
        unit, record, component = self.unit, self.mine.record, self.derived.component
        all_of: set[int] = set()
        pieces: set[int] = set()
        new = set(seeds)
        while new:
            all_of |= new
            rows = unit.get_all(t.RECORD, [(one,) for one in new])
            homes = {(row.component,) for row in rows if row.component is not None}
            unit.look(t.RECORD, ("component",), homes)
            more = {
                row.number for home in homes for row in unit.find(t.RECORD, ("component",), home)
            }
            others = {int(component[at]) for at in self.places(new)} - pieces
            pieces |= others
            for piece in others:
                more.update(record[members(piece)].tolist())
            new = more - all_of
        return all_of

    def on_the_ladder(self, records: set[int]) -> bool:
        """Whether some are in components that are too large for all of their matches."""
        at = self.places(records)
        if self.derived.level[self.derived.component[at]].any():
            return True
        rows = self.unit.get_all(t.RECORD, [(one,) for one in records])
        homes = {row.component for row in rows if row.component is not None}
        return any(row.level for row in self.unit.get_all(t.COMPONENT, [(one,) for one in homes]))

    def without(self, still: ChangeSet, region: Region, again: set[int]) -> ChangeSet:
        """The rows that were written beside, but for the records that are resolved again."""
        derived, at = self.derived, self.places(again)
        links = np.concatenate(
            [np.arange(*derived.ptr[one : one + 2]) for one in at.tolist()] or [at]
        )
        mine = {
            t.LINK.name: again,
            t.IDENTIFIER.name: region.standing.keys()
            | set(self.mine.identifier[derived.ids[links]].tolist()),
            t.COMPONENT.name: region.components | set(self.mine.component[at].tolist()),
        }

        def rest(name: str, keys: Iterable[Any]) -> Iterator[Any]:
            return (key for key in keys if key[0] not in mine[name])

        return ChangeSet(
            {
                name: {key: rows[key] for key in rest(name, rows)}
                for name, rows in still.puts.items()
            },
            {name: set(rest(name, keys)) for name, keys in still.deletes.items()},
            still.before,
        )

    def regroup(self, records: set[int]) -> None:
        """Let links of records that nobody wrote be in the groups of the answer on the snapshot.

        Those of an identifier that others carry, too, are not looked at again.
        """
        unit, derived = self.unit, self.derived
        for at in self.places(records - self.records).tolist():
            number = int(self.mine.record[at])
            for place in range(derived.ptr[at], derived.ptr[at + 1]):
                key = (number, int(self.mine.identifier[derived.ids[place]]))
                row = unit.get(t.LINK, key)
                assert row is not None, "who lost a link was written"
                now = msgspec.structs.replace(
                    row,
                    place=int(derived.place[place]),
                    granted=int(derived.granted[place]),
                    reason=derived.reasons.get(place),
                )
                if now != row:
                    unit.put(t.LINK, now)


def _members(component: NDArray[np.int32]) -> Callable[[int], Longs]:
    """What finds the places of a component's records."""
    order = np.argsort(component, kind="stable")
    starts = np.searchsorted(component[order], np.arange(int(component.max(initial=-1)) + 2))
    return lambda piece: order[starts[piece] : starts[piece + 1]]
