"""3.1: from rows to live records. A function of the set of rows, whatever their order."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from sameas.graph.model import Record, RecordKey
from sameas.graph.versions import (
    TOMBSTONE,
    content_hash,
    content_record_id,
    observation_id,
    value_hash,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sameas.graph.versions import Version

__all__ = ["live_records"]


def live_records(versions: Iterable[Version]) -> list[Record]:
    """The live records, ordered by key."""
    named: dict[RecordKey, list[Version]] = defaultdict(list)
    events: dict[RecordKey, list[Version]] = defaultdict(list)
    tombstones: dict[RecordKey, int] = {}
    by_content: set[RecordKey] = set()
    occurrences: Counter[tuple[str, str]] = Counter()
    heard: set[tuple[str, str]] = set()
    for version in sorted(versions, key=_order):
        if version.message_id is not None:
            message = (version.source, version.message_id)
            if message in heard:
                continue
            heard.add(message)
        if version.withdrawn:
            assert version.record_id is not None, "a withdrawal names its record"
            key = RecordKey(version.source, version.record_id)
            tombstones[key] = max(tombstones.get(key, version.event_time), version.event_time)
        elif version.record_id is not None:
            named[RecordKey(version.source, version.record_id)].append(version)
        elif version.identifiers:
            record_id = observation_id(version.identifiers)
            events[RecordKey(version.source, record_id)].append(version)
        else:
            content = content_record_id(version.traits, 0)
            occurrence = occurrences[version.source, content]
            occurrences[version.source, content] += 1
            key = RecordKey(version.source, content_record_id(version.traits, occurrence))
            by_content.add(key)
            named[key].append(version)
    live = []
    for key, candidates in named.items():
        best = max(candidates, key=_order)
        if key in tombstones and (tombstones[key], TOMBSTONE) > _order(best)[:2]:
            continue
        live.append(
            Record(
                key,
                best.event_time,
                best.event_time if best.first_seen is None else best.first_seen,
                tuple(sorted(set(best.identifiers))),
                dict(best.traits),
                best.event_time,
                kind="content" if key in by_content else "record",
                also=best.also,
            )
        )
    for key, candidates in events.items():
        alive = [
            one for one in candidates if key not in tombstones or one.event_time > tombstones[key]
        ]
        if alive:
            live.append(_folded(key, alive))
    return sorted(live, key=lambda record: record.key)


def _order(version: Version) -> tuple[int, bytes, int, bool, str]:
    """The order of versions: by time, then content, then whatever else can differ."""
    first = version.event_time if version.first_seen is None else version.first_seen
    content = content_hash(version.raw, version.traits)
    return (version.event_time, content, first, version.withdrawn, version.record_id or "")


def _folded(key: RecordKey, events: list[Version]) -> Record:
    traits: dict[str, tuple[int, bytes, str]] = {}
    for event in events:
        for trait, value in event.traits.items():
            time = event.trait_times.get(trait, event.event_time)
            said = (time, value_hash(value), value)
            traits[trait] = max(traits.get(trait, said), said)
    return Record(
        key,
        max(event.event_time for event in events),
        min(event.event_time if event.first_seen is None else event.first_seen for event in events),
        tuple(sorted(set(events[0].identifiers))),
        {trait: value for trait, (_, _, value) in sorted(traits.items())},
        max(event.last_seen or event.event_time for event in events),
        sum(event.count for event in events),
        kind="observation",
        also=frozenset().union(*(event.also for event in events)),
        trait_times={trait: time for trait, (time, _, _) in sorted(traits.items())},
    )
