"""What may be sent, as structs: the one place from which bodies are decoded and documented."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

__all__ = [
    "Decide",
    "Erase",
    "Identifiers",
    "Judge",
    "Lookup",
    "MakeKey",
    "Merge",
    "NewModel",
    "NewPolicy",
    "Rudder",
    "SearchFor",
    "Suppress",
    "Typed",
    "Unmerge",
    "Unsuppress",
]


def _any(description: str, *types: str, **more: Any) -> Meta:
    return Meta(
        description=description,
        extra_json_schema={"type": list(types) if len(types) > 1 else types[0], **more},
    )


Value = Annotated[
    Any, _any("Text or a number. Empty or null is no value.", "string", "number", "null")
]
Time = Annotated[
    Any,
    _any(
        "ISO 8601 (without a zone: UTC), or milliseconds or microseconds since 1970.",
        "string", "number", "null",
        examples=["2026-03-01T12:00:00Z", 1772366400000],
    ),
]  # fmt: skip
Traits = Annotated[
    dict[str, Any],
    Meta(
        description="Numbers and truth values become text; objects are flattened: `address.city`.",
        examples=[{"first_name": "Ann", "address": {"city": "Oslo"}}],
    ),
]


class Typed(msgspec.Struct, frozen=True, gc=False):
    """An identifier as it is sent: raw, it is canonicalised by the policy."""

    type: str
    value: Value


Identifiers = Annotated[
    list[Typed] | dict[str, Any],
    Meta(
        description="A list of {type, value}, or an object from type to value or list of values.",
        examples=[
            [{"type": "email", "value": "Ann@Example.com"}],
            {"email": "ann@example.com", "phone": ["+47 22 00 00 01"]},
        ],
    ),
]


class Merge(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """What one source says of one person.

    Without a record id it is an event, and becomes part of the observation of its identifiers.
    """

    identifiers: Identifiers | None = None
    traits: Traits | None = None
    source: str | None = None
    record_id: Annotated[Any, _any("What the source calls it.", "string", "integer", "null")] = None
    time: Time = None
    first_seen: Time = None
    message_id: str | None = None


class Property(msgspec.Struct, gc=False):
    """One identifier of a RudderStack call."""

    type: str
    value: Value


class Rudder(msgspec.Struct, gc=False):
    """The body of RudderStack's merge call. Fields that are not named here are ignored."""

    mergeProperties: list[Property] = msgspec.field(default_factory=list)  # noqa: N815 - theirs
    type: Literal["merge"] = "merge"
    userId: Value = None  # noqa: N815 - theirs
    anonymousId: Value = None  # noqa: N815 - theirs
    messageId: str | None = None  # noqa: N815 - theirs
    timestamp: Time = None
    originalTimestamp: Time = None  # noqa: N815 - theirs


class Lookup(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """One identifier (`type`, `value`), or several (`identifiers`)."""

    identifiers: Identifiers | UnsetType = UNSET
    type: str | UnsetType = UNSET
    value: Value | UnsetType = UNSET


class SearchFor(msgspec.Struct, forbid_unknown_fields=True):
    """Text that an identifier begins with or a trait contains, and traits that must fit."""

    text: str = ""
    traits: dict[str, str] = {}
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class Judge(msgspec.Struct, forbid_unknown_fields=True):
    """A word on two sides; references are `source/record_id` and `type:value`."""

    kind: Literal["same", "different"]
    left: Annotated[list[str], Meta(min_length=1, max_length=1000)]
    right: Annotated[list[str], Meta(min_length=1, max_length=1000)]
    key: Annotated[str, Meta(pattern=r"^[\w.:-]{1,200}$")] | None = None
    """None: one is made."""
    time: Time = None
    author: Annotated[str, Meta(max_length=200)] = ""
    reason: Annotated[str, Meta(max_length=2000)] = ""


class Unmerge(msgspec.Struct, forbid_unknown_fields=True):
    """What to part from the rest of a profile: one of records, identifiers, an earlier id."""

    records: Annotated[list[str], Meta(max_length=1000)] = []
    identifiers: Identifiers = msgspec.field(default_factory=list)
    earlier_id: str | None = None
    author: Annotated[str, Meta(max_length=200)] = ""
    reason: Annotated[str, Meta(max_length=2000)] = ""


class Erase(msgspec.Struct, forbid_unknown_fields=True):
    """Whom to erase: a profile, records, or identifiers."""

    profile_id: str | None = None
    records: Annotated[list[str], Meta(max_length=1000)] = []
    identifiers: Identifiers = msgspec.field(default_factory=list)
    until: Time = None
    author: Annotated[str, Meta(max_length=200)] = ""
    reason: Annotated[str, Meta(max_length=2000)] = ""


class Suppress(msgspec.Struct, forbid_unknown_fields=True):
    """What to hide wherever its event time is not after `until` (none: now)."""

    records: Annotated[list[str], Meta(max_length=1000)] = []
    identifiers: Identifiers = msgspec.field(default_factory=list)
    until: Time = None


class Unsuppress(msgspec.Struct, forbid_unknown_fields=True):
    """What to let be seen again."""

    records: Annotated[list[str], Meta(max_length=1000)] = []
    identifiers: Identifiers = msgspec.field(default_factory=list)


class NewPolicy(msgspec.Struct, forbid_unknown_fields=True):
    """A policy, as the text of policy.toml."""

    policy: str


class NewModel(msgspec.Struct, forbid_unknown_fields=True):
    """A model, as the text of model.json; null or nothing: nothing is matched."""

    model: str | None


class Decide(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody says of an item of the review queue."""

    decision: Literal["same", "different"]
    author: Annotated[str, Meta(max_length=200)] = ""
    reason: Annotated[str, Meta(max_length=2000)] = ""


class MakeKey(msgspec.Struct, forbid_unknown_fields=True):
    """A key to make."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    scopes: Annotated[
        list[Literal["collect", "write", "read", "review", "admin"]], Meta(min_length=1)
    ]
    source: Annotated[str, Meta(min_length=1, max_length=512)] | None = None
