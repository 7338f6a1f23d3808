"""The few rows that the report shows of its largest profiles, as long as they are at hand.

To find them in the files again means to read who is whose of all records and identifiers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from sameas.engine.batch.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from sameas.engine.batch.tables.answer import Answer

    Ints = NDArray[np.int32]

__all__ = ["largest"]


def largest(answer: Answer, limit: int) -> dict[str, pl.DataFrame]:
    """Of the profiles with the most records, then identifiers: rows of three tables, by table.

    `profiles` has only the ids, the largest first; `records` and `identifiers` have what the
    report counts.
    """
    columns, partition = answer.live.columns, answer.partition
    top = _top(answer, limit)
    # one more, since an identifier that nobody holds has its home at -1
    chosen = np.zeros(partition.n_profiles + 1, dtype=bool)
    chosen[top] = True
    ids = Texts.of([answer.issued.profile_ids])
    rows = np.flatnonzero(chosen[partition.profile])
    home = partition.home if partition.alias is None else partition.home[partition.alias]
    held = np.flatnonzero(chosen[home] & (answer.carriers > 0)).astype(np.int32)
    kind = columns.type_of[held].astype(np.int32)

    return {
        "profiles": pl.DataFrame({"profile_id": _texts(ids.take(top))}),
        "records": pl.DataFrame(
            {
                "profile_id": _texts(ids.take(partition.profile[rows])),
                "source": _words(columns.sources, columns.source[rows]),
            }
        ),
        "identifiers": pl.DataFrame(
            {
                "profile_id": _texts(ids.take(home[held])),
                "type": _words(columns.types, kind),
                "value": _texts(Texts.of(columns.values).take(held, kind)),
                "records": answer.carriers[held],
            }
        ),
    }


def _top(answer: Answer, limit: int) -> Ints:
    partition = answer.partition
    size = np.bincount(partition.profile, minlength=partition.n_profiles)
    order = size << 32 | answer.held
    chosen = np.arange(len(order), dtype=np.int32)
    if len(order) > limit:
        chosen = chosen[order >= np.partition(order, -limit)[-limit]]
    ids = Texts.of([answer.issued.profile_ids]).take(chosen)
    frame = pl.DataFrame({"order": order[chosen], "id": _texts(ids), "place": chosen})
    frame = frame.sort("order", "id", descending=[True, False]).head(limit)
    places: Ints = frame["place"].to_numpy()
    return places


def _words(names: Sequence[str], codes: Ints) -> pl.Series:
    return pl.Series(list(names), dtype=pl.String).gather(pl.Series(codes))


def _texts(array: pa.StringArray) -> pl.Series:
    return pl.Series(array, dtype=pl.String)
