"""Bins and bars: every item counted once, every bar inside its picture."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sameas.engine.report.svg import HEIGHT, WIDTH, bins, histogram, stack

SIZES = st.dictionaries(st.integers(1, 2**62), st.integers(0, 2**62), max_size=30)


@given(SIZES)
def test_every_size_is_counted_in_one_bin(sizes: dict[int, int]) -> None:
    found = bins(sizes)
    assert sum(bar.number for bar in found) == sum(sizes.values())
    for size, number in sizes.items():
        if number:
            assert sum(bar.low <= size <= bar.high for bar in found) == 1
    assert all(left.high + 1 == right.low for left, right in pairwise(found))


@given(SIZES)
def test_bars_lie_inside_the_picture(sizes: dict[int, int]) -> None:
    chart = histogram("c", bins(sizes), title="t", unit="u", noun="n")
    for x, y, width, height in re.findall(
        r'<rect class="bar" x="([\d.]+)" y="([\d.]+)" rx="2" width="([\d.]+)" height="([\d.]+)"',
        chart,
    ):
        assert 0 <= float(x) <= float(x) + float(width) <= WIDTH
        assert 0 <= float(y) <= float(y) + float(height) <= HEIGHT
        assert float(height) > 1
    assert chart.count("<rect") == sum(bar.number > 0 for bar in bins(sizes))


def test_nothing_gives_no_chart() -> None:
    assert bins({}) == ()
    assert histogram("c", (), title="t", unit="u", noun="n") == ""


def test_shares_of_a_bar_are_proportional() -> None:
    bar = stack("s", [("linked", 3), ("shared", 1), ("blocked", 0)], title="t")
    widths = [float(width) for width in re.findall(r'width="([\d.]+)"', bar)]
    assert widths == [WIDTH * 0.75, WIDTH * 0.25]


def test_titles_are_escaped() -> None:
    assert "<b>" not in stack("s", [("linked", 1)], title="<b>")
