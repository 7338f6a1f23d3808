# ruff: noqa: RUF001 letters that look like Latin ones are the subject

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sameas.matching.names.latin import to_latin


@pytest.mark.parametrize(
    ("text", "latin"),
    [
        ("Łukasz Żółć", "lukasz zolc"),
        ("İbrahim Işık ı", "ibrahim isik i"),
        ("Straße Æsir Đorđe Øre", "strasse aesir dorde ore"),
        ("Олександр", "oleksandr"),
        ("Παπαδόπουλος", "papadopoulos"),
        ("محمد", "mhmd"),
        ("王小明", "wangxiaoming"),
        ("マーティン", "matein"),
        ("ＡＮＮ", "ann"),
        ("O'Brien D’Arc", "obrien darc"),
        ("Anne–Marie", "anne-marie"),
        ("", ""),
        ("😀.,\ud800", ""),
    ],
)
def test_text_is_written_in_latin_letters(text: str, latin: str) -> None:
    assert to_latin(text) == latin


@given(st.text())
def test_only_latin_letters_digits_hyphens_and_single_blanks_come_out(text: str) -> None:
    assert re.fullmatch(r"(?:[a-z0-9-]+(?: [a-z0-9-]+)*)?", to_latin(text))


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_latin_text_stays_as_it_is(text: str) -> None:
    assert to_latin(to_latin(text)) == to_latin(text)
