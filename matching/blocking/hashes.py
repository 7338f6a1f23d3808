"""Stable hashes of texts and their mixes: equal on every machine, version and in both forms.

A text is hashed by FNV-1a (Fowler, Noll, Vo) over its UTF-8 bytes, finished by the mixer of
SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). Python's integers define it; the compiled form is
equal by test. Nothing here may change: models that are in use hold no hashes, but stores do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

__all__ = ["BASIS", "PRIME", "combine", "combined", "hash_text", "mixed", "scattered"]

_ALL = (1 << 64) - 1
BASIS = 0xCBF29CE484222325
PRIME = 0x100000001B3
_GOLDEN = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB


def mixed(value: int) -> int:
    """SplitMix64's finisher: each bit of the answer hangs on each bit of the value."""
    value = (value + _GOLDEN) & _ALL
    value = ((value ^ (value >> 30)) * _FIRST) & _ALL
    value = ((value ^ (value >> 27)) * _SECOND) & _ALL
    return value ^ (value >> 31)


def hash_text(text: str) -> int:
    """The hash of a text, 0..2**64-1."""
    found = BASIS
    for byte in text.encode():
        found = ((found ^ byte) * PRIME) & _ALL
    return mixed(found)


def combine(left: int, right: int) -> int:
    """Two hashes as one; the order counts."""
    return mixed(left ^ ((right * _GOLDEN) & _ALL))


@njit(cache=True, nogil=True, inline="always")
def scattered(value: np.uint64) -> np.uint64:
    """`mixed`, compiled."""
    value = value + np.uint64(_GOLDEN)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(_FIRST)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(_SECOND)
    return value ^ (value >> np.uint64(31))


@njit(cache=True, nogil=True, inline="always")
def combined(left: np.uint64, right: np.uint64) -> np.uint64:
    """`combine`, compiled."""
    return scattered(left ^ (right * np.uint64(_GOLDEN)))
