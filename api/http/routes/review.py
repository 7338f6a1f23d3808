"""The review queue: what somebody should look at, and what they decide."""

import secrets
import time
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request

from sameas.api.http.answers import Judged
from sameas.api.http.bodies import Decide
from sameas.api.http.operation import operation
from sameas.api.http.service import Json, encode, seen_of
from sameas.engine.online.view.answers import ReviewPage
from sameas.graph.model import Judgement

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["review"])

_After = Annotated[str, Query(max_length=100, description="`next` of an earlier answer.")]
_Limit = Annotated[int, Query(ge=1, le=100, description="About how many items to answer.")]
_SHOWN = {
    "items": [
        {
            "id": "r17-r42",
            "kind": "near",
            "weight": -0.713,
            "probability": 0.379,
            "left": {
                "profile_id": "p_zqgxlz2dcwrdypbm",
                "record": "crm/17",
                "traits": {"first_name": "Ann", "last_name": "Smith"},
                "identifiers": ["email:ann@example.com"],
            },
            "right": {
                "profile_id": "p_4m2v7qhd3xk5sbta",
                "record": "web/9",
                "traits": {"first_name": "Anna", "last_name": "Smith"},
                "identifiers": [],
            },
            "constraint": None,
            "against": [],
            "fields": [
                {
                    "field": "given_name",
                    "left": "ann",
                    "right": "anna",
                    "level": "close",
                    "weight": 3.2,
                    "rarity": 0.0,
                }
            ],
        }
    ],
    "next": None,
}


@router.get("/review", **operation("review", ReviewPage, shown=_SHOWN))
async def review(request: Request, after: _After = "", limit: _Limit = 20) -> Json:
    """Pairs of profiles that are alike and lie apart, the likeliest first.

    Those that the evidence alone does not join, and those that a constraint refused. A decision
    settles a pair for good: it is not asked about again.
    """
    service = seen_of(request).service
    found = await service.read(lambda view: view.review(after=after, limit=limit))
    return Json(encode(found))


@router.post(
    "/review/{item}",
    **operation(
        "review",
        Judged,
        body=Decide,
        errors=(409,),
        idempotent=True,
        example={"decision": "different", "author": "kim", "reason": "father and son"},
    ),
)
async def decide(
    request: Request,
    item: Annotated[str, Path(max_length=60, description="The item's id.", examples=["r17-r42"])],
) -> Json:
    """Say whether the two are one person: a judgement on the two records that speak for them."""
    service = seen_of(request).service
    body, raw = await service.body(request, Decide)
    service.intake.clean({"author": body.author, "reason": body.reason})
    left, right = await service.read(lambda view: view.sides_of(item))
    judgement = Judgement(
        f"j_{secrets.token_hex(8)}",
        body.decision,
        frozenset({left}),
        frozenset({right}),
        time.time_ns() // 1_000,
        body.author,
        body.reason,
    )
    call = service.engine.calls.say(judgement)
    return await service.write(request, raw, call, partial(Judged, judgement.key))
