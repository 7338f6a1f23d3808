"""Columns of JSON text, made in columns: what a row of the store keeps as one text.

Escaping is looked at once a column: hardly any value needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from sameas.engine.batch.columns import flat
from sameas.engine.online.rows import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    Longs = NDArray[np.int64]

__all__ = ["joined", "objects", "quoted", "strings"]

_ROWS = 1 << 18  # lists at a time: Arrow joins 2 GB of text at most
_SPECIAL = r'["\\\x00-\x1f]'


def quoted(column: pa.Array | pa.ChunkedArray) -> pl.Series:
    r"""Strings as JSON; null stays null.

    >>> quoted(pa.array(["a", 'b"c', None])).to_list()
    ['"a"', '"b\\"c"', None]
    """
    series = strings(column)
    out = pl.select(pl.format('"{}"', series.alias("text"))).to_series()
    special = series.str.contains(_SPECIAL).fill_null(value=False)
    if special.any():
        mended = pl.Series([text(value) for value in series.filter(special)], dtype=pl.String)
        out = out.scatter(special.arg_true(), mended)
    return out.set(series.is_null(), None) if series.null_count() else out


def objects(columns: Mapping[str, pl.Series], rows: int) -> pl.Series:
    """JSON objects, one a row, of columns of JSON; a null is left out.

    >>> objects({"a": pl.Series(["1", None]), "b": pl.Series(["2", "3"])}, 2).to_list()
    ['{"a":1,"b":2}', '{"b":3}']
    """
    if not columns:
        return pl.Series(["{}"], dtype=pl.String).new_from_index(0, rows)
    parts = [pl.lit(f"{text(name)}:") + column for name, column in columns.items()]
    frame = pl.select([part.alias(str(at)) for at, part in enumerate(parts)])
    inside = pl.concat_str(pl.all(), separator=",", ignore_nulls=True)
    return frame.select(pl.concat_str(pl.lit("{"), inside, pl.lit("}"))).to_series()


def joined(pieces: pl.Series, offsets: Longs) -> pl.Series:
    """JSON lists, one a row, of the pieces between its offset and the next.

    >>> import numpy as np
    >>> joined(pl.Series(["1", "2", "3"]), np.array([0, 2, 2, 3])).to_list()
    ['[1,2]', '[]', '[3]']
    """
    parts = []
    for start in range(0, max(len(offsets) - 1, 1), _ROWS):
        mine = offsets[start : start + _ROWS + 1]
        values = pieces[int(mine[0]) : int(mine[-1])].to_arrow().cast(pa.string())
        lists = pa.ListArray.from_arrays(pa.array(mine - mine[0], pa.int32()), values)
        parts.append(pl.Series(pc.binary_join(lists, ","), dtype=pl.String))
    inside = pl.concat(parts)
    return pl.select(pl.format("[{}]", inside)).to_series()


def strings(column: pa.Array | pa.ChunkedArray) -> pl.Series:
    """Strings as they are."""
    series = pl.from_arrow(flat(column))
    assert isinstance(series, pl.Series)
    return series.cast(pl.String)
