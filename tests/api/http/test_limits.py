"""What is too large, too deep or packed to explode is refused, with what would be right."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from tests.api.http.calling import start

from sameas.api.http.settings import Limits, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.api.http.calling import Api


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Api]:
    found = start(
        tmp_path,
        Settings(
            limits=Limits(
                body=2_000, items=3, identifiers=3, identifier=20, name=20, traits=3, trait=20,
                trait_name=10, depth=2,
            )
        ),
    )  # fmt: skip
    yield found
    found.close()


def one(**more: Any) -> dict[str, Any]:
    return {"identifiers": {"cookie": "c1"}, **more}


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (one(identifiers={"cookie": ["a", "b", "c", "d"]}), "identifiers"),
        (one(identifiers={"cookie": "x" * 21}), "identifiers[0].value"),
        (one(identifiers={"t" * 21: "x"}), "identifiers[0].type"),
        (one(identifiers={"": "x"}), "identifiers[0].type"),
        (one(traits={"a": "1", "b": "2", "c": "3", "d": "4"}), "traits"),
        (one(traits={"a": "x" * 21}), "traits.a"),
        (one(traits={"t" * 11: "x"}), "traits." + "t" * 11),
        (one(traits={"a": {"b": {"c": 1}}}), "traits.a.b"),
        (one(source="s" * 21), "source"),
        (one(record_id="s" * 21), "record_id"),
        (one(message_id="s" * 21), "message_id"),
        (one(time=10**18), "time"),
        (one(first_seen="0"), ""),
    ],
    ids=str,
)
def test_an_item_keeps_its_limits(small: Api, body: dict[str, Any], where: str) -> None:
    """What is too long or too much is a fault of the item, at its place."""
    answer = small.post("/v1/merge", body)
    if where:
        assert answer.status_code == 422, answer.text
        assert [fault["where"] for fault in answer.json()["details"]] == [where]
    else:
        assert answer.status_code == 200


def test_an_array_keeps_its_limit(small: Api) -> None:
    """413, before anything is done."""
    answer = small.post("/v1/merge", [one()] * 4)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_items")
    assert small.post("/v1/merge", [one()] * 3).status_code == 200


def test_a_body_keeps_its_limit(small: Api) -> None:
    """Announced or not; on the busy routes and the others."""
    body = json.dumps(one(traits={"a": "x" * 3000})).encode()
    for path in ("/v1/merge", "/v1/judgements", "/v1/profiles/lookup"):
        answer = small.call("POST", path, content=body)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_a_bomb_does_not_explode(small: Api) -> None:
    """The limit is on what it unpacks to."""
    bomb = gzip.compress(b"[" + b" " * 50_000_000 + b"]")
    for path in ("/v1/merge", "/v1/records", "/v1/search"):
        answer = small.call("POST", path, content=bomb, headers={"Content-Encoding": "gzip"})
        assert answer.status_code == 413


def test_a_bomb_in_a_stream_does_not_explode(small: Api) -> None:
    """A line without an end is one."""
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/x-ndjson"}
    bomb = gzip.compress(json.dumps(one()).encode() + b"\n" + b" " * 50_000_000)
    answer = small.call("POST", "/v1/records", content=bomb, headers=headers)
    assert [item["status"] for item in answer.json()["results"]] == [200, 413]


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [
        ("br", b"x", 415),
        ("gzip", b"{}", 400),
        ("gzip", gzip.compress(b"{}")[:-5], 400),
        ("deflate", b"{}", 400),
        ("deflate", zlib.compress(b"{}")[:-5], 400),
    ],
    ids=["unknown", "no gzip", "cut gzip", "no deflate", "cut deflate"],
)
def test_a_body_that_is_not_packed_as_it_says_is_refused(
    api: Api, encoding: str, body: bytes, status: int
) -> None:
    """With a code that says so."""
    answer = api.call("POST", "/v1/merge", content=body, headers={"Content-Encoding": encoding})
    assert answer.status_code == status
    assert answer.json()["code"] == ("unknown_encoding" if status == 415 else "invalid_encoding")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b"[" * 5000 + b"]" * 5000, b"1" * 5000, b'{"a":1}{"b":2}', b"\x00"],
    ids=["empty", "cut", "bytes", "deep", "digits", "two", "zero"],
)
@pytest.mark.parametrize("path", ["/v1/merge", "/v1/profiles/lookup", "/v1/judgements"])
def test_what_is_no_json_is_refused(api: Api, path: str, body: bytes) -> None:
    """400, never a failure of the server."""
    answer = api.call("POST", path, content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_json")


@pytest.mark.parametrize("body", ["null", "1", '"x"', "true"])
@pytest.mark.parametrize("path", ["/v1/merge", "/v1/profiles/lookup", "/v1/judgements"])
def test_json_that_is_no_object_is_a_fault(api: Api, path: str, body: str) -> None:
    """422, with what is expected."""
    answer = api.call("POST", path, content=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_body")
