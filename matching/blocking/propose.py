"""The keys that come into question for the fields there are.

Every error in one field must leave a key that does not read it, so all small combinations of
what the fields give are asked that are fine enough: a combination that by the spread of its parts
would hold more records together than the limit allows takes a further part. Which of them earn
their pairs is for `choose` to say.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from sameas.matching.blocking.keys import Key, Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sameas.matching.fields import Field

__all__ = ["propose"]

_ALONE = {
    "email": ("whole", "local", "letters"),
    "phone": ("whole", "tail", "front"),
    "code": ("whole", "head", "tail"),
    "organisation": ("whole", "sound"),
    "address": ("whole", "street"),
    "date": ("day",),
    "postcode": ("whole",),
    "text": ("whole",),
    "number": ("whole",),
}
_BESIDE = {
    "given_name": ("form",),
    "family_name": ("sound",),
    "date": ("day", "year", "birthday"),
    "postcode": ("whole", "area"),
    "email": ("head",),
    "phone": ("tail", "front"),
    "address": ("street", "words"),
    "code": ("head", "tail"),
    "organisation": ("sound",),
    "text": ("whole",),
    "number": ("whole",),
}
_MOST = 120
"""Keys that are looked at."""
_CROWDED = 4.0
"""A key whose values are on so many times the limit still has enough rare ones."""
_LIKENESS = {"text": 4.0, "number": 20.0}
"""In effect so many values a field needs at least; else it tells people apart too little."""


def propose(
    fields: Sequence[Field],
    spread: Callable[[Part], float],
    *,
    records: int,
    limit: int,
) -> tuple[Key, ...]:
    """The keys in question; no two alike.

    `spread` says of a part how many values it has in effect: one over the chance that two records
    agree in it; 0 for a part that hardly a record has.
    """
    kinds = {field.name: field.kind for field in fields}
    names = _names(kinds)
    alone = [Part((name,), one) for name, kind in kinds.items() for one in _ALONE.get(kind, ())]
    parts = [Part((name,), one) for name, kind in kinds.items() for one in _BESIDE.get(kind, ())]
    if names is not None:
        parts += names
    known = {part: spread(part) for part in {*alone, *parts}}
    parts = [one for one in parts if known[one] >= _LIKENESS.get(kinds[one.fields[0]], 2.0)]
    room = records / limit / _CROWDED

    def fine(chosen: Sequence[Part]) -> bool:
        product = 1.0
        for part in chosen:
            product *= known[part]
        return product >= room

    found = [Key((part,)) for part in dict.fromkeys([*alone, *parts]) if fine([part])]
    found += [Key(chosen) for chosen in _pairs(parts) if fine(chosen)]
    found += [Key(chosen) for chosen in _triples(parts, fine)]
    return tuple(dict.fromkeys(found))[:_MOST]


def _apart(chosen: Sequence[Part]) -> bool:
    fields = [name for part in chosen for name in part.fields]
    return len(fields) == len(set(fields))


def _pairs(parts: Sequence[Part]) -> Iterator[tuple[Part, ...]]:
    return (chosen for chosen in combinations(parts, 2) if _apart(chosen))


def _triples(
    parts: Sequence[Part], fine: Callable[[Sequence[Part]], bool]
) -> Iterator[tuple[Part, ...]]:
    """Those that are fine enough and of which no two are."""
    for chosen in combinations(parts, 3):
        if _apart(chosen) and fine(chosen) and not any(map(fine, combinations(chosen, 2))):
            yield chosen


def _names(kinds: Mapping[str, str]) -> tuple[Part, ...] | None:
    """Two words of the name in no order, closely and roughly heard, and any word."""
    first = {kind: name for name, kind in reversed(list(kinds.items()))}
    named = tuple(first[kind] for kind in ("given_name", "family_name") if kind in first)
    if not named and "full_name" in first:
        named = (first["full_name"],)
    if not named:
        return None
    return Part(named, "sound", 2), Part(named, "rough", 2), Part(named, "sound")
