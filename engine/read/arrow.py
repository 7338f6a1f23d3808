"""Any Arrow column as plain strings: one text for one value, whatever type held it.

A whole float reads like the integer (`7.0` is `7`, as files without a type would say it), a
missing value is null whether it was null, NaN or an empty string, and the result never has an
offset. All functions are vectorised; only maps and lists of structures go value by value.
"""

from __future__ import annotations

import json
import uuid

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["copied", "explode", "flatten", "is_list", "joined", "solid", "strings", "trimmed"]

_Array = pa.Array


def is_list(kind: pa.DataType) -> bool:
    """Whether values of this type hold several values."""
    return bool(
        pa.types.is_list(kind)
        or pa.types.is_large_list(kind)
        or pa.types.is_fixed_size_list(kind)
        or pa.types.is_list_view(kind)
        or pa.types.is_large_list_view(kind)
    )


def flatten(table: pa.Table) -> pa.Table:
    """Give every field of every structure a column of its own, named `outer.inner`."""
    while any(pa.types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    return table


def strings(column: pa.Array | pa.ChunkedArray) -> pa.StringArray:
    """Write every value of a column as text; empty and NaN become null.

    >>> strings(pa.array([7.0, 2.5, float("nan"), None])).to_pylist()
    ['7', '2.5', None, None]
    """
    text = _text(solid(column))
    if pc.min(pc.binary_length(text)).as_py() == 0:
        text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    return text


def trimmed(column: pa.Array | pa.ChunkedArray) -> pa.StringArray:
    """As `joined`, without the white space around a value; what is empty then is null.

    >>> trimmed(pa.array([" a ", "b", " "])).to_pylist()
    ['a', 'b', None]
    """
    text = joined(column)
    return text if _spaceless(text) else strings(pc.utf8_trim_whitespace(text))


def _spaceless(text: pa.StringArray) -> bool:
    """Whether all of a column's bytes are ASCII, and none is a space: two sweeps."""
    _, ends, data = text.buffers()
    if data is None or not len(text):
        return True
    sizes = np.frombuffer(ends, np.int32, len(text) + 1)
    used = np.frombuffer(data, np.int8)[sizes[0] : sizes[-1]]  # above 127 is below zero
    return not used.size or used.min() > ord(" ")


def joined(column: pa.Array | pa.ChunkedArray, separator: str = "; ") -> pa.StringArray:
    """As `strings`, with the values of a list joined.

    >>> joined(pa.array([["a", None, "b"], [], None])).to_pylist()
    ['a; b', None, None]
    """
    array = solid(column)
    if not is_list(array.type):
        return strings(array)
    values, rows = explode(array)
    counts = np.bincount(rows, minlength=len(array))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), values)
    text = pc.binary_join(lists, separator)
    return pc.if_else(pa.array(counts == 0), pa.scalar(None, pa.string()), text)


def explode(column: pa.Array | pa.ChunkedArray) -> tuple[pa.StringArray, npt.NDArray[np.int64]]:
    """The values inside the lists of a column, without nulls, and the row of each.

    >>> values, rows = explode(pa.array([["a", "b"], None, ["c"]]))
    >>> values.to_pylist(), rows.tolist()
    (['a', 'b', 'c'], [0, 0, 2])
    """
    array = solid(column)
    rows = pc.list_parent_indices(array).to_numpy(zero_copy_only=False).astype(np.int64)
    inner = pc.list_flatten(array)
    while is_list(inner.type):
        deeper = pc.list_parent_indices(inner).to_numpy(zero_copy_only=False)
        rows, inner = rows[deeper], pc.list_flatten(inner)
    values = strings(inner)
    kept = pc.is_valid(values)
    return values.filter(kept), rows[kept.to_numpy(zero_copy_only=False)]


def copied(column: pa.Array | pa.ChunkedArray, start: int, size: int) -> pa.Array:
    """A piece of a column that does not hold the memory of all."""
    piece = column.slice(start, size)
    return (
        piece.combine_chunks() if isinstance(piece, pa.ChunkedArray) else pa.concat_arrays([piece])
    )


def solid(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The same values as one array without an offset. Raises ValueError past 2 GiB of text."""
    array = column
    if isinstance(column, pa.ChunkedArray):  # combining copies, a single chunk too
        array = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):  # combine_chunks keeps apart what overflows 2 GiB
        raise ValueError(  # noqa: TRY004  (the size is wrong, not the type)
            "a batch holds more than 2 GiB of text in one column"
        )
    return array if array.offset == 0 else pa.concat_arrays([array, array[:0]])


def _text(array: pa.Array) -> pa.StringArray:
    kind = array.type
    if pa.types.is_string(kind):
        return array
    if isinstance(kind, pa.BaseExtensionType):
        if str(kind).startswith("extension<arrow.uuid"):
            return _each(array.storage, lambda value: str(uuid.UUID(bytes=value)))
        return _text(array.storage)
    if pa.types.is_dictionary(kind):
        words = _text(solid(array.dictionary))  # Polars' are views, which Arrow cannot look up
        return pa.DictionaryArray.from_arrays(array.indices, words).dictionary_decode()
    if pa.types.is_floating(kind):
        return _float_text(array)
    if pa.types.is_timestamp(kind):
        return _time_text(array)
    if is_list(kind):
        return joined(array)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        try:
            return array.cast(pa.string())
        except pa.ArrowInvalid:
            return _each(array, lambda value: value.hex())
    if pa.types.is_fixed_size_binary(kind):
        return _each(array, lambda value: value.hex())
    if pa.types.is_null(kind):
        return pa.nulls(len(array), pa.string())
    try:
        return array.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return _each(array, lambda value: json.dumps(value, ensure_ascii=False, default=str))


def _each(array: pa.Array, write: object) -> pa.StringArray:
    assert callable(write)
    return pa.array([None if v is None else write(v) for v in array.to_pylist()], pa.string())


def _float_text(array: pa.Array) -> pa.StringArray:
    array = array.cast(pa.float64())
    numbers = array.fill_null(np.nan).to_numpy(zero_copy_only=False)
    finite = np.isfinite(numbers)
    whole = finite & (np.floor(numbers) == numbers) & (np.abs(numbers) < 2**53)
    text = array.cast(pa.string())
    if whole.any():
        integers = pa.array(np.where(whole, numbers, 0).astype(np.int64)).cast(pa.string())
        text = pc.if_else(pa.array(whole), integers, text)
    return (
        text if finite.all() else pc.if_else(pa.array(finite), text, pa.scalar(None, pa.string()))
    )


def _time_text(array: pa.Array) -> pa.StringArray:
    zoned = array.type.tz is not None
    unit = array.type.unit
    text = array.cast(pa.timestamp(unit)).cast(pa.string())  # drops the zone: the value is UTC
    text = pc.replace_substring(text, " ", "T", max_replacements=1)
    text = pc.replace_substring_regex(text, r"(\.\d*?)0+$", r"\1")
    text = pc.replace_substring_regex(text, r"\.$", "")
    return pc.binary_join_element_wise(text, "Z", "") if zoned else text
