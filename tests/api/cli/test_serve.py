"""`sameas serve` as a process: what it says, whom it refuses, how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from sameas.api.cli.serve import address, open_engine
from sameas.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Sameas = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
PATIENCE = 120.0
CODE = "from sameas.api.cli import main; main()"


class Served:
    """A server process, and what it said before it could be called."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said = ""
        assert process.stderr is not None
        for line in process.stderr:
            self.said += line
            if line.strip().startswith("end"):
                break
        found = re.search(r"http://[\d.]+:\d+", self.said)
        assert found, self.said
        self.url = found[0]
        key = re.search(r"sk_[\w-]+", self.said)
        self.key = key[0] if key else ""

    def end(self) -> tuple[int, list[dict[str, object]]]:
        """Tell it to end; its exit code and what it logged."""
        self.process.send_signal(signal.SIGTERM)
        out, _ = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, [json.loads(line) for line in out.splitlines()]


@contextmanager
def serving(folder: Path, *arguments: str, **environment: str) -> Iterator[Served]:
    """`sameas serve` in a folder, on a free port."""
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, "serve", "--store", "people.db", "--port", "0", *arguments],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Served(process)
    finally:
        process.kill()
        process.communicate()


def test_the_first_start_prints_a_key_and_the_next_does_not(tmp_path: Path, sameas: Sameas) -> None:
    with serving(tmp_path) as served:
        merged = httpx.post(
            f"{served.url}/v1/merge",
            json={"identifiers": {"email": "ann@example.com"}},
            auth=(served.key, ""),
            timeout=PATIENCE,
        )
        assert merged.status_code == 200, merged.text
        listed = sameas("key", "list", "--store", "people.db")
        assert "admin" in listed.stdout
        refused = sameas("key", "create", "--store", "people.db", "--name", "x", "--scope", "read")
        assert refused.returncode == 2
        assert "curl -u $ADMIN_KEY: -X POST" in refused.stderr
        copied = sameas("backup", "--store", "people.db", "-o", "copy.db", "--quiet")
        assert copied.returncode == 0, copied.stderr
        code, logged = served.end()
    assert code == 0
    assert [line["event"] for line in logged] == ["serving", "request", "closed"]
    assert served.key not in json.dumps(logged)
    with serving(tmp_path, "--quiet") as again:
        assert again.key == ""
        found = httpx.post(
            f"{again.url}/v1/profiles/lookup",
            json={"type": "email", "value": "Ann@Example.com"},
            auth=(served.key, ""),
            timeout=PATIENCE,
        )
        assert found.json()["profile_id"] == merged.json()["profile_id"]
        assert again.end() == (0, [])
    assert (tmp_path / "people.db").stat().st_mode & 0o077 == 0
    assert (tmp_path / "people.db.erase-key").stat().st_mode & 0o077 == 0


def test_settings_are_read_from_the_environment(tmp_path: Path) -> None:
    settings = {
        "SAMEAS_OPEN_METRICS": "1",
        "SAMEAS_NO_DOCS": "1",
        "SAMEAS_CORS": "https://a.example",
    }
    with serving(tmp_path, **settings) as served:
        with httpx.Client(base_url=served.url, timeout=PATIENCE) as http:
            assert http.get("/metrics").status_code == 200
            assert http.get("/docs").status_code == 404
            asked = http.get("/healthz", headers={"Origin": "https://a.example"})
        assert asked.headers["Access-Control-Allow-Origin"] == "https://a.example"


def test_a_server_for_other_machines_needs_a_key_first(tmp_path: Path, sameas: Sameas) -> None:
    asked = ("serve", "--store", "people.db", "--host", "0.0.0.0", "--port", "0")
    done = sameas(*asked)
    assert done.returncode == 2
    assert "sameas key create" in done.stderr
    assert "sk_" not in done.stderr + done.stdout
    assert sameas("key", "list", "--store", "people.db", "--json").stdout == '{\n  "keys": []\n}\n'
    made = sameas("key", "create", "--store", "people.db", "--name", "x", "--scope", "admin")
    with serving(tmp_path, "--host", "0.0.0.0") as served:
        assert served.key == ""
        url = served.url.replace("0.0.0.0", "127.0.0.1")
        asked_again = httpx.get(f"{url}/v1/keys", auth=(made.stdout.strip(), ""), timeout=PATIENCE)
        assert asked_again.json()["keys"][0]["name"] == "x"


def test_a_port_that_is_taken_is_said(tmp_path: Path, sameas: Sameas) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = sameas("serve", "--store", "people.db", "--port", str(port))
    assert done.returncode == 2
    assert f"127.0.0.1:{port}: is in use" in done.stderr
    assert not list(tmp_path.iterdir())


def test_what_is_no_origin_is_refused(sameas: Sameas, tmp_path: Path) -> None:
    """All of them at once, and before a store is made: no browser would ever be let in by them."""
    wrong = ("https://shop.example/", "shop.example")
    given = [text for one in ("https://shop.example:8443", *wrong) for text in ("--cors", one)]
    done = sameas("serve", "--store", "people.db", "--port", "0", *given)
    assert done.returncode == 2
    assert [f"error: --cors {one}: is no origin" in done.stderr for one in wrong] == [True, True]
    assert ":8443" not in done.stderr
    assert not (tmp_path / "people.db").exists()


def test_a_host_that_is_not_of_this_machine_is_said(sameas: Sameas) -> None:
    done = sameas("serve", "--store", "people.db", "--host", "192.0.2.1")
    assert done.returncode == 2
    assert "is no address of this machine" in done.stderr


def test_a_policy_is_for_a_new_store_and_the_same_one_is_no_fault(tmp_path: Path) -> None:
    rules, others = tmp_path / "a.toml", tmp_path / "b.toml"
    rules.write_text('on_conflict = "newest"\n')
    others.write_text("max_component = 500\n")
    store = tmp_path / "people.db"
    for _ in range(2):
        with open_engine(store, policy=rules) as engine:
            assert engine.rules.policy.on_conflict == "newest"
    with pytest.raises(InputError, match="the store has another policy"):
        open_engine(store, policy=others)
    with open_engine(store) as engine:
        assert engine.rules.policy.on_conflict == "newest"


def test_an_address_of_version_6_is_in_brackets() -> None:
    assert address("::1", 80) == "http://[::1]:80"
    assert address("localhost", 80) == "http://localhost:80"
