"""A canonical value as its comparison reads it: words, and the whole without blanks."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from sameas.matching.fields.places import GENERIC

if TYPE_CHECKING:
    from sameas.matching.fields.model import FieldKind

__all__ = ["MAX_PARTS", "Parts", "read", "read_once"]

MAX_PARTS = 16
"""Words of a value that are looked at."""
_UK = re.compile(r"([a-z]{1,2}[0-9][a-z0-9]?)[0-9][a-z]{2}")


class Parts(NamedTuple):
    """The words that a kind compares, the whole as one word, and the value as an integer."""

    words: tuple[str, ...]
    tight: str
    amount: int = 0


def read_once(kind: FieldKind, value: str) -> Parts:
    """Read a canonical value; any other text is read somehow, and never raises.

    Names and texts: their words. Email: local part, domain, letters of the local part. Address:
    house number, unit, then the street's own words. Postcode: its area. Number: in thousandths.

    >>> read_once("email", "ann.lee7@example.com").words
    ('ann.lee7', 'example.com', 'annlee')
    >>> read_once("address", "4541 scroggins ct #145")
    Parts(words=('4541', '145', 'scroggins'), tight='scroggins', amount=0)
    """
    if kind == "email":
        local, _, domain = value.rpartition("@")
        letters = local if local.isalpha() else "".join(filter(str.isalpha, local))
        return Parts((local, domain, letters), letters)
    if kind == "address":
        return _address(value)
    if kind == "postcode":
        found = _UK.fullmatch(value)
        return Parts((found[1] if found else value[:3],), value)
    if kind in {"phone", "code"}:
        return Parts((), value)
    if kind == "date":
        return Parts((), "".join(c for c in value if c in "0123456789")[:8])
    if kind == "number":
        return Parts((), "", _thousandths(value))
    words = tuple(value.split(" ")[:MAX_PARTS]) if value else ()
    return Parts(words, value.replace(" ", ""))


read = lru_cache(maxsize=65_536)(read_once)
"""`read_once`, remembered: pairs that come one at a time have most values in common."""


def _address(value: str) -> Parts:
    words = value.split(" ")
    number = words.pop(0) if words[0][:1].isdigit() else ""
    unit = words.pop()[1:] if words and words[-1].startswith("#") else ""
    own = [word for word in words if word not in GENERIC] or words
    return Parts((number, unit, *own[: MAX_PARTS - 2]), "".join(own))


def _thousandths(value: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,16}(?:\.[0-9]{1,3})?", value):
        return 0
    whole, _, part = value.partition(".")
    return int(whole + (part + "000")[:3])
