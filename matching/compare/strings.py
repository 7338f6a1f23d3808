"""RapidFuzz's Jaro-Winkler similarity and the near misses, compiled over code points.

Equal to RapidFuzz on any two texts, bit for bit: the same operations in the same order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sameas.matching.canonical.kernels import inline, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Chars = NDArray[np.uint32]

__all__ = ["bound", "equal", "grade", "jaro_winkler", "may_be_alike", "same_letters", "typo"]

_CLOSE_TEXT, _NEAR_TEXT = 0.92, 0.85
_CLOSE, _ALIKE, _OTHER = 3, 4, 5
_SLACK = 1e-9  # of a bound that is computed otherwise than the similarity


@inline
def equal(text: Chars, a: int, a_end: int, b: int, b_end: int) -> bool:
    """Whether `text[a:a_end]` equals `text[b:b_end]`."""
    if a_end - a != b_end - b:
        return False
    for k in range(a_end - a):  # noqa: SIM110 numba compiles the plain loop
        if text[a + k] != text[b + k]:
            return False
    return True


@jit
def jaro_winkler(text: Chars, a: int, a_end: int, b: int, b_end: int) -> float:
    """Jaro-Winkler similarity with RapidFuzz's defaults: prefix weight 0.1, four characters.

    Jaro (1989), Winkler (1990). Flags of matched characters are bits, 63 characters to a word.
    """
    n, m = a_end - a, b_end - b
    if n == 0 or m == 0:
        return 1.0 if n == m else 0.0
    bound = max(max(n, m) // 2 - 1, 0)
    one = np.uint64(1)
    short = n < 64 and m < 64
    bits_a, bits_b = np.uint64(0), np.uint64(0)
    size_a, size_b = (0, 0) if short else (n, m)
    taken_a, taken_b = np.zeros(size_a, np.bool_), np.zeros(size_b, np.bool_)
    common = 0
    for i in range(n):
        char = text[a + i]
        for j in range(max(0, i - bound), min(m, i + bound + 1)):
            if text[b + j] != char:
                continue
            if short:
                if (bits_b >> np.uint64(j)) & one:
                    continue
                bits_a |= one << np.uint64(i)
                bits_b |= one << np.uint64(j)
            else:
                if taken_b[j]:
                    continue
                taken_a[i] = taken_b[j] = True
            common += 1
            break
    if common == 0:
        return 0.0
    apart = 0
    j = 0
    for i in range(n):
        if not ((bits_a >> np.uint64(i)) & one if short else taken_a[i]):
            continue
        while not ((bits_b >> np.uint64(j)) & one if short else taken_b[j]):
            j += 1
        apart += text[a + i] != text[b + j]
        j += 1
    found = (common / n + common / m + (common - apart // 2) / common) / 3.0
    if found > 0.7:
        prefix = 0
        while prefix < min(n, m, 4) and text[a + prefix] == text[b + prefix]:
            prefix += 1
        found += prefix * 0.1 * (1.0 - found)
    return found


@inline
def _bits(mask: int) -> int:
    """How many of 63 bits are set, without a branch (Hacker's Delight, 5-1)."""
    mask -= (mask >> 1) & 0x5555555555555555
    mask = (mask & 0x3333333333333333) + ((mask >> 2) & 0x3333333333333333)
    mask = (mask + (mask >> 4)) & 0x0F0F0F0F0F0F0F0F
    mask += mask >> 8
    mask += mask >> 16
    mask += mask >> 32
    return mask & 127


@inline
def bound(n: int, m: int, bag_a: int, bag_b: int) -> float:
    """Jaro's similarity is at most this: letters that the other side lacks find no partner."""
    most = min(n, m, n - _bits(bag_a & ~bag_b), m - _bits(bag_b & ~bag_a))
    return (most / n + most / m + 1.0) / 3.0 if most > 0 else 0.0


@inline
def may_be_alike(
    text: Chars, a: int, a_end: int, b: int, b_end: int, bag_a: int, bag_b: int
) -> bool:
    """False only where the similarity is under 0.85; neither text is empty.

    Letters that the other side lacks bound the similarity from above, which settles most pairs.
    """
    n, m = a_end - a, b_end - b
    most = bound(n, m, bag_a, bag_b)
    if most >= _NEAR_TEXT - _SLACK:
        return True
    if most + 0.4 * (1.0 - most) < _NEAR_TEXT - _SLACK:
        return False
    prefix = 0
    while prefix < min(n, m, 4) and text[a + prefix] == text[b + prefix]:
        prefix += 1
    return most + prefix * 0.1 * (1.0 - most) >= _NEAR_TEXT - _SLACK


@jit
def grade(text: Chars, a: int, a_end: int, b: int, b_end: int, bag_a: int, bag_b: int) -> int:
    """CLOSE from 0.92 on, ALIKE from 0.85 on, else OTHER; `bag_*` has a bit for each letter."""
    n, m = a_end - a, b_end - b
    if n == 0 or m == 0:
        return _CLOSE if n == m else _OTHER
    if not may_be_alike(text, a, a_end, b, b_end, bag_a, bag_b):
        return _OTHER
    found = jaro_winkler(text, a, a_end, b, b_end)
    return _CLOSE if found >= _CLOSE_TEXT else _ALIKE if found >= _NEAR_TEXT else _OTHER


@jit
def typo(text: Chars, a: int, a_end: int, b: int, b_end: int) -> bool:
    """Whether one insertion, deletion, exchange or swap of neighbours parts them (OSA <= 1)."""
    n, m = a_end - a, b_end - b
    if n - m > 1 or m - n > 1:
        return False
    fewer = min(n, m)
    start = 0
    while start < fewer and text[a + start] == text[b + start]:
        start += 1
    end = 0
    while end < fewer - start and text[a_end - 1 - end] == text[b_end - 1 - end]:
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
