"""The scores against their textbook definitions, pair by pair and record by record."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sameas.engine.evaluate import evaluate_partition
from sameas.errors import InputError

LABELS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30)


def textbook(predicted: list[int], truth: list[int]) -> dict[str, float]:
    def pairs(labels: list[int]) -> set[tuple[int, int]]:
        together = combinations(range(len(labels)), 2)
        return {(i, j) for i, j in together if labels[i] == labels[j]}

    def clusters(labels: list[int]) -> dict[int, frozenset[int]]:
        return {
            label: frozenset(i for i, other in enumerate(labels) if other == label)
            for label in labels
        }

    def ratio(part: float, whole: float) -> float:
        return part / whole if whole else 1.0

    def harmonic(left: float, right: float) -> float:
        return 2 * left * right / (left + right) if left + right else 0.0

    said, true = pairs(predicted), pairs(truth)
    profiles, people = clusters(predicted), clusters(truth)
    count = len(truth)
    common = [len(profiles[predicted[i]] & people[truth[i]]) for i in range(count)]
    b_precision = sum(common[i] / len(profiles[predicted[i]]) for i in range(count)) / count
    b_recall = sum(common[i] / len(people[truth[i]]) for i in range(count)) / count
    precision, recall = ratio(len(said & true), len(said)), ratio(len(said & true), len(true))
    return {
        "records": count,
        "profiles": len(profiles),
        "people": len(people),
        "pairs_predicted": len(said),
        "pairs_true": len(true),
        "pairs_both": len(said & true),
        "exact": len(set(profiles.values()) & set(people.values())),
        "over_split": sum(len({predicted[i] for i in own}) > 1 for own in people.values()),
        "over_merged": sum(len({truth[i] for i in own}) > 1 for own in profiles.values()),
        "bcubed_precision": b_precision,
        "bcubed_recall": b_recall,
        "precision": precision,
        "recall": recall,
        "f1": harmonic(precision, recall),
        "bcubed_f1": harmonic(b_precision, b_recall),
    }


@settings(max_examples=200, deadline=None)
@given(LABELS)
def test_scores_equal_the_textbook(labels: list[tuple[int, int]]) -> None:
    predicted, truth = [a for a, _ in labels], [b for _, b in labels]
    assert evaluate_partition(predicted, truth).as_dict() == pytest.approx(
        textbook(predicted, truth), rel=1e-12
    )


@settings(max_examples=50, deadline=None)
@given(LABELS, st.randoms(use_true_random=False))
def test_order_of_records_and_names_of_labels_do_not_matter(
    labels: list[tuple[int, int]], shuffler: object
) -> None:
    before = evaluate_partition([a for a, _ in labels], [b for _, b in labels])
    shuffler.shuffle(labels)  # type: ignore[attr-defined]
    assert evaluate_partition([f"p{a}" for a, _ in labels], [-b for _, b in labels]) == before


def test_one_record_is_found_exactly() -> None:
    found = evaluate_partition(["x"], ["y"])
    assert (found.exact, found.precision, found.recall, found.f1) == (1, 1.0, 1.0, 1.0)


def test_all_in_one_profile_has_full_recall_and_low_precision() -> None:
    found = evaluate_partition(np.zeros(100, np.int32), np.arange(100))
    assert (found.recall, found.precision, found.f1, found.over_merged) == (1.0, 0.0, 0.0, 1)
    assert found.bcubed_precision == pytest.approx(0.01, rel=1e-12)


def test_pairs_of_large_clusters_do_not_overflow() -> None:
    found = evaluate_partition(np.zeros(200_000, np.int8), np.zeros(200_000, np.int8))
    assert found.pairs_both == 200_000 * 199_999 // 2


@pytest.mark.parametrize(
    ("predicted", "truth", "message"),
    [
        ([], [], "no records"),
        ([1], [1, 2], "1 predicted labels beside 2 true ones"),
        ([None, 1], [1, 2], "predicted: 1 records without a label"),
    ],
)
def test_labels_that_do_not_fit_are_refused(
    predicted: list[object], truth: list[object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        evaluate_partition(predicted, truth)
