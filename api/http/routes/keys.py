"""API keys, made and ended while the server runs."""

from functools import partial
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Path
from starlette.requests import Request

from sameas.api.http.answers import KeyAnswer, Keys, MadeKey
from sameas.api.http.bodies import MakeKey
from sameas.api.http.keys import list_keys, new_key, revoke
from sameas.api.http.operation import operation
from sameas.api.http.service import Json, encode, seen_of
from sameas.engine.online.calls import Call
from sameas.engine.online.state import State
from sameas.engine.online.unit import Unit
from sameas.graph.store import tables as t

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["keys"])


@router.get("/keys", **operation("admin", Keys))
async def keys(request: Request) -> Json:
    """All keys, without their secrets."""
    engine = seen_of(request).service.engine

    def work() -> list[t.KeyRow]:
        with engine.reader() as reader:
            return list_keys(reader)

    return Json(encode(Keys(tuple(map(_answer, await to_thread.run_sync(work))))))


@router.post(
    "/keys",
    **operation(
        "admin",
        MadeKey,
        body=MakeKey,
        example={"name": "web shop", "scopes": ["collect"], "source": "web"},
    ),
)
async def make(request: Request) -> Json:
    """Make a key. Its secret is in this answer and nowhere else."""
    service = seen_of(request).service
    body, _ = await service.body(request, MakeKey)
    service.intake.clean({"name": body.name, "source": body.source or ""})

    made = Call(partial(_make, body.name, tuple(body.scopes), body.source))
    return Json(encode(await service.engine.run_async(made)))


@router.delete("/keys/{key}", **operation("admin", KeyAnswer, errors=(404,)))
async def end(
    request: Request, key: Annotated[str, Path(max_length=64, description="The key's id.")]
) -> Json:
    """End a key for good, from the next request on."""
    service = seen_of(request).service
    row = await service.engine.run_async(Call(partial(_end, key)))
    service.keys.forget(key)
    return Json(encode(_answer(row)))


def _make(
    name: str, scopes: tuple[str, ...], source: str | None, unit: Unit, state: State
) -> MadeKey:
    row, secret = new_key(name, scopes, source, state.now)
    unit.put(t.KEY, row)
    return MadeKey(row.id, secret)


def _end(key: str, unit: Unit, state: State) -> t.KeyRow:
    return revoke(unit, key, state.now)


def _answer(row: t.KeyRow) -> KeyAnswer:
    return KeyAnswer(
        row.id, row.name, tuple(row.scopes.split()), row.source, row.created, row.revoked
    )
