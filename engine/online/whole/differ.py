"""What `verify` finds, a value."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Difference"]


class Difference(NamedTuple):
    """One thing that the store holds otherwise than its inputs say."""

    kind: str
    """What is wrong: `record`, `profile`, `link`, `id` ..."""
    where: str
    """The reference of what it is wrong with."""
    held: str
    """What the store holds."""
    expected: str
    """What follows from the inputs."""
