"""Every error that sameas raises on purpose.

    SameasError
    ├── InputError        input that cannot be used at all: a file, a column, a judgement
    ├── PolicyError       a policy that breaks its schema
    ├── ModelError        a matching model that cannot be read, or nothing to learn one from
    ├── OutputError       an output folder that cannot be written, read or continued
    ├── EngineError       a call on the online engine that it cannot do
    │   ├── EngineClosedError   it was closed, or is closing
    │   ├── GoneProfileError    a profile id whose last record was withdrawn
    │   ├── UnknownJudgementError a judgement that is not in the ledger
    │   └── UnknownProfileError a profile id that was never issued
    ├── StoreError        a store that cannot do what was asked
    │   ├── StoreClosedError    it was closed
    │   ├── StoreCorruptError   what it holds is damaged
    │   ├── StoreFormatError    no store, or one of another version
    │   ├── StoreFullError      no room is left; nothing was changed
    │   ├── StoreLockedError    somebody else writes to it
    │   ├── StoreReadOnlyError  it may be read, not written
    │   └── StoreRowError       a row that it cannot keep; nothing was changed
    ├── ApiError          what a server answered instead, where no other class says it
    │   └── UnreachableError    no answer came: it may have been done, or not
    └── MissingExtraError an optional dependency that is not installed

Each carries all faults of its document at once, one `Fault` a place. The command line prints them
and exits with `exit_code`; over HTTP the answer has `status` and `code`, and the client raises the
same class again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "ApiError",
    "EngineClosedError",
    "EngineError",
    "Fault",
    "GoneProfileError",
    "InputError",
    "MissingExtraError",
    "ModelError",
    "OutputError",
    "PolicyError",
    "SameasError",
    "StoreClosedError",
    "StoreCorruptError",
    "StoreError",
    "StoreFormatError",
    "StoreFullError",
    "StoreLockedError",
    "StoreReadOnlyError",
    "StoreRowError",
    "UnknownJudgementError",
    "UnknownProfileError",
    "UnreachableError",
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
    status: int = 500
    code: str = "sameas"

    def __init_subclass__(cls) -> None:
        """Name the code after the class, if it has none of its own."""
        if "code" not in vars(cls):
            cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__.removesuffix("Error")).lower()

    def __init__(self, faults: Iterable[Fault] | Fault | str) -> None:
        if isinstance(faults, str):
            faults = (Fault("", faults),)
        elif isinstance(faults, Fault):
            faults = (faults,)
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class InputError(SameasError):
    """Input that cannot be used at all."""

    code = "invalid_body"
    status = 422


class PolicyError(SameasError):
    """A policy that breaks its schema."""

    status = 422


class ModelError(SameasError):
    """A matching model that cannot be read, or records that none can be learnt from."""

    status = 422


class OutputError(SameasError):
    """An output folder that cannot be written, read or continued."""


class EngineError(SameasError):
    """A call on the online engine that it cannot do."""

    code = "conflict"
    status = 409


class EngineClosedError(EngineError):
    """The engine was closed, or is closing."""

    status = 503


class GoneProfileError(EngineError):
    """All records of the profile were withdrawn; its id is never given to anybody else."""

    status = 410


class UnknownJudgementError(EngineError):
    """A judgement that is not in the ledger, or was retracted."""

    status = 404


class UnknownProfileError(EngineError):
    """No profile was ever issued this id."""

    status = 404


class StoreError(SameasError):
    """A store that cannot do what was asked. After a failed commit it is as it was before."""


class StoreClosedError(StoreError):
    """The store, or the reader of it, was closed."""

    status = 503


class StoreCorruptError(StoreError):
    """What the store holds is damaged: go back to a backup."""


class StoreFormatError(StoreError):
    """What was opened is no store, or one of another version."""


class StoreFullError(StoreError):
    """No room is left. Nothing was changed; it may be tried again when there is room."""

    status = 507


class StoreLockedError(StoreError):
    """Somebody else writes to the store: it has one writer at a time."""

    status = 503


class StoreReadOnlyError(StoreError):
    """The store may be read, not written."""

    status = 503


class StoreRowError(StoreError):
    """A row that no store keeps, or that breaks a unique index. Nothing was changed."""


class ApiError(SameasError):
    """What a server answered instead; `code` and `status` are those of the answer."""

    def __init__(
        self, faults: Iterable[Fault] | Fault | str, *, code: str = "api", status: int = 500
    ) -> None:
        super().__init__(faults)
        self.code = code
        self.status = status


class UnreachableError(ApiError):
    """No answer came, however often it was asked: it may have been done, or not."""

    def __init__(self, faults: Iterable[Fault] | Fault | str) -> None:
        super().__init__(faults, code="unreachable", status=503)


class MissingExtraError(SameasError):
    """An optional dependency that is not installed."""

    status = 501

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(Fault(feature, "not installed", f"pip install 'sameas[{extra}]'"))
