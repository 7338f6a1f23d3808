"""One call as plain data: what is sent, what is answered, and when it may be sent again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Generic, TypeAlias, TypedDict, TypeVar
from urllib.parse import quote

import msgspec

__all__ = [
    "Again",
    "Ask",
    "Identifiers",
    "Row",
    "Time",
    "parts",
    "reading",
    "sent",
    "without_none",
]

Result = TypeVar("Result")

Value: TypeAlias = str | int | float | None
Identifiers: TypeAlias = (
    Mapping[str, Value] | Mapping[str, Iterable[str]] | Iterable[tuple[str, Value]]
)
"""By type a value or several, or pairs of type and value, in any spelling."""
Time: TypeAlias = datetime | str | int
"""A datetime or ISO 8601, without a zone UTC; or milliseconds since 1970."""


class Row(TypedDict, total=False):
    """What one source says of one person; see `merge`."""

    identifiers: Identifiers
    traits: Mapping[str, Any]
    source: str
    record_id: str | int
    time: Time
    first_seen: Time
    message_id: str


class Again(Enum):
    """When a call that had no good answer may be sent again."""

    SAFE = "it only reads"
    KEYED = "an Idempotency-Key says that it is the same"
    REFUSED = "if it was surely not done"


@dataclass(frozen=True, slots=True)
class Ask(Generic[Result]):
    """One call."""

    method: str
    path: str
    answer: Callable[[bytes], Result]
    """What reads the answer's body."""
    body: Any = None
    params: Mapping[str, str | int | float] = field(default_factory=dict)
    again: Again = Again.SAFE
    patience: float = 0
    """Seconds that the answer may take beyond the client's timeout."""
    answers: tuple[int, ...] = (200,)
    """Statuses that are an answer."""


def parts(*names: str) -> str:
    """A path of the API; what is in it is percent-encoded.

    >>> parts("records", "crm", "a/7")
    '/v1/records/crm/a%2F7'
    """
    return "/v1/" + "/".join(quote(name, safe="") for name in names)


def sent(identifiers: Identifiers | None) -> Any:
    """Identifiers as JSON has them.

    >>> sent([("email", "ann@example.com")])
    [{'type': 'email', 'value': 'ann@example.com'}]
    >>> sent({"phone": ("1", "2")})
    {'phone': ['1', '2']}
    """
    if isinstance(identifiers, Mapping):
        return {
            kind: value if value is None or isinstance(value, str | int | float) else list(value)
            for kind, value in identifiers.items()
        }
    return [{"type": kind, "value": value} for kind, value in identifiers or ()]


def without_none(**named: Any) -> dict[str, Any]:
    """What was given.

    >>> without_none(a=1, b=None)
    {'a': 1}
    """
    return {name: value for name, value in named.items() if value is not None}


def reading(kind: type[Result]) -> Callable[[bytes], Result]:
    """What reads an answer as a type; fields that are not known yet are passed over."""
    return msgspec.json.Decoder(kind).decode
