"""The change feed, and withdrawals."""

import asyncio
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Path, Query
from starlette.requests import Request

from sameas.api.http.answers import Changes
from sameas.api.http.errors import Problem, invalid
from sameas.api.http.operation import operation
from sameas.api.http.routes.parameters import After, Limit
from sameas.api.http.service import Json, encode, seen_of
from sameas.engine.online.events import Answer, Withdrawal
from sameas.errors import Fault

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["records and changes"])

_Wait = Annotated[
    float,
    Query(
        ge=0, le=300, allow_inf_nan=False, description="Seconds to wait if there is nothing new."
    ),
]
_Time = Annotated[
    str | None, Query(description="When the source took it back; none: now. ISO 8601 or ms.")
]


@router.get("/changes", **operation("read", Changes))
async def changes(request: Request, after: After = 0, limit: Limit = 100, wait: _Wait = 0) -> Json:
    """What became of profiles, in order.

    Send `next` as `after` to go on; with `wait` the answer comes as soon as there is something.
    """
    service = seen_of(request).service
    wait = min(wait, service.settings.longest_wait)
    until = asyncio.get_running_loop().time() + wait
    ticket = service.news.ticket()
    try:
        while True:
            found = await service.read(lambda view: view.changes(after=after, limit=limit))
            left = until - asyncio.get_running_loop().time()
            if found or left <= 0 or service.closing:
                break
            try:
                await asyncio.wait_for(ticket.wait(), left)
            except TimeoutError:
                break
            ticket = service.news.again()
    finally:
        service.news.done()
    position = max((one.position for one in found), default=after)
    return Json(encode(Changes(tuple(found), position)))


@router.delete("/records/{source}/{record_id:path}", **operation("write", Answer, errors=(404,)))
async def withdraw(
    request: Request,
    source: Annotated[str, Path(description="Percent-encoded.", examples=["crm"])],
    record_id: Annotated[str, Path(description="Percent-encoded.", examples=["17"])],
    time: _Time = None,
) -> Json:
    """Withdraw a record: all its versions up to the time. A later version brings it back."""
    del source, record_id  # an encoded slash can no longer be told from one that was sent
    seen = seen_of(request)
    service = seen.service
    parts = request.scope.get("raw_path", b"").partition(b"?")[0].split(b"/")
    if len(parts) != 5:  # "", v1, records, source, record id
        raise Problem(404, "not_found", "a slash within a source or record id is written %2F")
    try:
        name, record = (unquote(part.decode("ascii"), errors="strict") for part in parts[3:])
    except UnicodeDecodeError as error:
        raise invalid(
            [Fault("path", "is not percent-encoded UTF-8")], "invalid_parameter"
        ) from error
    if not name or not record:
        raise Problem(404, "not_found", "the path lacks a source or a record id")
    service.intake.clean({"source": name, "record_id": record})
    assert seen.access is not None
    if seen.access.source is not None and name != seen.access.source:
        raise Problem(403, "foreign_source", "the key is bound to another source")
    row = Withdrawal(name, record, service.intake.when(time, "time", "invalid_parameter"))
    return await service.write(request, b"", service.engine.calls.take(row))
