"""The tables of identifiers and of edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa
from numba import njit

from sameas.engine.batch.tables.answer import STATUS
from sameas.engine.batch.tables.arrow import (
    ROWS,
    WORD,
    batch_of,
    chunk,
    same,
    spans,
    strings,
    words,
)
from sameas.engine.batch.texts import Texts
from sameas.engine.memory import prefetch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sameas.engine.batch.tables.answer import Answer

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["edges", "identifiers"]


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
    carriers = answer.carriers
    profile_ids = Texts.of([answer.issued.profile_ids])

    def rows() -> Iterator[pa.RecordBatch]:
        for place, values in enumerate(columns.values):
            base = int(columns.offsets[place])
            for span in spans(len(values)):
                low, high = base + span.start, base + span.stop
                named = slice(low, high) if partition.alias is None else partition.alias[low:high]
                carried = carriers[low:high]
                batch = batch_of(
                    schema,
                    {
                        "type": same(columns.types, place, high - low),
                        "value": strings(chunk(values, span)),
                        "profile_id": profile_ids.take(partition.home[named]),
                        "status": words(STATUS, partition.status[named]),
                        "fanout": pa.array(partition.links.fanout[named]),
                        "records": pa.array(carried),
                    },
                )
                yield batch if carried.all() else batch.filter(pa.array(carried > 0))

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
_REFUSED, _LINKED = 0, 4
_AHEAD = 16  # links: the status that is needed so much later is fetched now


def edges(answer: Answer) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    columns, partition = answer.live.columns, answer.partition
    edges = partition.edges

    def rows() -> Iterator[pa.RecordBatch]:
        yield from _link_rows(answer)
        if edges is None:
            return
        lefts, rights, weights = edges.shown()
        for span in spans(len(lefts)):
            left, right = lefts[span], rights[span]
            n = len(left)
            together = partition.profile[left] == partition.profile[right]
            yield batch_of(
                _EDGE,
                {
                    "kind": same(["match"], 0, n),
                    "source": words(columns.sources, columns.source[left]),
                    "record_id": strings(columns.record_ids.take(pa.array(left))),
                    "type": pa.nulls(n, WORD),
                    "value": pa.nulls(n, pa.string()),
                    "to_source": words(columns.sources, columns.source[right]),
                    "to_record_id": strings(columns.record_ids.take(pa.array(right))),
                    "weight": pa.array(weights[span]),
                    "status": words(["apart", "linked"], together),
                    "raw": pa.nulls(n, _SPELLINGS),
                },
            )

    return _EDGE, rows()


def _link_rows(answer: Answer) -> Iterator[pa.RecordBatch]:
    columns, partition = answer.live.columns, answer.partition
    alias, found = partition.alias, partition.links
    record_ids, values = Texts.of([columns.record_ids]), Texts.of(columns.values)
    spelled = _spellings(answer)
    n = len(columns)
    start = 0
    while start < n:
        stop = int(np.searchsorted(columns.ptr, columns.ptr[start] + ROWS, side="right")) - 1
        stop = min(n, max(stop, start + 1))
        span = slice(int(columns.ptr[start]), int(columns.ptr[stop]))
        size = span.stop - span.start
        ids = columns.ids[span]
        record, source, kind, status = (np.empty(size, dtype=np.int32) for _ in range(4))
        means, granted = ids, partition.granted[span]
        if alias is not None:
            means = alias[ids]
            granted = _granted(
                start, stop, columns.ptr, means, found.ptr, found.ids, partition.granted
            )
        _spread(
            start,
            stop,
            columns.ptr,
            ids,
            columns.offsets,
            columns.source,
            means,
            partition.status,
            granted,
            record,
            source,
            kind,
            status,
        )
        start = stop
        if not size:
            continue
        yield batch_of(
            _EDGE,
            {
                "kind": same(["link"], 0, size),
                "source": words(columns.sources, source),
                "record_id": record_ids.take(record),
                "type": words(columns.types, kind),
                "value": values.take(ids, kind),
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
def _spread(
    start: int,
    stop: int,
    ptr: Longs,
    ids: Ints,
    offsets: Longs,
    sources: Ints,
    means: Ints,
    standing: NDArray[np.int8],
    granted: NDArray[np.bool_],
    record: Ints,
    source: Ints,
    kind: Ints,
    status: Ints,
) -> None:
    """The record, source, type and status of each link of a run of records.

    Args:
        start: the first record.
        stop: behind the last one.
        ptr: where each record's identifiers begin.
        ids: those of the run.
        offsets: the numbers of each type's identifiers.
        sources: of all records.
        means: the identifiers that `ids` are names of.
        standing: the status of all identifiers.
        granted: whether each link of the run is.
        record: is written to, like `source`, `kind` and `status`.
        source: see `record`.
        kind: see `record`.
        status: see `record`.
    """
    k = 0
    for one in range(start, stop):
        place = 0
        for _ in range(ptr[one], ptr[one + 1]):
            if k + _AHEAD < len(means):
                prefetch(standing, means[k + _AHEAD])
            # a record's identifiers ascend, and with them their types
            while ids[k] >= offsets[place + 1]:
                place += 1
            record[k], source[k], kind[k] = one, sources[one], place
            status[k] = standing[means[k]]
            if status[k] >= _LINKED:
                status[k] = _LINKED if granted[k] else _REFUSED
            k += 1


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
    start: int,
    stop: int,
    ptr: Longs,
    means: Ints,
    real: Longs,
    ids: Ints,
    granted: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Whether each link of a run of records is, by the identifier that it means."""
    out = np.zeros(len(means), dtype=np.bool_)
    k = 0
    for one in range(start, stop):
        for _ in range(ptr[one], ptr[one + 1]):
            for at in range(real[one], real[one + 1]):
                if ids[at] == means[k]:
                    out[k] = granted[at]
            k += 1
    return out
