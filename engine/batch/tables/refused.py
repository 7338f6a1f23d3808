"""What was kept from joining, what could not be used, and what people said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sameas.engine.batch.tables.arrow import TIME, WORD, batch_of, coded, spans, strings, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.collect import Rejected
    from sameas.engine.batch.columns import Columns
    from sameas.engine.batch.tables.answer import Answer
    from sameas.graph.model import Judgement

    Ints = NDArray[np.int32]

__all__ = ["judgements", "refused", "rejected"]

_REFUSED = pa.schema(
    [
        ("kind", WORD),
        ("source", WORD),
        ("record_id", pa.string()),
        ("type", WORD),
        ("value", pa.string()),
        ("to_source", WORD),
        ("to_record_id", pa.string()),
        ("constraint", WORD),
        ("against", pa.list_(pa.string())),
        ("profile_id", pa.string()),
        ("other_profile_id", pa.string()),
    ]
)


def _identifier_values(columns: Columns, numbers: Ints) -> pa.StringArray:
    """The values of identifiers of any type, in the order given."""
    order = np.argsort(numbers, kind="stable")
    back = np.empty(len(order), dtype=np.int64)
    back[order] = np.arange(len(order))
    ranked = numbers[order]
    parts = [pa.nulls(0, pa.string())]
    for place, values in enumerate(columns.values):
        low, high = columns.offsets[place : place + 2]
        mine = ranked[(ranked >= low) & (ranked < high)] - low
        parts.append(strings(values.take(pa.array(mine))))
    return pa.concat_arrays(parts).take(pa.array(back))


def refused(answer: Answer) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    columns, partition, ids = answer.live.columns, answer.partition, answer.issued.profile_ids
    links = partition.refused

    def rows() -> Iterator[pa.RecordBatch]:
        for span in spans(len(links.record)):
            record, one = links.record[span], links.identifier[span]
            reasons = links.reasons.take(np.arange(span.start, span.stop))
            n = len(record)
            home = partition.home[one]
            yield batch_of(
                _REFUSED,
                {
                    "kind": words(["link"], np.zeros(n)),
                    "source": words(columns.sources, columns.source[record]),
                    "record_id": strings(columns.record_ids.take(pa.array(record))),
                    "type": words(columns.types, columns.type_of[one]),
                    "value": _identifier_values(columns, one),
                    "to_source": pa.nulls(n, WORD),
                    "to_record_id": pa.nulls(n, pa.string()),
                    "constraint": coded(reasons.constraints()),
                    "against": reasons.against(partition.words),
                    "profile_id": ids.take(pa.array(partition.profile[record])),
                    "other_profile_id": ids.take(pa.array(home, mask=home < 0)),
                },
            )
        pairs = [("match", a, b, why) for a, b, why in partition.refused_matches]
        pairs += [
            ("judgement", word.left, word.right, why) for word, why in partition.refused_words
        ]
        if pairs:
            left = np.array([a for _, a, _, _ in pairs], dtype=np.int64)
            right = np.array([b for _, _, b, _ in pairs], dtype=np.int64)
            n = len(pairs)
            yield batch_of(
                _REFUSED,
                {
                    "kind": pa.array([kind for kind, *_ in pairs]).dictionary_encode().cast(WORD),
                    "source": words(columns.sources, columns.source[left]),
                    "record_id": strings(columns.record_ids.take(pa.array(left))),
                    "type": pa.nulls(n, WORD),
                    "value": pa.nulls(n, pa.string()),
                    "to_source": words(columns.sources, columns.source[right]),
                    "to_record_id": strings(columns.record_ids.take(pa.array(right))),
                    "constraint": coded([why.constraint for *_, why in pairs]),
                    "against": pa.array(
                        [list(why.against) for *_, why in pairs], pa.list_(pa.string())
                    ),
                    "profile_id": ids.take(pa.array(partition.profile[left])),
                    "other_profile_id": ids.take(pa.array(partition.profile[right])),
                },
            )

    return _REFUSED, rows()


def rejected(rejected: Sequence[Rejected]) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    schema = pa.schema(
        [
            ("file", WORD),
            ("line", pa.int64()),
            ("source", WORD),
            ("record_id", pa.string()),
            ("type", WORD),
            ("field", WORD),
            ("value", pa.string()),
            ("reason", WORD),
        ]
    )

    def rows() -> Iterator[pa.RecordBatch]:
        for span in spans(len(rejected)):
            piece = rejected[span]
            arrays = []
            for place, field in enumerate(schema):
                plain = pa.int64() if field.name == "line" else pa.string()
                array = pa.array([row[place] for row in piece], plain)
                arrays.append(array.dictionary_encode().cast(WORD) if field.type == WORD else array)
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    return schema, rows()


def judgements(judgements: Sequence[Judgement]) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    refs = pa.list_(pa.string())
    schema = pa.schema(
        [
            ("judgement", pa.string()),
            ("kind", pa.string()),
            ("left", refs),
            ("right", refs),
            ("time", TIME),
            ("author", pa.string()),
            ("reason", pa.string()),
        ]
    )

    def rows() -> Iterator[pa.RecordBatch]:
        if judgements:
            yield pa.RecordBatch.from_pylist(
                [
                    {
                        "judgement": one.key,
                        "kind": one.kind,
                        "left": sorted(ref.ref for ref in one.left),
                        "right": sorted(ref.ref for ref in one.right),
                        "time": one.time,
                        "author": one.author,
                        "reason": one.reason,
                    }
                    for one in judgements
                ],
                schema=schema,
            )

    return schema, rows()
