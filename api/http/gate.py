"""Every request comes through here: headers that keep browsers safe, CORS, numbers, one log line.

Whatever goes wrong behind the gate leaves it as JSON. The busiest routes are called from here
directly: past the router and its middleware a request costs 50 us less (one core, 2 us of it
here).
"""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import TYPE_CHECKING, Any

from sameas.api.http.errors import problem_of
from sameas.api.http.receive import Gone
from sameas.api.http.service import Seen
from sameas.errors import EngineClosedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from sameas.api.http.errors import Problem
    from sameas.api.http.service import Service

__all__ = ["Gate", "send_json", "send_problem"]

Headers = list[tuple[bytes, bytes]]

_SAFE: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]
_NOTHING_LOADS = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_FROM_CDN = b"https://cdn.jsdelivr.net 'unsafe-inline'"
_PAGE_LOADS = (
    b"content-security-policy",
    b"default-src 'none'; script-src %b; style-src %b; img-src data:; connect-src 'self'; "
    b"frame-ancestors 'none'" % (_FROM_CDN, _FROM_CDN),
)
_PAGE = "/docs"
_PLAIN: Headers = [*_SAFE, _NOTHING_LOADS]
_ALLOWED_HEADERS = (
    b"authorization, content-type, content-encoding, idempotency-key, x-retry-count, anonymousid, "
    b"sentat, rsa-since-last-attempt"
)
_EXPOSED = b"Retry-After, Idempotency-Replayed"
_METHODS = b"GET, HEAD, POST, PUT, DELETE, OPTIONS"
_KNOWN_METHODS = frozenset(_METHODS.decode().split(", "))
_HUNG_UP = 499
"""For the log only: nobody was there to be answered."""


class Gate:
    """An ASGI app around another."""

    def __init__(self, service: Service, inner: ASGIApp, hot: Mapping[str, ASGIApp]) -> None:
        self._service = service
        self._inner = inner
        self._hot = hot
        self._origins = {one.encode("latin-1") for one in service.settings.origins}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        began = perf_counter()
        method: str = scope["method"]
        path: str = scope["path"]
        headers: dict[bytes, bytes] = dict(scope["headers"])
        seen = scope["sameas"] = Seen(self._service, headers)
        extra = self._extra(path, headers) if self._origins or path == _PAGE else _PLAIN
        bodiless = method == "HEAD"

        async def out(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
                message["headers"] = [*message.get("headers", ()), *extra]
            elif bodiless:
                message = {**message, "body": b""}
            await send(message)

        try:
            hot = self._hot.get(path) if method == "POST" else None
            if hot is not None:
                seen.route = path
                await hot(scope, receive, out)
            elif method == "OPTIONS":
                await _options(headers, out)
            else:
                if bodiless:
                    scope = {**scope, "method": "GET"}
                await self._inner(scope, receive, out)
                seen.route = seen.route or _template(scope)
        except asyncio.CancelledError:
            if not self._service.closing:
                raise
            if not seen.status:
                await send_problem(out, problem_of(EngineClosedError("the server is closing")))
        except Gone:
            seen.status = seen.status or _HUNG_UP
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets JSON
            problem = problem_of(error)
            seen.route = seen.route or _template(scope)
            if problem.code == "internal":
                self._service.log.failure(method, seen.route, error)
            if not seen.status:
                await send_problem(out, problem)
        finally:
            self._note(method, seen, perf_counter() - began)

    def _note(self, method: str, seen: Seen, seconds: float) -> None:
        if method not in _KNOWN_METHODS:
            method = "other"
        route = seen.route or "none"
        self._service.metrics.seen(method, route, seen.status, seconds)
        key = None if seen.access is None else seen.access.id
        self._service.log.request(method, route, seen.status, seconds * 1000, key)

    def _extra(self, path: str, headers: Mapping[bytes, bytes]) -> Headers:
        """Headers of every answer; those of CORS if the page's origin may call."""
        extra = [*_SAFE, _PAGE_LOADS if path == _PAGE else _NOTHING_LOADS]
        if not self._origins:
            return extra
        extra = [*extra, (b"vary", b"Origin")]
        origin = headers.get(b"origin")
        if origin is None or not (origin in self._origins or b"*" in self._origins):
            return extra
        return [
            *extra,
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-expose-headers", _EXPOSED),
        ]


async def _options(headers: Mapping[bytes, bytes], send: Send) -> None:
    """What may be asked; of a page that may call also with what headers."""
    out: Headers = [(b"allow", _METHODS)]
    if b"access-control-request-method" in headers:
        asked = headers.get(b"access-control-request-headers")
        out += [
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", asked or _ALLOWED_HEADERS),
            (b"access-control-max-age", b"900"),
        ]
    await send({"type": "http.response.start", "status": 204, "headers": out})
    await send({"type": "http.response.body", "body": b""})


def _template(scope: Mapping[str, Any]) -> str:
    """The template of the route that answered; none of what was asked is in it."""
    path: str = getattr(scope.get("route"), "path_format", "")
    return path


async def send_json(
    send: Send, body: bytes, status: int = 200, headers: Headers | None = None
) -> None:
    """Answer with JSON."""
    start: Headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *(headers or ()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})


async def send_problem(send: Send, problem: Problem) -> None:
    """Answer with an error."""
    headers = [(k.lower().encode(), v.encode("latin-1")) for k, v in problem.headers.items()]
    await send_json(send, problem.body(), problem.status, headers)
