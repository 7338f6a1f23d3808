"""The words of one field of a name, and a whole name told apart into fields.

For comparing rather than guarding: particles stay, hyphens part words, and no ending is cut off.
Never raising; at most `MAX_WORDS` words.
"""

from __future__ import annotations

import re
import unicodedata

from sameas.matching.names import latin
from sameas.matching.names.latin import MAX_LENGTH, script_of
from sameas.matching.names.parse import (
    ADORNMENTS,
    CJK,
    MAX_WORDS,
    PARTICLES,
    Word,
    is_pair_of_initials,
    merge_words,
    name_pieces,
    raw_words,
    unadorned,
)
from sameas.matching.names.traits import NOTHING

__all__ = ["field_words", "in_fields", "plain_words"]

NO_NAMES = frozenset(["mr", "mrs", "ms", "dr", "prof", "mx", "mme", "mlle", "herr", "frau"])
_SPECIAL = ADORNMENTS | NOTHING | NO_NAMES | {"mc"}


def plain_words(text: str) -> list[str] | None:
    """The words of a text that holds nothing but usual words, or None: a look at each is enough.

    Where it is a list it equals `field_words`, and the text is no whole name with fields.

    >>> plain_words("Ann Marie Smith"), plain_words("Dr. Smith"), plain_words("Ann Smith-Lee")
    (['ann', 'marie', 'smith'], None, None)
    """
    if not text.isascii() or len(text) > MAX_LENGTH:
        return None
    words = text.lower().split()
    for word in words:
        if not word.isalpha() or word in _SPECIAL or word.startswith("abd"):
            return None
        if len(word) == 2 and is_pair_of_initials(word):
            return None
    return words if 0 < len(words) <= MAX_WORDS else None


def _of_field(words: list[Word]) -> tuple[str, ...]:
    """The words that count in a field, as letters; initials that stand together are parted."""
    kept, _, _ = unadorned(merge_words(words))
    if len(kept) == 1 and kept[0].text in NO_NAMES:
        return ()
    texts: list[str] = []
    for word in kept:
        if word.script == latin.LATIN and is_pair_of_initials(word.text):
            texts.extend(word.text)
        else:
            texts.append(word.text)
    return tuple(texts if len(texts) <= MAX_WORDS else [*texts[: MAX_WORDS - 1], texts[-1]])


def field_words(text: str) -> tuple[str, ...]:
    """The words of one field (given names, or a family name), particles and hyphens included.

    >>> field_words("Dr. Anne-Marie"), field_words("van der Berg Jr."), field_words("J.R.")
    (('anne', 'marie'), ('van', 'der', 'berg'), ('j', 'r'))
    """
    return _of_field(raw_words(text[:MAX_LENGTH]))


def _halves(chunk: str) -> tuple[str, str] | None:
    """A Chinese or Korean name in one run: the family name is its first letter."""
    text = unicodedata.normalize("NFKC", chunk)
    scripts = {script_of(letter) for letter in text}
    if scripts in ({latin.HAN}, {latin.HANGUL}) and len(text) in {2, 3}:
        return text[1:], text[0]
    return None


def in_fields(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The first given name and the family name of a whole name, each as words.

    Text joined by the separator or written `Family, Given` says which is which. Else the family
    name is the last one with its particles; the first one in Chinese, Japanese and Korean.

    >>> in_fields("Dr. Anne-Marie van der Berg"), in_fields("Smith, Ann B.")
    ((('anne', 'marie'), ('van', 'der', 'berg')), (('ann',), ('smith',)))
    >>> in_fields("王小明"), in_fields("Cher")
    ((('xiaoming',), ('wang',)), (('cher',), ()))
    """
    given, family, structured = name_pieces(text[:MAX_LENGTH])
    if structured:
        first = next((found for one in given.split() if (found := field_words(one))), ())
        return first, field_words(family)
    chunks = [
        (chunk, letters)
        for chunk in re.split(r"[\s・·]+", unicodedata.normalize("NFKC", family))
        if (letters := raw_words(chunk))
    ]
    bare = [word for _, letters in chunks for word in letters]
    kept, _, _ = unadorned(bare)
    front = next((at for at in range(len(bare)) if bare[at:][: len(kept)] == kept), 0)
    at = 0
    pieces: list[tuple[str, list[Word]]] = []
    for chunk, letters in chunks:
        inside = [w for place, w in enumerate(letters, at) if front <= place < front + len(kept)]
        at += len(letters)
        if inside:
            pieces.append((chunk, inside))
    if not pieces:
        return (), ()
    if len(pieces) == 1:
        halves = _halves(pieces[0][0])
        if halves is None:
            return _of_field(pieces[0][1]), ()
        return field_words(halves[0]), field_words(halves[1])
    if pieces[0][1][0].script in CJK and not re.search(r"[・·]", text):
        return _of_field(pieces[-1][1]), _of_field(pieces[0][1])
    start = len(pieces) - 1
    while (
        start > 1 and len(pieces[start - 1][1]) == 1 and pieces[start - 1][1][0].text in PARTICLES
    ):
        start -= 1
    behind = [word for _, inside in pieces[start:] for word in inside]
    return _of_field(pieces[0][1]), _of_field(behind)
