"""All that is held on a person: what the sources sent, and what was made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sameas.engine.online.door import CONTENT, WITHDRAWAL, Payload
from sameas.engine.online.view.answers import Export, InputView
from sameas.engine.online.view.history import detail_of, entries_about, history
from sameas.engine.online.view.ledger import naming
from sameas.engine.online.view.names import carried_by, home, issued, ref_of
from sameas.engine.online.view.profile import (
    identifiers,
    profile,
    record_views,
    rejected_in,
)
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sameas.engine.online.rules import Rules
    from sameas.graph.store.port import Reader

__all__ = ["export"]

_KINDS = ("version", "event", "content", "withdrawal")
_STATES = ("applied", "pending", "void")
_payload = msgspec.json.Decoder(Payload).decode


def export(reader: Reader, rules: Rules, id_: str) -> Export:
    """Everything on the person that an id leads to; of one that is gone what is still held.

    Raises:
        UnknownProfileError: the id was never issued.
    """
    row = issued(reader, id_)
    live: list[t.RecordRow] = []
    ids = [row]
    if row.carrier is not None:
        live = home(reader, id_).records
        ids = carried_by(reader, live)
    withdrawn = _withdrawn(reader, [one.number for one in ids])
    known = identifiers(reader, rules, id_, limit=None).items if live else ()
    refs = {ref_of(one) for one in (*live, *withdrawn)} | {one.identifier for one in known}
    return Export(
        profile(reader, rules, id_) if live else None,
        tuple(record_views(reader, rules, live)),
        tuple(ref_of(one) for one in withdrawn),
        known,
        tuple(_inputs(reader, rules, [*live, *withdrawn])),
        tuple(naming(reader, refs)),
        history(reader, id_),
    )


def _withdrawn(reader: Reader, ids: Sequence[int]) -> list[t.RecordRow]:
    """Records that are not live and were last in a profile with one of these ids."""
    left: dict[int, int] = {}
    for row in entries_about(reader, ids):
        if row.profile in ids:
            left.update(dict.fromkeys(detail_of(row).gone, row.position))
    rows = reader.get(t.RECORD, [(number,) for number in left])
    return sorted((row for row in rows if not row.live), key=lambda row: row.number)


def _inputs(reader: Reader, rules: Rules, records: Sequence[t.RecordRow]) -> list[InputView]:
    rows = {row.number: row for row in records}
    found = {
        one.number: (rows[one.record], one)
        for one in reader.find(t.INPUT, ("record",), [(number,) for number in rows])
        # the inputs of all occurrences of a content are kept with the first
        if rows[one.record].kind != CONTENT or one.kind == WITHDRAWAL
    }
    of_content = {row.input: row for row in records if row.kind == CONTENT}
    for one in reader.get(t.INPUT, [(number,) for number in of_content]):
        found[one.number] = (of_content[one.number], one)
    return [_input(rules, row, one) for _, (row, one) in sorted(found.items())]


def _input(rules: Rules, row: t.RecordRow, one: t.Input) -> InputView:
    payload = _payload(one.payload or "[[],{}]")
    sent, traits = tuple(payload.identifiers), payload.traits
    return InputView(
        one.number,
        ref_of(row),
        _KINDS[one.kind],
        _STATES[one.state],
        one.message_id,
        one.event_time,
        one.first_seen,
        one.received,
        sent,
        traits,
        tuple(rejected_in(rules, row, one)),
        one.payload is None,
    )
