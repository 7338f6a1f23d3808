"""Whether the server lives, whether it takes calls, what it did."""

from anyio import to_thread
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from sameas.api.http.answers import Ready
from sameas.api.http.metrics import CONTENT_TYPE
from sameas.api.http.operation import operation
from sameas.api.http.service import Json, encode, seen_of

__all__ = ["router"]

router = APIRouter(tags=["server"])


@router.get("/healthz", **operation(None, Ready))
async def alive() -> Json:
    """The process answers."""
    return Json(encode(Ready(ready=True)))


@router.get("/readyz", **operation(None, Ready, errors=(503,)))
async def ready(request: Request) -> Json:
    """The server takes calls: it is not closing, and the store can be written to."""
    service = seen_of(request).service
    if service.closing:
        return Json(encode(Ready(ready=False, reason="closing")), 503)
    health = await to_thread.run_sync(service.engine.health)
    answer = Ready(ready=health.ready, reason=health.reason)
    return Json(encode(answer), 200 if health.ready else 503)


@router.get("/metrics", **operation(None, {"type": "string"}, errors=(401, 403)))
async def metrics(request: Request) -> Response:
    """Numbers for Prometheus; needs the scope `read`, if the settings do not say otherwise."""
    seen = seen_of(request)
    if not seen.service.settings.open_metrics:
        seen.enter("read")
    text = await to_thread.run_sync(seen.service.metrics.text)
    return Response(text, media_type=CONTENT_TYPE)
