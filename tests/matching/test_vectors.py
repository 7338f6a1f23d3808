"""Vectors are the distinct rows, whatever the order of the records."""

from __future__ import annotations

import numpy as np
import pytest

from sameas.matching.vectors import distinct


@pytest.mark.parametrize("seed", range(5))
def test_vectors_are_the_distinct_rows(seed: int) -> None:
    """Each record's vector is its row; rows that say nothing have none."""
    draw = np.random.default_rng(seed)
    rows = draw.integers(-1, 3, (200, 4)).astype(np.int32)
    found = distinct(list(rows.T))
    said = (rows >= 0).any(axis=1)
    assert len(found) == len(np.unique(rows[said], axis=0))
    assert (found.codes[found.of_record[said]] == rows[said]).all()
    assert (found.of_record[~said] == -1).all()
    assert found.counts.tolist() == np.bincount(found.of_record[said]).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_records_does_not_number_vectors(seed: int) -> None:
    """Shuffled records have the same vectors under the same numbers."""
    draw = np.random.default_rng(seed)
    rows = draw.integers(-1, 3, (200, 4)).astype(np.int32)
    order = draw.permutation(200)
    one, other = distinct(list(rows.T)), distinct(list(rows[order].T))
    assert (one.codes == other.codes).all()
    assert (one.of_record[order] == other.of_record).all()


def test_no_records_have_no_vectors() -> None:
    """Empty columns, and none at all."""
    assert len(distinct([np.empty(0, np.int32)])) == 0
    assert len(distinct([])) == 0
