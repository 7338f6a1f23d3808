"""What each column of a file is: its role, and why.

A `Mapping` keeps the order of the file's columns and holds every column exactly once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ColumnRole", "Mapping", "Why"]

Why = Literal["policy", "name", "values"]


@dataclass(frozen=True, slots=True)
class ColumnRole:
    """One column: its role and the reason for it."""

    column: str
    role: str
    """`source`, `record_id`, `event_time`, `first_seen`, `message_id`, `withdrawn`, `ignore`,
    `identifier:TYPE` or `trait:NAME`."""
    why: Why
    note: str = ""
    """The reason in words, for a person who wonders."""
    example: str = ""
    order: Literal["dmy", "mdy"] = "dmy"
    """For times: how `03/04/2020` is read."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """The roles of all columns of one file, in the file's order."""

    roles: tuple[ColumnRole, ...]

    def __iter__(self) -> Iterator[ColumnRole]:
        return iter(self.roles)

    def __len__(self) -> int:
        return len(self.roles)

    def __getitem__(self, column: str) -> ColumnRole:
        """The role of a column. Raises KeyError if the file has no such column."""
        for role in self.roles:
            if role.column == column:
                return role
        raise KeyError(column)

    def with_role(self, role: str) -> tuple[ColumnRole, ...]:
        """The columns of one role, or of one kind of role (`identifier`, `trait`)."""
        return tuple(r for r in self.roles if r.role == role or r.role.partition(":")[0] == role)

    def first(self, role: str) -> ColumnRole | None:
        """The only column of a role that at most one column has."""
        return next(iter(self.with_role(role)), None)

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Rows of a table: column, role, why, example (at most 40 characters)."""
        return [
            (r.column, r.role, f"{r.why}: {r.note}" if r.note else r.why, _short(r.example))
            for r in self.roles
        ]

    def columns(self) -> dict[str, str]:
        """Column to role, as the `columns` table of a policy file has it."""
        return {r.column: r.role for r in self.roles}


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"
