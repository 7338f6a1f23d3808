"""The server process: refuses to be open, finishes what it began, then closes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest

from sameas.api.http.keys import create_key
from sameas.api.http.server import serve
from sameas.api.http.settings import Settings
from sameas.engine.online.engine import Engine
from sameas.errors import InputError
from sameas.graph.store import open_store

ROOT = Path(__file__).parents[3]
PATIENCE = 120.0
CODE = """
import sys
from sameas.api.http.server import serve
from sameas.api.http.settings import Settings
from sameas.engine.online.engine import Engine
from sameas.graph.store import open_store
serve(Engine(open_store(sys.argv[1])), Settings(port=0))
"""


def test_a_server_ends_in_order(tmp_path: Path) -> None:
    """Told to end, it answers who waits and who writes, closes the store, and leaves with 0."""
    file = tmp_path / "people.db"
    store = open_store(file)
    key = create_key(store, "admin", ["admin"])
    store.close()
    server = subprocess.Popen(
        [sys.executable, "-c", CODE, str(file)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
    )
    headers = {"Authorization": f"Bearer {key}"}
    try:
        assert server.stdout is not None
        begun = server.stdout.readline()
        url = f"http://127.0.0.1:{json.loads(begun)['port']}"
        waits = HTTPConnection(url.removeprefix("http://"), timeout=PATIENCE)
        waits.request("GET", "/v1/changes?wait=25&after=1000", headers=headers)
        # answered after the one above was read: the server reads in the order of arrival
        body = {"identifiers": {"email": "ann@example.com"}}
        merged = httpx.post(f"{url}/v1/merge", json=body, headers=headers, timeout=PATIENCE)
        server.send_signal(signal.SIGTERM)
        assert waits.getresponse().status == 200
        waits.close()
        out, _ = server.communicate(timeout=PATIENCE)
    finally:
        server.kill()
        server.wait()
    assert server.returncode == 0
    rows = [json.loads(line) for line in [begun, *out.splitlines()]]
    assert (rows[0]["event"], rows[-1]["event"]) == ("serving", "closed")
    with open_store(file) as again:
        engine = Engine(again)
        with engine.view() as view:
            found = view.lookup([("email", "ann@example.com")])[0]
        assert found.profile_id == merged.json()["profile_id"]
        engine.close()


def test_a_server_without_keys_is_not_opened_to_other_machines(tmp_path: Path) -> None:
    """It says what to do."""
    engine = Engine(open_store(tmp_path / "people.db"))
    for host in ("0.0.0.0", "::", "example.com"):
        with pytest.raises(InputError, match="sameas key create"):
            serve(engine, Settings(host=host))
    engine.close()
