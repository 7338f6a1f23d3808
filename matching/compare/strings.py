"""RapidFuzz's Jaro-Winkler similarity and the near misses, compiled over code points.

Equal to RapidFuzz on any two texts, bit for bit: the same operations in the same order.
"""

# ruff: noqa: PLR1714 chains of comparisons compile to branches
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sameas.matching.canonical.kernels import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Chars = NDArray[np.uint32]

__all__ = ["equal", "grade", "jaro_winkler", "same_letters", "typo"]

_CLOSE_TEXT, _NEAR_TEXT = 0.92, 0.85
_CLOSE, _ALIKE, _OTHER = 3, 4, 5
_SLACK = 1e-9


@jit
def equal(text: Chars, a: int, a_end: int, b: int, b_end: int) -> bool:
    """Whether `text[a:a_end]` equals `text[b:b_end]`."""
    if a_end - a != b_end - b:
        return False
    for k in range(a_end - a):
        if text[a + k] != text[b + k]:
            return False
    return True


@jit
def _jaro(text: Chars, a: int, a_end: int, b: int, b_end: int) -> float:
    """Jaro's similarity of two texts that are not empty (Jaro 1989)."""
    n, m = a_end - a, b_end - b
    bound = max(n, m) // 2 - 1
    bound = max(bound, 0)
    if n > 63 or m > 63:
        return _long_jaro(text, a, a_end, b, b_end, bound)
    taken_a, taken_b = np.uint64(0), np.uint64(0)
    one = np.uint64(1)
    common = 0
    for i in range(n):
        char = text[a + i]
        for j in range(max(0, i - bound), min(m, i + bound + 1)):
            if text[b + j] == char and not (taken_b >> np.uint64(j)) & one:
                taken_a |= one << np.uint64(i)
                taken_b |= one << np.uint64(j)
                common += 1
                break
    if common == 0:
        return 0.0
    apart = 0
    j = 0
    for i in range(n):
        if not (taken_a >> np.uint64(i)) & one:
            continue
        while not (taken_b >> np.uint64(j)) & one:
            j += 1
        apart += text[a + i] != text[b + j]
        j += 1
    return (common / n + common / m + (common - apart // 2) / common) / 3.0


@jit
def _long_jaro(text: Chars, a: int, a_end: int, b: int, b_end: int, bound: int) -> float:
    n, m = a_end - a, b_end - b
    taken_a, taken_b = np.zeros(n, np.bool_), np.zeros(m, np.bool_)
    common = 0
    for i in range(n):
        for j in range(max(0, i - bound), min(m, i + bound + 1)):
            if text[b + j] == text[a + i] and not taken_b[j]:
                taken_a[i] = taken_b[j] = True
                common += 1
                break
    if common == 0:
        return 0.0
    apart = 0
    j = 0
    for i in range(n):
        if not taken_a[i]:
            continue
        while not taken_b[j]:
            j += 1
        apart += text[a + i] != text[b + j]
        j += 1
    return (common / n + common / m + (common - apart // 2) / common) / 3.0


@jit
def jaro_winkler(text: Chars, a: int, a_end: int, b: int, b_end: int) -> float:
    """Jaro-Winkler similarity with RapidFuzz's defaults: prefix weight 0.1, four characters."""
    n, m = a_end - a, b_end - b
    if n == 0 or m == 0:
        return 1.0 if n == m else 0.0
    found = _jaro(text, a, a_end, b, b_end)
    if found > 0.7:
        prefix = 0
        while prefix < min(n, m, 4) and text[a + prefix] == text[b + prefix]:
            prefix += 1
        found += prefix * 0.1 * (1.0 - found)
    return found


@jit
def _bits(mask: int) -> int:
    count = 0
    while mask != 0:
        mask &= mask - 1
        count += 1
    return count


@jit
def grade(text: Chars, a: int, a_end: int, b: int, b_end: int, bag_a: int, bag_b: int) -> int:
    """CLOSE from 0.92 on, ALIKE from 0.85 on, else OTHER; `bag_*` has a bit for each letter.

    Letters that the other side lacks bound the similarity from above, which settles most pairs.
    """
    n, m = a_end - a, b_end - b
    if n == 0 or m == 0:
        return _CLOSE if n == m else _OTHER
    prefix = 0
    while prefix < min(n, m, 4) and text[a + prefix] == text[b + prefix]:
        prefix += 1
    most = min(n, m, n - _bits(bag_a & ~bag_b), m - _bits(bag_b & ~bag_a))
    if most <= 0:
        return _OTHER
    bound = (most / n + most / m + 1.0) / 3.0
    if bound + prefix * 0.1 * (1.0 - bound) < _NEAR_TEXT - _SLACK:
        return _OTHER
    found = jaro_winkler(text, a, a_end, b, b_end)
    return _CLOSE if found >= _CLOSE_TEXT else _ALIKE if found >= _NEAR_TEXT else _OTHER


@jit
def typo(text: Chars, a: int, a_end: int, b: int, b_end: int) -> bool:
    """Whether one insertion, deletion, exchange or swap of neighbours parts them (OSA <= 1)."""
    n, m = a_end - a, b_end - b
    if n - m > 1 or m - n > 1:
        return False
    start = 0
    while start < min(n, m) and text[a + start] == text[b + start]:
        start += 1
    end = 0
    while end < min(n, m) - start and text[a_end - 1 - end] == text[b_end - 1 - end]:
        end += 1
    rest_a, rest_b = n - start - end, m - start - end
    if rest_a <= 1 and rest_b <= 1:
        return True
    return (
        rest_a == 2
        and rest_b == 2
        and text[a + start] == text[b + start + 1]
        and text[a + start + 1] == text[b + start]
    )


@jit
def same_letters(text: Chars, a: int, a_end: int, b: int, b_end: int) -> bool:
    """Whether two texts of one length have the same letters, as often, in any order."""
    if a_end - a != b_end - b:
        return False
    for i in range(a, a_end):
        balance = 0
        for k in range(a_end - a):
            balance += int(text[a + k] == text[i]) - int(text[b + k] == text[i])
        if balance != 0:
            return False
    return True
