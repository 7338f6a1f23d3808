"""Who may be a housemate, before anything is learnt."""

from __future__ import annotations

import numpy as np

from sameas.matching.fields import Field
from sameas.matching.model.kin import Kin, housemates
from sameas.matching.model.shape import Shape

KIN = Kin.of(
    (
        Field("given_name", "given_name"),
        Field("family_name", "family_name"),
        Field("birth_date", "date"),
        Field("address", "address"),
        Field("city", "text"),
    )
)
SHAPE = Shape((3, 3, 3, 3, 3), ((), (), (), (), ()))
SURPRISE = np.array([8.0, 9.0, 14.0, 12.0, 7.0])
"""Bits."""


def seen(*levels: int, records: float = 2.0**20) -> bool:
    column = np.array(levels, dtype=np.uint8)[:, None]
    return bool(housemates(SHAPE, KIN, column, SURPRISE, records)[0])


def test_family_name_and_address_are_nobodys_own() -> None:
    assert Kin(own=(0, 2), where=(3, 4)) == KIN


def test_housemates_share_more_than_chance_and_nothing_of_their_own() -> None:
    assert seen(3, 1, 3, 1, 0)
    assert seen(3, 2, 0, 1, 0), "what is missing says nothing"
    assert not seen(2, 1, 3, 1, 0), "given names are close"
    assert not seen(3, 1, 2, 1, 0), "birth dates are close"
    assert not seen(0, 1, 0, 1, 0), "nothing of their own is compared"


def test_what_chance_explains_is_no_household() -> None:
    assert not seen(3, 3, 3, 1, 0)
    assert not seen(3, 1, 3, 3, 0)
    assert not seen(3, 1, 3, 1, 0, records=2.0**22)


def test_places_speak_once() -> None:
    assert seen(3, 1, 3, 1, 1, records=2.0**21)
    assert not seen(3, 1, 3, 1, 1, records=2.0**22), "who shares a house shares its town"
