"""Erasure and suppression."""

from fastapi import APIRouter
from starlette.requests import Request

from sameas.api.http.bodies import Erase, Suppress, Unsuppress
from sameas.api.http.errors import invalid
from sameas.api.http.operation import operation
from sameas.api.http.service import Json, seen_of
from sameas.engine.online.outcomes import Erased, Suppressed
from sameas.errors import Fault

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["privacy"])


@router.post(
    "/erase",
    **operation(
        "admin",
        Erased,
        body=Erase,
        errors=(404, 409, 410),
        idempotent=True,
        example={"profile_id": "p_zqgxlz2dcwrdypbm", "reason": "request 2026-118"},
    ),
)
async def erase(request: Request) -> Json:
    """Withdraw and redact what is held on a person, and hide what comes of them from before."""
    service = seen_of(request).service
    body, raw = await service.body(request, Erase)
    if body.profile_id is None and not body.records and not body.identifiers:
        raise invalid(
            [Fault("body", "names nobody", "send `profile_id`, `records` or `identifiers`")]
        )
    service.intake.clean({"author": body.author, "reason": body.reason})
    call = service.engine.calls.erase(
        profile_id=body.profile_id,
        records=service.intake.records(body.records),
        identifiers=service.intake.refs(body.identifiers, "identifiers", 1000),
        until=service.intake.when(body.until, "until"),
        author=body.author,
        reason=body.reason,
    )
    return await service.write(request, raw, call, lambda done: done)


@router.post(
    "/suppress",
    **operation(
        "admin",
        Suppressed,
        body=Suppress,
        errors=(409,),
        idempotent=True,
        example={"identifiers": {"email": "ann@example.com"}},
    ),
)
async def suppress(request: Request) -> Json:
    """Hide records and identifiers wherever the event time is not after `until`."""
    service = seen_of(request).service
    body, raw = await service.body(request, Suppress)
    if not body.records and not body.identifiers:
        raise invalid([Fault("body", "names nothing", "send `records` or `identifiers`")])
    call = service.engine.calls.suppress(
        records=service.intake.records(body.records),
        identifiers=service.intake.refs(body.identifiers, "identifiers", 1000),
        until=service.intake.when(body.until, "until"),
    )
    return await service.write(request, raw, call, lambda done: done)


@router.post(
    "/unsuppress",
    **operation(
        "admin",
        Suppressed,
        body=Unsuppress,
        errors=(409,),
        idempotent=True,
        example={"identifiers": {"email": "ann@example.com"}},
    ),
)
async def unsuppress(request: Request) -> Json:
    """Let what comes from now on be seen again. What was hidden is not kept, so it stays away."""
    service = seen_of(request).service
    body, raw = await service.body(request, Unsuppress)
    if not body.records and not body.identifiers:
        raise invalid([Fault("body", "names nothing", "send `records` or `identifiers`")])
    call = service.engine.calls.unsuppress(
        records=service.intake.records(body.records),
        identifiers=service.intake.refs(body.identifiers, "identifiers", 1000),
    )
    return await service.write(request, raw, call, lambda done: done)
