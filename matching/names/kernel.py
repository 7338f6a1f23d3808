"""Whether two packed names can be one person's: the one definition that single and vector share.

Compiled; works on integers only and keeps no state. `pack` (in `packed`) makes its input.

One module: the rule is one call graph of small compiled functions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from sameas.matching.names.parse import MAX_COLUMNS
from sameas.matching.names.sound import COST, GAP

__all__ = [
    "CLASSES",
    "KNOWN",
    "LENGTH",
    "SCRIPT",
    "Names",
    "Words",
    "names_match",
    "names_match_many",
    "words_match",
]

_I64 = np.ndarray[tuple[int], np.dtype[np.int64]]
_U8 = np.ndarray[tuple[int], np.dtype[np.uint8]]
_Int = int | np.integer  # what arithmetic on array elements gives

# What share of their sound two words may differ by, times 1000. Across scripts measured on 3,000
# pairs of one word and 6,000 random pairs each: at these values .975 of Russian, .93 of Arabic and
# Hebrew, .92 of Korean and Japanese, .88 of Chinese spellings meet, and under 1 % of random words.
_ALIKE_SAME_SCRIPT = 70
_ALIKE_ALPHABET = 200
_ALIKE_ABJAD = 220
_ALIKE_CJK = 250
# A run without blanks holds a family name that agrees, so less difference is allowed in the whole.
_ALIKE_SOLID = 200
_ALIKE_PINYIN = 20
_ARABIC, _HEBREW, _HAN = 3, 4, 5
_FIRST_CJK, _LAST_CJK = 5, 7
_LONGEST = 64
_LIKE_INITIAL = 4
# Numpy's integers: for each Python literal as an argument numba compiles the callee once more.
_NONE = np.int64(0)
_ANY, _GIVEN, _FAMILY = np.arange(3)


class Words(NamedTuple):
    """Distinct words, column-wise. `*_at` have one entry more than there are words."""

    text: _U8
    text_at: _I64
    sound: _U8
    sound_at: _I64
    weight: _I64
    """What it costs to drop the whole word."""
    pinyin: _U8
    group: _I64
    group_at: _I64


class Names(NamedTuple):
    """Distinct names. A *place* is an index into the first three: given, family, joined words."""

    word: _I64
    sign: _I64
    """What decides most pairs of words without a look at them: letters (26 bits), `CLASSES` of
    consonants (7), `LENGTH` (6), `SCRIPT` (4), `KNOWN` (1)."""
    bloom: _I64
    """Bit g % 62 for each group g of the word."""
    head: np.ndarray[tuple[int, int], np.dtype[np.int64]]
    """Shape (names, 8): first place, end, given words, words, structured, solid, gender,
    generation."""


CLASSES, LENGTH, SCRIPT, KNOWN = 26, 34, 40, 44
_LETTERS = (1 << CLASSES) - 1
_START, _END, _GIVEN_WORDS, _WORDS, _STRUCTURED, _SOLID, _GENDER, _GENERATION = range(8)


@njit(cache=True)
def _at_most(bits: _Int, most: _Int) -> bool:
    """Whether at most so many bits are set."""
    for _ in range(most):
        bits &= bits - 1
    return bits == 0


@njit(cache=True)
def _typing_errors(words: Words, a: _Int, b: _Int, most: _Int) -> bool:
    """Whether at most `most` insertions, deletions, exchanges or swaps of neighbours part them."""
    start_a, start_b = words.text_at[a], words.text_at[b]
    n, m = words.text_at[a + 1] - start_a, words.text_at[b + 1] - start_b
    if abs(n - m) > most or n >= _LONGEST or m >= _LONGEST:
        return False
    older = np.empty(_LONGEST, np.int64)
    old = np.arange(_LONGEST)
    new = np.empty(_LONGEST, np.int64)
    for i in range(1, n + 1):
        new[0] = i
        least = i
        for j in range(1, m + 1):
            x, y = words.text[start_a + i - 1], words.text[start_b + j - 1]
            best = old[j - 1] + (x != y)
            best = min(best, old[j] + 1, new[j - 1] + 1)
            if (
                i > 1
                and j > 1
                and x == words.text[start_b + j - 2]
                and y == words.text[start_a + i - 2]
            ):
                best = min(best, older[j - 2] + 1)
            new[j] = best
            least = min(least, best)
        if least > most:
            return False
        older, old, new = old, new, older
    return bool(old[m] <= most)


@njit(cache=True)
def _distance(x: _U8, y: _U8, most: _Int) -> int:
    """The least cost of aligning two sounds, or `most + 1` if it is more."""
    n, m = len(x), len(y)
    old = np.empty(m + 1, np.int64)
    new = np.empty(m + 1, np.int64)
    old[0] = 0
    for j in range(m):
        old[j + 1] = old[j] + GAP[y[j]]
    for i in range(n):
        drop = GAP[x[i]]
        new[0] = old[0] + drop
        least = new[0]
        for j in range(m):
            best = min(old[j] + COST[x[i], y[j]], old[j + 1] + drop, new[j] + GAP[y[j]])
            new[j + 1] = best
            least = min(least, best)
        if least > most:
            return most + 1
        old, new = new, old
    return int(min(old[m], most + 1))


@njit(cache=True)
def _sound(words: Words, a: _Int) -> _U8:
    return words.sound[words.sound_at[a] : words.sound_at[a + 1]]


@njit(cache=True)
def _alike(words: Words, a: _Int, b: _Int, per_mille: _Int) -> bool:
    weight = words.weight[a] + words.weight[b]
    most = weight * per_mille // 1000
    if abs(words.weight[a] - words.weight[b]) > 2 * most + 10:
        return False
    return bool(_distance(_sound(words, a), _sound(words, b), most) <= most)


@njit(cache=True)
def _same_text(words: Words, a: _Int, b: _Int) -> bool:
    start_a, start_b = words.text_at[a], words.text_at[b]
    n = words.text_at[a + 1] - start_a
    if n != words.text_at[b + 1] - start_b:
        return False
    for i in range(n):  # noqa: SIM110 numba compiles the plain loop
        if words.text[start_a + i] != words.text[start_b + i]:
            return False
    return True


@njit(cache=True)
def _same_sound(words: Words, a: _Int, b: _Int) -> bool:
    x, y = _sound(words, a), _sound(words, b)
    if len(x) != len(y):
        return False
    for i in range(len(x)):
        if COST[x[i], y[i]] > 2 or (x[i] != y[i] and COST[x[i], y[i]] == 2 and GAP[x[i]] == 2):
            return False
    return True


@njit(cache=True)
def _share_group(words: Words, a: _Int, b: _Int) -> bool:
    i, j = words.group_at[a], words.group_at[b]
    while i < words.group_at[a + 1] and j < words.group_at[b + 1]:
        if words.group[i] == words.group[j]:
            return True
        if words.group[i] < words.group[j]:
            i += 1
        else:
            j += 1
    return False


@njit(cache=True)
def _differ_in_gender(words: Words, a: _Int, b: _Int) -> bool:
    """`Paul` and `Paula`, `Mario` and `Maria`: an ending that is a name of its own."""
    text = words.text
    start_a, start_b = words.text_at[a], words.text_at[b]
    n, m = words.text_at[a + 1] - start_a, words.text_at[b + 1] - start_b
    letter = ord("a")
    if n + 1 == m or m + 1 == n:
        longer_end = start_b + m - 1 if m > n else start_a + n - 1
        if text[longer_end] != letter:
            return False
        shared = min(n, m)
    elif n == m and n > 1:
        x, y = text[start_a + n - 1], text[start_b + m - 1]
        if x == y or not ((x == letter and y == ord("o")) or (y == letter and x == ord("o"))):
            return False
        shared = n - 1
    else:
        return False
    for i in range(shared):  # noqa: SIM110
        if text[start_a + i] != text[start_b + i]:
            return False
    return True


@njit(cache=True)
def _allowance(script: _Int) -> int:
    """How much of its sound a word loses on its way from this script to Latin."""
    if _FIRST_CJK <= script <= _LAST_CJK:
        return _ALIKE_CJK
    return _ALIKE_ABJAD if script in {_ARABIC, _HEBREW} else _ALIKE_ALPHABET


@njit(cache=True)
def _initials_match(words: Words, names: Names, x: _Int, y: _Int) -> bool:
    """Whether words of which one or both are a single letter begin alike."""
    s, t = names.sign[x], names.sign[y]
    a, b = names.word[x], names.word[y]
    if words.text[words.text_at[a]] == words.text[words.text_at[b]]:
        return True
    if (s >> LENGTH) & 63 == (t >> LENGTH) & 63 or (s >> SCRIPT) & 15 == (t >> SCRIPT) & 15:
        return False
    return bool(
        COST[words.sound[words.sound_at[a]], words.sound[words.sound_at[b]]] <= _LIKE_INITIAL
    )


@njit(cache=True)
def _errors_allowed(longest: _Int, field: _Int) -> int:
    """How many typing errors the longer word may be off; one more in a family name."""
    if field == _FAMILY:
        return 0 if longest <= 2 else 1 if longest <= 4 else 2
    return 0 if longest <= 3 else 1 if longest <= 6 else 2


@njit(cache=True)
def _may_meet(s: _Int, t: _Int, shared_bloom: _Int, field: _Int) -> bool:
    """False only where `words_match` is: decided by two signs, no array is touched or passed on.

    Numba counts references to every array of a tuple at each call, which costs more than the test.
    """
    if s == t or (s >> SCRIPT) & 15 != (t >> SCRIPT) & 15:
        return True
    n, m = (s >> LENGTH) & 63, (t >> LENGTH) & 63
    if n == 1 or m == 1:
        return (s & t & _LETTERS) != 0
    classes = ((s ^ t) & ~_LETTERS) & ((1 << LENGTH) - 1)
    if (s & t) >> KNOWN:
        return shared_bloom != 0 or classes == 0
    longest = max(n, m)
    if longest > 3 and _at_most(classes, 1):
        return True
    most = _errors_allowed(longest, field)
    return abs(n - m) <= most and _at_most((s ^ t) & _LETTERS, 2 * most)


@njit(cache=True)
def words_match(words: Words, names: Names, x: _Int, y: _Int, field: _Int) -> bool:
    """Whether the words at two places can be one name. Symmetric; true for equal words.

    Where both are known to be family names a typing error more is allowed: given names decide.
    """
    a, b = names.word[x], names.word[y]
    if a == b:
        return True
    s, t = names.sign[x], names.sign[y]
    n, m = (s >> LENGTH) & 63, (t >> LENGTH) & 63
    if n == 1 or m == 1:
        return _initials_match(words, names, x, y)
    classes = ((s ^ t) & ~_LETTERS) & ((1 << LENGTH) - 1)
    if (s & t) >> KNOWN:
        if names.bloom[x] & names.bloom[y] and _share_group(words, a, b):
            return True
        return classes == 0 and _same_sound(words, a, b)
    script = (s >> SCRIPT) & 15
    other = (t >> SCRIPT) & 15
    if script != other:
        if _same_text(words, a, b):
            return True
        if words.pinyin[a] and words.pinyin[b] and _HAN in {script, other}:
            return _alike(words, a, b, _ALIKE_PINYIN)
        return _alike(words, a, b, max(_allowance(script), _allowance(other)))
    if script == _HAN:
        return False
    longest = max(n, m)
    if script in {_ARABIC, _HEBREW}:
        return longest > 5 and _typing_errors(words, a, b, 1)
    most = _errors_allowed(longest, field)
    # A typing error changes two letters of the set at most.
    typed = most > 0 and abs(n - m) <= most and _at_most((s ^ t) & _LETTERS, 2 * most)
    heard = longest > 3 and _at_most(classes, 1)
    if not (typed or heard) or _differ_in_gender(words, a, b):
        return False
    return (typed and _typing_errors(words, a, b, most)) or (
        heard and _alike(words, a, b, _ALIKE_SAME_SCRIPT)
    )


@njit(cache=True)
def _is_middle_initial(names: Names, x: _Int, a: _Int, y: _Int, b: _Int) -> bool:
    """Whether one is a later initial, the other the first word: the M of Thomas M. is no Mary."""
    return bool(
        (a > 0 and b == 0 and (names.sign[x] >> LENGTH) & 63 == 1)
        or (b > 0 and a == 0 and (names.sign[y] >> LENGTH) & 63 == 1)
    )


@njit(cache=True)
def _meets(
    words: Words, names: Names, x: _Int, row: _Int, j: _Int, c: _Int, d: _Int, field: _Int
) -> int:
    """The columns that the word at place x meets, as bits: c:d of j, then j's joined words."""
    start = names.head[j, _START]
    joined = names.head[j, _WORDS]
    plain = d - c
    mask = 0
    for column in range(plain + names.head[j, _END] - start - joined):
        y = start + (c + column if column < plain else joined + column - plain)
        if field != _ANY and _is_middle_initial(names, x, row, y, column):
            continue
        if _may_meet(
            names.sign[x], names.sign[y], names.bloom[x] & names.bloom[y], field
        ) and words_match(words, names, x, y, field):
            mask |= 1 << column
    return mask


@njit(cache=True)
def _cover(
    words: Words, names: Names, i: _Int, a: _Int, b: _Int, j: _Int, c: _Int, d: _Int, field: _Int
) -> bool:
    """Whether every word a:b of i finds one of its own among c:d of j and j's joined words.

    Bipartite matching by augmenting paths (Kuhn 1955) on bit masks: at most 8 rows, 16 columns.
    """
    start = names.head[i, _START] + a
    first = _meets(words, names, start, _NONE, j, c, d, field)
    if first == 0 or b - a == 1:  # settles most pairs before anything is allocated
        return first != 0
    meets = np.zeros(b - a, np.int64)
    meets[0] = first
    for row in range(1, b - a):
        meets[row] = _meets(words, names, start + row, row, j, c, d, field)
        if meets[row] == 0:
            return False
    size = d - c + names.head[j, _END] - names.head[j, _START] - names.head[j, _WORDS]
    owner = np.full(size, -1, np.int64)
    rows = np.empty(size + 1, np.int64)
    columns = np.empty(size + 1, np.int64)
    for row in range(b - a):
        seen = 0
        depth = 0
        rows[0] = row
        found = False
        while depth >= 0 and not found:
            free = meets[rows[depth]] & ~seen
            if free == 0:
                depth -= 1
                continue
            column = 0
            while (free >> column) & 1 == 0:
                column += 1
            seen |= 1 << column
            columns[depth] = column
            if owner[column] < 0:
                for level in range(depth + 1):
                    owner[columns[level]] = rows[level]
                found = True
            else:
                depth += 1
                rows[depth] = owner[column]
        if not found:
            return False
    return True


@njit(cache=True)
def _part_match(
    words: Words, names: Names, i: _Int, a: _Int, b: _Int, j: _Int, c: _Int, d: _Int, field: _Int
) -> bool:
    """Whether the fewer of i's words a:b and j's words c:d are all found among the more."""
    if b - a <= d - c and _cover(words, names, i, a, b, j, c, d, field):
        return True
    head = names.head
    # With as many words on either side and none joined the other direction says the same.
    alike = d - c == b - a
    alike = alike and head[i, _END] - head[i, _START] == head[i, _WORDS]
    alike = alike and head[j, _END] - head[j, _START] == head[j, _WORDS]
    if alike or d - c > b - a:
        return False
    return bool(_cover(words, names, j, c, d, i, a, b, field))


@njit(cache=True)
def _begins_with(x: _U8, y: _U8, most: _Int) -> bool:
    """Whether some beginning of x is as near to y as `most`."""
    m = len(y)
    old = np.empty(m + 1, np.int64)
    new = np.empty(m + 1, np.int64)
    old[0] = 0
    for j in range(m):
        old[j + 1] = old[j] + GAP[y[j]]
    if old[m] <= most:
        return True
    for i in range(len(x)):
        drop = GAP[x[i]]
        new[0] = old[0] + drop
        for j in range(m):
            new[j + 1] = min(old[j] + COST[x[i], y[j]], old[j + 1] + drop, new[j] + GAP[y[j]])
        if new[m] <= most:
            return True
        old, new = new, old
    return False


@njit(cache=True)
def _solid_match(words: Words, names: Names, i: _Int, j: _Int) -> bool:
    """A run of letters without blanks against a name in words, in the orders that occur."""
    place = names.head[i, _START]
    run = names.word[place]
    han = (names.sign[place] >> SCRIPT) & 15 == _HAN
    full = np.empty(MAX_COLUMNS, np.int64)
    n = 0
    weight = words.weight[run]
    pinyin = han and words.pinyin[run]
    length = 0
    start = names.head[j, _START]
    for y in range(start, start + names.head[j, _WORDS]):
        word = names.word[y]
        if (names.sign[y] >> LENGTH) & 63 > 1:
            full[n] = word
            n += 1
            weight += words.weight[word]
            pinyin = pinyin and words.pinyin[word]
            length += words.sound_at[word + 1] - words.sound_at[word]
    if n == 0:
        return True
    allowed = _ALIKE_PINYIN if pinyin else _ALIKE_SOLID
    most = weight * allowed // 1000
    x = _sound(words, run)
    buffer = np.empty(length, np.uint8)
    for rotation in range(n):
        for backwards in range(2):
            end = 0
            for k in range(n):
                word = full[((n - 1 - k if backwards else k) + rotation) % n]
                s = _sound(words, word)
                buffer[end : end + len(s)] = s
                end += len(s)
            if _distance(x, buffer, most) <= most:
                return True
    if n > 1:
        return False
    # One full word, the others initials or absent: it begins or ends the run.
    most = 2 * words.weight[full[0]] * allowed // 1000
    return _begins_with(x, buffer, most) or _begins_with(x[::-1].copy(), buffer[::-1].copy(), most)


@njit(cache=True)
def names_match(words: Words, names: Names, i: _Int, j: _Int) -> bool:
    """Whether names i and j can be one person's. Symmetric; true if i is j."""
    if i == j:
        return True
    head = names.head
    n, m = head[i, _WORDS], head[j, _WORDS]
    if n == 0 or m == 0:
        return True
    for mark in (_GENDER, _GENERATION):
        if head[i, mark] != head[j, mark] and head[i, mark] > 0 and head[j, mark] > 0:
            return False
    if head[i, _SOLID] and head[j, _SOLID]:
        return words_match(words, names, head[i, _START], head[j, _START], _ANY)
    if head[i, _SOLID]:
        return _solid_match(words, names, i, j)
    if head[j, _SOLID]:
        return _solid_match(words, names, j, i)
    if head[i, _STRUCTURED] and head[j, _STRUCTURED]:
        g, h = head[i, _GIVEN_WORDS], head[j, _GIVEN_WORDS]
        if (g == 0 or h == 0 or _part_match(words, names, i, _NONE, g, j, _NONE, h, _GIVEN)) and (
            g == n or h == m or _part_match(words, names, i, g, n, j, h, m, _FAMILY)
        ):
            return True
        # Fields are swapped as a whole; of half a name nobody can tell.
        return (
            0 < g < n
            and 0 < h < m
            and _part_match(words, names, i, _NONE, g, j, h, m, _GIVEN)
            and _part_match(words, names, i, g, n, j, _NONE, h, _GIVEN)
        )
    return _part_match(words, names, i, _NONE, n, j, _NONE, m, _ANY)


@njit(cache=True)
def names_match_many(  # the arrays are checked by the caller: there are no bounds checks here
    words: Words, names: Names, left: _I64, right: _I64
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """`names_match` of each pair. Shapes (pairs,)."""
    out = np.empty(len(left), np.bool_)
    for k in range(len(left)):
        out[k] = names_match(words, names, left[k], right[k])
    return out
