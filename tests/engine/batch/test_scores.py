"""Evidence in arrays: given pairs and matchers come out as what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from sameas.engine.batch.columns import Columns
from sameas.engine.batch.edges import matched
from sameas.engine.batch.scores import given_scores, scores_of
from sameas.engine.evidence import BIT, MAX_WEIGHT, MISSING, GivenMatches, Scores
from sameas.engine.policy import IdentifierType, Policy
from sameas.errors import InputError
from sameas.graph.model import Match, Record, RecordKey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

POLICY = Policy(identifiers=(IdentifierType("email"),))
KEYS = [RecordKey("crm", str(number)) for number in range(4)]
COLUMNS = Columns.from_records([Record(key, 0, 0, (), {}) for key in KEYS], POLICY)


def pair(left: int, right: int, bits: int) -> Match:
    return Match(KEYS[left], KEYS[right], bits * BIT)


def numbers(*values: int) -> Ints:
    return np.array(values, dtype=np.int32)


def silent(left: Ints, _: Ints) -> Longs:
    return np.full(len(left), MISSING, dtype=np.int64)


def test_each_given_record_is_its_own_vector() -> None:
    """Those in no pair have none; a pair below the threshold is weighed and joins nothing."""
    scores = given_scores(COLUMNS, [pair(2, 0, 3), pair(0, 1, -1)])
    assert scores.vector.tolist() == [0, 1, 2, -1]
    assert (scores.left.tolist(), scores.right.tolist()) == ([0], [2])
    assert scores.weight.tolist() == [3 * BIT]
    asked = scores.weigh(numbers(2, 1, 1), numbers(0, 0, 2))
    assert asked.tolist() == [3 * BIT, -BIT, MISSING]


def test_pairs_of_records_that_are_not_there_are_left_out() -> None:
    """Nothing is known of them; without any pair nothing can be said of anybody."""
    scores = given_scores(COLUMNS, [Match(KEYS[0], RecordKey("web", "9"), BIT)])
    assert scores.vector.tolist() == [-1] * 4
    assert scores.weigh(numbers(0), numbers(1)).tolist() == [MISSING]


def test_of_a_pair_given_twice_the_greater_weight_counts() -> None:
    """Whichever way round it was given."""
    scores = given_scores(COLUMNS, [pair(0, 1, 2), pair(1, 0, 5), pair(0, 1, 3)])
    assert scores.weight.tolist() == [5 * BIT]


def test_a_weight_beyond_the_bound_is_a_fault() -> None:
    """Sums of weights must fit 64 bits, so what is beyond is refused with the records."""
    with pytest.raises(InputError, match="crm/0 and crm/1"):
        given_scores(COLUMNS, [Match(KEYS[0], KEYS[1], MAX_WEIGHT + 1)])


def test_evidence_asked_one_by_one_says_the_same() -> None:
    """`scores_of` is `given_scores` for given pairs, but for the numbering of vectors."""
    matches = [pair(2, 0, 3), pair(0, 1, -1), pair(3, 2, 1)]
    asked = scores_of(COLUMNS, GivenMatches(matches))
    given = given_scores(COLUMNS, matches)
    for scores in (asked, given):
        ends = np.sort(np.stack([scores.left, scores.right]), axis=0)
        record = {int(v): r for r, v in enumerate(scores.vector) if v >= 0}
        assert {
            (frozenset((record[a], record[b])), weight)
            for a, b, weight in zip(*ends.tolist(), scores.weight.tolist(), strict=True)
        } == {(frozenset((0, 2)), 3 * BIT), (frozenset((2, 3)), BIT)}


def test_a_match_of_shared_vectors_is_shown_from_the_first_record_of_each() -> None:
    """Enough to see what it joins, and no more than there are records."""
    weight = np.array([7, 5], dtype=np.int64)
    scores = Scores(numbers(0, 1, 0, 1), numbers(0, 0), numbers(1, 0), weight, 0, 0, silent)
    edges = matched(scores, numbers(0, 1, 2, 3))
    assert edges is not None
    assert list(zip(*(array.tolist() for array in edges.shown()), strict=True)) == [
        (2, 0, 5),
        (0, 1, 7),
        (2, 1, 7),
        (0, 3, 7),
    ]


def test_a_vector_that_one_record_has_matches_nobody_by_itself() -> None:
    """Nor does a pair of vectors of which one is on no record."""
    weight = np.array([7, 5], dtype=np.int64)
    scores = Scores(numbers(0, -1, -1, -1), numbers(0, 0), numbers(1, 0), weight, 0, 0, silent)
    assert matched(scores, numbers(0, 1, 2, 3)) is None
