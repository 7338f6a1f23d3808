"""What a merge takes and answers."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from tests.api.http.calling import faults

if TYPE_CHECKING:
    from tests.api.http.calling import Api


def test_identifiers_of_one_person_are_one_profile(api: Api) -> None:
    """Two calls that share an identifier answer with one id, created once."""
    first = api.post("/v1/merge", {"identifiers": {"email": "ann@example.com", "cookie": "c1"}})
    again = api.post("/v1/merge", {"identifiers": {"cookie": "c1", "phone": "+4722000001"}})
    assert first.json()["created"] is True
    assert again.json()["created"] is False
    assert first.json()["profile_id"] == again.json()["profile_id"]


def test_an_answer_has_the_fields_that_are_documented(api: Api) -> None:
    """All of them, always."""
    answer = api.post("/v1/merge", {"identifiers": {"email": "ann@example.com"}}).json()
    assert set(answer) == {
        "created", "duplicate", "hidden", "merged", "pending", "position", "profile_id", "record",
        "refused", "rejected",
    }  # fmt: skip


def test_two_profiles_that_meet_are_merged_and_both_ids_resolve(api: Api) -> None:
    """The id that lost leads to the other, and the profile says that it was asked for by it."""
    one = api.merged(email="ann@example.com")
    other = api.merged(cookie="c9")
    answer = api.post("/v1/merge", {"identifiers": {"email": "ann@example.com", "cookie": "c9"}})
    assert answer.json()["merged"] == [other]
    profile = api.call("GET", f"/v1/profiles/{other}").json()
    assert (profile["id"], profile["asked_id"]) == (one, other)


@pytest.mark.parametrize(
    "sent",
    [
        {"email": "ann@example.com", "cookie": ["c1", "c2"]},
        [
            {"type": "email", "value": "ann@example.com"},
            {"type": "cookie", "value": "c1"},
            {"type": "cookie", "value": "c2"},
        ],
    ],
    ids=["object", "list"],
)
def test_identifiers_are_an_object_or_a_list(api: Api, sent: object) -> None:
    """Both forms say the same."""
    profile = api.post("/v1/merge", {"identifiers": sent}).json()["profile_id"]
    found = api.call("GET", f"/v1/profiles/{profile}/identifiers").json()["items"]
    assert {one["identifier"] for one in found} == {
        "email:ann@example.com", "cookie:c1", "cookie:c2"
    }  # fmt: skip


def test_rudderstacks_merge_call_works_as_it_is(api: Api) -> None:
    """`mobile` is a phone, `userId` a user id; fields that nobody knows are ignored; Basic auth."""
    body = {
        "type": "merge",
        "userId": "u-1",
        "anonymousId": "",
        "mergeProperties": [
            {"type": "email", "value": "ann@example.com"},
            {"type": "mobile", "value": "+47 22 00 00 01"},
        ],
        "messageId": "m-1",
        "timestamp": "2026-03-01T12:00:00.000Z",
        "sentAt": "2026-03-01T12:00:01.000Z",
        "channel": "server",
        "context": {"library": {"name": "x"}},
        "integrations": {"All": True},
    }

    from base64 import b64encode

    basic = "Basic " + b64encode(f'{api.key}:""'.encode()).decode()
    answer = api.post("/v1/merge", body, key=None, headers={"Authorization": basic})
    assert answer.status_code == 200
    profile = answer.json()["profile_id"]
    found = api.call("GET", f"/v1/profiles/{profile}/identifiers").json()["items"]
    assert {one["identifier"] for one in found} == {
        "user_id:u-1", "email:ann@example.com", "phone:+4722000001"
    }  # fmt: skip
    assert api.post("/v1/merge", body).json()["duplicate"] is True


def test_a_record_id_makes_a_record_and_none_an_observation(api: Api) -> None:
    """The reference says which."""
    named = api.post(
        "/v1/merge",
        {"source": "crm", "record_id": 17, "identifiers": {"email": "ann@example.com"}},
    )
    assert named.json()["record"] == "crm/17"
    event = api.post("/v1/merge", {"identifiers": {"email": "ann@example.com"}})
    assert event.json()["record"].startswith("api/o_")


def test_traits_become_text_and_objects_are_flattened(api: Api) -> None:
    """Numbers keep their spelling; null is no value."""
    text = """{"source": "crm", "record_id": "1", "identifiers": {"email": "ann@example.com"},
        "traits": {"age": 41, "score": 1.50, "vip": true, "gone": null,
                   "address": {"city": "Oslo", "geo": {"lat": 59.9}}}}"""
    profile = api.call("POST", "/v1/merge", content=text).json()["profile_id"]
    record = api.call("GET", f"/v1/profiles/{profile}/records").json()["items"][0]
    assert record["traits"] == {
        "age": "41",
        "score": "1.50",
        "vip": "true",
        "address.city": "Oslo",
        "address.geo.lat": "59.9",
    }


def test_times_are_iso_or_milliseconds(api: Api) -> None:
    """Both are the same moment."""
    for number, time in enumerate(["2026-03-01T12:00:00Z", 1772366400000, "1772366400000"]):
        answer = api.post(
            "/v1/merge",
            {
                "source": "crm",
                "record_id": str(number),
                "identifiers": {"email": "ann@example.com"},
                "time": time,
            },
        )
    profile = answer.json()["profile_id"]
    found = api.call("GET", f"/v1/profiles/{profile}/records").json()["items"]
    assert {one["event_time"] for one in found} == {1772366400000000}


def test_a_body_is_json_whatever_its_content_type_says(api: Api) -> None:
    """SDKs send forms and plain text that are neither."""
    body = json.dumps({"identifiers": {"email": "ann@example.com"}}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
        answer = api.call("POST", "/v1/merge", content=body, headers={"Content-Type": kind})
        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)]
)
def test_a_packed_body_is_unpacked(api: Api, encoding: str, pack: object) -> None:
    """gzip and deflate."""
    assert callable(pack)
    body = pack(json.dumps({"identifiers": {"email": "ann@example.com"}}).encode())
    answer = api.call("POST", "/v1/merge", content=body, headers={"Content-Encoding": encoding})
    assert answer.status_code == 200


def test_all_faults_of_a_body_are_told_at_once(api: Api) -> None:
    """Where each is, with what would be right."""
    answer = api.post(
        "/v1/merge",
        {"identifers": {}, "identifiers": [{"type": "email"}, {"value": 1}], "message_id": 7},
    )
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_body"
    assert faults(answer) == [
        "identifers", "identifiers[0].value", "identifiers[1].type", "message_id"
    ]  # fmt: skip
    assert answer.json()["details"][0]["remedy"] == "did you mean `identifiers`?"


def test_faults_of_values_are_told_together_too(api: Api) -> None:
    """What the decoder lets through is checked with the rest."""
    answer = api.post(
        "/v1/merge",
        {
            "identifiers": {"email": {"a": 1}, "cookie": True},
            "traits": {"tags": ["a"], "a": {"b": {"c": {"d": {"e": {"f": 1}}}}}},
            "time": "yesterday",
            "record_id": [1],
        },
    )
    assert set(faults(answer)) == {
        "identifiers.email", "identifiers.cookie", "traits.tags", "traits.a.b.c.d.e", "time",
        "record_id",
    }  # fmt: skip


def test_faults_of_fields_and_of_values_are_told_together(api: Api) -> None:
    """What cannot be read of a body keeps nobody from looking at the rest."""
    body = {
        "identifers": {"email": 1},
        "identifiers": {"email": ["a@x.com", {}], "cookie": "a\u0000"},
        "traits": {"a": [1], "b": {"c": {"d": {"e": {"f": {"g": 1}}}}}},
        "time": "yesterday",
        "source": 7,
    }
    answer = api.post("/v1/merge", body)
    assert answer.status_code == 422
    assert faults(answer) == [
        "identifers", "source", "identifiers.email[1]", "identifiers[1]", "traits.a",
        "traits.b.c.d.e.f", "time",
    ]  # fmt: skip
    item = api.post("/v1/records", [body]).json()["results"][0]
    assert len(item["details"]) == len(faults(answer))
    assert faults(api.post("/v1/merge", {"identifers": {}})) == ["identifers"]


def test_one_bad_item_never_fails_the_rest(api: Api) -> None:
    """An array answers 200, and each item for itself."""
    answer = api.post(
        "/v1/merge",
        [
            {"identifiers": {"email": "ann@example.com"}},
            {"identifiers": []},
            "nonsense",
            {"identifiers": {"email": "bob@example.com"}},
        ],
    )
    assert answer.status_code == 200
    body = answer.json()
    assert [one["status"] for one in body["results"]] == [200, 422, 422, 200]
    assert (body["accepted"], body["rejected"]) == (2, 2)
    assert body["results"][1]["code"] == "invalid_body"
    assert body["results"][0]["profile_id"] != body["results"][3]["profile_id"]


def test_an_empty_array_is_no_fault(api: Api) -> None:
    """Nothing was asked, nothing is answered."""
    assert api.post("/v1/merge", []).json() == {"results": [], "accepted": 0, "rejected": 0}


def test_a_batch_of_many_pieces_answers_in_order(api: Api) -> None:
    """Items that share no commit keep their place."""
    sent: list[dict[str, Any]] = [{"identifiers": {"cookie": f"c{n}"}} for n in range(250)]
    sent[120] = {"nothing": 1}
    results = api.post("/v1/merge", sent).json()["results"]
    assert results[120]["status"] == 422
    profiles = [one["profile_id"] for one in results if one["status"] == 200]
    assert len(set(profiles)) == 249
    found = api.post("/v1/profiles/lookup", {"type": "cookie", "value": "c249"}).json()
    assert found["profile_id"] == results[249]["profile_id"]


@pytest.mark.parametrize("value", ["", None])
def test_an_empty_identifier_is_none(api: Api, value: str | None) -> None:
    """SDKs send `userId: ""` before anybody is known."""
    answer = api.post("/v1/merge", {"identifiers": {"user_id": value, "cookie": "c1"}})
    assert answer.status_code == 200
    assert answer.json()["rejected"] == []


def test_an_identifier_that_cannot_be_used_is_kept_as_rejected(api: Api) -> None:
    """An unknown type, a broken email: told, not refused."""
    answer = api.post(
        "/v1/merge", {"identifiers": {"email": "no-email", "shoe": "42", "cookie": "c1"}}
    )
    assert {one["type"] for one in answer.json()["rejected"]} == {"email", "shoe"}


def test_nan_is_no_value(api: Api) -> None:
    """Python SDKs write it, though JSON has none."""
    body = b'{"identifiers": {"cookie": "c1"}, "traits": {"age": NaN, "x": -Infinity, "y": "1"}}'
    assert api.call("POST", "/v1/merge", content=body).status_code == 200


def test_characters_that_no_store_keeps_are_faults_in_identifiers_and_cleaned_in_traits(
    api: Api,
) -> None:
    """NUL and halves of characters: two of them must not become one value."""
    for bad in (rb"a\u0000b", rb"a\ud800b"):
        body = b'{"identifiers": {"cookie": "%s"}}' % bad
        answer = api.call("POST", "/v1/merge", content=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_body")
        body = b'{"identifiers": {"cookie": "c1"}, "traits": {"name": "%s"}}' % bad
        profile = api.call("POST", "/v1/merge", content=body).json()["profile_id"]
        records = api.call("GET", f"/v1/profiles/{profile}/records").json()["items"]
        assert {one["traits"]["name"] for one in records} == {"a\ufffdb"}


def test_a_collecting_key_is_told_of_nobody(api: Api) -> None:
    """What it is answered does not depend on who is known."""
    key = api.with_scopes("collect", source="web")
    api.merged(email="ann@example.com")
    one = {"identifiers": {"email": "ann@example.com", "cookie": "c1"}}
    assert api.post("/v1/merge", one, key=key).json() == {"success": True}
    many = api.post("/v1/merge", [one, {"nothing": 1}], key=key)
    assert many.json() == {"success": True, "accepted": 1, "rejected": 1}
    named = api.post("/v1/merge", {**one, "record_id": "1"}, key=key)
    assert (named.status_code, named.json()["code"]) == (403, "scope_missing")


def test_a_key_bound_to_a_source_speaks_for_it_only(api: Api) -> None:
    """Its source is the one; another is refused, in a batch for that item."""
    key = api.with_scopes("write", source="crm")
    one = {"record_id": "1", "identifiers": {"email": "ann@example.com"}}
    assert api.post("/v1/merge", one, key=key).json()["record"] == "crm/1"
    other = api.post("/v1/merge", {**one, "source": "pos"}, key=key)
    assert (other.status_code, other.json()["code"]) == (403, "foreign_source")
    many = api.post("/v1/merge", [{**one, "source": "pos"}, one], key=key).json()
    assert [item["status"] for item in many["results"]] == [403, 200]
    gone = api.call("DELETE", "/v1/records/pos/1", key=key)
    assert gone.status_code == 403
