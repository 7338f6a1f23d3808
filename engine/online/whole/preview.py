"""What another policy would change, told before it is made. Nothing is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from sameas.engine.online.fold import PENDING
from sameas.engine.online.outcomes import Example, Preview, Standing
from sameas.engine.online.unit import Unit
from sameas.engine.online.whole.change import resolve_under
from sameas.engine.online.whole.snapshot import state_of
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from sameas.engine.online.feed import Feed
    from sameas.engine.online.rules import Rules
    from sameas.graph.store.port import Reader

__all__ = ["preview"]

STANDINGS = ("absent", "blocked", "unlinked", "shared", "linked")
_REASONS = 5


def preview(reader: Reader, rules: Rules, *, examples: int = 5) -> Preview:
    """Resolve everything under another policy or model, and compare.

    Args:
        reader: a snapshot.
        rules: the policy and the model that are asked about.
        examples: how many of each kind of change are told.

    Raises:
        StoreError: nobody founded the store.
    """
    state = state_of(reader)
    unit = Unit(reader)
    feed = resolve_under(unit, replace(state), rules)
    return _Comparing(reader, unit, feed, examples).run()


@dataclass(slots=True)
class _Side:
    """One state: which profile a record, an id, an identifier has."""

    members: dict[int, set[int]]
    """By profile: its records."""
    of: dict[int, int]
    """By record: its profile."""
    issued: dict[int, t.Issued]
    identifiers: dict[int, t.IdentifierRow]


def _side(rows: dict[str, list[Any]]) -> _Side:
    profile = {row.number: row.profile for row in rows["cluster"]}
    members: dict[int, set[int]] = defaultdict(set)
    for row in rows["record"]:
        if row.cluster is not None:
            members[profile[row.cluster]].add(row.number)
    return _Side(
        dict(members),
        {record: one for one, records in members.items() for record in records},
        {row.number: row for row in rows["issued"]},
        {row.number: row for row in rows["identifier"]},
    )


_TABLES: tuple[t.Table[Any], ...] = (t.CLUSTER, t.RECORD, t.ISSUED, t.IDENTIFIER)


class _Comparing:
    def __init__(self, reader: Reader, unit: Unit, feed: Feed, examples: int) -> None:
        self.unit = unit
        self.feed = feed
        self.most = examples
        self.before = _side({table.name: list(reader.scan(table)) for table in _TABLES})
        self.after = _side({table.name: unit.everything(table) for table in _TABLES})
        self.pending = sum(one.state == PENDING for one in reader.scan(t.INPUT))

    def run(self) -> Preview:
        before, after = self.before, self.after
        touched: set[int] = set()
        found = Preview(
            records=len(after.of),
            profiles_before=len(before.members),
            profiles_after=len(after.members),
            pending=self.pending,
        )
        merged: set[int] = set()
        split: set[int] = set()
        for entry in self.feed.entries:
            other = entry.other
            if entry.change == "merged" and other is not None:
                merged.add(other)
                touched |= {entry.profile, other}
            elif entry.change == "split" and other is not None:
                split.add(other)
                touched |= {entry.profile, other}
            elif entry.change in ("created", "removed"):
                touched.add(entry.profile)
        found.merged, found.split = len(merged), len(split)
        kinds = Counter(entry.change for entry in self.feed.entries)
        found.created, found.removed = kinds["created"], kinds["removed"]
        found.unchanged = sum(
            after.members.get(one) == records
            for one, records in before.members.items()
            if one not in touched
        )
        found.moved_ids = sum(
            self.answers(before, number) != self.answers(after, number) for number in before.issued
        )
        found.moved_records = sum(after.of.get(record) != one for record, one in before.of.items())
        found.standings = self.standings()
        found.examples = self.examples()
        return found

    @staticmethod
    def answers(side: _Side, number: int) -> int | None:
        """The profile that an id leads to."""
        carrier = side.issued[number].carrier
        return None if carrier is None else side.of.get(carrier)

    def standings(self) -> list[Standing]:
        counts: Counter[tuple[str, str, str]] = Counter()
        for number, row in self.after.identifiers.items():
            before = self.before.identifiers.get(number)
            was = 0 if before is None else before.standing
            if was != row.standing:
                counts[row.type, STANDINGS[was], STANDINGS[row.standing]] += 1
        return [Standing(*key, count) for key, count in sorted(counts.items())]

    def examples(self) -> list[Example]:
        told: Counter[str] = Counter()
        found = []
        for entry in self.feed.entries:
            if entry.change == "updated" or told[entry.change] >= self.most:
                continue
            told[entry.change] += 1
            members = self.after.members.get(entry.profile, set())
            other = entry.other
            about = members | self.before.members.get(-1 if other is None else other, set())
            if entry.change == "removed":
                members = about = self.before.members.get(entry.profile, set())
            found.append(
                Example(
                    entry.change,
                    self.name(entry.profile),
                    None if other is None else self.name(other),
                    len(members),
                    self.why(about),
                )
            )
        return found

    def name(self, number: int) -> str | None:
        row = self.before.issued.get(number)
        return None if row is None else row.id

    def why(self, records: set[int]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for record in sorted(records):
            for link in self.unit.find(t.LINK, ("record",), (record,)):
                row = self.after.identifiers[link.identifier]
                ref = f"{row.type}:{row.value}"
                before = self.before.identifiers.get(row.number)
                was = 0 if before is None else before.standing
                if was != row.standing:
                    found[f"{ref}: {STANDINGS[was]} -> {STANDINGS[row.standing]}"] = None
                elif link.reason is not None:
                    constraint, against = msgspec.json.decode(link.reason)
                    found[f"{ref}: {constraint} {', '.join(against)}".rstrip()] = None
                if len(found) >= _REASONS:
                    return tuple(found)
        return tuple(found)
