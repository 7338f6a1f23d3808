"""What was kept from joining, what could not be used, and what people said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sameas.engine.batch.refusals import CONSTRAINTS, OTHER, Reasons
from sameas.engine.batch.tables.arrow import TIME, WORD, batch_of, same, spans, words
from sameas.engine.batch.texts import Texts, appearing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.collect import Rejected
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


def _constraints(reasons: Reasons) -> pa.DictionaryArray:
    names = [CONSTRAINTS.get(code, "") for code in range(max(CONSTRAINTS) + 1)]
    codes = reasons.code.astype(np.int32)
    for at in np.flatnonzero(reasons.code == OTHER).tolist():
        name = reasons.other[int(reasons.start[at])].constraint
        if name not in names:
            names.append(name)
        codes[at] = names.index(name)
    return appearing(names, codes)


def refused(answer: Answer) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    columns, partition, links = answer.live.columns, answer.partition, answer.partition.refused
    ids, record_ids = Texts.of([answer.issued.profile_ids]), Texts.of([columns.record_ids])
    values = Texts.of(columns.values)

    def between(kind: str, left: Ints, right: Ints, reasons: Reasons) -> pa.RecordBatch:
        n = len(left)
        return batch_of(
            _REFUSED,
            {
                "kind": same([kind], 0, n),
                "source": words(columns.sources, columns.source[left]),
                "record_id": record_ids.take(left),
                "type": pa.nulls(n, WORD),
                "value": pa.nulls(n, pa.string()),
                "to_source": words(columns.sources, columns.source[right]),
                "to_record_id": record_ids.take(right),
                "constraint": _constraints(reasons),
                "against": reasons.against(partition.words),
                "profile_id": ids.take(partition.profile[left]),
                "other_profile_id": ids.take(partition.profile[right]),
            },
        )

    def rows() -> Iterator[pa.RecordBatch]:
        for span in spans(len(links.record)):
            record, one = links.record[span], links.identifier[span]
            reasons = links.reasons.take(np.arange(span.start, span.stop))
            n = len(record)
            kind = columns.type_of[one].astype(np.int32)
            yield batch_of(
                _REFUSED,
                {
                    "kind": same(["link"], 0, n),
                    "source": words(columns.sources, columns.source[record]),
                    "record_id": record_ids.take(record),
                    "type": words(columns.types, kind),
                    "value": values.take(one, kind),
                    "to_source": pa.nulls(n, WORD),
                    "to_record_id": pa.nulls(n, pa.string()),
                    "constraint": _constraints(reasons),
                    "against": reasons.against(partition.words),
                    "profile_id": ids.take(partition.profile[record]),
                    "other_profile_id": ids.take(partition.home[one]),
                },
            )
        matches = partition.refused_matches
        for span in spans(len(matches.left)):
            left, right = matches.left[span], matches.right[span]
            yield between(
                "match", left, right, matches.reasons.take(np.arange(span.start, span.stop))
            )
        if partition.refused_words:
            words_left, words_right = (
                np.array([word[side] for word, _ in partition.refused_words], dtype=np.int32)
                for side in range(2)
            )
            reasons = Reasons.of([why for _, why in partition.refused_words])
            yield between("judgement", words_left, words_right, reasons)

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
