"""The README's excerpt of the demo is the demo's output, so that it cannot go stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.docs.demo_excerpt import STORIES, demo, excerpt, shown

if TYPE_CHECKING:
    from pathlib import Path


def test_the_readme_shows_what_the_demo_prints(tmp_path: Path) -> None:
    """`python -m tests.docs.demo_excerpt` brings the README up to date."""
    assert shown() == excerpt(demo(tmp_path))


def test_the_readme_shows_figures_and_stories() -> None:
    """An excerpt of nothing would be equal to nothing."""
    text = shown()
    assert "precision: joined pairs that are right" in text
    assert all(story in text for story in STORIES)
