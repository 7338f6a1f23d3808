"""Strings to numbers, against a dictionary, whatever the hash."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sameas.engine.batch.interner import Interner

WORDS = st.one_of(st.none(), st.sampled_from(["", "a", "ab", "abcdefgh", "abcdefghi"]), st.text())


@pytest.mark.parametrize("bits", [1, 4, 16, 64])
@given(st.lists(st.lists(WORDS, max_size=20), max_size=4))
@settings(max_examples=40, deadline=None, database=None)
def test_numbers_are_those_of_a_dictionary(bits: int, columns: list[list[str | None]]) -> None:
    """Equal strings have one number, in the order of first sight; null has none."""
    table, known = Interner(hash_bits=bits), dict[str, int]()
    for column in columns:
        words = [w if w is None else w.encode("utf-8", "replace").decode() for w in column]
        expected = [-1 if w is None else known.setdefault(w, len(known)) for w in words]
        assert table.intern(pa.array(words, pa.string())).tolist() == expected
    assert table.values().to_pylist() == list(known)
    assert len(table) == len(known)


@pytest.mark.parametrize("bits", [1, 64])
def test_finding_adds_nothing(bits: int) -> None:
    """A string that was never seen has the number -1."""
    table = Interner(hash_bits=bits)
    table.intern(pa.array(["a", "b"]))
    assert table.find(pa.array(["b", "c"])).tolist() == [1, -1]
    assert len(table) == 2


def test_many_strings_outgrow_the_first_table() -> None:
    """Numbers stay as they are when the table grows."""
    table = Interner()
    words = [f"value {at}" for at in range(20_000)]
    assert table.intern(pa.array(words)).tolist() == list(range(20_000))
    assert table.intern(pa.array(words[::-1])).tolist() == list(range(19_999, -1, -1))


def test_an_empty_column_has_no_numbers() -> None:
    """Nothing in, nothing out."""
    assert Interner().intern(pa.array([], pa.string())).tolist() == []
