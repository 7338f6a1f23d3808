"""How many words sound at once: the compiled form of `sound.symbols` and `sound.sound_key`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sameas.matching.canonical.kernels import jit
from sameas.matching.names.sound import ALPHABET, DIGRAPHS, GAP, LIKE, LIKE_IN_FRONT
from sameas.matching.texts import numbered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sameas.matching.texts.spans import Longs, Points

    Sounds = NDArray[np.uint8]

__all__ = ["keys_heard", "keys_of", "symbols_heard"]

_C, _S, _K, _N = (ord(letter) for letter in "cskn")
_E, _I, _Y, _G, _P, _BREAK = (ord(letter) for letter in "eiygp\n")
_NONE = 255


def _codes() -> Sounds:
    found = np.full(128, _NONE, np.uint8)
    for code, letter in enumerate(ALPHABET):
        found[ord(letter)] = code
    return found


def _patterns() -> tuple[Points, Points, Longs]:
    """Digraphs and what they become, four letters each with zeros behind; the lengths of both."""
    rows = [[[ord(c) for c in text.ljust(4, "\0")] for text in pair] for pair in DIGRAPHS]
    sizes = [[len(text) for text in pair] for pair in DIGRAPHS]
    both = np.array(rows, np.uint32)
    return both[:, 0].copy(), both[:, 1].copy(), np.array(sizes, np.int64)


def _translated(table: dict[int, str]) -> Sounds:
    """What each symbol is heard as, by symbol; 255: nothing."""
    heard = [letter.translate(table) for letter in ALPHABET]
    return np.array([ALPHABET.index(one) if one else _NONE for one in heard], np.uint8)


_CODES = _codes()
_SPELLED, _ONE, _SIZES = _patterns()
_LIKE, _FRONT = _translated(LIKE), _translated(LIKE_IN_FRONT)
assert len(GAP) == len(ALPHABET)


@jit
def _bit(point: int) -> int:
    """The letter as one bit of 27, the last one for all that is no small letter."""
    return 1 << (point - 97) if 97 <= point <= 122 else 1 << 26


@jit
def symbols_heard(points: Points, start: Longs, end: Longs) -> tuple[Sounds, Longs]:
    """`symbols` of each span, one after the other; where each begins, one more at the end."""
    total, longest = 0, 0
    for span in range(len(start)):
        total += 2 * (end[span] - start[span])
        longest = max(longest, end[span] - start[span])
    found = np.empty(total, np.uint8)
    at = np.zeros(len(start) + 1, np.int64)
    word = np.empty(2 * longest + 2, np.uint32)
    wanted = np.zeros(len(_SPELLED), np.int64)
    for row in range(len(_SPELLED)):
        for place in range(_SIZES[row, 0]):
            wanted[row] |= _bit(_SPELLED[row, place])
    count = 0
    for span in range(len(start)):
        size = end[span] - start[span]
        letters = 0
        for place in range(size):
            word[place] = points[start[span] + place]
            letters |= _bit(word[place])
        if size >= 2 and word[1] == _N and (word[0] == _K or word[0] == _G or word[0] == _P):
            for place in range(1, size):
                word[place - 1] = word[place]
            size -= 1
        for row in range(len(_SPELLED)):
            if letters & wanted[row] == wanted[row]:
                size, changed = _replaced(word, size, row)
                for place in range(_SIZES[row, 1] if changed else 0):
                    letters |= _bit(_ONE[row, place])
        last = np.uint32(_BREAK)
        for place in range(size):
            one = word[place]
            if one == _C:
                soft = place + 1 < size and (
                    word[place + 1] == _E or word[place + 1] == _I or word[place + 1] == _Y
                )
                one = np.uint32(_S if soft else _K)
            if one != last and one < 128 and _CODES[one] != _NONE:
                found[count] = _CODES[one]
                count += 1
            last = one
        at[span + 1] = count
    return found[:count].copy(), at


@jit
def _replaced(word: Points, size: int, row: int) -> tuple[int, bool]:
    """The word with a digraph replaced, from left to right, in its place; its new length."""
    n, m = _SIZES[row, 0], _SIZES[row, 1]
    if m > n:  # x, which becomes longer: from the end
        grown = size
        for place in range(size):
            grown += (m - n) * (word[place] == _SPELLED[row, 0])
        to = grown
        for place in range(size - 1, -1, -1):
            if word[place] == _SPELLED[row, 0]:
                for back in range(m - 1, -1, -1):
                    to -= 1
                    word[to] = _ONE[row, back]
            else:
                to -= 1
                word[to] = word[place]
        return grown, grown > size
    at, to = 0, 0
    while at < size:
        here = at + n <= size
        place = 0
        while here and place < n:
            here = word[at + place] == _SPELLED[row, place]
            place += 1
        if here:
            for place in range(m):
                word[to + place] = _ONE[row, place]
            at += n
            to += m
        else:
            word[to] = word[at]
            at += 1
            to += 1
    return to, to < size or (n == m and size > 0)


@jit
def keys_heard(sound: Sounds, at: Longs) -> tuple[Points, Longs]:
    """`sound_key` of words by their symbols, as symbols; where each begins, one more at the end."""
    found = np.empty(len(sound), np.uint32)
    begin = np.zeros(len(at), np.int64)
    count = 0
    for word in range(len(at) - 1):
        last = _NONE
        for place in range(at[word], at[word + 1]):
            one = sound[place] if place == at[word] else _LIKE[sound[place]]
            if one not in (_NONE, last):
                found[count] = one
                count += 1
                last = one
        for place in range(begin[word], count):
            found[place] = _FRONT[found[place]]
        begin[word + 1] = count
    return found[:count].copy(), begin


def keys_of(sound: Sounds, at: Longs) -> Longs:
    """The sound keys of words in numbers, -1 where nothing is heard."""
    points, begin = keys_heard(sound, at)
    number, _ = numbered(points, begin[:-1], begin[1:])
    number[begin[1:] == begin[:-1]] = -1
    return number
