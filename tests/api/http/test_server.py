"""The server process: refuses to be open, finishes what it began, then closes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
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
CODE = """
import sys
from sameas.api.http.server import serve
from sameas.api.http.settings import Settings
from sameas.engine.online.engine import Engine
from sameas.graph.store import open_store
serve(Engine(open_store(sys.argv[1])), Settings(port=int(sys.argv[2])))
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def test_a_server_ends_in_order(tmp_path: Path) -> None:
    """Told to end, it answers who waits and who writes, closes the store, and leaves with 0."""
    file = tmp_path / "people.db"
    store = open_store(file)
    key = create_key(store, "admin", ["admin"])
    store.close()
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-c", CODE, str(file), str(port)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
    )
    url, headers = f"http://127.0.0.1:{port}", {"Authorization": f"Bearer {key}"}
    try:
        until = time.monotonic() + 60
        while True:
            try:
                assert httpx.get(f"{url}/readyz").status_code == 200
                break
            except httpx.TransportError:
                assert time.monotonic() < until
                time.sleep(0.1)
        answers: list[httpx.Response] = []

        def wait() -> None:
            query = {"wait": "25", "after": "1000"}
            answers.append(
                httpx.get(f"{url}/v1/changes", params=query, headers=headers, timeout=60)
            )

        waiting = threading.Thread(target=wait)
        waiting.start()
        body = {"identifiers": {"email": "ann@example.com"}}
        merged = httpx.post(f"{url}/v1/merge", json=body, headers=headers)
        time.sleep(0.3)
        server.send_signal(signal.SIGTERM)
        waiting.join(20)
        assert answers[0].status_code == 200
        out, _ = server.communicate(timeout=30)
    finally:
        server.kill()
        server.wait()
    assert server.returncode == 0
    rows = [json.loads(line) for line in out.splitlines()]
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
