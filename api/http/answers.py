"""What is answered, as structs, where the engine's own values do not say it all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

# what these structs are made of is read at run time
from sameas.api.http.errors import Detail  # noqa: TC001
from sameas.engine.online.events import Refusal, RejectedValue  # noqa: TC001
from sameas.engine.online.view.answers import ChangeEntry, Found  # noqa: TC001

if TYPE_CHECKING:
    from sameas.api.http.errors import Problem
    from sameas.engine.online.events import Answer

__all__ = [
    "Batch",
    "Changes",
    "Counts",
    "Item",
    "Judged",
    "KeyAnswer",
    "Keys",
    "Looked",
    "MadeKey",
    "Ready",
    "Success",
    "item_of",
    "item_of_problem",
]


class Success(msgspec.Struct, frozen=True):
    """What a key with no scope but `collect` is told."""

    success: bool = True


class Counts(msgspec.Struct, frozen=True):
    """The same for many items."""

    accepted: int
    rejected: int
    success: bool = True


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one item of a batch; fields that say nothing are left out."""

    status: int
    code: str | None = None
    message: str | None = None
    details: tuple[Detail, ...] = ()
    profile_id: str | None = None
    record: str | None = None
    position: int | None = None
    created: bool = False
    merged: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    rejected: tuple[RejectedValue, ...] = ()
    duplicate: bool = False
    pending: bool = False
    hidden: bool = False


class Batch(msgspec.Struct, frozen=True):
    """What became of each item, in order."""

    results: list[Item]
    accepted: int
    rejected: int


class Looked(msgspec.Struct, frozen=True):
    """What each identifier answers, in order."""

    results: tuple[Found, ...]


class Changes(msgspec.Struct, frozen=True):
    """A piece of the change feed."""

    changes: tuple[ChangeEntry, ...]
    next: int
    """Send it as `after` for what comes next."""


class Judged(msgspec.Struct, frozen=True):
    """A judgement that was said or taken back."""

    key: str
    position: int


class KeyAnswer(msgspec.Struct, frozen=True):
    """An API key, without its secret."""

    id: str
    name: str
    scopes: tuple[str, ...]
    source: str | None
    created: int
    """Microseconds since 1970."""
    revoked: int | None


class Keys(msgspec.Struct, frozen=True):
    """All API keys."""

    keys: tuple[KeyAnswer, ...]


class MadeKey(msgspec.Struct, frozen=True):
    """A new API key."""

    id: str
    secret: str
    """Shown this once."""


class Ready(msgspec.Struct, frozen=True):
    """Whether the server takes calls."""

    ready: bool
    reason: str = ""


def item_of(answer: Answer) -> Item:
    """An item that was taken in."""
    return Item(
        200,
        profile_id=answer.profile_id,
        record=answer.record,
        position=answer.position,
        created=answer.created,
        merged=answer.merged,
        refused=answer.refused,
        rejected=answer.rejected,
        duplicate=answer.duplicate,
        pending=answer.pending,
        hidden=answer.hidden,
    )


def item_of_problem(problem: Problem) -> Item:
    """An item that was not."""
    return Item(problem.status, problem.code, problem.message, problem.details)
