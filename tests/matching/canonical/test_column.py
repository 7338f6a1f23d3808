"""Columns of every Arrow layout come out as one layout."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from sameas.errors import InputError
from sameas.matching.canonical import KINDS, Kind, canonicalise, canonicalise_column, junk_column

RAW = ["Ann@x.com", None, " bob@x.com", "Ann@x.com", "no address", "zoë@x.com", ""]
VALUES = ["ann@x.com", None, "bob@x.com", "ann@x.com", None, "zoë@x.com", None]
REASONS = [None, None, None, None, "no @", None, None]

CANONICAL: dict[Kind, str] = {
    "exact": "User-7",
    "folded": "user-7",
    "email": "ann@x.com",
    "phone": "+442079460958",
    "uuid": "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    "hash": "0f" * 32,
}

LAYOUTS = {
    "string": pa.array(RAW, pa.string()),
    "large_string": pa.array(RAW, pa.large_string()),
    "string_view": pa.array(RAW, pa.string_view()),
    "dictionary": pa.array(RAW).dictionary_encode(),
    "large dictionary": pa.array(RAW, pa.large_string()).dictionary_encode(),
    "slice": pa.array(["x", *RAW, "y"])[1:-1],
    "chunks": pa.chunked_array([RAW[:2], [], RAW[2:]], pa.string()),
    "large chunks": pa.chunked_array([RAW[:2], RAW[2:]], pa.large_string()),
    "dictionary chunks": pa.chunked_array(
        [pa.array(part).dictionary_encode() for part in (RAW[:3], RAW[3:])]
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_column(layout: str) -> None:
    values, reasons = canonicalise_column("email", LAYOUTS[layout])
    assert values.type == pa.string()
    assert values.offset == 0
    assert values.to_pylist() == VALUES
    assert reasons is not None
    assert reasons.to_pylist() == REASONS


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "empty",
    [
        pa.array([], pa.string()),
        pa.array([], pa.large_string()),
        pa.array([], pa.null()),
        pa.array(["x"])[1:],
        pa.chunked_array([], pa.string()),
        pa.array([], pa.string()).dictionary_encode(),
    ],
    ids=["string", "large", "null", "slice", "chunks", "dictionary"],
)
def test_an_empty_column_stays_empty(kind: Kind, empty: pa.Array | pa.ChunkedArray) -> None:
    values, reasons = canonicalise_column(kind, empty)
    assert values.type == pa.string()
    assert len(values) == 0
    assert reasons is None
    assert junk_column(kind, values).tolist() == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_of_nulls_stays_null(kind: Kind) -> None:
    for raw in (pa.nulls(3), pa.array([None] * 3, pa.string())):
        values, reasons = canonicalise_column(kind, raw)
        assert values.to_pylist() == [None] * 3
        assert reasons is None
        assert junk_column(kind, values).tolist() == [False] * 3


def test_one_value_repeated_is_one_value() -> None:
    values, reasons = canonicalise_column("phone", pa.array(["020 7946 0958 x1"] * 5))
    assert len(set(values.to_pylist())) == 1
    assert reasons is not None
    assert len(set(reasons.to_pylist())) == 1


def test_integers_are_read_as_their_digits() -> None:
    numbers = pa.array([2025550143, None, 7], pa.int64())
    values, reasons = canonicalise_column("phone", numbers)
    assert values.to_pylist() == ["+12025550143", None, None]
    assert reasons is not None
    assert reasons.to_pylist() == [None, None, "too short"]
    assert canonicalise_column("exact", numbers).values.to_pylist() == ["2025550143", None, "7"]


def test_a_canonical_column_is_not_copied() -> None:
    raw = pa.array(["ann@x.com", None, "bob@x.com"])
    values, reasons = canonicalise_column("email", raw)
    assert values.buffers()[2].address == raw.buffers()[2].address
    assert reasons is None


def test_a_slice_of_a_canonical_column_starts_at_zero() -> None:
    values, _ = canonicalise_column("email", pa.array(["a@x.com", None, "b@x.com"])[1:])
    assert values.offset == 0
    assert values.to_pylist() == [None, "b@x.com"]


def test_text_behind_a_null_stays_behind() -> None:
    """Arrow lets a null have bytes of its own."""
    ends = pa.py_buffer(np.array([0, 7, 14, 21], np.int32))
    text = pa.py_buffer(b"a@x.comb@x.comc@x.com")
    raw = pa.StringArray.from_buffers(3, ends, text, pa.py_buffer(b"\x05"))
    values, reasons = canonicalise_column("email", raw)
    assert values.to_pylist() == ["a@x.com", None, "c@x.com"]
    assert reasons is None


@pytest.mark.parametrize("odd", [" a", "a ", "A@x.com", "+49", "F" * 32, "-" * 36, "x-1"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_block_of_canonical_rows_does_not_hide_an_odd_one(kind: Kind, odd: str) -> None:
    """Rows are looked at 64 at a time; the odd one is within, the others around it."""
    plain = CANONICAL[kind]
    raw = [plain, None] * 50 + [odd] + [plain] * 70
    expected = canonicalise(kind, odd).value
    values, _ = canonicalise_column(kind, pa.array(raw))
    assert values.to_pylist() == [*raw[:100], expected, *raw[101:]]


def test_text_that_is_not_utf8_becomes_text() -> None:
    broken = pa.array([b"id-\xff", b"id-1"]).view(pa.string())
    values, _ = canonicalise_column("exact", broken)
    assert values.to_pylist() == ["id-\ufffd", "id-1"]


def test_a_column_of_floats_is_refused_with_a_remedy() -> None:
    with pytest.raises(InputError, match=r"type is double.*cast it to strings or integers"):
        canonicalise_column("exact", pa.array([1.5]))
