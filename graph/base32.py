"""Base32 as ids are written in it: RFC 4648's alphabet in lower case, no padding.

The standard library's takes 3 us for fifteen bytes, half of what an observation's id took.
"""

from __future__ import annotations

__all__ = ["base32"]

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]


def base32(data: bytes) -> str:
    """Whole fives of bytes, eight characters each.

    >>> base32(b"sames")
    'onqw2zlt'
    """
    assert len(data) % 5 == 0
    number = int.from_bytes(data, "big")
    return "".join([_PAIRS[number >> at & 1023] for at in range(8 * len(data) - 10, -1, -10)])
