"""The region of a change: every record whose profile it may touch, and what is known at its edge.

An identifier stands or falls by all its records; it is split by its records' own values. So what a
change may touch are the components of the records that changed, of those that carry an identifier
that became shared or stopped being it, and of all that carry an identifier of any of these. What
lies beyond is taken as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sameas.engine.online.classes import classes, reach
from sameas.engine.online.namesakes import called, in_plain, meant, resolved
from sameas.engine.online.rules import BLOCKED, GONE, LINKED, SHARED
from sameas.graph.model import RecordKey
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sameas.engine.online.state import Live, State
    from sameas.engine.online.unit import Unit
    from sameas.graph.model import Judgement, Ref

__all__ = ["Gathering", "Region", "TooLarge", "gather"]

_OF = ("record",)
_ON = ("identifier",)
_IN = ("component",)


class TooLarge(Exception):  # noqa: N818 - it is no error: the work goes to the background
    """The region is beyond the budget."""


@dataclass(slots=True)
class Region:
    """Records to resolve together."""

    records: list[int]
    """Live after the change, ascending."""
    components: set[int]
    """Those that were there before; all their records are in the region, or gone."""
    carried: dict[int, list[int]]
    """By record: the numbers of its identifiers after the change."""
    standing: dict[int, int]
    """By identifier: its standing after the change, for all that are carried or were."""
    complete: set[int]
    """Identifiers whose records are all in the region."""
    changed: dict[int, Live | None]
    judgements: list[Judgement] = field(default_factory=list)
    classes: list[set[int]] = field(default_factory=list)
    """Identifiers that count as one value, those among them that lie elsewhere, too."""


class Gathering:
    """The region of some records that changed, or are about to."""

    def __init__(
        self,
        unit: Unit,
        state: State,
        changed: Mapping[int, Live | None],
        *,
        budget: int | None = None,
        written: Mapping[int, list[int]] | None = None,
    ) -> None:
        """Look at records and their identifiers before and after.

        Args:
            unit: what the group sees.
            state: what the writer knows.
            changed: the live version of each record that is about to change; None: not any more.
            budget: of nodes.
            written: records that changed already, rows and links, and what they carried before.
        """
        self.unit = unit
        self.state = state
        self.rules = state.rules
        self.changed = changed
        self.budget = budget
        self.after: dict[int, list[int]] = {}
        """By record that changed: its identifiers then."""
        self.before: dict[int, list[int]] = {}
        self.standing: dict[int, int] = {}
        """By identifier that was looked at: its standing after the change."""
        self.number_changed()
        unit.look(t.LINK, _OF, [(one,) for one in written or ()])
        for number, before in (written or {}).items():
            self.after[number] = [one.identifier for one in unit.find(t.LINK, _OF, (number,))]
            self.before[number] = before

    def seeds(self, named: Iterable[Ref]) -> set[int]:
        """Records whose components, before and after, make up the region."""
        unit = self.unit
        named = list(named)
        touched = {one for ids in (*self.before.values(), *self.after.values()) for one in ids}
        partners = self.partners(touched, named)
        # a word on values changes what counts as one value on all their records
        restructured = set(self.after) | self.records_of(partners)
        touched |= self.identifiers_of(restructured)
        self.standing = standing = {one: self.new_standing(one) for one in touched}
        rows = {row.number: row for row in unit.get_all(t.IDENTIFIER, [(x,) for x in touched])}
        flipped = {
            one
            for one in touched
            if (rows[one].standing == SHARED) != (standing[one] == SHARED)
            and rows[one].standing != GONE
        }
        restructured |= self.carriers(flipped)
        linking = {
            one
            for one in self.identifiers_of(restructured)
            if standing.get(one, 0) == LINKED or self.row(one).standing == LINKED
        }
        awake = self.partners(flipped, ())
        return restructured | self.carriers(linking) | self.records_of(awake)

    # -- what changed -----------------------------------------------------------------------

    def number_changed(self) -> None:
        unit = self.unit
        unit.look(t.LINK, _OF, [(one,) for one in self.changed])
        for number, live in self.changed.items():
            self.before[number] = [link.identifier for link in unit.find(t.LINK, _OF, (number,))]
            if live is None:
                self.after[number] = []
            else:
                self.after[number] = sorted(resolved(unit, self.state, live.identifiers))

    def row(self, identifier: int) -> t.IdentifierRow:
        row = self.unit.get(t.IDENTIFIER, (identifier,))
        assert row is not None
        return row

    def carried(self, record: int) -> list[int]:
        """A record's identifiers after the change."""
        known = self.after.get(record)
        if known is None:
            known = [link.identifier for link in self.unit.find(t.LINK, _OF, (record,))]
        return known

    def identifiers_of(self, records: Iterable[int]) -> set[int]:
        """Of some records, before and after the change."""
        records = list(records)
        self.unit.look(t.LINK, _OF, [(one,) for one in records])
        found = {one for record in records for one in self.carried(record)}
        return found.union(*(self.before.get(record, ()) for record in records))

    def carriers(self, identifiers: Iterable[int]) -> set[int]:
        """The records of some identifiers, before and after the change."""
        identifiers = set(identifiers)
        self.unit.look(t.LINK, _ON, [(one,) for one in identifiers])
        found = {link.record for one in identifiers for link in self.unit.find(t.LINK, _ON, (one,))}
        for record, mine in self.after.items():
            if not identifiers.isdisjoint(mine):
                found.add(record)
        return found

    def alive_carriers(self, identifier: int) -> set[int]:
        """The records of an identifier after the change."""
        return {
            record
            for record in self.carriers([identifier])
            if record not in self.after or identifier in self.after[record]
        }

    # -- standing ---------------------------------------------------------------------------

    def new_standing(self, identifier: int) -> int:
        """3.2 for one identifier."""
        rules, row = self.rules, self.row(identifier)
        place = rules.place[row.type]
        natural = rules.standing(place, row.value)
        # a value less beside it may make it mean one person again
        lost = any(
            identifier in before and not set(before) <= set(self.after[record])
            for record, before in self.before.items()
        )
        if row.standing == SHARED and not lost and not self.state.same_values:
            return SHARED  # more records never make it less shared
        most = rules.policy.identifiers[place].max_records
        if (
            row.standing == SHARED
            and most is not None
            and self.unit.exceeds(t.LINK, _ON, (identifier,), most + len(self.changed))
        ):
            return SHARED  # whoever goes, too many stay
        if self.budget is not None and self.unit.exceeds(t.LINK, _ON, (identifier,), self.budget):
            raise TooLarge
        carriers = self.alive_carriers(identifier)
        if not carriers:
            return GONE
        if natural != LINKED:
            return natural
        if len(carriers) > rules.most_records[place]:
            return SHARED
        return SHARED if self.fanout(place, carriers) > rules.most_fanout[place] else LINKED

    def fanout(self, place: int, carriers: set[int]) -> int:
        """The most values of one type beside an identifier."""
        rules, unit = self.rules, self.unit
        unit.look(t.LINK, _OF, [(one,) for one in carriers])
        beside = {rules.types[other] for other in rules.beside(place)}
        values = {one for record in carriers for one in self.carried(record)}
        found: dict[str, set[int]] = {name: set() for name in beside}
        counts_as = {one: min(joined) for joined in self.classes(values) for one in joined}
        for row in unit.get_all(t.IDENTIFIER, [(one,) for one in values]):
            if row.type in beside and self.natural(row) != BLOCKED:
                found[row.type].add(counts_as.get(row.number, row.number))
        return max(map(len, found.values()), default=0)

    def classes(self, identifiers: Iterable[int]) -> list[set[int]]:
        """Sets of identifiers that count as one value after the change."""
        return classes(
            self.unit,
            self.state,
            identifiers,
            carried=lambda one: bool(self.alive_carriers(one)),
        )

    def natural(self, row: t.IdentifierRow) -> int:
        return self.rules.standing(self.rules.place[row.type], row.value)

    # -- judgements -------------------------------------------------------------------------

    def refs_of(self, identifiers: Iterable[int]) -> set[str]:
        return called(self.unit, self.state, map(self.row, identifiers))

    def partners(self, identifiers: Iterable[int], named: Iterable[Ref]) -> set[Ref]:
        """Everything that judgements speak of together with what changed."""
        state = self.state
        if not state.named and not named:
            return set()
        refs = {ref.ref for ref in named}
        refs |= self.refs_of(identifiers)
        for number, live in self.changed.items():
            if live is not None:
                refs.add(RecordKey(live.source, live.record_id).ref)
                refs.update(f"{kind}:{digest}" for kind, digest, _ in live.further)
                refs.update(f"{self.rules.types[p]}:{value}" for p, value in live.identifiers)
            elif (row := self.unit.get(t.RECORD, (number,))) is not None:
                refs.add(RecordKey(row.source, row.record_id).ref)
        keys = {key for ref in refs for key in state.named.get(ref, ())}
        found = set(named)
        for key in keys:
            judgement = state.judgements[key]
            found |= judgement.left | judgement.right
        return found

    def records_of(self, refs: Iterable[Ref]) -> set[int]:
        """The records that references speak of: themselves, or those that carry them."""
        keys, values = [], []
        for ref in refs:
            if isinstance(ref, RecordKey):
                keys.append((ref.record_id, ref.source))
            else:
                values.append((ref.value, ref.type))
                if ref.type in self.rules.digests:
                    value = meant(self.unit, self.state, ref.type, ref.value)
                    if value is not None:
                        values.append((value.value, value.type))
        unit = self.unit
        unit.look(t.RECORD, ("record_id", "source"), keys)
        unit.look(t.IDENTIFIER, ("value", "type"), values)
        found = {
            row.number
            for key in keys
            for row in unit.find(t.RECORD, ("record_id", "source"), key)
            if row.live or row.number in self.changed
        }
        rows = [
            row for value in values for row in unit.find(t.IDENTIFIER, ("value", "type"), value)
        ]
        numbers = reach(unit, self.state, [row.number for row in rows])
        return found | self.carriers(numbers)

    # -- closure ----------------------------------------------------------------------------

    def closed(self, seeds: set[int]) -> Region:
        """All records of the seeds' components, and of those that words on their values reach."""
        standing, seeds = dict(self.standing), set(seeds)
        while True:
            components, records = self.members(seeds)
            carried = {record: self.carried(record) for record in sorted(records)}
            every = {one for ids in carried.values() for one in ids} | set(standing)
            self.unit.fetch(t.IDENTIFIER, [(one,) for one in every])
            complete = set()
            for one in every:
                row = self.row(one)
                standing.setdefault(one, row.standing)
                if standing[one] == LINKED and (
                    row.component in components or self.alive_carriers(one) <= records
                ):
                    complete.add(one)
            spoken_of = {
                one
                for one in every - complete
                if self.state.named
                and standing[one] == LINKED
                and not self.state.named.keys().isdisjoint(self.refs_of([one]))
            }
            if not spoken_of:
                break
            seeds |= self.carriers(spoken_of)
        return Region(
            sorted(records),
            components,
            carried,
            standing,
            complete,
            dict(self.changed),
            self.relevant(records, every),
            self.classes(every),
        )

    def members(self, seeds: set[int]) -> tuple[set[int], set[int]]:
        """The components of some records, and all their records after the change."""
        unit = self.unit
        unit.fetch(t.RECORD, [(one,) for one in seeds])
        components = {
            row.component
            for row in unit.get_all(t.RECORD, [(one,) for one in seeds])
            if row.component is not None
        }
        self.within_budget(components)
        unit.look(t.RECORD, _IN, [(one,) for one in components])
        records = {row.number for one in components for row in unit.find(t.RECORD, _IN, (one,))}
        records |= {number for number, live in self.changed.items() if live is not None}
        records -= {number for number, live in self.changed.items() if live is None}
        unit.look(t.LINK, _OF, [(one,) for one in records])
        return components, records

    def within_budget(self, components: set[int]) -> None:
        if self.budget is None:
            return
        rows = self.unit.get_all(t.COMPONENT, [(one,) for one in components])
        if sum(row.nodes for row in rows) > self.budget:
            raise TooLarge

    def relevant(self, records: set[int], identifiers: set[int]) -> list[Judgement]:
        """The judgements that speak of anything in the region."""
        state = self.state
        if not state.named:
            return []
        refs = self.refs_of(identifiers)
        for row in self.unit.get_all(t.RECORD, [(one,) for one in records]):
            refs.add(RecordKey(row.source, row.record_id).ref)
        for live in self.changed.values():
            if live is not None:
                refs.add(RecordKey(live.source, live.record_id).ref)
        if state.digests:
            unit = self.unit
            unit.look(t.FURTHER, _OF, [(one,) for one in records])
            refs.update(
                f"{row.type}:{row.value}"
                for one in records
                for row in unit.find(t.FURTHER, _OF, (one,))
            )
        keys = sorted({key for ref in refs for key in state.named.get(ref, ())})
        return [in_plain(self.unit, state, state.judgements[key]) for key in keys]


def gather(
    unit: Unit,
    state: State,
    changed: Mapping[int, Live | None],
    named: Iterable[Ref] = (),
    also: Iterable[int] = (),
    *,
    budget: int | None = None,
) -> Region:
    """The region of records that changed and of references that judgements newly speak of.

    `also` are records whose matches are others now.

    Raises:
        TooLarge: its components have more than `budget` nodes.
    """
    gathering = Gathering(unit, state, changed, budget=budget)
    return gathering.closed(gathering.seeds(named) | set(also))
