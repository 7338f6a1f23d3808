"""What the guides show is what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import blocks, play, read

if TYPE_CHECKING:
    from pathlib import Path

GUIDES = ("docs/guide.md", "docs/python.md", "README.md")


@pytest.mark.parametrize("page", GUIDES)
def test_a_guide_does_what_it_shows(page: str, tmp_path: Path) -> None:
    """Every file, command and Python block of a guide works in an empty folder, in order."""
    play(read(page), tmp_path)


@pytest.mark.parametrize("page", GUIDES)
def test_a_guide_has_something_to_run(page: str) -> None:
    """No guide passes because its blocks are not seen."""
    assert {"console", "python"} & {block.language for block in blocks(read(page))}


def test_a_command_that_prints_something_else_is_noticed(tmp_path: Path) -> None:
    """A page that shows a line that is not printed fails."""
    with pytest.raises(AssertionError, match="does not print 'no'"):
        play("```console\n$ echo yes\nno\n```\n", tmp_path)


def test_lines_in_another_order_are_noticed(tmp_path: Path) -> None:
    """Shown lines must be printed in the order in which they are shown."""
    with pytest.raises(AssertionError, match="does not print 'one'"):
        play("```console\n$ printf 'one\\ntwo\\n'\ntwo\none\n```\n", tmp_path)


def test_a_command_that_fails_is_noticed(tmp_path: Path) -> None:
    """A command with an exit code other than 0 fails its page."""
    with pytest.raises(AssertionError, match="exit code 3"):
        play("```console\n$ exit 3\n```\n", tmp_path)


def test_a_python_block_that_fails_is_noticed(tmp_path: Path) -> None:
    """An assertion in a Python block fails its page."""
    with pytest.raises(AssertionError):
        play("```python\nassert 1 == 2\n```\n", tmp_path)
