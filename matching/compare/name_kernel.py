"""Levels of person names, compiled: equal to `rules` on any pair of values.

One module: the rule is one call graph of small compiled functions, and numba caches it as one.
"""

# ruff: noqa: FBT001 flags are plain arguments in compiled code
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sameas.matching.canonical.kernels import inline, jit
from sameas.matching.compare.packed import (
    BAG,
    BLOOM,
    END,
    FIRST,
    GROUP,
    GROUP_END,
    KEY,
    LAST,
    SOUND,
    SOUND_END,
    START,
    TIGHT,
    WEIGHT,
)
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
from sameas.matching.compare.strings import equal, grade, may_be_alike, same_letters
from sameas.matching.names.align import sound_distance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sameas.matching.compare.packed import Packed

    Chars = NDArray[np.uint32]
    Bytes = NDArray[np.uint8]
    Longs = NDArray[np.int64]
    Table = NDArray[np.int64]

__all__ = ["FAMILY", "FULL", "GIVEN", "name_levels"]

FAMILY, GIVEN, FULL = 0, 1, 2
_A, _O = ord("a"), ord("o")
_NAME_LEVEL = (2, 2, 5, 6, 7, 8)
_FULL_LEVEL = (2, 2, 4, 5, 7, 8)
_SPREAD = 0x9E3779B97F4A7C1  # odd: neighbours lie far apart
_ROOM = 1024  # symbols of a value's sound: 200 characters, each at most two


@jit
def _share_group(group: Longs, i: int, i_end: int, j: int, j_end: int) -> bool:
    while i < i_end and j < j_end:
        if group[i] == group[j]:
            return True
        if group[i] < group[j]:
            i += 1
        else:
            j += 1
    return False


@jit
def _gender_ending(text: Chars, a: int, a_end: int, b: int, b_end: int) -> bool:
    n, m = a_end - a, b_end - b
    if n + 1 == m:
        return text[b_end - 1] == _A and equal(text, a, a_end, b, b_end - 1)
    if m + 1 == n:
        return text[a_end - 1] == _A and equal(text, a, a_end - 1, b, b_end)
    if n != m or n < 2:
        return False
    x, y = text[a_end - 1], text[b_end - 1]
    ends = (x == _A and y == _O) or (x == _O and y == _A)
    return ends and equal(text, a, a_end - 1, b, b_end - 1)


@inline
def _text_grade(text: Chars, words: Table, a: int, b: int) -> int:
    return grade(
        text,
        words[a, START],
        words[a, END],
        words[b, START],
        words[b, END],
        words[a, BAG],
        words[b, BAG],
    )


@inline
def _differ(text: Chars, sound: Bytes, words: Table, a: int, b: int, scratch: Longs) -> bool:
    """True only where the grade of two words is OTHER: what settles most pairs."""
    n, m = words[a, END] - words[a, START], words[b, END] - words[b, START]
    if n < 2 or m < 2:
        return False
    if words[a, KEY] == words[b, KEY] or words[a, BLOOM] & words[b, BLOOM]:
        return False
    if words[a, BAG] == words[b, BAG]:
        return False
    if may_be_alike(
        text,
        words[a, START],
        words[a, END],
        words[b, START],
        words[b, END],
        words[a, BAG],
        words[b, BAG],
    ):
        return False
    if n < 3 or m < 3:
        return True
    near = (words[a, WEIGHT] + words[b, WEIGHT]) * NEAR_SOUND // 1000
    least = sound_distance(
        sound,
        words[a, SOUND],
        words[a, SOUND_END],
        words[b, SOUND],
        words[b, SOUND_END],
        near,
        scratch,
    )
    return bool(least > near)


@jit
def _sound_grade(sound: Bytes, words: Table, a: int, b: int, scratch: Longs) -> int:
    n, m = words[a, END] - words[a, START], words[b, END] - words[b, START]
    if n < 3 or m < 3:
        return OTHER
    weight = words[a, WEIGHT] + words[b, WEIGHT]
    near = weight * NEAR_SOUND // 1000
    distance = sound_distance(
        sound,
        words[a, SOUND],
        words[a, SOUND_END],
        words[b, SOUND],
        words[b, SOUND_END],
        near,
        scratch,
    )
    if distance <= weight * CLOSE_SOUND // 1000 and n > 3 and m > 3:
        return CLOSE
    return ALIKE if distance <= near else OTHER


@jit
def _word_grade(
    text: Chars,
    sound: Bytes,
    group: Longs,
    words: Table,
    a: int,
    b: int,
    forms: bool,
    scratch: Longs,
) -> int:
    if a == b:
        return EQUAL
    start_a, end_a, start_b, end_b = words[a, START], words[a, END], words[b, START], words[b, END]
    n, m = end_a - start_a, end_b - start_b
    if n == 1 or m == 1:
        if n == 0 or m == 0:
            return OTHER
        return INITIAL if text[start_a] == text[start_b] else OTHER
    if forms and words[a, BLOOM] & words[b, BLOOM]:
        groups = words[a, GROUP], words[a, GROUP_END], words[b, GROUP], words[b, GROUP_END]
        if _share_group(group, *groups):
            return SAME
    if words[a, KEY] == words[b, KEY] and words[a, KEY] >= 0:
        return SAME
    found = _text_grade(text, words, a, b)
    if found != CLOSE:
        found = min(found, _sound_grade(sound, words, a, b, scratch))
    if (
        found == OTHER
        and n == m
        and n > 3
        and words[a, BAG] == words[b, BAG]
        and same_letters(text, start_a, end_a, start_b, end_b)
    ):
        found = ALIKE
    if forms and found != OTHER:
        known = words[a, BLOOM] != 0 and words[b, BLOOM] != 0
        if known or _gender_ending(text, start_a, end_a, start_b, end_b):
            return ALIKE if found == CLOSE else OTHER
    return found


@jit
def _align(p: Packed, i: int, j: int, forms: bool, counts: Longs, scratch: Longs) -> None:
    """Fill `counts`: how many words meet at each grade up to CLOSE, the best first."""
    text, sound, group, words, word, values, _, _ = p
    first, other = values[i, FIRST], values[j, FIRST]
    n, m = values[i, LAST] - first, values[j, LAST] - other
    grid = counts[CLOSE + 1 :]
    for x in range(n):
        a = word[first + x]
        for y in range(m):
            b = word[other + y]
            found = OTHER
            if not _differ(text, sound, words, a, b, scratch):
                found = _word_grade(text, sound, group, words, a, b, forms, scratch)
            grid[x * MAX_PARTS + y] = found
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
def _name(p: Packed, i: int, j: int, forms: bool, counts: Longs, scratch: Longs) -> int:
    """The level of a given or family name of which one has several words or none."""
    n = p.values[i, LAST] - p.values[i, FIRST]
    m = p.values[j, LAST] - p.values[j, FIRST]
    if p.values[i, TIGHT] == p.values[j, TIGHT]:
        return 2
    _align(p, i, j, forms, counts, scratch)
    same = counts[EQUAL] + counts[SAME]
    fewer = min(n, m)
    if same == fewer:
        return 2 if n == m else 4
    if same + counts[INITIAL] == fewer:
        return 5
    if same + counts[INITIAL] + counts[CLOSE] == fewer and n == m:
        return 6
    found = _text_grade(p.text, p.words, p.values[i, TIGHT], p.values[j, TIGHT])
    if found == CLOSE:
        return 6
    return 7 if found == ALIKE or same > 0 else 8


@jit
def _solid(p: Packed, i: int, j: int, scratch: Longs) -> int:
    """The level of value i, one run of letters, against the words of j; 0: it is not made of them.

    The words' sounds are written behind one another, in each order, in front of the run's own.
    """
    run = p.word[p.values[i, FIRST]]
    first = p.values[j, FIRST]
    count = p.values[j, LAST] - first
    weight = p.words[run, WEIGHT]
    size = 0
    for at in range(first, first + count):
        weight += p.words[p.word[at], WEIGHT]
        size += p.words[p.word[at], SOUND_END] - p.words[p.word[at], SOUND]
    own = p.words[run, SOUND_END] - p.words[run, SOUND]
    near = weight * NEAR_SOUND // 1000
    least = near + 1
    both = np.empty(own + size, np.uint8)
    both[:own] = p.sound[p.words[run, SOUND] : p.words[run, SOUND_END]]
    for turn in range(count):
        for backwards in range(2):
            end = own
            for k in range(count):
                place = (k + turn) % count
                word = p.word[first + (count - 1 - place if backwards else place)]
                for at in range(p.words[word, SOUND], p.words[word, SOUND_END]):
                    both[end] = p.sound[at]
                    end += 1
            found = sound_distance(both, 0, own, own, own + size, near, scratch)
            least = min(least, found)
    if least <= weight * SOLID_SOUND // 1000:
        return 2
    return 5 if least <= near else 0


@jit
def _full_name(p: Packed, i: int, j: int, counts: Longs, scratch: Longs) -> int:
    """The level of a whole name of which one has several words or none."""
    n = p.values[i, LAST] - p.values[i, FIRST]
    m = p.values[j, LAST] - p.values[j, FIRST]
    if p.values[i, TIGHT] == p.values[j, TIGHT]:
        return 2
    _align(p, i, j, True, counts, scratch)
    same = counts[EQUAL] + counts[SAME]
    met = same + counts[INITIAL] + counts[CLOSE]
    fewer = min(n, m)
    if fewer == 1 and same == 0 and max(n, m) <= 4:
        one, many = (i, j) if n == 1 else (j, i)
        run = p.word[p.values[one, FIRST]]
        if p.words[run, END] - p.words[run, START] > 4:
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
    found = _text_grade(p.text, p.words, p.values[i, TIGHT], p.values[j, TIGHT])
    if found == CLOSE:
        return 5
    if same:
        return 6
    return 7 if found == ALIKE or counts[CLOSE] else 8


@jit
def _level(mode: int, p: Packed, i: int, j: int, counts: Longs, scratch: Longs) -> int:
    """The level of two values of which i is the lesser."""
    text, sound, group, words, word, values, _, _ = p
    if values[i, LAST] - values[i, FIRST] == 1 and values[j, LAST] - values[j, FIRST] == 1:
        a, b = word[values[i, FIRST]], word[values[j, FIRST]]
        if _differ(text, sound, words, a, b, scratch):
            return 8
        found = _word_grade(text, sound, group, words, a, b, mode != FAMILY, scratch)
        return _FULL_LEVEL[found] if mode == FULL else _NAME_LEVEL[found]
    if mode == FULL:
        return _full_name(p, i, j, counts, scratch)
    return _name(p, i, j, mode == GIVEN, counts, scratch)


@jit
def name_levels(
    mode: int,
    p: Packed,
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    places: NDArray[np.int32],
    out: NDArray[np.uint8],
) -> None:
    """Write the levels of the pairs at these places: values that are there and differ.

    A pair of values takes 30 bits each, its level four.
    """
    counts = np.empty(CLOSE + 1 + MAX_PARTS * MAX_PARTS, np.int64)
    scratch = np.empty(_ROOM, np.int64)
    last = len(p.memo) - 1
    for k in places:
        i, j = int(min(left[k], right[k])), int(max(left[k], right[k]))
        pair = i << 30 | j
        slot = (pair * _SPREAD >> 20) & last
        known = p.memo[slot]
        if known >> 4 != pair:
            known = pair << 4 | _level(mode, p, i, j, counts, scratch)
            p.memo[slot] = known
        out[k] = known & 15
