"""The plain ASCII shapes of each kind, canonicalised in place over Arrow's buffers.

A kernel either writes exactly what the single-value function of its kind would give, or says SLOW
and leaves the row to that function. It never rejects.

One module: the kernels call each other, and numba caches a module as one.
"""

# ruff: noqa: FBT001, PLR1714, SIM109
# One module, though long: the compiler's cache looks at the file of a kernel only, not at those it
# calls. Compiled code: flags are plain arguments, and chains of comparisons compile to branches
# where sets would be objects.
from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Longs = NDArray[np.int64]
    Codes = NDArray[np.int32]
    Mask = NDArray[np.bool_]

_Kernel = TypeVar("_Kernel", bound="Callable[..., object]")

__all__ = ["BLOCK", "CODES", "SLOW", "inline", "jit", "merge", "rewrite", "settled"]

CODES = {"exact": 0, "folded": 1, "email": 2, "phone": 3, "uuid": 4, "hash": 5}
NONE, SAME, EDITED, SLOW = 0, 1, 2, 3
"""What a row came to: no value, canonical as it was, rewritten, left to the function."""

BLOCK = 64
"""Rows that are tested as one: enough to sweep, few enough that most blocks hold no odd row."""

_AT, _DOT, _DASH, _PLUS, _ZERO, _NINE = 64, 46, 45, 43, 48, 57


def jit(function: _Kernel) -> _Kernel:
    # To callers a compiled kernel is the function that it was made from.
    return cast("_Kernel", njit(cache=True, nogil=True)(function))


def inline(function: _Kernel) -> _Kernel:
    # For small ones: a call that takes arrays counts references, some nanoseconds each.
    return cast("_Kernel", njit(cache=True, nogil=True, forceinline=True)(function))


def _table(characters: str) -> Bytes:
    """For each byte: itself, lower-cased, if it is one of the characters; else 0."""
    table = np.zeros(256, np.uint8)
    for character in characters:
        table[ord(character)] = ord(character.lower())
    return table


_LOWER = "abcdefghijklmnopqrstuvwxyz"
_ALNUM = _LOWER + _LOWER.upper() + "0123456789"
HEX = _table("0123456789abcdefABCDEF")
LOCAL = _table(_ALNUM + "._-+")
HOST = _table(_ALNUM + "-")


@inline
def _trim(data: Bytes, start: int, end: int) -> tuple[int, int]:
    while start < end and (data[start] == 32 or 9 <= data[start] <= 13):
        start += 1
    while start < end and (data[end - 1] == 32 or 9 <= data[end - 1] <= 13):
        end -= 1
    return start, end


@inline
def _plain(data: Bytes, start: int, end: int, out: Bytes, at: int, fold: bool) -> int:
    for i in range(start, end):
        byte = data[i]
        if byte < 32 or byte > 126:
            return -1
        if fold and 65 <= byte <= 90:
            byte += 32
        out[at] = byte
        at += 1
    return at


@inline
def _hex(data: Bytes, start: int, end: int, out: Bytes, at: int, table: Bytes) -> int:
    for i in range(start, end):
        byte = table[data[i]]
        if byte == 0:
            return -1
        out[at] = byte
        at += 1
    return at


@jit
def _uuid(data: Bytes, start: int, end: int, out: Bytes, at: int, table: Bytes) -> int:
    """A UUID's place after it was written, -1 if it is none, -2 for the spellings left out."""
    first = data[start]
    if first == 40 or first == 117 or first == 85:  # "(" and "u" of "urn:"
        return -2
    if first == 123:  # "{"
        if data[end - 1] != 125:
            return -1
        start += 1
        end -= 1
    size = end - start
    if size == 36:
        if not (
            data[start + 8] == _DASH
            and data[start + 13] == _DASH
            and data[start + 18] == _DASH
            and data[start + 23] == _DASH
        ):
            return -1
    elif size != 32:
        return -1
    digits = 0
    for i in range(start, end):
        if size == 36 and (i - start == 8 or i - start == 13 or i - start == 18 or i - start == 23):
            continue
        byte = table[data[i]]
        if byte == 0:
            return -1
        if digits == 8 or digits == 12 or digits == 16 or digits == 20:
            out[at] = _DASH
            at += 1
        out[at] = byte
        at += 1
        digits += 1
    return at


@jit
def _email(
    data: Bytes,
    start: int,
    end: int,
    out: Bytes,
    at: int,
    local: Bytes,
    host: Bytes,
    dots: bool,
    tags: bool,
) -> int:
    begin = at
    plus = -1
    dot = False
    i = start
    while i < end:
        byte = local[data[i]]
        if byte == 0:
            break
        if byte == _PLUS and plus < 0:
            plus = at
        dot |= byte == _DOT
        out[at] = byte
        at += 1
        i += 1
    if i == start or i == end or data[i] != _AT or i - start > 64 or end - i > 254:
        return -1
    sign = at
    out[at] = _AT
    at += 1
    i += 1
    label = 0  # length of the label so far
    labels = 0
    while i < end:
        byte = data[i]
        if byte == _DOT:
            if label == 0 or label > 63 or out[at - 1] == _DASH:
                return -1
            labels += 1
            label = 0
            out[at] = _DOT
        else:
            byte = host[byte]
            if byte == 0 or (label == 0 and byte == _DASH):
                return -1
            # "xn--", or what may become it, is for the library.
            if label == 3 and byte == _DASH and out[at - 1] == _DASH:
                return -1
            out[at] = byte
            label += 1
        at += 1
        i += 1
    if labels == 0 or label == 0 or label > 63 or out[at - 1] == _DASH:
        return -1
    if out[at - label] <= _NINE:  # a last label of digits; "3com" goes the slow way for nothing
        return -1
    size = at - sign
    if size == 15 and out[sign + 1] == 103 and out[sign + 6] == 101:  # "@g....e", googlemail.com
        return -1
    if plus < 0 and not dot:
        return at
    gmail = (
        size == 10
        and out[sign + 1] == 103
        and out[sign + 2] == 109
        and out[sign + 3] == 97
        and out[sign + 4] == 105
        and out[sign + 5] == 108
        and out[sign + 6] == _DOT
        and out[sign + 7] == 99
        and out[sign + 8] == 111
        and out[sign + 9] == 109
    )
    if not gmail:
        return -1 if plus >= 0 and tags else at
    stop = plus if plus >= 0 and tags else sign
    put = begin
    for j in range(begin, stop):
        if not (dots and out[j] == _DOT):
            out[put] = out[j]
            put += 1
    if put == begin:
        return -1
    for j in range(size):
        out[put + j] = out[sign + j]
    return put + size


@jit
def _phone(
    data: Bytes,
    start: int,
    end: int,
    out: Bytes,
    at: int,
    nanp: bool,
    firsts: Longs,
    lengths: Longs,
) -> int:
    """E.164 as it is, where the plan's table settles it; ten NANP digits in plain punctuation.

    NANP: a national significant number has ten digits and starts with 2 to 9, the national prefix
    is 1, and so is the country code. Ten such digits, or eleven with the 1, are read alike in all
    its regions.
    """
    begin = at
    plus = data[start] == _PLUS
    out[at] = _PLUS
    at += 1
    spaced = False
    for i in range(start + plus, end):
        byte = data[i]
        if _ZERO <= byte <= _NINE:
            if at - begin > 18:
                return -1
            out[at] = byte
            at += 1
        elif byte == 32 or byte == _DASH or byte == _DOT or byte == 40 or byte == 41:
            spaced = True
        else:
            return -1
    size = at - begin - 1
    if plus and not spaced and size >= 6 and out[begin + 1] != _ZERO:
        code = 0
        for width in range(1, 4):
            code = code * 10 + out[begin + width] - _ZERO
            if lengths[code] != 0:
                first = out[begin + width + 1] - _ZERO
                if (firsts[code] >> first) & 1 and (lengths[code] >> (size - width)) & 1:
                    return at
                return -1
        return -1
    first = out[begin + 1]
    if size == 11 and first == 49 and (nanp or plus) and out[begin + 2] >= 50:
        return at
    if size == 10 and nanp and not plus and first >= 50:
        for i in range(at - 1, begin, -1):
            out[i + 1] = out[i]
        out[begin + 1] = 49
        return at + 1
    return -1


@jit
def _one(
    kind: int,
    data: Bytes,
    start: int,
    end: int,
    out: Bytes,
    at: int,
    flags: Mask,
    tables: tuple[Bytes, Bytes, Bytes],
    plans: tuple[Longs, Longs],
) -> int:
    if kind <= 1:
        return _plain(data, start, end, out, at, kind == 1)
    if kind == 2:
        return _email(data, start, end, out, at, tables[0], tables[1], flags[0], flags[1])
    if kind == 3:
        return _phone(data, start, end, out, at, flags[2], plans[0], plans[1])
    if kind == 4:
        new = _uuid(data, start, end, out, at, tables[2])
        if new == -1:
            return _plain(data, start, end, out, at, False)
        return -1 if new == -2 else new
    size = end - start
    if size == 32 or size == 40 or size == 64:
        return _hex(data, start, end, out, at, tables[2])
    return -1


@inline
def _printable(text: Bytes, fold: bool) -> bool:
    """Whether ASCII text has neither space nor control, nor a capital if it is to be folded."""
    bad = False
    if fold:
        for byte in text:
            bad |= (byte < 33) | (byte > 126) | ((byte >= 65) & (byte <= 90))
    else:
        for byte in text:
            bad |= (byte < 33) | (byte > 126)
    return not bad


@inline
def _dashes(text: Bytes) -> int:
    """How many dashes there are among lower-case hexadecimal digits; -1 if there is anything else.

    A sweep that the compiler vectorises.
    """
    bad = False
    dashes = 0
    for byte in text:
        dash = byte == _DASH
        bad |= not (dash | (byte >= 48) & (byte <= 57) | (byte >= 97) & (byte <= 102))
        dashes += dash
    return -1 if bad else dashes


@inline
def _parted(text: Bytes) -> bool:
    """Whether a text is as long as a UUID and has dashes where one has."""
    return (
        text.size == 36
        and text[8] == _DASH
        and text[13] == _DASH
        and text[18] == _DASH
        and text[23] == _DASH
    )


@inline
def _settled_emails(data: Bytes, offsets: Codes, valid: Mask, low: int, high: int) -> bool:
    """Whether all rows that are not null are plain addresses in canonical form.

    One sweep over the text of all rows, which the compiler vectorises, sees the alphabet and the
    number of "@"; a glance at each row from its end does the rest.
    """
    bad = False
    signs = 0
    before = np.uint8(97)
    for byte in data[offsets[low] : offsets[high]]:
        letter = (byte >= 97) & (byte <= 122) | (byte >= 48) & (byte <= 57) | (byte == 95)
        sign = byte == 64
        mark = (byte == 46) | (byte == 45)
        bad |= not (letter | sign | mark)
        # No mark after a mark or after the "@": no empty label, none with a hyphen first or last.
        bad |= mark & ((before == 46) | (before == 45) | (before == 64))
        signs += sign
        before = byte
    if bad:
        return False
    nulls = valid.size > 0
    for row in range(low, high):
        if nulls and not valid[row]:
            continue
        signs -= 1
        start, end = offsets[row], offsets[row + 1]
        at = end - 1
        dot = np.int64(-1)
        while at > start and data[at] != _AT:
            if data[at] == _DOT and dot < 0:
                dot = at
            bad |= data[at] == 95
            at -= 1
        if bad or at <= start or at - start > 64 or end - at > 64 or end - at < 4:
            return False
        if dot < 0 or dot == end - 1 or data[dot + 1] <= _NINE or data[end - 1] == _DASH:
            return False
        size = end - at
        if size == 15 and data[at + 1] == 103:
            return False
        if size == 10 and data[at + 1] == 103 and data[at + 2] == 109:
            for i in range(start, at):
                bad |= data[i] == _DOT
            if bad:
                return False
    return bool(signs == 0)


@inline
def _settled_phones(
    data: Bytes, offsets: Codes, valid: Mask, low: int, high: int, firsts: Longs, lengths: Longs
) -> bool:
    """Whether all rows that are not null are E.164 that the plans' table settles."""
    bad = False
    signs = 0
    for byte in data[offsets[low] : offsets[high]]:
        sign = byte == _PLUS
        bad |= not (sign | (byte >= _ZERO) & (byte <= _NINE))
        signs += sign
    if bad:
        return False
    nulls = valid.size > 0
    for row in range(low, high):
        if nulls and not valid[row]:
            continue
        signs -= 1
        start = offsets[row]
        size = offsets[row + 1] - start
        if data[start] != _PLUS or size < 7 or size > 18 or data[start + 1] == _ZERO:
            return False
        code = 0
        good = False
        for width in range(1, 4):
            code = code * 10 + data[start + width] - _ZERO
            if lengths[code] != 0:
                digit = np.int64(data[start + width + 1]) - _ZERO
                good = bool((firsts[code] >> digit) & (lengths[code] >> (size - 1 - width)) & 1)
                break
        if not good:
            return False
    return bool(signs == 0)


@inline
def _settled_uuids(data: Bytes, offsets: Codes, valid: Mask, low: int, high: int) -> bool:
    """Whether all rows that are not null are lower-case dashed UUIDs."""
    dashes = _dashes(data[offsets[low] : offsets[high]])
    nulls = valid.size > 0
    for row in range(low, high):
        if nulls and not valid[row]:
            continue
        dashes -= 4
        if dashes < 0 or not _parted(data[offsets[row] : offsets[row + 1]]):
            return False
    return bool(dashes == 0)


@inline
def _settled_row(kind: int, text: Bytes) -> bool:
    """Whether a hash, or a user id where UUIDs may be, is surely canonical as it is."""
    size = text.size
    if kind == 5:
        return (size == 32 or size == 40 or size == 64) and _dashes(text) == 0
    first = text[0]
    if size == 32 or first == 123 or first == 40 or first == 117 or first == 85:
        return False
    if _parted(text):
        return bool(_dashes(text) == 4)
    return _printable(text, False)


@jit
def settled(
    kind: int,
    data: Bytes,
    offsets: Codes,
    valid: Mask,
    plans: tuple[Longs, Longs],
    blocks: Mask,
) -> bool:
    """Mark the blocks of 64 rows that are surely canonical as they are; whether all of them are.

    A null that hides text is not: what is left behind has to be without it.
    """
    rows = offsets.size - 1
    nulls = valid.size > 0
    firsts, lengths = plans
    count = 0
    for block in range(blocks.size):
        low = block * BLOCK
        high = min(low + BLOCK, rows)
        shortest = 1
        hidden = 0
        for row in range(low, high):
            size = offsets[row + 1] - offsets[row]
            if nulls and not valid[row]:
                hidden += size
            else:
                shortest = min(shortest, size)
        good = shortest > 0 and hidden == 0
        if good and kind <= 1:
            good = _printable(data[offsets[low] : offsets[high]], kind == 1)
        elif good and kind == 2:
            good = _settled_emails(data, offsets, valid, low, high)
        elif good and kind == 3:
            good = _settled_phones(data, offsets, valid, low, high, firsts, lengths)
        elif good and not (kind == 4 and _settled_uuids(data, offsets, valid, low, high)):
            for row in range(low, high):
                if nulls and not valid[row]:
                    continue
                if not _settled_row(kind, data[offsets[row] : offsets[row + 1]]):
                    good = False
                    break
        blocks[block] = good
        count += good
    return bool(count == blocks.size)


@jit
def rewrite(
    kind: int,
    data: Bytes,
    offsets: Longs,
    valid: Mask,
    blocks: Mask,
    out: Bytes,
    ends: Longs,
    states: Bytes,
    flags: Mask,
    tables: tuple[Bytes, Bytes, Bytes],
    plans: tuple[Longs, Longs],
) -> tuple[int, int]:
    """Canonicalise n rows from `data[offsets[i]:offsets[i + 1]]` into `out`.

    `valid` is empty where no row is null, `blocks` is what `settled` marked. `out` must hold the
    text and six bytes a row more; `ends[i + 1]` is where row i ends in it. Returns how many rows
    are not SAME (or null as before), and how many SLOW.
    """
    other = 0
    slow = 0
    ends[0] = 0
    at = ends[0]  # a literal 0 would compile every kernel a second time, for literals
    nulls = valid.size > 0
    for block in range(blocks.size):
        low = block * BLOCK
        high = min(low + BLOCK, states.size)
        if blocks[block]:
            shift = at - offsets[low]
            for row in range(low, high):
                states[row] = NONE if nulls and not valid[row] else SAME
                ends[row + 1] = offsets[row + 1] + shift
            # Not a slice assignment: its error messages alone take two seconds to compile.
            for i in range(offsets[low], offsets[high]):
                out[at] = data[i]
                at += 1
            continue
        for row in range(low, high):
            begin, stop = offsets[row], offsets[row + 1]
            if nulls and not valid[row]:
                states[row] = NONE
                ends[row + 1] = at
                continue
            start, end = _trim(data, begin, stop)
            if start == end:
                states[row] = NONE
                other += 1
                ends[row + 1] = at
                continue
            new = _one(kind, data, start, end, out, at, flags, tables, plans)
            if new < 0:
                states[row] = SLOW
                slow += 1
            else:
                same = new - at == stop - begin
                if same:
                    for i in range(stop - begin):
                        same &= out[at + i] == data[begin + i]
                states[row] = SAME if same else EDITED
                other += not same
                at = new
            ends[row + 1] = at
    return other + slow, slow


@jit
def merge(
    states: Bytes,
    out: Bytes,
    ends: Longs,
    codes: Codes,
    known: Bytes,
    known_offsets: Longs,
    known_valid: Mask,
    target: Bytes,
    offsets: Longs,
    valid: Mask,
) -> None:
    """Put the rewritten rows and the slow rows' values into one column.

    `codes` names the value of each slow row, in order. With an empty `target` only `offsets` and
    `valid` are filled, so that the caller can size it.
    """
    at = 0
    slow = 0
    copy = target.size > 0
    offsets[0] = 0
    for row in range(states.size):
        state = states[row]
        valid[row] = state != NONE
        if state == SLOW:
            code = codes[slow]
            slow += 1
            valid[row] = known_valid[code]
            low, high = known_offsets[code], known_offsets[code + 1]
            if copy:
                for i in range(high - low):
                    target[at + i] = known[low + i]
            at += high - low
        else:
            low, high = ends[row], ends[row + 1]
            if copy:
                for i in range(high - low):
                    target[at + i] = out[low + i]
            at += high - low
        offsets[row + 1] = at
