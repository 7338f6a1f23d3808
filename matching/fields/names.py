"""Person names as values: words in Latin letters, without titles, order of the parts restored."""

from __future__ import annotations

from sameas.matching.names.fields import field_words, in_fields, plain_words
from sameas.matching.names.parse import MAX_WORDS, PARTICLES, SEPARATOR
from sameas.matching.names.traits import usable_name

__all__ = ["at_a_glance", "family_name", "full_name", "given_name", "halves"]


def at_a_glance(raw: str) -> str:
    """What the other functions give for usual Latin words, and nothing for any other text.

    >>> at_a_glance("Ann Marie"), at_a_glance("Dr. Ann")
    ('ann marie', '')
    """
    return " ".join(plain_words(raw) or ())


def given_name(raw: str) -> str:
    """The given names of a field.

    >>> given_name("  Dr. Anne-Marie "), given_name("Олександр"), given_name("unknown")
    ('anne marie', 'oleksandr', '')
    """
    usable = usable_name(raw)
    return " ".join(field_words(usable)) if usable else ""


def family_name(raw: str) -> str:
    """The family name of a field, its particles included.

    >>> family_name("van der Berg, Jr."), family_name("O'Brien")
    ('van der berg', 'obrien')
    """
    return given_name(raw)


def halves(raw: str) -> tuple[str, str]:
    """The first given name and the family name of a whole name.

    >>> halves("Smith, Ann B."), halves("Олена Коваль"), halves("n/a")
    (('ann', 'smith'), ('olena', 'koval'), ('', ''))
    """
    plain = plain_words(raw)
    if plain and len(plain) > 1 and PARTICLES.isdisjoint(plain):
        return plain[0], plain[-1]
    usable = usable_name(raw)
    if not usable:
        return "", ""
    given, family = in_fields(usable)
    return " ".join(given), " ".join(family)


def full_name(raw: str) -> str:
    r"""All words of a name, the given ones first where the text tells.

    >>> full_name("Smith, Ann B."), full_name("ann\x1fb\x1fsmith"), full_name("王小明")
    ('ann b smith', 'ann b smith', 'xiaoming wang')
    """
    pieces = raw.split(SEPARATOR)
    if len(pieces) > 1:
        words = [word for piece in pieces for word in given_name(piece).split()]
    else:
        usable = usable_name(raw)
        if not usable:
            return ""
        head, comma, tail = usable.partition(",")
        swapped = in_fields(usable) if comma and tail else None
        if swapped and swapped[0] and swapped[1]:
            words = [*field_words(tail), *field_words(head)]
        else:
            words = list(field_words(usable))
            given, family = in_fields(usable)
            if len(words) == 1 and given and family:
                words = [*given, *family]
    return " ".join(words if len(words) <= MAX_WORDS else [*words[: MAX_WORDS - 1], words[-1]])
