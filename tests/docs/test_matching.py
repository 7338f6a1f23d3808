"""docs/matching.md names every kind, every level with its sentence, and its examples are true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sameas.matching.compare import LEVELS
from sameas.matching.fields import KINDS, FieldKind
from tests.docs.pages import DOCS, blocks, play

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (DOCS / "matching.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_tells_each_level_of_each_kind(kind: FieldKind) -> None:
    (row,) = (line for line in PAGE.splitlines() if line.startswith(f"| `{kind}` | **"))
    for level in LEVELS[kind][:-1]:
        sentence = level.meaning[0].lower() + level.meaning[1:].removesuffix(".")
        assert f"**{level.name}**: {sentence}" in row


def test_the_examples_of_the_page_are_true(tmp_path: Path) -> None:
    python = [block for block in blocks(PAGE) if block.language == "python"]
    assert python
    play(PAGE, tmp_path)
