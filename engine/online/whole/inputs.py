"""Live records beside what their inputs say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.engine.batch.columns import KINDS
from sameas.engine.online.fold import PENDING, VOID
from sameas.engine.online.state import decode_times, decode_traits
from sameas.engine.online.whole.differ import Difference
from sameas.graph.model import RecordKey
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sameas.engine.online.whole.replayed import Replayed
    from sameas.engine.online.whole.snapshot import Held
    from sameas.graph.model import Record
    from sameas.graph.store.port import Reader

__all__ = ["differences"]


def differences(reader: Reader, replayed: Replayed, kept: Held) -> Iterator[Difference]:
    """Of inputs, and of every field of a live record that follows from them."""
    for number in sorted(replayed.orphans):
        yield Difference("input", f"input {number}", "of a record that is not there", "of one")
        yield Difference("record", f"of input {number}", "not there", "there")
    for number in sorted(replayed.changed):
        yield Difference("input", f"input {number}", "another content", "what its hash says")
    for one in replayed.moved:
        yield Difference("input", f"input {one.input}", f"record {one.record}", one.record_id)
    for sent in reader.scan(t.INPUT):
        void = sent.number in replayed.void
        erased = sent.payload is None
        if sent.state != PENDING and not erased and (sent.state == VOID) != void:
            counts = ("it counts", "it does not count")
            yield Difference("input", f"input {sent.number}", counts[not void], counts[void])
    mine = {RecordKey(row.source, row.record_id): row for row in kept.rows.values()}
    theirs = {record.key: record for record in replayed.records}
    for key in sorted(mine.keys() - theirs.keys()):
        yield Difference("record", key.ref, "live", "not live")
    for key in sorted(theirs.keys() - mine.keys()):
        yield Difference("record", key.ref, "not live", "live")
    for key in sorted(mine.keys() & theirs.keys()):
        yield from _fields(mine[key], theirs[key])
    for row in reader.scan(t.RECORD):
        key = RecordKey(row.source, row.record_id)
        last = replayed.withdrawn.get(key)
        if row.withdrawn_at != last:
            yield Difference("withdrawal", key.ref, str(row.withdrawn_at), str(last))


def _fields(row: t.RecordRow, record: Record) -> Iterator[Difference]:
    times = {} if row.trait_times is None else decode_times(row.trait_times)
    for name, is_, should in (
        ("kind", KINDS[row.kind], record.kind),
        ("event_time", row.event_time, record.event_time),
        ("first_seen", row.first_seen, record.first_seen),
        ("last_seen", row.last_seen, record.last_seen),
        ("count", row.count, record.count),
        ("traits", decode_traits(row.traits), dict(record.traits)),
        ("trait_times", times, dict(record.trait_times)),
    ):
        if is_ != should:
            yield Difference("record", f"{record.key.ref} {name}", str(is_), str(should))
