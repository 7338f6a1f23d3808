# ruff: noqa: RUF001
# Look-alike characters are what these tests are about.
"""The laws of canonicalisation: total, idempotent, encodable, one with its column form."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sameas.matching.canonical import (
    KINDS,
    Kind,
    Options,
    canonicalise,
    canonicalise_column,
    is_junk,
    junk_column,
)

kinds = st.sampled_from(KINDS)
options = st.builds(
    Options,
    default_region=st.sampled_from(["US", "CA", "GB", "DE", "IT", "BR", "JP", "AG", "RU", "ZZ"]),
    email_dots=st.booleans(),
    email_tags=st.booleans(),
)

_WORDS = """
@ . + - _ ( ) < > { } " ' \\ / ; , : 0 00 1 7 9 12 555 0143 2025550143 +1 +44 +49 +55 +999 x12
;ext=7 ext. доб. ann Ann BOB gmail.com googlemail.com GMail.Com outlook.com example.com
x.invalid mailto:
tel: urn:uuid: xn-- xn--bcher-kva.de bücher.de BÜCHER STRASSE straße İ ı ſ ﬁ ǰ ᾳ Ω K ＠ ． 。
ｄ ٠١٢٣ ۴۵۶ ５５５ null none test noreply or / & 0x sha256: a1b2c3d4 deadbeef DEADBEEF 6ba7b810
9dad 11d1 80b4 00c04fd430c8 00000000 ffffffff == 1B2M2Y8AsgTpgAmY7PhCfg .0 e+9 한 가 א ́ ̈
"""
_PIECES = _WORDS.split()
_UNSEEN = [" ", "\t", "\n", "\x00", "\x1f", "\x85", "\xa0", "\xad", "\u200b", "\u200e", "\u2028"]
_UNSEEN += ["\u202e", "\u3000", "\ufeff", "\ufffd", "\u2000", "\U0001f600", "\u0345", "%40"]
pieces = st.sampled_from(_PIECES + _UNSEEN)
encodable = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
addresses = st.builds(
    "{}@{}.{}".format,
    st.text("abcZ.+-_", min_size=1, max_size=8),
    st.sampled_from(
        ["gmail", "googlemail", "GMAIL", "outlook", "a-b", "-a", "ab--c", "mail.b", ""]
    ),
    st.sampled_from(["com", "COM", "co.uk", "1", "c", "com.", "3com"]),
)
numbers = st.from_regex(
    r"[ +(]{0,2}[0-9]{1,4}[-. )]{0,2}[0-9]{3,4}[-. ]?[0-9]{2,5} ?", fullmatch=True
)
long_numbers = st.from_regex(r"\+?[0-9]{5,19}", fullmatch=True)
hexes = st.from_regex(r"[{(]?[0-9a-fA-F]{32}[)}]?|[0-9a-fA-F]{40}|[0-9a-f]{64}", fullmatch=True)
uuids = (
    st.uuids().map(str)
    | st.uuids().map(lambda u: f"{{{u}}}".upper())
    | st.uuids().map(lambda u: u.urn)
)
nasty = st.one_of(
    st.lists(pieces, max_size=7).map("".join),
    encodable,
    addresses,
    numbers,
    long_numbers,
    hexes,
    uuids,
)


@given(kinds, nasty | st.text(st.characters(), max_size=6), options)
@settings(max_examples=400, deadline=None)
def test_a_canonical_value_is_canonical(kind: Kind, raw: str, options: Options) -> None:
    value = canonicalise(kind, raw, options).value
    if value is not None:
        assert canonicalise(kind, value, options).value == value


@given(kinds, nasty | st.text(st.characters(), max_size=6), options)
@settings(max_examples=200, deadline=None)
def test_whatever_leaves_is_encodable_and_not_blank(kind: Kind, raw: str, options: Options) -> None:
    outcome = canonicalise(kind, raw, options)
    assert outcome.value is None or outcome.reason is None
    for text in (outcome.value, outcome.reason):
        assert text is None or text.encode("utf-8").strip()


@given(kinds, st.lists(st.none() | nasty, max_size=8), options)
@example("phone", ["+0491000"], Options())
@settings(max_examples=400, deadline=None)
def test_a_column_is_its_values_one_by_one(
    kind: Kind, raw: list[str | None], options: Options
) -> None:
    column = canonicalise_column(kind, pa.array(raw, pa.string()), options)
    outcomes = [canonicalise(kind, value, options) for value in raw]
    assert column.values.to_pylist() == [outcome.value for outcome in outcomes]
    reasons = [outcome.reason for outcome in outcomes]
    if column.reasons is None:
        assert not any(reasons)
    else:
        assert column.reasons.to_pylist() == reasons
    column.values.validate(full=True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", [0, 63, 64, 100, 199])
@pytest.mark.parametrize(
    "odd", [" Ann@X.com", None, "", "zo\u00eb@x.com", "(202) 555-0143", "A" * 32]
)
def test_an_odd_row_among_canonical_ones_changes_no_other(
    kind: Kind, place: int, odd: str | None
) -> None:
    plain = {"email": "bob{}@x.com", "phone": "+1415555{:04d}", "hash": "{:064x}"}
    raw: list[str | None] = [plain.get(kind, "id-{}").format(row) for row in range(200)]
    raw[place] = odd
    values = canonicalise_column(kind, pa.array(raw, pa.string())).values
    expected = [*raw[:place], canonicalise(kind, odd).value, *raw[place + 1 :]]
    assert values.to_pylist() == expected


@given(kinds, st.lists(st.none() | nasty, max_size=8))
@settings(max_examples=300, deadline=None)
def test_junk_of_a_column_is_that_of_its_values(kind: Kind, raw: list[str | None]) -> None:
    values = canonicalise_column(kind, pa.array(raw, pa.string())).values
    expected = [value is not None and is_junk(kind, value) for value in values.to_pylist()]
    assert junk_column(kind, values).tolist() == expected


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("raw", [None, "", " ", "\t\n", "\u200b", "\u3000\ufeff", "\x00"])
def test_null_and_invisible_text_is_no_value(kind: Kind, raw: str | None) -> None:
    outcome = canonicalise(kind, raw)
    assert (outcome.value, outcome.reason) == (None, None)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("word", ["null", "None", "N/A", "undefined", "-", "(none)", "unknown"])
def test_a_word_for_nothing_never_links(kind: Kind, word: str) -> None:
    outcome = canonicalise(kind, word)
    if outcome.value is None:
        assert kind in {"email", "phone", "hash"}
        assert outcome.reason
    else:
        assert is_junk(kind, outcome.value)
