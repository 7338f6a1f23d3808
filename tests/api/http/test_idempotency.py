"""The same key with the same body is answered the same, and done once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from tests.api.http.calling import start

from sameas.api.http.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.http.calling import Api

KEY = {"Idempotency-Key": "call-1"}
ONE = {"identifiers": {"email": "ann@example.com"}}


@pytest.mark.parametrize("body", [ONE, [ONE, {"nothing": 1}]], ids=["one", "many"])
@pytest.mark.parametrize("path", ["/v1/merge", "/v1/records"])
def test_the_answer_comes_again_byte_for_byte(api: Api, path: str, body: Any) -> None:
    """Though the profile is no longer new."""
    first = api.post(path, body, headers=KEY)
    again = api.post(path, body, headers=KEY)
    assert first.content == again.content
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"


def test_another_body_under_the_key_is_refused(api: Api) -> None:
    """422: one of the two is a mistake."""
    api.post("/v1/merge", ONE, headers=KEY)
    answer = api.post("/v1/merge", {"identifiers": {"cookie": "c"}}, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


def test_a_key_counts_for_one_route_and_one_api_key(api: Api) -> None:
    """Others may use the same word."""
    first = api.post("/v1/merge", ONE, headers=KEY)
    other = api.post("/v1/merge", ONE, headers=KEY, key=api.with_scopes("write"))
    assert "Idempotency-Replayed" not in other.headers
    route = api.post("/v1/records", {"identifiers": {"cookie": "c"}}, headers=KEY)
    assert route.status_code == first.status_code == 200


def test_judgements_are_said_once(api: Api) -> None:
    """Without it a retry would make a second word, or a conflict."""
    word = {"kind": "different", "left": ["crm/1"], "right": ["crm/2"]}
    first = api.post("/v1/judgements", word, headers=KEY).json()
    assert api.post("/v1/judgements", word, headers=KEY).json() == first


def test_what_failed_is_tried_again(api: Api) -> None:
    """Only what was done is kept."""
    word = {"kind": "same", "left": ["crm/1"], "right": ["crm/2"], "key": "j1"}
    api.post("/v1/judgements", word)
    assert api.post("/v1/judgements", word, headers=KEY).status_code == 409
    api.call("DELETE", "/v1/judgements/j1")
    later = api.post("/v1/judgements", {**word, "key": "j2"}, headers=KEY)
    assert later.status_code == 200


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_has_a_length(api: Api, key: str) -> None:
    """Neither none nor endless."""
    answer = api.post("/v1/merge", ONE, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_parameter")


def test_an_answer_that_is_too_old_is_not_given_again(tmp_path: Path) -> None:
    """The call is done anew."""
    api = start(tmp_path, Settings(reply_hours=0))
    assert api.post("/v1/merge", ONE, headers=KEY).json()["created"] is True
    assert api.post("/v1/merge", ONE, headers=KEY).json()["created"] is False
    api.close()


def test_calls_at_once_under_one_key_are_one(api: Api) -> None:
    """All get the one answer."""

    async def work() -> list[bytes]:
        async with api.client() as client:
            calls = [client.post("/v1/merge", json=ONE, headers=KEY) for _ in range(20)]
            return [answer.content for answer in await asyncio.gather(*calls)]

    assert len(set(asyncio.run(work()))) == 1
