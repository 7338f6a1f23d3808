# ruff: noqa: RUF001
# Full-width digits are what these tests are about.
"""Spellings of one number meet; what is no number says why; shortcuts equal the library."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sameas.matching.canonical import Options, canonicalise
from sameas.matching.canonical.phone import plan


def _phone(raw: str, region: str = "US") -> str | None:
    return canonicalise("phone", raw, Options(default_region=region)).value


@pytest.mark.parametrize(
    "raw",
    [
        "2025550143",
        "(202) 555-0143",
        "1-202-555-0143",
        "+1 202.555.0143",
        "tel:+1-202-555-0143",
        "tel:202-555-0143;phone-context=+1",
        "001 202 555 0143",
        "011 1 202 555 0143",
        "2025550143.0",
        "٢٠٢٥٥٥٠١٤٣",
        "۲۰۲-۵۵۵-۰۱۴۳",
        "２０２－５５５－０１４３",
        "\u202a(202) 555-0143\u202c",
        "202-555-0143 (home)",
        "Phone: 202-555-0143",
    ],
)
def test_spellings_of_one_number_meet(raw: str) -> None:
    assert _phone(raw) == "+12025550143"


@pytest.mark.parametrize(
    "raw",
    [
        "202-555-0143 x12",
        "+1 202 555 0143 ext. 12",
        "2025550143 доб. 12",
        "tel:+1-202-555-0143;ext=12",
    ],
)
def test_an_extension_is_part_of_the_number(raw: str) -> None:
    assert _phone(raw) == "+12025550143;ext=12"


def test_letters_are_keys() -> None:
    assert _phone("1-800-FLOWERS") == "+18003569377"


def test_the_default_region_reads_national_numbers() -> None:
    assert _phone("020 7946 0958", "GB") == "+442079460958"
    assert _phone("020 7946 0958", "gb") == "+442079460958"
    assert _phone("0044 20 7946 0958", "US") == "+442079460958"
    assert _phone("06 12345678", "IT") == "+390612345678"


def test_a_prefix_behind_a_prefix_goes_too() -> None:
    assert _phone("+49 (0) 0 30 123456") == _phone("+49 30 123456") == "+4930123456"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("12", "too short"),
        ("null", "not a phone number"),
        ("555-0143", "area code is missing"),
        ("+1202555014399", "too long"),
        ("+999 123456", "country code does not exist"),
        ("2.02556E+09", "a spreadsheet's scientific notation: digits are lost"),
        ("202-555-0143, 202-555-0144", "several numbers in one field"),
        ("202-555-0143 / 202-555-0144", "several numbers in one field"),
        ("2025550143 or 2025550144", "several numbers in one field"),
        ("+12025550143 +12025550144", "several numbers in one field"),
        ("1" * 300, "too long"),
    ],
)
def test_what_is_no_number_says_why(raw: str, reason: str) -> None:
    outcome = canonicalise("phone", raw)
    assert (outcome.value, outcome.reason) == (None, reason)


def test_an_unknown_default_region_is_named() -> None:
    outcome = canonicalise("phone", "020 7946 0958", Options(default_region="ZZ"))
    assert outcome.reason == "no country code, and the default region 'ZZ' is unknown"


@given(
    st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)),
    st.from_regex(r"[1-9][0-9]{2,14}", fullmatch=True),
)
@settings(max_examples=500, deadline=None)
def test_a_settled_number_is_what_the_library_says(code: int, national: str) -> None:
    known = plan(code)
    assert known is not None
    if known.settled(national):
        number = phonenumbers.parse(f"+{code}{national}", None)
        assert phonenumbers.is_possible_number(number)
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        assert e164 == f"+{code}{national}"


NANP = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE[1])


@given(
    st.sampled_from(NANP),
    st.from_regex(r"1?[-. ()]?[2-9][0-9]{2}[-. ()]{0,2}[0-9]{3}[-. ]?[0-9]{4}", fullmatch=True),
)
@settings(max_examples=500, deadline=None)
def test_ten_nanp_digits_are_what_the_library_says(region: str, raw: str) -> None:
    number = phonenumbers.parse(raw, region)
    assert phonenumbers.is_possible_number(number)
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    assert e164 == "+1" + "".join(filter(str.isdigit, raw))[-10:] == _phone(raw, region)
