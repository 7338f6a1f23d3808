"""The levels of each kind of field: what a comparison can find, strongest first, and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sameas.matching.fields.model import FieldKind

__all__ = ["LEVELS", "MISSING", "SWAPPED", "Level", "levels"]

MISSING = 0
"""The level where a side says nothing."""
SWAPPED = 3
"""The level of a given name that is the other side's family name, and the other way round."""


@dataclass(frozen=True, slots=True)
class Level:
    """One outcome of a comparison: its name, and a sentence for people."""

    name: str
    meaning: str


_DIFFERENT = Level("different", "Nothing of the above.")
_NAME = (
    Level("equal", "The same letters."),
    Level("same name", "Another spelling of one sound, or written in one word instead of two."),
    Level("swapped", "Given and family name have changed places; both are counted here, once."),
    Level("further name", "All of the shorter name is in the longer one."),
    Level("initial", "One is an initial of the other."),
    Level("close", "Jaro-Winkler at least 0.92, or nearly one sound."),
    Level("similar", "Jaro-Winkler at least 0.85, or alike in sound, or one of several words."),
    _DIFFERENT,
)
LEVELS: dict[FieldKind, tuple[Level, ...]] = {
    "given_name": (
        _NAME[0],
        Level("same name", "A short form (Bill, William), or another spelling of one sound."),
        *_NAME[2:],
    ),
    "family_name": _NAME,
    "full_name": (
        Level("equal", "The same words in the same order."),
        Level("same words", "The same names in any order, spelling or script."),
        Level("further name", "All names of the shorter one, two at least, are in the longer one."),
        Level("initials", "All names of the shorter one, some of them as initials."),
        Level("close", "All names of the shorter one, with typing errors."),
        Level("one shared", "One name is shared, others differ."),
        Level("similar", "Alike as a whole, or one name nearly shared."),
        _DIFFERENT,
    ),
    "date": (
        Level("equal", "The same day."),
        Level("day and month swapped", "The same day if one side wrote the month first."),
        Level("one digit", "One digit differs, or two neighbours are swapped."),
        Level("two parts", "Two of year, month and day agree."),
        Level("same year", "Only the year agrees."),
        _DIFFERENT,
    ),
    "email": (
        Level("equal", "The same mailbox."),
        Level("same local part", "Equal before the @, at another domain."),
        Level("one typo", "One domain, and one typing error before the @."),
        Level("other number", "The same letters before the @, other digits or dots."),
        Level("close", "Letters before the @: Jaro-Winkler at least 0.92, or in another order."),
        Level("similar", "Letters before the @: Jaro-Winkler at least 0.85."),
        _DIFFERENT,
    ),
    "phone": (
        Level("equal", "The same number."),
        Level("same end", "The last seven digits agree."),
        Level("one digit", "One digit differs, is missing, or two neighbours are swapped."),
        _DIFFERENT,
    ),
    "address": (
        Level("equal", "The same house and unit."),
        Level(
            "same house", "House number and street agree; the unit or the kind of street may not."
        ),
        Level("house close", "The house number agrees, the street nearly."),
        Level("same street", "The street agrees, the house number does not."),
        Level("same number", "The house number agrees, the street does not."),
        Level("street close", "The street nearly agrees, or words of it."),
        _DIFFERENT,
    ),
    "postcode": (
        Level("equal", "The same postcode."),
        Level("one typo", "One character differs, is missing, or two neighbours are swapped."),
        Level("same area", "The outward code or the first three characters agree."),
        _DIFFERENT,
    ),
    "text": (
        Level("equal", "The same words."),
        Level("same words", "The same words in another order, or written together."),
        Level("close", "Jaro-Winkler at least 0.92."),
        Level("part", "All words of the shorter text are in the longer one."),
        Level("similar", "Jaro-Winkler at least 0.85, or half of the words."),
        _DIFFERENT,
    ),
    "number": (
        Level("equal", "The same number."),
        Level("within 2 %", "At most 2 % apart."),
        Level("within 10 %", "At most 10 % apart."),
        _DIFFERENT,
    ),
    "code": (
        Level("equal", "The same code."),
        Level("one typo", "One character differs, is missing, or two neighbours are swapped."),
        Level("same end", "The last four characters agree."),
        _DIFFERENT,
    ),
}
LEVELS["organisation"] = LEVELS["text"]


def levels(kind: FieldKind) -> tuple[str, ...]:
    """The names of a kind's levels; level numbers start at 1, and 0 is a missing side.

    >>> levels("phone")
    ('equal', 'same end', 'one digit', 'different')
    """
    return tuple(level.name for level in LEVELS[kind])
