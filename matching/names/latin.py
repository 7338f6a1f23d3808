"""Any text in Latin letters: total, deterministic, and `a`-`z`, digits and separators only.

The library romanises every script letter by letter. What is changed before it does:

- Turkish: `İ` and `ı` are `i`, as a reader without a Turkish keyboard types them.
- Arabic and Hebrew: the letters that stand for long vowels are kept (alef `a`, waw and vav `w`,
  ye and yod `y`), because names are told apart by them; the library drops some of them.
- Greek and Ukrainian digraphs and letters that are read otherwise than letter by letter.
- Signs that are no letters (emoji, symbols, lone surrogates, controls) are separators; the library
  would spell them out.
"""

# ruff: noqa: RUF001, RUF002 letters that look like Latin ones are the subject

from __future__ import annotations

import unicodedata
from functools import lru_cache

from anyascii import anyascii

__all__ = ["MAX_LENGTH", "Script", "script_of", "to_latin"]

MAX_LENGTH = 200
"""Characters of a name that are read; what follows is no name."""

Script = int
LATIN, CYRILLIC, GREEK, ARABIC, HEBREW, HAN, KANA, HANGUL, OTHER = range(9)

_RANGES: tuple[tuple[int, int, Script], ...] = (
    (0x0000, 0x036F, LATIN),
    (0x0370, 0x03FF, GREEK),
    (0x0400, 0x052F, CYRILLIC),
    (0x0590, 0x05FF, HEBREW),
    (0x0600, 0x06FF, ARABIC),
    (0x0750, 0x077F, ARABIC),
    (0x08A0, 0x08FF, ARABIC),
    (0x1100, 0x11FF, HANGUL),
    (0x1E00, 0x1EFF, LATIN),
    (0x1F00, 0x1FFF, GREEK),
    (0x3005, 0x3007, HAN),
    (0x3040, 0x30FF, KANA),
    (0x3130, 0x318F, HANGUL),
    (0x31F0, 0x31FF, KANA),
    (0x3400, 0x9FFF, HAN),
    (0xAC00, 0xD7AF, HANGUL),
    (0xF900, 0xFAFF, HAN),
    (0x20000, 0x3FFFF, HAN),
)

_LETTERS = str.maketrans(
    {
        "İ": "i",
        "ı": "i",
        # Arabic, Persian, Urdu
        "ا": "a",
        "أ": "a",
        "إ": "i",
        "آ": "a",
        "ٱ": "a",
        "ع": "a",
        "ى": "a",
        "ة": "a",
        "و": "w",
        "ؤ": "w",
        "ي": "y",
        "ی": "y",
        "ئ": "y",
        "ء": "",
        "ـ": "",
        # Hebrew
        "א": "a",
        "ע": "a",
        "ו": "w",
        "י": "y",
        "כ": "q",  # not k: beside a following he it would be read as the digraph kh
        "ק": "q",
        "ח": "h",
        # Ukrainian
        "є": "ye",
        "Є": "ye",
        "ї": "yi",
        "Ї": "yi",
        # signs that belong to a word and have no sound of their own
        "ʼ": "",
        "ʻ": "",
        "ʹ": "",
        "’": "",
        "‘": "",
        "'": "",
        "`": "",
        "´": "",
        "׳": "",
        "ー": "",
        "\u200c": "",
        "\u200d": "",
        "\ufeff": "",
        "\u00ad": "",
    }
)
_GREEK = (("ου", "ou"), ("αυ", "av"), ("ευ", "ev"), ("μπ", "b"), ("ντ", "nt"), ("γκ", "g"))


def script_of(text: str) -> Script:
    """The script of the first letter that is not Latin; Latin if there is none.

    >>> script_of("Anna") == LATIN, script_of("Анна") == CYRILLIC
    (True, True)
    """
    for char in text:
        code = ord(char)
        if code < 0x370:
            continue
        for first, last, script in _RANGES:
            if first <= code <= last:
                if script != LATIN:
                    return script
                break
        else:
            if char.isalpha():
                return OTHER
    return LATIN


def _separate(char: str) -> str:
    """The character if it is part of a word, a hyphen as a hyphen, else a blank."""
    category = unicodedata.category(char)
    if category[0] in "LMN":
        return char
    return "-" if category == "Pd" else " "


@lru_cache(maxsize=65_536)
def to_latin(text: str) -> str:
    """The text in lower-case Latin letters, digits, hyphens and single blanks.

    >>> [to_latin(text) for text in ("Олександр", "王小明", "İbrahim ŁUKASZ", "O'Brien-Ré")]
    ['oleksandr', 'wangxiaoming', 'ibrahim lukasz', 'obrien-re']
    >>> to_latin("😀 .,")
    ''
    """
    if text.isascii():
        plain = text.translate(_LETTERS).lower()
    else:
        plain = unicodedata.normalize("NFKC", text).translate(_LETTERS).casefold()
        for greek, latin in _GREEK:
            plain = plain.replace(greek, latin)
        # A casefolded İ that came in pieces is i and a combining dot: marks are the library's.
        plain = "".join(map(_separate, plain))
        plain = anyascii(plain).lower()
    kept = [c if c.isalnum() or c == "-" else "" if c in "'`" else " " for c in plain]
    return " ".join("".join(kept).split())
