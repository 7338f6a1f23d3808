"""What a result answers beside its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from sameas.engine.batch import resolve, resolve_files
from sameas.errors import InputError, OutputError

if TYPE_CHECKING:
    from pathlib import Path

CRM = "id,email,updated_at\n1,ann@x.com,2024-01-01\n2,ann@y.com,2024-01-02\n"
JOIN = "id,email,updated_at\n1,ann@x.com,2024-01-01\n2,ann@x.com,2024-01-03\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "crm.csv"
    path.write_text(text)
    return path


def test_an_id_leads_to_the_profile_that_it_was_merged_into(tmp_path: Path) -> None:
    """The earlier id survives; the later one is still known."""
    before = resolve_files([written(tmp_path, CRM)], tmp_path / "a")
    ids = dict(before.records.select("record_id", "profile_id").iter_rows())
    after = resolve_files([written(tmp_path, JOIN)], tmp_path / "b", previous=tmp_path / "a")
    assert len(after) == 1
    assert after.current(ids["2"]) == after.current(ids["1"]) == ids["1"]


def test_an_id_whose_records_are_withdrawn_is_gone(tmp_path: Path) -> None:
    """It leads nowhere, and is not forgotten."""
    before = resolve_files([written(tmp_path, CRM)], tmp_path / "a")
    ids = dict(before.records.select("record_id", "profile_id").iter_rows())
    fewer = "id,email,updated_at\n1,ann@x.com,2024-01-01\n"
    after = resolve_files([written(tmp_path, fewer)], tmp_path / "b", previous=tmp_path / "a")
    assert after.current(ids["2"]) is None
    assert after.current(ids["1"]) == ids["1"]


def test_an_id_that_was_never_issued_is_an_error() -> None:
    """A typo is not a withdrawal."""
    result = resolve(pl.DataFrame({"id": ["1"], "email": ["a@x.com"]}))
    with pytest.raises(InputError, match="never issued"):
        result.current("p_aaaaaaaaaaaaaaaa")


def test_a_result_in_memory_has_no_folder() -> None:
    """`resolve` writes nothing."""
    result = resolve(pl.DataFrame({"id": ["1"], "email": ["a@x.com"]}))
    with pytest.raises(OutputError, match="in memory"):
        _ = result.folder


def test_a_withdrawal_of_a_record_that_nobody_sent_is_said(tmp_path: Path) -> None:
    """The usual reason is another file name, hence another source."""
    first = written(tmp_path, CRM)
    other = tmp_path / "gone.csv"
    other.write_text("id,updated_at,withdrawn\n1,2024-02-01,true\n")
    result = resolve_files([first, other], tmp_path / "out")
    assert any("1 withdrawals name a record" in text for text in result.manifest["warnings"])
    assert len(result) == 2


def test_a_withdrawal_without_a_record_id_is_rejected(tmp_path: Path) -> None:
    """It is kept and shown, not dropped in silence."""
    path = tmp_path / "crm.csv"
    path.write_text("id,email,withdrawn\n1,ann@x.com,\n,bob@x.com,true\n")
    result = resolve_files([path], tmp_path / "out")
    assert result.rejected["reason"].to_list() == ["a withdrawal needs a record id"]
    assert result.rejected["line"].to_list() == [3]
