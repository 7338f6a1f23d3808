"""The table of profiles, with their golden records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa
from numba import njit

from sameas.engine.batch.tables.arrow import TIME, batch_of, chunk, spans, times
from sameas.engine.golden import golden_slices

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.tables.answer import Answer

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["profiles"]


def profiles(answer: Answer) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    columns, partition = answer.live.columns, answer.partition
    n_profiles = partition.n_profiles
    size, held = np.zeros(n_profiles, dtype=np.int32), answer.held
    first = np.full(n_profiles, np.iinfo(np.int64).max)
    last = np.full(n_profiles, np.iinfo(np.int64).min)
    _extent(partition.profile, columns.first_seen, columns.last_seen, size, first, last)
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
            ("first_seen", TIME),
            ("last_seen", TIME),
            *((name, pa.string()) for name in traits),
            ("provenance", provenance),
        ]
    )

    def fixed(span: slice) -> dict[str, pa.Array]:
        return {
            "profile_id": chunk(answer.issued.profile_ids, span),
            "records": pa.array(size[span]),
            "identifiers": pa.array(held[span]),
            "first_seen": times(first[span]),
            "last_seen": times(last[span]),
        }

    def rows() -> Iterator[pa.RecordBatch]:
        if not traits:
            for span in spans(n_profiles):
                empty = pa.nulls(span.stop - span.start, provenance)
                yield batch_of(schema, fixed(span) | {"provenance": empty})
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
            yield batch_of(schema, found)
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
def _extent(
    profile: Ints, first_seen: Longs, last_seen: Longs, size: Ints, first: Longs, last: Longs
) -> None:
    """How many records each profile has, and when they were first and last seen."""
    for record in range(len(profile)):
        p = profile[record]
        size[p] += 1
        first[p] = min(first[p], first_seen[record])
        last[p] = max(last[p], last_seen[record])
