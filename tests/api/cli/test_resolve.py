from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
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


def test_a_place_that_cannot_be_written_is_said_before_any_work(sameas: Sameas, crm: Path) -> None:
    """The folder beside OUT is tried, whatever its permissions claim."""
    done = sameas("resolve", crm, "-o", crm / "out", "--quiet")
    assert done.returncode == 2
    assert "cannot be written to" in done.stderr
    assert "Traceback" not in done.stderr


def test_another_folder_is_never_replaced(sameas: Sameas, crm: Path, tmp_path: Path) -> None:
    """--force replaces outputs, nothing else."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"x")
    done = sameas("resolve", crm, "-o", "photos", "--force", "--quiet")
    assert done.returncode == 2
    assert "is not an output of sameas" in done.stderr
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["cat.jpg"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions")
def test_only_the_owner_can_read_the_output(sameas: Sameas, crm: Path, tmp_path: Path) -> None:
    """Files 0600 in a folder 0700."""
    assert sameas("resolve", crm, "-o", "out", "--quiet").returncode == 0
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "out").iterdir()} == {0o600}


def test_what_is_appended_twice_changes_nothing(sameas: Sameas, crm: Path, tmp_path: Path) -> None:
    """The same records again are the same records."""
    assert sameas("resolve", crm, "-o", "out", "--quiet").returncode == 0
    more = tmp_path / "more.csv"
    more.write_text(HEAD + "9,bob@shop.example,,Bob,Ray,2024-01-05\n")
    assert sameas("resolve", more, "-o", "out", "--append", "--quiet").returncode == 0
    again = ("--append", "--expect-unchanged", "--quiet")
    assert sameas("resolve", more, "-o", "out", *again).returncode == 0


def test_a_judgement_is_retracted_by_an_appended_file(
    sameas: Sameas, crm: Path, tmp_path: Path
) -> None:
    """The ledger goes on: what was said in one run is taken back in the next."""
    head = "kind,left,right,judgement,time\n"
    (tmp_path / "say.csv").write_text(head + "different,crm/1,crm/2,k1,2024-02-01\n")
    (tmp_path / "unsay.csv").write_text(head + "retract,k1,,,\n")
    said = sameas("resolve", crm, "-o", "out", "--json", "--judgements", "say.csv")
    assert json.loads(said.stdout)["counts"]["profiles"] == 3
    unsaid = sameas("resolve", crm, "-o", "out", "--append", "--json", "--judgements", "unsay.csv")
    assert json.loads(unsaid.stdout)["counts"]["profiles"] == 2


def test_when_all_is_withdrawn_an_empty_output_says_so(sameas: Sameas, tmp_path: Path) -> None:
    """No rows is an answer, not a failure."""
    shop = tmp_path / "shop.csv"
    head = "source,record_id,email,updated_at,deleted\n"
    shop.write_text(head + "crm,1,ann@shop.example,2024-01-01,\n")
    assert sameas("resolve", shop, "-o", "out", "--quiet").returncode == 0
    shop.write_text(head + "crm,1,ann@shop.example,2024-01-02,true\n")
    done = sameas("resolve", shop, "-o", "out", "--append", "--json")
    manifest = json.loads(done.stdout)
    assert (manifest["counts"]["records"], manifest["changes"]["removed"]) == (0, 1)
    assert manifest["warnings"] == ["no live record is left: all were withdrawn"]


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_an_interrupt_while_writing_leaves_the_old_output_and_nothing_else(
    sameas: Sameas, crm: Path, tmp_path: Path
) -> None:
    """OUT is there whole or not at all."""
    assert sameas("resolve", crm, "-o", "out", "--quiet").returncode == 0
    before = (tmp_path / "out" / "manifest.json").read_bytes()
    code = (
        "import os, signal, sys\n"
        "from sameas.engine.batch.output import Folder\n"
        "Folder.text = lambda *_: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.argv = ['sameas', 'resolve', 'crm.csv', '-o', 'out', '--force', '--quiet']\n"
        "from sameas.api.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 130
    assert (tmp_path / "out" / "manifest.json").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["crm.csv", "out"]
