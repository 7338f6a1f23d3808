"""docs/policy.md and the policy's schema name the same keys with the same defaults."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, get_args

import pytest

from sameas.engine.policy import default, loads
from sameas.engine.policy.document import (
    ROLES,
    Document,
    EmailTable,
    GroupTable,
    IdentifierTable,
    PhoneTable,
    SurvivorshipTable,
)
from sameas.engine.policy.model import Canonical, Strategy
from tests.docs.pages import quoted, read, rows, section

if TYPE_CHECKING:
    from pydantic import BaseModel

PAGE = read("docs/policy.md")
TABLES: dict[str, type[BaseModel]] = {
    "The whole file": Document,
    "[identifiers.TYPE]": IdentifierTable,
    "[phone]": PhoneTable,
    "[email]": EmailTable,
    "[survivorship]": SurvivorshipTable,
    "[[survivorship.groups]]": GroupTable,
}
WORDS = ("see below", "all types below", "`name` and `address`", "")
"""Defaults that are too long for a cell, and none."""


def keys(heading: str) -> dict[str, str]:
    """Key to default, as the first table under a heading has them."""
    text = section(PAGE, heading)
    table = text[text.index("| key ") :].split("\n\n")[0]
    return {quoted(cells[0])[0]: cells[1] for cells in rows(table)}


def plain(value: object) -> object:
    """A default as TOML would give it: lists for tuples, a word for no limit."""
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("heading", TABLES)
def test_every_key_is_documented_and_no_other(heading: str) -> None:
    """A key that is added, renamed or dropped must be so on the page."""
    assert set(keys(heading)) == set(TABLES[heading].model_fields)


@pytest.mark.parametrize("heading", TABLES)
def test_a_default_on_the_page_is_the_schemas(heading: str) -> None:
    """Reading the default from the page gives what leaving the key out gives."""
    for key, cell in keys(heading).items():
        if cell in WORDS:
            continue
        said = tomllib.loads(f"it = {quoted(cell)[0]}")["it"]
        field = TABLES[heading].model_fields[key]
        wanted: Any = plain(field.get_default(call_default_factory=False))
        if heading == "[survivorship]" and key == "traits":
            wanted = dict(default().survivorship.traits)
        assert said == ("none" if wanted is None else wanted), key


def test_the_types_on_the_page_are_the_default_policy() -> None:
    """The table of types reads back as the default policy, in rank order."""
    text = section(PAGE, "[identifiers.TYPE]")
    cells = rows(text[text.index("| type ") :].split("\n\n")[0])
    names = [quoted(row[0])[0] for row in cells]
    parts = [f"rank = {names!r}"]
    for name, (_, kind, *values) in zip(names, cells, strict=True):
        links, per_profile, fanout, records, guard = values
        limits = ("max_per_profile", per_profile), ("max_fanout", fanout), ("max_records", records)
        parts.append(f'[identifiers.{name}]\ncanonicaliser = "{quoted(kind)[0]}"\nlinks = {links}')
        parts += [f"{key} = {_limit(value)}" for key, value in limits]
        parts.append(f"guard = {guard}")
    assert loads("\n".join(parts)) == default()


def _limit(cell: str) -> str:
    return '"none"' if cell == "none" else cell


def test_the_default_groups_on_the_page_are_the_default_policys() -> None:
    """The page names each default group with its traits, in their order."""
    text = section(PAGE, "[[survivorship.groups]]").replace("\n", " ")
    for group in default().survivorship.groups:
        traits = ", ".join(f"`{trait}`" for trait in group.traits)
        assert f"`{group.name}` ({traits})" in text
        assert group.strategy == "most_recent"


def test_every_canonicaliser_is_documented_and_no_other() -> None:
    """The page explains what each canonicaliser does."""
    named = {quoted(cells[0])[0] for cells in rows(section(PAGE, "Canonicalisers"))}
    assert named == set(get_args(Canonical))


def test_every_strategy_is_documented_and_no_other() -> None:
    """docs/design.md explains what each strategy of survivorship does."""
    cells = rows(section(read("docs/design.md"), "3.7 Golden record"))
    assert {name for row in cells for name in quoted(row[0])} == set(get_args(Strategy))


def test_every_role_of_a_column_is_documented_and_no_other() -> None:
    """The page explains each role that a column may be given."""
    cells = rows(section(PAGE, '[columns] and [files."NAME".columns]'))
    assert [quoted(row[0])[0] for row in cells] == [
        *(role for role in ROLES if role not in ("ignore", "identifier:TYPE", "trait:NAME")),
        "identifier:TYPE",
        "trait:NAME",
        "ignore",
    ]
