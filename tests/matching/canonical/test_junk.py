"""Junk is what cannot mean one person, and nothing else."""

from __future__ import annotations

import hashlib

import pyarrow as pa
import pytest

from sameas.matching.canonical import Kind, canonicalise, is_junk, junk_column
from sameas.matching.canonical.junk import NUMBERS, literals

JUNK: list[tuple[Kind, str]] = [
    ("exact", "NULL"),
    ("exact", "0"),
    ("exact", "0000-0000"),
    ("exact", "-1"),
    ("exact", "anonymous"),
    ("exact", "(not set)"),
    ("folded", "undefined"),
    ("uuid", "{00000000-0000-0000-0000-000000000000}"),
    ("uuid", "0" * 32),
    ("uuid", "0" * 16),
    ("uuid", "F" * 32),
    ("uuid", "9774d56d682e549c"),
    ("email", "Test@Test.com"),
    ("email", "noreply@shop.com"),
    ("email", "example@example.com"),
    ("email", "ann@mail.invalid"),
    ("phone", "+1 000 000 0000"),
    ("phone", "111-111-1111"),
    ("phone", "+44 7777 777777"),
    ("phone", "9999999999 x3"),
    ("phone", "123-456-7890"),
    ("phone", "(415) 555-1212"),
    ("phone", "415-000-0000"),
    ("hash", "0" * 64),
    ("hash", hashlib.sha256(b"").hexdigest()),
    ("hash", hashlib.md5(b"test@test.com").hexdigest()),
    ("hash", hashlib.sha1(b"null").hexdigest()),
]
PEOPLE: list[tuple[Kind, str]] = [
    ("exact", "1"),
    ("exact", "10"),
    ("exact", "1000000"),
    ("exact", "guest"),
    ("exact", "nat"),
    ("folded", "noname"),
    ("uuid", "11111111-1111-1111-1111-111111111111"),
    ("email", "ann@example.com"),
    ("email", "info@shop.com"),
    ("email", "null@shop.com"),
    ("email", "test@shop.com"),
    ("phone", "(202) 555-0143"),
    ("phone", "+44 20 7946 0000"),
    ("phone", "415-222-2222"),
    ("hash", hashlib.sha256(b"ann@example.com").hexdigest()),
]


@pytest.mark.parametrize(("kind", "raw"), JUNK)
def test_what_means_nobody_is_junk(kind: Kind, raw: str) -> None:
    value = canonicalise(kind, raw).value
    assert value is not None
    assert is_junk(kind, value)
    assert junk_column(kind, pa.array([value])).tolist() == [True]


@pytest.mark.parametrize(("kind", "raw"), PEOPLE)
def test_what_may_mean_one_person_is_not_junk(kind: Kind, raw: str) -> None:
    value = canonicalise(kind, raw).value
    assert value is not None
    assert not is_junk(kind, value)
    assert junk_column(kind, pa.array([value])).tolist() == [False]


@pytest.mark.parametrize("kind", ["exact", "folded", "uuid", "email", "hash"])
def test_every_listed_value_is_junk_in_a_column(kind: Kind) -> None:
    listed = sorted(literals(kind))
    values = [f"{v}@x.com" if kind == "email" and "@" not in v else v for v in listed]
    assert all(junk_column(kind, pa.array(values)))


@pytest.mark.parametrize("kind", ["exact", "folded", "uuid", "email", "hash"])
def test_every_listed_value_is_canonical(kind: Kind) -> None:
    for value in literals(kind):
        text = f"{value}@x.com" if kind == "email" and "@" not in value else value
        assert canonicalise(kind, text).value == text


def test_a_number_is_junk_in_a_column_where_it_is_junk_alone() -> None:
    """Numbers of few digits, and of countries whose numbers are short."""
    some = {
        f"+{code}{digit * size}{end}"
        for code in ("1", "1415", "20", "290", "380")
        for digit in "0123456789"
        for size in range(1, 11)
        for end in ("", "1", "5551212", "1212", "51212", ";ext=1")
    }
    values = sorted(some | {f"+{code}{one}" for code in ("1", "20", "380") for one in NUMBERS})
    assert junk_column("phone", pa.array(values)).tolist() == [
        is_junk("phone", value) for value in values
    ]


def test_null_is_not_junk() -> None:
    assert junk_column("exact", pa.array([None, "null"])).tolist() == [False, True]
