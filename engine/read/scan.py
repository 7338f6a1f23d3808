"""Where the rows of a CSV text start, and how many fields each has.

One pass of a state machine over the bytes, with the quoting rules of RFC 4180 as Arrow's parser
has them: a quote opens a field only as its first character, a doubled one is a character, and rows
end at CR, LF or CRLF outside quotes. Arrow then never meets a row that it would refuse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from sameas.buffers import read_as

__all__ = ["Scan", "scan"]

_QUOTE, _LF, _CR, _SPACE, _TAB = 34, 10, 13, 32, 9
MAX_QUOTED = 1 << 20
"""Bytes after which an open quote is a stray one: the longest sensible cell of text."""

_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scan:
    """The complete rows of a block; empty lines are left out."""

    starts: _Ints
    """Offset of each row's first byte."""
    ends: _Ints
    """Offset after each row's line break."""
    lines: _Ints
    """Physical line of each row, 0-based within the block."""
    fields: _Ints
    """Fields of each row; 0 for a row that opens a quote and never closes it."""
    filled: _Ints
    """Number of the last field that holds anything, 1-based; 0 if none does."""
    used: int
    """Bytes up to the end of the last complete row."""
    used_lines: int
    """Physical lines in those bytes."""


def scan(block: bytes, delimiter: str, *, last: bool) -> Scan:
    r"""Find the rows of a block that starts at a row's start.

    Args:
        block: UTF-8 text.
        delimiter: one ASCII character.
        last: nothing follows, so an unfinished row is a row.

    >>> found = scan(b'a,"x\ny"\n\nb,2,3\nrest', ",", last=False)
    >>> found.fields.tolist(), found.lines.tolist(), found.used
    ([2, 3], [0, 3], 15)
    """
    data = read_as(block, np.uint8)
    room = max(16, len(block) // 8)
    while True:
        out = np.empty((5, room), np.int64)
        rows, used, used_lines = _scan(data, ord(delimiter), last, MAX_QUOTED, out)
        if rows >= 0:
            starts, ends, lines, fields, filled = (np.ascontiguousarray(r[:rows]) for r in out)
            return Scan(starts, ends, lines, fields, filled, int(used), int(used_lines))
        room = len(block) + 1


@numba.njit(cache=True, nogil=True)
def _scan(data, delimiter, last, max_quoted, out):  # type: ignore[no-untyped-def]  # compiled  # noqa: ANN001, ANN202
    n = len(data)
    rows = 0
    start = 0
    line = 0  # physical lines before position i
    first_line = 0
    fields = 1
    filled = 0
    used = 0
    used_lines = 0
    quoted = False
    opened = 0
    field_start = True
    i = 0
    while i < n or (quoted and last):
        if quoted and (i >= n or i - opened > max_quoted):
            # A stray quote: give up this line alone, and go on after its line break.
            i = start
            while i < n and data[i] != _LF and data[i] != _CR:
                i += 1
            if i >= n and not last:
                break
            line = first_line
            fields = 0
            filled = 0
            quoted = False
            if i >= n:
                break
        c = data[i]
        if quoted:
            if c == _QUOTE:
                if i + 1 < n and data[i + 1] == _QUOTE:
                    i += 2
                    filled = fields
                    continue
                quoted = False
            else:
                filled = fields
                if c == _LF or (c == _CR and not (i + 1 < n and data[i + 1] == _LF)):
                    line += 1
            i += 1
            continue
        if c == delimiter:
            fields += 1
            field_start = True
        elif c == _LF or c == _CR:  # noqa: PLR1714, SIM109  (compiled: plain comparisons)
            width = 1
            if c == _CR:
                if i + 1 >= n and not last:
                    break
                if i + 1 < n and data[i + 1] == _LF:
                    width = 2
            line += 1
            if i > start:
                if rows >= out.shape[1]:
                    return -1, 0, 0
                out[0, rows] = start
                out[1, rows] = i + width
                out[2, rows] = first_line
                out[3, rows] = fields
                out[4, rows] = filled
                rows += 1
            i += width
            start = i
            used = i
            used_lines = line
            first_line = line
            fields = 1
            filled = 0
            field_start = True
            continue
        elif c == _QUOTE and field_start:
            quoted = True
            opened = i
            field_start = False
        else:
            field_start = False
            if c != _SPACE and c != _TAB:  # noqa: PLR1714
                filled = fields
        i += 1
    if last and start < n:
        if rows >= out.shape[1]:
            return -1, 0, 0
        out[0, rows] = start
        out[1, rows] = n
        out[2, rows] = first_line
        out[3, rows] = fields
        out[4, rows] = filled
        rows += 1
        used = n
        used_lines = line + 1
    return rows, used, used_lines
