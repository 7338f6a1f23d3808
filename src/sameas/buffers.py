"""Arrays over other people's memory, and what makes compiled code see them alike.

Whether an array may be written to, and how it is laid out, is part of its type: code is compiled
once more for the other kind, seconds in which somebody waits. So what is only read is marked so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["read_as", "read_only"]

Scalar = TypeVar("Scalar", bound=np.generic)


def read_only(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """A view that may not be written to, whatever the array itself may.

    >>> read_only(np.zeros(2)).flags.writeable
    False
    """
    view = array.view()
    view.flags.writeable = False
    return view


def read_as(buffer: Any, kind: type[Scalar]) -> NDArray[Scalar]:
    """What a buffer holds, not copied; None, or no bytes: an empty array.

    >>> read_as(bytearray(b"ab"), np.uint8)
    array([97, 98], dtype=uint8)
    >>> read_as(None, np.int32)
    array([], dtype=int32)
    """
    found = np.frombuffer(buffer, kind) if buffer else np.empty(0, kind)
    found.flags.writeable = False
    return found
