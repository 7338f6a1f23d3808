"""Live records from a store's inputs, by the textbook: nothing that was derived is read.

What a source sent is taken in again under a policy, which may be another one than the store's; of
inputs with one message the first counts; versions, folds and withdrawals are those of
`sameas.engine.reference`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from sameas.engine.online.door import EVENT, VERSION, WITHDRAWAL, further_names, said_again
from sameas.engine.online.fold import PENDING
from sameas.engine.reference import live_records
from sameas.graph.model import Identifier, RecordKey
from sameas.graph.store import tables as t
from sameas.graph.versions import Version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sameas.engine.online.door import Said
    from sameas.engine.online.events import RejectedValue
    from sameas.engine.online.state import State
    from sameas.graph.model import Record
    from sameas.graph.store.port import Reader

__all__ = ["Moved", "Replayed", "replay_inputs"]

_CHUNK = 5_000  # records whose inputs are held at once


class Moved(NamedTuple):
    """An input that speaks of another record under this policy."""

    input: int
    record: int
    """The number of the record that it spoke of."""
    source: str
    record_id: str
    kind: int


@dataclass(slots=True)
class Replayed:
    """What all inputs together say."""

    records: list[Record] = field(default_factory=list)
    withdrawn: dict[RecordKey, int] = field(default_factory=dict)
    """The last time at which a key was withdrawn."""
    spelled: dict[RecordKey, dict[Identifier, set[str]]] = field(default_factory=dict)
    """Raw spellings of live records' values, where they are not the canonical value."""
    rejected: dict[RecordKey, list[RejectedValue]] = field(default_factory=dict)
    """What could not be used of live records' identifiers."""
    moved: list[Moved] = field(default_factory=list)
    pending: list[int] = field(default_factory=list)
    """Inputs that were held back; they are not part of the answer yet."""
    void: set[int] = field(default_factory=set)
    """Inputs that do not count, because an earlier one has their message."""
    orphans: list[int] = field(default_factory=list)
    """Inputs that speak of a record that is not there."""
    changed: set[int] = field(default_factory=set)
    """Inputs whose content is not what it was kept as."""


def replay_inputs(
    reader: Reader,
    state: State,
    *,
    apart: bool = True,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> Replayed:
    """Take all inputs in again.

    Args:
        reader: a snapshot.
        state: the policy, and whether further names of emails are wanted.
        apart: no input speaks of another record than before, so that records can be looked at a
            few at a time; else all inputs are held in memory.
        progress: told how many records were looked at.
    """
    found = Replayed()
    by_record = _heard(reader, found)
    versions: list[Version] = []
    spellings: dict[RecordKey, list[Said]] = defaultdict(list)
    done = 0

    def settle() -> None:
        _settle(found, state.rules.types, versions, spellings)
        versions.clear()
        spellings.clear()

    for numbers in _chunks(by_record):
        names = {
            row.number: RecordKey(row.source, row.record_id)
            for row in reader.get(t.RECORD, numbers)
        }
        for one in reader.find(t.INPUT, ("record",), numbers):
            if one.state == PENDING or one.number in found.void or one.payload is None:
                continue
            if one.record not in names:
                found.orphans.append(one.number)
                continue
            _take(found, one, names[one.record], state, versions, spellings)
        done += len(numbers)
        if progress is not None:
            progress("inputs", done, len(by_record))
        if apart:
            settle()
    settle()
    found.records.sort(key=lambda record: record.key)
    return found


def _heard(reader: Reader, found: Replayed) -> list[int]:
    """The records that inputs speak of; finds out which inputs are pending, and which void."""
    first: dict[tuple[str, str], tuple[tuple[object, ...], int]] = {}
    records: dict[int, None] = {}
    texts: dict[int, str] = {}
    for one in reader.scan(t.INPUT):
        if one.state == PENDING:  # heard, so what repeats its message does not count
            found.pending.append(one.number)
        else:
            records[one.record] = None
        if one.message_id is None or one.payload is None:
            continue
        if one.record not in texts:
            texts.update(
                (row.number, row.record_id) for row in reader.get(t.RECORD, [(one.record,)])
            )
        time = one.event_time if one.first_seen is None else one.first_seen
        named = texts.get(one.record, "") if one.kind in (VERSION, WITHDRAWAL) else ""
        order = (one.event_time, one.content, time, one.kind == WITHDRAWAL, named)
        message = (one.message_id, one.source)
        if message not in first:
            first[message] = (order, one.number)
        elif order < first[message][0]:
            found.void.add(first[message][1])
            first[message] = (order, one.number)
        else:
            found.void.add(one.number)
    return sorted(records)


def _chunks(numbers: list[int]) -> Iterator[list[tuple[int]]]:
    for start in range(0, len(numbers), _CHUNK):
        yield [(number,) for number in numbers[start : start + _CHUNK]]


def _take(
    found: Replayed,
    one: t.Input,
    key: RecordKey,
    state: State,
    versions: list[Version],
    spellings: dict[RecordKey, list[Said]],
) -> None:
    rules = state.rules
    if one.kind == WITHDRAWAL:
        last = found.withdrawn.get(key, one.event_time)
        found.withdrawn[key] = max(last, one.event_time)
        versions.append(Version(key.source, key.record_id, one.event_time, withdrawn=True))
        return
    said = said_again(one, key.record_id, rules)
    if one.content and said.content != one.content:  # empty: it was loaded
        found.changed.add(one.number)
    if said.record_id != key.record_id or said.kind != one.kind:
        found.moved.append(Moved(one.number, one.record, one.source, said.record_id, said.kind))
    payload = msgspec.json.decode(said.payload)
    also = frozenset(
        (Identifier(kind, digest), Identifier("email", email))
        for kind, digest, email in (further_names(said, rules) if state.digests else ())
    )
    versions.append(
        Version(
            one.source,
            key.record_id if said.kind == VERSION else None,
            one.event_time,
            one.first_seen,
            tuple(Identifier(rules.types[place], value) for place, value in said.identifiers),
            tuple((kind, value) for kind, value in payload[0]),
            also,
            said.traits,
            count=said.count,
            trait_times=said.trait_times or {},
        )
    )
    if said.spelled or said.rejected or said.kind != EVENT:
        spellings[RecordKey(one.source, said.record_id)].append(said)


def _settle(
    found: Replayed,
    types: list[str],
    versions: list[Version],
    spellings: dict[RecordKey, list[Said]],
) -> None:
    live = live_records(versions)
    found.records += live
    for record in live:
        mine = _seen_in(record, spellings, found.withdrawn.get(record.key))
        texts: dict[Identifier, set[str]] = defaultdict(set)
        rejected: dict[RejectedValue, None] = {}
        for said in mine:
            for (place, value), raw in said.spelled.items():
                texts[Identifier(types[place], value)].update(raw)
            rejected.update(dict.fromkeys(said.rejected))
        if texts:
            found.spelled[record.key] = dict(texts)
        if rejected:
            found.rejected[record.key] = list(rejected)


def _seen_in(
    record: Record, spellings: dict[RecordKey, list[Said]], until: int | None
) -> list[Said]:
    """The inputs that a live record shows."""
    key = record.key
    if record.kind == "content":
        name, _, occurrence = key.record_id[2:].partition("_")
        mine = spellings.get(RecordKey(key.source, f"c_{name}"), [])
        mine = sorted(mine, key=lambda said: said.order)
        place = int(occurrence or 1) - 1
        return mine[place : place + 1]
    mine = spellings.get(key, [])
    if record.kind == "observation":
        return [said for said in mine if until is None or said.event_time > until]
    return [max(mine, key=lambda said: said.order)] if mine else []
