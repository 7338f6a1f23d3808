"""Any Arrow type as text."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid

import pyarrow as pa
import pytest

from sameas.engine.read.arrow import explode, flatten, joined, strings


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([1, None]), ["1", None]),
        (pa.array([7.0, 2.5, float("nan"), float("inf")]), ["7", "2.5", None, None]),
        (pa.array([2**53 - 1.0]), ["9007199254740991"]),
        (pa.array([decimal.Decimal("1.50")]), ["1.50"]),
        (pa.array([True, False]), ["true", "false"]),
        (pa.array([dt.date(2020, 1, 2)]), ["2020-01-02"]),
        (pa.array([dt.datetime(2020, 1, 2, 3, 4, 5, 500_000)]), ["2020-01-02T03:04:05.5"]),  # noqa: DTZ001
        (
            pa.array([dt.datetime(2020, 1, 2, 3, tzinfo=dt.UTC)], pa.timestamp("us", "Asia/Tokyo")),
            ["2020-01-02T03:00:00Z"],
        ),
        (pa.array(["a", "", "b"]).dictionary_encode(), ["a", None, "b"]),
        (pa.array(["x"], pa.string_view()), ["x"]),
        (pa.array(["x"], pa.large_string()), ["x"]),
        (pa.array([b"ok", b"\xff"]), ["6f6b", "ff"]),
        (pa.array([b"ok"]), ["ok"]),
        (pa.array([b"1" * 16], pa.uuid()), [str(uuid.UUID(bytes=b"1" * 16))]),
        (pa.nulls(2), [None, None]),
        (pa.array([], pa.int8()), []),
        (pa.array(["q", "a"])[1:], ["a"]),
    ],
)
def test_a_value_reads_as_a_file_without_types_would_have_it(
    column: pa.Array, expected: list[str | None]
) -> None:
    text = strings(column)
    assert text.to_pylist() == expected
    assert (text.type, text.offset) == (pa.string(), 0)


@pytest.mark.parametrize(
    "kind", [pa.list_(pa.string()), pa.large_list(pa.string()), pa.list_view(pa.string())]
)
def test_a_list_is_exploded_for_identifiers_and_joined_for_traits(kind: pa.DataType) -> None:
    column = pa.array([["a", None, "b"], None, [], ["", "c"]], kind)
    values, rows = explode(column)
    assert values.to_pylist() == ["a", "b", "c"]
    assert rows.tolist() == [0, 0, 3]
    assert joined(column).to_pylist() == ["a; b", None, None, "c"]


def test_a_sliced_list_counts_its_rows_from_zero() -> None:
    values, rows = explode(pa.array([["x"], ["a", "b"]])[1:])
    assert (values.to_pylist(), rows.tolist()) == (["a", "b"], [0, 0])


def test_structures_become_columns_with_dots() -> None:
    table = flatten(pa.table({"a": [{"b": {"c": 1}, "d": None}, None]}))
    assert table.column_names == ["a.b.c", "a.d"]
    assert table["a.b.c"].to_pylist() == [1, None]
