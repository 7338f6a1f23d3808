"""`sameas key` on a store that nobody serves; `test_serve` has the other case."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sameas.graph.store import open_store
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Sameas = Callable[..., subprocess.CompletedProcess[str]]

STORE = ("--store", "people.db")


def test_a_key_is_made_listed_and_ended(sameas: Sameas, tmp_path: Path) -> None:
    made = sameas(
        "key", "create", *STORE, "--name", "web", "--scope", "collect", "--source", "web", "--json"
    )
    secret = json.loads(made.stdout)["secret"]
    assert secret.startswith("sk_")
    (listed,) = json.loads(sameas("key", "list", *STORE, "--json").stdout)["keys"]
    assert (listed["name"], listed["scopes"], listed["source"]) == ("web", ["collect"], "web")
    assert listed["revoked"] is None
    assert sameas("key", "revoke", listed["id"], *STORE).returncode == 0
    (ended,) = json.loads(sameas("key", "list", *STORE, "--json").stdout)["keys"]
    assert ended["revoked"]
    assert secret.encode() not in (tmp_path / "people.db").read_bytes()


def test_only_the_secret_is_on_stdout(sameas: Sameas) -> None:
    made = sameas("key", "create", *STORE, "--name", "x", "--scope", "read", "--scope", "write")
    assert made.stdout.startswith("sk_")
    assert made.stdout.count("\n") == 1
    assert "write read" in sameas("key", "list", *STORE).stdout
    assert made.stderr == ""


def test_a_scope_that_there_is_not_makes_no_key(sameas: Sameas, tmp_path: Path) -> None:
    done = sameas("key", "create", *STORE, "--name", "x", "--scope", "everything")
    assert done.returncode == 2
    assert "there are collect, write, read, review, admin" in done.stderr
    with open_store(tmp_path / "people.db") as store:
        assert not list(store.scan(t.KEY))


def test_what_is_not_there_is_said(sameas: Sameas) -> None:
    done = sameas("key", "list", *STORE)
    assert done.returncode == 2
    assert "there is no such file" in done.stderr
    sameas("key", "create", *STORE, "--name", "x", "--scope", "read")
    done = sameas("key", "revoke", "k_nothing", *STORE)
    assert done.returncode == 2
    assert "is not there" in done.stderr


def test_the_store_may_be_given_in_the_environment(sameas: Sameas) -> None:
    made = sameas("key", "create", "--name", "x", "--scope", "read", SAMEAS_STORE="people.db")
    assert made.returncode == 0
    assert "x" in sameas("key", "list", SAMEAS_STORE="people.db").stdout
