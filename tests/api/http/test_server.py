"""The server process: refuses to be open, finishes what it began, then closes."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psutil
import pytest

from sameas.api.http.app import create_app
from sameas.api.http.keys import create_key
from sameas.api.http.logs import Log
from sameas.api.http.server import listen, serve
from sameas.api.http.settings import Settings
from sameas.engine.online.engine import Engine
from sameas.errors import InputError
from sameas.graph.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
PATIENCE = 120.0
CODE = """
import sys
from sameas.api.http.server import serve
from sameas.api.http.settings import Settings
from sameas.engine.online.engine import Engine
from sameas.graph.store import open_store
serve(Engine(open_store(sys.argv[1])), Settings(port=0, grace=float(sys.argv[2])))
"""
ENDLESS = """
import time
from sameas.engine.online.readings import Readings
Readings.preview = lambda *_, **__: time.sleep(3600)
"""


@contextmanager
def served(
    file: Path, *path: Path, grace: float = 30
) -> Iterator[tuple[subprocess.Popen[bytes], int, str]]:
    """A server over a new store: its process, its port, a key. `path`: where else to import."""
    store = open_store(file)
    key = create_key(store, "admin", ["admin"])
    store.close()
    server = subprocess.Popen(
        [sys.executable, "-c", CODE, str(file), str(grace)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([*map(str, path), str(ROOT), *sys.path])},
    )
    try:
        assert server.stdout is not None
        begun = json.loads(server.stdout.readline())
        assert begun["event"] == "serving"
        yield server, begun["port"], key
    finally:
        server.kill()
        server.communicate(timeout=PATIENCE)


def front_of(server: subprocess.Popen[bytes]) -> psutil.Process:
    """The process that speaks HTTP."""
    (found,) = psutil.Process(server.pid).children()
    return found


def test_a_server_ends_in_order(tmp_path: Path) -> None:
    """Told to end, it answers who waits and who writes, closes the store, and leaves with 0."""
    file = tmp_path / "people.db"
    with served(file) as (server, port, key):
        headers = {"Authorization": f"Bearer {key}"}
        waits = HTTPConnection(f"127.0.0.1:{port}", timeout=PATIENCE)
        waits.request("GET", "/v1/changes?wait=25&after=1000", headers=headers)
        # answered after the one above was read: the server reads in the order of arrival
        body = {"identifiers": {"email": "ann@example.com"}}
        url = f"http://127.0.0.1:{port}/v1/merge"
        merged = httpx.post(url, json=body, headers=headers, timeout=PATIENCE)
        server.send_signal(signal.SIGTERM)
        assert waits.getresponse().status == 200
        waits.close()
        out, _ = server.communicate(timeout=PATIENCE)
        assert server.returncode == 0
    assert json.loads(out.splitlines()[-1])["event"] == "closed"
    with open_store(file) as again:
        engine = Engine(again)
        with engine.view() as view:
            found = view.lookup([("email", "ann@example.com")])[0]
        assert found.profile_id == merged.json()["profile_id"]
        engine.close()


def test_nothing_is_left_of_a_server_that_was_killed(tmp_path: Path) -> None:
    """Its port is free, and its store can be opened."""
    file = tmp_path / "people.db"
    with served(file) as (server, port, _):
        front = front_of(server)
        server.kill()
        server.wait(PATIENCE)
        gone, _ = psutil.wait_procs([front], PATIENCE)
        assert gone
        listen("127.0.0.1", port).close()
        Engine(open_store(file)).close()


def test_a_server_whose_http_process_was_killed_ends(tmp_path: Path) -> None:
    """In order but for that, so that whoever watches starts it again."""
    with served(tmp_path / "people.db") as (server, _, _):
        front_of(server).kill()
        out, err = server.communicate(timeout=PATIENCE)
        assert server.returncode != 0
        assert b"its HTTP process ended with -9" in err
        assert b"closed" not in out
    Engine(open_store(tmp_path / "people.db")).close()


def test_a_server_ends_though_a_request_does_not(tmp_path: Path) -> None:
    """It is answered when its time is over."""
    (tmp_path / "sitecustomize.py").write_text(ENDLESS, encoding="utf-8")
    with served(tmp_path / "people.db", tmp_path, grace=1) as (server, port, key):
        asks = HTTPConnection(f"127.0.0.1:{port}", timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {key}"}
        asks.request("POST", "/v1/policy/preview", json.dumps({"policy": ""}), headers)
        url = f"http://127.0.0.1:{port}/v1/policy"
        assert httpx.get(url, headers=headers, timeout=PATIENCE).status_code == 200
        server.send_signal(signal.SIGTERM)
        answer = asks.getresponse()
        assert (answer.status, json.loads(answer.read())["code"]) == (503, "engine_closed")
        asks.close()
        server.communicate(timeout=PATIENCE)
        assert server.returncode == 0


def test_a_server_without_keys_is_not_opened_to_other_machines(tmp_path: Path) -> None:
    """It says what to do."""
    engine = Engine(open_store(tmp_path / "people.db"))
    for host in ("0.0.0.0", "::", "example.com"):
        with pytest.raises(InputError, match="sameas key create"):
            serve(engine, Settings(host=host))
    engine.close()


def test_an_app_may_have_the_engine_in_its_own_process(tmp_path: Path) -> None:
    """As somebody has it who serves the app together with others."""
    with Engine(open_store(tmp_path / "people.db")) as engine:
        key = create_key(engine, "admin", ["admin"])
        transport = httpx.ASGITransport(app=create_app(engine, log=Log(io.BytesIO())))

        async def work() -> None:
            auth = (key, "")
            async with httpx.AsyncClient(
                transport=transport, base_url="http://x", auth=auth
            ) as one:
                ann = {"identifiers": {"email": "ann@example.com"}}
                once = {"Idempotency-Key": "1"}
                answers = [await one.post("/v1/merge", json=ann, headers=once) for _ in range(2)]
                assert answers[0].content == answers[1].content
                asked = {"type": "email", "value": "ann@example.com"}
                found = await one.post("/v1/profiles/lookup", json=asked)
                assert found.json()["profile_id"] == answers[0].json()["profile_id"]
                assert (await one.get("/readyz")).status_code == 200

        asyncio.run(work())
