from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from rich.console import Console

from sameas.api.cli.summary import show

if TYPE_CHECKING:
    from pathlib import Path

EMPTY: dict[str, Any] = {
    "inputs": [],
    "counts": {"records": 0, "profiles": 0},
    "identifiers": {},
    "refused": {},
    "rejected": {},
    "changes": {"created": 0},
    "timings": {},
    "warnings": [],
}


def shown(out: Path, **manifest: object) -> str:
    console = Console(file=io.StringIO(), width=120)
    show(console, out, {**EMPTY, **manifest})
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_run_of_nothing_is_shown(tmp_path: Path) -> None:
    text = shown(tmp_path)
    assert "profiles" in text
    assert "Refused" not in text


def test_every_column_is_shown_with_its_role_and_why(tmp_path: Path) -> None:
    column = {"column": "E-Mail", "role": "identifier:email", "why": "name", "example": "a@b.c"}
    read = {"name": "crm.csv", "format": "csv", "rows": 1234, "mapping": [column]}
    text = shown(tmp_path, inputs=[read])
    assert "crm.csv (csv, 1,234 rows)" in text
    assert all(value in text for value in column.values())


def test_a_column_without_an_example_and_a_file_of_unknown_length_are_shown(
    tmp_path: Path,
) -> None:
    column = {"column": "x", "role": "ignore", "why": "values", "example": None}
    read = {"name": "a.csv", "format": "csv", "rows": None, "mapping": [column]}
    text = shown(tmp_path, inputs=[read])
    assert "a.csv (csv)" in text
    assert "None" not in text


def test_identifiers_are_counted_by_status(tmp_path: Path) -> None:
    text = shown(tmp_path, identifiers={"phone": {"linked": 5, "shared": 2}})
    (row,) = [line for line in text.splitlines() if "phone" in line]
    assert row.split() == ["phone", "5", "0", "2", "0", "0"]


def test_reasons_are_shown_where_there_are_any(tmp_path: Path) -> None:
    text = shown(tmp_path, refused={"max_per_profile:user_id": 3}, rejected={"no @": 4})
    assert "max_per_profile:user_id" in text
    assert "no @" in text


def test_changes_are_shown_where_there_was_something_to_change(tmp_path: Path) -> None:
    assert "Changes" not in shown(tmp_path, changes={"created": 3, "merged": 0})
    assert "Changes" in shown(tmp_path, changes={"created": 3, "unchanged": 1})


def test_warnings_cannot_style_the_terminal(tmp_path: Path) -> None:
    assert "warning: [red]x\\x1b" in shown(tmp_path, warnings=["[red]x\x1b"])


def test_the_report_is_named_where_there_is_one(tmp_path: Path) -> None:
    assert "report.html" not in shown(tmp_path)
    (tmp_path / "report.html").touch()
    assert "report.html" in shown(tmp_path)
