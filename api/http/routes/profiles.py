"""Reading one profile, whatever its id was when it was written down."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request

from sameas.api.http.bodies import SearchFor, Unmerge
from sameas.api.http.errors import Gathered, invalid
from sameas.api.http.operation import operation
from sameas.api.http.routes.parameters import After, Limit, ProfileId
from sameas.api.http.service import Json, encode, seen_of
from sameas.engine.online.outcomes import Unmerged
from sameas.engine.online.view.answers import (
    Export,
    Graph,
    History,
    IdentifiersPage,
    Profile,
    RecordsPage,
    Search,
)
from sameas.errors import Fault

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["profiles"])

_AsOf = Annotated[
    str | None,
    Query(
        description="A commit time as answers give it, or ISO 8601: the profile as it was.",
        examples=["2026-03-01T12:00:00Z"],
    ),
]
_Record = Annotated[
    str | None, Query(pattern=r"^r\d{1,15}$", description="Go on behind this record: `r12`.")
]
_Identifier = Annotated[
    str | None,
    Query(pattern=r"^[^:]+:.+$", max_length=2000, description="Go on behind this identifier."),
]
_Nodes = Annotated[int, Query(ge=1, le=10_000, description="Most nodes of the answer.")]


@router.get("/profiles/{profile_id}", **operation("read", Profile, errors=(404, 410)))
async def profile(request: Request, profile_id: ProfileId, as_of: _AsOf = None) -> Json:
    """One person: the golden record with where each value comes from.

    An earlier id leads to the profile that it belongs to now, and `asked_id` says so.
    """
    service = seen_of(request).service
    time = service.intake.when(as_of, "as_of", "invalid_parameter")
    return Json(encode(await service.read(lambda view: view.profile(profile_id, as_of=time))))


@router.get(
    "/profiles/{profile_id}/identifiers", **operation("read", IdentifiersPage, errors=(404, 410))
)
async def identifiers(
    request: Request, profile_id: ProfileId, after: _Identifier = None, limit: Limit = 100
) -> Json:
    """Its identifiers, and what was refused of them and why."""
    read = seen_of(request).service.read
    return Json(
        encode(await read(lambda view: view.identifiers(profile_id, after=after, limit=limit)))
    )


@router.get("/profiles/{profile_id}/records", **operation("read", RecordsPage, errors=(404, 410)))
async def records(
    request: Request, profile_id: ProfileId, after: _Record = None, limit: Limit = 100
) -> Json:
    """Its records, with what was rejected of them."""
    read = seen_of(request).service.read
    return Json(encode(await read(lambda view: view.records(profile_id, after=after, limit=limit))))


@router.get("/profiles/{profile_id}/history", **operation("read", History, errors=(404,)))
async def history(
    request: Request, profile_id: ProfileId, after: After = 0, limit: Limit = 100
) -> Json:
    """What became of it and of the ids that lead to it."""
    read = seen_of(request).service.read
    return Json(encode(await read(lambda view: view.history(profile_id, after=after, limit=limit))))


@router.get("/profiles/{profile_id}/graph", **operation("read", Graph, errors=(404, 410)))
async def graph(request: Request, profile_id: ProfileId, limit: _Nodes = 1000) -> Json:
    """Its evidence: records and identifiers as nodes, links and judgements as edges."""
    read = seen_of(request).service.read
    return Json(encode(await read(lambda view: view.graph(profile_id, limit=limit))))


@router.get("/profiles/{profile_id}/export", **operation("admin", Export, errors=(404,)))
async def export(request: Request, profile_id: ProfileId) -> Json:
    """All that is held on a person."""
    read = seen_of(request).service.read
    return Json(encode(await read(lambda view: view.export(profile_id))))


@router.post(
    "/search",
    **operation(
        "read",
        Search,
        body=SearchFor,
        example={"text": "ann@", "traits": {"city": "Oslo"}, "limit": 5},
    ),
)
async def search(request: Request) -> Json:
    """Profiles by the beginning of an identifier, by text in a trait, by traits."""
    service = seen_of(request).service
    body, _ = await service.body(request, SearchFor)
    if not body.text and not body.traits:
        raise invalid([Fault("body", "asks for nothing", "send `text` or `traits`")])
    service.intake.clean(
        {"text": body.text, **{f"traits.{k}": k + v for k, v in body.traits.items()}}
    )
    return Json(
        encode(
            await service.read(
                lambda view: view.search(body.text, traits=body.traits, limit=body.limit)
            )
        )
    )


@router.post(
    "/profiles/{profile_id}/unmerge",
    **operation(
        "review",
        Unmerged,
        body=Unmerge,
        errors=(404, 409, 410),
        idempotent=True,
        example={"records": ["crm/17"], "author": "kim", "reason": "two sisters"},
    ),
)
async def unmerge(request: Request, profile_id: ProfileId) -> Json:
    """Part some records, identifiers, or what an earlier id carried, from the rest.

    It writes a judgement, so it lasts; earlier ids return.
    """
    service = seen_of(request).service
    found = Gathered()
    body, raw = await service.body(request, Unmerge, found)
    with found:
        service.intake.clean({"author": body.author, "reason": body.reason})
    records, identifiers = service.intake.named(body.records, body.identifiers, found)
    given = [bool(body.records), bool(body.identifiers), body.earlier_id is not None]
    if sum(given) > 1 or not (any(given) or found.faults):
        what = "names several things" if any(given) else "names nothing"
        remedy = "send one of `records`, `identifiers`, `earlier_id`"
        found.faults.append(Fault("body", what, remedy))
    found.end()
    call = service.engine.calls.unmerge(
        profile_id,
        records=records,
        identifiers=identifiers,
        earlier_id=body.earlier_id,
        author=body.author,
        reason=body.reason,
    )
    return await service.write(request, raw, call)
