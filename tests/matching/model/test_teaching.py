"""What the pairs of a key teach: without twins and neighbours where these are most of them."""

from __future__ import annotations

import numpy as np

from sameas.matching.compare import levels
from sameas.matching.fields import Field
from sameas.matching.model.shape import Counted, Shape, packed
from sameas.matching.model.teaching import OUTNUMBER, Teaching
from sameas.matching.model.train import declared_chance

FIELDS = (
    Field("given_name", "given_name"),
    Field("family_name", "family_name"),
    Field("birth_date", "date"),
    Field("address", "address"),
    Field("city", "text"),
)
GIVEN, _, BORN, ADDRESS, CITY = range(5)
ENDS = tuple(len(levels(field.kind)) for field in FIELDS)
SHAPE = Shape(ENDS, tuple(() for _ in FIELDS))
MATCH, MISSPELT, TWIN = (1, 1, 1, 1, 1), (6, 1, 1, 1, 1), (8, 1, 1, 1, 1)
NEIGHBOUR = (1, 8, 6, 7, 1)


def pairs(*counted: tuple[tuple[int, ...], int]) -> Counted:
    columns = np.array([found for found, _ in counted], dtype=np.uint8).T
    return Counted.of(packed(list(columns)), np.array([times for _, times in counted]))


RANDOM = pairs((ENDS, 100_000))
TEACHING = Teaching.of(FIELDS, SHAPE, RANDOM, declared_chance(SHAPE), 1_000)


def test_twins_teach_nothing_where_they_are_most_of_a_birthdays_pairs() -> None:
    key = frozenset([BORN])
    many = pairs((MATCH, 10), (MISSPELT, 2), (TWIN, 12 * OUTNUMBER))
    assert TEACHING.sample("day", key, many).counted.counts.sum() == 12
    few = pairs((MATCH, 10), (MISSPELT, 2), (TWIN, 12 * OUTNUMBER - 1))
    assert TEACHING.sample("day", key, few).counted is few


def test_who_shares_a_given_name_is_no_twin() -> None:
    found = pairs((MATCH, 10), (NEIGHBOUR, 1_000))
    assert TEACHING.sample("given", frozenset([GIVEN]), found).counted is found


def test_no_place_tells_anything_where_most_who_share_one_are_neighbours() -> None:
    key = frozenset([GIVEN, CITY])
    found = TEACHING.sample("city", key, pairs((MATCH, 10), (NEIGHBOUR, 1_000)))
    assert found.without == {GIVEN, CITY, ADDRESS}
    found = TEACHING.sample("city", key, pairs((MATCH, 10), (NEIGHBOUR, 10)))
    assert found.without == key


def test_places_are_not_trusted_where_nothing_of_ones_own_is_left() -> None:
    bare = tuple(0 if place == BORN else level for place, level in enumerate(MATCH))
    found = TEACHING.sample("city", frozenset([GIVEN, CITY]), pairs((bare, 10)))
    assert found.without == {GIVEN, CITY, ADDRESS}


def test_a_key_without_pairs_is_a_sample_without_pairs() -> None:
    none = Counted(np.empty(0, np.uint64), np.empty(0, np.int64))
    assert not len(TEACHING.sample("day", frozenset([BORN]), none).counted.counts)
