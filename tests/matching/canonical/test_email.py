# ruff: noqa: RUF001
# Full-width letters are what these tests are about.
"""Spellings of one mailbox meet; what is no address says why."""

from __future__ import annotations

import importlib
import re
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sameas.matching.canonical import Options, canonicalise

module = importlib.import_module("sameas.matching.canonical.email")


def _email(raw: str, **options: bool) -> str | None:
    return canonicalise("email", raw, Options(**options)).value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "raw",
    [
        " Ann@Example.COM\n",
        "mailto:ann@example.com?subject=hi",
        "MAILTO:ann%40example.com",
        "Ann Bell <ann@example.com>",
        '"Bell, Ann" <ann@example.com>;',
        "<ann@example.com>",
        "'ann@example.com'",
        "(ann@example.com)",
        "ann@example.com.",
        "ann@example.com,",
        "ａｎｎ＠ｅｘａｍｐｌｅ．ｃｏｍ",
        "ann@example。com",
        "\u200eann\u200b@example.com\u202c",
        '"ann"@example.com',
        "ann @ example.com",
    ],
)
def test_spellings_of_one_address_meet(raw: str) -> None:
    assert _email(raw) == "ann@example.com"


@pytest.mark.parametrize(
    "raw",
    [
        "ann@bücher.example",
        "ann@BÜCHER.example",
        "ann@xn--bcher-kva.example",
        "ann@XN--BCHER-KVA.Example.",
    ],
)
def test_international_domains_meet_as_ascii(raw: str) -> None:
    assert _email(raw) == "ann@xn--bcher-kva.example"


def test_sharp_s_in_a_domain_is_not_ss() -> None:
    assert _email("ann@straße.de") != _email("ann@strasse.de")


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("a.n.n+shop@gmail.com", "ann@gmail.com"),
        ("ann@googlemail.com", "ann@gmail.com"),
        ("ann+a+b@Outlook.com", "ann@outlook.com"),
        ("ann+x@hotmail.co.uk", "ann@hotmail.co.uk"),
        ("a.nn+x@icloud.com", "a.nn@icloud.com"),
        ("ann-x@yahoo.com", "ann-x@yahoo.com"),
        ("ann+x@company.com", "ann+x@company.com"),
        ("a.nn@company.com", "a.nn@company.com"),
        ("a.nn@notgmail.com", "a.nn@notgmail.com"),
        ("a.nn@gmail.com.br", "a.nn@gmail.com.br"),
    ],
)
def test_dots_and_tags_go_where_the_provider_ignores_them(raw: str, canonical: str) -> None:
    assert _email(raw) == canonical


def test_options_keep_dots_and_tags() -> None:
    assert _email("a.nn+x@gmail.com", email_dots=False) == "a.nn@gmail.com"
    assert _email("a.nn+x@gmail.com", email_tags=False) == "ann+x@gmail.com"


def test_a_quoted_local_part_keeps_its_quotes_where_it_needs_them() -> None:
    assert _email('"Ann Bell"@example.com') == '"ann bell"@example.com'
    assert _email('"a@b"@example.com') == '"a@b"@example.com'
    assert _email(r'"a\nn"@example.com') == "ann@example.com"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("ann", "no @"),
        ("null", "no @"),
        ("@example.com", "nothing before the @"),
        ("ann@", "nothing after the @"),
        ("ann@localhost", "domain has no dot"),
        ("ann bell@example.com", "white space inside"),
        ("ann@exam ple.com", "white space inside"),
        ("ann@@example.com", "more than one @"),
        ("ann@x.com, bob@x.com", "several addresses in one field"),
        ("ann@x.com;bob@x.com", "several addresses in one field"),
        ("ann@[192.0.2.1]", "domain is an address literal"),
        ("ann@192.0.2.1", "domain ends in a number"),
        ("ann@example..com", "domain has an empty label"),
        ("ann@-a.com", "domain label '-a' is not valid"),
        ("ann@xn--a.com", "domain is not a valid international name"),
        ("a(b)@example.com", "character U+0028 is not allowed before the @"),
        ("an\ufffd@example.com", "character U+FFFD is not allowed before the @"),
        ("+x@gmail.com", "nothing before the @ but a tag or dots"),
        ("a" * 65 + "@example.com", "more than 64 characters before the @"),
        ("a@" + "b." * 130 + "com", "domain is longer than 253 characters"),
    ],
)
def test_what_is_no_address_says_why(raw: str, reason: str) -> None:
    outcome = canonicalise("email", raw)
    assert (outcome.value, outcome.reason) == (None, reason)


@given(st.from_regex(r"[a-z0-9._+-]{1,70}@([a-z0-9-]{1,8}\.){0,3}[a-z0-9.-]{0,9}", fullmatch=True))
def test_plain_addresses_are_what_the_long_way_makes_of_them(raw: str) -> None:
    found = canonicalise("email", raw)
    with patch.object(module, "_PLAIN", re.compile(r"(?!)")):
        assert canonicalise("email", raw) == found
