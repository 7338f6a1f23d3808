"""Ids, the histories beside the feed, the feed itself, and the counters, each with the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from sameas.engine.online.counters import Counters
from sameas.engine.online.loading import fact
from sameas.engine.online.stays import CARRIER, HOME, NAME, current, ended
from sameas.engine.online.whole.differ import Difference
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sameas.engine.online.stays import History, Stay
    from sameas.engine.online.whole.snapshot import Held
    from sameas.graph.store.port import Reader

__all__ = ["differences"]


def differences(reader: Reader, kept: Held) -> Iterator[Difference]:
    """Of all that history says of what is there now."""
    issued = {row.number: row for row in reader.scan(t.ISSUED)}
    clusters = {row.number: row for row in reader.scan(t.CLUSTER)}
    yield from _ids(kept, issued, clusters)
    homes = _Stays(reader, HOME, kept.rows)
    names = _Stays(reader, NAME, clusters)
    carriers = _Stays(reader, CARRIER, issued)
    yield from homes.broken()
    yield from names.broken()
    yield from carriers.broken()
    yield from homes.uncovered(names)
    yield from carriers.uncovered(homes)
    yield from _feed(reader, kept, clusters)
    yield from _told(reader, homes, carriers)
    yield from _counters(reader)


def _ids(
    kept: Held, issued: Mapping[int, t.Issued], clusters: Mapping[int, t.Cluster]
) -> Iterator[Difference]:
    least: dict[int, int] = {}
    for number, one in sorted(issued.items()):
        if one.carrier is None:
            continue
        row = kept.rows.get(one.carrier)
        if row is None or row.cluster is None:
            yield Difference("id", one.id, f"carried by record {one.carrier}", "by a live record")
            continue
        least.setdefault(row.cluster, number)
    used = {row.cluster: row for row in kept.rows.values() if row.cluster is not None}
    for number in sorted(clusters.keys() - used.keys()):
        yield Difference("profile", f"cluster {number}", "there", "no record is in it")
    for number, row in sorted(used.items()):
        cluster = clusters.get(number)
        where = f"cluster {number}"
        if cluster is None:
            yield Difference("profile", where, "no row", "a row")
            continue
        if cluster.component != row.component:
            yield Difference(
                "profile", where, f"component {cluster.component}", f"component {row.component}"
            )
        if cluster.profile != least.get(number):
            yield Difference("id", where, f"id {cluster.profile}", f"id {least.get(number)}")


class _Stays:
    """All that one history says."""

    def __init__(self, reader: Reader, history: History, rows: Mapping[int, t.Row]) -> None:
        self.kind = history.ended.name
        self.of = history.of
        self._rows = rows
        self._history = history
        self._ended: dict[int, list[Stay]] = {}
        for row in reader.scan(history.ended):
            self._ended.setdefault(getattr(row, self.of), []).append(ended(row))
        self.numbers = sorted(rows.keys() | self._ended.keys())

    def of_one(self, number: int) -> list[Stay]:
        """In the order of time."""
        found = self._ended.get(number, [])
        now = current(self._history, self._rows.get(number))
        return found if now is None else [*found, now]

    def broken(self) -> Iterator[Difference]:
        """One value at a time, each for some time, without a gap where none can be."""
        gaps = self._history is HOME  # a record may be withdrawn, and come again
        for number in self.numbers:
            end = 0
            for place, stay in enumerate(self.of_one(number)):
                late = stay.since > end and bool(place) and not gaps
                empty = stay.until is not None and stay.until <= stay.since
                if late or empty or stay.since < max(end, 1):
                    where = f"{self.of} {number}"
                    yield Difference(self.kind, where, str(stay), f"since {end}, and for some time")
                end = stay.since if stay.until is None else stay.until

    def uncovered(self, others: _Stays) -> Iterator[Difference]:
        """Whoever was in something, or carried it: that it was there all the time."""
        for number in self.numbers:
            for stay in self.of_one(number):
                if not _covers(others.of_one(stay.value), stay):
                    where = f"{others.of} {stay.value}"
                    found = f"not always there while {self.of} {number} had it"
                    yield Difference(others.kind, where, found, str(stay))


def _covers(others: list[Stay], stay: Stay) -> bool:
    """Whether others go on from the beginning of one to its end."""
    reached = stay.since
    for other in others:
        if other.since <= reached and (other.until is None or other.until > reached):
            if other.until is None:
                return True
            reached = other.until
    return stay.until is not None and reached >= stay.until


def _feed(reader: Reader, kept: Held, clusters: Mapping[int, t.Cluster]) -> Iterator[Difference]:
    """The feed, replayed from its beginning, gives the profiles."""
    held: dict[int, set[int]] = {}
    for one in reader.scan(t.CHANGE):
        detail = msgspec.json.decode(one.detail) if one.detail else {}
        mine = held.setdefault(one.profile, set())
        gone, records = set(detail.get("gone", ())), set(detail.get("records", ()))
        other = held.get(one.other, set()) if one.other is not None else set()
        if one.change == "merged":
            mine |= other - gone
            other.clear()
        elif one.change == "split":
            other -= records
            mine |= records
        else:
            mine |= records
        mine -= gone
        if one.change == "removed":
            mine.clear()
    now: dict[int, set[int]] = {}
    for row in kept.rows.values():
        cluster = None if row.cluster is None else clusters.get(row.cluster)
        if cluster is not None:
            now.setdefault(cluster.profile, set()).add(row.number)
    for number in sorted(held.keys() | now.keys()):
        is_, should = held.get(number, set()), now.get(number, set())
        if is_ != should:
            yield Difference(
                "feed", f"id {number}", _few(is_ - should, "records"), _few(should - is_, "records")
            )


def _told(reader: Reader, homes: _Stays, carriers: _Stays) -> Iterator[Difference]:
    """What the feed names was there by then."""
    for one in reader.scan(t.CHANGE):
        records = msgspec.json.decode(one.detail).get("records", ()) if one.detail else ()
        for stays, number in [(carriers, one.profile), *((homes, record) for record in records)]:
            if all(stay.since > one.position for stay in stays.of_one(number)):
                where = f"{stays.of} {number}"
                yield Difference(stays.kind, where, "not yet there", f"at {one.position}")


def _few(numbers: set[int], what: str) -> str:
    shown = ", ".join(map(str, sorted(numbers)[:10]))
    return f"{what} {shown}{' ...' if len(numbers) > 10 else ''}" if numbers else "nothing else"


def _counters(reader: Reader) -> Iterator[Difference]:
    counters = Counters.loads(fact(reader, "counters"))
    arrivals = max((row.arrival for row in reader.scan(t.RECORD)), default=0)
    least = {"arrival": arrivals}
    tables: tuple[tuple[str, t.Table[Any]], ...] = (
        ("record", t.RECORD),
        ("identifier", t.IDENTIFIER),
        ("component", t.COMPONENT),
        ("cluster", t.CLUSTER),
        ("issued", t.ISSUED),
        ("input", t.INPUT),
    )
    for name, table in tables:
        last = reader.last(table)
        least[name] = 0 if last is None else last.number
    change = reader.last(t.CHANGE)
    least["position"] = 0 if change is None else change.position
    for name, number in least.items():
        if getattr(counters, name) < number:
            yield Difference("counter", name, str(getattr(counters, name)), f"at least {number}")
