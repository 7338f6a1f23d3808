"""Ids, the histories beside the feed, the feed itself, and the counters, each with the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from sameas.engine.online.counters import Counters
from sameas.engine.online.loading import fact
from sameas.engine.online.whole.differ import Difference
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sameas.engine.online.whole.snapshot import Held
    from sameas.graph.store.port import Reader

__all__ = ["differences"]


def differences(reader: Reader, kept: Held) -> Iterator[Difference]:
    """Of all that history says of what is there now."""
    issued = {row.number: row for row in reader.scan(t.ISSUED)}
    clusters = {row.number: row for row in reader.scan(t.CLUSTER)}
    yield from _ids(kept, issued, clusters)
    last: dict[int, int | None] = {}
    for member in reader.scan(t.MEMBERSHIP):
        last[member.record] = member.cluster
    now: dict[int, int | None] = {row.number: row.cluster for row in kept.rows.values()}
    yield from _last("membership", "record", last, now)
    last = {}
    for naming in reader.scan(t.NAMING):
        last[naming.cluster] = naming.profile
    yield from _last(
        "naming", "cluster", last, {number: row.profile for number, row in clusters.items()}
    )
    last = {}
    for carrying in reader.scan(t.CARRYING):
        last[carrying.issued] = carrying.carrier
    yield from _last(
        "carrying", "id", last, {number: row.carrier for number, row in issued.items()}
    )
    yield from _feed(reader, kept, clusters)
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


def _last(
    kind: str, what: str, last: Mapping[int, int | None], now: Mapping[int, int | None]
) -> Iterator[Difference]:
    """The last row of a history is what is there now; None: nothing."""
    for number in sorted(last.keys() | now.keys()):
        is_, should = last.get(number), now.get(number)
        if is_ != should:
            yield Difference(kind, f"{what} {number}", str(is_), str(should))


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
