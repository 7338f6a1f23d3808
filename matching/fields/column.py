"""Columns of canonical values, dictionary coded; each distinct raw text is canonicalised once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sameas.matching.canonical import Options, canonicalise_column, junk_column
from sameas.matching.fields.addresses import usual_addresses
from sameas.matching.fields.canonical import canonical, combined, joined
from sameas.matching.fields.model import Coded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sameas.matching.fields.model import Field

__all__ = ["IDENTIFIER", "code_column"]

IDENTIFIER = "identifier:"
"""A field that reads an identifier takes its column from `identifier:TYPE`: the least value."""


def code_column(field: Field, columns: Mapping[str, pa.Array | pa.ChunkedArray]) -> Coded:
    """`value_of` of each row, coded. Columns that the field does not read are not looked at.

    A trait without a column is a trait that no record has. An identifier's least values are in
    the column `identifier:TYPE`.

    Raises:
        ValueError: If the columns that are read differ in length, or none is there.
    """
    wanted = field.traits if field.identifier is None else (IDENTIFIER + field.identifier,)
    there = [columns.get(name) for name in wanted]
    lengths = {len(column) for column in there if column is not None}
    if len(lengths) != 1:
        raise ValueError(f"the columns {list(wanted)} have the lengths {sorted(lengths)}")
    rows, tuples = _distinct(there, lengths.pop())
    if field.kind in {"email", "phone"} and len(wanted) == 1:
        found = _contacts(field, [raw for (raw,) in tuples])
    elif field.identifier is not None:
        found = [canonical(field.kind, raw, region=field.region) for (raw,) in tuples]
    elif field.kind == "address":
        found = _addresses([joined(raws) for raws in tuples])
    else:
        found = [combined(field, raws) for raws in tuples]
    return _coded(rows, found)


def _contacts(field: Field, raws: Sequence[str]) -> list[str]:
    """`canonical` of emails or phones, by the column form of their canonical identifiers."""
    kind: Literal["email", "phone"] = "email" if field.kind == "email" else "phone"
    options = Options(default_region=field.region)
    values = canonicalise_column(kind, pa.array(raws, pa.string()), options).values
    found: list[str] = values.fill_null("").to_pylist()
    for place in np.flatnonzero(junk_column(kind, values)).tolist():
        found[place] = ""
    for place in np.flatnonzero(values.is_null().to_numpy(zero_copy_only=False)).tolist():
        if raws[place]:
            found[place] = canonical(kind, raws[place], region=field.region)
    if kind == "phone":  # without the extension
        return [value.partition(";")[0] if ";" in value else value for value in found]
    return found


def _addresses(raws: Sequence[str]) -> list[str]:
    """`canonical` of addresses, the usual ones all at once."""
    found = usual_addresses(raws)
    return [usual or canonical("address", raw) for usual, raw in zip(found, raws, strict=True)]


def _distinct(
    columns: Sequence[pa.Array | pa.ChunkedArray | None], length: int
) -> tuple[NDArray[np.int64], list[tuple[str, ...]]]:
    """For each row which of these tuples of raw texts it has; null counts as no text."""
    if len(columns) == 1:
        rows, only = _encoded(columns[0], length)
        return rows, [(text,) for text in only]
    rows = np.zeros(length, np.int64)
    parts: list[tuple[NDArray[np.int64], list[str]]] = []
    for column in columns:
        codes, texts = _encoded(column, length)
        parts.append((codes, texts))
        if len(parts) == 1:
            rows = codes.copy()
            continue
        _, rows = np.unique(rows * len(texts) + codes, return_inverse=True)
    _, first, rows = np.unique(rows, return_index=True, return_inverse=True)
    each = [[texts[code] for code in codes[first].tolist()] for codes, texts in parts]
    return rows, list(zip(*each, strict=True))


def _encoded(
    column: pa.Array | pa.ChunkedArray | None, length: int
) -> tuple[NDArray[np.int64], list[str]]:
    if column is None:
        return np.zeros(length, np.int64), [""]
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = pa.concat_arrays(column.chunks)
    if not pa.types.is_dictionary(column.type):
        if not pa.types.is_string(column.type):
            column = column.cast(pa.string())
        column = column.dictionary_encode()
    texts = ["", *(text or "" for text in column.dictionary.to_pylist())]
    codes = pc.fill_null(column.indices.cast(pa.int64()), -1).to_numpy(zero_copy_only=False) + 1
    return codes, texts


def _coded(rows: NDArray[np.int64], found: Sequence[str]) -> Coded:
    """Codes in the order of the values, from the value of each distinct row."""
    used = pa.array(found, pa.string()).dictionary_encode()
    values = used.dictionary
    order = pc.sort_indices(values).to_numpy(zero_copy_only=False)  # by bytes, so by code point
    ordered = values.take(pa.array(order))
    empty = len(ordered) > 0 and ordered[0].as_py() == ""
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32) - empty
    per_tuple = rank[used.indices.to_numpy(zero_copy_only=False)] if len(found) else rank
    codes = per_tuple[rows] if len(rows) else np.empty(0, np.int32)
    return Coded(codes.astype(np.int32), ordered[1:] if empty else ordered)
