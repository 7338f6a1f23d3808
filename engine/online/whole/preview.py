"""What another policy would change, told before it is made. Nothing is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from sameas.engine.online.background import held
from sameas.engine.online.outcomes import Example, Preview, Standing
from sameas.engine.online.unit import Unit
from sameas.engine.online.whole.change import resolve_under
from sameas.engine.online.whole.snapshot import state_of
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sameas.engine.online.feed import Feed
    from sameas.engine.online.rules import Rules
    from sameas.graph.store.port import ChangeSet, Reader

    Longs = NDArray[np.int64]

__all__ = ["preview"]

STANDINGS = ("absent", "blocked", "unlinked", "shared", "linked")
_REASONS = 5
_NONE = -1


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
    feed = resolve_under(unit, replace(state), rules, to_tell=True)
    return _Comparing(reader, unit, feed, examples).run()


@dataclass(slots=True)
class _Side:
    """One state, by number."""

    cluster: Longs
    """Of records; -1: it has none, nor is it live."""
    profile: Longs
    """Of clusters; -1: it is not there."""
    carrier: Longs
    """Of issued ids: the record; -1: none."""

    @classmethod
    def stored(cls, reader: Reader) -> _Side:
        """As the store has it."""
        return cls(
            _column(reader, t.RECORD, "cluster"),
            _column(reader, t.CLUSTER, "profile"),
            _column(reader, t.ISSUED, "carrier"),
        )

    def after(self, changes: ChangeSet) -> _Side:
        """As it is with some changes."""
        return _Side(
            _changed(self.cluster, changes, t.RECORD, "cluster"),
            _changed(self.profile, changes, t.CLUSTER, "profile"),
            _changed(self.carrier, changes, t.ISSUED, "carrier"),
        )

    def of_records(self, size: int) -> Longs:
        """The profile of each record, of so many."""
        out = np.full(size, _NONE, dtype=np.int64)
        some = np.flatnonzero(self.cluster >= 0)
        out[some] = self.profile[self.cluster[some]]
        return out


def _column(reader: Reader, table: t.Table[Any], column: str) -> Longs:
    """By number: a column of a table that is keyed by numbers; -1: no value, or no row."""
    pages = [
        np.array([(at, _NONE if value is None else value) for at, value in page], dtype=np.int64)
        for page in reader.columns(table, ("number", column))
    ]
    rows = np.concatenate([np.empty((0, 2), dtype=np.int64), *pages])
    out = np.full(int(rows[:, 0].max(initial=0)) + 1, _NONE, dtype=np.int64)
    out[rows[:, 0]] = rows[:, 1]
    return out


def _changed(values: Longs, changes: ChangeSet, table: t.Table[Any], column: str) -> Longs:
    puts = changes.puts.get(table.name, {})
    most = max((number for (number,) in puts), default=0)
    out = np.append(values, np.full(max(0, most + 1 - len(values)), _NONE, dtype=np.int64))
    for (number,) in changes.deletes.get(table.name, ()):
        out[number] = _NONE
    for (number,), row in puts.items():
        value = getattr(row, column)
        out[number] = _NONE if value is None else value
    return out


class _Comparing:
    def __init__(self, reader: Reader, unit: Unit, feed: Feed, examples: int) -> None:
        self.unit = unit
        self.feed = feed
        self.most = examples
        self.changes = unit.changes()
        self.before = _Side.stored(reader)
        self.after = self.before.after(self.changes)
        size = len(self.after.cluster)
        self.was = self.before.of_records(size)
        """By record: its profile."""
        self.now = self.after.of_records(size)
        self.reader = reader

    def run(self) -> Preview:
        was, now = self.was, self.now
        kinds = Counter(entry.change for entry in self.feed.entries)
        merged = {entry.other for entry in self.feed.entries if entry.change == "merged"}
        split = {entry.other for entry in self.feed.entries if entry.change == "split"}
        moved = was != now
        profiles = np.unique(was[was >= 0])
        changed = np.union1d(was[moved], now[moved])
        return Preview(
            records=int(np.count_nonzero(now >= 0)),
            profiles_before=len(profiles),
            profiles_after=len(np.unique(now[now >= 0])),
            pending=len(held(self.unit)),
            merged=len(merged),
            split=len(split),
            created=kinds["created"],
            removed=kinds["removed"],
            unchanged=len(np.setdiff1d(profiles, changed)),
            moved_ids=self.moved_ids(),
            moved_records=int(np.count_nonzero(moved & (was >= 0))),
            standings=self.standings(),
            examples=self.examples(),
        )

    def moved_ids(self) -> int:
        """How many ids that there were lead to another profile."""
        before, after = self.before.carrier, self.after.carrier[: len(self.before.carrier)]
        leads = np.where(before >= 0, self.was[before], _NONE)
        return int(np.count_nonzero(leads != np.where(after >= 0, self.now[after], _NONE)))

    def standings(self) -> list[Standing]:
        counts: Counter[tuple[str, str, str]] = Counter()
        for (number,), row in self.changes.puts.get("identifier", {}).items():
            assert isinstance(row, t.IdentifierRow)
            was = self.stood(number)
            if was != row.standing:
                counts[row.type, STANDINGS[was], STANDINGS[row.standing]] += 1
        return [Standing(*key, count) for key, count in sorted(counts.items())]

    def stood(self, number: int) -> int:
        """The standing that an identifier had."""
        key = (number,)
        changed = self.changes.before.get("identifier", {})
        row = changed[key] if key in changed else self.unit.get(t.IDENTIFIER, key)
        if row is None:
            return 0
        assert isinstance(row, t.IdentifierRow)
        return row.standing

    def examples(self) -> list[Example]:
        told: Counter[str] = Counter()
        found = []
        for entry in self.feed.entries:
            if entry.change == "updated" or told[entry.change] >= self.most:
                continue
            told[entry.change] += 1
            members = _members(self.now, entry.profile)
            about = members | _members(self.was, entry.other)
            if entry.change == "removed":
                members = about = _members(self.was, entry.profile)
            found.append(
                Example(
                    entry.change,
                    self.name(entry.profile),
                    None if entry.other is None else self.name(entry.other),
                    len(members),
                    self.why(about),
                )
            )
        return found

    def name(self, number: int) -> str | None:
        rows = self.reader.get(t.ISSUED, [(number,)])
        return rows[0].id if rows else None

    def why(self, records: set[int]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for record in sorted(records):
            for link in self.unit.find(t.LINK, ("record",), (record,)):
                row = self.unit.get(t.IDENTIFIER, (link.identifier,))
                assert row is not None
                ref = f"{row.type}:{row.value}"
                was = self.stood(row.number)
                if was != row.standing:
                    found[f"{ref}: {STANDINGS[was]} -> {STANDINGS[row.standing]}"] = None
                elif link.reason is not None:
                    constraint, against = msgspec.json.decode(link.reason)
                    found[f"{ref}: {constraint} {', '.join(against)}".rstrip()] = None
                if len(found) >= _REASONS:
                    return tuple(found)
        return tuple(found)


def _members(profiles: Longs, profile: int | None) -> set[int]:
    """The records of a profile."""
    return set() if profile is None else set(np.flatnonzero(profiles == profile).tolist())
