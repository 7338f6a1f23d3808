"""User ids, words and device ids: kept as they are but for what no two systems spell alike."""

from __future__ import annotations

import re

from sameas.matching.canonical.model import NOTHING, Outcome
from sameas.matching.canonical.text import clean, fold

__all__ = ["exact", "folded", "uuid"]

_HEX = r"[0-9a-f]"
_BARE = rf"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}|{_HEX}{{32}}"
_USUAL = re.compile(rf"{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}", re.ASCII)
"""How nearly all are spelled: the other pattern takes three times as long to tell."""
_UUID = re.compile(
    rf"(?:urn:uuid:)?(?:({_BARE})|\{{({_BARE})\}}|\(({_BARE})\))", re.IGNORECASE | re.ASCII
)


def exact(raw: str) -> Outcome:
    """The cleaned text, case kept.

    >>> exact(" User-7 ").value
    'User-7'
    """
    text = clean(raw)
    return Outcome(text) if text else NOTHING


def folded(raw: str) -> Outcome:
    """The cleaned text, case-folded.

    >>> folded(" User-7 ").value
    'user-7'
    """
    text = fold(clean(raw))
    return Outcome(text) if text else NOTHING


def uuid(raw: str) -> Outcome:
    """A UUID in any spelling as lower-case dashed text (RFC 9562); other values as `exact`.

    >>> uuid("{6BA7B810-9DAD-11D1-80B4-00C04FD430C8}").value
    '6ba7b810-9dad-11d1-80b4-00c04fd430c8'
    >>> uuid("Cookie.7").value
    'Cookie.7'
    """
    if _USUAL.fullmatch(raw):
        return Outcome(raw)
    text = clean(raw)
    if not (found := _UUID.fullmatch(text)):
        return Outcome(text) if text else NOTHING
    digits = (found[1] or found[2] or found[3]).replace("-", "").lower()
    return Outcome(f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}")
