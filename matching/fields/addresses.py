"""Usual addresses of a whole column: the compiled form of `places.at_a_glance`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sameas.matching.canonical.kernels import jit
from sameas.matching.fields.places import GLANCE_LENGTH, GLANCE_WORDS, UNITS, UNUSUAL, spelled
from sameas.matching.texts import is_one_of, numbered, texts_of, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from sameas.matching.texts.spans import Longs, Points

    Mask = NDArray[np.bool_]

__all__ = ["usual_addresses"]

_BLANK, _HASH, _COMMA, _DOT, _ZERO, _NINE, _A, _Z = (ord(one) for one in " #,.09az")
_UNITS = texts_of(sorted({*UNITS, "#"}))
_ODD, _UNIT = 1, 2


def usual_addresses(values: Sequence[str] | pa.StringArray) -> list[str]:
    """`at_a_glance` of each value: its canonical form, or nothing if it needs a second look."""
    texts = texts_of(values)
    points = texts.points.copy()
    room = int(np.count_nonzero(points == _BLANK)) + len(texts) + 1
    spans = np.empty((2, room), np.int64)
    numbers = np.empty((2, len(texts)), np.int64)
    units = np.zeros((2, len(texts)), np.int64)
    at = _parsed(points, texts.at, (_UNITS.points, _UNITS.at), spans, numbers, units)
    start, end = spans[0, : at[-1]], spans[1, : at[-1]]
    number, first = numbered(points, start, end)
    words = words_of(points, start[first], end[first])
    odd = np.array([word in UNUSUAL for word in words], np.bool_)
    shown = texts_of([spelled(word) for word in words])
    arguments = points, at, number, odd, (shown.points, shown.at), numbers, units
    size, ends = _written(*arguments, np.empty(0, np.uint32))
    out = np.empty(size, np.uint32)
    _written(*arguments, out)
    return words_of(out, ends[:-1], ends[1:])


@jit
def _unit(
    points: Points, first: int, last: int, units: tuple[Points, Longs]
) -> tuple[int, int, int]:
    """Where the text ends without its unit, and the unit's number; no unit: nothing is taken."""
    digits = last
    while digits > first and _ZERO <= points[digits - 1] <= _NINE:
        digits -= 1
    if digits == last or points[digits] == _ZERO:
        return last, last, last
    end = digits
    if end > first and points[end - 1] == _BLANK:
        end -= 1
    if end > first and points[end - 1] == _DOT:
        end -= 1
    start = end
    while start > first and points[start - 1] != _BLANK:
        start -= 1
    if start == first or not is_one_of(points, start, end, *units):
        return last, last, last
    return start - 1, digits, last


@jit
def _parsed(
    points: Points,
    begin: Longs,
    units: tuple[Points, Longs],
    spans: Longs,
    numbers: Longs,
    found: Longs,
) -> Longs:
    """Write the words, the number and the unit of each text; unusual ones have no words.

    Capitals become small in `points`. Where each text's words begin, one more at the end.
    """
    at = np.zeros(len(begin), np.int64)
    count = 0
    for row in range(len(begin) - 1):
        first, last = begin[row], begin[row + 1]
        at[row + 1] = count
        usual = last - first < GLANCE_LENGTH
        for place in range(first, last if usual else first):
            if 65 <= points[place] <= 90:
                points[place] += 32
        if not usual:
            continue
        last, found[0, row], found[1, row] = _unit(points, first, last, units)
        if last > first and points[last - 1] == _COMMA:
            last -= 1
        if last > first and points[last - 1] == _DOT:
            last -= 1
        place = first
        while place < last and _ZERO <= points[place] <= _NINE:
            place += 1
        if place == first or points[first] == _ZERO:
            continue
        numbers[0, row], numbers[1, row] = first, place
        if place < last and points[place] == _COMMA:
            place += 1
        own = count
        while place < last and points[place] == _BLANK and own - count < GLANCE_WORDS:
            place += 1
            start = place
            while place < last and _A <= points[place] <= _Z:
                place += 1
            if place == start:
                break
            spans[0, own], spans[1, own] = start, place
            own += 1
            if place + 1 < last and points[place] == _DOT:
                place += 1
        if place == last and own > count and spans[1, own - 1] == last:
            count = own
            at[row + 1] = count
    return at


@jit
def _written(
    points: Points,
    at: Longs,
    number: Longs,
    odd: Mask,
    shown: tuple[Points, Longs],
    numbers: Longs,
    units: Longs,
    out: Points,
) -> tuple[int, Longs]:
    """Write the addresses, if there is room; how long they are, and where each begins."""
    text, its = shown
    ends = np.zeros(len(at), np.int64)
    fill = len(out) > 0
    size = 0
    for row in range(len(at) - 1):
        usual = at[row + 1] > at[row]
        for one in range(at[row], at[row + 1]):
            usual = usual and not odd[number[one]]
        if usual:
            for place in range(numbers[0, row], numbers[1, row]):
                if fill:
                    out[size] = points[place]
                size += 1
            for one in range(at[row], at[row + 1]):
                if fill:
                    out[size] = _BLANK
                size += 1
                for place in range(its[number[one]], its[number[one] + 1]):
                    if fill:
                        out[size] = text[place]
                    size += 1
            if units[1, row] > units[0, row]:
                if fill:
                    out[size], out[size + 1] = _BLANK, _HASH
                size += 2
                for place in range(units[0, row], units[1, row]):
                    if fill:
                        out[size] = points[place]
                    size += 1
        ends[row + 1] = size
    return size, ends
