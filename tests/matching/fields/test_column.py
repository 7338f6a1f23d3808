"""Columns of canonical values equal `value_of` row by row, whatever the layout."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sameas.graph.model import Identifier, Record, RecordKey
from sameas.matching.fields import KINDS, Coded, Field, FieldKind, code_column, value_of

from .texts import TEXTS

TRAITS = ("first_name", "full_name")
_ENCODABLE = TEXTS.map(lambda text: text.encode(errors="ignore").decode())


def _values(coded: Coded) -> list[str]:
    values = [*coded.values.to_pylist(), ""]
    return [values[code] for code in coded.codes.tolist()]


def _single(field: Field, rows: list[dict[str, str]]) -> list[str]:
    return [
        value_of(field, Record(RecordKey("s", str(n)), 0, 0, traits=row))
        for n, row in enumerate(rows)
    ]


@pytest.mark.parametrize("kind", KINDS)
@given(rows=st.lists(st.tuples(*[st.none() | _ENCODABLE] * 2), max_size=6))
def test_a_column_equals_its_rows(
    kind: FieldKind, rows: list[tuple[str | None, str | None]]
) -> None:
    columns = {t: pa.array([row[n] for row in rows], pa.string()) for n, t in enumerate(TRAITS)}
    dicts = [{t: v for t, v in zip(TRAITS, row, strict=True) if v is not None} for row in rows]
    for traits in (TRAITS, TRAITS[:1]):
        field = Field("f", kind, traits)
        coded = code_column(field, columns)
        assert _values(coded) == _single(field, dicts)
        values = coded.values.to_pylist()
        assert values == sorted(set(values))
        assert "" not in values
        assert set(coded.codes.tolist()) | {-1} == set(range(-1, len(values)))


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["Bo", None, "Ann"]),
        pa.array(["Bo", None, "Ann"], pa.large_string()),
        pa.array(["Bo", None, "Ann"]).dictionary_encode(),
        pa.chunked_array([["Bo"], [], [None, "Ann"]], pa.string()),
        pa.chunked_array(
            [pa.array(["Bo", None]).dictionary_encode(), pa.array(["Ann"]).dictionary_encode()]
        ),
        pa.array(["x", "Bo", None, "Ann"])[1:],
    ],
    ids=["string", "large", "dictionary", "chunks", "dictionary chunks", "slice"],
)
def test_every_layout_gives_the_same_codes(column: pa.Array) -> None:
    coded = code_column(Field("g", "given_name", ("first_name",)), {"first_name": column})
    assert coded.values.to_pylist() == ["ann", "bo"]
    assert coded.codes.tolist() == [1, -1, 0]
    assert coded.codes.dtype == np.int32


def test_an_empty_column_has_no_values() -> None:
    coded = code_column(Field("c", "text", ("city",)), {"city": pa.array([], pa.string())})
    assert (coded.codes.tolist(), coded.values.to_pylist()) == ([], [])


def test_a_column_of_nulls_is_missing_everywhere() -> None:
    coded = code_column(Field("c", "text", ("city",)), {"city": pa.nulls(3, pa.string())})
    assert (coded.codes.tolist(), coded.values.to_pylist()) == ([-1, -1, -1], [])


def test_a_column_of_one_value_has_one_code() -> None:
    coded = code_column(Field("c", "text", ("city",)), {"city": pa.array(["Rome"] * 3)})
    assert (coded.codes.tolist(), coded.values.to_pylist()) == ([0, 0, 0], ["rome"])


def test_a_trait_without_a_column_is_one_that_no_record_has() -> None:
    field = Field("c", "text", ("town", "city"))
    assert _values(code_column(field, {"city": pa.array(["Rome"])})) == ["rome"]


def test_columns_of_numbers_and_dates_are_read_as_text() -> None:
    field = Field("n", "number", ("n",))
    assert _values(code_column(field, {"n": pa.array([7, None])})) == ["7", ""]


def test_an_identifier_is_read_from_its_column() -> None:
    field = Field("mail", "email", identifier="email")
    coded = code_column(field, {"identifier:email": pa.array(["a@example.com", None])})
    held = Record(RecordKey("s", "1"), 0, 0, identifiers=(Identifier("email", "a@example.com"),))
    assert _values(coded) == [value_of(field, held), ""]


def test_columns_of_two_lengths_are_refused() -> None:
    field = Field("c", "text", ("town", "city"))
    with pytest.raises(ValueError, match=r"lengths \[1, 2\]"):
        code_column(field, {"city": pa.array(["Rome"]), "town": pa.array(["a", "b"])})


def test_a_field_none_of_whose_columns_is_there_is_refused() -> None:
    with pytest.raises(ValueError, match="city"):
        code_column(Field("c", "text", ("city",)), {})
