"""How the threads of a server's processes take turns, and how often garbage is looked for."""

from __future__ import annotations

import gc
import sys

__all__ = ["settle"]

_GARBAGE = (10_000, 20, 20)
"""Objects between two looks for garbage, and how many looks until those that survived are looked at
again: rows and requests go by themselves, cycles are rare."""
_TURN = 0.0005
"""Seconds that a thread goes on when another wants its turn. SQLite lets go of Python's lock at
every statement, and with the 5 ms of Python the writer waits so long for each beside a busy
thread."""


def settle() -> None:
    """Begin to serve: look for garbage among what is made from now on only.

    A full look at the modules and the compiled code stops everybody for a tenth of a second.
    """
    sys.setswitchinterval(_TURN)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE)
