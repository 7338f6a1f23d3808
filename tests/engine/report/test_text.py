"""Foreign text is short, of one line, and cannot turn the page around."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sameas.engine.report.text import cut, duration, minute, moment, percent


@given(st.text(), st.integers(1, 20))
def test_cut_text_is_never_longer_than_asked(value: str, length: int) -> None:
    assert len(cut(value, length)) <= length


@given(st.text(st.characters(categories=["L", "N", "P"]), max_size=80))
def test_text_that_fits_is_left_as_it_is(value: str) -> None:
    assert cut(value) == value


def test_characters_that_reorder_or_break_lines_are_shown_as_dots() -> None:
    assert cut("a\u202eb\nc\x00") == "a·b·c·"


@pytest.mark.parametrize(("part", "shown"), [(0, "0%"), (1, "<0.1%"), (10**6, "100%")])
def test_a_share_is_nothing_or_all_only_if_it_is(part: int, shown: str) -> None:
    assert percent(part, 10**6) == shown


def test_times_beyond_the_calendar_are_said_to_be() -> None:
    assert moment(2**62) == "out of range"


def test_seconds_are_shown_in_the_unit_that_fits() -> None:
    assert [duration(0.5), duration(59), duration(61)] == ["500 ms", "59.0 s", "1 min 1 s"]


def test_a_time_of_the_manifest_is_shown_to_the_minute_in_utc() -> None:
    """The start of a run is a time with an offset; what is none is shown as it is."""
    assert minute("2026-01-02T00:30:00.123456+01:00") == "2026-01-01 23:30 UTC"
    assert minute("2023-11-20 08:00 UTC") == "2023-11-20 08:00 UTC"
    assert minute("2023-11-20T08:00") == "2023-11-20T08:00"
    assert minute("0001-01-01T00:00:00+14:00") == "0001-01-01T00:00:00+14:00"
    assert minute("") == ""
