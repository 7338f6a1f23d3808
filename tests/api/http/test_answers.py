"""Whatever is answered: its form, its headers, what is logged and counted of it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from tests.api.http.calling import start

from sameas import errors
from sameas.api.http.errors import CODES, problem_of
from sameas.api.http.settings import Settings
from sameas.engine.online.calls import failing
from sameas.engine.online.outcomes import Health

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.http.calling import Api

ORIGIN = {"Origin": "https://shop.example"}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/v1/nothing", 404, "not_found"),
        ("POST", "/v1/merge/", 404, "not_found"),
        ("GET", "/v1/merge", 405, "method_not_allowed"),
        ("DELETE", "/v1/policy", 405, "method_not_allowed"),
        ("PATCH", "/v1/search", 405, "method_not_allowed"),
    ],
)
def test_a_wrong_path_or_method_answers_in_the_one_form(
    api: Api, method: str, path: str, status: int, code: str
) -> None:
    """JSON with a code; a wrong method says which are right."""
    answer = api.call(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert set(answer.json()) == {"code", "message", "details"}
    if status == 405:
        assert answer.headers["Allow"]


@pytest.mark.parametrize(
    "name", [name for name in errors.__all__ if name.endswith("Error") and name != "SameasError"]
)
def test_every_error_has_a_status_and_a_code(name: str) -> None:
    """Those of `sameas.errors`, whatever is added there."""
    kind = getattr(errors, name)
    error = kind("a", "b") if name == "MissingExtraError" else kind("it failed")
    problem = problem_of(error)
    assert problem.status in {404, 409, 410, 422, 500, 501, 503, 507}
    assert re.fullmatch(r"[a-z_]+", problem.code)
    assert json.loads(problem.body())["message"]
    assert ("Retry-After" in problem.headers) == (problem.status == 503)


def test_every_status_has_a_code() -> None:
    """Whatever raises it."""
    assert set(CODES) >= {400, 401, 403, 404, 405, 413, 415, 422, 429, 500, 503}


@pytest.mark.parametrize("path", ["/v1/merge", "/v1/search", "/v1/profiles/lookup"])
def test_what_fails_unexpectedly_tells_nothing_of_itself(
    api: Api, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """500 in the one form; the log has the place, not the words."""

    def fail(*_: object, **__: object) -> Any:
        raise RuntimeError("secret-of-ann")

    monkeypatch.setattr(api.remote.calls, "take", fail)
    monkeypatch.setattr(api.remote, "view", fail)
    body = {"identifiers": {"cookie": "c"}} if path != "/v1/search" else {"text": "a"}
    answer = api.post(path, body)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret-of-ann" not in answer.text + api.logged.getvalue().decode()
    assert "RuntimeError" in api.logged.getvalue().decode()


@pytest.mark.parametrize("many", [False, True])
def test_what_fails_in_the_engine_is_logged_with_its_place(
    api: Api, monkeypatch: pytest.MonkeyPatch, *, many: bool
) -> None:
    """Though the engine is another process."""
    broken = failing(RuntimeError("secret-of-ann"))
    monkeypatch.setattr(api.remote.calls, "take", lambda _: broken)
    one = {"identifiers": {"cookie": "c"}}
    answer = api.post("/v1/merge", [one] if many else one)
    assert ("internal" in answer.text, "secret-of-ann" in answer.text) == (True, False)
    logged = api.logged.getvalue().decode()
    assert ("engine/online/calls.py" in logged, "RuntimeError" in logged) == (True, True)
    assert "secret-of-ann" not in logged


def test_a_store_without_room_is_told(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """507 for one, and for each item of a batch; nothing else changes."""

    no_room = failing(errors.StoreFullError("no room"))
    monkeypatch.setattr(api.remote.calls, "take", lambda _: no_room)
    one = {"identifiers": {"cookie": "c"}}
    answer = api.post("/v1/merge", one)
    assert (answer.status_code, answer.json()["code"]) == (507, "store_full")
    many = api.post("/v1/merge", [one, one]).json()
    assert [item["code"] for item in many["results"]] == ["store_full"] * 2


def test_a_server_that_cannot_write_is_not_ready(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """But alive."""
    health = Health(ready=False, reason="the store is read-only")
    monkeypatch.setattr(api.engine, "health", lambda: health)
    answer = api.call("GET", "/readyz", key=None)
    assert (answer.status_code, answer.json()["reason"]) == (503, "the store is read-only")
    assert api.call("GET", "/healthz", key=None).status_code == 200


def test_answers_keep_browsers_safe(api: Api) -> None:
    """Errors too."""
    for answer in (api.call("GET", "/v1/policy"), api.call("GET", "/x"), api.post("/v1/merge", 1)):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_head_is_a_get_without_its_body(api: Api) -> None:
    """With the same headers."""
    answer = api.call("HEAD", "/v1/policy")
    assert (answer.status_code, answer.content) == (200, b"")


def test_options_needs_no_key(api: Api) -> None:
    """It tells the methods."""
    answer = api.call("OPTIONS", "/v1/merge", key=None)
    assert answer.status_code == 204
    assert "POST" in answer.headers["Allow"]


def test_a_page_of_a_known_origin_may_call(tmp_path: Path) -> None:
    """Preflight with the headers that SDKs send; answers and errors can be read."""
    api = start(tmp_path, Settings(origins=("https://shop.example",)))
    asked = "authorization,x-retry-count,anonymousid,sentat"
    headers = {
        **ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": asked,
    }
    preflight = api.call("OPTIONS", "/v1/merge", key=None, headers=headers)
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert preflight.headers["Access-Control-Allow-Headers"] == asked
    assert preflight.headers["Access-Control-Allow-Credentials"] == "true"
    assert preflight.headers["Vary"] == "Origin"
    for answer in (
        api.post("/v1/merge", {"identifiers": {"cookie": "c"}}, headers=ORIGIN),
        api.post("/v1/merge", 1, headers=ORIGIN),
        api.call("GET", "/v1/policy", key=None, headers=ORIGIN),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"
        assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
    api.close()


def test_a_page_of_another_origin_may_not(tmp_path: Path) -> None:
    """Nor any, by default."""
    for number, origins in enumerate([("https://other.example",), ()]):
        folder = tmp_path / str(number)
        folder.mkdir()
        api = start(folder, Settings(origins=origins))
        answer = api.call("GET", "/v1/policy", headers=ORIGIN)
        assert "Access-Control-Allow-Origin" not in answer.headers
        api.close()


def test_a_star_is_any_origin_echoed(tmp_path: Path) -> None:
    """Browsers refuse the star itself with credentials."""
    api = start(tmp_path, Settings(origins=("*",)))
    answer = api.call("GET", "/v1/policy", headers=ORIGIN)
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    api.close()


def test_nothing_that_was_sent_is_logged(api: Api) -> None:
    """Not on success, not on failure, not from the path."""
    secrets = ["zelda@example.com", "+4791234567", "Zelda", "msg-zelda", "idem-zelda", "src-zelda"]
    body = {
        "identifiers": {"email": "zelda@example.com", "phone": "+4791234567"},
        "traits": {"first_name": "Zelda"},
        "message_id": "msg-zelda",
        "source": "src-zelda",
        "record_id": "Zelda",
    }
    profile = api.post("/v1/merge", body, headers={"Idempotency-Key": "idem-zelda"}).json()
    api.post("/v1/merge", {**body, "oops-zelda": "zelda@example.com"})
    api.post("/v1/merge", [body, "zelda@example.com"])
    api.post("/v1/profiles/lookup", {"type": "email", "value": "zelda@example.com"})
    api.post("/v1/search", {"text": "Zelda"})
    api.call("GET", f"/v1/profiles/{profile['profile_id']}")
    api.call("GET", "/v1/profiles/zelda@example.com")
    api.call("GET", "/zelda@example.com")
    api.call("GET", "/v1/changes", params={"after": "zelda@example.com"})
    api.call("DELETE", "/v1/records/src-zelda/Zelda")
    logged = api.logged.getvalue().decode()
    for secret in [*secrets, "zelda", api.key, profile["profile_id"]]:
        assert secret.lower() not in logged.lower()
    rows = [json.loads(line) for line in logged.splitlines()]
    assert len(rows) == 10
    assert {"event", "key", "level", "method", "ms", "route", "status", "timestamp"} == set(rows[0])
    assert rows[5]["route"] == "/v1/profiles/{profile_id}"
    assert rows[9]["route"] == "/v1/records/{source}/{record_id}"


def test_metrics_count_by_route_and_status(api: Api) -> None:
    """Templates only, so their number is bounded."""
    profile = api.merged(email="ann@example.com")
    api.call("GET", f"/v1/profiles/{profile}")
    api.call("GET", "/nothing/ann@example.com")
    text = api.call("GET", "/metrics").text
    line = 'sameas_http_requests_total{method="POST",route="/v1/merge",status="200"} 1.0'
    assert line in text
    assert 'route="/v1/profiles/{profile_id}",status="200"' in text
    assert 'sameas_http_request_seconds_bucket{le="0.001"' in text
    assert "sameas_commits_total" in text
    assert "ann@example.com" not in text
    assert profile not in text
