"""The client has every route, and reads what a real API answers."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from tests.api.client.asking import URL, client
from tests.docs.pages import quoted, read, rows, section

import sameas
from sameas.api.client import clients, routes

if TYPE_CHECKING:
    from tests.api.http.calling import Api

    from sameas.api.client.ask import Ask, Row

P = "p_aaaaaaaaaaaaaaaa"
ASKS: dict[str, Ask[Any]] = {
    "merge": routes.merge({"email": "ann@example.com"}),
    "collect": routes.collect({"identifiers": {"email": "ann@example.com"}}),
    "take": routes.take([{"identifiers": {"email": "ann@example.com"}}]),
    "withdraw": routes.withdraw("crm", "a/1"),
    "lookup": routes.lookup("email", "ann@example.com"),
    "lookup_many": routes.lookup_many({"email": "ann@example.com"}),
    "profile": routes.profile(P),
    "identifiers": routes.identifiers(P),
    "records": routes.records(P),
    "history": routes.history(P),
    "graph": routes.graph(P),
    "export": routes.export(P),
    "search": routes.search("ann"),
    "changes": routes.changes(),
    "judge": routes.judge("same", ["crm/1"], ["crm/2"]),
    "retract": routes.retract("j1"),
    "unmerge": routes.unmerge(P, records=["crm/1"]),
    "review": routes.review(),
    "decide": routes.decide("r1-r2", "same"),
    "policy": routes.policy(),
    "set_policy": routes.set_policy(""),
    "preview_policy": routes.preview_policy(""),
    "set_model": routes.set_model(None),
    "preview_model": routes.preview_model(None),
    "erase": routes.erase(P),
    "suppress": routes.suppress(records=["crm/1"]),
    "unsuppress": routes.unsuppress(records=["crm/1"]),
    "list_keys": routes.list_keys(),
    "create_key": routes.create_key("x", ["read"]),
    "revoke_key": routes.revoke_key("k_1"),
    "ready": routes.ready(),
    "alive": routes.alive(),
    "metrics": routes.metrics(),
}


def named() -> list[str]:
    return [name for name in vars(clients._Routes) if not name.startswith("_")]


def test_every_route_of_the_api_has_a_method_and_no_other(api: Api) -> None:
    there = {
        (method.upper(), path)
        for path, ways in api.app.openapi()["paths"].items()
        for method in ways
    }
    asked = {
        (one.method, one.path.replace(P, "{profile_id}"))
        for name, one in ASKS.items()
        if name not in ("withdraw", "retract", "revoke_key", "decide")
    }
    asked |= {
        ("DELETE", "/v1/records/{source}/{record_id}"),
        ("DELETE", "/v1/judgements/{key}"),
        ("POST", "/v1/review/{item}"),
        ("DELETE", "/v1/keys/{key}"),
    }
    assert asked == there
    assert set(named()) == set(ASKS)


def test_the_page_names_every_method() -> None:
    """docs/api.md, and no method that there is not."""
    table = rows(section(read("docs/api.md"), "From Python"))
    told = {name for cells in table for name in quoted(cells[0])}
    assert told == {name for name in vars(sameas.Client) if name in ("ingest", "follow")} | set(
        ASKS
    )


@pytest.mark.parametrize("name", ASKS)
def test_a_method_says_what_it_does(name: str) -> None:
    for kind in (sameas.Client, sameas.AsyncClient):
        assert inspect.getdoc(getattr(kind, name))
        assert "Ask" in str(inspect.signature(getattr(kind, name)))


@pytest.mark.parametrize("name", ASKS)
def test_what_the_api_answers_is_read(api: Api, name: str) -> None:
    """A success or an error of the engine; never an answer that is not understood."""
    with client(api) as one:
        try:
            one.do(ASKS[name])
        except sameas.SameasError as error:
            assert error.status in (404, 409, 422), error  # noqa: PT017 - both are right
            assert error.code != "unknown_answer"  # noqa: PT017


def test_a_persons_life(api: Api) -> None:
    """From the first event to the erasure, as a caller writes it."""
    with client(api) as one:
        web = one.merge({"email": "Ann@Example.com", "cookie": "c1"}, source="web")
        assert web.created
        crm = one.merge(
            [("email", "ann@example.com")],
            traits={"first_name": "Ann", "address": {"city": "Oslo"}},
            source="crm",
            record_id=17,
            time=datetime(2026, 1, 2, tzinfo=UTC),
        )
        assert (crm.record, crm.profile_id) == ("crm/17", web.profile_id)
        assert crm.profile_id is not None
        person = one.profile(crm.profile_id)
        assert person.traits["first_name"].value == "Ann"
        assert one.lookup("email", "ANN@example.com").profile_id == person.id
        assert [found.status for found in one.lookup_many({"email": ("ann@example.com", "x@y.z")})]
        assert one.search("ann@").hits[0].profile_id == person.id
        assert one.records(person.id).items[0].record
        assert one.graph(person.id).edges
        parted = one.unmerge(person.id, records=["crm/17"], author="kim", reason="sisters")
        assert one.retract(parted.judgement).position > parted.position
        assert one.history(person.id).life
        said = one.judge("different", ["crm/17"], ["cookie:c1"], key="j1")
        assert said.key == "j1"
        with pytest.raises(sameas.EngineError) as taken:
            one.judge("different", ["crm/17"], ["cookie:c1"], key="j1")
        assert taken.value.code == "conflict"
        assert one.withdraw("crm", "17").profile_id is None
        assert one.export(person.id).inputs
        erased = one.erase(identifiers={"cookie": "c1"})
        assert erased.records >= 1
        with pytest.raises(sameas.UnknownProfileError):
            one.profile(P)
        with pytest.raises(sameas.GoneProfileError):
            one.profile(person.id)


def test_many_rows_go_in_pieces_and_come_back_in_order(api: Api) -> None:
    rows: list[Row] = [
        {"identifiers": {"email": f"p{n}@example.com"}, "source": "web"} for n in range(25)
    ]
    with client(api) as one:
        items = list(one.ingest((*rows, {"identifiers": {}}), at_once=10))
        assert [item.status for item in items] == [200] * 25 + [422]
        assert len({item.profile_id for item in items}) == 26
        assert [item.profile_id for item in one.ingest(rows)] == [
            item.profile_id for item in items[:25]
        ]


def test_the_feed_is_followed(api: Api) -> None:
    with client(api) as one:
        one.merge({"email": "ann@example.com"})
        feed = one.follow(wait=1)
        assert next(feed).change == "created"
        one.merge({"email": "bob@example.com"})
        assert next(feed).position == 2


def test_a_key_is_made_used_and_ended(api: Api) -> None:
    with client(api) as one:
        made = one.create_key("shop", ["collect"], source="web")
        with client(api, made.secret) as shop:
            assert shop.collect({"identifiers": {"email": "ann@example.com"}}) is None
            with pytest.raises(sameas.ApiError) as refused:
                shop.lookup("email", "ann@example.com")
        assert (refused.value.code, refused.value.status) == ("scope_missing", 403)
        assert one.revoke_key(made.id).revoked is not None
        assert [key.name for key in one.list_keys()] == ["admin", "shop"]


def test_a_policy_is_tried_and_changed(api: Api) -> None:
    with client(api) as one:
        one.merge({"email": "ann@example.com", "cookie": "c1"}, source="a", record_id="1")
        one.merge({"email": "bob@example.com", "cookie": "c1"}, source="a", record_id="2")
        apart = "[identifiers.cookie]\nlinks = false\n"
        before = one.policy()
        tried = one.preview_policy(apart)
        assert tried.records == 2
        assert one.policy() == before
        state = one.set_policy(apart)
        while state.changing:
            state = one.policy()
        assert state.failed is None
        assert state.position is not None
        assert "links = false" in state.policy
        assert one.lookup("cookie", "c1").status == "unlinked"
        with pytest.raises(sameas.PolicyError, match="did you mean"):
            one.set_policy('on_conflict = "newst"')


def test_the_same_from_an_event_loop(api: Api) -> None:
    async def work() -> None:
        transport = api.transport()
        async with sameas.AsyncClient(URL, api.key, transport=transport) as one:
            answer = await one.merge({"email": "ann@example.com"})
            assert answer.profile_id is not None
            assert (await one.profile(answer.profile_id)).records == 1
            rows: list[Row] = [{"identifiers": {"email": f"p{n}@e.example"}} for n in range(5)]
            items = [item async for item in one.ingest(rows, at_once=2)]
            assert len(items) == 5
            async for entry in one.follow():
                assert entry.position == 1
                break
            with pytest.raises(sameas.UnknownProfileError):
                await one.profile(P)

    asyncio.run(work())


def test_the_client_loads_no_engine() -> None:
    code = """
import sys
import sameas
sameas.Client("http://127.0.0.1:1", "sk_x").close()
heavy = {"numpy", "polars", "numba", "pyarrow", "pydantic", "fastapi", "networkx", "apsw"}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
