from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.tables import lines, show

if TYPE_CHECKING:
    import pytest


def test_no_rows_are_no_lines() -> None:
    assert lines([]) == []


def test_numbers_stand_right_and_words_left() -> None:
    assert lines([{"who": "a", "n": 5}, {"who": "bcd", "n": 1200}]) == [
        "who      n",
        "a        5",
        "bcd  1,200",
    ]


def test_a_row_may_lack_a_column() -> None:
    assert lines([{"a": "x"}, {"a": "y", "b": "why"}]) == ["a  b", "x", "y  why"]


def test_equal_headings_that_differ_by_a_space_are_two_columns() -> None:
    assert lines([{"p": "1", "p ": "2"}]) == ["p  p", "1  2"]


def test_show_prints_the_lines(capsys: pytest.CaptureFixture[str]) -> None:
    show([{"n": 1}])
    assert capsys.readouterr().out == "n\n1\n"
