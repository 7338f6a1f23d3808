"""How many fields a model needs to be learned."""

from __future__ import annotations

import pytest

from sameas.engine.match.detect import MIN_RECORDS, enough
from sameas.matching.fields import Field

NAME = Field("full_name", "full_name")
GIVEN = Field("given_name", "given_name")
BORN = Field("birth_date", "date", ("birth_date",))
YEAR = Field("birth_date", "date", ("birth_year",))
CITY = Field("city", "text")


@pytest.mark.parametrize("fields", [(NAME, BORN), (GIVEN, BORN, CITY)])
def test_a_whole_name_counts_as_two_fields(fields: tuple[Field, ...]) -> None:
    assert enough(fields, MIN_RECORDS) == ""


@pytest.mark.parametrize("fields", [(GIVEN, BORN), (NAME,), (CITY, CITY, CITY), (YEAR, CITY, CITY)])
def test_too_little_to_learn_from_is_said(fields: tuple[Field, ...]) -> None:
    assert "too few fields" in enough(fields, MIN_RECORDS)
    assert "fewer than" in enough(fields, MIN_RECORDS - 1)
