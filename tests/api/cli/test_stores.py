from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.cli.conftest import Sameas

ROWS = "id,email,phone\n1,ann@shop.example,+4930901820\n2,Ann@Shop.example,\n3,bob@x.example,\n"


@pytest.fixture
def store(sameas: Sameas, tmp_path: Path) -> Path:
    """A store of three records."""
    (tmp_path / "crm.csv").write_text(ROWS)
    assert sameas("resolve", "crm.csv", "-o", "out", "-q").returncode == 0
    done = sameas("load", "out", "--store", "people.db", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["profiles"] == 2
    return tmp_path / "people.db"


def test_a_loaded_store_is_verified_dumped_and_copied(
    sameas: Sameas, store: Path, tmp_path: Path
) -> None:
    done = sameas("verify", "--store", store, "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["clean"], said["records"], said["pending"]) == (True, 3, 0)
    done = sameas("dump", "--store", store, "-o", "back", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"]["profiles"] == 2
    assert (tmp_path / "back" / "report.html").is_file()
    assert sameas("backup", "--store", store, "-o", "copy.db").returncode == 0
    assert sameas("verify", "--store", "copy.db", "-q").returncode == 0


def test_a_policy_is_previewed_on_a_store(sameas: Sameas, store: Path, tmp_path: Path) -> None:
    (tmp_path / "new.toml").write_text("[identifiers.email]\nlinks = false\n")
    done = sameas("policy", "preview", "new.toml", "--store", store, "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["profiles_before"], said["profiles_after"], said["split"]) == (2, 3, 1)
    (example,) = said["examples"]
    assert example["why"] == ["email:ann@shop.example: linked -> unlinked"]
    for text in ("profiles then", "linked", "unlinked", "email:ann@shop.example"):
        assert text in done.stderr
    (tmp_path / "old.toml").write_text("")
    done = sameas("policy", "preview", "old.toml", "--store", store, "--json", "-q")
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert (said["unchanged"], said["profiles_after"], said["examples"]) == (2, 2, [])
    (tmp_path / "bad.toml").write_text("on_conflict = 1\n")
    done = sameas("policy", "preview", "bad.toml", "--store", store)
    assert done.returncode == 2
    assert "on_conflict" in done.stderr
    assert sameas("policy", "preview", "old.toml", "--store", "none.db").returncode == 2
    assert sameas("verify", "--store", store, "-q").returncode == 0


def test_a_difference_exits_1_and_is_shown(sameas: Sameas, store: Path) -> None:
    with sqlite3.connect(store) as damaged:
        damaged.execute("UPDATE link SET granted = 0 WHERE record = 1")
    done = sameas("verify", "--store", store)
    assert done.returncode == 1
    assert "crm/1 email:ann@shop.example" in done.stderr


def test_a_store_that_is_there_is_not_replaced(sameas: Sameas, store: Path) -> None:
    done = sameas("load", "out", "--store", store)
    assert done.returncode == 2
    assert "--force" in done.stderr
    assert sameas("load", "out", "--store", store, "--force", "-q").returncode == 0


@pytest.mark.parametrize("command", ["verify", "dump", "backup"])
def test_a_store_that_is_not_there_is_told(sameas: Sameas, command: str) -> None:
    more = [] if command == "verify" else ["-o", "x"]
    done = sameas(command, "--store", "nothing.db", *more)
    assert done.returncode == 2
    assert "there is no such file" in done.stderr
