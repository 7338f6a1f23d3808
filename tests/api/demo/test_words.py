from __future__ import annotations

import pytest

from sameas.api.demo.words import plain, scripts, short
from sameas.graph.model import Identifier


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", set()),
        ("12 -", set()),
        ("Ann Müller", {"LATIN"}),
        ("王小明", {"CJK"}),
        ("محمد", {"ARABIC"}),
        ("Іван Ivan", {"CYRILLIC", "LATIN"}),
    ],
)
def test_the_scripts_of_a_text_are_those_of_its_letters(text: str, found: set[str]) -> None:
    assert scripts(text) == found


def test_a_short_text_is_left_alone() -> None:
    assert short("abc", 3) == "abc"


def test_a_long_text_is_cut_to_its_width() -> None:
    assert len(short("x" * 100, 13)) == 13


def test_an_address_is_said_in_full() -> None:
    email = Identifier("email", "maximiliane.hartmann@briefkasten.example")
    assert plain(email) == "email maximiliane.hartmann@briefkasten.example"


def test_an_unknown_type_is_called_by_its_own_name() -> None:
    assert plain(Identifier("passport", "X1")) == "passport X1"
