"""A raw text to the canonical value of its kind, and a record to the value of a field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.matching.fields import contact, dates, names, places, words
from sameas.matching.fields.model import MAX_LENGTH, is_whole_name
from sameas.matching.names.traits import NAME_TRAITS, person_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sameas.graph.model import Record
    from sameas.matching.fields.model import Field, FieldKind

__all__ = ["canonical", "combined", "joined", "value_of"]

_PLAIN: dict[str, Callable[[str], str]] = {
    "given_name": names.given_name,
    "family_name": names.family_name,
    "full_name": names.full_name,
    "email": contact.email,
    "address": places.address,
    "postcode": places.postcode,
    "text": words.text,
    "number": words.number,
    "code": words.code,
    "organisation": words.organisation,
}
_AT_A_GLANCE: dict[str, Callable[[str], str]] = {
    "given_name": names.at_a_glance,
    "family_name": names.at_a_glance,
    "full_name": names.at_a_glance,
    "address": places.at_a_glance,
}
"""A usual text's canonical value, settled without a second look; nothing for other texts."""
_JOINED = frozenset(["address", "text", "organisation"])
_ROUNDS = 8


def canonical(kind: FieldKind, raw: str, *, region: str = "US", month_first: bool = False) -> str:
    """The canonical value of a raw text, or `""` if it holds nothing to compare.

    Canonicalising a canonical value gives it back. Never raises; at most `MAX_LENGTH` characters.

    >>> canonical("given_name", "Dr. Анна"), canonical("date", "22.4.1980")
    ('anna', '1980-04-22')
    """
    if kind in _AT_A_GLANCE and (found := _AT_A_GLANCE[kind](raw)):
        return found
    value = raw
    for _ in range(_ROUNDS):
        if kind == "date":
            found = dates.date(value, month_first=month_first)
        elif kind == "phone":
            found = contact.phone(value, region=region)
        else:
            found = _PLAIN[kind](value)
        found = found[:MAX_LENGTH]
        if found == value:
            return found
        value = found
    return ""


def combined(field: Field, raws: Sequence[str]) -> str:
    """The value that the field's traits give; `raws` are their texts, `""` where there is none.

    Raises:
        ValueError: If there are not as many texts as traits.
    """
    pairs = list(zip(field.traits, raws, strict=True))
    kind = field.kind
    if kind == "full_name" and set(field.traits) <= set(NAME_TRAITS):
        return canonical(kind, person_name(dict(pairs)) or "")
    if kind in {"given_name", "family_name"}:
        parts = [canonical(kind, raw) for trait, raw in pairs if not is_whole_name(trait)]
        if kept := [part for part in parts if part]:
            return kept[0] if len(kept) == 1 else canonical(kind, " ".join(kept))
        whole = (names.halves(raw) for trait, raw in pairs if is_whole_name(trait))
        found = (given if kind == "given_name" else family for given, family in whole)
        return canonical(kind, next((half for half in found if half), ""))
    if kind in _JOINED or kind == "full_name":
        return canonical(kind, joined(raws))
    of_birth = dates.BIRTH_PARTS if kind == "date" else ()
    values = (
        canonical(kind, raw, region=field.region, month_first=field.month_first)
        for trait, raw in pairs
        if raw and trait not in of_birth
    )
    first = next((value for value in values if value), "")
    if not of_birth:
        return first
    said = dict(pairs)
    put_together = dates.date_of(*(said.get(part, "") for part in of_birth))
    return put_together if len(put_together) > len(first) else first  # the day tells more


def joined(raws: Sequence[str]) -> str:
    """The texts of an address, a whole name or the like, in one."""
    return " ".join(raw for raw in raws if raw.strip())


def value_of(field: Field, record: Record) -> str:
    """The field's canonical value of a record; `""` if the record does not say."""
    if field.identifier is not None:
        held = [one.value for one in record.identifiers if one.type == field.identifier]
        return canonical(field.kind, min(held), region=field.region) if held else ""
    return combined(field, [record.traits.get(trait) or "" for trait in field.traits])
