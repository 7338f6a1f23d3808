"""The app: a FastAPI whose every request comes through the gate."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from anyio import to_thread
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.exceptions import HTTPException
from starlette.routing import Route

from sameas.api.http.errors import CODES, Problem, invalid, problem_of
from sameas.api.http.gate import Gate
from sameas.api.http.hot import LookupRoute, MergeRoute, RecordsRoute
from sameas.api.http.openapi import document
from sameas.api.http.routes import (
    feed,
    keys,
    ledger,
    policy,
    privacy,
    profiles,
    review,
    server,
)
from sameas.api.http.service import Json, Service
from sameas.api.http.settings import Settings
from sameas.api.http.writes import purge
from sameas.errors import Fault, SameasError
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from starlette.requests import Request
    from starlette.responses import HTMLResponse
    from starlette.types import ASGIApp, Receive, Scope, Send

    from sameas.api.http.logs import Log
    from sameas.engine.online.port import EnginePort

__all__ = ["App", "create_app"]

_ROUTERS = (profiles, ledger, review, feed, policy, privacy, keys, server)
_PURGE_SECONDS = 600
_SLICE = 200
_HOUR = 3_600_000_000


class App(FastAPI):
    """FastAPI behind the gate."""

    def __init__(self, service: Service, hot: Mapping[str, ASGIApp], **more: Any) -> None:
        super().__init__(**more)
        self.service = service
        self._gate = Gate(service, super().__call__, hot)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; start and stop with the server."""
        if scope["type"] == "http":
            await self._gate(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(
    engine: EnginePort, settings: Settings | None = None, *, log: Log | None = None
) -> FastAPI:
    """The API over an engine, which it closes when the server ends.

    Args:
        engine: what does the calls.
        settings: None: the defaults.
        log: where requests are logged; None: standard output.
    """
    settings = settings or Settings()
    service = Service(engine, settings, log)
    hot: dict[str, ASGIApp] = {
        "/v1/merge": MergeRoute(service),
        "/v1/records": RecordsRoute(service),
        "/v1/profiles/lookup": LookupRoute(service),
    }
    app = App(
        service,
        hot,
        title="sameas",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json" if settings.docs else None,
        redirect_slashes=False,
        lifespan=_life,
        # spans would carry whole paths, and record ids are in some
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    for path, route in hot.items():
        app.router.routes.append(Route(path, route, methods=["POST"], include_in_schema=False))
    if settings.docs:
        app.router.routes.append(Route("/docs", _docs, include_in_schema=False))
    for one in _ROUTERS:
        app.include_router(one.router)
    for kind in (Problem, SameasError, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, _refuse)

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI says it is extended
    return app


async def _docs(_request: Request) -> HTMLResponse:
    """The OpenAPI document for people; what shows it comes from a CDN, no icon from elsewhere."""
    return get_swagger_ui_html(
        openapi_url="openapi.json", title="sameas", swagger_favicon_url="data:,"
    )


async def _refuse(_request: Request, error: Exception) -> Json:
    """Any exception as JSON."""
    if isinstance(error, RequestValidationError):
        error = invalid([_fault(one) for one in error.errors()], "invalid_parameter")
    elif isinstance(error, HTTPException):
        code = CODES.get(error.status_code, "http_error")
        words = code.replace("_", " ")
        error = Problem(error.status_code, code, words, headers=error.headers)
    problem = problem_of(error)
    return Json(problem.body(), problem.status, headers=problem.headers)


def _fault(one: Mapping[str, Any]) -> Fault:
    kind, *rest = one["loc"]
    what = str(one["msg"])
    return Fault(".".join(map(str, rest)) or str(kind), what[:1].lower() + what[1:])


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    assert isinstance(app, App)
    service = app.service
    forgetting = asyncio.create_task(_forget_replies(service))
    try:
        yield
    finally:
        service.begin_close()
        forgetting.cancel()
        with suppress(asyncio.CancelledError):
            await forgetting
        service.moment.end()
        await to_thread.run_sync(service.engine.close)


async def _forget_replies(service: Service) -> None:
    """Let go of answers that nobody can ask for again."""

    def old(before: int) -> list[str]:
        with service.engine.reader() as reader:
            return [row.key for row in reader.scan(t.REPLY) if row.time < before]

    while True:
        await asyncio.sleep(_PURGE_SECONDS)
        with suppress(SameasError):  # a store without room has worse to do
            before = _now() - round(service.settings.reply_hours * _HOUR)
            names = await to_thread.run_sync(old, before)
            for at in range(0, len(names), _SLICE):
                await service.engine.run_async(purge(names[at : at + _SLICE], before))


def _now() -> int:
    import time

    return time.time_ns() // 1_000
