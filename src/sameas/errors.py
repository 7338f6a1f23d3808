"""Every error that sameas raises on purpose.

    SameasError
    ├── InputError        input that cannot be used at all: a file, a column, a judgement
    ├── PolicyError       a policy that breaks its schema
    ├── OutputError       an output folder that cannot be written, read or continued
    └── MissingExtraError an optional dependency that is not installed

Each carries all faults of its document at once, one `Fault` a place. The command line prints them
and exits with `exit_code`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Fault",
    "InputError",
    "MissingExtraError",
    "OutputError",
    "PolicyError",
    "SameasError",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, what, and what would be right."""

    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} ({self.remedy})" if self.remedy else text


class SameasError(Exception):
    """The root: `except SameasError` catches whatever sameas reports.

    >>> print(InputError([Fault("a.csv", "no rows"), Fault("b.csv", "not found", "see the path")]))
    a.csv: no rows
    b.csv: not found (see the path)
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, faults: Iterable[Fault] | Fault | str) -> None:
        if isinstance(faults, str):
            faults = (Fault("", faults),)
        elif isinstance(faults, Fault):
            faults = (faults,)
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class InputError(SameasError):
    """Input that cannot be used at all."""


class PolicyError(SameasError):
    """A policy that breaks its schema."""


class OutputError(SameasError):
    """An output folder that cannot be written, read or continued."""


class MissingExtraError(SameasError):
    """An optional dependency that is not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(Fault(feature, "not installed", f"pip install 'sameas[{extra}]'"))
