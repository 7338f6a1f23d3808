"""The tables of identifiers and of edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa
from numba import njit

from sameas.engine.batch.tables.answer import STATUS
from sameas.engine.batch.tables.arrow import ROWS, WORD, batch_of, spans, strings, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sameas.engine.batch.partition import Partition
    from sameas.engine.batch.tables.answer import Answer

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["edges", "identifiers"]


def _named(partition: Partition, m: int) -> Ints:
    return np.arange(m, dtype=np.int32) if partition.alias is None else partition.alias


def identifiers(answer: Answer) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    columns, partition = answer.live.columns, answer.partition
    schema = pa.schema(
        [
            ("type", WORD),
            ("value", pa.string()),
            ("profile_id", pa.string()),
            ("status", WORD),
            ("fanout", pa.int32()),
            ("records", pa.int32()),
        ]
    )
    named = _named(partition, columns.n_identifiers)
    carriers = np.bincount(columns.ids, minlength=columns.n_identifiers).astype(np.int32)

    def rows() -> Iterator[pa.RecordBatch]:
        for place, values in enumerate(columns.values):
            base = int(columns.offsets[place])
            for span in spans(len(values)):
                numbers = np.arange(base + span.start, base + span.stop)
                numbers = numbers[carriers[numbers] > 0]
                means = named[numbers]
                home = partition.home[means]
                yield batch_of(
                    schema,
                    {
                        "type": words(columns.types, np.full(len(numbers), place)),
                        "value": strings(values.take(pa.array(numbers - base))),
                        "profile_id": answer.issued.profile_ids.take(pa.array(home, mask=home < 0)),
                        "status": words(STATUS, partition.status[means]),
                        "fanout": pa.array(partition.links.fanout[means]),
                        "records": pa.array(carriers[numbers]),
                    },
                )

    return schema, rows()


_SPELLINGS = pa.list_(pa.string())


_EDGE = pa.schema(
    [
        ("kind", WORD),
        ("source", WORD),
        ("record_id", pa.string()),
        ("type", WORD),
        ("value", pa.string()),
        ("to_source", WORD),
        ("to_record_id", pa.string()),
        ("weight", pa.int64()),
        ("status", WORD),
        ("raw", _SPELLINGS),
    ]
)


_EDGE_STATUS = ("refused", "blocked", "unlinked", "shared", "linked")


def edges(answer: Answer) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    columns, partition = answer.live.columns, answer.partition
    edges = partition.edges

    def rows() -> Iterator[pa.RecordBatch]:
        yield from _link_rows(answer)
        if edges is None:
            return
        for span in spans(len(edges.left)):
            left, right = edges.left[span], edges.right[span]
            n = len(left)
            together = partition.profile[left] == partition.profile[right]
            yield batch_of(
                _EDGE,
                {
                    "kind": words(["match"], np.zeros(n)),
                    "source": words(columns.sources, columns.source[left]),
                    "record_id": strings(columns.record_ids.take(pa.array(left))),
                    "type": pa.nulls(n, WORD),
                    "value": pa.nulls(n, pa.string()),
                    "to_source": words(columns.sources, columns.source[right]),
                    "to_record_id": strings(columns.record_ids.take(pa.array(right))),
                    "weight": pa.array(edges.weight[span]),
                    "status": words(["apart", "linked"], together),
                    "raw": pa.nulls(n, _SPELLINGS),
                },
            )

    return _EDGE, rows()


def _link_rows(answer: Answer) -> Iterator[pa.RecordBatch]:
    columns, partition = answer.live.columns, answer.partition
    named = _named(partition, columns.n_identifiers)
    found = partition.links
    everything = pa.concat_arrays(
        [values.cast(pa.large_string()) for values in columns.values]
        or [pa.nulls(0, pa.large_string())]
    )
    spelled = _spellings(answer)
    n = len(columns)
    start = 0
    while start < n:
        stop = int(np.searchsorted(columns.ptr, columns.ptr[start] + ROWS, side="right")) - 1
        stop = min(n, max(stop, start + 1))
        span = slice(int(columns.ptr[start]), int(columns.ptr[stop]))
        size = span.stop - span.start
        record = np.repeat(
            np.arange(start, stop, dtype=np.int32), np.diff(columns.ptr[start : stop + 1])
        )
        ids = columns.ids[span]
        granted = (
            partition.granted[span]
            if partition.alias is None
            else _granted(record, named[ids], found.ptr, found.ids, partition.granted)
        )
        status = partition.status[named[ids]]
        status = np.where(status >= 4, np.where(granted, 4, 0), status)
        start = stop
        if not size:
            continue
        yield batch_of(
            _EDGE,
            {
                "kind": words(["link"], np.zeros(size)),
                "source": words(columns.sources, columns.source[record]),
                "record_id": strings(columns.record_ids.take(pa.array(record))),
                "type": words(columns.types, columns.type_of[ids]),
                "value": strings(everything.take(pa.array(ids))),
                "to_source": pa.nulls(size, WORD),
                "to_record_id": pa.nulls(size, pa.string()),
                "weight": pa.nulls(size, pa.int64()),
                "status": words(_EDGE_STATUS, status),
                "raw": _raw(spelled, span),
            },
        )


def _spellings(answer: Answer) -> tuple[Longs, pa.ListArray]:
    """Places of links in `columns.ids` that were spelled otherwise, ascending, and how."""
    columns = answer.live.columns
    record, number, texts = answer.live.raw
    if not len(texts):
        return np.empty(0, dtype=np.int64), pa.nulls(0, _SPELLINGS)
    places = _place(columns.ptr, columns.ids, record, number)
    order = np.argsort(places, kind="stable")
    places, texts = places[order], texts.take(pa.array(order))
    if (places[1:] == places[:-1]).any():
        frame = pl.DataFrame({"place": places, "text": pl.from_arrow(texts)}).unique()
        frame = frame.sort("place", "text")
        places, texts = frame["place"].to_numpy(), strings(frame["text"].to_arrow())
    starts = np.flatnonzero(np.r_[True, places[1:] != places[:-1]])
    offsets = pa.array(np.append(starts, len(places)).astype(np.int32))
    return places[starts], pa.ListArray.from_arrays(offsets, texts)


def _raw(spelled: tuple[Longs, pa.ListArray], span: slice) -> pa.ListArray:
    places, texts = spelled
    low, high = np.searchsorted(places, [span.start, span.stop])
    size = span.stop - span.start
    if low == high:
        return pa.nulls(size, _SPELLINGS)
    at = np.full(size, -1, dtype=np.int64)
    at[places[low:high] - span.start] = np.arange(low, high)
    return texts.take(pa.array(at, mask=at < 0))


@njit(cache=True, nogil=True)
def _place(ptr: Longs, ids: Ints, record: Ints, number: Ints) -> Longs:
    out = np.empty(len(record), dtype=np.int64)
    for k in range(len(record)):
        low = ptr[record[k]]
        while ids[low] != number[k]:
            low += 1
        out[k] = low
    return out


@njit(cache=True, nogil=True)
def _granted(
    record: Ints, means: Ints, ptr: Longs, ids: Ints, granted: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    out = np.zeros(len(record), dtype=np.bool_)
    for k in range(len(record)):
        for at in range(ptr[record[k]], ptr[record[k] + 1]):
            if ids[at] == means[k]:
                out[k] = granted[at]
    return out
