"""Mean linkage against a slow plain one, and what it must not depend on."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sameas.matching.cluster.linkage import link, room
from sameas.matching.cluster.units import MISSING


def plain(weights: list[list[int | None]], cut: int) -> list[int]:
    """As docs/design.md has it: join the two clusters with the highest mean above the cut."""
    clusters = [[one] for one in range(len(weights))]

    def mean(left: list[int], right: list[int]) -> Fraction | None:
        found = [w for a in left for b in right if (w := weights[a][b]) is not None]
        return Fraction(sum(found), len(found)) if found else None

    while True:
        best: tuple[Fraction, int, int] | None = None
        for i, j in combinations(range(len(clusters)), 2):
            value = mean(clusters[i], clusters[j])
            if value is not None and value > cut and (best is None or value > best[0]):
                best = value, i, j
        if best is None:
            return [min(c) for one in range(len(weights)) for c in clusters if one in c]
        _, i, j = best
        clusters[i] = clusters[i] + clusters.pop(j)


def linked(weights: np.ndarray[tuple[int, int], np.dtype[np.int64]], cut: int) -> list[int]:
    n = len(weights)
    found = np.empty(n, dtype=np.int32)
    heap = np.empty((1, 4), dtype=np.int64)  # grows
    link(np.ascontiguousarray(weights).reshape(-1), n, room(n, n), heap, cut, found)
    numbers: list[int] = found.tolist()
    return numbers


def square(weights: list[list[int | None]]) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    rows = [[MISSING if w is None else w for w in row] for row in weights]
    return np.array(rows, dtype=np.int64).reshape(len(weights), len(weights))


@st.composite
def symmetric(draw: st.DrawFn) -> list[list[int | None]]:
    n = draw(st.integers(0, 9))
    weight = st.one_of(st.none(), st.integers(-4, 4), st.integers(-(10**8), 10**8))
    out: list[list[int | None]] = [[None] * n for _ in range(n)]
    for i, j in combinations(range(n), 2):
        out[i][j] = out[j][i] = draw(weight)
    return out


@given(weights=symmetric(), cut=st.integers(-3, 3))
def test_the_compiled_linkage_is_the_plain_one(weights: list[list[int | None]], cut: int) -> None:
    assert linked(square(weights), cut) == plain(weights, cut)


@pytest.mark.parametrize("n", [0, 1])
def test_no_points_and_one_point_are_left_alone(n: int) -> None:
    assert linked(np.full((n, n), MISSING, dtype=np.int64), 0) == list(range(n))


def test_points_that_say_nothing_of_each_other_stay_apart() -> None:
    assert linked(np.full((5, 5), MISSING, dtype=np.int64), -(10**9)) == [0, 1, 2, 3, 4]


def test_all_equal_weights_above_the_cut_make_one_cluster_and_at_the_cut_none() -> None:
    weights = np.full((6, 6), 7, dtype=np.int64)
    assert linked(weights, 6) == [0] * 6
    assert linked(weights, 7) == list(range(6))


def test_three_hundred_points_of_a_hundred_bits_do_not_overflow() -> None:
    weights = np.full((300, 300), 100 << 20, dtype=np.int64)
    weights[:150, 150:] = weights[150:, :150] = (100 << 20) - 1
    assert set(linked(weights, (100 << 20) - 1)) == {0, 150}
    assert set(linked(weights, (100 << 20) - 2)) == {0}


def test_a_weak_bridge_does_not_chain_two_groups() -> None:
    weights = np.full((4, 4), -50, dtype=np.int64)
    weights[0, 1] = weights[1, 0] = weights[2, 3] = weights[3, 2] = 40
    weights[1, 2] = weights[2, 1] = 30
    assert linked(weights, 0) == [0, 0, 2, 2]


def test_means_are_compared_beyond_what_a_float_can_tell_apart() -> None:
    """Of two means one unit in 2**43 apart, the greater joins first."""
    huge = 1 << 43
    weights = np.full((4, 4), -huge, dtype=np.int64)
    for a, b, weight in ((0, 1, huge - 1), (1, 2, huge), (2, 3, huge - 1)):
        weights[a, b] = weights[b, a] = weight
    assert linked(weights, 0) == [0, 1, 1, 3]


def test_of_two_means_with_one_floor_the_greater_joins_first() -> None:
    """{1, 2} and 3 by 5/2, 0 and 3 by 2, of lower numbers: whoever is first gets 3."""
    weights = np.full((4, 4), -100, dtype=np.int64)
    for a, b, weight in ((1, 2, 9), (1, 3, 2), (2, 3, 3), (0, 3, 2)):
        weights[a, b] = weights[b, a] = weight
    assert linked(weights, 0) == [0, 1, 1, 1]
