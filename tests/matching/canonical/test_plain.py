"""Ids keep what tells them apart and lose what nobody sees."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from sameas.matching.canonical import canonicalise
from sameas.matching.canonical.text import clean

UUID = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"


def test_exact_keeps_case_and_inner_space() -> None:
    assert canonicalise("exact", "\u3000User  Seven\t").value == "User  Seven"


def test_exact_joins_composed_and_decomposed_text() -> None:
    assert canonicalise("exact", "e\u0301").value == canonicalise("exact", "\u00e9").value


def test_folded_joins_cases_in_every_script() -> None:
    assert canonicalise("folded", "STRASSE-Ω").value == canonicalise("folded", "straße-ω").value


@pytest.mark.parametrize(
    "raw",
    [
        UUID,
        UUID.upper(),
        UUID.replace("-", ""),
        f"{{{UUID}}}",
        f"({UUID})",
        f"{{{UUID.replace('-', '').upper()}}}",
        f"urn:uuid:{UUID}",
        f"URN:UUID:{UUID.upper()}",
        f" {UUID}\n",
    ],
)
def test_every_spelling_of_a_uuid_is_one(raw: str) -> None:
    assert canonicalise("uuid", raw).value == UUID


@pytest.mark.parametrize("raw", ["Cookie.7", UUID[:-1] + "g", UUID[:-1], "{" + UUID, "GA1.2.1.2"])
def test_what_is_no_uuid_is_kept_as_it_is(raw: str) -> None:
    assert canonicalise("uuid", raw).value == raw


def test_every_invisible_character_goes() -> None:
    drawn = set(range(0x0600, 0x0606)) | {0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD}
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)) in {"Cc", "Cf"} and code not in drawn:
            assert clean(f"a{chr(code)}").strip() == "a", hex(code)


def test_a_lone_surrogate_becomes_the_replacement_character() -> None:
    assert canonicalise("exact", "a\ud800").value == "a\ufffd"
