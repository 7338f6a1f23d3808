"""All pages: links lead somewhere, and nothing of one machine is on them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import DOCS, ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), ROOT / "benchmarks" / "README.md"])
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = re.sub(
        r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    heads = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_within_the_project_leads_somewhere(page: Path) -> None:
    """The file is there, and so is the heading."""
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            name, _, anchor = target.partition("#")
            other = page.parent / name if name else page
            assert other.exists(), target
            assert not anchor or anchor in anchors(other), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_module_or_folder_that_a_page_names_is_there(page: Path) -> None:
    """`engine/batch/live.py` in a page is a file of the project."""
    text = page.read_text(encoding="utf-8")
    pattern = r"`((?:engine|matching|graph|api|tests|benchmarks|docs)/[\w/.]*)`"
    for name in re.findall(pattern, text):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_says_what_was_rejected_and_is_listed(page: Path) -> None:
    """Each has its parts, its number as title, and a line in the list."""
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# {page.stem[:4]}: ")
    assert "**Decision.**" in text
    assert "**Why.**" in text
    assert "**Rejected because**" in text
    assert f"]({page.name})" in (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")


def test_there_are_decisions() -> None:
    """The checks above look at something."""
    assert len(DECISIONS) >= 11
