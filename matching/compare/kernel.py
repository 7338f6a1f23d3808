"""Levels of every kind but names, compiled: equal to `rules` on any pair of values.

One module: the rules are one call graph of small compiled functions, and numba caches it as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.matching.canonical.kernels import inline, jit
from sameas.matching.compare.packed import AMOUNT, BAG, END, FIRST, LAST, START, TIGHT
from sameas.matching.compare.strings import equal, grade, same_letters, typo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sameas.matching.compare.packed import Packed

    Chars = NDArray[np.uint32]
    Longs = NDArray[np.int64]
    Table = NDArray[np.int64]

__all__ = ["NUMBERS", "other_levels"]

NUMBERS = {
    "date": 0,
    "email": 1,
    "phone": 2,
    "address": 3,
    "postcode": 4,
    "text": 5,
    "organisation": 5,
    "number": 6,
    "code": 7,
}
"""What a kernel calls a kind."""
_EQUAL, _CLOSE, _ALIKE = 0, 3, 4


@inline
def _span(words: Table, at: int) -> tuple[int, int]:
    return words[at, START], words[at, END]


@inline
def _grade(text: Chars, words: Table, a: int, b: int) -> int:
    if a == b:
        return _EQUAL
    start, end = _span(words, a)
    other, its_end = _span(words, b)
    return grade(text, start, end, other, its_end, words[a, BAG], words[b, BAG])


@inline
def _typo(text: Chars, words: Table, a: int, b: int) -> bool:
    start, end = _span(words, a)
    other, its_end = _span(words, b)
    return typo(text, start, end, other, its_end)


@inline
def _same_end(text: Chars, words: Table, a: int, b: int, least: int, count: int) -> bool:
    """Whether both have at least `least` characters and the last `count` agree."""
    start, end = _span(words, a)
    other, its_end = _span(words, b)
    if end - start < least or its_end - other < least:
        return False
    return equal(text, end - count, end, its_end - count, its_end)


@inline
def _date(text: Chars, words: Table, a: int, b: int) -> int:
    start, end = _span(words, a)
    other, its_end = _span(words, b)
    year = end - start >= 4 and its_end - other >= 4
    year = year and equal(text, start, start + 4, other, other + 4)
    if end - start == 8 and its_end - other == 8:
        if (
            year
            and equal(text, start + 4, start + 6, other + 6, other + 8)
            and equal(text, start + 6, start + 8, other + 4, other + 6)
        ):
            return 2
        if typo(text, start, end, other, its_end):
            return 3
    parts = int(year)
    for at in range(4, min(end - start, its_end - other), 2):
        last = min(at + 2, end - start), min(at + 2, its_end - other)
        parts += equal(text, start + at, start + last[0], other + at, other + last[1])
    return 4 if parts >= 2 else 5 if year else 6


@inline
def _email(text: Chars, words: Table, word: Longs, values: Table, i: int, j: int) -> int:
    first, other = values[i, FIRST], values[j, FIRST]
    local, its_local = word[first], word[other]
    letters, its_letters = word[first + 2], word[other + 2]
    start, end = _span(words, letters)
    its_start, its_end = _span(words, its_letters)
    if local == its_local and words[local, END] - words[local, START] > 2:
        return 2
    if letters == its_letters and end - start > 3:
        return 4
    if word[first + 1] == word[other + 1] and _typo(text, words, local, its_local):
        return 3
    if end - start < 3 or its_end - its_start < 3:
        return 7
    found = _grade(text, words, letters, its_letters)
    if found <= _CLOSE or (
        end - start > 3
        and words[letters, BAG] == words[its_letters, BAG]
        and same_letters(text, start, end, its_start, its_end)
    ):
        return 5
    return 6 if found == _ALIKE else 7


@inline
def _shared(word: Longs, values: Table, i: int, j: int, skip: int) -> tuple[int, int]:
    """How many words of the value with fewer words the other one has; and how many it has."""
    n, m = values[i, LAST] - values[i, FIRST], values[j, LAST] - values[j, FIRST]
    few, many = (i, j) if n < m else (j, i)
    count = 0
    for x in range(values[few, FIRST] + skip, values[few, LAST]):
        for y in range(values[many, FIRST] + skip, values[many, LAST]):
            if word[x] == word[y]:
                count += 1
                break
    return count, min(n, m) - skip


@inline
def _address(text: Chars, words: Table, word: Longs, values: Table, i: int, j: int) -> int:
    first, other = word[values[i, FIRST]], word[values[j, FIRST]]
    number = first == other and words[first, END] > words[first, START]
    found = _grade(text, words, values[i, TIGHT], values[j, TIGHT])
    if number and found <= _CLOSE:
        return 2 if found == _EQUAL else 3
    shared, fewer = _shared(word, values, i, j, 2)
    half = shared > 0 and 2 * shared >= fewer
    if number and half:
        return 3
    if found <= _CLOSE:
        return 4
    if number:
        return 5
    return 6 if found == _ALIKE or half else 7


@inline
def _same_words(word: Longs, values: Table, i: int, j: int) -> bool:
    """Whether both values have the same words, as often each."""
    n = values[i, LAST] - values[i, FIRST]
    if n != values[j, LAST] - values[j, FIRST]:
        return False
    for x in range(values[i, FIRST], values[i, LAST]):
        balance = 0
        for k in range(n):
            balance += int(word[values[i, FIRST] + k] == word[x])
            balance -= int(word[values[j, FIRST] + k] == word[x])
        if balance != 0:
            return False
    return True


@inline
def _text(text: Chars, words: Table, word: Longs, values: Table, i: int, j: int) -> int:
    if values[i, TIGHT] == values[j, TIGHT] or _same_words(word, values, i, j):
        return 2
    found = _grade(text, words, values[i, TIGHT], values[j, TIGHT])
    if found == _CLOSE:
        return 3
    shared, fewer = _shared(word, values, i, j, 0)
    if shared and shared == fewer:
        return 4
    return 5 if found == _ALIKE or (shared and 2 * shared >= fewer) else 6


@inline
def _number(values: Table, i: int, j: int) -> int:
    a, b = values[i, AMOUNT], values[j, AMOUNT]
    apart, size = abs(a - b), max(abs(a), abs(b))
    return 2 if apart * 50 <= size else 3 if apart * 10 <= size else 4


@inline
def _level(kind: int, text: Chars, words: Table, word: Longs, values: Table, i: int, j: int) -> int:
    a, b = values[i, TIGHT], values[j, TIGHT]
    if kind == 0:
        return _date(text, words, a, b)
    if kind == 1:
        return _email(text, words, word, values, i, j)
    if kind == 2:
        return 2 if _same_end(text, words, a, b, 7, 7) else 3 if _typo(text, words, a, b) else 4
    if kind == 3:
        return _address(text, words, word, values, i, j)
    if kind == 4:
        if _typo(text, words, a, b):
            return 2
        return 3 if word[values[i, FIRST]] == word[values[j, FIRST]] else 4
    if kind == 5:
        return _text(text, words, word, values, i, j)
    if kind == 6:
        return _number(values, i, j)
    return 2 if _typo(text, words, a, b) else 3 if _same_end(text, words, a, b, 6, 4) else 4


@jit
def other_levels(
    kind: int,
    p: Packed,
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    places: NDArray[np.int32],
    out: NDArray[np.uint8],
) -> None:
    """Write the levels of the pairs at these places: values that are there and differ."""
    text, words, word, values = p.text, p.words, p.word, p.values
    for k in places:
        i, j = min(left[k], right[k]), max(left[k], right[k])
        out[k] = _level(kind, text, words, word, values, i, j)
