"""Text without what nobody sees: whatever comes in, what leaves is NFC, trimmed and encodable."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["clean", "compatible", "fold"]

# White-space controls part two words, so inside a value they become a space; the other controls
# and the format characters (soft hyphen, zero-width, bidi marks, tags) are invisible and go.
# The Arabic and Kaithi number signs are format characters too, but they are drawn: they stay.
_SPACE = re.compile(r"[\t-\r\x1c-\x1f\x85]")
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
_LONE = re.compile(r"[\ud800-\udfff]")


def clean(raw: str) -> str:
    r"""The text without invisible characters and outer white space, in NFC; case is kept.

    Lone surrogates become U+FFFD, so the result can always be encoded as UTF-8.

    >>> clean(" \u200eAnn\x00\u200b ")
    'Ann'
    """
    if raw.isascii() and raw.isprintable():
        return raw.strip()
    text = _UNSEEN.sub("", _SPACE.sub(" ", raw))
    return unicodedata.normalize("NFC", _LONE.sub("\ufffd", text)).strip()


def fold(text: str) -> str:
    """Cleaned text, case-folded until folding changes nothing.

    >>> fold("Straße")
    'strasse'
    """
    if text.isascii():
        return text.lower()
    while (folded := clean(text.casefold())) != text:
        text = folded
    return text


def compatible(text: str) -> str:
    r"""Cleaned text with full-width and other compatibility forms replaced (NFKC).

    >>> compatible("ann\uff20example\uff0ecom")
    'ann@example.com'
    """
    if text.isascii():
        return text
    while (plain := clean(unicodedata.normalize("NFKC", text))) != text:
        text = plain
    return text
