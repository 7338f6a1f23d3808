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
    ],
)
def test_forms_of_one_name_share_a_group(a: str, b: str) -> None:
    assert groups(a) & groups(b)


@pytest.mark.parametrize(("a", "b"), [("paul", "paula"), ("joan", "john"), ("ahmet", "mehmet")])
def test_near_spellings_of_two_names_share_none(a: str, b: str) -> None:
    assert groups(a)
    assert groups(b)
    assert not groups(a) & groups(b)


def test_an_unknown_word_is_in_no_group() -> None:
    assert groups("zzyzx") == frozenset()
    assert groups("") == frozenset()
