"""Times of every usual writing read as microseconds, and one value always the same."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sameas.engine.read.times import date_order, to_micros

NOON = int(dt.datetime(2022, 5, 8, 12, 10, 19, tzinfo=dt.UTC).timestamp()) * 1_000_000
DAY = int(dt.datetime(2022, 5, 8, tzinfo=dt.UTC).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("written", "micros"),
    [
        ("2022-05-08T12:10:19Z", NOON),
        ("2022-05-08 12:10:19", NOON),
        ("2022-05-08T14:10:19+02:00", NOON),
        ("2022-05-08T06:40:19.000-0530", NOON),
        ("2022-05-08T12:10:19.1234567Z", NOON + 123_456),
        ("2022-05-08", DAY),
        ("2022/5/8", DAY),
        ("20220508", DAY),
        ("20220508121019", NOON),
        ("1652011819", NOON),
        ("1652011819.5", NOON + 500_000),
        ("1652011819123", NOON + 123_000),
        ("1652011819123456", NOON + 123_456),
        ("1652011819123456789", NOON + 123_456),
        ("8.5.2022 12:10:19", NOON),
        ("08/05/22", DAY),
        ("05/28/2022", DAY + 20 * 86_400_000_000),
        ("08.05.2022 12:10:19 PM", NOON),
        ("Sun, 08 May 2022 12:10:19 +0000", NOON),
        ("May 8, 2022", DAY),
        ("8-May-2022", DAY),
        ("2022年5月8日", DAY),
        ("  2022-05-08  ", DAY),
    ],
)
def test_a_usual_writing_is_read(written: str, micros: int) -> None:
    times, bad = to_micros(pa.array([written]))
    assert times.to_pylist() == [micros]
    assert not bad


@pytest.mark.parametrize(
    "written", ["30.02.2020", "2021-02-29", "soon", "0", "25:00", "9" * 20, "2022-13-01", "7"]
)
def test_what_is_no_time_is_null_and_reported_with_its_row(written: str) -> None:
    times, bad = to_micros(pa.array(["2022-05-08", written]))
    assert times.to_pylist() == [DAY, None]
    assert [(b.row, b.value) for b in bad] == [(1, written)]


def test_blank_and_null_are_no_value_and_no_fault() -> None:
    times, bad = to_micros(pa.array(["", "  ", None]))
    assert times.to_pylist() == [None, None, None]
    assert not bad


def test_an_empty_column_gives_an_empty_one() -> None:
    times, bad = to_micros(pa.array([], pa.string()))
    assert (len(times), bad) == (0, [])


@pytest.mark.parametrize(
    "column",
    [
        pa.array([dt.datetime(2022, 5, 8, tzinfo=dt.UTC)]),
        pa.array([dt.date(2022, 5, 8)]),
        pa.array([DAY // 1_000_000]),
        pa.array([DAY / 1_000_000]),
        pa.array([DAY // 1_000], pa.timestamp("ms")),
        pa.array([dt.date(1999, 1, 1), dt.date(2022, 5, 8)])[1:],
        pa.chunked_array([["2022-05-08"]]),
    ],
)
def test_any_column_type_that_can_hold_a_time_is_read(column: pa.Array) -> None:
    times, _ = to_micros(column)
    assert times.to_pylist() == [DAY]
    assert times.offset == 0


@given(st.datetimes(min_value=dt.datetime(1, 1, 1), max_value=dt.datetime(9999, 12, 31)))  # noqa: DTZ001
def test_the_fast_and_the_careful_path_agree(moment: dt.datetime) -> None:
    written = moment.isoformat()
    alone, _ = to_micros(pa.array([written]))
    beside, _ = to_micros(pa.array([written, "no time"]))
    expected = (moment - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)  # noqa: DTZ001
    assert alone[0].as_py() == beside[0].as_py() == expected


def test_one_day_over_twelve_decides_for_the_whole_column() -> None:
    column = pa.array(["03/04/2020", "03/25/2020"])
    order, doubt = date_order(column, region="GB")
    assert (order, doubt) == ("mdy", "")
    assert to_micros(column, order=order)[0].to_pylist() == [1583280000000000, 1585094400000000]


@pytest.mark.parametrize(("region", "order"), [("US", "mdy"), ("DE", "dmy")])
def test_the_region_decides_if_no_value_does_and_that_is_said(region: str, order: str) -> None:
    found, doubt = date_order(pa.array(["03/04/2020"]), region=region)
    assert found == order
    assert "no value tells day from month" in doubt


def test_dots_mean_day_first_everywhere() -> None:
    assert date_order(pa.array(["03.04.2020"]), region="US") == ("dmy", "")


def test_mixed_orders_are_said() -> None:
    assert "mixed" in date_order(pa.array(["25/04/2020", "04/25/2020"]), region="US")[1]
