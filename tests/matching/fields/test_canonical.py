"""Canonical values: total, idempotent, bounded, and one text for each spelling."""

# ruff: noqa: RUF001 letters that look like Latin ones are the subject

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given

from sameas.graph.model import Identifier, Record, RecordKey
from sameas.matching.fields import (
    KINDS,
    Field,
    FieldKind,
    canonical,
    code_column,
    dates,
    names,
    places,
    value_of,
)
from sameas.matching.fields.model import MAX_LENGTH

from .texts import TEXTS

SPELLINGS: list[tuple[FieldKind, str, list[str]]] = [
    ("given_name", "ann", ["Ann", " ANN ", "Dr. Ann", "ann\u200b", "Ａｎｎ"]),
    ("given_name", "anne marie", ["Anne-Marie", "Anne Marie", "anne  marie"]),
    ("given_name", "ibrahim", ["İbrahim", "ibrahım", "IBRAHIM"]),
    ("given_name", "oleksandr", ["Олександр", "ОЛЕКСАНДР"]),
    ("given_name", "j r", ["J.R.", "JR.", "j r"]),
    ("family_name", "lukasz", ["Łukasz", "LUKASZ"]),
    ("family_name", "obrien", ["O'Brien", "O’Brien", "OBRIEN"]),
    ("family_name", "smith", ["Smith Jr.", "Smith, PhD", "SMITH III"]),
    ("full_name", "ann smith", ["Smith, Ann", "Ann Smith", "ann\x1f\x1fsmith", "Mrs Ann Smith"]),
    ("full_name", "xiaoming wang", ["王小明"]),
    ("full_name", "abdrahman khan", ["Abd al Rahman Khan", "Abdul Rahman Khan"]),
    (
        "date",
        "1980-04-22",
        [
            "1980-04-22",
            "1980-4-22",
            "1980/04/22",
            "19800422",
            "22/04/1980",
            "22.4.1980",
            "4/22/1980",
            "04-22-80",
            "22 April 1980",
            "April 22nd, 1980",
            "22-Apr-80",
            "22 avril 1980",
            "22. 4. 1980",
            "1980-04-22T00:00:00Z",
            "1980-04-22 12:30:00",
            "325209600",
            "325209600000",
            "1980年4月22日",
            "22 квітня 1980",
            "٢٢/٤/١٩٨٠",
        ],
    ),
    ("date", "1980", ["1980"]),
    ("date", "1980-04", ["1980-04", "April 1980", "1980/4"]),
    ("email", "annlee@gmail.com", ["Ann.Lee@gmail.com", "annlee+x@googlemail.com"]),
    ("phone", "+12025550143", ["(202) 555-0143", "+1 202 555 0143", "202.555.0143 ext 4"]),
    (
        "address",
        "4541 scroggins ct #145",
        [
            "4541 Scroggins Court Apt 145",
            "4541 SCROGGINS CT., APT. 145",
            "Apt 145, 4541 scroggins court",
            "4541 Scroggins Ct #145",
        ],
    ),
    ("address", "12 hauptstr", ["Hauptstraße 12", "Hauptstr. 12", "No. 12 Hauptstrasse"]),
    ("postcode", "so437dx", ["SO43 7DX", "so437dx"]),
    ("postcode", "43004", ["43004", "43004-1234", "430041234"]),
    ("text", "southend on sea", ["Southend-on-Sea", "SOUTHEND ON SEA"]),
    ("organisation", "universal exports", ["The Universal Exports Co., Ltd.", "Universal Exports"]),
    ("organisation", "siemens", ["Siemens AG", "siemens"]),
    ("number", "1234.5", ["1,234.50", "1234.5", "$1234.5"]),
    ("code", "293909090", ["293-90-9090", "293 90 9090"]),
]
NOTHING: list[tuple[FieldKind, str]] = [
    *((kind, text) for kind in KINDS for text in ("", "  ", "N/A", "null", "---", "\ud800")),
    *(("date", text) for text in ("1900-01-01", "01/01/1970", "0000-00-00", "9999-12-31")),
    *(("date", text) for text in ("1980-02-30", "31/13/1980", "tomorrow", "12")),
    ("given_name", "Mr"),
    ("full_name", "Test User"),
    ("email", "none@none.com"),
    ("phone", "0000000000"),
    ("phone", "12"),
    ("postcode", "00000"),
    ("code", "000-00-0000"),
    ("code", "123-45-6789"),
    ("number", "abc"),
    ("address", "unknown"),
]


@pytest.mark.parametrize("kind", KINDS)
@given(text=TEXTS)
def test_canonicalising_again_changes_nothing_and_no_text_raises(
    kind: FieldKind, text: str
) -> None:
    found = canonical(kind, text)
    assert canonical(kind, found) == found
    assert len(found) <= MAX_LENGTH
    assert found == found.strip()
    found.encode("utf-8")


@given(text=TEXTS)
def test_what_is_settled_at_a_glance_is_what_the_full_rules_give(text: str) -> None:
    if found := names.at_a_glance(text):
        assert found == names.given_name(text) == names.full_name(text)
    if found := places.at_a_glance(text):
        assert found == places.address(text) == places.address(found)


@pytest.mark.parametrize(("kind", "wanted", "spellings"), SPELLINGS)
def test_the_spellings_of_one_value_meet(
    kind: FieldKind, wanted: str, spellings: list[str]
) -> None:
    assert {text: canonical(kind, text) for text in spellings} == dict.fromkeys(spellings, wanted)


@pytest.mark.parametrize(("kind", "text"), NOTHING)
def test_what_says_nothing_is_nothing(kind: FieldKind, text: str) -> None:
    assert canonical(kind, text) == ""


@pytest.mark.parametrize(
    ("text", "order", "wanted"),
    [
        ("03/04/1980", "dmy", "1980-04-03"),
        ("03/04/1980", "mdy", "1980-03-04"),
        ("25/04/1980", "mdy", "1980-04-25"),
        ("04/25/1980", "dmy", "1980-04-25"),
    ],
)
def test_a_number_over_twelve_is_a_day_whatever_the_order(
    text: str,
    order: str,
    wanted: str,
) -> None:
    assert canonical("date", text, month_first=order == "mdy") == wanted


@pytest.mark.parametrize(
    ("text", "year"), [("1/7/80", "1980"), ("1/7/25", "2025"), ("1/7/26", "1926")]
)
def test_two_digits_are_a_year_of_1926_to_2025(text: str, year: str) -> None:
    assert canonical("date", text)[:4] == year


def test_a_phone_without_a_country_code_is_of_the_region() -> None:
    assert canonical("phone", "020 7946 0958", region="GB") == "+442079460958"


def _record(**traits: str) -> Record:
    held = (Identifier("email", "b@example.com"), Identifier("email", "a@example.com"))
    return Record(RecordKey("crm", "1"), 0, 0, identifiers=held, traits=traits)


GIVEN = Field("given", "given_name", ("first_name", "full_name"))
FAMILY = Field("family", "family_name", ("last_name", "full_name"))


@pytest.mark.parametrize(
    ("traits", "given", "family"),
    [
        ({"first_name": "Ann", "last_name": "Smith"}, "ann", "smith"),
        ({"full_name": "Ann B. Smith"}, "ann", "smith"),
        ({"full_name": "Smith, Ann"}, "ann", "smith"),
        ({"full_name": "Dr. Ann van der Berg Jr."}, "ann", "van der berg"),
        ({"full_name": "王小明"}, "xiaoming", "wang"),
        ({"full_name": "김 철수"}, "cheolsu", "gim"),
        ({"full_name": "Cher"}, "cher", ""),
        ({"first_name": "n/a", "full_name": "Ann Smith"}, "ann", "smith"),
        ({}, "", ""),
    ],
)
def test_a_name_in_one_trait_compares_with_a_name_in_two(
    traits: dict[str, str], given: str, family: str
) -> None:
    record = _record(**traits)
    assert (value_of(GIVEN, record), value_of(FAMILY, record)) == (given, family)


def test_parts_of_an_address_are_joined_in_their_order() -> None:
    field = Field("address", "address", ("street_number", "address_1", "address_2"))
    record = _record(street_number="1", address_1="Duhig Place", address_2="Unit 3")
    assert value_of(field, record) == "1 duhig pl #3"


def test_the_first_usable_of_several_dates_counts() -> None:
    field = Field("born", "date", ("birth_date", "dob"))
    assert value_of(field, _record(birth_date="1900-01-01", dob="22.4.1980")) == "1980-04-22"


def test_of_several_identifiers_the_least_counts() -> None:
    assert value_of(Field("mail", "email", identifier="email"), _record()) == "a@example.com"
    assert value_of(Field("tel", "phone", identifier="phone"), _record()) == ""


@pytest.mark.parametrize("month", ["Nov", "sept", "JANUARY", "Mai", "xxx"])
@pytest.mark.parametrize("rest", [". 3, 1985", " 3 1985", " 31 1985", " 0, 1985", " 3, 1200"])
def test_the_usual_date_with_a_word_is_read_like_any(month: str, rest: str) -> None:
    usual, turned = f"{month}{rest}", f"the {month}{rest}"
    assert dates.date(usual) == dates.date(turned)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ({"birth_date": "1980", "birth_year": "1980", "birth_month": "4"}, "1980-04"),
        ({"birth_date": "1980-04-22", "birth_year": "1975"}, "1980-04-22"),
        ({"birth_date": "unknown", "birth_year": "1975"}, "1975"),
        ({"birth_year": "1975"}, "1975"),
        ({"birth_date": "April 1980", "birth_year": "1980"}, "1980-04"),
        ({}, ""),
    ],
)
def test_a_whole_date_counts_before_its_parts(said: dict[str, str], value: str) -> None:
    """Some sources tell the day, others the year, and one field reads both."""
    field = Field("birth_date", "date", ("birth_date", "birth_year", "birth_month"))
    assert value_of(field, Record(RecordKey("s", "1"), 0, 0, (), said)) == value
    columns = {name: pa.array([said.get(name)], pa.string()) for name in field.traits}
    coded = code_column(field, columns)
    assert [coded.values[int(code)].as_py() if code >= 0 else "" for code in coded.codes] == [value]


@pytest.mark.parametrize(
    ("year", "month", "day", "value"),
    [
        ("1980", "4", "22", "1980-04-22"),
        ("1980.0", "04.0", "22.0", "1980-04-22"),
        ("80", "Apr", "22", "1980-04-22"),
        ("1980", "avril", "22", "1980-04-22"),
        ("1980", "2", "31", "1980-02"),
        ("1980", "13", "1", "1980-01-13"),
        ("1980", "13", "14", "1980"),
        ("1980", "", "22", "1980"),
        ("", "4", "22", ""),
        ("1900", "1", "1", ""),
        ("x", "y", "z", ""),
    ],
)
def test_a_year_a_month_and_a_day_are_a_date(year: str, month: str, day: str, value: str) -> None:
    field = Field("birth_date", "date", ("birth_year", "birth_month", "birth_day"))
    said = {"birth_year": year, "birth_month": month, "birth_day": day}
    record = Record(RecordKey("s", "1"), 0, 0, (), {k: v for k, v in said.items() if v})
    assert value_of(field, record) == value
    columns = {name: pa.array([text or None], pa.string()) for name, text in said.items()}
    coded = code_column(field, columns)
    assert [coded.values[int(code)].as_py() if code >= 0 else "" for code in coded.codes] == [value]
