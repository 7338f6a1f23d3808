"""Work that compiled code does without the interpreter's lock, spread over the processors.

What comes out is the same with any number of threads: whoever spreads work cuts it into pieces
that do not know each other.

>>> each(abs, [-2, 1, -3])
[2, 1, 3]
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["alone", "each", "processors"]

Item = TypeVar("Item")
Result = TypeVar("Result")

_HERE = threading.local()


def processors() -> int:
    """How many threads work that is spread from here gets: the processors that we may run on.

    `taskset` and the like lower it; inside of `alone` it is 1.
    """
    if getattr(_HERE, "alone", False):
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def alone() -> Iterator[None]:
    """Inside of it this thread spreads nothing: others are waiting for the processors."""
    before = getattr(_HERE, "alone", False)
    _HERE.alone = True
    try:
        yield
    finally:
        _HERE.alone = before


def each(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """The result for each item, in their order; several at a time.

    Raises:
        Exception: what the work on an item raised, the first of them; no other item is begun then.
    """
    items = list(items)
    several = min(processors(), len(items))
    if several <= 1:
        return [work(item) for item in items]

    def one(item: Item) -> Result:
        with alone():
            return work(item)

    with ThreadPoolExecutor(several, thread_name_prefix="sameas-each") as pool:
        return list(pool.map(one, items))
