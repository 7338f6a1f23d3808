"""The compiled similarities are RapidFuzz's, on any code points and any length."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, JaroWinkler

from sameas.matching.compare import strings

ALPHABET = "aab cdé\u0416\U0001f600\U00020000"
NEAR = st.text(alphabet=ALPHABET, max_size=12)
ANY = st.one_of(NEAR, st.text(max_size=20), st.text(alphabet="ab", min_size=60, max_size=140))


def _both(a: str, b: str) -> tuple[np.ndarray, int, int, int, int]:
    text = np.frombuffer((a + b).encode("utf-32-le", "surrogatepass"), np.uint32)
    return text, 0, len(a), len(a), len(a) + len(b)


def _bag(text: str) -> int:
    return sum({1 << ord(c) % 62 for c in text})


@given(a=ANY, b=ANY)
@example(a="", b="")
@example(a="a", b="a")
@example(a="a", b="b")
@example(a="ab", b="a")
@example(a="martha", b="marhta")
@example(a="x" * 63, b="x" * 64)
def test_jaro_winkler_is_that_of_rapidfuzz(a: str, b: str) -> None:
    assert strings.jaro_winkler(*_both(a, b)) == JaroWinkler.similarity(a, b)


@given(a=ANY, b=ANY)
@example(a="dwayne", b="duane")
@example(a="abcd", b="abce")
def test_the_bound_never_hides_two_texts_that_are_alike(a: str, b: str) -> None:
    likeness = JaroWinkler.similarity(a, b)
    wanted = 3 if likeness >= 0.92 else 4 if likeness >= 0.85 else 5
    assert strings.grade(*_both(a, b), _bag(a), _bag(b)) == wanted


@given(a=NEAR, b=NEAR)
@example(a="", b="")
@example(a="", b="a")
@example(a="abcd", b="abdc")
@example(a="abcd", b="badc")
@example(a="aab", b="aba")
def test_a_typo_is_an_alignment_distance_of_one(a: str, b: str) -> None:
    assert strings.typo(*_both(a, b)) == (OSA.distance(a, b) <= 1)


@given(a=NEAR, order=st.randoms())
def test_letters_in_another_order_are_the_same_letters(a: str, order: st.Random) -> None:  # type: ignore[name-defined]
    letters = list(a)
    order.shuffle(letters)
    assert strings.same_letters(*_both(a, "".join(letters)))


@pytest.mark.parametrize(("a", "b"), [("aab", "abb"), ("ab", "abb"), ("", "a")])
def test_other_letters_are_not_the_same_letters(a: str, b: str) -> None:
    assert not strings.same_letters(*_both(a, b))
