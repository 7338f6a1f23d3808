"""Estimates from level data whose truth is known: parameters come back, thin data fall back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sameas.matching.model.estimate import Sample, declared, expected_matches, fit
from sameas.matching.model.kin import Kin
from sameas.matching.model.learn import bits_of
from sameas.matching.model.mixture import alone, explained, mixture
from sameas.matching.model.shape import Counted, Shape, packed
from sameas.matching.model.train import declared_chance

SHAPE = Shape((2, 3, 2, 2), ((), (), (), ()))
M = [(0.9, 0.1), (0.7, 0.2, 0.1), (0.95, 0.05), (0.8, 0.2)]
U = [(0.05, 0.95), (0.02, 0.08, 0.9), (0.1, 0.9), (0.01, 0.99)]


def drawn(n: int, share: float, seed: int, *, block: int | None = None) -> Counted:
    """n pairs of which a share are matches; in a block all agree on one comparison."""
    rng = np.random.default_rng(seed)
    matched = rng.random(n) < share
    columns = []
    for place, (m, u) in enumerate(zip(M, U, strict=True)):
        ours = rng.choice(len(m), n, p=m) + 1
        theirs = rng.choice(len(u), n, p=u) + 1
        levels = np.where(matched, ours, theirs)
        columns.append(np.full(n, 1) if place == block else levels)
    return Counted.of(packed([column.astype(np.uint8) for column in columns]))


def chance(shape: Shape) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.full_like(declared(shape), 0.5)


def samples(seed: int) -> list[Sample]:
    return [
        Sample("at random", drawn(200_000, 0.0005, seed), at_random=True),
        Sample("first", drawn(20_000, 0.4, seed + 1, block=0), frozenset([0])),
        Sample("second", drawn(20_000, 0.2, seed + 2, block=1), frozenset([1])),
    ]


@pytest.mark.parametrize("seed", [3, 4])
def test_known_chances_come_back_from_blocks_and_random_pairs(seed: int) -> None:
    found = fit(SHAPE, samples(seed), chance=chance(SHAPE), share=0.0005)
    for place, (m, u) in enumerate(zip(M, U, strict=True)):
        assert found.m[place, 0, 1 : len(m) + 1] == pytest.approx(m, abs=0.02)
        assert found.u[place, 0, 1 : len(u) + 1] == pytest.approx(u, abs=0.01)
    rates = dict(found.rates)
    assert rates["first"] == pytest.approx(0.4, abs=0.02)
    assert rates["second"] == pytest.approx(0.2, abs=0.02)


def test_the_order_of_samples_of_one_kind_of_pairs_changes_nothing_that_matters() -> None:
    found = fit(SHAPE, samples(3), chance=chance(SHAPE), share=0.0005)
    turned = fit(SHAPE, samples(3)[::-1], chance=chance(SHAPE), share=0.0005)
    assert np.allclose(found.m, turned.m, atol=1e-6)


def test_no_pairs_at_all_give_what_is_declared() -> None:
    found = fit(SHAPE, [], chance=chance(SHAPE), share=0.01)
    assert np.allclose(found.m, declared(SHAPE))
    assert np.isfinite(bits_of(SHAPE, found.m, found.u)).all()


def test_expected_matches_count_the_candidates_that_match() -> None:
    found = fit(SHAPE, samples(3), chance=chance(SHAPE), share=0.0005)
    candidates = drawn(10_000, 0.3, 9)
    expected = expected_matches(found, SHAPE, candidates, pairs=1e6, share=0.001)
    assert expected == pytest.approx(3000, rel=0.2)


def test_a_stronger_level_never_weighs_less_and_a_rare_level_moves_no_common_one() -> None:
    m = declared(SHAPE)
    u = m.copy()
    m[1, 0, 1:4] = (0.9, 1e-9, 0.1 - 1e-9)
    u[1, 0, 1:4] = (0.1, 1e-3, 0.9 - 1e-3)
    bits = bits_of(SHAPE, m, u)[1, 0, 1:4]
    assert bits[0] >= bits[1] >= bits[2]
    assert bits[2] == pytest.approx(np.log2(0.1 / 0.9), abs=0.01)


def household(n: int, seed: int) -> tuple[Counted, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Candidates by family name and address: persons, and people who live together."""
    rng = np.random.default_rng(seed)
    same = rng.random(n) < 0.3
    rates = np.where(same[:, None], [0.9, 0.95, 0.8, 0.9], [0.02, 0.9, 0.9, 0.02])
    namesakes = ~same & (rng.random(n) < 0.5)
    rates[namesakes] = [0.9, 0.9, 0.02, 0.02]
    levels = np.where(rng.random((n, 4)) < rates, 1, 2).astype(np.uint8)
    return Counted.of(packed(list(levels.T))), same


def few_fields(seed: int) -> tuple[Shape, list[Sample], Counted]:
    """Given name, family name, birth date; 13,000 pairs share both names, 500 of them are matches
    whose dates have one error, and 1,000 pairs share the date, 500 of them are matches."""
    shape = Shape((2, 2, 4), ((), (), ()))
    rng = np.random.default_rng(seed)

    def levels(n: int, *chances: tuple[float, ...]) -> list[np.ndarray[tuple[int], Any]]:
        return [rng.choice(len(c), n, p=c) + 1 for c in chances]

    by_chance = ((0.02, 0.98), (0.01, 0.99), (0.0001, 0.004, 0.012, 0.9839))
    certain = (1.0, 0.0)
    matches = [np.concatenate(pair) for pair in zip(
        levels(500, certain, certain, (0.0, 0.5, 0.45, 0.05)),
        levels(12_500, certain, certain, by_chance[2]), strict=True)]  # fmt: skip
    born = [np.concatenate(pair) for pair in zip(
        levels(500, (0.6, 0.4), (0.6, 0.4), (1.0, 0.0, 0.0, 0.0)),
        levels(500, by_chance[0], by_chance[1], (1.0, 0.0, 0.0, 0.0)), strict=True)]  # fmt: skip
    counted = [
        Counted.of(packed([column.astype(np.uint8) for column in found]))
        for found in (levels(500_000, *by_chance), matches, born)
    ]
    samples = [
        Sample("at random", counted[0], at_random=True),
        Sample("names", counted[1], frozenset([0, 1])),
        Sample("date", counted[2], frozenset([2])),
    ]
    everything = [np.concatenate(pair) for pair in zip(matches, born, strict=True)]
    return shape, samples, Counted.of(packed([one.astype(np.uint8) for one in everything]))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_comparison_left_takes_nobody_who_differs_in_it_for_a_match(seed: int) -> None:
    """By itself it does not tell namesakes from people with another birth date."""
    shape, samples, _ = few_fields(seed)
    lasting = frozenset([0, 1, 2])
    found = fit(shape, samples, chance=declared_chance(shape), share=2e-5, lasting=lasting)
    assert found.m[2, 0, 4] < 0.1
    assert found.m[2, 0, 2] > 0.3
    assert dict(found.rates)["names"] == pytest.approx(0.04, abs=0.015)
    free = fit(shape, samples, chance=declared_chance(shape), share=2e-5)
    assert free.m[2, 0, 4] > 0.3, "left to itself"


def test_where_nobody_may_be_a_housemate_chance_is_the_one_explanation() -> None:
    shape, samples, candidates = few_fields(4)
    first = fit(shape, samples, chance=declared_chance(shape), share=2e-5)
    kin = Kin(own=((0, 1), (2, 3)))
    found = mixture(shape, first, candidates, kin=kin, records=10_000.0)
    assert found.by_chance
    assert found.m is first.m
    families = Kin(own=((2, 3),))
    assert not mixture(shape, first, candidates, kin=families, records=10.0).by_chance


def test_households_and_namesakes_are_told_from_persons_by_their_own_explanations() -> None:
    shape = Shape((2, 2, 2, 2), ((), (), (), ()))
    counted, same = household(20_000, 5)
    first = fit(shape, [], chance=chance(shape), share=0.01)
    found = mixture(shape, first, counted)
    assert sum(found.shares) == pytest.approx(1.0)
    assert found.shares[0] == pytest.approx(same.mean(), abs=0.06)
    assert found.m[:, 0, 1] == pytest.approx([0.9, 0.95, 0.8, 0.9], abs=0.12)


def test_where_little_is_a_persons_own_housemates_are_not_taken_for_misspelt_people() -> None:
    """Given name, then family name, address and phone, in a table of many pairs of one town."""
    shape = Shape((2, 2, 2, 2, 2), ((), (), (), (), ()))
    rng = np.random.default_rng(7)
    kinds = np.repeat([0, 1, 2, 3], [1_500, 1_500, 13_000, 13_000])
    rates = np.array(
        [
            [0.85, 0.9, 0.75, 0.3, 0.9],
            [0.01, 0.9, 0.8, 0.3, 0.95],
            [0.01, 0.05, 0.05, 0.0, 0.97],
            [0.2, 0.02, 0.0, 0.0, 0.1],
        ]
    )
    levels = np.where(rng.random((len(kinds), 5)) < rates[kinds], 1, 2).astype(np.uint8)
    levels[rng.random(levels.shape) < 0.4] = 0
    counted = Counted.of(packed(list(levels.T)))
    first = fit(shape, [], chance=chance(shape), share=0.01)
    kin = Kin(own=((0, 1),), where=(2, 4), lasting=((0, 1),))
    found = mixture(shape, first, counted, kin=kin, records=100.0)
    assert found.m[0, 0, 1] > 0.75
    assert mixture(shape, first, counted).m[0, 0, 1] < 0.6, "left to itself"


def test_without_candidates_chance_is_the_one_explanation() -> None:
    first = fit(SHAPE, [], chance=chance(SHAPE), share=0.01)
    none = Counted(np.empty(0, np.uint64), np.empty(0, np.int64))
    found = mixture(SHAPE, first, none)
    assert len(found.u) == len(alone(first).u) == 1
    assert found.priors[0] == pytest.approx(np.log2(0.01 / 0.99))


def test_pairs_known_not_to_match_move_the_others_and_never_the_matches() -> None:
    shape = Shape((2, 2, 2, 2), ((), (), (), ()))
    counted, _ = household(20_000, 5)
    found = mixture(shape, fit(shape, [], chance=chance(shape), share=0.01), counted)
    apart, _ = household(5_000, 6)
    moved = explained(shape, found, 1_000, apart)
    assert (moved.m == found.m).all()
    assert moved.shares[0] == pytest.approx(1_000 / 6_000)
