"""Levels: what each finds, symmetric, and compiled as defined."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sameas.matching.compare import LEVELS, level, level_pairs, levels, prepare
from sameas.matching.fields import KINDS, FieldKind, canonical

FOUND: list[tuple[FieldKind, str, str, str]] = [
    ("given_name", "Ann", "ann", "equal"),
    ("given_name", "Bill", "William", "same name"),
    ("given_name", "Steven", "Stephen", "same name"),
    ("given_name", "Anne-Marie", "Annemarie", "same name"),
    ("given_name", "Саша", "Oleksandr", "same name"),
    ("given_name", "Mary Ann", "Mary", "further name"),
    ("given_name", "J.", "John", "initial"),
    ("given_name", "J R", "John", "initial"),
    ("given_name", "Margaret", "Margaert", "close"),
    ("given_name", "محمد", "Mohammad", "close"),
    ("given_name", "Joan", "John", "similar"),
    ("given_name", "nleaEor", "Eleanor", "similar"),
    ("given_name", "Paul", "Paula", "similar"),
    ("given_name", "Ann", "Bob", "different"),
    ("given_name", "A", "B", "different"),
    ("family_name", "Smith", "Smyth", "same name"),
    ("family_name", "de la Cruz", "Delacruz", "same name"),
    ("family_name", "Smith-Jones", "Jones", "further name"),
    ("family_name", "van der Berg", "Berg", "further name"),
    ("family_name", "Williamson", "Willismaon", "close"),
    ("family_name", "Bill", "William", "different"),
    ("family_name", "Ruiz Ortega", "Ruiz Blanco", "similar"),
    ("full_name", "Ann Smith", "Smith Ann", "same words"),
    ("full_name", "Bill Smith", "Smith, William", "same words"),
    ("full_name", "王小明", "Xiaoming Wang", "equal"),
    ("full_name", "王小明", "Wang Xiaoming", "same words"),
    ("full_name", "阿特金森比利", "Billy Atkinson", "close"),
    ("full_name", "Олена Коваль", "Olena Koval", "equal"),
    ("full_name", "Annsmith", "Ann Smith", "same words"),
    ("full_name", "Ann Marie Smith", "Ann Smith", "further name"),
    ("full_name", "A. Smith", "Ann Smith", "initials"),
    ("full_name", "Jhon Smiht", "John Smith", "same words"),
    ("full_name", "Williamson Bert", "Bert Willismaon", "close"),
    ("full_name", "Ann Smith", "Bob Smith", "one shared"),
    ("full_name", "Ann", "Ann Smith", "one shared"),
    ("full_name", "Ann Smith", "Bob Jones", "different"),
    ("date", "1980-04-05", "1980-05-04", "day and month swapped"),
    ("date", "1980-04-22", "1980-04-23", "one digit"),
    ("date", "1980-04-22", "1908-04-22", "one digit"),
    ("date", "1980-04-22", "1980-04-07", "two parts"),
    ("date", "1980-04-22", "1993-04-22", "two parts"),
    ("date", "1980-04", "1980-04-22", "two parts"),
    ("date", "1980", "1980-04-22", "same year"),
    ("date", "1980-04-22", "1980-11-03", "same year"),
    ("date", "1980-04-22", "1971-11-03", "different"),
    ("email", "ann.lee@yahoo.com", "ann.lee@example.com", "same local part"),
    ("email", "ann.lee@yahoo.com", "ann.kee@yahoo.com", "one typo"),
    ("email", "ann.lee7@yahoo.com", "ann.lee9@yahoo.com", "other number"),
    ("email", "annlee@gmail.com", "ann.lee82@yahoo.com", "other number"),
    ("email", "lee.ann@yahoo.com", "ann.lee@example.com", "close"),
    ("email", "ann.lee@yahoo.com", "bob.ray@yahoo.com", "different"),
    ("phone", "+12025550143", "+442025550143", "same end"),
    ("phone", "+12025550143", "+12025550134", "one digit"),
    ("phone", "+12025550143", "+13125550199", "different"),
    ("address", "12 Oak St Apt 3", "12 Oak Street", "same house"),
    ("address", "12 Oak Avenue", "12 Oak Street", "same house"),
    ("address", "12 Scroggins St", "12 Scrogins St", "house close"),
    ("address", "12 Oak St", "21 Oak St", "same street"),
    ("address", "12 Oak St", "12 Elm St", "same number"),
    ("address", "12 Old Oak St", "99 Oak St", "street close"),
    ("address", "12 Oak St", "99 Elm St", "different"),
    ("postcode", "43004", "43040", "one typo"),
    ("postcode", "SO43 7DX", "SO43 9AA", "same area"),
    ("postcode", "43004", "43081", "same area"),
    ("postcode", "43004", "90210", "different"),
    ("text", "Stoke-on-Trent", "Trent on Stoke", "same words"),
    ("text", "Sheffield", "Shefield", "close"),
    ("text", "Kensington", "Kensington, London", "close"),
    ("text", "London", "Greater London", "part"),
    ("text", "Rome", "Paris", "different"),
    ("organisation", "Universal Exports Ltd", "Universal Exports Singapore", "close"),
    ("number", "100", "101", "within 2 %"),
    ("number", "100", "109", "within 10 %"),
    ("number", "-100", "100", "different"),
    ("code", "293-90-9090", "293-90-9009", "one typo"),
    ("code", "293-90-9090", "111-22-9090", "same end"),
    ("code", "293-90-9090", "111-22-3333", "different"),
]
LETTERS = st.text(alphabet="abeikmnst aé\u0416\U0001f600", max_size=9)
DIGITS = st.from_regex(r"\+?[0-2]{0,10}", fullmatch=True)
DATES = st.from_regex(r"19[89][0-2](-0[1-3](-[0-2][1-3])?)?", fullmatch=True)
MAILS = st.from_regex(r"[abn.12]{0,8}@[xy]\.(com|org)", fullmatch=True)
ADDRESSES = st.from_regex(r"([12]{1,2} )?(oak|elm|old oak|oka) (st|ave)( #[12])?", fullmatch=True)
NAME_WORDS = """
ann anna bill william j r smith smyth wang xiaoming wangxiaoming mhmd mohammad paul paula maria
mario de la cruz delacruz joan john
"""
NAMES = st.lists(st.sampled_from(NAME_WORDS.split()), max_size=4).map(" ".join)
VALUES = st.one_of(LETTERS, NAMES, DIGITS, DATES, MAILS, ADDRESSES, st.text(max_size=8))


@pytest.mark.parametrize(("kind", "left", "right", "wanted"), FOUND)
def test_each_level_finds_what_it_says(kind: FieldKind, left: str, right: str, wanted: str) -> None:
    found = level(kind, canonical(kind, left), canonical(kind, right))
    assert levels(kind)[found - 1] == wanted


@pytest.mark.parametrize("kind", KINDS)
@given(left=VALUES, right=VALUES)
def test_levels_are_symmetric_and_within_the_declared_ones(
    kind: FieldKind, left: str, right: str
) -> None:
    found = level(kind, left, right)
    assert found == level(kind, right, left)
    assert (found == 0) == (not left or not right)
    assert 0 <= found <= len(levels(kind))
    if left:
        assert level(kind, left, left) == 1


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=150)
@given(values=st.lists(VALUES, min_size=1, max_size=10, unique=True))
def test_compiled_levels_equal_the_definition(kind: FieldKind, values: list[str]) -> None:
    values = sorted(value for value in values if value)
    packed = prepare(kind, values)
    left, right = (side.ravel() for side in np.mgrid[-1 : len(values), -1 : len(values)])
    found = level_pairs(kind, packed, left, right)
    texts = [*values, ""]
    assert found.tolist() == [
        level(kind, texts[a], texts[b]) for a, b in zip(left.tolist(), right.tolist(), strict=True)
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_no_pairs_give_no_levels(kind: FieldKind) -> None:
    none = np.empty(0, np.int32)
    assert level_pairs(kind, prepare(kind, []), none, none).tolist() == []


@pytest.mark.parametrize("kind", KINDS)
def test_missing_on_either_side_is_no_evidence(kind: FieldKind) -> None:
    packed = prepare(kind, pa.array(["1"]))
    left, right = np.array([-1, -1, 0, 0]), np.array([-1, 0, -1, 0])
    assert level_pairs(kind, packed, left, right).tolist() == [0, 0, 0, 1]


def test_a_code_outside_the_values_is_refused() -> None:
    packed = prepare("text", ["a"])
    with pytest.raises(ValueError, match="outside the 1 values"):
        level_pairs("text", packed, np.array([0]), np.array([1]))


def test_codes_of_two_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        level_pairs("text", prepare("text", ["a"]), np.array([0]), np.array([0, 0]))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_declares_levels_from_equal_to_different(kind: FieldKind) -> None:
    names = levels(kind)
    assert (names[0], names[-1]) == ("equal", "different")
    assert len(set(names)) == len(names)
    assert all(one.meaning.endswith(".") for one in LEVELS[kind])
