from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

from rich.console import Console

from sameas.api.cli.console import print_json, report, safe, table
from sameas.errors import Fault, InputError

if TYPE_CHECKING:
    import pytest


def shown(heads: list[str], rows: list[list[object]]) -> str:
    console = Console(file=io.StringIO(), width=80)
    console.print(table("T", heads, rows))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_escape_sequences_are_shown_and_not_obeyed() -> None:
    assert safe("\x1b]0;owned\x07\x9b1m") == "\\x1b]0;owned\\x07\\x9b1m"


def test_marks_that_reverse_text_are_shown() -> None:
    assert safe("a\u202eb") == "a\\u202eb"


def test_a_lone_surrogate_can_be_printed() -> None:
    assert safe("\udcff").encode() == b"\\udcff"


def test_letters_of_every_script_stay() -> None:
    assert safe("Олександр محمد 王小明 é") == "Олександр محمد 王小明 é"


def test_markup_in_data_is_data() -> None:
    assert "[red]x[/red]" in shown(["[bold]"], [["[red]x[/red]"]])


def test_numbers_are_grouped_and_aligned_right() -> None:
    lines = shown(["n"], [[1], [1_000_000]]).splitlines()
    assert any(line.endswith("1  ") and line.strip() == "1" for line in lines)
    assert any("1,000,000" in line for line in lines)


def test_a_table_without_rows_has_its_heads() -> None:
    assert "name" in shown(["name"], [])


def test_json_is_ascii_and_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"é": 1})
    text = capsys.readouterr().out
    assert text.isascii()
    assert json.loads(text) == {"é": 1}


def test_every_fault_is_reported_with_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    report(InputError([Fault("a.csv", "no rows"), Fault("b[i].csv", "bad\x1b", "look there")]))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "error: a.csv: no rows",
        "error: b[i].csv: bad\\x1b",
        "       look there",
    ]


def test_a_long_fault_is_not_broken_into_lines(capsys: pytest.CaptureFixture[str]) -> None:
    report(InputError(Fault("place", "word " * 100)))
    assert len(capsys.readouterr().err.splitlines()) == 1
