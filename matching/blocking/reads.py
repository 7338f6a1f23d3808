"""What a transform gives of many values, hashed: the compiled form of `apply` and `hash_text`.

Values that are not ASCII, and transforms that few distinct values have, are left to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sameas.matching.blocking.hashes import BASIS, PRIME, hash_text, scattered
from sameas.matching.blocking.transforms import HEARD, MAX_VALUES, SOUNDS, apply
from sameas.matching.canonical.kernels import jit
from sameas.matching.names.diminutives import groups
from sameas.matching.names.heard import symbols_heard
from sameas.matching.texts import beyond_ascii, ends, numbered, texts_of, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from sameas.matching.texts import Texts
    from sameas.matching.texts.spans import Longs, Points

    Bytes = NDArray[np.uint8]
    Ints = NDArray[np.int32]
    Words = NDArray[np.uint64]

__all__ = ["hash_values"]

_AT, _BLANK, _ZERO, _NINE = 64, 32, 48, 57
_WHOLE, _LOCAL, _LETTERS, _HEAD, _TAIL, _FRONT, _WORDS, _INITIAL, _STREET = range(9)
_SPELLED = {
    "whole": _WHOLE,
    "local": _LOCAL,
    "letters": _LETTERS,
    "head": _HEAD,
    "tail": _TAIL,
    "front": _FRONT,
    "words": _WORDS,
    "initial": _INITIAL,
    "street": _STREET,
}
_HEARD_BY = frozenset(["sound", "rough", "form"])


def hash_values(transform: str, values: Sequence[str] | pa.StringArray) -> tuple[Ints, Words]:
    """For each value where its hashes begin, one more at the end; and the hashes.

    Raises:
        KeyError: there is no such transform.
    """
    texts = texts_of(values)
    found = np.zeros((len(texts), MAX_VALUES), np.uint64)
    counts = np.zeros(len(texts), np.int64)
    if transform in _SPELLED:
        _spelled(_SPELLED[transform], texts.points, texts.at, found, counts)
    elif transform in _HEARD_BY:
        _sounding(transform, texts, found, counts)
    for row in _left_over(transform, texts).tolist():
        hashes = [hash_text(one) for one in apply(transform, str(values[row]))]
        found[row, : len(hashes)], counts[row] = hashes, len(hashes)
    here = np.arange(MAX_VALUES) < counts[:, None]
    return ends(counts, len(counts)).astype(np.int32), found[here]


def _left_over(transform: str, texts: Texts) -> Longs:
    """The rows that no kernel has read."""
    if transform not in _SPELLED and transform not in _HEARD_BY:
        return np.arange(len(texts))
    return np.flatnonzero(beyond_ascii(texts.points, texts.at))


def _sounding(transform: str, texts: Texts, found: Words, counts: Longs) -> None:
    """Words by their sound, each distinct one once."""
    start, end, at = _words(texts.points, texts.at)
    number, first = numbered(texts.points, start, end)
    of_word = [_sounds(transform == "rough", texts.points, start[first], end[first])]
    if transform == "form":
        of_word += _forms(words_of(texts.points, start[first], end[first]))
    hashes = np.concatenate([each for each, _ in of_word])
    shift = np.cumsum([0, *(len(each) for each, _ in of_word)])
    for (_, begin), base in zip(of_word, shift.tolist(), strict=False):
        _gather(number, at, hashes, begin + base, found, counts)


def _sounds(rough: bool, points: Points, start: Longs, end: Longs) -> tuple[Words, Longs]:  # noqa: FBT001
    sound, at = symbols_heard(_small(points), start, end)
    return _sound_hashes(sound, at, end - start, rough)


def _forms(words: Sequence[str]) -> list[tuple[Words, Longs]]:
    """The names that each word is a form of."""
    kin = [sorted(groups(word.lower())) for word in words]
    known = sorted({number for each in kin for number in each})
    hashes = {number: hash_text(f"={number}") for number in known}
    each = [hashes[number] for one in kin for number in one]
    return [(np.array(each, np.uint64), ends(map(len, kin), len(kin)))]


@jit
def _small(points: Points) -> Points:
    """Small letters for the capitals of ASCII."""
    found = points.copy()
    for at in range(len(points)):
        if 65 <= points[at] <= 90:
            found[at] += 32
    return found


@jit
def _is_letter(point: int) -> bool:
    return 97 <= point | 32 <= 122


@jit
def _is_word(point: int) -> bool:
    return _ZERO <= point <= _NINE or 97 <= point | 32 <= 122


@jit
def _next_word(points: Points, place: int, last: int) -> tuple[int, int]:
    """Where the next word begins and ends; both are `last` if there is none."""
    while place < last and not _is_word(points[place]):
        place += 1
    start = place
    while place < last and _is_word(points[place]):
        place += 1
    return start, place


@jit
def _words(points: Points, at: Longs) -> tuple[Longs, Longs, Longs]:
    """The first words of each text, as spans; where each text's begin, one more at the end."""
    room = 0
    inside = False
    for text in range(len(at) - 1):
        inside = False
        for place in range(at[text], at[text + 1]):
            word = _is_word(points[place])
            room += word and not inside
            inside = word
    start, end = np.empty(room, np.int64), np.empty(room, np.int64)
    begin = np.zeros(len(at), np.int64)
    count = 0
    for text in range(len(at) - 1):
        place = at[text]
        while count - begin[text] < MAX_VALUES:
            word_start, place = _next_word(points, place, at[text + 1])
            if place == word_start:
                break
            start[count], end[count] = word_start, place
            count += 1
        begin[text + 1] = count
    return start[:count].copy(), end[:count].copy(), begin


@jit
def _sound_hashes(sound: Bytes, at: Longs, sizes: Longs, rough: bool) -> tuple[Words, Longs]:  # noqa: FBT001
    """The hash of `sound_of` each word, or of its beginning; words of one letter have none."""
    found = np.empty(len(sizes), np.uint64)
    begin = np.zeros(len(sizes) + 1, np.int64)
    count = 0
    for word in range(len(sizes)):
        heard, last = 0, -1
        written = 0
        h = np.uint64(BASIS)
        for place in range(at[word], at[word + 1] if sizes[word] > 1 else at[word]):
            one = HEARD[sound[place]]
            if one == 0 and place > at[word]:
                continue
            if one == last or heard == SOUNDS:
                continue
            heard += 1
            last = one
            if rough and (one == 0 or written == 3):
                continue
            written += 1
            h = (h ^ np.uint64(_ZERO + one)) * np.uint64(PRIME)
        if written:
            found[count] = scattered(h)
            count += 1
        begin[word + 1] = count
    return found[:count].copy(), begin


@jit
def _gather(
    number: Longs, at: Longs, hashes: Words, begin: Longs, found: Words, counts: Longs
) -> None:
    """Add the hashes of each text's words to those that it has, each once."""
    for text in range(len(at) - 1):
        for place in range(at[text], at[text + 1]):
            for one in range(begin[number[place]], begin[number[place] + 1]):
                _add(found, counts, text, hashes[one])


@jit
def _add(found: Words, counts: Longs, row: int, one: np.uint64) -> None:
    count = counts[row]
    for place in range(count):
        if found[row, place] == one:
            return
    if count < MAX_VALUES:
        found[row, count] = one
        counts[row] = count + 1


@jit
def _hash(points: Points, start: int, end: int, h: np.uint64) -> np.uint64:
    for place in range(start, end):
        h = (h ^ np.uint64(points[place])) * np.uint64(PRIME)
    return h


@jit
def _picked(how: int, points: Points, first: int, last: int) -> tuple[int, np.uint64]:
    """How many letters, or letters and digits, there are, and the hash of those that are taken."""
    size = 0
    for place in range(first, last):
        size += _is_letter(points[place]) if how == _LETTERS else _is_word(points[place])
    low, high = 0, size
    if how == _HEAD:
        high = 5
    elif how == _TAIL:
        low = size - 7
    elif how == _FRONT:
        high = size - 3
    h = np.uint64(BASIS)
    at = 0
    for place in range(first, last):
        if _is_letter(points[place]) if how == _LETTERS else _is_word(points[place]):
            if low <= at < high:
                h = (h ^ np.uint64(points[place])) * np.uint64(PRIME)
            at += 1
    return size, h


@jit
def _street(points: Points, first: int, last: int) -> tuple[bool, np.uint64]:
    """The first number with the longest word, if there are both."""
    number = first
    while number < last and not _ZERO <= points[number] <= _NINE:
        number += 1
    end = number
    while end < last and _ZERO <= points[end] <= _NINE:
        end += 1
    best, size = first, 0
    place = first
    while place < last:
        start, place = _next_word(points, place, last)
        if place - start > 2 and not _ZERO <= points[start] <= _NINE:
            later = place - start > size
            if place - start == size:
                at = 0
                while at < size and points[start + at] == points[best + at]:
                    at += 1
                later = at < size and points[start + at] > points[best + at]
            if later:
                best, size = start, place - start
    h = _hash(points, number, end, np.uint64(BASIS))
    h = (h ^ np.uint64(_BLANK)) * np.uint64(PRIME)
    return end > number and size > 0, _hash(points, best, best + size, h)


@jit
def _spelled(how: int, points: Points, at: Longs, found: Words, counts: Longs) -> None:
    """The transforms that take letters as they stand."""
    for row in range(len(at) - 1):
        first, last = at[row], at[row + 1]
        there = last > first
        h = np.uint64(BASIS)
        if how in (_LOCAL, _LETTERS):
            end = first
            while end < last and points[end] != _AT:
                end += 1
            last = end
        if how in (_WHOLE, _LOCAL):
            there = there and (how == _WHOLE or last - first >= 3)
            h = _hash(points, first, last, h)
        elif how in (_WORDS, _INITIAL):
            place = first
            taken = 0
            while place < last and taken < (MAX_VALUES if how == _WORDS else 1):
                start, place = _next_word(points, place, last)
                if place > start and how == _WORDS:
                    _add(found, counts, row, scattered(_hash(points, start, place, h)))
                elif place > start:
                    one = points[start]
                    one += np.uint32(32 if 65 <= one <= 90 else 0)
                    _add(found, counts, row, scattered((h ^ np.uint64(one)) * np.uint64(PRIME)))
                taken += 1
            there = False
        elif how == _STREET:
            there, h = _street(points, first, last)
        else:
            size, h = _picked(how, points, first, last)
            there = size >= (4 if how == _LETTERS else 3 if how == _HEAD else 7)
        if there:
            _add(found, counts, row, scattered(h))
