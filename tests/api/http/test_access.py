"""Who may do what: every route with every scope."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

import pytest
from tests.api.http.calling import start

from sameas.api.http.keys import SCOPES, create_key, first_key, list_keys, revoke_key
from sameas.api.http.settings import Settings
from sameas.errors import InputError
from sameas.graph.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.http.calling import Api

PROFILE = "/v1/profiles/p_aaaaaaaaaaaaaaaa"
COLLECT, WRITE = {"collect", "write", "admin"}, {"write", "admin"}
READ, REVIEW, ADMIN = {"read", "review", "admin"}, {"review", "admin"}, {"admin"}
ROUTES = {
    ("POST", "/v1/merge"): COLLECT,
    ("POST", "/v1/records"): WRITE,
    ("DELETE", "/v1/records/crm/1"): WRITE,
    ("POST", "/v1/profiles/lookup"): READ,
    ("GET", PROFILE): READ,
    ("GET", f"{PROFILE}/identifiers"): READ,
    ("GET", f"{PROFILE}/records"): READ,
    ("GET", f"{PROFILE}/history"): READ,
    ("GET", f"{PROFILE}/graph"): READ,
    ("GET", f"{PROFILE}/export"): ADMIN,
    ("POST", f"{PROFILE}/unmerge"): REVIEW,
    ("POST", "/v1/search"): READ,
    ("POST", "/v1/judgements"): REVIEW,
    ("DELETE", "/v1/judgements/j1"): REVIEW,
    ("GET", "/v1/review"): REVIEW,
    ("POST", "/v1/review/r1-r2"): REVIEW,
    ("GET", "/v1/changes"): READ,
    ("GET", "/v1/policy"): READ,
    ("PUT", "/v1/policy"): ADMIN,
    ("POST", "/v1/policy/preview"): REVIEW,
    ("PUT", "/v1/model"): ADMIN,
    ("POST", "/v1/model/preview"): REVIEW,
    ("POST", "/v1/erase"): ADMIN,
    ("POST", "/v1/suppress"): ADMIN,
    ("POST", "/v1/unsuppress"): ADMIN,
    ("GET", "/v1/keys"): ADMIN,
    ("POST", "/v1/keys"): ADMIN,
    ("DELETE", "/v1/keys/k_1"): ADMIN,
    ("GET", "/metrics"): READ,
}
OPEN = {("GET", "/healthz"), ("GET", "/readyz")}


def template(path: str) -> str:
    """The path as the document has it."""
    return (
        path.replace("p_aaaaaaaaaaaaaaaa", "{profile_id}")
        .replace("crm/1", "{source}/{record_id}")
        .replace("judgements/j1", "judgements/{key}")
        .replace("keys/k_1", "keys/{key}")
        .replace("review/r1-r2", "review/{item}")
    )


def test_the_matrix_has_every_route(api: Api) -> None:
    """A new route cannot be forgotten here."""
    document = api.app.openapi()
    there = {(m.upper(), path) for path, ways in document["paths"].items() for m in ways}
    assert there == {(m, template(path)) for m, path in [*ROUTES, *OPEN]}


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_opens_its_routes_and_no_other(api: Api, scope: str) -> None:
    """403 says which scope is missing; anything else is past the door."""
    key = api.with_scopes(scope)
    for (method, path), allowed in ROUTES.items():
        answer = api.call(method, path, key=key, content=b"{")
        refused = answer.status_code == 403
        assert refused == (scope not in allowed), (method, path, answer.text)
        if refused:
            assert answer.json()["code"] == "scope_missing"


def test_nothing_is_open_without_a_key(api: Api) -> None:
    """Not even what is not there in this store."""
    for method, path in ROUTES:
        answer = api.call(method, path, key=None)
        assert (answer.status_code, answer.json()["code"]) == (401, "key_missing")
        assert "Bearer" in answer.headers["WWW-Authenticate"]
    for method, path in OPEN:
        assert api.call(method, path, key=None).status_code == 200


@pytest.mark.parametrize("key", ["sk_x", "", "\xe4"])
def test_a_key_that_is_unknown_opens_nothing(api: Api, key: str) -> None:
    """Whatever it looks like."""
    header = b"Bearer " + key.encode("latin-1")
    answer = api.call("GET", "/v1/policy", key=None, headers={b"Authorization": header})
    assert answer.status_code == 401


def test_a_key_works_as_bearer_and_as_the_user_of_basic(api: Api) -> None:
    """Whatever the password is."""
    for password in ("", '""', "x:y"):
        basic = b64encode(f"{api.key}:{password}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}"}
        assert api.call("GET", "/v1/policy", key=None, headers=headers).status_code == 200
    headers = {"Authorization": f"bearer  {api.key}"}
    assert api.call("GET", "/v1/policy", key=None, headers=headers).status_code == 200


def test_a_key_that_is_ended_here_opens_nothing_from_then_on(api: Api) -> None:
    """Though it was remembered as valid."""
    made = api.post("/v1/keys", {"name": "shop", "scopes": ["read"]}).json()
    assert api.call("GET", "/v1/policy", key=made["secret"]).status_code == 200
    assert api.call("DELETE", f"/v1/keys/{made['id']}").json()["revoked"] is not None
    answer = api.call("GET", "/v1/policy", key=made["secret"])
    assert (answer.status_code, answer.json()["code"]) == (401, "key_unknown")
    assert api.call("DELETE", "/v1/keys/k_nothing").status_code == 404


def test_a_key_that_is_ended_elsewhere_is_noticed(tmp_path: Path) -> None:
    """After the seconds that it is remembered."""
    api = start(tmp_path, Settings(key_seconds=0))
    key = api.with_scopes("read")
    assert api.call("GET", "/v1/policy", key=key).status_code == 200
    with api.engine.reader() as reader:
        name = list_keys(reader)[-1].id
    revoke_key(api.engine, name)
    assert api.call("GET", "/v1/policy", key=key).status_code == 401
    api.close()


def test_a_secret_is_in_no_store(api: Api, tmp_path: Path) -> None:
    """Only its digest is."""
    for file in tmp_path.iterdir():
        assert api.key.encode() not in file.read_bytes()
    assert api.key not in api.call("GET", "/v1/keys").text


def test_keys_are_made_on_a_store_that_no_engine_holds(tmp_path: Path) -> None:
    """As the command line does; the first one is made once."""
    store = open_store(tmp_path / "people.db")
    secret = first_key(store, store)
    assert secret is not None
    assert secret.startswith("sk_")
    assert first_key(store, store) is None
    create_key(store, "web", ["collect"], "web")
    assert [row.name for row in list_keys(store)] == ["first", "web"]
    revoke_key(store, list_keys(store)[0].id)
    assert first_key(store, store) is not None
    with pytest.raises(InputError, match="is not there"):
        revoke_key(store, "k_nothing")
    store.close()


def test_a_scope_that_there_is_not_is_a_fault(api: Api) -> None:
    """In Python and over HTTP; no key is made."""
    with pytest.raises(InputError, match="is no scope"):
        create_key(api.engine, "x", ["everything"])
    answer = api.post("/v1/keys", {"name": "x", "scopes": ["everything"]})
    assert answer.status_code == 422
    assert len(api.call("GET", "/v1/keys").json()["keys"]) == 1


def test_a_key_that_asks_too_often_is_told_to_wait(tmp_path: Path) -> None:
    """429 with the seconds; other keys go on."""
    api = start(tmp_path, Settings(rate=0.001, burst=2))
    statuses = [api.call("GET", "/v1/policy") for _ in range(3)]
    assert [one.status_code for one in statuses] == [200, 200, 429]
    assert statuses[2].json()["code"] == "rate_limited"
    assert int(statuses[2].headers["Retry-After"]) >= 1
    assert api.call("GET", "/v1/policy", key=api.with_scopes("read")).status_code == 200
    api.close()


def test_metrics_can_be_opened_by_a_setting(tmp_path: Path) -> None:
    """For a scraper in the same network."""
    api = start(tmp_path, Settings(open_metrics=True))
    assert "sameas_queue_length" in api.call("GET", "/metrics", key=None).text
    api.close()
