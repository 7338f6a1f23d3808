# ruff: noqa: RUF001 letters that look like Latin ones are the subject

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sameas.matching.names import compatible, compatible_pairs
from sameas.matching.names.parse import SEPARATOR

SAME = [
    # other spellings
    ("Ann Smith", "ANN  SMITH"),
    ("Jhon Smith", "John Smith"),
    ("Øystein Dahl", "Oystein Dahl"),
    ("Müller Hans", "Mueller Hans"),
    ("O'Brien Pat", "Pat OBrien"),
    ("John Mc Donald", "John McDonald"),
    ("Muhammed Ali", "Mohammad Ali"),
    ("Abdul Rahman Khan", "Abdulrahman Khan"),
    # order, fields, initials, missing parts
    ("Ann Smith", "Smith, Ann"),
    ("Ann Smith", "A. Smith"),
    ("J.R. Smith", "John Smith"),
    ("JP Morgan", "John Paul Morgan"),
    ("ann\x1f\x1fsmith", "smith\x1f\x1fann"),
    ("ann\x1f\x1f", "ann\x1fb\x1fsmith"),
    ("\x1f\x1fsmith", "ann\x1f\x1f"),
    ("wayne\x1f\x1fhanson", "\x1falbert\x1fhanson"),
    ("wayne\x1fl\x1fhanson", "wayne\x1flee\x1fhanson"),
    ("mary\x1fann\x1fsmith", "ann\x1f\x1fsmith"),
    # hyphens, particles, double names
    ("Anne-Marie Smith", "Annemarie Smith"),
    ("Anne-Marie Smith", "Anne Smith"),
    ("Maria de la Cruz", "Maria Delacruz"),
    ("Jan van der Berg", "Jan Berg"),
    ("José García López", "José García"),
    ("Ann Smith-Jones", "Ann Smith"),
    # titles
    ("Dr. Ann Smith PhD", "Ann Smith"),
    ("Mr John Smith", "John Smith Jr."),
    # forms of one name
    ("Bill Smith", "William Smith"),
    ("Bill Smith", "Will Smith"),
    ("Kasia Nowak", "Katarzyna Nowak"),
    ("Pepe García", "José Garcia"),
    ("Sasha Melnyk", "Oleksandr Melnyk"),
    ("Gretchen Vogel", "Margarete Vogel"),
    # scripts
    ("Олександр Шевченко", "Oleksandr Shevchenko"),
    ("Олександр Шевченко", "Alexander Shevchenko"),
    ("Сергій Бондаренко", "Sergii Bondarenko"),
    ("Михаил Горбачёв", "Mikhail Gorbachev"),
    ("Иванов Иван", "Ivan Ivanov"),
    ("Анна Иванова", "Anna Ivanov"),
    ("محمد علی", "Mohammad Ali"),
    ("محمد علي", "Muhammed Ali"),
    ("عبدالرحمن خان", "Abdul Rahman Khan"),
    ("משה כהן", "Moshe Cohen"),
    ("Σωκράτης Παπαδόπουλος", "Sokratis Papadopoulos"),
    ("王小明", "Wang Xiaoming"),
    ("王小明", "Xiaoming Wang"),
    ("王小明", "王 小明"),
    ("王小明", "Wang"),
    ("김철수", "Kim Cheolsu"),
    ("マーティン クロウリー", "Martin Crowley"),
    ("İbrahim Kaya", "Ibrahim Kaya"),
    ("IŞIK YILMAZ", "ışık yılmaz"),
    ("Łukasz Nowak", "Lukasz Nowak"),
]

OTHER = [
    ("Ann Smith", "Bob Smith"),
    ("Ann Smith", "Ann Jones"),
    ("Ann Smith", "S. Smith"),
    ("Joan Smith", "John Smith"),
    ("Paul Smith", "Paula Smith"),
    ("Mario Rossi", "Maria Rossi"),
    ("Tom Li", "Tim Li"),
    ("Jean-Pierre Martin", "Jean-Paul Martin"),
    ("John Smith Jr", "John Smith Sr"),
    ("Mr Smith", "Mrs Smith"),
    ("ann\x1f\x1fsmith", "bob\x1f\x1f"),
    ("ann\x1f\x1fsmith", "ann\x1f\x1fjones"),
    ("thomas\x1fm\x1fwolf", "michael\x1f\x1fwolf"),
    ("Ahmet Kaya", "Mehmet Kaya"),
    ("محمد علي", "محمود علي"),
    ("محمد علي", "Ahmed Ali"),
    ("Иван Иванов", "Петр Иванов"),
    ("Ivan Ivanov", "Пётр Иванов"),
    ("Олександр Шевченко", "Oleksii Shevchenko"),
    ("Олександр Шевченко", "Oleksandra Shevchenko"),
    ("王小明", "王大明"),
    ("王小明", "Wang Daming"),
    ("김철수", "Kim Minsu"),
]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_one_person_named_in_two_ways_is_compatible(a: str, b: str) -> None:
    assert compatible(a, b)


@pytest.mark.parametrize(("a", "b"), OTHER)
def test_names_of_two_people_are_not_compatible(a: str, b: str) -> None:
    assert not compatible(a, b)


@pytest.mark.parametrize("nothing", [None, "", " .,-", "😀", "123", "\ud800", SEPARATOR * 2])
def test_what_names_nobody_is_compatible_with_everybody(nothing: str | None) -> None:
    assert compatible(nothing, "Ann Smith")
    assert compatible("Ann Smith", nothing)
    assert compatible(nothing, nothing)


_PIECES = st.sampled_from(
    [word for pair in SAME + OTHER for name in pair for word in name.split()]
    + ["J.", "de", "van", "Dr", "Jr", "abd", "al", "mc", "-", ",", SEPARATOR, "Mr", "Mrs", "山田"]
)
_NAMES = (
    st.lists(_PIECES, max_size=6).map(" ".join)
    | st.tuples(_PIECES, _PIECES, _PIECES).map(SEPARATOR.join)
    | st.text(max_size=30)
)


@given(_NAMES, _NAMES)
@settings(max_examples=300, deadline=None)
def test_compatibility_is_symmetric(a: str, b: str) -> None:
    assert compatible(a, b) == compatible(b, a)
    both = compatible_pairs([a, b], np.array([0, 1]), np.array([1, 0]))
    assert both[0] == both[1]


@given(_NAMES)
@settings(max_examples=200, deadline=None)
def test_compatibility_is_reflexive(name: str) -> None:
    assert compatible(name, name)
    # Two entries of one text are two names to the kernel: they are really compared.
    assert compatible_pairs([name, name], np.array([0]), np.array([1])).all()


@given(st.lists(_NAMES, min_size=1, max_size=12))
@settings(max_examples=150, deadline=None)
def test_a_vector_of_pairs_equals_pair_by_pair(names: list[str]) -> None:
    left, right = (grid.ravel() for grid in np.indices((len(names), len(names))))
    expected = [compatible(names[i], names[j]) for i, j in zip(left, right, strict=True)]
    assert compatible_pairs(names, left, right).tolist() == expected


def test_all_named_examples_agree_in_one_vector() -> None:
    names = [name for pair in SAME + OTHER for name in pair]
    at = np.arange(0, len(names), 2)
    expected = [True] * len(SAME) + [False] * len(OTHER)
    assert compatible_pairs(names, at, at + 1).tolist() == expected


def test_no_pairs_give_no_answers() -> None:
    nothing = np.empty(0, np.int64)
    assert compatible_pairs([], nothing, nothing).shape == (0,)


def test_names_without_any_word_are_compatible_in_a_vector() -> None:
    assert compatible_pairs(["", "😀"], np.array([0]), np.array([1])).tolist() == [True]


@pytest.mark.parametrize("wrong", [-1, 2])
def test_an_index_outside_the_names_is_refused(wrong: int) -> None:
    with pytest.raises(ValueError, match="outside the 2 names"):
        compatible_pairs(["a", "b"], np.array([0]), np.array([wrong]))


def test_index_arrays_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        compatible_pairs(["a", "b"], np.array([0]), np.array([0, 1]))


def test_a_very_long_name_is_compared_by_its_beginning() -> None:
    assert compatible("Ann Smith " * 1000, "Ann Smith")
    assert not compatible("x" * 10_000, "y" * 10_000)
