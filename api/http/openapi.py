"""The OpenAPI document: FastAPI's for its routes, that of the busy ones from the same structs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from fastapi.openapi.utils import get_openapi

from sameas.api.http.answers import Batch, Counts, Looked, Success
from sameas.api.http.bodies import Lookup, Merge, Rudder
from sameas.api.http.operation import COMPONENTS, Operation, ref
from sameas.engine.online.events import Answer
from sameas.engine.online.view.answers import Found

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["document"]

_DESCRIPTION = """\
Who is this? Identifiers go in, profiles come out, and every answer can be explained and taken back.

Send a key as `Authorization: Bearer sk_...`, or as the user of Basic authentication; the password
is ignored. Errors are `{"code", "message", "details"}`, with all faults of a body at once. An
answer to a write is given when the write is durable. Bodies are JSON whatever their Content-Type
says, and may be packed with gzip or deflate.
"""

_SAYS = {
    "merge": """\
Say that identifiers belong to one person: one call, or an array of them. Without a `record_id` it
becomes part of an observation. RudderStack's merge call works as it is. An array answers 200, and
each item says what became of it. A key with only the scope `collect` is told of nobody's
identity.""",
    "take_records": """\
Take records in: one, an array, or a stream of lines (`application/x-ndjson`), which takes no
Idempotency-Key. Each item says what became of it.""",
    "lookup": """\
Whose identifiers are: one (`type`, `value`) or many (`identifiers`), in any spelling.""",
}

_MERGE = {
    "identifiers": {"email": "Ann@Example.com", "phone": "+47 22 00 00 01", "cookie": "c-81"},
    "traits": {"first_name": "Ann", "address": {"city": "Oslo"}},
    "source": "web",
    "time": "2026-03-01T12:00:00Z",
    "message_id": "m-1",
}
_RUDDER = {
    "type": "merge",
    "userId": "u-1",
    "mergeProperties": [
        {"type": "email", "value": "ann@example.com"},
        {"type": "mobile", "value": "+4722000001"},
    ],
    "messageId": "m-2",
}
_RECORD = {
    "source": "crm",
    "record_id": "17",
    "identifiers": [{"type": "email", "value": "ann@example.com"}],
    "traits": {"full_name": "Ann Lee"},
    "time": 1772366400000,
}
_ANSWER = {
    "record": "web/o_3vqk5a6m2c",
    "profile_id": "p_zqgxlz2dcwrdypbm",
    "position": 12,
    "created": True,
    "merged": [],
    "refused": [],
    "rejected": [],
    "duplicate": False,
    "pending": False,
    "hidden": False,
}


def _or_many(*kinds: Any) -> dict[str, Any]:
    one = [ref(kind) for kind in kinds]
    item = one[0] if len(one) == 1 else {"anyOf": one}
    return {"anyOf": [*one, {"type": "array", "items": item, "maxItems": 1000}]}


def _busy() -> dict[str, tuple[str, str, Operation]]:
    """By path: name, tag, operation."""
    answers = {"anyOf": [ref(kind) for kind in (Answer, Batch, Success, Counts)]}
    return {
        "/v1/merge": (
            "merge",
            "records and changes",
            Operation(
                "collect",
                answers,
                body=_or_many(Merge, Rudder),
                errors=(409,),
                idempotent=True,
                example=_MERGE,
                shown=_ANSWER,
            ),
        ),
        "/v1/records": (
            "take_records",
            "records and changes",
            Operation(
                "write",
                {"anyOf": [ref(Answer), ref(Batch)]},
                body=_or_many(Merge, Rudder),
                errors=(409,),
                idempotent=True,
                example=_RECORD,
                shown={**_ANSWER, "record": "crm/17"},
            ),
        ),
        "/v1/profiles/lookup": (
            "lookup",
            "profiles",
            Operation(
                "read",
                {"anyOf": [ref(Found), ref(Looked)]},
                body=Lookup,
                example={"type": "email", "value": "Ann@Example.com"},
                shown={
                    "identifier": "email:ann@example.com",
                    "status": "linked",
                    "profile_id": "p_zqgxlz2dcwrdypbm",
                    "others": [],
                    "reason": None,
                },
            ),
        ),
    }


def document(app: FastAPI) -> dict[str, Any]:
    """The whole document."""
    found = get_openapi(
        title=app.title, version=app.version, description=_DESCRIPTION, routes=app.routes
    )
    for path, (name, tag, one) in _busy().items():
        described: dict[str, Any] = {
            "operationId": name,
            "tags": [tag],
            "summary": name.replace("_", " ").capitalize(),
            "description": _SAYS[name],
            "responses": one.responses(),
            **one.extra(),
        }
        if path == "/v1/merge":
            described["requestBody"]["content"]["application/json"] = {
                "schema": _or_many(Merge, Rudder),
                "examples": {
                    "identifiers": {"value": _MERGE},
                    "several": {"value": [_MERGE, _RECORD]},
                    "RudderStack": {"value": _RUDDER},
                },
            }
        if path == "/v1/records":
            described["requestBody"]["content"]["application/x-ndjson"] = {
                "schema": {"type": "string", "description": "One object a line."}
            }
        found["paths"][path] = {"post": described}
    _, components = msgspec.json.schema_components(
        list(COMPONENTS.values()), ref_template="#/components/schemas/{name}"
    )
    parts = found.setdefault("components", {})
    parts["schemas"] = dict(sorted(components.items()))
    parts["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "An API key."},
        "basic": {"type": "http", "scheme": "basic", "description": "The key as user."},
    }
    return found
