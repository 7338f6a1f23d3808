"""The document is true: what it says may be sent is answered as it says, and nothing fails."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import CHECKS
from tests.api.http.calling import start
from tests.api.http.test_access import OPEN, ROUTES, template

from sameas.api.http.answers import Batch
from sameas.api.http.bodies import Merge
from sameas.api.http.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.http.calling import Api

OPERATIONS = sorted((method, template(path)) for method, path in [*ROUTES, *OPEN])
EXAMPLES = 12
SEED = 20_261_122


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda one: one)
def test_nothing_that_is_sent_makes_the_server_fail(tmp_path: Path, method: str, path: str) -> None:
    """No 5xx, no answer that the document does not have; the seed is fixed."""
    api = start(tmp_path, Settings(longest_wait=0.01))
    schema = schemathesis.openapi.from_dict(api.app.openapi())
    operation = schema[path][method]

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(case=operation.as_strategy())
    def run(case: Any) -> None:
        sent = case.as_transport_kwargs(base_url="http://test", headers={})
        answer = api.call(
            sent["method"],
            sent["url"],
            params=sent.get("params"),
            headers={
                k: v for k, v in dict(sent.get("headers") or {}).items() if k != "Authorization"
            },
            **({"json": sent["json"]} if "json" in sent else {"content": _raw(sent.get("data"))}),
        )
        assert answer.status_code < 500, (answer.text, api.logged.getvalue().splitlines()[-2:])
        assert str(answer.status_code) in operation.definition.raw["responses"], answer.text
        if answer.status_code >= 400 and method != "HEAD":
            assert set(answer.json()) == {"code", "message", "details"}

    run()
    api.close()


def _raw(data: Any) -> bytes | None:
    if data is None or isinstance(data, bytes):
        return data
    return str(data).encode("utf-8", "surrogatepass")


def _examples(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any], Any]]:
    found = []
    for path, ways in document["paths"].items():
        for method, one in ways.items():
            content = one.get("requestBody", {}).get("content", {}).get("application/json", {})
            if "example" in content:
                found.append((method, path, content["schema"], content["example"]))
            several = content.get("examples", {}).values()
            found += [(method, path, content["schema"], example["value"]) for example in several]
    return found


def test_every_body_has_an_example_that_fits_it(api: Api) -> None:
    """As JSON Schema, and as the server reads it."""
    document = api.app.openapi()
    examples = _examples(document)
    bodies = {
        (method, path)
        for path, ways in document["paths"].items()
        for method, one in ways.items()
        if "requestBody" in one
    }
    assert bodies == {(method, path) for method, path, _, _ in examples}
    for method, path, schema, example in examples:
        whole = {**schema, "components": document["components"]}
        jsonschema_rs.validate(whole, example)
        asked = path.replace("{profile_id}", api.merged(email="ann@example.com"))
        answer = api.call(method.upper(), asked, json=example)
        assert answer.status_code in (200, 404, 409), (path, answer.text)


def test_every_route_says_who_may_call_it(api: Api) -> None:
    """The scope, and the two ways to send a key."""
    for path, ways in api.app.openapi()["paths"].items():
        for one in ways.values():
            if path not in ("/healthz", "/readyz", "/metrics"):
                assert one["x-scope"] in ("collect", "write", "read", "review", "admin")
                assert one["security"] == [{"bearer": []}, {"basic": []}]
            assert one["summary"]
            assert one["description"]


def test_the_document_has_no_part_that_is_missing(api: Api) -> None:
    """Every reference leads somewhere; FastAPI's own form of errors is nowhere."""
    text = json.dumps(api.app.openapi())
    parts = api.app.openapi()["components"]["schemas"]
    for ref in set(json.loads(f"[{','.join(_refs(text))}]")):
        assert ref.removeprefix("#/components/schemas/") in parts
    assert "HTTPValidationError" not in text


def _refs(text: str) -> list[str]:
    import re

    return re.findall(r'"\$ref": ("[^"]+")', text)


def test_the_document_and_its_page_can_be_switched_off(api: Api) -> None:
    """They are there by default."""
    assert api.call("GET", "/openapi.json", key=None).status_code == 200
    assert "swagger" in api.call("GET", "/docs", key=None).text


def test_answers_are_what_the_document_says(api: Api) -> None:
    """One of each, against its schema."""
    document = api.app.openapi()
    profile = api.merged(email="ann@example.com", cookie="c1")
    body = {"identifiers": {"cookie": "c1"}}
    asked: list[tuple[str, str, str, Any]] = [
        ("POST", "/v1/merge", "/v1/merge", body),
        ("POST", "/v1/merge", "/v1/merge", [body, {}]),
        ("POST", "/v1/records", "/v1/records", body),
        ("POST", "/v1/profiles/lookup", "/v1/profiles/lookup", body),
        ("POST", "/v1/search", "/v1/search", {"text": "ann"}),
        ("GET", "/v1/changes", "/v1/changes", None),
        ("GET", "/v1/policy", "/v1/policy", None),
        ("GET", "/v1/keys", "/v1/keys", None),
        ("GET", "/readyz", "/readyz", None),
    ]
    asked += [
        ("GET", f"/v1/profiles/{profile}{part}", f"/v1/profiles/{{profile_id}}{part}", None)
        for part in ("", "/identifiers", "/records", "/history", "/graph", "/export")
    ]
    for method, path, at, sent in asked:
        answer = api.call(method, path, **({} if sent is None else {"json": sent}))
        said = document["paths"][at][method.lower()]["responses"]["200"]
        schema = said["content"]["application/json"]["schema"]
        jsonschema_rs.validate({**schema, "components": document["components"]}, answer.json())


def test_the_structs_are_what_is_documented() -> None:
    """A body that fits is decoded, and an answer too."""
    msgspec.json.decode(b'{"identifiers": {"email": "a"}}', type=Merge)
    msgspec.json.decode(b'{"results": [], "accepted": 0, "rejected": 0}', type=Batch)
    assert CHECKS
