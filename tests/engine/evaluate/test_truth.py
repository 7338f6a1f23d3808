"""Truth that cannot be used is refused with what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sameas.engine.evaluate import read_truth
from sameas.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no column 'record_id' among none"),
        ("record_id,cluster_id\n", "no rows"),
        ("key,group\n1,2\n", "no column 'cluster_id' among 'key', 'group'"),
        ("record_id,cluster_id\n1,\n2,x\n", "1 of 2 rows without cluster_id"),
        ("record_id,cluster_id\n1,x\n1,x\n2,y\n", "1 records are named more than once: 1"),
        ("source,record_id,cluster_id\na,1,x\na,1,x\n", "named more than once: a/1"),
    ],
)
def test_a_csv_that_is_no_truth_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "truth.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_truth(path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("truth.csv", "not found"),
        ("truth.xlsx", "format '.xlsx' is not known"),
        ("truth", "suffix"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_truth(tmp_path / name)


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "truth.parquet"
    path.write_text("no parquet")
    with pytest.raises(InputError, match="cannot be read"):
        read_truth(path)


def test_the_exact_name_wins_over_others(tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    path.write_text("id,record_id,entity_id,cluster_id\n1,a,2,b\n")
    assert read_truth(path).rows() == [("a", "b")]


def test_the_same_record_id_in_two_sources_is_two_records(tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    path.write_text("Data_Source,id,person\na,007,x\nb,007,x\n")
    assert read_truth(path).select("source", "record_id").rows() == [("a", "007"), ("b", "007")]
