"""The compiled alignment of sounds costs what the textbook one costs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sameas.matching.names.align import sound_distance
from sameas.matching.names.sound import COST, GAP, skeleton, sound_key, symbols

WORDS = st.text(alphabet="aeioukmnrtshbdvw", max_size=9)


def _textbook(x: bytes, y: bytes) -> int:
    """Needleman and Wunsch's table, whole."""
    table = np.zeros((len(x) + 1, len(y) + 1), np.int64)
    table[1:, 0] = np.cumsum(GAP[list(x)])
    table[0, 1:] = np.cumsum(GAP[list(y)])
    for i, a in enumerate(x, 1):
        for j, b in enumerate(y, 1):
            table[i, j] = min(
                table[i - 1, j - 1] + COST[a, b], table[i - 1, j] + GAP[a], table[i, j - 1] + GAP[b]
            )
    return int(table[-1, -1])


@given(a=WORDS, b=WORDS, most=st.integers(0, 90))
@example(a="", b="", most=0)
@example(a="", b="mohammad", most=90)
@example(a="mhmd", b="mohamad", most=10)
def test_the_distance_is_the_least_cost_up_to_a_limit(a: str, b: str, most: int) -> None:
    x, y = symbols(a), symbols(b)
    both = np.frombuffer(x + y + b"\0", np.uint8)
    scratch = np.full(len(y) + 1, -99, np.int64)
    found = sound_distance(both, 0, len(x), len(x), len(x) + len(y), most, scratch)
    assert found == min(_textbook(x, y), most + 1)


@pytest.mark.parametrize(
    ("left", "right"),
    [("stephen", "steven"), ("sara", "sarah"), ("erik", "eric"), ("yuri", "yurii")],
)
def test_spellings_of_one_sound_have_one_key(left: str, right: str) -> None:
    assert sound_key(left) == sound_key(right)


@pytest.mark.parametrize(("left", "right"), [("mary", "mira"), ("joan", "john"), ("ann", "")])
def test_other_vowels_are_another_sound(left: str, right: str) -> None:
    assert sound_key(left) != sound_key(right)


@given(word=st.text(max_size=12))
def test_any_text_has_a_sound_and_a_skeleton(word: str) -> None:
    assert len(skeleton(word)) <= len(symbols(word))
    assert len(sound_key(word)) <= len(symbols(word))
