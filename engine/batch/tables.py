"""The output tables, as streams of record batches: docs/output.md describes every column.

Nothing here decides anything; it names what the function, the ids and the golden records decided.

One module: the ten tables stand beside each other as in docs/output.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa
from numba import njit

from sameas.engine.batch.columns import KINDS, flat
from sameas.engine.golden import golden_slices
from sameas.engine.ids.advance import LEDGER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.collect import Rejected
    from sameas.engine.batch.columns import Columns
    from sameas.engine.batch.live import Live
    from sameas.engine.batch.partition import Partition
    from sameas.engine.ids.advance import Issued
    from sameas.engine.policy import Policy
    from sameas.graph.model import Judgement

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["FORMAT_VERSION", "STATUS", "Answer", "build"]

FORMAT_VERSION = 1

STATUS = ("absent", "blocked", "unlinked", "shared", "linked", "contested")
"""Names of the numbers in `Partition.status`."""

_ROWS = 1 << 19
_TIME = pa.timestamp("us", tz="UTC")
_WORD = pa.dictionary(pa.int32(), pa.string())


@dataclass(eq=False)
class Answer:
    """All that a run found out."""

    live: Live
    partition: Partition
    issued: Issued
    policy: Policy
    judgements: Sequence[Judgement]


def build(answer: Answer) -> dict[str, tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    """Every table by name: its schema and its rows, in batches of bounded size."""
    return {
        "records": _records(answer),
        "identifiers": _identifiers(answer),
        "profiles": _profiles(answer),
        "edges": _edges(answer),
        "refused": _refused(answer),
        "rejected": _rejected(answer.live.rejected),
        "judgements": _judgements(answer.judgements),
        "changes": _frame(answer.issued.changes),
        "ledger": _ledger(answer),
        "ids": _frame(answer.issued.ids.with_columns(pl.col("source").cast(pl.Categorical))),
    }


def _words(values: Sequence[str], codes: NDArray[np.generic]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(
        pa.array(codes.astype(np.int32)), pa.array(list(values), pa.string())
    )


def _coded(texts: Sequence[str]) -> pa.DictionaryArray:
    return pa.array(texts, pa.string()).dictionary_encode().cast(_WORD)


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
        parts.append(_strings(values.take(pa.array(mine))))
    return pa.concat_arrays(parts).take(pa.array(back))


def _strings(array: pa.Array) -> pa.Array:
    return array.cast(pa.string()) if array.type != pa.string() else array


def _times(values: Longs) -> pa.Array:
    return pa.array(values).view(pa.int64()).cast(_TIME)


def _spans(n: int) -> Iterator[slice]:
    for start in range(0, n, _ROWS):
        yield slice(start, min(n, start + _ROWS))


def _of(schema: pa.Schema, columns: dict[str, pa.Array]) -> pa.RecordBatch:
    arrays = [columns[field.name] for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _chunk(column: pa.Array | pa.ChunkedArray, span: slice) -> pa.Array:
    return flat(column.slice(span.start, span.stop - span.start))


def _ledger(answer: Answer) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    def worded(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(
            pl.col("withdrawn_at").cast(pl.Datetime("us", "UTC")),
            pl.col("source").cast(pl.Categorical),
        )

    schema = _schema(worded(pl.DataFrame(schema=LEDGER)))
    slices = answer.issued.key_slices()
    return schema, (batch for piece in slices for batch in _frame(worded(piece))[1])


def _schema(frame: pl.DataFrame) -> pa.Schema:
    return pa.schema(
        [
            (name, _WORD if isinstance(kind, pl.Categorical) else _plain(kind))
            for name, kind in frame.schema.items()
        ]
    )


def _frame(frame: pl.DataFrame) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """A polars frame with plain strings, batch by batch."""
    schema = _schema(frame)

    def rows() -> Iterator[pa.RecordBatch]:
        for span in _spans(len(frame)):
            piece = frame.slice(span.start, span.stop - span.start)
            arrays = []
            for name, kind in zip(schema.names, schema.types, strict=True):
                if kind == _WORD:
                    texts = piece[name].cast(pl.String).to_arrow().cast(pa.string())
                    arrays.append(texts.dictionary_encode().cast(_WORD))
                else:
                    arrays.append(piece[name].to_arrow().cast(kind))
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    return schema, rows()


def _plain(kind: pl.DataType) -> pa.DataType:
    if kind == pl.String:
        return pa.string()
    if kind == pl.Boolean:
        return pa.bool_()
    if isinstance(kind, pl.Datetime):
        return _TIME
    return pa.int64()


# -- records ------------------------------------------------------------------------------------


def _records(answer: Answer) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    columns, partition = answer.live.columns, answer.partition
    said = pa.list_(pa.struct([("trait", pa.string()), ("time", _TIME)]))
    fixed: list[tuple[str, pa.DataType]] = [
        ("source", _WORD),
        ("record_id", pa.string()),
        ("profile_id", pa.string()),
        ("kind", _WORD),
        ("event_time", _TIME),
        ("first_seen", _TIME),
        ("last_seen", _TIME),
        ("count", pa.int64()),
        ("arrival", pa.int64()),
    ]
    if answer.live.trait_times:
        fixed.append(("trait_times", said))
    schema = pa.schema(fixed + [(name, pa.string()) for name in columns.traits])

    def rows() -> Iterator[pa.RecordBatch]:
        for span in _spans(len(columns)):
            found = {
                "source": _words(columns.sources, columns.source[span]),
                "record_id": _strings(_chunk(columns.record_ids, span)),
                "profile_id": answer.issued.profile_ids.take(pa.array(partition.profile[span])),
                "kind": _words(KINDS, columns.kind[span]),
                "event_time": _times(columns.event_time[span]),
                "first_seen": _times(columns.first_seen[span]),
                "last_seen": _times(columns.last_seen[span]),
                "count": pa.array(columns.count[span]),
                "arrival": pa.array(answer.issued.arrival[span]),
            }
            if answer.live.trait_times:
                found["trait_times"] = _trait_times(answer.live, span, said)
            for name, column in columns.traits.items():
                found[name] = _strings(_chunk(column, span))
            yield _of(schema, found)

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


# -- identifiers and edges ----------------------------------------------------------------------


def _named(partition: Partition, m: int) -> Ints:
    return np.arange(m, dtype=np.int32) if partition.alias is None else partition.alias


def _identifiers(answer: Answer) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    columns, partition = answer.live.columns, answer.partition
    schema = pa.schema(
        [
            ("type", _WORD),
            ("value", pa.string()),
            ("profile_id", pa.string()),
            ("status", _WORD),
            ("fanout", pa.int32()),
            ("records", pa.int32()),
        ]
    )
    named = _named(partition, columns.n_identifiers)
    carriers = np.bincount(columns.ids, minlength=columns.n_identifiers).astype(np.int32)

    def rows() -> Iterator[pa.RecordBatch]:
        for place, values in enumerate(columns.values):
            base = int(columns.offsets[place])
            for span in _spans(len(values)):
                numbers = np.arange(base + span.start, base + span.stop)
                numbers = numbers[carriers[numbers] > 0]
                means = named[numbers]
                home = partition.home[means]
                yield _of(
                    schema,
                    {
                        "type": _words(columns.types, np.full(len(numbers), place)),
                        "value": _strings(values.take(pa.array(numbers - base))),
                        "profile_id": answer.issued.profile_ids.take(pa.array(home, mask=home < 0)),
                        "status": _words(STATUS, partition.status[means]),
                        "fanout": pa.array(partition.links.fanout[means]),
                        "records": pa.array(carriers[numbers]),
                    },
                )

    return schema, rows()


_SPELLINGS = pa.list_(pa.string())
_EDGE = pa.schema(
    [
        ("kind", _WORD),
        ("source", _WORD),
        ("record_id", pa.string()),
        ("type", _WORD),
        ("value", pa.string()),
        ("to_source", _WORD),
        ("to_record_id", pa.string()),
        ("weight", pa.int64()),
        ("status", _WORD),
        ("raw", _SPELLINGS),
    ]
)
_EDGE_STATUS = ("refused", "blocked", "unlinked", "shared", "linked")


def _edges(answer: Answer) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    columns, partition = answer.live.columns, answer.partition
    edges = partition.edges

    def rows() -> Iterator[pa.RecordBatch]:
        yield from _link_rows(answer)
        if edges is None:
            return
        for span in _spans(len(edges.left)):
            left, right = edges.left[span], edges.right[span]
            n = len(left)
            together = partition.profile[left] == partition.profile[right]
            yield _of(
                _EDGE,
                {
                    "kind": _words(["match"], np.zeros(n)),
                    "source": _words(columns.sources, columns.source[left]),
                    "record_id": _strings(columns.record_ids.take(pa.array(left))),
                    "type": pa.nulls(n, _WORD),
                    "value": pa.nulls(n, pa.string()),
                    "to_source": _words(columns.sources, columns.source[right]),
                    "to_record_id": _strings(columns.record_ids.take(pa.array(right))),
                    "weight": pa.array(edges.weight[span]),
                    "status": _words(["apart", "linked"], together),
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
        stop = int(np.searchsorted(columns.ptr, columns.ptr[start] + _ROWS, side="right")) - 1
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
        yield _of(
            _EDGE,
            {
                "kind": _words(["link"], np.zeros(size)),
                "source": _words(columns.sources, columns.source[record]),
                "record_id": _strings(columns.record_ids.take(pa.array(record))),
                "type": _words(columns.types, columns.type_of[ids]),
                "value": _strings(everything.take(pa.array(ids))),
                "to_source": pa.nulls(size, _WORD),
                "to_record_id": pa.nulls(size, pa.string()),
                "weight": pa.nulls(size, pa.int64()),
                "status": _words(_EDGE_STATUS, status),
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
        places, texts = frame["place"].to_numpy(), _strings(frame["text"].to_arrow())
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


# -- profiles -----------------------------------------------------------------------------------


def _profiles(answer: Answer) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    columns, partition = answer.live.columns, answer.partition
    n_profiles = partition.n_profiles
    found = partition.links
    size = np.bincount(partition.profile, minlength=n_profiles).astype(np.int32)
    identifiers = _held(
        partition.profile,
        n_profiles,
        found.ptr,
        found.ids,
        found.iptr,
        found.irec,
        partition.status,
        partition.granted,
    )
    first = np.full(n_profiles, np.iinfo(np.int64).max)
    last = np.full(n_profiles, np.iinfo(np.int64).min)
    _extent(partition.profile, columns.first_seen, columns.last_seen, first, last)
    provenance = pa.list_(
        pa.struct(
            [
                ("trait", pa.string()),
                ("source", pa.string()),
                ("record_id", pa.string()),
                (
                    "losers",
                    pa.list_(
                        pa.struct(
                            [
                                ("source", pa.string()),
                                ("record_id", pa.string()),
                                ("value", pa.string()),
                            ]
                        )
                    ),
                ),
            ]
        )
    )
    traits = list(columns.traits)
    schema = pa.schema(
        [
            ("profile_id", pa.string()),
            ("records", pa.int32()),
            ("identifiers", pa.int32()),
            ("first_seen", _TIME),
            ("last_seen", _TIME),
            *((name, pa.string()) for name in traits),
            ("provenance", provenance),
        ]
    )

    def fixed(span: slice) -> dict[str, pa.Array]:
        return {
            "profile_id": _chunk(answer.issued.profile_ids, span),
            "records": pa.array(size[span]),
            "identifiers": pa.array(identifiers[span]),
            "first_seen": _times(first[span]),
            "last_seen": _times(last[span]),
        }

    def rows() -> Iterator[pa.RecordBatch]:
        if not traits:
            for span in _spans(n_profiles):
                empty = pa.nulls(span.stop - span.start, provenance)
                yield _of(schema, fixed(span) | {"provenance": empty})
            return
        start = 0
        for piece in golden_slices(
            _golden_input(answer, traits), answer.policy.survivorship, traits
        ):
            stop = start + len(piece.values)
            found = fixed(slice(start, stop))
            for name in traits:
                found[name] = piece.values[name].to_arrow().cast(pa.string())
            found["provenance"] = piece.provenance.to_arrow().cast(provenance)
            yield _of(schema, found)
            start = stop

    return schema, rows()


def _golden_input(answer: Answer, traits: Sequence[str]) -> pl.DataFrame:
    columns = answer.live.columns
    names = pl.Series(list(columns.sources), dtype=pl.String)
    return pl.DataFrame(
        {
            "profile": answer.partition.profile,
            "event_time": columns.event_time,
            "source": names.gather(pl.Series(columns.source)),
            "record_id": pl.from_arrow(columns.record_ids),
            **{name: pl.from_arrow(columns.traits[name]) for name in traits},
        }
    )


@njit(cache=True, nogil=True)
def _extent(profile: Ints, first_seen: Longs, last_seen: Longs, first: Longs, last: Longs) -> None:
    for record in range(len(profile)):
        p = profile[record]
        first[p] = min(first[p], first_seen[record])
        last[p] = max(last[p], last_seen[record])


@njit(cache=True, nogil=True)
def _held(
    profile: Ints,
    n_profiles: int,
    ptr: Longs,
    ids: Ints,
    iptr: Longs,
    irec: Ints,
    status: NDArray[np.int8],
    granted: NDArray[np.bool_],
) -> Ints:
    """How many identifiers each profile holds."""
    out = np.zeros(n_profiles, dtype=np.int32)
    seen = np.full(n_profiles, -1, dtype=np.int32)
    for x in range(len(iptr) - 1):
        if iptr[x] == iptr[x + 1]:
            continue
        if status[x] == 4:
            out[profile[irec[iptr[x]]]] += 1
        elif status[x] == 5:
            for i in range(iptr[x], iptr[x + 1]):
                record = irec[i]
                if seen[profile[record]] == x:
                    continue
                for at in range(ptr[record], ptr[record + 1]):
                    if ids[at] == x and granted[at]:
                        seen[profile[record]] = x
                        out[profile[record]] += 1
    return out


# -- what was kept from joining, and what could not be used --------------------------------------


_REFUSED = pa.schema(
    [
        ("kind", _WORD),
        ("source", _WORD),
        ("record_id", pa.string()),
        ("type", _WORD),
        ("value", pa.string()),
        ("to_source", _WORD),
        ("to_record_id", pa.string()),
        ("constraint", _WORD),
        ("against", pa.list_(pa.string())),
        ("profile_id", pa.string()),
        ("other_profile_id", pa.string()),
    ]
)


def _refused(answer: Answer) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    columns, partition, ids = answer.live.columns, answer.partition, answer.issued.profile_ids
    links = partition.refused

    def rows() -> Iterator[pa.RecordBatch]:
        for span in _spans(len(links.record)):
            record, one = links.record[span], links.identifier[span]
            reasons = links.reasons.take(np.arange(span.start, span.stop))
            n = len(record)
            home = partition.home[one]
            yield _of(
                _REFUSED,
                {
                    "kind": _words(["link"], np.zeros(n)),
                    "source": _words(columns.sources, columns.source[record]),
                    "record_id": _strings(columns.record_ids.take(pa.array(record))),
                    "type": _words(columns.types, columns.type_of[one]),
                    "value": _identifier_values(columns, one),
                    "to_source": pa.nulls(n, _WORD),
                    "to_record_id": pa.nulls(n, pa.string()),
                    "constraint": _coded(reasons.constraints()),
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
            yield _of(
                _REFUSED,
                {
                    "kind": pa.array([kind for kind, *_ in pairs]).dictionary_encode().cast(_WORD),
                    "source": _words(columns.sources, columns.source[left]),
                    "record_id": _strings(columns.record_ids.take(pa.array(left))),
                    "type": pa.nulls(n, _WORD),
                    "value": pa.nulls(n, pa.string()),
                    "to_source": _words(columns.sources, columns.source[right]),
                    "to_record_id": _strings(columns.record_ids.take(pa.array(right))),
                    "constraint": _coded([why.constraint for *_, why in pairs]),
                    "against": pa.array(
                        [list(why.against) for *_, why in pairs], pa.list_(pa.string())
                    ),
                    "profile_id": ids.take(pa.array(partition.profile[left])),
                    "other_profile_id": ids.take(pa.array(partition.profile[right])),
                },
            )

    return _REFUSED, rows()


def _rejected(rejected: Sequence[Rejected]) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    schema = pa.schema(
        [
            ("file", _WORD),
            ("line", pa.int64()),
            ("source", _WORD),
            ("record_id", pa.string()),
            ("type", _WORD),
            ("field", _WORD),
            ("value", pa.string()),
            ("reason", _WORD),
        ]
    )

    def rows() -> Iterator[pa.RecordBatch]:
        for span in _spans(len(rejected)):
            piece = rejected[span]
            arrays = []
            for place, field in enumerate(schema):
                plain = pa.int64() if field.name == "line" else pa.string()
                array = pa.array([row[place] for row in piece], plain)
                arrays.append(
                    array.dictionary_encode().cast(_WORD) if field.type == _WORD else array
                )
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    return schema, rows()


def _judgements(judgements: Sequence[Judgement]) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    refs = pa.list_(pa.string())
    schema = pa.schema(
        [
            ("judgement", pa.string()),
            ("kind", pa.string()),
            ("left", refs),
            ("right", refs),
            ("time", _TIME),
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
