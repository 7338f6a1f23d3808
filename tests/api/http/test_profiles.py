"""Reading, judging and unmerging over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.api.http.calling import faults

if TYPE_CHECKING:
    from tests.api.http.calling import Api


def test_a_lookup_takes_any_spelling(api: Api) -> None:
    """One identifier in, one answer out."""
    profile = api.merged(email="ann@example.com")
    found = api.post("/v1/profiles/lookup", {"type": "email", "value": " Ann@EXAMPLE.com"}).json()
    assert (found["profile_id"], found["status"]) == (profile, "linked")


def test_lookups_are_answered_in_order(api: Api) -> None:
    """Unknown ones and broken ones among them; more than are done at once."""
    profile = api.merged(email="ann@example.com")
    sent = [{"type": "email", "value": f"nobody{n}@example.com"} for n in range(60)]
    sent[40] = {"type": "email", "value": "ann@example.com"}
    sent[41] = {"type": "email", "value": "broken"}
    results = api.post("/v1/profiles/lookup", {"identifiers": sent}).json()["results"]
    assert len(results) == 60
    assert results[40]["profile_id"] == profile
    assert (results[41]["status"], results[0]["status"]) == ("rejected", "unknown")


@pytest.mark.parametrize(
    "body",
    [{}, {"type": "email"}, {"type": "email", "value": ""}, {"identifiers": [{"type": "a"}]}, []],
    ids=str,
)
def test_a_lookup_of_nothing_is_a_fault(api: Api, body: object) -> None:
    """Rather than an answer that says nothing."""
    answer = api.post("/v1/profiles/lookup", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_body")


@pytest.mark.parametrize("part", ["", "/identifiers", "/records", "/history", "/graph", "/export"])
def test_a_profile_that_never_was_is_not_found(api: Api, part: str) -> None:
    """Whatever of it is asked for."""
    answer = api.call("GET", f"/v1/profiles/p_aaaaaaaaaaaaaaaa{part}")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_profile")


@pytest.mark.parametrize("part", ["", "/identifiers", "/records", "/history", "/graph", "/export"])
def test_a_profile_can_be_read(api: Api, part: str) -> None:
    """Every view of it answers."""
    profile = api.merged(email="ann@example.com", cookie="c1")
    assert api.call("GET", f"/v1/profiles/{profile}{part}").status_code == 200


def test_a_profile_can_be_read_as_of_a_time(api: Api) -> None:
    """Before its first commit there was none."""
    profile = api.merged(email="ann@example.com")
    path = f"/v1/profiles/{profile}"
    assert api.call("GET", path, params={"as_of": "2100-01-01T00:00:00Z"}).status_code == 200
    assert api.call("GET", path, params={"as_of": "2001-01-01T00:00:00Z"}).status_code in (404, 410)
    assert faults(api.call("GET", path, params={"as_of": "noon"})) == ["as_of"]


def test_pages_go_on_behind_what_they_say(api: Api) -> None:
    """All records, each once."""
    for cookie in ("c1", "c2", "c3"):
        profile = api.merged(email="ann@example.com", cookie=cookie)
    seen: list[str] = []
    after = None
    while True:
        query = {"limit": "2"} | ({} if after is None else {"after": after})
        page = api.call("GET", f"/v1/profiles/{profile}/records", params=query).json()
        seen += [one["number"] for one in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == ["r1", "r2", "r3"]


@pytest.mark.parametrize(
    "query", [{"after": "x"}, {"limit": "0"}, {"limit": "9999"}, {"limit": "many"}], ids=str
)
def test_a_wrong_parameter_is_named(api: Api, query: dict[str, str]) -> None:
    """In the same form as every other fault."""
    profile = api.merged(email="ann@example.com")
    answer = api.call("GET", f"/v1/profiles/{profile}/records", params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_parameter")
    assert faults(answer) == list(query)


def test_search_finds_by_parts_and_by_traits(api: Api) -> None:
    """The beginning of an identifier; what a trait holds."""
    body = {
        "source": "crm",
        "record_id": "1",
        "identifiers": {"email": "ann@example.com"},
        "traits": {"city": "Oslo"},
    }
    profile = api.post("/v1/records", body).json()["profile_id"]
    for asked in ({"text": "ann@"}, {"traits": {"city": "Oslo"}}):
        hits = api.post("/v1/search", asked).json()["hits"]
        assert [one["profile_id"] for one in hits] == [profile]
    assert api.post("/v1/search", {}).status_code == 422


def test_a_judgement_joins_and_its_retraction_parts(api: Api) -> None:
    """Unmerge is a judgement, and judgements can be taken back."""
    one, other = api.merged(email="ann@example.com"), api.merged(cookie="c9")
    word = {"kind": "same", "left": ["email:ann@example.com"], "right": ["cookie:c9"], "key": "j1"}
    assert api.post("/v1/judgements", word).json()["key"] == "j1"
    assert api.call("GET", f"/v1/profiles/{other}").json()["id"] == one
    again = api.post("/v1/judgements", word)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert api.call("DELETE", "/v1/judgements/j1").status_code == 200
    assert api.call("GET", f"/v1/profiles/{other}").json()["id"] == other
    assert api.call("DELETE", "/v1/judgements/j1").status_code == 404


def test_faults_of_references_are_told(api: Api) -> None:
    """Each by its place."""
    answer = api.post(
        "/v1/judgements", {"kind": "same", "left": ["a", "crm/1"], "right": ["email:a@b.co"]}
    )
    assert faults(answer) == ["left[0]"]
    answer = api.post("/v1/judgements", {"kind": "equal", "left": [], "right": "x"})
    assert faults(answer) == ["kind", "left", "right"]


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        (
            "/v1/judgements",
            {"kind": "sme", "left": ["crm1"], "right": ["x", "crm/2"], "time": "j", "author": "\0"},
            ["kind", "author", "left[0]", "right[0]", "time"],
        ),
        ("/v1/judgements", {"left": ["crm1"]}, ["kind", "right", "left[0]"]),
        ("/v1/judgements", {"kind": "different", "left": ["a/1"], "right": ["a/1"]}, ["right"]),
        (
            "/v1/erase",
            {"records": ["x"], "identifiers": {"email": {}}, "until": "j", "foo": 1},
            ["foo", "records[0]", "identifiers.email", "identifiers.email", "until"],
        ),
        ("/v1/suppress", {"records": ["x"], "until": "j"}, ["until", "records[0]"]),
        ("/v1/unsuppress", {"records": ["x"], "foo": 1}, ["foo", "records[0]"]),
        (
            "/v1/profiles/p_x/unmerge",
            {"records": ["x"], "earlier_id": "p_y", "author": 1},
            ["author", "records[0]", "body"],
        ),
    ],
    ids=str,
)
def test_all_faults_of_a_word_are_told_at_once(
    api: Api, path: str, body: dict[str, Any], where: list[str]
) -> None:
    """Those of its fields, and those of what is in the others."""
    answer = api.post(path, body)
    assert answer.status_code == 422, answer.text
    assert faults(answer) == where


def test_what_may_be_said_is_told(api: Api) -> None:
    """Where there are a few words to choose from, a fault names them."""
    answer = api.post("/v1/judgements", {"kind": "sme", "left": ["a/1"], "right": ["a/2"]})
    assert answer.json()["details"][0]["remedy"] == "one of `same`, `different`"


def test_a_time_in_a_url_is_a_parameter(api: Api) -> None:
    """Not a part of a body."""
    profile_id = api.merged(email="ann@example.com")
    for method, path in (
        ("GET", f"/v1/profiles/{profile_id}?as_of=then"),
        ("DELETE", "/v1/records/crm/1?time=then"),
    ):
        answer = api.call(method, path)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_parameter")


def test_an_unmerge_names_one_thing(api: Api) -> None:
    """None or two of them say nothing clear."""
    profile = api.merged(email="ann@example.com")
    path = f"/v1/profiles/{profile}/unmerge"
    assert api.post(path, {}).status_code == 422
    assert api.post(path, {"records": ["crm/1"], "earlier_id": "p_a"}).status_code == 422
    assert api.post(path, {"records": ["crm/1"]}).status_code == 409
    missing = api.post("/v1/profiles/p_a/unmerge", {"records": ["crm/1"]})
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown_profile")


def test_an_unmerge_gives_the_earlier_id_back(api: Api) -> None:
    """And writes a judgement that can be retracted."""
    one, other = api.merged(email="ann@example.com"), api.merged(cookie="c9")
    api.merged(email="ann@example.com", cookie="c9")
    done = api.post(f"/v1/profiles/{one}/unmerge", {"earlier_id": other, "reason": "two"}).json()
    assert (done["profile_id"], done["parted"]) == (one, [other])
    assert api.call("GET", f"/v1/profiles/{other}").json()["id"] == other
    assert api.call("DELETE", f"/v1/judgements/{done['judgement']}").status_code == 200
    assert api.call("GET", f"/v1/profiles/{other}").json()["id"] == one


def test_an_erased_person_is_gone_and_stays_away(api: Api) -> None:
    """410, and what comes from before is hidden."""
    profile = api.merged(email="ann@example.com")
    assert api.post("/v1/erase", {"profile_id": profile, "reason": "asked"}).json()["records"] == 1
    assert api.call("GET", f"/v1/profiles/{profile}").status_code == 410
    late = {"identifiers": {"email": "ann@example.com"}, "time": "2020-01-01T00:00:00Z"}
    assert api.post("/v1/merge", late).json()["profile_id"] is None


def test_what_is_suppressed_is_hidden_until_it_is_not(api: Api) -> None:
    """The record comes, without the identifier."""
    named = {"identifiers": {"email": "Ann@example.com"}}
    late = {**named, "time": "2020-01-01T00:00:00Z", "source": "crm", "record_id": "1"}
    for path, status in (("/v1/suppress", "unknown"), ("/v1/unsuppress", "linked")):
        assert api.post(path, named).status_code == 200
        api.post("/v1/merge", {**late, "record_id": path})
        found = api.post("/v1/profiles/lookup", {"type": "email", "value": "ann@example.com"})
        assert found.json()["status"] == status


def test_erasing_nobody_is_a_fault(api: Api) -> None:
    """Rather than an answer that nothing was erased."""
    assert api.post("/v1/erase", {"reason": "x"}).status_code == 422
    assert api.post("/v1/suppress", {}).status_code == 422
    assert api.post("/v1/suppress", {"identifiers": {"email": "a@b.co"}}).status_code == 200


def test_a_policy_with_faults_is_refused_with_all_of_them(api: Api) -> None:
    """As the command line does."""
    answer = api.call("PUT", "/v1/policy", json={"policy": 'on_conflict = "x"\nmax_component = -1'})
    assert (answer.status_code, answer.json()["code"]) == (422, "policy")
    assert len(answer.json()["details"]) == 2
    policy = api.call("GET", "/v1/policy").json()["policy"]
    assert api.post("/v1/policy/preview", {"policy": policy}).status_code == 200
    assert api.call("PUT", "/v1/policy", json={"policy": policy}).status_code == 200
