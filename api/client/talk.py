"""How a call goes: what is sent, when it is sent again, what its answer means. No network here.

What may be sent again is sent again after 429, 502, 503, 504, and when no answer came: after the
`Retry-After` of the answer, or after a time that doubles, with a random part in it.
"""

from __future__ import annotations

import random
import secrets
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar

import httpx
import msgspec

from sameas import errors
from sameas.api.client.ask import Again
from sameas.errors import ApiError, Fault, InputError, SameasError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Generator

    from sameas.api.client.ask import Ask

__all__ = ["Send", "Settings", "error_of", "headers_of", "talk"]

Result = TypeVar("Result")

_NOT_DONE = (429, 503)
_MAY_BE_DONE = (502, 504)
_BAD_INPUT = (400, 413, 422)
_FIRST, _MOST = 0.1, 8.0
"""Seconds before the first and before late repetitions."""
_encode = msgspec.json.Encoder().encode

_CLASSES: dict[str, type[SameasError]] = {
    kind.code: kind
    for name in errors.__all__
    if isinstance(kind := getattr(errors, name), type)
    and issubclass(kind, SameasError)
    and not issubclass(kind, ApiError | errors.MissingExtraError)
    and kind is not SameasError
}


@dataclass(frozen=True, slots=True)
class Settings:
    """How patient a client is."""

    timeout: float = 30
    """Seconds that one answer may take."""
    retries: int = 5
    """How often a call is sent again."""
    longest: float = 120
    """Seconds after which nothing is sent again."""


@dataclass(frozen=True, slots=True)
class Send:
    """A request to be sent."""

    method: str
    path: str
    params: dict[str, str | int | float]
    content: bytes | None
    headers: dict[str, str]
    timeout: float


class _Body(msgspec.Struct):
    """What every error answers."""

    code: str
    message: str
    details: list[_Detail] = []


class _Detail(msgspec.Struct):
    where: str
    what: str
    remedy: str = ""


def headers_of(key: str) -> dict[str, str]:
    """Headers of every request."""
    from sameas import __version__

    return {"Authorization": f"Bearer {key}", "User-Agent": f"sameas-python/{__version__}"}


def talk(
    ask: Ask[Result], settings: Settings
) -> Generator[Send | float, httpx.Response | httpx.RequestError | None, Result]:
    """A call as a conversation: yields what to send, or seconds to sleep; gives the answer.

    Raises:
        SameasError: what the server answered instead; UnreachableError if it did not.
    """
    headers = {"Accept": "application/json"}
    content = None
    if ask.body is not None:
        headers["Content-Type"] = "application/json"
        content = _encode(ask.body)
    if ask.again is Again.KEYED:
        headers["Idempotency-Key"] = secrets.token_hex(16)
    timeout = settings.timeout + ask.patience
    send = Send(ask.method, ask.path, dict(ask.params), content, headers, timeout)
    until = time.monotonic() + settings.longest + ask.patience
    for left in range(settings.retries, -1, -1):
        got = yield send
        assert got is not None
        if isinstance(got, httpx.Response) and got.status_code in ask.answers:
            return _read(ask, got)
        wait = _wait(settings.retries - left, got)
        if not left or not _may_repeat(ask, got) or time.monotonic() + wait > until:
            raise _failure(ask, got)
        yield wait
    raise AssertionError


def _may_repeat(ask: Ask[Result], got: httpx.Response | httpx.RequestError) -> bool:
    if isinstance(got, httpx.Response):
        statuses = _NOT_DONE if ask.again is Again.REFUSED else _NOT_DONE + _MAY_BE_DONE
        return got.status_code in statuses
    if ask.again is Again.REFUSED:
        return isinstance(got, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    return isinstance(got, httpx.TransportError)


def _wait(turn: int, got: httpx.Response | httpx.RequestError) -> float:
    asked = _asked(got.headers.get("Retry-After", "")) if isinstance(got, httpx.Response) else 0.0
    back = min(_MOST, _FIRST * 2**turn)
    return asked + random.uniform(back / 2, back)  # noqa: S311 - it spreads callers, it hides nothing


def _asked(header: str) -> float:
    """The seconds of a Retry-After."""
    if header.isdigit():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except ValueError:
        return 0.0


def _read(ask: Ask[Result], got: httpx.Response) -> Result:
    try:
        return ask.answer(got.content)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        if got.content == b'{"success":true}':
            what = Fault("key", "may only collect, so nothing is told", "call `collect`")
            raise ApiError(what, code="scope_missing", status=403) from error
        what = Fault(
            f"{ask.method} {ask.path}",
            f"is answered in a way that is not known: {error}",
            "does the url lead to a sameas of this version?",
        )
        raise ApiError(what, code="unknown_answer", status=got.status_code) from error


def _failure(ask: Ask[Result], got: httpx.Response | httpx.RequestError) -> SameasError:
    if isinstance(got, httpx.Response):
        return error_of(got.status_code, got.content)
    why = str(got) or type(got).__name__
    failure = UnreachableError(
        Fault(f"{ask.method} {ask.path}", f"no answer: {why}", "is the server running?")
    )
    failure.__cause__ = got
    return failure


def error_of(status: int, content: bytes) -> SameasError:
    """The error that an answer stands for: the class that the engine would raise.

    >>> error_of(404, b'{"code": "unknown_profile", "message": "p_x was never issued"}')
    UnknownProfileError('p_x was never issued')
    """
    try:
        body = msgspec.json.decode(content, type=_Body)
    except msgspec.MsgspecError:
        words = content[:200].decode("utf-8", "replace").strip()
        what = Fault(f"HTTP status {status}", words or "without a word")
        return ApiError(what, code="unknown_answer", status=status)
    faults = [Fault(one.where, one.what, one.remedy) for one in body.details]
    faults = faults or [Fault("", body.message)]
    kind = _CLASSES.get(body.code, InputError if status in _BAD_INPUT else None)
    if kind is None:
        return ApiError(faults, code=body.code, status=status)
    error = kind(faults)
    error.code, error.status = body.code, status
    return error
