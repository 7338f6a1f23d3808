# ruff: noqa: RUF001 letters that look like Latin ones are the subject

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sameas.matching.names.parse import MAX_COLUMNS, MAX_WORDS, Name, parse_name


def given_and_family(text: str) -> tuple[list[str], list[str]]:
    name = parse_name(text)
    return [word.text for word in name.given], [word.text for word in name.family]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ann Smith", ([], ["ann", "smith"])),
        ("Smith, Ann M.", (["ann", "m"], ["smith"])),
        ("Ann\x1fMarie\x1fSmith-Jones", (["ann", "marie"], ["smith", "jones"])),
        ("Ann\x1f\x1f", (["ann"], [])),
        ("\x1fMarie\x1fSmith", ([], ["smith"])),
        ("Smith, Jr", ([], ["smith"])),
        ("Mrs. Ann Smith PhD", ([], ["ann", "smith"])),
        ("Jan van der Berg", ([], ["jan", "berg"])),
        ("Van Smith", ([], ["van", "smith"])),
        ("Abd al-Rahman Khan", ([], ["abdrahman", "khan"])),
        ("Ivanova", ([], ["ivanov"])),
        ("", ([], [])),
        (" .,-'’ 😀 ", ([], [])),
        ("\ud800\x00", ([], [])),
    ],
)
def test_a_name_falls_into_its_parts(text: str, parts: tuple[list[str], list[str]]) -> None:
    assert given_and_family(text) == parts


@pytest.mark.parametrize(
    ("text", "generation", "gender"),
    [
        ("John Smith Jr.", 2, 0),
        ("John Smith II", 2, 0),
        ("Sr Juan Pérez", 0, 1),
        ("Mrs Smith", 0, 2),
        ("Dr Smith", 0, 0),
        ("Mr", 0, 0),
    ],
)
def test_titles_and_generations_are_kept_apart(text: str, generation: int, gender: int) -> None:
    name = parse_name(text)
    assert (name.generation, name.gender) == (generation, gender)


def test_neighbours_are_also_known_written_as_one() -> None:
    assert {w.text for w in parse_name("Anna de la Cruz").joined} == {"delacruz", "annacruz"}


def test_only_a_run_without_blanks_is_solid() -> None:
    assert parse_name("王小明").solid
    assert not parse_name("王 小明").solid
    assert not parse_name("Wang").solid


def test_what_follows_the_two_hundredth_character_is_not_read() -> None:
    assert parse_name("a" * 200 + " Smith") == parse_name("a" * 200)


@given(st.text(max_size=300) | st.text(alphabet="ab -,.\x1f王كИ", max_size=300))
def test_any_text_is_read_within_bounds(text: str) -> None:
    name = parse_name(text)
    assert isinstance(name, Name)
    assert len(name.words) <= MAX_WORDS
    assert len(name.words) + len(name.joined) <= MAX_COLUMNS
    assert all(word.text.isascii() and word.text.isalpha() for word in name.words + name.joined)
