"""What comes in over HTTP is the oracle's partition, and what goes out tells it."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from sameas.engine.online.engine import Engine
from sameas.engine.online.replay import number_of
from sameas.engine.online.whole import verify
from sameas.graph.store import open_store
from tests.api.http.calling import over
from tests.engine.online.forgetting import ERASE_KEY
from tests.laws.online import kept, oracle, policy
from tests.laws.online_run import Run
from tests.laws.test_online import seeds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sameas.engine.online.events import Event
    from sameas.graph.model import Judgement
    from tests.api.http.calling import Api
    from tests.laws.online import History

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def time(micros: int) -> str:
    """As the API reads it."""
    return (EPOCH + timedelta(microseconds=micros)).isoformat()


@contextmanager
def served(place: Path, history: History) -> Iterator[Api]:
    """An API over a new store under the history's policy."""
    engine = Engine(open_store(place), policy=history.policy, erase_key=ERASE_KEY)
    api = over(engine)
    try:
        yield api
    finally:
        api.close()


def body(row: Event) -> dict[str, Any]:
    """A row as a client sends it."""
    assert row.event_time is not None
    found: dict[str, Any] = {
        "source": row.source,
        "identifiers": [{"type": kind, "value": value} for kind, value in row.identifiers],
        "traits": dict(row.traits),
        "time": time(row.event_time),
    }
    if row.record_id is not None:
        found["record_id"] = row.record_id
    if row.first_seen is not None:
        found["first_seen"] = time(row.first_seen)
    if row.message_id is not None:
        found["message_id"] = row.message_id
    return found


def said(api: Api, history: History, r: Random) -> None:
    """One request, and the oracle hears it."""
    turn = r.randrange(8)
    if turn == 0:
        word = history.judgement(r)
        answer = api.post("/v1/judgements", judgement(word))
        history.judgements[word.key] = word
    elif turn == 1 and history.judgements:
        key = r.choice(sorted(history.judgements))
        answer = api.call("DELETE", f"/v1/judgements/{key}")
        del history.judgements[key]
    elif turn == 2 and history.versions:
        gone = history.withdrawal(r)
        assert gone.event_time is not None
        path = f"/v1/records/{gone.source}/{gone.record_id}"
        answer = api.call("DELETE", path, params={"time": time(gone.event_time)})
        history.heard(gone)
    else:
        rows = [history.event(r) for _ in range(r.randrange(1, 5))]
        path = "/v1/merge" if all(row.identifiers for row in rows) else "/v1/records"
        answer = api.post(path, [body(row) for row in rows])
        for row in rows:
            history.heard(row)
        assert all(one["status"] < 300 for one in answer.json()["results"]), answer.text
    assert answer.status_code < 300, answer.text


def judgement(word: Judgement) -> dict[str, Any]:
    """A word as a client sends it."""
    return {
        "key": word.key,
        "kind": word.kind,
        "left": sorted(ref.ref for ref in word.left),
        "right": sorted(ref.ref for ref in word.right),
        "time": time(word.time),
        "author": word.author,
    }


def feed(api: Api) -> list[dict[str, Any]]:
    """All changes, a few at a time."""
    found: list[dict[str, Any]] = []
    after = 0
    while True:
        page = api.call("GET", "/v1/changes", params={"after": after, "limit": 7}).json()
        if not page["changes"]:
            return found
        found += page["changes"]
        after = page["changes"][-1]["position"]


def replayed(changes: list[dict[str, Any]]) -> dict[str, set[int]]:
    """The feed as a client would follow it."""
    held: dict[str, set[int]] = {}
    for one in changes:
        for number in map(number_of, one.get("gone", ())):
            for records in held.values():
                records.discard(number)
        if one["change"] == "merged":
            moved = held.pop(one["other_id"], set())
            held.setdefault(one["profile_id"], set()).update(moved)
            continue
        for number in map(number_of, one.get("records", ())):
            for records in held.values():
                records.discard(number)
            held.setdefault(one["profile_id"], set()).add(number)
    return {name: records for name, records in held.items() if records}


def test_requests_end_where_the_oracle_is(tmp_path: Path) -> None:
    """Merges, records, withdrawals and judgements over HTTP keep the law."""
    for seed in seeds(6):
        r = Random(seed)
        with Run(policy(r)) as empty:
            history = empty.history
        try:
            with served(tmp_path / f"{seed}.db", history) as api:
                for _ in range(10):
                    said(api, history, r)
                with api.engine.reader() as reader:
                    assert kept(reader, history.policy) == oracle(history)
                    assert not verify(reader).pending
                found = replayed(feed(api))
                with api.engine.reader() as reader:
                    assert sorted(map(sorted, found.values())) == numbers(reader)
                looked_up(api, history)
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise


def numbers(reader: Any) -> list[list[int]]:
    """The records of each profile."""
    from sameas.graph.store import tables as t

    found: dict[int, list[int]] = {}
    for row in reader.scan(t.RECORD):
        if row.live:
            found.setdefault(row.cluster, []).append(row.number)
    return sorted(map(sorted, found.values()))


def looked_up(api: Api, history: History) -> None:
    """Whoever holds an identifier is found by it."""
    granted: dict[Any, set[frozenset[Any]]] = {}
    found = oracle(history)
    home = {key: group for group in found.profiles for key in group}
    for key, one in found.granted:
        granted.setdefault(one, set()).add(home[key])
    for one, groups in granted.items():
        answer = api.post("/v1/profiles/lookup", {"type": one.type, "value": one.value})
        assert answer.status_code == 200, api.logged.getvalue().decode()[-3000:]
        ids = answer.json()
        assert ids["profile_id"], ids
        page = api.call("GET", f"/v1/profiles/{ids['profile_id']}/records").json()
        refs = {record["record"] for record in page["items"]}
        assert frozenset(refs) in {frozenset(key.ref for key in group) for group in groups}
