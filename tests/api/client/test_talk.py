"""What is sent again and when, what carries an idempotency key, what errors become."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.api.client.asking import URL, both

import sameas
from sameas import errors
from sameas.api.client import routes, talk
from sameas.api.http.errors import CODES, problem_of

if TYPE_CHECKING:
    from collections.abc import Callable

ANSWER = {"record": "api/1", "profile_id": "p_aaaaaaaaaaaaaaaa", "position": 1}
MERGE = routes.merge({"email": "ann@example.com"})


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that clients would have slept."""
    found: list[float] = []

    async def sleep(seconds: float) -> None:
        found.append(seconds)

    monkeypatch.setattr("time.sleep", found.append)
    monkeypatch.setattr("anyio.sleep", sleep)
    return found


class Server:
    """Answers what it is told, to each client from the first one on; keeps what was sent."""

    def __init__(self, *answers: int | type[Exception], headers: dict[str, str] | None = None):
        self.answers = answers
        self.headers = headers
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = self.answers[len(self.seen) % len(self.answers)]
        self.seen.append(request)
        if isinstance(answer, int):
            body = ANSWER if answer == 200 else {"code": CODES.get(answer, "x"), "message": "no"}
            return httpx.Response(answer, json=body, headers=self.headers)
        raise answer("broken")


@pytest.mark.parametrize("failure", [429, 502, 503, 504, httpx.ConnectError, httpx.ReadTimeout])
def test_a_write_is_sent_again_under_one_key(
    slept: list[float], failure: int | type[Exception]
) -> None:
    server = Server(failure, failure, 200)
    assert both(MERGE, server).position == 1
    keys = [one.headers["Idempotency-Key"] for one in server.seen]
    assert keys[0] == keys[1] == keys[2] != keys[3]
    assert len(slept) == 4
    assert all(0.05 <= slept[0] <= 0.1 and 0.1 <= slept[1] <= 0.2 for _ in slept)


def test_what_is_asked_for_is_waited_for(slept: list[float]) -> None:
    both(MERGE, Server(429, 200, headers={"Retry-After": "7"}))
    assert all(7 < one < 7.2 for one in slept)


def test_a_time_that_is_asked_for_is_waited_for(slept: list[float]) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    both(MERGE, Server(503, 200, headers={"Retry-After": until}))
    assert all(15 < one < 21 for one in slept)


def test_a_header_that_says_nothing_is_no_fault(slept: list[float]) -> None:
    both(MERGE, Server(503, 200, headers={"Retry-After": "soon"}))
    assert all(one < 0.2 for one in slept)


def test_who_would_wait_too_long_is_told_at_once(slept: list[float]) -> None:
    error = both(MERGE, Server(429, headers={"Retry-After": "86400"}))
    assert (error.code, error.status) == ("rate_limited", 429)
    assert slept == []


def test_it_ends_after_the_retries(slept: list[float]) -> None:
    server = Server(503)
    error = both(MERGE, server, retries=2)
    assert error.status == 503
    assert len(server.seen) == 2 * 3
    assert len(slept) == 2 * 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 413, 422, 500, 507])
def test_what_would_be_the_same_again_is_not_sent_again(slept: list[float], status: int) -> None:
    server = Server(status)
    assert both(MERGE, server).status == status
    assert len(server.seen) == 2
    assert slept == []


@pytest.mark.parametrize("ask", [routes.create_key("x", ["read"]), routes.set_policy("")])
@pytest.mark.parametrize(
    ("failure", "again"),
    [(429, True), (503, True), (httpx.ConnectError, True), (502, False), (httpx.ReadError, False)],
)
def test_what_has_no_key_is_sent_again_only_if_it_was_not_done(
    slept: list[float], ask: Any, failure: int | type[Exception], *, again: bool
) -> None:
    server = Server(failure)
    both(ask, server, retries=1)
    assert len(server.seen) == (4 if again else 2)
    assert "Idempotency-Key" not in server.seen[0].headers
    assert len(slept) == (2 if again else 0)


def _kinds(kind: type[Exception]) -> list[type[Exception]]:
    return [kind, *(inner for one in kind.__subclasses__() for inner in _kinds(one))]


@pytest.mark.parametrize("kind", _kinds(httpx.RequestError), ids=lambda kind: kind.__name__)
def test_every_failure_to_get_an_answer_is_one_error(
    slept: list[float], kind: type[Exception]
) -> None:
    error = both(MERGE, Server(kind), retries=1)
    assert isinstance(error, sameas.UnreachableError)
    assert isinstance(error.__cause__, kind)
    assert "is the server running?" in str(error)
    assert len(slept) == (2 if issubclass(kind, httpx.TransportError) else 0)


@pytest.mark.parametrize(
    "kind",
    [
        one
        for name in errors.__all__
        if isinstance(one := getattr(errors, name), type)
        and issubclass(one, errors.SameasError)
        and not issubclass(one, errors.ApiError | errors.MissingExtraError)
        and one is not errors.SameasError
    ],
)
def test_an_error_of_the_server_is_the_same_one_here(kind: type[errors.SameasError]) -> None:
    problem = problem_of(kind([errors.Fault("time", "is no time", "send ISO 8601")]))
    error = talk.error_of(problem.status, problem.body())
    assert type(error) is kind
    assert (error.code, error.status) == (problem.code, problem.status)
    assert error.faults == (errors.Fault("time", "is no time", "send ISO 8601"),)


def test_an_error_that_is_the_apis_own_has_its_code() -> None:
    error = talk.error_of(403, b'{"code": "scope_missing", "message": "no scope", "details": []}')
    assert type(error) is sameas.ApiError
    assert (error.code, error.status, str(error)) == ("scope_missing", 403, "no scope")
    bad = talk.error_of(422, b'{"code": "invalid_parameter", "message": "no", "details": []}')
    assert type(bad) is sameas.InputError
    assert bad.code == "invalid_parameter"


def test_an_answer_of_somebody_else_is_no_crash(slept: list[float]) -> None:
    def proxy(status: int) -> Callable[[httpx.Request], httpx.Response]:
        return lambda _: httpx.Response(status, text="<html>welcome")

    for status in (200, 404):
        error = both(MERGE, proxy(status))
        assert isinstance(error, sameas.ApiError)
        assert error.code == "unknown_answer"
    assert slept == []


def test_a_field_that_is_not_known_yet_is_passed_over() -> None:
    body = {**ANSWER, "mood": "good"}
    assert both(MERGE, lambda _: httpx.Response(200, json=body)).record == "api/1"


def test_a_key_that_may_only_collect_is_told_how() -> None:
    error = both(MERGE, lambda _: httpx.Response(200, content=b'{"success":true}'))
    assert "call `collect`" in str(error)
    asked = routes.collect({"identifiers": {"email": "ann@example.com"}})
    assert both(asked, lambda _: httpx.Response(200, content=b'{"success":true}')) is None


def test_the_key_and_the_version_are_sent() -> None:
    server = Server(200)
    both(MERGE, server)
    assert server.seen[0].headers["Authorization"] == "Bearer sk_x"
    assert server.seen[0].headers["User-Agent"] == f"sameas-python/{sameas.__version__}"
    assert json.loads(server.seen[0].content) == {"identifiers": {"email": "ann@example.com"}}


def test_whoever_waits_for_news_has_the_time() -> None:
    server = Server(200)
    with pytest.raises(sameas.ApiError):
        raise both(routes.changes(wait=30), server)
    assert server.seen[0].extensions["timeout"]["read"] == 60


@pytest.mark.parametrize("url", ["", "localhost:8080", "ftp://a.example", "http://", "http://a:b"])
@pytest.mark.parametrize("kind", [sameas.Client, sameas.AsyncClient])
def test_a_url_that_is_none_is_said(kind: type[sameas.Client], url: str) -> None:
    with pytest.raises(sameas.InputError, match="url: is none"):
        kind(url, "sk_x")


@pytest.mark.parametrize("key", ["", "sk x", "sk_x\n", "sk_\xe4"])
def test_a_key_that_is_none_is_said_and_not_shown(key: str) -> None:
    with pytest.raises(sameas.InputError, match="key: is none") as failed:
        sameas.Client(URL, key)
    assert not key or key not in str(failed.value)
