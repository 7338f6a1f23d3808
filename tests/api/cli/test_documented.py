from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer
import typer.main

from sameas.api.cli.app import app
from sameas.engine.policy import loads

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (Path(__file__).parents[3] / "docs" / "cli.md").read_text(encoding="utf-8")


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every command that does something, with the spellings of its options."""

    def walk(command: object, name: str) -> Iterator[tuple[str, list[str]]]:
        inner = getattr(command, "commands", None)
        if inner:
            for word, other in inner.items():
                yield from walk(other, f"{name} {word}")
            return
        parameters = getattr(command, "params", [])
        options = [name for parameter in parameters for name in parameter.opts]
        yield name, [option for option in options if option.startswith("-")]

    yield from walk(typer.main.get_command(app), "sameas")


def section(command: str) -> str:
    """What the page says of a command: from its heading to the next of the same level."""
    found = re.search(rf"^## {command}$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/cli.md has no section '## {command}'"
    return found[1]


ALL = dict(commands())


def test_there_are_commands() -> None:
    assert {"sameas resolve", "sameas policy check"} <= set(ALL)


@pytest.mark.parametrize("command", ALL)
def test_every_option_of_a_command_is_documented(command: str) -> None:
    text = section(command)
    missing = [option for option in ALL[command] if f"`{option}`" not in text]
    assert not missing


@pytest.mark.parametrize("command", ALL)
def test_no_option_is_documented_that_does_not_exist(command: str) -> None:
    rows = re.findall(r"^\| (`-[^|]*) \|", section(command), re.MULTILINE)
    named = {option for row in rows for option in re.findall(r"`(-[^`]+)`", row)}
    assert named == set(ALL[command])


def test_no_command_is_documented_that_does_not_exist() -> None:
    assert set(re.findall(r"^## (sameas .*)$", PAGE, re.MULTILINE)) == set(ALL)


def test_the_policy_file_on_the_page_is_valid() -> None:
    (example,) = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert loads(example).default_region == "DE"
