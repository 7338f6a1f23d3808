from __future__ import annotations

import pytest

from sameas.matching.names.diminutives import groups


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("bill", "william"),
        ("sasha", "oleksandr"),
        ("pepe", "jose"),
        ("kasia", "katarzyna"),
        ("memo", "mehmet"),
        ("pippa", "philippa"),
        ("nacho", "ignacio"),
        ("peggy", "margaret"),
        ("bill", "will"),
        ("beth", "liz"),
        ("heidi", "adelheid"),
    ],
)
def test_forms_of_one_name_share_a_group(a: str, b: str) -> None:
    assert groups(a) & groups(b)


@pytest.mark.parametrize("name", ["katherine", "catherine", "katharine", "kathryn"])
@pytest.mark.parametrize("short", ["kate", "katie", "kathy", "cathy", "kitty"])
def test_every_spelling_of_a_name_has_its_short_forms(name: str, short: str) -> None:
    assert groups(name) & groups(short)
    assert groups(short) & groups("kate")


@pytest.mark.parametrize("other", ["patrick", "patricia"])
def test_a_short_form_of_two_names_joins_neither_to_the_other(other: str) -> None:
    assert groups("pat") & groups(other)
    assert not groups("patrick") & groups("patricia")


@pytest.mark.parametrize(
    ("a", "b"), [("paul", "paula"), ("joan", "john"), ("ahmet", "mehmet"), ("bill", "bob")]
)
def test_near_spellings_of_two_names_share_none(a: str, b: str) -> None:
    assert groups(a)
    assert groups(b)
    assert not groups(a) & groups(b)


def test_an_unknown_word_is_in_no_group() -> None:
    assert groups("zzyzx") == frozenset()
    assert groups("") == frozenset()
