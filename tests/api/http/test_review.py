"""The review queue over HTTP: what is asked about, and what a decision does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.api.http.calling import start
from tests.laws.test_online_matches import alike
from tests.laws.toy import toys

from sameas.engine.online.events import Event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.api.http.calling import Api


@pytest.fixture
def matching(tmp_path: Path) -> Iterator[Api]:
    """An API whose model finds people of one name near, the nearer the more they say."""
    model = alike(9)
    with toys(model):
        api = start(tmp_path, model=model.to_json())
        rows = [("a", "Ann", "1"), ("b", "Ann", "2"), ("c", "Bob", "2"), ("d", "Bob", "4")]
        api.engine.ingest(
            Event("crm", [], {"name": name, "say": say}, key) for key, name, say in rows
        )
        yield api
        api.close()


def queue(api: Api, **params: Any) -> list[tuple[str, str, float]]:
    """Who is asked about, with the weight."""
    answer = api.call("GET", "/v1/review", params=params)
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    return [(one["left"]["record"], one["right"]["record"], one["weight"]) for one in items]


def test_the_likeliest_come_first(matching: Api) -> None:
    """In pages; the last has no next."""
    assert queue(matching) == [("crm/c", "crm/d", -4.0), ("crm/a", "crm/b", -7.0)]
    first = matching.call("GET", "/v1/review", params={"limit": 1}).json()
    assert queue(matching, after=first["next"]) == [("crm/a", "crm/b", -7.0)]


@pytest.mark.parametrize("decision", ["same", "different"])
def test_a_decision_settles_a_pair(matching: Api, decision: str) -> None:
    """It is a judgement: taken back, the pair is asked about again."""
    item = matching.call("GET", "/v1/review").json()["items"][0]
    said = matching.post(f"/v1/review/{item['id']}", {"decision": decision, "author": "kim"})
    assert said.status_code == 200, said.text
    assert queue(matching) == [("crm/a", "crm/b", -7.0)]
    profiles = {item[side]["profile_id"] for side in ("left", "right")}
    now = {matching.call("GET", f"/v1/profiles/{one}").json()["id"] for one in profiles}
    assert len(now) == (1 if decision == "same" else 2)
    assert matching.call("DELETE", f"/v1/judgements/{said.json()['key']}").status_code == 200
    assert len(queue(matching)) == 2


def test_what_is_no_item_is_refused(matching: Api) -> None:
    """By its id, and a cursor likewise."""
    for path in ("r1-r999", "r1", "x"):
        assert matching.post(f"/v1/review/{path}", {"decision": "same"}).status_code == 409
    assert matching.call("GET", "/v1/review", params={"after": "x"}).status_code == 409


def test_without_a_model_there_is_no_queue(api: Api) -> None:
    """The answer is empty."""
    api.merged(email="ann@example.com")
    assert api.call("GET", "/v1/review").json() == {"items": [], "next": None}
