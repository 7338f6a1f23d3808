"""Who may be a housemate, before anything is learnt."""

from __future__ import annotations

import numpy as np

from sameas.matching.compare import level, levels
from sameas.matching.fields import Field
from sameas.matching.model.kin import Kin, sharing
from sameas.matching.model.shape import CONTEXTS, LEVELS, Shape

FIELDS = (
    Field("given_name", "given_name"),
    Field("family_name", "family_name"),
    Field("birth_date", "date"),
    Field("address", "address"),
    Field("city", "text"),
)
WHOLE = Field("full_name", "full_name"), *FIELDS[2:]
BITS = {"given_name": 8, "family_name": 9, "full_name": 16, "birth_date": 14, "address": 12}
"""That an agreement is surprising; of a town 7."""


def seen(
    *found: int, fields: tuple[Field, ...] = FIELDS, records: float = 2.0**20
) -> tuple[bool, bool]:
    ends = tuple(len(levels(field.kind)) for field in fields)
    shape = Shape(ends, tuple(() for _ in ends))
    chance = np.zeros((len(fields), CONTEXTS, LEVELS))
    for place, field in enumerate(fields):
        chance[place, :, 1] = 2.0 ** -BITS.get(field.name, 7)
    chance[:, :, 6] = 2.0**-9  # a whole name with one name shared
    column = np.array([end if one < 0 else one for one, end in zip(found, ends, strict=True)])
    apart, alike = sharing(shape, Kin.of(fields), column[:, None].astype(np.uint8), chance, records)
    return bool(apart[0]), bool(alike[0])


def test_family_name_and_address_are_nobodys_own() -> None:
    lasting = ((0, 7), (1, 7), (2, 5))
    assert Kin.of(FIELDS) == Kin(own=((0, 7), (2, 5)), where=(3, 4), lasting=lasting)


def test_housemates_share_more_than_chance_and_nothing_of_their_own() -> None:
    assert seen(-1, 1, -1, 1, 0) == (True, False)
    assert seen(-1, 2, 0, 1, 0) == (True, False), "what is missing says nothing"
    assert seen(2, 1, -1, 1, 0) == (False, True), "given names are close"
    assert seen(-1, 1, 2, 1, 0) == (False, True), "birth dates are close"
    assert seen(0, 1, 0, 1, 0) == (False, False), "nothing of their own is compared"


def test_one_name_of_a_whole_one_is_nobodys_own() -> None:
    jones = level("full_name", "tom jones", "ann jones")
    assert levels("full_name")[jones - 1] == "one shared"
    assert seen(jones, 0, 1, 0, fields=WHOLE) == (True, False)
    assert seen(2, 0, 1, 0, fields=WHOLE, records=2.0**12) == (False, True)
    assert seen(jones, 0, -1, 1, fields=WHOLE) == (False, False), "a namesake in the same town"


def test_what_chance_explains_is_no_household() -> None:
    assert seen(-1, -1, -1, 1, 0) == (False, False)
    assert seen(-1, 1, -1, -1, 0) == (False, False)
    assert seen(-1, 1, -1, 1, 0, records=2.0**22) == (False, False)


def test_places_speak_once() -> None:
    assert seen(-1, 1, -1, 1, 1, records=2.0**21)[0]
    assert not seen(-1, 1, -1, 1, 1, records=2.0**22)[0], "who shares a house shares its town"


def test_a_mailbox_alone_shows_no_household() -> None:
    fields = Field("full_name", "full_name"), Field("email", "email")
    assert Kin.of(fields).mail == (1,)
    assert seen(6, 1, fields=fields, records=2.0) == (True, False), "one name of the whole"
    assert seen(6, 1, fields=fields, records=2.0**12) == (False, False)
    assert not Kin.of((*fields, Field("phone", "phone"))).mail
