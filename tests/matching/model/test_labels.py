"""What labels and clusters teach: the odds of `same`, and no more than they can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from sameas.matching.cluster.units import BIT
from sameas.matching.model.labels import calibrated, taught
from sameas.matching.model.shape import CONTEXTS, LEVELS, Shape, packed
from sameas.matching.model.tables import Tables

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPE = Shape((2, 2), ((), ()))


def tables() -> Tables:
    weights = np.zeros((2, 2, CONTEXTS, LEVELS), dtype=np.int64)
    weights[:, :, :, 1] = BIT
    weights[:, :, :, 2] = -BIT
    none = np.zeros(0, dtype=np.int64)
    return Tables.of(
        SHAPE,
        weights,
        [none, none],
        priors=np.zeros(2, dtype=np.int64),
        rarity=np.zeros((2, 2, CONTEXTS), dtype=np.int64),
        parts=[1, 1],
        min_fields=1,
    )


def said(n: int) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """n labels that the first field decides and the second has no part in."""
    rng = np.random.default_rng(1)
    levels = rng.integers(1, 3, (2, n)).astype(np.uint8)
    same = (levels[0] == 1) ^ (rng.random(n) < 0.02)
    return packed(list(levels)), same


def test_many_labels_find_which_field_tells() -> None:
    patterns, same = said(2000)
    weights = np.zeros(2000, dtype=np.int64)
    found = taught(SHAPE, tables(), patterns, weights, same)
    apart = found.weights[0, 0, 0, 1] - found.weights[0, 0, 0, 2]
    other = found.weights[0, 1, 0, 1] - found.weights[0, 1, 0, 2]
    assert apart > 8 * BIT
    assert abs(other - 2 * BIT) < BIT
    assert (found.weights[0] == found.weights[1]).all()


def test_one_label_moves_little_and_the_order_of_labels_nothing() -> None:
    patterns, same = said(40)
    weights = np.zeros(40, dtype=np.int64)
    one = taught(SHAPE, tables(), patterns[:1], weights[:1], same[:1])
    assert np.abs(one.weights - tables().weights).max() < 2 * BIT
    turned = taught(SHAPE, tables(), patterns[::-1], weights[::-1], same[::-1])
    found = taught(SHAPE, tables(), patterns, weights, same)
    assert (found.weights == turned.weights).all()
    assert (found.priors == turned.priors).all()


def test_calibration_finds_weights_that_are_twice_too_sure() -> None:
    rng = np.random.default_rng(2)
    bits = rng.uniform(-6, 6, 20_000)
    same = rng.random(20_000) < 1 / (1 + 2.0 ** -(bits / 2 - 1))
    slope, intercept = calibrated((bits * BIT).astype(np.int64), same)
    assert slope / BIT == pytest.approx(0.5, abs=0.05)
    assert intercept / BIT == pytest.approx(-1, abs=0.15)


def test_nothing_to_calibrate_by_leaves_weights_as_they_are() -> None:
    none = np.empty(0, dtype=np.int64)
    assert calibrated(none, none.astype(bool)) == (BIT, 0)
