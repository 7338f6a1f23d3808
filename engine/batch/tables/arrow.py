"""Arrow arrays as all tables want them: coded words, UTC times, batches of bounded size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa

from sameas.engine.batch.columns import flat

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Longs = NDArray[np.int64]

__all__ = [
    "ROWS",
    "TIME",
    "WORD",
    "batch_of",
    "chunk",
    "coded",
    "frame_table",
    "same",
    "spans",
    "strings",
    "times",
    "words",
]

ROWS = 1 << 19


TIME = pa.timestamp("us", tz="UTC")


WORD = pa.dictionary(pa.int32(), pa.string())


def words(values: Sequence[str], codes: NDArray[np.generic]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(
        pa.array(codes.astype(np.int32, copy=False)), pa.array(list(values), pa.string())
    )


def same(values: Sequence[str], code: int, n: int) -> pa.DictionaryArray:
    """One word n times."""
    return words(values, np.full(n, code, dtype=np.int32))


def coded(texts: Sequence[str]) -> pa.DictionaryArray:
    return pa.array(texts, pa.string()).dictionary_encode().cast(WORD)


def strings(array: pa.Array) -> pa.Array:
    return array.cast(pa.string()) if array.type != pa.string() else array


def times(values: Longs) -> pa.Array:
    return pa.array(values).view(pa.int64()).cast(TIME)


def spans(n: int) -> Iterator[slice]:
    for start in range(0, n, ROWS):
        yield slice(start, min(n, start + ROWS))


def batch_of(schema: pa.Schema, columns: dict[str, pa.Array]) -> pa.RecordBatch:
    arrays = [columns[field.name] for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def chunk(column: pa.Array | pa.ChunkedArray, span: slice) -> pa.Array:
    return flat(column.slice(span.start, span.stop - span.start))


def frame_table(
    frame: pl.DataFrame, *, coded: Sequence[str] = ()
) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """A polars frame of strings and integers, batch by batch; some columns as words."""
    schema = pa.schema(
        [
            (name, WORD if name in coded else pa.string() if kind == pl.String else pa.int64())
            for name, kind in frame.schema.items()
        ]
    )

    def rows() -> Iterator[pa.RecordBatch]:
        for piece in frame.iter_slices(ROWS):
            arrays = [
                piece[name].to_arrow().cast(pa.string()).dictionary_encode()
                if kind == WORD
                else piece[name].to_arrow().cast(kind)
                for name, kind in zip(schema.names, schema.types, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    return schema, rows()
