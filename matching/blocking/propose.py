"""The keys that come into question for the fields there are: several for each kind.

Every error in one field must leave a key that does not read it, so the fields are asked in many
small combinations. Which of them earn their pairs is for `choose` to say.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from sameas.matching.blocking.keys import Key, Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sameas.matching.fields import Field

__all__ = ["propose"]

_TELLING = 20.0
"""Values that a field must have in effect for a key to ask it beside another field."""
_MOST_TEXTS = 3


def propose(fields: Sequence[Field], spread: Mapping[str, float]) -> tuple[Key, ...]:
    """The keys in question, the most telling first; no two alike.

    `spread` says of each field how many values it has in effect: one over the chance that two
    records that have it agree.
    """
    return tuple(dict.fromkeys(Key(parts) for parts in _all(fields, spread)))


def _all(fields: Sequence[Field], spread: Mapping[str, float]) -> Iterator[tuple[Part, ...]]:
    of_kind: dict[str, list[str]] = {}
    for field in fields:
        of_kind.setdefault(field.kind, []).append(field.name)

    def parts(kind: str, *transforms: str) -> list[Part]:
        return [Part((name,), one) for name in of_kind.get(kind, []) for one in transforms]

    # One part that tells nearly everything.
    alone = [
        *parts("email", "whole", "local", "letters"),
        *parts("phone", "whole", "tail", "front"),
        *parts("code", "whole", "head", "tail"),
        *parts("organisation", "whole", "sound"),
        *parts("address", "whole", "street"),
        *parts("date", "day"),
    ]
    yield from ((part,) for part in alone)

    names = _names(of_kind)
    days = parts("date", "day")
    pieces = parts("date", "year", "birthday")
    places = [*parts("postcode", "whole", "area"), *_texts(fields, spread)]
    contacts = [
        *parts("phone", "tail", "front"),
        *parts("email", "letters", "head"),
        *parts("address", "street", "words"),
        *parts("code", "head", "tail"),
    ]
    organisations = parts("organisation", "sound", "head")
    if names is not None:
        both, words, each = names
        yield (both,)
        for other in (*pieces, *places):
            yield both, other
        for word in (*each, words):
            for other in (*days, *pieces, *places, *contacts):
                yield word, other
        for word, piece, place in (
            (word, piece, place) for word in each for piece in pieces for place in places
        ):
            yield word, piece, place
    for one, other in combinations((*days, *pieces, *places, *contacts, *organisations), 2):
        if not set(one.fields) & set(other.fields):
            yield one, other


def _names(of_kind: Mapping[str, Sequence[str]]) -> tuple[Part, Part, list[Part]] | None:
    """Two words of the name in no order, any word, and the words that have a place of their own."""
    single = [*of_kind.get("given_name", [])[:1], *of_kind.get("family_name", [])[:1]]
    named = tuple(single or of_kind.get("full_name", [])[:1])
    if not named:
        return None
    each = [Part((name,), "sound") for name in single]
    return Part(named, "sound", 2), Part(named, "sound"), each


def _texts(fields: Sequence[Field], spread: Mapping[str, float]) -> list[Part]:
    """The texts and numbers that tell most."""
    telling = [
        field.name
        for field in fields
        if field.kind in {"text", "number"} and spread[field.name] >= _TELLING
    ]
    telling.sort(key=lambda name: (-spread[name], name))
    return [Part((name,), "whole") for name in telling[:_MOST_TEXTS]]
