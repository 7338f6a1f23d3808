"""Who looks like a housemate before anything is learnt."""

from __future__ import annotations

import numpy as np

from sameas.matching.fields import Field
from sameas.matching.model.kin import housemates, own
from sameas.matching.model.shape import Shape

FIELDS = (
    Field("given_name", "given_name"),
    Field("family_name", "family_name"),
    Field("birth_date", "date"),
    Field("address", "address"),
)
SHAPE = Shape((3, 3, 3, 3), ((), (), (), ()))
SURPRISE = np.array([8.0, 9.0, 14.0, 12.0])
"""Bits."""
PAIRS = 2.0**20


def seen(*levels: int) -> bool:
    column = np.array(levels, dtype=np.uint8)[:, None]
    return bool(housemates(SHAPE, own(FIELDS), column, SURPRISE, PAIRS)[0])


def test_family_name_and_address_are_no_one_s_own() -> None:
    assert own(FIELDS) == (0, 2)


def test_housemates_share_more_than_chance_and_nothing_of_their_own() -> None:
    assert seen(3, 1, 3, 1)
    assert seen(3, 2, 0, 1), "what is missing says nothing"
    assert not seen(2, 1, 3, 1), "given names are close"
    assert not seen(3, 1, 2, 1), "birth dates are close"
    assert not seen(0, 1, 0, 1), "nothing of their own is compared"


def test_what_chance_explains_is_no_household() -> None:
    assert not seen(3, 3, 3, 1)
    assert not seen(3, 1, 3, 3)
    assert not housemates(SHAPE, (0, 2), np.array([[3], [1], [3], [1]]), SURPRISE, 2.0**22)[0]
