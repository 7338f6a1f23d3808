"""A server that is killed under load loses nothing that it answered, and keeps nothing half."""

from __future__ import annotations

import itertools
import os
import time
from random import Random, SystemRandom
from typing import TYPE_CHECKING

import httpx
import pytest

from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Event
from sameas.errors import StoreReadOnlyError
from sameas.graph.store import open_store
from sameas.graph.store.sqlite import SqliteStore
from tests.crash.kept import missing, wrong
from tests.crash.load import Answered, Load
from tests.crash.serving import ERASE_KEY, PATIENCE, Server, server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KILLS = int(os.environ.get("SAMEAS_KILLS", "50"))
FIXED = "SAMEAS_KILLS" not in os.environ
"""By default every run sends the same and waits as long; what a kill hits differs all the same."""
EACH = 25
"""Servers that are killed one after the other over one store."""
REPEATED = 4


def test_killed_server_keeps_what_it_answered(tmp_path: Path) -> None:
    """Killed at any time under load: what was answered is there, whole, and once."""
    seed = int(os.environ.get("SAMEAS_SEED", "1" if FIXED else SystemRandom().randrange(1 << 32)))
    print(f"seed {seed}, {KILLS} kills")  # noqa: T201 - seen with -s, and where it fails
    r = Random(seed)
    try:
        for number in range(KILLS):
            place = tmp_path / f"{number // EACH}.db"
            killed(place, r, seed, number)
    except BaseException as error:
        error.add_note(f"seed {seed}, {number + 1} of {KILLS} kills")
        raise


def killed(place: Path, r: Random, seed: int, number: int) -> None:
    """One server's life."""
    load = Load(Server(place), seed, number)
    load.start()
    # now and then in the middle of its first commits, or of tidying up the log; told by answers, so
    # that a slow machine is killed at work, too
    wanted = int(r.choice((0, 3, 20, 60)) * r.random())
    _until(lambda: len(load.answered) >= wanted)
    time.sleep(0.02 * r.random())
    load.server.kill()
    load.stop()
    assert load.failed == []
    with open_store(place, readonly=True) as store:
        assert missing(store, load.answered) == []
        if (number + 1) % EACH in (0, 1, 8) or number + 1 == KILLS:
            assert wrong(store) == []
    if (number + 1) % EACH == 0 or number + 1 == KILLS:
        with open_store(place) as store:
            assert store.check() == []
    if number % 5 == 0:
        repeated(place, r, load.answered)


def repeated(place: Path, r: Random, answered: list[Answered]) -> None:
    """What was answered and is sent again is known."""
    with server(place) as made:
        headers = {"Authorization": f"Bearer {made.key}"}
        with httpx.Client(base_url=made.url, headers=headers, timeout=PATIENCE) as http:
            rows = [one for one in answered if one.what in ("merge", "record")]
            for one in r.sample(rows, min(REPEATED, len(rows))):
                path = "/v1/merge" if one.what == "merge" else "/v1/records"
                answer = http.post(path, json=one.sent).json()
                assert answer["duplicate"]
                assert answer["record"] == one.answer["record"]
            for one in (one for one in answered if one.key is not None):
                key = {"Idempotency-Key": str(one.key)}
                again = http.post("/v1/merge", json=one.sent, headers=key)
                assert again.headers.get("Idempotency-Replayed") == "true"
                assert again.json() == one.answer


def test_answer_to_an_idempotency_key_survives(tmp_path: Path) -> None:
    """The key is known to the next server, and the work is done once."""
    place = tmp_path / "people.db"
    body = [{"identifiers": {"email": f"a{one}@x.example"}, "source": "web"} for one in range(3)]
    said = []
    for _ in range(2):
        with server(place) as made:
            headers = {"Authorization": f"Bearer {made.key}", "Idempotency-Key": "once"}
            with httpx.Client(headers=headers, timeout=PATIENCE) as http:
                answer = http.post(f"{made.url}/v1/merge", json=body)
            said.append((answer.content, answer.headers.get("Idempotency-Replayed")))
    assert said == [(said[0][0], None), (said[0][0], "true")]


def test_server_ends_in_order(tmp_path: Path) -> None:
    """Told to end under load, it answers what it took, and ends with 0."""
    place = tmp_path / "people.db"
    load = Load(Server(place), 1, 0)
    load.start()
    _until(lambda: len(load.answered) > 20)
    assert load.server.stop() == 0
    load.stop()
    assert [one for one in load.failed if " 503 " not in one] == []
    with open_store(place, readonly=True) as store:
        assert missing(store, load.answered) == []
        assert wrong(store) == []
    assert not place.with_name("people.db-wal").exists() or (
        place.with_name("people.db-wal").stat().st_size == 0
    )


def test_full_disk_is_said_and_got_over(tmp_path: Path) -> None:
    """Without room a write is 507 and nothing of it is kept; with room it goes on, as it is."""
    place = tmp_path / "people.db"
    with server(place) as made:
        load = Load(made, 2, 0)
        load.start()
        _until(lambda: len(load.answered) > 20)
        made.room(0)
        headers = {"Authorization": f"Bearer {made.key}"}
        with httpx.Client(headers=headers, timeout=PATIENCE) as http:
            statuses = (_write(http, made.url, number) for number in itertools.count())
            _until(lambda: next(statuses) == (507, "store_full"))
            assert http.post(f"{made.url}/v1/search", json={"text": "p"}).status_code == 200
            assert http.get(f"{made.url}/healthz").status_code == 200
            assert http.get(f"{made.url}/readyz").status_code == 503
        before = len(load.answered)
        made.room(None)
        _until(lambda: len(load.answered) > before + 20)
        load.stop()
        assert [one for one in load.failed if "store_full" not in one] == []
        assert httpx.get(f"{made.url}/readyz", timeout=PATIENCE).status_code == 200
        with open_store(place, readonly=True) as store:
            assert missing(store, load.answered) == []
            assert wrong(store) == []


def test_read_only_store_is_said_and_got_over(tmp_path: Path) -> None:
    """A store that may not be written to refuses, answers reads, and goes on when it may."""
    with Engine(open_store(tmp_path / "people.db"), erase_key=ERASE_KEY) as engine:
        row = Event("web", [("email", "a@x.example")])
        first = engine.submit(row).result()
        assert isinstance(engine.store, SqliteStore)
        connection = engine.store._connection
        assert connection is not None
        connection.pragma("query_only", True)
        with pytest.raises(StoreReadOnlyError):
            engine.submit(Event("web", [("email", "b@x.example")])).result()
        assert not engine.health().ready
        with engine.view() as view:
            assert view.lookup([("email", "a@x.example")])[0].profile_id == first.profile_id
            assert view.lookup([("email", "b@x.example")])[0].profile_id is None
        connection.pragma("query_only", False)
        assert engine.submit(Event("web", [("email", "b@x.example")])).result().created
        assert engine.health().ready
        with engine.reader() as reader:
            assert wrong(reader) == []


def _write(http: httpx.Client, url: str, number: int) -> tuple[int, str | None]:
    """Status and code of one write's answer."""
    body = {"identifiers": {"email": f"full{number}@x.example"}, "source": "full"}
    answer = http.post(f"{url}/v1/merge", json=body)
    return answer.status_code, answer.json().get("code")


def _until(ready: Callable[[], object]) -> None:
    """Wait for something, on however slow a machine."""
    ends = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < ends, "it never came to it"
        time.sleep(0.01)
