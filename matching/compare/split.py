"""The words of many values at once: the compiled form of `reading.read_once`, as spans of one text.

What a kernel would have to know Unicode for is left to `read_once`: emails and addresses that are
not ASCII, and all numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sameas.matching.canonical.kernels import jit
from sameas.matching.compare.reading import MAX_PARTS, read_once
from sameas.matching.fields.places import GENERIC
from sameas.matching.texts import Texts, beyond_ascii, ends, is_one_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from sameas.matching.fields.model import FieldKind
    from sameas.matching.texts.spans import Longs, Points

    Mask = NDArray[np.bool_]

__all__ = ["Split", "split"]

_WORDS, _EMAIL, _ADDRESS, _POSTCODE, _WHOLE, _DIGITS, _READ = range(7)
_HOW = {
    "email": _EMAIL,
    "address": _ADDRESS,
    "postcode": _POSTCODE,
    "phone": _WHOLE,
    "code": _WHOLE,
    "date": _DIGITS,
    "number": _READ,
}
_BLANK, _AT, _HASH, _ZERO, _NINE, _A, _Z = 32, 64, 35, 48, 57, 97, 122


class Split(NamedTuple):
    """Values as `Parts`: their words, then each value as one word; spans of `points`."""

    points: Points
    start: Longs
    end: Longs
    at: Longs
    """Where each value's words begin among the spans, one more at the end. The values as one word
    come behind all of them."""
    amount: Longs


def split(kind: FieldKind, values: Sequence[str] | pa.StringArray) -> Split:
    """`read_once` of each value."""
    how = _HOW.get(kind, _WORDS)
    texts = texts_of(values)
    left = _left_over(how, texts)
    parts = [read_once(kind, str(values[row])) for row in np.flatnonzero(left).tolist()]
    read = texts_of([word for part in parts for word in (*part.words, part.tight)])
    own = ends((len(part.words) + 1 for part in parts), len(parts))
    amount = np.zeros(len(texts), np.int64)
    amount[left] = [part.amount for part in parts]
    blanks = int(np.count_nonzero(texts.points == _BLANK)) if how in {_WORDS, _ADDRESS} else 0
    room = blanks + 3 * len(texts) + int(own[-1])
    spans = np.empty((2, room + len(texts)), np.int64)
    points = np.concatenate((texts.points, read.points, np.zeros(len(texts.points), np.uint32)))
    at, used = _split(
        how,
        points,
        texts.at,
        left,
        (own, read.at + len(texts.points)),
        (len(texts.points) + len(read.points), room),
        (_GENERIC.points, _GENERIC.at),
        spans,
    )
    words = int(at[-1])
    start, end = (np.concatenate((side[:words], side[room:])) for side in spans)
    return Split(points[:used], start, end, at, amount)


def _left_over(how: int, texts: Texts) -> Mask:
    if how == _READ:
        return np.ones(len(texts), np.bool_)
    if how not in {_EMAIL, _ADDRESS}:
        return np.zeros(len(texts), np.bool_)
    return beyond_ascii(texts.points, texts.at)


_GENERIC = texts_of(sorted(GENERIC))


@jit
def _split(
    how: int,
    points: Points,
    begin: Longs,
    left: Mask,
    read: tuple[Longs, Longs],
    free: tuple[int, int],
    generic: tuple[Points, Longs],
    spans: Longs,
) -> tuple[Longs, int]:
    """Write the spans; new texts go behind the others. Where each value's words begin; the end.

    `read`: the spans of the values that are `left`, of each its words and the whole; `free`: from
    where there is room in `points`, and for the wholes in `spans`.
    """
    own, its = read
    spare, whole = free
    at = np.zeros(len(left) + 1, np.int64)
    count, turn = 0, 0
    for row in range(len(left)):
        first, last = begin[row], begin[row + 1]
        if left[row]:
            for one in range(own[turn], own[turn + 1] - 1):
                spans[0, count], spans[1, count] = its[one], its[one + 1]
                count += 1
            tight = own[turn + 1] - 1
            spans[0, whole + row], spans[1, whole + row] = its[tight], its[tight + 1]
            turn += 1
            at[row + 1] = count
            continue
        start = spare
        if how == _EMAIL:
            cut = last - 1
            while cut >= first and points[cut] != _AT:
                cut -= 1
            domain = cut + 1 if cut >= first else first
            cut = max(cut, first)
            for place in range(first, cut):
                if _A <= points[place] | 32 <= _Z:
                    points[spare] = points[place]
                    spare += 1
            spans[0, count], spans[1, count] = first, cut
            spans[0, count + 1], spans[1, count + 1] = domain, last
            spans[0, count + 2], spans[1, count + 2] = start, spare
            count += 3
        elif how == _ADDRESS:
            words = _address(points, first, last, generic, spans, count)
            for one in range(count + 2, count + words):
                for place in range(spans[0, one], spans[1, one]):
                    points[spare] = points[place]
                    spare += 1
            count += min(words, MAX_PARTS)
        elif how == _POSTCODE:
            spans[0, count], spans[1, count] = first, _area(points, first, last)
            count += 1
        elif how == _DIGITS:
            for place in range(first, last):
                if _ZERO <= points[place] <= _NINE and spare - start < 8:
                    points[spare] = points[place]
                    spare += 1
        elif how == _WORDS and last > first:
            here = first
            for place in range(first, last + 1):
                if place < last and points[place] != _BLANK:
                    points[spare] = points[place]
                    spare += 1
                    continue
                if count - at[row] < MAX_PARTS:
                    spans[0, count], spans[1, count] = here, place
                    count += 1
                here = place + 1
        at[row + 1] = count
        if how in (_POSTCODE, _WHOLE):
            spans[0, whole + row], spans[1, whole + row] = first, last
        else:
            spans[0, whole + row], spans[1, whole + row] = start, spare
    return at, spare


@jit
def _area(points: Points, first: int, last: int) -> int:
    """Where the area of a postcode ends: before the last three of a British one, else after 3."""
    size = last - first
    letters = 0
    while letters < min(size, 2) and _A <= points[first + letters] <= _Z:
        letters += 1
    if letters and 5 <= size <= 7:
        cut = last - 3
        # one or two letters, a digit, perhaps a letter or digit; a digit and two letters
        fits = _ZERO <= points[cut] <= _NINE
        fits = fits and _A <= points[cut + 1] <= _Z and _A <= points[cut + 2] <= _Z
        rest = cut - first - letters
        fits = fits and 1 <= rest <= 2 and _ZERO <= points[first + letters] <= _NINE
        if fits and rest == 2:
            more = points[cut - 1]
            fits = _ZERO <= more <= _NINE or _A <= more <= _Z
        if fits:
            return cut
    return min(first + 3, last)


@jit
def _address(
    points: Points,
    first: int,
    last: int,
    generic: tuple[Points, Longs],
    spans: Longs,
    at: int,
) -> int:
    """Write number, unit and the street's own words from `at` on; how many there are."""
    known, its = generic
    spans[:, at : at + 2] = first  # neither number nor unit
    if first < last and _ZERO <= points[first] <= _NINE:
        end = first
        while end < last and points[end] != _BLANK:
            end += 1
        spans[1, at] = end
        first = end + 1
    if first > last:
        return 2
    begin = last
    while begin > first and points[begin - 1] != _BLANK:
        begin -= 1
    if begin < last and points[begin] == _HASH:
        spans[0, at + 1], spans[1, at + 1] = begin + 1, last
        last = begin - 1
    if first > last:
        return 2
    for own in range(2):  # if no word is the street's own, all are
        count = 2
        here = first
        for place in range(first, last + 1):
            if place == last or points[place] == _BLANK:
                if own == 1 or not is_one_of(points, here, place, known, its):
                    spans[0, at + count], spans[1, at + count] = here, place
                    count += 1
                here = place + 1
        if count > 2:
            break
    return count
