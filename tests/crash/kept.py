"""Whether a store holds what was answered, whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sameas.engine.online.door import WITHDRAWAL
from sameas.engine.online.fold import PENDING
from sameas.engine.online.stays import CARRIER, HOME, NAME, stays, then
from sameas.engine.online.unit import Unit
from sameas.engine.online.whole import verify
from sameas.graph.model import RecordKey
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sameas.graph.store.port import Reader
    from tests.crash.load import Answered

__all__ = ["missing", "wrong"]


def missing(reader: Reader, answered: Sequence[Answered]) -> list[str]:
    """What was answered and is not there."""
    found: list[str] = []
    for one in answered:
        if one.what in ("merge", "record"):
            found += _row(reader, one.sent, one.answer)
        elif one.what == "batch":
            for sent, answer in zip(one.sent, one.answer["results"], strict=True):
                if answer["status"] != 200:
                    found.append(f"an item failed: {answer}")
                else:
                    found += _row(reader, sent, answer)
        elif one.what == "withdraw":
            found += _withdrawn(reader, one)
        else:
            found += _word(reader, one)
    return found


def _row(reader: Reader, sent: dict[str, Any], answer: dict[str, Any]) -> list[str]:
    """An input with its record, its links, and its profile's id."""
    where = sent["message_id"]
    inputs = reader.find(t.INPUT, ("message_id", "source"), [(where, sent["source"])])
    if not inputs:
        return [f"message {where}"]
    key = RecordKey.parse(answer["record"])
    records = reader.find(t.RECORD, ("record_id", "source"), [(key.record_id, key.source)])
    if [row.number for row in records] != [inputs[0].record]:
        return [f"the record of message {where}"]
    row = records[0]
    found = []
    if row.live and not reader.find(t.LINK, ("record",), [(row.number,)]):
        found.append(f"the links of {key.ref}")
    if not row.live and row.withdrawn_at is None and inputs[0].state != PENDING:
        found.append(f"{key.ref} is not live")
    if answer.get("profile_id"):
        ids = reader.find(t.ISSUED, ("id",), [(answer["profile_id"],)])
        if not ids:
            found.append(f"the id {answer['profile_id']}")
        elif ids[0].carrier is not None:
            carriers = reader.get(t.RECORD, [(ids[0].carrier,)])
            if not carriers or not carriers[0].live:
                found.append(f"who carries {answer['profile_id']}")
        elif not _removed(reader, ids[0]):
            found.append(f"nobody carries {answer['profile_id']}, and nothing says that it is gone")
    last = reader.last(t.CHANGE)
    if last is None or last.position < answer["position"] - 1:
        found.append(f"position {answer['position']} of the feed")
    return found


def _removed(reader: Reader, one: t.Issued) -> bool:
    """Whether the feed says that the profile to which an id led last is no more.

    A record that lives on may have had the id: a judgement parted it from those that kept it, or it
    came again after it was withdrawn. So the past is asked up to where nobody carried the id.
    """
    unit = Unit(reader)
    carried = stays(unit, CARRIER, one.number)
    if not carried or carried[-1].until is None:
        return False
    last = carried[-1].until - 1
    cluster = then(unit, HOME, carried[-1].value, last)
    profile = None if cluster is None else then(unit, NAME, cluster, last)
    if profile is None:
        return False
    rows = reader.find(t.CHANGE, ("profile",), [(profile,)])
    return any(row.change == "removed" for row in rows)


def _withdrawn(reader: Reader, one: Answered) -> list[str]:
    key = RecordKey.parse(one.sent)
    rows = reader.find(t.RECORD, ("record_id", "source"), [(key.record_id, key.source)])
    if not rows:
        return [f"the withdrawal of {one.sent}"]
    # one that waits for the background is durable, and withdraws nothing yet
    inputs = reader.find(t.INPUT, ("record",), [(rows[0].number,)])
    waits = any(row.kind == WITHDRAWAL and row.state == PENDING for row in inputs)
    if rows[0].withdrawn_at is None and not waits:
        return [f"the withdrawal of {one.sent}"]
    return []


def _word(reader: Reader, one: Answered) -> list[str]:
    key = one.sent if one.what == "retract" else one.sent["key"]
    rows = reader.get(t.JUDGEMENT, [(key,)])
    if not rows:
        return [f"judgement {key}"]
    if one.what == "retract" and rows[0].retracted is None:
        return [f"that judgement {key} was taken back"]
    return []


def wrong(reader: Reader) -> list[str]:
    """What does not fit together, or is not what the inputs say."""
    found = [str(one) for one in verify(reader).differences]
    records = {row.number: row for row in reader.scan(t.RECORD)}
    components = {row.number for row in reader.scan(t.COMPONENT)}
    clusters = {row.number: row for row in reader.scan(t.CLUSTER)}
    identifiers = {row.number for row in reader.scan(t.IDENTIFIER)}
    issued = {row.number for row in reader.scan(t.ISSUED)}
    found += [
        f"record {row.number} is in nothing that is there"
        for row in records.values()
        if row.live and (row.component not in components or row.cluster not in clusters)
    ]
    found += [
        f"a link of record {link.record} hangs loose"
        for link in reader.scan(t.LINK)
        if link.identifier not in identifiers or not records[link.record].live
    ]
    found += [
        f"cluster {one.number} is nowhere, or has no id"
        for one in clusters.values()
        if one.component not in components or one.profile not in issued
    ]
    found += [
        f"input {row.number} has no record"
        for row in reader.scan(t.INPUT)
        if row.record not in records
    ]
    return found
