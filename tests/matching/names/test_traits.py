from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sameas.matching.names import NAME_TRAITS, person_name, person_name_column


@pytest.mark.parametrize(
    ("traits", "name"),
    [
        ({"full_name": " Ann Smith "}, "Ann Smith"),
        ({"name": "Ann Smith"}, "Ann Smith"),
        ({"full_name": "Ann Smith", "name": "Bob"}, "Ann Smith"),
        ({"full_name": "-", "name": "Bob"}, "Bob"),
        ({"first_name": "Ann", "last_name": "Smith"}, "Ann\x1f\x1fSmith"),
        (
            {"first_name": "Ann", "middle_name": "M", "last_name": "Smith", "name": "x y"},
            "Ann\x1fM\x1fSmith",
        ),
        ({"first_name": "Ann", "name": "Ann Smith"}, "Ann Smith"),
        ({"first_name": "Ann"}, "Ann\x1f\x1f"),
        ({"first_name": "test", "last_name": "Smith"}, "\x1f\x1fSmith"),
        ({"first_name": "a\x1fb", "last_name": "c"}, "a b\x1f\x1fc"),
        ({"middle_name": "Ann"}, None),
        ({"city": "Ann Arbor"}, None),
        ({}, None),
    ],
)
def test_the_traits_make_one_name(traits: dict[str, str], name: str | None) -> None:
    assert person_name(traits) == name


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "-",
        "n/a",
        "N/A",
        "NULL",
        "unknown",
        "Unknown Unknown",
        "test",
        "Test User",
        "123",
        "no name",
        "...",
        "😀",
        "\ud800",
        "xxx",
        "anonymous",
    ],
)
def test_placeholders_are_nothing(value: str) -> None:
    assert person_name({"full_name": value}) is None


@pytest.mark.parametrize("value", ["Na Li", "Guest", "No", "Max Power", "Anna N/A"])
def test_a_name_that_looks_like_a_placeholder_stays(value: str) -> None:
    assert person_name({"full_name": value}) == value


_VALUES = (
    st.none()
    | st.sampled_from(["Ann", "Smith", "n/a", "", "😀", "王小明", "a\x1fb"])
    | st.text(st.characters(codec="utf-8"), max_size=8)
)
_ROWS = st.lists(st.fixed_dictionaries(dict.fromkeys(NAME_TRAITS, _VALUES)), max_size=8)


@given(_ROWS, st.sets(st.sampled_from(NAME_TRAITS)))
@settings(deadline=None)
def test_the_column_equals_row_by_row(rows: list[dict[str, str | None]], present: set[str]) -> None:
    columns = {trait: pa.array([row[trait] for row in rows], pa.string()) for trait in present}
    expected = [
        person_name({t: v for t, v in row.items() if t in present and v is not None})
        for row in rows
    ]
    result = person_name_column(columns)
    assert result.type == pa.string()
    assert result.to_pylist() == (expected if present else [])


def test_a_dictionary_encoded_column_is_read_like_any_other() -> None:
    column = pa.array(["Ann", None, "Ann"]).dictionary_encode()
    assert person_name_column({"name": column}).to_pylist() == ["Ann", None, "Ann"]


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        person_name_column({"name": pa.array(["a"]), "first_name": pa.array(["a", "b"])})
