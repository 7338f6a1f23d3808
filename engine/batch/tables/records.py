"""The tables of records and of arrivals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from sameas.engine.batch.columns import KINDS
from sameas.engine.batch.tables.arrow import (
    TIME,
    WORD,
    batch_of,
    chunk,
    spans,
    strings,
    times,
    words,
)
from sameas.engine.batch.texts import Texts
from sameas.engine.ids.advance import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sameas.engine.batch.live import Live, Messages
    from sameas.engine.batch.tables.answer import Answer

__all__ = ["ledger", "messages", "records"]


def records(answer: Answer) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    columns, partition = answer.live.columns, answer.partition
    said = pa.list_(pa.struct([("trait", pa.string()), ("time", TIME)]))
    fixed: list[tuple[str, pa.DataType]] = [
        ("source", WORD),
        ("record_id", pa.string()),
        ("profile_id", pa.string()),
        ("kind", WORD),
        ("event_time", TIME),
        ("first_seen", TIME),
        ("last_seen", TIME),
        ("count", pa.int64()),
        ("arrival", pa.int64()),
    ]
    if answer.live.trait_times:
        fixed.append(("trait_times", said))
    schema = pa.schema(fixed + [(name, pa.string()) for name in columns.traits])
    profile_ids = Texts.of([answer.issued.profile_ids])

    def rows() -> Iterator[pa.RecordBatch]:
        for span in spans(len(columns)):
            found = {
                "source": words(columns.sources, columns.source[span]),
                "record_id": strings(chunk(columns.record_ids, span)),
                "profile_id": profile_ids.take(partition.profile[span]),
                "kind": words(KINDS, columns.kind[span]),
                "event_time": times(columns.event_time[span]),
                "first_seen": times(columns.first_seen[span]),
                "last_seen": times(columns.last_seen[span]),
                "count": pa.array(columns.count[span]),
                "arrival": pa.array(answer.issued.arrival[span]),
            }
            if answer.live.trait_times:
                found["trait_times"] = _trait_times(answer.live, span, said)
            for name, column in columns.traits.items():
                found[name] = strings(chunk(column, span))
            yield batch_of(schema, found)

    return schema, rows()


def _trait_times(live: Live, span: slice, kind: pa.DataType) -> pa.Array:
    """For observations the traits said at another time than the last event's."""
    columns = live.columns
    rows = []
    for record in range(span.start, span.stop):
        row = None
        if columns.kind[record] == 1:
            at = int(columns.event_time[record])
            row = [
                {"trait": name, "time": int(times[record])}
                for name, times in live.trait_times.items()
                if times[record] != at and columns.traits[name][record].is_valid
            ] or None
        rows.append(row)
    return pa.array(rows, kind)


def ledger(answer: Answer) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    withdrawn = KEYS.get_field_index("withdrawn_at")
    schema = KEYS.set(withdrawn, pa.field("withdrawn_at", TIME))
    return schema, (batch.cast(schema) for batch in answer.issued.key_batches())


def messages(heard: Messages, sources: Sequence[str]) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    schema = pa.schema([("source", WORD), ("message_id", pa.string()), ("event_time", TIME)])
    ids = Texts.of([heard.ids])

    def rows() -> Iterator[pa.RecordBatch]:
        for span in spans(len(heard)):
            found = {
                "source": words(sources, heard.source[span]),
                "message_id": ids.take(heard.number[span]),
                "event_time": times(heard.event_time[span]),
            }
            yield batch_of(schema, found)

    return schema, rows()
