from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl
import pytest
from benchmarks.city import City, write
from benchmarks.labelled import Result, find_sets, main, measure_pairs

from sameas.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_without_sets_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pairs").mkdir()
    with pytest.raises(InputError, match="no labelled sets"):
        find_sets(tmp_path)


def test_records_without_truth_are_no_set(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(City(3), tmp_path / name)
    (tmp_path / "b" / "truth.parquet").unlink()
    assert find_sets(tmp_path) == [tmp_path / "a"]


def test_all_unknown_names_are_told_at_once(tmp_path: Path) -> None:
    write(City(3), tmp_path / "town")
    with pytest.raises(InputError) as caught:
        find_sets(tmp_path, ["down", "town", "gown"])
    assert [fault.where for fault in caught.value.faults] == [
        str(tmp_path / "down"),
        str(tmp_path / "gown"),
    ]
    assert "there are: town" in str(caught.value)


def test_a_failed_set_shows_why() -> None:
    assert Result("town", failed="exit 2: broken").row() == {
        "set": "town",
        "failed": "exit 2: broken",
    }


def test_the_command_line_names_the_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no labelled sets"):
        main(["--data", str(tmp_path / "nowhere")])


def test_a_set_is_resolved_and_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(City(50), tmp_path / "data" / "town")
    main(["--data", str(tmp_path / "data"), "--json"])
    (result,) = json.loads(capsys.readouterr().out)
    assert result["name"] == "town"
    assert result["scores"]["records"] == 200
    assert 0 < result["scores"]["precision"] <= 1


def test_labelled_pairs_are_a_set_and_only_the_pairs_are_scored(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "pairs"
    folder.mkdir(parents=True)
    pl.DataFrame(
        {
            "test_case": ["1", "2"],
            "is_match": [True, False],
            "test_ID": ["7", "8"],
            "seed_ID": ["7", "9"],
            "test_EMAIL": ["ann@example.com", "bob@example.com"],
            "seed_EMAIL": ["ann@example.com", "rob@example.org"],
        }
    ).write_parquet(folder / "pairs.parquet")
    assert find_sets(tmp_path / "data") == [folder]
    found = measure_pairs(folder, tmp_path / "out", explain=5)
    assert found.scores is not None
    assert (found.scores["records"], found.scores["f1"], found.explained) == (4, 1.0, "")
    records = pl.read_parquet(tmp_path / "out-records.parquet")
    assert records.columns == ["record_id", "source", "EMAIL"], "an ID would tell the truth"


def test_a_wrong_pair_is_explained_by_what_differs(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "pairs"
    folder.mkdir(parents=True)
    emails = {"test_EMAIL": ["ann@example.com"], "seed_EMAIL": ["a.lee@example.org"]}
    pl.DataFrame({"is_match": [True], **emails}).write_parquet(folder / "pairs.parquet")
    found = measure_pairs(folder, tmp_path / "out", explain=5)
    assert found.scores is not None
    assert found.scores["recall"] == 0
    assert found.explained == "apart, one person: EMAIL: ann@example.com | a.lee@example.org"
