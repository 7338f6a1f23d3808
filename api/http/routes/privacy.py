"""Erasure and suppression."""

from fastapi import APIRouter
from starlette.requests import Request

from sameas.api.http.bodies import Erase, Suppress, Unsuppress
from sameas.api.http.errors import Gathered
from sameas.api.http.operation import operation
from sameas.api.http.service import Json, Service, seen_of
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
    found = Gathered()
    body, raw = await service.body(request, Erase, found)
    with found:
        service.intake.clean({"author": body.author, "reason": body.reason})
    records, identifiers = service.intake.named(body.records, body.identifiers, found)
    with found:
        until = service.intake.when(body.until, "until")
    if body.profile_id is None and not (body.records or body.identifiers or found.faults):
        remedy = "send `profile_id`, `records` or `identifiers`"
        found.faults.append(Fault("body", "names nobody", remedy))
    found.end()
    call = service.engine.calls.erase(
        profile_id=body.profile_id,
        records=records,
        identifiers=identifiers,
        until=until,
        author=body.author,
        reason=body.reason,
    )
    return await service.write(request, raw, call)


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
    found = Gathered()
    body, raw = await service.body(request, Suppress, found)
    with found:
        until = service.intake.when(body.until, "until")
    records, identifiers = _named(service, body, found)
    call = service.engine.calls.suppress(records=records, identifiers=identifiers, until=until)
    return await service.write(request, raw, call)


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
    found = Gathered()
    body, raw = await service.body(request, Unsuppress, found)
    records, identifiers = _named(service, body, found)
    call = service.engine.calls.unsuppress(records=records, identifiers=identifiers)
    return await service.write(request, raw, call)


def _named(
    service: Service, body: Suppress | Unsuppress, found: Gathered
) -> tuple[list[str], list[tuple[str, str]]]:
    """The records and identifiers that a body names: the last check of it."""
    records, identifiers = service.intake.named(body.records, body.identifiers, found)
    if not (body.records or body.identifiers or found.faults):
        found.faults.append(Fault("body", "names nothing", "send `records` or `identifiers`"))
    found.end()
    return records, identifiers
