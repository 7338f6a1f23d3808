"""One declaration a route: the scope it needs, what it takes and answers, how it can fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from fastapi import Depends
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it at run time

from sameas.api.http.errors import ErrorBody
from sameas.api.http.service import JSON, Json, seen_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["COMPONENTS", "SECURITY", "Operation", "operation", "ref"]

COMPONENTS: dict[str, Any] = {}
"""Types that the document speaks of, by name."""
SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"basic": []}]

_REASONS = {
    400: "The body is no JSON, or is not packed as it says.",
    401: "There is no key, or it is unknown or revoked.",
    403: "The key lacks the scope, or is bound to another source.",
    404: "There is no such thing.",
    409: "The engine cannot do that now, or it is there already.",
    410: "The profile's last record was withdrawn.",
    413: "The body, or the list, is too large.",
    415: "The Content-Encoding is not known.",
    422: "Faults, all of them.",
    429: "Too many requests with this key; see Retry-After.",
    503: "The server is closing, or the store cannot be used; see Retry-After.",
    507: "The store has no room.",
}
_ALWAYS = (401, 403, 422, 429, 503)
_BODY = (400, 413, 415)


def ref(kind: Any) -> dict[str, str]:
    """A reference to a type, which is then part of the document."""
    COMPONENTS[kind.__name__] = kind
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


class Operation(msgspec.Struct, frozen=True):
    """What is said of a route."""

    scope: str | None
    answer: Any
    """The type that is answered with 200, or a schema."""
    body: Any = None
    errors: tuple[int, ...] = ()
    example: Any = None
    """Of the body."""
    shown: Any = None
    """Of the answer."""
    idempotent: bool = False
    """It takes an Idempotency-Key."""

    def responses(self) -> dict[str, Any]:
        """Its answers, by status."""
        answer = self.answer if isinstance(self.answer, dict) else ref(self.answer)
        content: dict[str, Any] = {"schema": answer}
        if self.shown is not None:
            content["example"] = self.shown
        found: dict[str, Any] = {"200": {"description": "Done.", "content": {JSON: content}}}
        errors = (*self.errors, *(_ALWAYS if self.scope else ()), *(_BODY if self.body else ()))
        if self.idempotent:
            errors = (*errors, 507)
        for status in sorted(set(errors)):
            found[str(status)] = {
                "description": _REASONS[status],
                "content": {JSON: {"schema": ref(ErrorBody)}},
            }
        return found

    def extra(self) -> dict[str, Any]:
        """What FastAPI cannot know of it."""
        found: dict[str, Any] = {}
        if self.scope is not None:
            found["security"] = SECURITY
            found["x-scope"] = self.scope
        if self.body is not None:
            schema = self.body if isinstance(self.body, dict) else ref(self.body)
            content: dict[str, Any] = {"schema": schema}
            if self.example is not None:
                content["example"] = self.example
            found["requestBody"] = {"required": True, "content": {JSON: content}}
        if self.idempotent:
            found["parameters"] = [
                {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "required": False,
                    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
                    "description": "The same key with the same body gets the same answer again.",
                }
            ]
        return found


def operation(scope: str | None, answer: Any, **more: Any) -> dict[str, Any]:
    """Arguments for a FastAPI route: `@router.get("/x", **operation("read", X))`."""
    one = Operation(scope, answer, **more)
    return {
        "dependencies": [] if scope is None else [Depends(_entering(scope))],
        "responses": one.responses(),
        "openapi_extra": one.extra(),
        "response_class": Json,
        "response_model": None,
    }


def _entering(scope: str) -> Callable[[Request], Awaitable[None]]:
    async def enter(request: Request) -> None:
        seen_of(request).enter(scope)

    return enter
