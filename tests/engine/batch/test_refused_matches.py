"""A match of vectors that several profiles share is refused once for two profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from sameas.engine.batch.columns import Columns
from sameas.engine.batch.partition import partition
from sameas.engine.evidence import BIT, Scores
from sameas.engine.policy import IdentifierType, Policy
from sameas.graph.model import Identifier, Judgement, Record, RecordKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

KEYS = [RecordKey("crm", str(number)) for number in range(5)]


def people(*, max_component: int) -> tuple[Columns, Policy]:
    """Two people of two records each: the vectors 0 and 1, then 1 and 0. And a bystander."""
    policy = Policy(
        identifiers=(IdentifierType("user_id", max_per_profile=1), IdentifierType("email")),
        max_component=max_component,
    )
    said = [("email", "a"), ("email", "a"), ("email", "b"), ("email", "b"), ("email", "c")]
    records = [
        Record(key, 0, 0, (Identifier(*one), Identifier("user_id", one[1])), {})
        for key, one in zip(KEYS, said, strict=True)
    ]
    return Columns.from_records(records, policy), policy


def alike(left: Ints, _: Ints) -> Longs:
    return np.full(len(left), BIT, dtype=np.int64)


def refused(
    columns: Columns, policy: Policy, judgements: Sequence[Judgement] = ()
) -> list[tuple[str, str, str]]:
    vector = np.array([0, 1, 1, 0, -1], dtype=np.int32)
    left, right = np.array([[0, 1]], dtype=np.int32).T
    weight = np.array([BIT], dtype=np.int64)
    scores = Scores(vector, left, right, weight, 0, 0, alike)
    answer = partition(columns, policy, judgements=judgements, evidence=scores)
    assert answer.n_profiles == 3
    found = answer.refused_matches
    ends = zip(found.left.tolist(), found.right.tolist(), found.reasons.constraints(), strict=True)
    named = [(columns.key(a).ref, columns.key(b).ref, why) for a, b, why in ends]
    return [(min(a, b), max(a, b), why) for a, b, why in named]


@pytest.mark.parametrize("judged", [False, True], ids=["compiled", "judged"])
def test_two_profiles_that_both_have_both_vectors_are_named_once(*, judged: bool) -> None:
    """By the pair of least keys, though each vector is on either side."""
    columns, policy = people(max_component=100)
    word = Judgement("j", "different", frozenset(KEYS[:1]), frozenset(KEYS[4:]), 0)
    why = "max_per_profile"
    assert refused(columns, policy, [word] if judged else []) == [("crm/0", "crm/2", why)]


def test_what_the_ladder_passed_over_is_named_once_for_two_profiles() -> None:
    """The component is too large for its match, and the parts keep apart."""
    columns, policy = people(max_component=5)
    assert refused(columns, policy) == [("crm/0", "crm/2", "component limit")]
