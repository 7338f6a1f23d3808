"""Emails and phones: the canonical identifier; what is nearly one is kept, since typos compare."""

from __future__ import annotations

import re

from sameas.matching.canonical import Options, canonicalise, is_junk
from sameas.matching.names.latin import to_latin

__all__ = ["email", "phone"]


def email(raw: str) -> str:
    """The canonical address, or the folded text if it is none but has a local part and a domain.

    >>> email("Ann.B+x@Googlemail.com"), email("ann@@example,com"), email("none"), email("x@y.z ")
    ('annb@gmail.com', 'ann@@example,com', '', 'x@y.z')
    """
    found = canonicalise("email", raw)
    if found.value is not None:
        return "" if is_junk("email", found.value) else found.value
    if found.reason is None or "@" not in raw:
        return ""
    text = re.sub(r"[^a-z0-9@.,_+-]", "", raw.casefold())
    local, _, domain = text.rpartition("@")
    return text if len(local) > 2 and len(domain) > 2 else ""


def phone(raw: str, *, region: str = "US") -> str:
    """The number in E.164 without its extension; digits that are no number stand as they are.

    >>> phone("(202) 555-0143 x12"), phone("468-202-41234"), phone("000-000-0000"), phone("12")
    ('+12025550143', '46820241234', '', '')
    """
    found = canonicalise("phone", raw, Options(default_region=region))
    if found.value is not None:
        return "" if is_junk("phone", found.value) else found.value.partition(";")[0]
    digits = re.sub(r"\D", "", to_latin(raw[:40]))
    return digits if 7 <= len(digits) <= 15 and len(set(digits)) > 2 else ""
