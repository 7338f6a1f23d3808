"""Columns of identifiers: equal to the single-value functions row by row, at array speed.

Plain ASCII shapes are settled by the kernels; whatever is left goes through the single-value
function of its kind, once a distinct value.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import phonenumbers
import pyarrow as pa

from sameas.buffers import read_as
from sameas.errors import Fault, InputError
from sameas.matching.canonical import canonicalise
from sameas.matching.canonical.junk import is_junk, literals
from sameas.matching.canonical.kernels import (
    BLOCK,
    CODES,
    HEX,
    HOST,
    LOCAL,
    SLOW,
    merge,
    rewrite,
    settled,
)
from sameas.matching.canonical.model import Column, Kind, Options
from sameas.matching.canonical.phone import plan
from sameas.matching.canonical.sieve import candidates, signature

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Longs = NDArray[np.int64]

__all__ = ["canonicalise_column", "junk_column"]

_TABLES = (LOCAL, HOST, HEX)
_NO_PLANS = (np.zeros(1000, np.int64), np.zeros(1000, np.int64))
_NO_OFFSETS = np.zeros(1, np.int64)
_NO_NULLS = np.empty(0, np.bool_)
_MOST = 2**31 - 1


class _Text(NamedTuple):
    """A string array as arrays: row i is `data[offsets[i]:offsets[i + 1]]`."""

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    valid: NDArray[np.bool_]
    """Empty where no row is null."""


def canonicalise_column(kind: Kind, raw: pa.Array | pa.ChunkedArray, options: Options) -> Column:
    """See `sameas.matching.canonical.canonicalise_column`."""
    if isinstance(raw, pa.ChunkedArray):
        raw = _joined(raw)
    if pa.types.is_dictionary(raw.type):
        return _through_dictionary(kind, raw, options)
    strings = _as_strings(raw)
    rows = len(strings)
    plans = _plans() if kind == "phone" else _NO_PLANS
    blocks = np.zeros(-(-rows // BLOCK), np.bool_)
    if _is_canonical(kind, strings, plans, blocks):
        return Column(_plain_layout(strings), None)
    text = _read(strings)
    ends = np.empty(rows + 1, np.int64)
    states = np.empty(rows, np.uint8)
    size = int(text.offsets[-1] - text.offsets[0])
    out = np.empty(size + 6 * rows + 8, np.uint8)
    nanp = kind == "phone" and _in_nanp(options.default_region.upper())
    flags = np.array([options.email_dots, options.email_tags, nanp])
    written = (out, ends, states)
    other, slow = rewrite(CODES[kind], *text, blocks, *written, flags, _TABLES, plans)
    if not other:
        return Column(_plain_layout(strings), None)
    known, codes = _settle(kind, strings, states, options) if slow else (_NOTHING_KNOWN, _NO_CODES)
    offsets = np.empty(rows + 1, np.int64)
    valid = np.empty(rows, np.bool_)
    values = _read(known.values)
    given = values.valid if values.valid.size else np.ones(len(known.values), np.bool_)
    parts = (states, out, ends, codes, values.data, values.offsets, given)
    merge(*parts, np.empty(0, np.uint8), offsets, valid)
    if offsets[-1] > _MOST:
        raise _too_long(int(offsets[-1]))
    target = np.empty(int(offsets[-1]), np.uint8)
    merge(*parts, target, offsets, valid)
    return Column(_written(target, offsets, valid), _reasons(known.reasons, states, codes))


def _is_canonical(
    kind: Kind, strings: pa.Array, plans: tuple[Longs, Longs], blocks: NDArray[np.bool_]
) -> bool:
    """Whether all rows are canonical by a glance; `blocks` is marked where only some are."""
    if pa.types.is_large_string(strings.type):  # past 2 GiB of text
        return False
    _, ends, data = strings.buffers()
    if data is None or not blocks.size:
        return False
    offsets = read_as(ends, np.int32)[strings.offset : strings.offset + len(strings) + 1]
    text = read_as(data, np.uint8)
    return bool(settled(CODES[kind], text, offsets, _valid(strings), plans, blocks))


def junk_column(kind: Kind, values: pa.StringArray) -> NDArray[np.bool_]:
    """See `sameas.matching.canonical.junk_column`."""
    found = np.zeros(len(values), np.bool_)
    text = _read(values)
    candidates(CODES[kind], text.data, text.offsets, text.valid, _signs(kind), found)
    rows = np.flatnonzero(found)
    if rows.size:
        distinct = values.take(pa.array(rows)).dictionary_encode()
        verdict = np.array([is_junk(kind, value) for value in distinct.dictionary.to_pylist()])
        found[rows] = verdict[distinct.indices.to_numpy()]
    return found


def _joined(raw: pa.ChunkedArray) -> pa.Array:
    if raw.num_chunks == 1:
        return raw.chunk(0)
    kind = raw.type
    if pa.types.is_string(kind):  # combining chunks of one string array past 2 GiB would fail
        raw = raw.cast(pa.large_string())
    elif pa.types.is_dictionary(kind):
        raw = raw.unify_dictionaries()
    joined = raw.combine_chunks()
    return joined if isinstance(joined, pa.Array) else pa.concat_arrays(joined.chunks)


def _as_strings(raw: pa.Array) -> pa.Array:
    kind = raw.type
    if pa.types.is_string(kind):
        return raw
    if pa.types.is_large_string(kind):
        return raw.cast(pa.string()) if _text_end(raw) <= _MOST else raw
    if pa.types.is_string_view(kind):
        return _as_strings(raw.cast(pa.large_string()))
    if pa.types.is_integer(kind) or pa.types.is_null(kind):
        return raw.cast(pa.string())
    raise InputError(
        Fault("identifier column", f"its type is {kind}", "cast it to strings or integers first")
    )


def _text_end(strings: pa.Array) -> int:
    """Where the last text of a large string array ends in its buffer."""
    ends = strings.buffers()[1]
    at = strings.offset + len(strings)
    return int(np.frombuffer(ends, np.int64, 1, 8 * at)[0]) if len(strings) else 0


def _through_dictionary(kind: Kind, raw: pa.DictionaryArray, options: Options) -> Column:
    values, reasons = canonicalise_column(kind, raw.dictionary, options)
    indices = raw.indices
    texts = _plain_layout(values.cast(pa.large_string()).take(indices))
    if reasons is None:
        return Column(texts, None)
    named = reasons.take(indices)
    return Column(texts, named if named.null_count < len(named) else None)


def _read(strings: pa.Array) -> _Text:
    """The buffers of a string or large string array; the text is not copied.

    Always of the same types, so that each kernel is compiled once.
    """
    wide = pa.types.is_large_string(strings.type)
    _, ends, data = strings.buffers()
    rows = len(strings)
    offsets = _NO_OFFSETS
    if rows:
        found = read_as(ends, np.int64 if wide else np.int32)
        offsets = found[strings.offset : strings.offset + rows + 1].astype(np.int64)
    return _Text(
        read_as(data, np.uint8),
        offsets,
        _valid(strings),
    )


def _valid(strings: pa.Array) -> NDArray[np.bool_]:
    """Which rows are not null; empty where none is."""
    return strings.is_valid().to_numpy(zero_copy_only=False) if strings.null_count else _NO_NULLS


def _plain_layout(strings: pa.Array) -> pa.StringArray:
    """The same rows as a string array with offset zero."""
    if pa.types.is_large_string(strings.type):
        text = _read(strings)
        if (size := int(text.offsets[-1] - text.offsets[0])) > _MOST:
            raise _too_long(size)
        strings = strings.cast(pa.string())
    return strings if strings.offset == 0 else pa.concat_arrays([strings, strings[:0]])


def _settle(
    kind: Kind, strings: pa.Array, states: NDArray[np.uint8], options: Options
) -> tuple[Column, NDArray[np.int32]]:
    """The outcomes of the distinct slow values, and which of them each slow row has."""
    rows = pa.array(np.flatnonzero(states == SLOW))
    # As bytes: a file may hold what is not UTF-8; that must come out as U+FFFD, not as an error.
    bytes_ = pa.binary() if pa.types.is_string(strings.type) else pa.large_binary()
    distinct = strings.view(bytes_).take(rows).dictionary_encode()
    outcomes = [
        canonicalise(kind, value.decode("utf-8", "surrogateescape"), options)
        for value in distinct.dictionary.to_pylist()
    ]
    values = pa.array([outcome.value for outcome in outcomes], pa.large_string())
    reasons = pa.array([outcome.reason for outcome in outcomes], pa.string())
    return Column(values, reasons), distinct.indices.to_numpy()


def _reasons(
    known: pa.StringArray, states: NDArray[np.uint8], codes: NDArray[np.int32]
) -> pa.StringArray | None:
    if known.null_count == len(known):
        return None
    row_codes = np.full(states.size, -1, np.int64)
    row_codes[states == SLOW] = codes
    return known.take(pa.array(row_codes, mask=row_codes < 0))


def _written(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], valid: NDArray[np.bool_]
) -> pa.StringArray:
    nulls = int(valid.size - np.count_nonzero(valid))
    bits = pa.py_buffer(np.packbits(valid, bitorder="little")) if nulls else None
    ends = pa.py_buffer(offsets.astype(np.int32))
    return pa.StringArray.from_buffers(valid.size, ends, pa.py_buffer(data), bits, nulls)


def _too_long(size: int) -> InputError:
    return InputError(
        Fault("identifier column", f"{size:,} bytes of text, over 2 GiB", "pass it in parts")
    )


_NOTHING_KNOWN = Column(pa.array([], pa.large_string()), pa.array([], pa.string()))
_NO_CODES = np.empty(0, np.int32)


def _in_nanp(region: str) -> bool:
    return phonenumbers.country_code_for_region(region) == 1


@cache
def _plans() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """By country code: bit sets of the first digits and of the lengths that are settled.

    Only plans whose national prefix is a list of plain digit strings are in; the others go the
    slow way.
    """
    firsts, lengths = np.zeros(1000, np.int64), np.zeros(1000, np.int64)
    for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
        known = plan(code)
        pattern = known.prefix.pattern if known and known.prefix else ""
        if not known or not re.fullmatch(r"(\d+(\|\d+)*)?", pattern):
            lengths[code] = 1  # assigned, and never settled: no number has no digits
            continue
        barred = {"0"} | {prefix[:1] for prefix in pattern.split("|")}
        firsts[code] = sum(1 << digit for digit in range(10) if str(digit) not in barred)
        lengths[code] = 1 | sum(1 << length for length in known.lengths if length > 0)
    return firsts, lengths


@cache
def _signs(kind: Kind) -> NDArray[np.bool_]:
    signs = np.zeros(65536, np.bool_)
    for text in literals(kind):
        if data := text.encode():
            second = data[1] if len(data) > 1 else 0
            signs[signature(len(data), data[0], second, data[-1])] = True
    return signs
