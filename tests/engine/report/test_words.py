"""The words of the report are those that the engine uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from sameas.engine.report import words
from sameas.engine.report.words import (
    CHANGE_WORDS,
    CONSTRAINT_WORDS,
    change_words,
    constraint_words,
)

REFERENCE = Path(words.__file__).parents[1] / "reference"


@pytest.mark.parametrize("name", CONSTRAINT_WORDS)
def test_a_constraint_of_the_report_is_one_of_the_function(name: str) -> None:
    """The reference refuses by this name."""
    code = "".join(path.read_text(encoding="utf-8") for path in REFERENCE.glob("*.py"))
    assert f'Reason("{name}"' in code or f'\n                "{name}", ' in code


@pytest.mark.parametrize("name", CHANGE_WORDS)
def test_a_change_of_the_report_is_one_of_the_ledger(name: str) -> None:
    """The reference reports changes by this name."""
    assert f'"{name}"' in (REFERENCE / "ids.py").read_text(encoding="utf-8")


def test_a_constraint_that_is_not_known_is_still_explained() -> None:
    """A later version's constraint is shown with words that are true of any."""
    assert constraint_words("something new") == "A rule of the policy kept the two sides apart."


def test_a_change_that_is_not_known_has_no_words() -> None:
    """The template leaves out what is empty."""
    assert change_words("something new") == ""
