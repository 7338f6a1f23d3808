from __future__ import annotations

import numpy as np
import pytest

from sameas.matching.names.sound import COST, GAP, is_pinyin, symbols


@pytest.mark.parametrize(
    ("a", "b"), [("philipp", "filip"), ("jack", "jak"), ("schmidt", "shmidt"), ("alexa", "aleksa")]
)
def test_spellings_of_one_sound_have_equal_symbols(a: str, b: str) -> None:
    assert symbols(a) == symbols(b)


def test_costs_are_symmetric_and_nothing_for_the_same_symbol() -> None:
    assert np.array_equal(COST, COST.T)
    assert not np.diagonal(COST).any()
    assert (GAP > 0).all()


def test_vowels_cost_less_than_consonants() -> None:
    a, t = symbols("at")
    assert GAP[a] < GAP[t]


def test_pinyin_is_told_from_other_words() -> None:
    assert all(map(is_pinyin, ["wang", "xiaoming", "li"]))
    assert not any(map(is_pinyin, ["anders", "smith", ""]))
