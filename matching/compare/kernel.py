"""Levels of every kind but names, compiled: equal to `rules` on any pair of values.

One module: the rules are one call graph of small compiled functions, and numba caches it as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.matching.canonical.kernels import jit
from sameas.matching.compare.strings import equal, grade, same_letters, typo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sameas.matching.compare.packed import Packed

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


@jit
def _span(p: Packed, word: int) -> tuple[int, int]:
    return p.text_at[word], p.text_at[word + 1]


@jit
def _grade(p: Packed, a: int, b: int) -> int:
    if a == b:
        return _EQUAL
    start, end = _span(p, a)
    other, its_end = _span(p, b)
    return grade(p.text, start, end, other, its_end, p.bag[a], p.bag[b])


@jit
def _typo(p: Packed, a: int, b: int) -> bool:
    start, end = _span(p, a)
    other, its_end = _span(p, b)
    return typo(p.text, start, end, other, its_end)


@jit
def _same_end(p: Packed, a: int, b: int, least: int, count: int) -> bool:
    """Whether both have at least `least` characters and the last `count` agree."""
    start, end = _span(p, a)
    other, its_end = _span(p, b)
    if end - start < least or its_end - other < least:
        return False
    return equal(p.text, end - count, end, its_end - count, its_end)


@jit
def _date(p: Packed, a: int, b: int) -> int:
    text = p.text
    start, end = _span(p, a)
    other, its_end = _span(p, b)
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


@jit
def _email(p: Packed, i: int, j: int) -> int:
    first, other = p.at[i], p.at[j]
    local, its_local = p.word[first], p.word[other]
    letters, its_letters = p.word[first + 2], p.word[other + 2]
    start, end = _span(p, letters)
    its_start, its_end = _span(p, its_letters)
    if local == its_local and p.text_at[local + 1] - p.text_at[local] > 2:
        return 2
    if letters == its_letters and end - start > 3:
        return 4
    if p.word[first + 1] == p.word[other + 1] and _typo(p, local, its_local):
        return 3
    if end - start < 3 or its_end - its_start < 3:
        return 7
    found = _grade(p, letters, its_letters)
    if found <= _CLOSE or (
        end - start > 3
        and p.bag[letters] == p.bag[its_letters]
        and same_letters(p.text, start, end, its_start, its_end)
    ):
        return 5
    return 6 if found == _ALIKE else 7


@jit
def _shared(p: Packed, i: int, j: int, skip: int) -> tuple[int, int]:
    """How many words of the value with fewer words the other one has; and how many it has."""
    n, m = p.at[i + 1] - p.at[i], p.at[j + 1] - p.at[j]
    few, many = (i, j) if n < m else (j, i)
    count = 0
    for x in range(p.at[few] + skip, p.at[few + 1]):
        for y in range(p.at[many] + skip, p.at[many + 1]):
            if p.word[x] == p.word[y]:
                count += 1
                break
    return count, min(n, m) - skip


@jit
def _address(p: Packed, i: int, j: int) -> int:
    first, other = p.word[p.at[i]], p.word[p.at[j]]
    number = first == other and p.text_at[first + 1] > p.text_at[first]
    found = _grade(p, p.tight[i], p.tight[j])
    if number and found <= _CLOSE:
        return 2 if found == _EQUAL else 3
    shared, fewer = _shared(p, i, j, 2)
    half = shared > 0 and 2 * shared >= fewer
    if number and half:
        return 3
    if found <= _CLOSE:
        return 4
    if number:
        return 5
    return 6 if found == _ALIKE or half else 7


@jit
def _same_words(p: Packed, i: int, j: int) -> bool:
    """Whether both values have the same words, as often each."""
    n = p.at[i + 1] - p.at[i]
    if n != p.at[j + 1] - p.at[j]:
        return False
    for x in range(p.at[i], p.at[i + 1]):
        balance = 0
        for k in range(n):
            balance += int(p.word[p.at[i] + k] == p.word[x])
            balance -= int(p.word[p.at[j] + k] == p.word[x])
        if balance != 0:
            return False
    return True


@jit
def _text(p: Packed, i: int, j: int) -> int:
    if p.tight[i] == p.tight[j] or _same_words(p, i, j):
        return 2
    found = _grade(p, p.tight[i], p.tight[j])
    if found == _CLOSE:
        return 3
    shared, fewer = _shared(p, i, j, 0)
    if shared and shared == fewer:
        return 4
    return 5 if found == _ALIKE or (shared and 2 * shared >= fewer) else 6


@jit
def _number(p: Packed, i: int, j: int) -> int:
    a, b = p.amount[i], p.amount[j]
    apart, size = abs(a - b), max(abs(a), abs(b))
    return 2 if apart * 50 <= size else 3 if apart * 10 <= size else 4


@jit
def _level(kind: int, p: Packed, i: int, j: int) -> int:
    a, b = p.tight[i], p.tight[j]
    if kind == 0:
        return _date(p, a, b)
    if kind == 1:
        return _email(p, i, j)
    if kind == 2:
        return 2 if _same_end(p, a, b, 7, 7) else 3 if _typo(p, a, b) else 4
    if kind == 3:
        return _address(p, i, j)
    if kind == 4:
        if _typo(p, a, b):
            return 2
        return 3 if p.word[p.at[i]] == p.word[p.at[j]] else 4
    if kind == 5:
        return _text(p, i, j)
    if kind == 6:
        return _number(p, i, j)
    return 2 if _typo(p, a, b) else 3 if _same_end(p, a, b, 6, 4) else 4


@jit
def other_levels(
    kind: int,
    p: Packed,
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    out: NDArray[np.uint8],
) -> None:
    """Write the level of each pair of codes; -1 is a missing value."""
    for k in range(len(left)):
        i, j = min(left[k], right[k]), max(left[k], right[k])
        if i < 0:
            out[k] = 0
        elif i == j:
            out[k] = 1
        else:
            out[k] = _level(kind, p, i, j)
