# ruff: noqa: PLR1714, SIM110
# Compiled code: chains of comparisons and loops compile to branches, sets and generators do not.
"""A sieve before the junk lists: all rows that are junk pass it, and few others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.matching.canonical.kernels import inline, jit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Longs = NDArray[np.int64]
    Mask = NDArray[np.bool_]

__all__ = ["candidates", "signature"]


@inline
def signature(size: int, first: int, second: int, last: int) -> int:
    """A 16-bit sign of a text: its length and three of its bytes, lower-cased."""
    return (size * 40503 + first * 9973 + second * 211 + last * 31) & 65535


@inline
def _lower(byte: int) -> int:
    return byte + 32 if 65 <= byte <= 90 else byte


@inline
def _signed(data: Bytes, start: int, end: int, signs: Mask) -> bool:
    size = end - start
    if size <= 0:
        return False
    second = _lower(data[start + 1]) if size > 1 else 0
    sign = signature(size, _lower(data[start]), second, _lower(data[end - 1]))
    return bool(signs[sign])


@inline
def _hollow(data: Bytes, start: int, end: int) -> bool:
    """Whether a text is of zeros and marks only, or of one character only."""
    marks = True
    one = True
    for i in range(start, end):
        byte = data[i]
        # - . 0 : _ { } and the space
        marks &= (
            byte == 48 or byte == 45 or byte == 46 or byte == 58
            or byte == 95 or byte == 123 or byte == 125 or byte == 32
        )  # fmt: skip
        one &= byte == data[start]
        if not marks and not one:
            return False
    return True


@inline
def _fingered(data: Bytes, start: int, end: int) -> bool:
    """Whether a number ends in five equal digits, in a run of them or in 1212, or has an extension.

    Of eight characters and fewer any may be: five digits may reach into the country code.
    """
    if end - start < 9:
        return True
    step = (int(data[end - 1]) - int(data[end - 2])) % 10
    run = step == 0 or step == 1 or step == 9
    for i in range(end - 4, end - 1):
        run &= (int(data[i]) - int(data[i - 1])) % 10 == step
    if run or (
        data[end - 4] == 49 and data[end - 3] == 50 and data[end - 2] == 49 and data[end - 1] == 50
    ):
        return True
    for i in range(end - 4, start, -1):
        if data[i] == 59:
            return True
    return False


@jit
def candidates(
    kind: int, data: Bytes, offsets: Longs, valid: Mask, signs: Mask, found: Mask
) -> None:
    """Mark the rows that may be junk: all that are, and few others."""
    nulls = valid.size > 0
    for row in range(found.size):
        if nulls and not valid[row]:
            continue
        start, end = offsets[row], offsets[row + 1]
        if kind == 3:
            found[row] = _fingered(data, start, end)
            continue
        found[row] = _signed(data, start, end, signs)
        if kind == 2:
            at = end - 1
            while at > start and data[at] != 64:
                at -= 1
            # The local part, and domains under ".invalid".
            found[row] |= _signed(data, start, at, signs)
            found[row] |= end - at > 8 and data[end - 8] == 46 and data[end - 7] == 105
        elif not found[row]:
            found[row] = _hollow(data, start, end)
