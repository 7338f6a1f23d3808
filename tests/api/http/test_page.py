"""docs/api.md says what the API does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.docs.pages import quoted, read, rows, section

from sameas import errors
from sameas.api.http import bodies
from sameas.api.http.errors import problem_of
from sameas.api.http.settings import Limits, Settings
from sameas.engine.online.events import Answer

if TYPE_CHECKING:
    from tests.api.http.calling import Api


def test_the_page_has_every_route_with_its_scope(api: Api) -> None:
    """And no other."""
    said = {
        quoted(row[0])[0]: row[1].strip("`") for row in rows(section(read("docs/api.md"), "Routes"))
    }
    there = {
        f"{method.upper()} {path}": one.get("x-scope", "read" if path == "/metrics" else "none")
        for path, ways in api.app.openapi()["paths"].items()
        for method, one in ways.items()
    }
    assert said == there


def test_the_page_has_every_field_of_an_answer_and_of_a_merge() -> None:
    """By name."""
    text = section(read("docs/api.md"), "Sending")
    tables = {name for row in rows(text) for name in quoted(row[0])}
    assert tables == set(Answer.__struct_fields__)
    for name in bodies.Merge.__struct_fields__:
        assert f"`{name}`" in text or name == "first_seen"


def test_the_page_has_every_code_of_an_error() -> None:
    """With its status."""
    said = {
        code: int(row[0])
        for row in rows(section(read("docs/api.md"), "Errors"))
        for code in quoted(row[1])
    }
    for name in errors.__all__:
        kind = getattr(errors, name)
        if name.endswith("Error") and issubclass(kind, errors.EngineError | errors.StoreError):
            problem = problem_of(kind("it failed"))
            if problem.status in (500, 422):
                continue
            assert said.get(problem.code) == problem.status, problem.code


def test_the_page_has_the_limits() -> None:
    """As numbers."""
    text = read("docs/api.md")
    limits, settings = Limits(), Settings()
    numbers = set(re.findall(r"\d[\d,]*", text))
    for value in (
        limits.items, limits.lines, limits.identifiers, limits.identifier, limits.name,
        limits.traits, limits.trait, limits.trait_name, limits.depth, round(settings.rate),
        round(settings.collect_rate),
    ):  # fmt: skip
        assert f"{value:,}" in numbers
    assert limits.body == 4 * 1024 * 1024
    assert settings.reply_hours == 24
