"""Drawn pairs: all there are where there are few, fair where there are many."""

from __future__ import annotations

import numpy as np
import pytest

from sameas.matching.model.draws import agreeing, at_random, grouped, thinned


def test_few_vectors_give_every_pair_of_records() -> None:
    counts = np.array([1, 3, 2], dtype=np.int64)
    found = at_random(counts, 100)
    pairs = dict(
        zip(zip(found.left.tolist(), found.right.tolist(), strict=True), found.counts, strict=True)
    )
    assert pairs == {(0, 1): 3, (0, 2): 2, (1, 1): 3, (1, 2): 6, (2, 2): 1}
    assert found.counts.sum() == 6 * 5 // 2


def test_many_vectors_give_as_many_draws_by_how_many_records_they_have() -> None:
    counts = np.array([1] * 500 + [500], dtype=np.int64)
    found = at_random(counts, 20_000)
    assert len(found.left) == 20_000
    assert (found.left <= found.right).all()
    heavy = (found.left == 500).mean()
    assert heavy == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize("n", [0, 1])
def test_no_record_and_one_record_have_no_pairs(n: int) -> None:
    assert len(at_random(np.ones(n, dtype=np.int64), 100).left) == 0


def test_agreeing_draws_all_pairs_of_small_groups() -> None:
    members, starts = grouped(np.array([1, -1, 0, 1, 1, 0], dtype=np.int32))
    found = agreeing(members, starts, 100, np.ones(6, dtype=np.int64))
    pairs = set(zip(found.left.tolist(), found.right.tolist(), strict=True))
    assert pairs == {(2, 5), (0, 3), (0, 4), (3, 4)}


def test_agreeing_draws_evenly_from_large_groups() -> None:
    members, starts = grouped(np.repeat([0, 1], [1000, 500]).astype(np.int32))
    found = agreeing(members, starts, 10_000, np.ones(1_500, dtype=np.int64))
    assert (found.left < found.right).all()
    same = (found.left < 1000) == (found.right < 1000)
    assert same.all()
    assert (found.left < 1000).mean() == pytest.approx(0.8, abs=0.02)


def test_agreeing_counts_pairs_of_records_where_it_is_told_how_many_there_are() -> None:
    members, starts = grouped(np.array([0, 0, 1, 1, -1], dtype=np.int32))
    found = agreeing(members, starts, 100, np.array([3, 2, 1, 40, 5]))
    pairs = zip(found.left.tolist(), found.right.tolist(), found.counts.tolist(), strict=True)
    assert set(pairs) == {(0, 1, 6), (0, 0, 3), (1, 1, 1), (2, 3, 8), (3, 3, 28)}


def test_agreeing_draws_records_that_say_the_same_as_often_as_others() -> None:
    members, starts = grouped(np.zeros(1_000, dtype=np.int32))
    found = agreeing(members, starts, 50_000, np.full(1_000, 2))
    same = found.left == found.right
    assert found.counts[same].sum() == pytest.approx(1_000 * 50_000 / 499_500, rel=0.4)
    assert (found.counts[~same] == 4).all()


def test_nobody_agrees_where_nothing_is_said() -> None:
    assert (
        len(agreeing(*grouped(np.full(4, -1, dtype=np.int32)), 10, np.ones(4, dtype=np.int64)).left)
        == 0
    )
    assert (
        len(agreeing(*grouped(np.empty(0, dtype=np.int32)), 10, np.ones(0, dtype=np.int64)).left)
        == 0
    )


def test_thinning_keeps_about_as_many_and_few_as_they_are() -> None:
    left = np.arange(100_000, dtype=np.int32)
    kept = thinned(left, left + 1, 10_000)
    assert kept.sum() == pytest.approx(10_000, rel=0.1)
    assert kept[:50_000].sum() == pytest.approx(5_000, rel=0.1)
    assert thinned(left, left, 100_000).all()
