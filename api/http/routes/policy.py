"""The policy: read, tried on the real graph, changed."""

from collections.abc import Callable
from functools import partial

from anyio import to_thread
from fastapi import APIRouter
from starlette.requests import Request

from sameas.api.http.bodies import NewModel, NewPolicy
from sameas.api.http.operation import operation
from sameas.api.http.service import Json, encode, seen_of
from sameas.engine import policy as policies
from sameas.engine.online.outcomes import PolicyState, Preview
from sameas.engine.policy import Policy
from sameas.threads import alone

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["policy"])

_MODEL = {"model": ""}
_EXAMPLE = {"policy": 'on_conflict = "newest"\n'}


def _beside(ask: Callable[[], Preview]) -> Preview:
    """Beside requests and writes, which want the other processors."""
    with alone():
        return ask()


async def _policy(request: Request) -> Policy:
    body, _ = await seen_of(request).service.body(request, NewPolicy)
    return await to_thread.run_sync(policies.loads, body.policy)


@router.get("/policy", **operation("read", PolicyState))
async def policy(request: Request) -> Json:
    """The policy in force, and how far the change to the next one is."""
    engine = seen_of(request).service.engine
    return Json(encode(await to_thread.run_sync(engine.policy_state)))


@router.put(
    "/policy", **operation("admin", PolicyState, body=NewPolicy, errors=(409,), example=_EXAMPLE)
)
async def set_policy(request: Request) -> Json:
    """Begin to change the policy.

    History is resolved again beside the graph as it is; then all switches in one feed position.
    `GET /v1/policy` tells how far it is.
    """
    engine = seen_of(request).service.engine
    new = await _policy(request)
    return Json(encode(await to_thread.run_sync(engine.set_policy, new)))


@router.put(
    "/model", **operation("admin", PolicyState, body=NewModel, errors=(409,), example=_MODEL)
)
async def set_model(request: Request) -> Json:
    """Begin to change the model, or to match nothing; as a change of the policy."""
    service = seen_of(request).service
    body, _ = await service.body(request, NewModel)
    return Json(encode(await to_thread.run_sync(service.engine.set_model, body.model or None)))


@router.post(
    "/model/preview",
    **operation("review", Preview, body=NewModel, errors=(409,), example=_MODEL),
)
async def preview_model(request: Request) -> Json:
    """What a model would do to the graph as it is; nothing changes."""
    service = seen_of(request).service
    body, _ = await service.body(request, NewModel)
    ask = partial(service.engine.preview, model=body.model or None)
    return Json(encode(await to_thread.run_sync(_beside, ask)))


@router.post(
    "/policy/preview",
    **operation("review", Preview, body=NewPolicy, errors=(409,), example=_EXAMPLE),
)
async def preview(request: Request) -> Json:
    """What a policy would do to the graph as it is; nothing changes."""
    engine = seen_of(request).service.engine
    new = await _policy(request)
    return Json(encode(await to_thread.run_sync(_beside, partial(engine.preview, new))))
