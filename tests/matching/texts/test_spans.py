"""Texts in one row: read from lists and columns alike, and equal spans have equal numbers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from sameas.matching.texts import bags, beyond_ascii, is_one_of, numbered, texts_of, words_of

TEXTS = st.lists(st.text("ab é王\U0001f600", max_size=6) | st.text(max_size=6), max_size=12)


@given(texts=TEXTS, skip=st.integers(0, 2))
def test_a_column_reads_like_a_list(texts: list[str], skip: int) -> None:
    column = pa.array([*["é"] * skip, *texts], pa.string())[skip:]
    for values in (texts, column):
        found = texts_of(values)
        assert words_of(found.points, found.at[:-1], found.at[1:]) == texts


@given(texts=TEXTS)
def test_equal_texts_have_one_number_by_first_sight(texts: list[str]) -> None:
    found = texts_of(texts)
    number, first = numbered(found.points, found.at[:-1], found.at[1:])
    codes: dict[str, int] = {}
    assert number.tolist() == [codes.setdefault(text, len(codes)) for text in texts]
    assert [texts[place] for place in first.tolist()] == list(codes)


def test_characters_are_bits() -> None:
    found = texts_of(["ba", "", "ab"])
    wanted = (1 << ord("a") % 62) | (1 << ord("b") % 62)
    assert bags(found.points, found.at[:-1], found.at[1:]).tolist() == [wanted, 0, wanted]


@given(texts=TEXTS)
def test_what_is_beyond_ascii_is_seen(texts: list[str]) -> None:
    found = texts_of(texts)
    assert beyond_ascii(found.points, found.at).tolist() == [not text.isascii() for text in texts]


def test_no_texts() -> None:
    empty: list[str] = []
    for values in (empty, pa.array([], pa.string())):
        found = texts_of(values)
        assert len(found) == 0
        assert found.at.tolist() == [0]
        assert found.points.dtype == np.uint32


def test_a_span_is_one_of_a_few_texts() -> None:
    known = texts_of(["st", "ave", "#"])
    found = texts_of(["st", "sta", "", "ave", "avn", "#"])
    said = [
        is_one_of(found.points, start, end, known.points, known.at)
        for start, end in zip(found.at[:-1].tolist(), found.at[1:].tolist(), strict=True)
    ]
    assert said == [True, False, False, True, False, True]
