"""Levels of person names, compiled: equal to `rules` on any pair of values.

One module: the rule is one call graph of small compiled functions, and numba caches it as one.
"""

# ruff: noqa: FBT001 flags are plain arguments in compiled code
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sameas.matching.canonical.kernels import jit
from sameas.matching.compare.reading import MAX_PARTS
from sameas.matching.compare.rules import (
    ALIKE,
    CLOSE,
    CLOSE_SOUND,
    EQUAL,
    INITIAL,
    NEAR_SOUND,
    OTHER,
    SAME,
    SOLID_SOUND,
)
from sameas.matching.compare.strings import equal, grade, same_letters
from sameas.matching.names.align import sound_distance
from sameas.matching.names.sound import COST, GAP

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sameas.matching.compare.packed import Packed

__all__ = ["FULL", "GIVEN", "name_levels"]

FAMILY, GIVEN, FULL = 0, 1, 2
_A, _O = ord("a"), ord("o")
_NAME_LEVEL = (2, 2, 5, 6, 7, 8)
_FULL_LEVEL = (2, 2, 4, 5, 7, 8)
_ROOM = 4096  # symbols of a sound: 200 characters, each at most two


@jit
def _share_group(p: Packed, a: int, b: int) -> bool:
    i, j = p.group_at[a], p.group_at[b]
    while i < p.group_at[a + 1] and j < p.group_at[b + 1]:
        if p.group[i] == p.group[j]:
            return True
        if p.group[i] < p.group[j]:
            i += 1
        else:
            j += 1
    return False


@jit
def _gender_ending(p: Packed, a: int, b: int) -> bool:
    start_a, end_a = p.text_at[a], p.text_at[a + 1]
    start_b, end_b = p.text_at[b], p.text_at[b + 1]
    text = p.text
    n, m = end_a - start_a, end_b - start_b
    if n + 1 == m:
        return text[end_b - 1] == _A and equal(text, start_a, end_a, start_b, end_b - 1)
    if m + 1 == n:
        return text[end_a - 1] == _A and equal(text, start_a, end_a - 1, start_b, end_b)
    if n != m or n < 2:
        return False
    x, y = text[end_a - 1], text[end_b - 1]
    ends = (x == _A and y == _O) or (x == _O and y == _A)
    return ends and equal(text, start_a, end_a - 1, start_b, end_b - 1)


@jit
def _text_grade(p: Packed, a: int, b: int) -> int:
    return grade(
        p.text, p.text_at[a], p.text_at[a + 1], p.text_at[b], p.text_at[b + 1], p.bag[a], p.bag[b]
    )


@jit
def _sound_grade(p: Packed, a: int, b: int, scratch: NDArray[np.int64]) -> int:
    n, m = p.text_at[a + 1] - p.text_at[a], p.text_at[b + 1] - p.text_at[b]
    if n < 3 or m < 3:
        return OTHER
    weight = p.weight[a] + p.weight[b]
    near = weight * NEAR_SOUND // 1000
    if abs(p.weight[a] - p.weight[b]) > near + 10 * 0 + near:
        return OTHER
    distance = sound_distance(
        p.sound,
        p.sound_at[a],
        p.sound_at[a + 1],
        p.sound_at[b],
        p.sound_at[b + 1],
        near,
        scratch,
    )
    if distance <= weight * CLOSE_SOUND // 1000 and n > 3 and m > 3:
        return CLOSE
    return ALIKE if distance <= near else OTHER


@jit
def _word_grade(p: Packed, a: int, b: int, forms: bool, scratch: NDArray[np.int64]) -> int:
    if a == b:
        return EQUAL
    start_a, end_a = p.text_at[a], p.text_at[a + 1]
    start_b, end_b = p.text_at[b], p.text_at[b + 1]
    n, m = end_a - start_a, end_b - start_b
    if n == 1 or m == 1:
        if n == 0 or m == 0:
            return OTHER
        return INITIAL if p.text[start_a] == p.text[start_b] else OTHER
    if forms and p.bloom[a] & p.bloom[b] and _share_group(p, a, b):
        return SAME
    if p.key[a] == p.key[b] and p.key[a] >= 0:
        return SAME
    found = _text_grade(p, a, b)
    if found != CLOSE:
        found = min(found, _sound_grade(p, a, b, scratch))
    if (
        found == OTHER
        and n == m
        and n > 3
        and p.bag[a] == p.bag[b]
        and same_letters(p.text, start_a, end_a, start_b, end_b)
    ):
        found = ALIKE
    if (
        forms
        and found != OTHER
        and ((p.bloom[a] != 0 and p.bloom[b] != 0) or _gender_ending(p, a, b))
    ):
        return ALIKE if found == CLOSE else OTHER
    return found


@jit
def _align(
    p: Packed,
    i: int,
    j: int,
    forms: bool,
    grid: NDArray[np.int64],
    counts: NDArray[np.int64],
    scratch: NDArray[np.int64],
) -> None:
    """Fill `counts`: how many words meet at each grade up to CLOSE, the best first."""
    first, other = p.at[i], p.at[j]
    n, m = p.at[i + 1] - first, p.at[j + 1] - other
    for x in range(n):
        for y in range(m):
            grid[x * MAX_PARTS + y] = _word_grade(
                p, p.word[first + x], p.word[other + y], forms, scratch
            )
    rows, columns = 0, 0
    for one in range(CLOSE + 1):
        counts[one] = 0
        for x in range(n):
            for y in range(m):
                free = not (rows >> x) & 1 and not (columns >> y) & 1
                if free and grid[x * MAX_PARTS + y] == one:
                    rows |= 1 << x
                    columns |= 1 << y
                    counts[one] += 1


@jit
def _name(
    p: Packed,
    i: int,
    j: int,
    forms: bool,
    grid: NDArray[np.int64],
    counts: NDArray[np.int64],
    scratch: NDArray[np.int64],
) -> int:
    n, m = p.at[i + 1] - p.at[i], p.at[j + 1] - p.at[j]
    if n == 1 and m == 1:
        return _NAME_LEVEL[_word_grade(p, p.word[p.at[i]], p.word[p.at[j]], forms, scratch)]
    if p.tight[i] == p.tight[j]:
        return 2
    _align(p, i, j, forms, grid, counts, scratch)
    same = counts[EQUAL] + counts[SAME]
    fewer = min(n, m)
    if same == fewer:
        return 2 if n == m else 4
    if same + counts[INITIAL] == fewer:
        return 5
    if same + counts[INITIAL] + counts[CLOSE] == fewer and n == m:
        return 6
    found = _text_grade(p, p.tight[i], p.tight[j])
    if found == CLOSE:
        return 6
    return 7 if found == ALIKE or same > 0 else 8


@jit
def _chain_distance(
    p: Packed, run: int, j: int, backwards: bool, turn: int, most: int, scratch: NDArray[np.int64]
) -> int:
    """The distance of a run's sound from the sounds of a value's words, joined in an order."""
    first = p.at[j]
    words = p.at[j + 1] - first
    m = 0
    base = scratch.size // 2
    for k in range(words):
        place = (k + turn) % words
        word = p.word[first + (words - 1 - place if backwards else place)]
        for at in range(p.sound_at[word], p.sound_at[word + 1]):
            scratch[base + m] = p.sound[at]
            m += 1
    old, new = 0, m + 1
    scratch[0] = 0
    for k in range(m):
        scratch[k + 1] = scratch[k] + GAP[scratch[base + k]]
    for at in range(p.sound_at[run], p.sound_at[run + 1]):
        x = p.sound[at]
        drop = GAP[x]
        scratch[new] = scratch[old] + drop
        least = scratch[new]
        for k in range(m):
            y = scratch[base + k]
            best = min(
                scratch[old + k] + COST[x, y],
                scratch[old + k + 1] + drop,
                scratch[new + k] + GAP[y],
            )
            scratch[new + k + 1] = best
            least = min(least, best)
        if least > most:
            return most + 1
        old, new = new, old
    return min(scratch[old + m], most + 1)


@jit
def _solid(p: Packed, i: int, j: int, scratch: NDArray[np.int64]) -> int:
    """The level of value i, one run of letters, against the words of j; 0: it is not made of them."""
    run = p.word[p.at[i]]
    weight = p.weight[run]
    for at in range(p.at[j], p.at[j + 1]):
        weight += p.weight[p.word[at]]
    near = weight * NEAR_SOUND // 1000
    least = near + 1
    for turn in range(p.at[j + 1] - p.at[j]):
        least = min(least, _chain_distance(p, run, j, False, turn, near, scratch))
        least = min(least, _chain_distance(p, run, j, True, turn, near, scratch))
    if least <= weight * SOLID_SOUND // 1000:
        return 2
    return 5 if least <= near else 0


@jit
def _full_name(
    p: Packed,
    i: int,
    j: int,
    grid: NDArray[np.int64],
    counts: NDArray[np.int64],
    scratch: NDArray[np.int64],
) -> int:
    n, m = p.at[i + 1] - p.at[i], p.at[j + 1] - p.at[j]
    if n == 1 and m == 1:
        return _FULL_LEVEL[_word_grade(p, p.word[p.at[i]], p.word[p.at[j]], True, scratch)]
    if p.tight[i] == p.tight[j]:
        return 2
    _align(p, i, j, True, grid, counts, scratch)
    same = counts[EQUAL] + counts[SAME]
    met = same + counts[INITIAL] + counts[CLOSE]
    fewer = min(n, m)
    if fewer == 1 and same == 0 and max(n, m) <= 4:
        one, many = (i, j) if n == 1 else (j, i)
        run = p.word[p.at[one]]
        if p.text_at[run + 1] - p.text_at[run] > 4:
            found = _solid(p, one, many, scratch)
            if found:
                return found
    if fewer == 1:
        return 6 if same else 7 if met else 8
    if same == fewer:
        return 2 if n == m else 3
    if same and same + counts[INITIAL] == fewer:
        return 4
    if met == fewer:
        return 5
    found = _text_grade(p, p.tight[i], p.tight[j])
    if found == CLOSE:
        return 5
    if same:
        return 6
    return 7 if found == ALIKE or counts[CLOSE] else 8


@jit
def name_levels(
    mode: int,
    p: Packed,
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    out: NDArray[np.uint8],
) -> None:
    """Write the level of each pair of codes; -1 is a missing value."""
    grid = np.empty(MAX_PARTS * MAX_PARTS, np.int64)
    counts = np.empty(CLOSE + 1, np.int64)
    scratch = np.empty(2 * _ROOM, np.int64)
    for k in range(len(left)):
        i, j = min(left[k], right[k]), max(left[k], right[k])
        if i < 0:
            out[k] = 0
        elif i == j:
            out[k] = 1
        elif mode == FULL:
            out[k] = _full_name(p, i, j, grid, counts, scratch)
        else:
            out[k] = _name(p, i, j, mode == GIVEN, grid, counts, scratch)
