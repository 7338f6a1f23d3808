"""What a key reads of a canonical value: pure, total and bounded.

Every transform gives a few texts, none for a value that says nothing to it. Values are canonical
already; here they only become coarser, so that an error in the rest of the value does no harm.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sameas.matching.names import to_latin
from sameas.matching.names.diminutives import groups
from sameas.matching.names.sound import ALPHABET, symbols

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["HEARD", "MAX_VALUES", "SOUNDS", "TRANSFORMS", "apply", "sound_of"]

MAX_VALUES = 5
"""Texts that one value gives at most."""

_WORD = re.compile(r"[^\W_]+")
_DATE = re.compile(r"(\d{4})-?(\d\d)?-?(\d\d)?")
_DIGITS = re.compile(r"\d+")
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_NOT_ALNUM = re.compile(r"[\W_]+")
_BRITISH = re.compile(r"[a-z]{1,2}\d[a-z\d]?\d[a-z]{2}", re.IGNORECASE)

SOUNDS = 5
"""Classes of consonants that are heard of a word at most."""
_CLASSES = ("pbfv", "td", "kg", "szSCjc", "lr", "mn")


def _heard() -> NDArray[np.int64]:
    found = np.zeros(len(ALPHABET), np.int64)
    for number, letters in enumerate(_CLASSES, start=1):
        for letter in letters:
            found[ALPHABET.index(letter)] = number
    return found


HEARD = _heard()
"""The class of each symbol, 0 if it is heard only in front. Shape (symbols,)."""
_SOUND = {code: str(number) for code, number in enumerate(HEARD.tolist()) if number}


@lru_cache(maxsize=200_000)
def sound_of(word: str) -> str:
    """How a word sounds, roughly: its classes of consonants, as scripts keep them apart.

    Vowels, `h`, `w` and `y` are not heard, except that a word may begin with one of them; sounds
    that some script merges are one, neighbours of one class too.

    >>> sound_of("mohammad") == sound_of("muhamed"), sound_of("smith") == sound_of("smyth")
    (True, True)
    """
    found = ""
    for place, symbol in enumerate(symbols(word)):
        heard = _SOUND.get(symbol, "0" if place == 0 else "")
        if heard and not found.endswith(heard):
            found += heard
    return found[:SOUNDS]


def _words(value: str) -> list[str]:
    latin = value if value.isascii() else to_latin(value)
    return _WORD.findall(latin)[:MAX_VALUES]


def _sound(value: str) -> list[str]:
    """Each word by its sound; initials have none."""
    return [sound_of(word.lower()) for word in _words(value) if len(word) > 1]


def _rough(value: str) -> list[str]:
    """Each word by the beginning of its sound, a vowel at the front not heard."""
    return [sound.lstrip("0")[:3] for sound in _sound(value)]


def _form(value: str) -> list[str]:
    """Each word by its sound, and by the names that it is a form of."""
    found = _sound(value)
    for word in _words(value):
        found += (f"={group}" for group in sorted(groups(word.lower())))
    return found


def _initial(value: str) -> list[str]:
    """The first letter of the first word."""
    words = _words(value)
    return [words[0][0].lower()] if words else []


def _head(value: str) -> list[str]:
    """The first five letters or digits."""
    found = _NOT_ALNUM.sub("", value)
    return [found[:5]] if len(found) >= 3 else []


def _tail(value: str) -> list[str]:
    """The last seven letters or digits: a phone without its country and area."""
    found = _NOT_ALNUM.sub("", value)
    return [found[-7:]] if len(found) >= 7 else []


def _front(value: str) -> list[str]:
    """All but the last three letters or digits."""
    found = _NOT_ALNUM.sub("", value)
    return [found[:-3]] if len(found) >= 7 else []


def _day(value: str) -> list[str]:
    """Year, month and day, the last two in no order."""
    found = _DATE.fullmatch(value)
    if found is None or found[3] is None:
        return []
    return [found[1] + min(found[2], found[3]) + max(found[2], found[3])]


def _year(value: str) -> list[str]:
    found = _DATE.match(value)
    return [] if found is None else [found[1]]


def _birthday(value: str) -> list[str]:
    """Month and day in no order, without the year."""
    found = _DATE.fullmatch(value)
    if found is None or found[3] is None:
        return []
    return [min(found[2], found[3]) + max(found[2], found[3])]


def _local(value: str) -> list[str]:
    """What stands before the @."""
    local = value.partition("@")[0]
    return [local] if len(local) >= 3 else []


def _letters(value: str) -> list[str]:
    """The letters of what stands before the @."""
    found = _NOT_LETTERS.sub("", value.partition("@")[0])
    return [found] if len(found) >= 4 else []


def _area(value: str) -> list[str]:
    """The part of a postcode that names a district."""
    found = _NOT_ALNUM.sub("", value)
    if _BRITISH.fullmatch(found):
        return [found[:-3]]
    return [found[:3]] if len(found) >= 4 else []


def _street(value: str) -> list[str]:
    """The first number with the longest word: a house."""
    number = _DIGITS.search(value)
    words = [word for word in _WORD.findall(value) if not word[0].isdigit() and len(word) > 2]
    if number is None or not words:
        return []
    return [f"{number[0]} {max(words, key=lambda word: (len(word), word))}"]


TRANSFORMS: dict[str, Callable[[str], list[str]]] = {
    "whole": lambda value: [value],
    "sound": _sound,
    "rough": _rough,
    "form": _form,
    "words": _words,
    "initial": _initial,
    "head": _head,
    "tail": _tail,
    "front": _front,
    "day": _day,
    "year": _year,
    "birthday": _birthday,
    "local": _local,
    "letters": _letters,
    "area": _area,
    "street": _street,
}
"""All that a part may name."""


def apply(transform: str, value: str) -> tuple[str, ...]:
    """The distinct texts that a transform gives of a value, none of an empty value.

    Raises:
        KeyError: there is no such transform.

    >>> apply("birthday", "1970-12-03") == apply("birthday", "1971-03-12")
    True
    """
    read = TRANSFORMS[transform]
    if not value:
        return ()
    return tuple(dict.fromkeys(one for one in read(value) if one))[:MAX_VALUES]
