"""docs/output.md and what `resolve` writes name the same things."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from sameas.engine.batch import resolve_files
from sameas.engine.batch.result import TABLES
from sameas.engine.report.tables import STATUSES
from sameas.engine.report.words import CHANGE_WORDS, CONSTRAINT_WORDS, STATUS_WORDS
from tests.docs.pages import quoted, read, rows, section

if TYPE_CHECKING:
    from pathlib import Path

PAGE = read("docs/output.md")
TRAITS = {"full_name", "city"}
EVENTS = """\
{"email": "ann@shop.example", "city": "Oslo", "updated": "2024-01-01", "message_id": "m1"}
{"email": "ann@shop.example", "full_name": "Ann", "updated": "2024-01-03"}
{"email": "bob@shop.example", "full_name": "Bob", "updated": "2024-01-02"}
"""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of a run in which an observation needs `trait_times`, and a row is a message."""
    folder = tmp_path_factory.mktemp("output")
    source = folder / "web.jsonl"
    source.write_text(EVENTS, encoding="utf-8")
    resolve_files([source], folder / "out")
    return folder / "out"


def documented(table: str) -> set[str]:
    """The columns that the page names: the first table of the section, its first cells."""
    text = section(PAGE, table)
    head = "\n".join(text[text.index("| column ") :].split("\n\n")[0].splitlines())
    return {name for cells in rows(head) for name in quoted(cells[0])}


def words_of(kind: str) -> set[str]:
    """The words of the table whose header begins with `kind`, wherever it stands."""
    table = PAGE[PAGE.index(f"\n| {kind} | meaning |") + 1 :].split("\n\n")[0]
    return {name for cells in rows(table) for name in quoted(cells[0])}


@pytest.mark.parametrize("table", TABLES)
def test_every_column_of_a_table_is_documented_and_no_other(out: Path, table: str) -> None:
    """A column that is added, renamed or dropped must be so on the page."""
    columns = set(pq.read_schema(out / f"{table}.parquet").names)
    assert columns - TRAITS == documented(table)


def test_every_file_of_the_folder_is_documented(out: Path) -> None:
    """The page names each file, the tables by their sections."""
    names = {path.name for path in out.iterdir()}
    files = {name for name in names if not name.endswith(".parquet")}
    assert {name.removesuffix(".parquet") for name in names - files} == set(TABLES)
    assert all(f"| `{name}` |" in PAGE for name in files)


def test_every_key_of_the_manifest_is_documented_and_no_other(out: Path) -> None:
    """The manifest's keys and its counts are on the page."""
    manifest: dict[str, Any] = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    named = rows(section(PAGE, "manifest.json"))
    assert {name for cells in named for name in quoted(cells[0])} == set(manifest)
    meanings = {name: cells[1] for cells in named for name in quoted(cells[0])}
    assert set(quoted(meanings["counts"])) == set(manifest["counts"])
    assert set(quoted(meanings["resources"])) == set(manifest["resources"])
    inputs = set(quoted(meanings["inputs"]))
    assert inputs == set(manifest["inputs"][0]) | set(manifest["inputs"][0]["mapping"][0])


def test_the_statuses_are_those_of_the_report() -> None:
    """Page and report explain the same statuses."""
    assert words_of("status") == set(STATUSES) == set(STATUS_WORDS)


def test_the_constraints_are_those_of_the_report() -> None:
    """Page and report explain the same constraints."""
    assert words_of("constraint") == set(CONSTRAINT_WORDS)


def test_the_changes_are_those_of_the_report_and_the_manifest(out: Path) -> None:
    """Page, report and manifest speak of the same changes."""
    manifest: dict[str, Any] = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert words_of("change") == set(CHANGE_WORDS) == set(manifest["changes"])
