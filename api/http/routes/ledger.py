"""Judgements: a person's word, said and taken back."""

import secrets
import time
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request

from sameas.api.http.answers import Judged
from sameas.api.http.bodies import Judge
from sameas.api.http.errors import Gathered
from sameas.api.http.operation import operation
from sameas.api.http.service import Json, seen_of
from sameas.graph.model import Judgement

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["judgements"])


@router.post(
    "/judgements",
    **operation(
        "review",
        Judged,
        body=Judge,
        errors=(409,),
        idempotent=True,
        example={
            "kind": "different",
            "left": ["crm/17"],
            "right": ["phone:+4722000001"],
            "author": "kim",
            "reason": "the switchboard",
        },
    ),
)
async def judge(request: Request) -> Json:
    """Say that two sides are one person, `same`, or never, `different`.

    `different` says that nothing on the left is the same person as anything on the right.
    """
    service = seen_of(request).service
    found = Gathered()
    body, raw = await service.body(request, Judge, found)
    with found:
        service.intake.clean({"key": body.key or "", "author": body.author, "reason": body.reason})
    with found:
        left, right = service.intake.sides(body.left, body.right)
    with found:
        said = service.intake.when(body.time, "time")
    found.end()
    judgement = Judgement(
        body.key or f"j_{secrets.token_hex(8)}",
        body.kind,
        left,
        right,
        time.time_ns() // 1_000 if said is None else said,
        body.author,
        body.reason,
    )
    call = service.engine.calls.say(judgement)
    return await service.write(request, raw, call, partial(Judged, judgement.key))


@router.delete("/judgements/{key}", **operation("review", Judged, errors=(404, 409)))
async def retract(
    request: Request, key: Annotated[str, Path(max_length=200, description="The judgement's key.")]
) -> Json:
    """Take a judgement back: the graph is what it would be without it."""
    service = seen_of(request).service
    call = service.engine.calls.take_back(key)
    return await service.write(request, b"", call, partial(Judged, key))
