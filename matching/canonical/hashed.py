"""Hashed emails: digests in one spelling, and the digests that a plain email goes by.

A digest leaves as lower-case hex, whether it came as hex or base64; its length tells the method.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

from sameas.matching.canonical.model import NOTHING, Outcome
from sameas.matching.canonical.text import clean

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["METHODS", "digest", "hash_columns", "hash_names"]

METHODS = {"email_sha256": "sha256", "email_sha1": "sha1", "email_md5": "md5"}
"""Name of the identifier type to the method, the strongest first."""

_LABEL = re.compile(r"(?:(?:sha-?256|sha-?1|md5)[:=]|0x|\\x)", re.IGNORECASE)
_HEX = re.compile(r"[0-9a-fA-F]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_OTHER = {56: "SHA-224", 96: "SHA-384", 128: "SHA-512"}


def digest(raw: str) -> Outcome:
    """An MD5, SHA-1 or SHA-256 digest as lower-case hex.

    >>> digest("D41D8CD98F00B204E9800998ECF8427E").value
    'd41d8cd98f00b204e9800998ecf8427e'
    >>> digest("1B2M2Y8AsgTpgAmY7PhCfg==").value
    'd41d8cd98f00b204e9800998ecf8427e'
    >>> digest("abc").reason
    'not a hash: 3 characters, not 32, 40 or 64 hex digits nor their base64'
    """
    text = clean(raw)
    if not text:
        return NOTHING
    bare = text[found.end() :] if (found := _LABEL.match(text)) else text
    if _HEX.fullmatch(bare):
        if len(bare) in {32, 40, 64}:
            return Outcome(bare.lower())
        if len(bare) in _OTHER:
            method = _OTHER[len(bare)]
            return Outcome(None, f"a {method} hash: only MD5, SHA-1 and SHA-256 are supported")
    if _BASE64.fullmatch(bare) and (decoded := _from_base64(bare)):
        return Outcome(decoded)
    return Outcome(
        None,
        f"not a hash: {len(bare)} characters, not 32, 40 or 64 hex digits nor their base64",
    )


def _from_base64(text: str) -> str | None:
    body = text.rstrip("=").replace("-", "+").replace("_", "/")
    if len(body) not in {22, 27, 43} or len(text) not in {len(body), (len(body) + 3) // 4 * 4}:
        return None
    data = base64.b64decode(body + "=" * (-len(body) % 4))
    # The last character has spare bits. An encoder leaves them zero; a random word does not.
    return data.hex() if base64.b64encode(data).decode().rstrip("=") == body else None


def _forms(raw: str, canonical: str) -> tuple[bytes, bytes]:
    # Those who hash addresses trim and lower-case them first; few do more.
    return raw.strip().lower().encode("utf-8", "replace"), canonical.encode("utf-8", "replace")


def hash_names(raw: str, canonical: str) -> dict[str, frozenset[str]]:
    """The hex digests that a plain email also goes by, by name of the identifier type.

    Both the trimmed, lower-cased raw form and the canonical form are hashed: one digest a method
    where they are equal, else two.

    >>> names = hash_names("Ann@Example.com", "ann@example.com")
    >>> names["email_md5"]
    frozenset({'257c57037d384ae37ea27a07e8a01665'})
    """
    forms = frozenset(_forms(raw, canonical))
    return {
        name: frozenset(
            hashlib.new(method, form, usedforsecurity=False).hexdigest() for form in forms
        )
        for name, method in METHODS.items()
    }


def hash_columns(
    raw: pa.StringArray, canonical: pa.StringArray
) -> dict[str, tuple[pa.StringArray, pa.StringArray]]:
    """`hash_names` of two columns of n rows: for each name the digests of canonical and raw form.

    The raw form's digest is null where the two forms are equal; both are null where either input
    is. Pass distinct pairs: a row costs some microseconds.
    """
    import pyarrow as pa

    pairs = [
        None if r is None or c is None else _forms(r, c)
        for r, c in zip(raw.to_pylist(), canonical.to_pylist(), strict=True)
    ]
    columns = {}
    for name, method in METHODS.items():
        new = getattr(hashlib, method)
        of_canonical = [p and new(p[1], usedforsecurity=False).hexdigest() for p in pairs]
        of_raw = [
            new(p[0], usedforsecurity=False).hexdigest() if p and p[0] != p[1] else None
            for p in pairs
        ]
        columns[name] = (pa.array(of_canonical, pa.string()), pa.array(of_raw, pa.string()))
    return columns
