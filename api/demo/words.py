"""The words in which the demo speaks to a newcomer: records, identifiers and times, plainly."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sameas.api.demo.answer import Member
    from sameas.graph.model import Identifier

__all__ = ["day", "noun", "plain", "record", "scripts", "short", "who"]

_SOURCES = {
    "crm": "CRM",
    "web": "web shop",
    "mobile": "app",
    "pos": "store",
    "call": "call centre",
}
_TYPES = {
    "user_id": "account",
    "email": "email",
    "email_sha256": "hashed email",
    "loyalty_card": "loyalty card",
    "phone": "phone",
    "device_id": "device",
    "advertising_id": "advertising id",
    "anonymous_id": "cookie",
}


def short(text: str, width: int = 28) -> str:
    """The text, cut in the middle if it is longer than `width` characters.

    >>> short("24cc560c-c6a9-4ea9-be90-13b401f09158", 13)
    '24cc56…f09158'
    """
    if len(text) <= width:
        return text
    half = (width - 1) // 2
    return f"{text[:half]}…{text[-half:]}"


def noun(type_: str) -> str:
    """What people call a type of identifier: `anonymous_id` is a cookie."""
    return _TYPES.get(type_, type_)


def plain(identifier: Identifier) -> str:
    """An identifier in words: `phone +4930123456`."""
    width = 13 if len(identifier.value) >= 32 and "@" not in identifier.value else 40
    return f"{noun(identifier.type)} {short(identifier.value, width)}"


def record(member: Member) -> str:
    """A record in words, its name as the source spells it: `CRM K1 "Ann Smith"`."""
    source = _SOURCES.get(member.key.source, member.key.source)
    name = f" “{member.name}”" if member.name else ""
    return f"{source} {short(member.key.record_id, 13)}{name}"


def who(members: Sequence[Member]) -> str:
    """The most telling name of some records, or that there is none."""
    named = [m for m in members if m.name]
    crm = [m for m in named if m.key.source == "crm"]
    return (crm or named)[0].name if named else "somebody without a name"


def day(micros: int) -> str:
    """The UTC day of a time in microseconds.

    >>> day(0)
    '1970-01-01'
    """
    return datetime.fromtimestamp(micros // 1_000_000, UTC).strftime("%Y-%m-%d")


def scripts(text: str) -> frozenset[str]:
    """The scripts that the letters of a text are of.

    >>> sorted(scripts("Анна Anna"))
    ['CYRILLIC', 'LATIN']
    """
    return frozenset(unicodedata.name(c, "?").split()[0] for c in text if c.isalpha())
