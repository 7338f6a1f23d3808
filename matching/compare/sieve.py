"""A sieve before the kernels: settles most pairs from 32 bytes a value, never otherwise than they.

What is missing, equal or provably `different` is written, and dates whole; the rest is `OPEN`. The
kernels touch values, words and text at ten places in memory for a pair; the sieve at two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sameas.matching.canonical.kernels import inline, jit
from sameas.matching.compare.rules import NEAR_SOUND
from sameas.matching.compare.strings import bound
from sameas.matching.names.sound import COST, GAP

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Signs = NDArray[np.int64]

__all__ = ["OPEN", "SIEVES", "sides", "sift"]

OPEN = 255
SIEVES = {
    "given_name": 1,
    "family_name": 1,
    "full_name": 1,
    "text": 2,
    "organisation": 2,
    "address": 3,
    "email": 4,
    "phone": 5,
    "postcode": 5,
    "code": 5,
    "date": 6,
    "number": 0,
}
"""How a kind is sifted; `packed.signs` says what its signs hold."""
_NEAR_TEXT, _SLACK = 0.85, 1e-9
_SYMBOLS = (1 << 28) - 1


def _masks() -> NDArray[np.int64]:
    """For each symbol the sets of symbols that it is heard as for at most 2, 4 and 6."""
    bits = np.int64(1) << np.arange(len(GAP), dtype=np.int64)
    return np.array([(most >= COST) @ bits for most in (2, 4, 6)], np.int64)


_HEARD = _masks()
_LEAST = (1, 3, 5)
"""Not less than this costs what is in the first set, only in the second, only in the third."""


@inline
def _unheard(mine: int, other: int, most: int) -> bool:
    """Whether the symbols of one word cost more than `most`, whatever the other's order is.

    Each symbol is dropped or heard as one that the other word has.
    """
    cost = 0
    left = mine & ~other
    symbol = 0
    while left != 0:
        if left & 1:
            least = GAP[symbol]
            if other & _HEARD[0, symbol]:
                least = min(least, _LEAST[0])
            elif other & _HEARD[1, symbol]:
                least = min(least, _LEAST[1])
            elif other & _HEARD[2, symbol]:
                least = min(least, _LEAST[2])
            cost += least
            if cost > most:
                return True
        left >>= 1
        symbol += 1
    return False


@inline
def _unlike(bag_a: int, size_a: int, bag_b: int, size_b: int) -> bool:
    """True only where Jaro-Winkler is under 0.85. A size: length, above it the first character."""
    n, m = size_a & 255, size_b & 255
    if n == 0 or m == 0:
        return False
    most = bound(n, m, bag_a, bag_b)
    prefix = 4 if size_a >> 8 == size_b >> 8 else 0
    return most + prefix * 0.1 * (1.0 - most) < _NEAR_TEXT - _SLACK


@inline
def _other_name(s: Signs, i: int, j: int) -> bool:
    """Whether two names of one word each are provably different."""
    size_a, size_b = s[i, 3] & 0x1FFFFFFF, s[j, 3] & 0x1FFFFFFF
    n, m = size_a & 255, size_b & 255
    if n < 2 or m < 2 or s[i, 3] >> 29 == 0 or s[j, 3] >> 29 == 0:
        return False
    if s[i, 3] >> 29 == s[j, 3] >> 29 or s[i, 2] & s[j, 2] or s[i, 0] == s[j, 0]:
        return False
    if not _unlike(s[i, 0], size_a, s[j, 0], size_b):
        return False
    if n < 3 or m < 3:
        return True
    near = ((s[i, 1] >> 28) + (s[j, 1] >> 28)) * NEAR_SOUND // 1000
    mine, other = s[i, 1] & _SYMBOLS, s[j, 1] & _SYMBOLS
    return _unheard(mine, other, near) or _unheard(other, mine, near)


@inline
def _date(a: int, b: int) -> int:
    """The level of two whole dates of eight digits, four bits each."""
    apart = a ^ b
    year = apart >> 16 == 0
    if year and (a >> 8) & 255 == b & 255 and a & 255 == (b >> 8) & 255:
        return 2
    place = 0
    while (apart >> place) & 15 == 0:
        place += 4
    pair = (apart >> place) & 255
    if apart == (pair << place):  # within two neighbours, or one digit
        x, y = (a >> place) & 255, (b >> place) & 255
        if pair < 16 or (x >> 4 == y & 15 and x & 15 == y >> 4):
            return 3
    parts = int(year) + int((apart >> 8) & 255 == 0) + int(apart & 255 == 0)
    return 4 if parts >= 2 else 5 if year else 6


@inline
def _settled(how: int, different: int, s: Signs, i: int, j: int) -> int:
    """The level of two values that are there and differ, if it is plain, else `OPEN`."""
    if how == 1:
        if _other_name(s, i, j):
            return different
    elif how == 5:
        # Heads and tails differ: no single error is in both. -1: too short for that.
        if s[i, 0] >= 0 and s[j, 0] >= 0 and s[i, 0] != s[j, 0] and s[i, 1] != s[j, 1]:
            return different
    elif how == 6:
        if s[i, 0] > 0 and s[j, 0] > 0:
            return _date(s[i, 0], s[j, 0])
    elif how == 4:
        if s[i, 3] & 255 > 4 and s[j, 3] & 255 > 4 and _unlike(s[i, 0], s[i, 3], s[j, 0], s[j, 3]):
            return different
    elif (how == 2 or how == 3) and (  # noqa: PLR1714 compiles to branches
        s[i, 1] & s[j, 1] == 0
        and (how == 2 or s[i, 2] == 0 or s[i, 2] != s[j, 2])
        and _unlike(s[i, 0], s[i, 3], s[j, 0], s[j, 3])
    ):
        return different
    return OPEN


@jit
def sides(
    codes: NDArray[np.int32], left: NDArray[np.integer], right: NDArray[np.integer]
) -> NDArray[np.int32]:
    """The codes of pairs of rows, field by field. Shape (fields, 2, pairs)."""
    found = np.empty((codes.shape[1], 2, len(left)), np.int32)
    for k in range(len(left)):
        a, b = left[k], right[k]
        for field in range(codes.shape[1]):
            found[field, 0, k] = codes[a, field]
            found[field, 1, k] = codes[b, field]
    return found


@jit
def sift(
    how: int,
    different: int,
    s: Signs,
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    levels: NDArray[np.uint8],
    places: NDArray[np.int32],
) -> int:
    """Write the levels that are plain, and the places of the open pairs; how many these are."""
    count = 0
    for k in range(len(left)):
        i, j = left[k], right[k]
        found = 0
        if i >= 0 and j >= 0:
            found = 1 if i == j else _settled(how, different, s, i, j)
        levels[k] = found
        places[count] = k
        count += found == OPEN
    return count
