"""What all routes of one app share, and what is known of the request that is being answered."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

import msgspec
from anyio import to_thread
from starlette.responses import JSONResponse

from sameas.api.http.errors import Gathered, invalid
from sameas.api.http.faults import convert, sound
from sameas.api.http.intake import Intake
from sameas.api.http.keys import Gatekeeper
from sameas.api.http.lenient import loads
from sameas.api.http.logs import Log
from sameas.api.http.metrics import Metrics
from sameas.api.http.moment import Moment
from sameas.api.http.news import News
from sameas.api.http.receive import read_body
from sameas.api.http.writes import once, replay_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from sameas.api.http.keys import Access
    from sameas.api.http.settings import Settings
    from sameas.engine.online.calls import Call
    from sameas.engine.online.port import EnginePort
    from sameas.engine.online.view import View

__all__ = ["JSON", "Json", "Seen", "Service", "encode", "seen_of"]

Result = TypeVar("Result")
Body = TypeVar("Body", bound=msgspec.Struct)

JSON = "application/json"
encode = msgspec.json.Encoder().encode


class Json(JSONResponse):
    """JSON that is encoded already."""

    def render(self, content: bytes) -> bytes:
        """As it is."""
        return content


class Seen:
    """One request, as it is answered."""

    __slots__ = ("access", "headers", "route", "service", "status")

    def __init__(self, service: Service, headers: dict[bytes, bytes]) -> None:
        self.service = service
        self.headers = headers
        self.access: Access | None = None
        self.route = ""
        """The route's template; empty until it is known."""
        self.status = 0
        """0: the answer has not begun."""

    def enter(self, scope: str) -> Access:
        """Let the request in, or not.

        Raises:
            Problem: 401, 403 or 429.
        """
        access = self.service.keys.check(self.headers.get(b"authorization"))
        self.access = access
        access.need(scope)
        access.spend()
        return access


def seen_of(request: Request) -> Seen:
    """What is known of a request."""
    found: Seen = request.scope["sameas"]
    return found


class Service:
    """The parts of one app."""

    def __init__(self, engine: EnginePort, settings: Settings, log: Log | None = None) -> None:
        self.engine = engine
        self.settings = settings
        self.keys = Gatekeeper(engine, settings)
        self.intake = Intake(settings)
        self.metrics = Metrics(engine)
        self.log = log or Log(requests=settings.log_requests)
        self.news = News(engine)
        self.moment = Moment(engine)
        self.closing = False

    def begin_close(self) -> None:
        """No longer ready; whoever waits for news is answered. From any thread."""
        self.closing = True
        self.news.end()

    async def read(self, ask: Callable[[View], Result]) -> Result:
        """Ask the last committed state, in a thread of its own."""

        def work() -> Result:
            with self.engine.view() as view:
                return ask(view)

        return await to_thread.run_sync(work)

    async def body(
        self, request: Request, kind: type[Body], found: Gathered | None = None
    ) -> tuple[Body, bytes]:
        """A request's body, as what it must be, and as it was sent.

        Args:
            request: whose body.
            kind: what it must be.
            found: takes its faults, for a caller that looks for more in the other fields.

        Raises:
            Problem: 400, 413, 415, or 422 with all faults.
        """
        limit = self.settings.limits.body
        raw = await read_body(request.receive, seen_of(request).headers, limit)
        sent = loads(raw)
        made, faults = convert(sent, kind)
        if made is None:
            if found is None:
                raise invalid(faults)
            found.faults += faults
            made = sound(sent, kind, faults)
        return made, raw

    async def write(
        self,
        request: Request,
        raw: bytes,
        call: Call[Result],
        shown: Callable[[Result], object] | None = None,
    ) -> Json:
        """Do a call and answer with it; with an Idempotency-Key, once only.

        Args:
            request: what is answered.
            raw: its body.
            call: what it asks for.
            shown: the answer out of the call's result, if it is not the result: as the work of a
                `Call`, something that can be pickled.
        """
        seen = seen_of(request)
        key = seen.headers.get(b"idempotency-key")
        if key is None:
            return Json(_encoded(shown, await self.engine.run_async(call)))
        assert seen.access is not None
        route = f"{request.method} {request.url.path}"
        done = await self.engine.run_async(
            once(
                call,
                key=replay_key(seen.access.id, route, key),
                body=raw,
                encode=partial(_encoded, shown),
                hours=self.settings.reply_hours,
            )
        )
        replayed = done.result is None
        return Json(done.body, headers={"Idempotency-Replayed": "true"} if replayed else None)


def _encoded(shown: Callable[[Result], object] | None, result: Result) -> bytes:
    return encode(result if shown is None else shown(result))
