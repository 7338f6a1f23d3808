from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Sameas = Callable[..., subprocess.CompletedProcess[str]]

HEAD = "record_id,email,phone,first_name,last_name,updated_at\n"
KEY = "ab" * 16


@pytest.fixture
def crm(tmp_path: Path) -> Path:
    """Ann twice, by one email, and Bob."""
    path = tmp_path / "crm.csv"
    path.write_text(
        HEAD
        + "1,ann@shop.example,+4930901820,Ann,Lee,2024-01-01\n"
        + "2,Ann@Shop.example,,Ann,Lee,2024-01-02\n"
        + "3,bob@shop.example,+4930901821,Bob,Ray,2024-01-03\n"
    )
    return path


def test_json_is_the_manifest_and_nothing_else_is_on_stdout(sameas: Sameas, crm: Path) -> None:
    done = sameas("resolve", crm, "-o", "out", "--json")
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)["counts"]
    assert (counts["records"], counts["profiles"]) == (3, 2)


def test_people_read_the_columns_the_counts_and_the_folder_on_stderr(
    sameas: Sameas, crm: Path
) -> None:
    done = sameas("resolve", crm, "-o", "out")
    assert (done.returncode, done.stdout) == (0, "")
    for word in ("crm.csv", "identifier:email", "profiles", "tables are in out", "evaluate"):
        assert word in done.stderr


def test_quiet_says_nothing(sameas: Sameas, crm: Path) -> None:
    done = sameas("resolve", crm, "-o", "out", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_policy_file_is_obeyed(sameas: Sameas, crm: Path, tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text("[identifiers.email]\nlinks = false")
    done = sameas("resolve", crm, "-o", "out", "--json", "--policy", "shop.toml")
    assert json.loads(done.stdout)["identifiers"]["email"]["unlinked"] == 2


def test_the_same_files_again_are_unchanged_and_others_exit_1(sameas: Sameas, crm: Path) -> None:
    again = ("--previous", "out", "--expect-unchanged", "--quiet")
    assert sameas("resolve", crm, "-o", "out", "--quiet").returncode == 0
    assert sameas("resolve", crm, "-o", "out2", *again).returncode == 0
    crm.write_text(HEAD + "1,ann@shop.example,,Ann,Lee,2024-01-01\n")
    assert sameas("resolve", crm, "-o", "out3", *again).returncode == 1


def test_expecting_no_change_needs_something_to_compare_with(sameas: Sameas, crm: Path) -> None:
    done = sameas("resolve", crm, "-o", "out", "--expect-unchanged")
    assert done.returncode == 2
    assert "give --previous or --append" in done.stderr


@pytest.mark.parametrize("key", ["", "zz", "ab" * 15, "ab" * 65])
def test_a_bad_id_key_is_refused_and_not_repeated(sameas: Sameas, crm: Path, key: str) -> None:
    done = sameas("resolve", crm, "-o", "out", "--id-key", key)
    assert done.returncode == 2
    assert "--id-key: not 16 to 64 bytes in hex" in done.stderr
    assert len(key) < 3 or key not in done.stderr


def test_one_id_key_gives_one_set_of_profile_ids_however_it_is_given(
    sameas: Sameas, crm: Path, tmp_path: Path
) -> None:
    import polars as pl

    def ids(folder: str) -> list[str]:
        return sorted(pl.read_parquet(tmp_path / folder / "profiles.parquet")["profile_id"])

    sameas("resolve", crm, "-o", "a", "--quiet", "--id-key", KEY)
    sameas("resolve", crm, "-o", "b", "--quiet", SAMEAS_ID_KEY=KEY)
    sameas("resolve", crm, "-o", "c", "--quiet", "--id-key", "cd" * 16)
    assert ids("a") == ids("b")
    assert not set(ids("a")) & set(ids("c"))


def test_a_fault_in_the_policy_ends_the_run_before_it_writes(
    sameas: Sameas, crm: Path, tmp_path: Path
) -> None:
    (tmp_path / "shop.toml").write_text("max_component = 0")
    done = sameas("resolve", crm, "-o", "out", "--policy", "shop.toml")
    assert done.returncode == 2
    assert "shop.toml: max_component" in done.stderr
    assert not (tmp_path / "out").exists()


def test_every_missing_file_is_named(sameas: Sameas) -> None:
    done = sameas("resolve", "a.csv", "b.csv", "-o", "out")
    assert done.returncode == 2
    assert "a.csv" in done.stderr
    assert "b.csv" in done.stderr
    assert "Traceback" not in done.stderr
