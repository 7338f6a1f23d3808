"""Records: arrays, streams of lines, withdrawals."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest
from tests.api.http.calling import start

from sameas.api.http.settings import Limits, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.http.calling import Api

NDJSON = {"Content-Type": "application/x-ndjson"}


def lines(*items: object) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in items)


def person(number: int) -> dict[str, object]:
    return {
        "source": "crm",
        "record_id": str(number),
        "identifiers": {"email": f"p{number}@example.com"},
    }


def test_a_stream_takes_each_line_in(api: Api) -> None:
    """More lines than one commit holds; a bad one fails alone."""
    body = lines(*map(person, range(150))) + b"{broken\n\n" + lines(*map(person, range(150, 210)))
    answer = api.call("POST", "/v1/records", content=body, headers=NDJSON).json()
    assert (answer["accepted"], answer["rejected"]) == (210, 1)
    assert answer["results"][150]["code"] == "invalid_json"
    assert answer["results"][151]["record"] == "crm/150"


def test_a_stream_may_lack_its_last_line_end_and_be_packed(api: Api) -> None:
    """Nothing of it is lost."""
    body = gzip.compress(lines(person(1), person(2)).rstrip(b"\n"))
    headers = {**NDJSON, "Content-Encoding": "gzip"}
    assert api.call("POST", "/v1/records", content=body, headers=headers).json()["accepted"] == 2


def test_a_stream_of_nothing_is_no_fault(api: Api) -> None:
    """An empty file is an answer too."""
    answer = api.call("POST", "/v1/records", content=b"", headers=NDJSON)
    assert answer.json() == {"results": [], "accepted": 0, "rejected": 0}


def test_what_was_read_of_a_stream_that_is_too_long_is_taken_in(tmp_path: Path) -> None:
    """The last result says where it ended."""
    api = start(tmp_path, Settings(limits=Limits(lines=3)))
    answer = api.call("POST", "/v1/records", content=lines(*map(person, range(5))), headers=NDJSON)
    assert [one["status"] for one in answer.json()["results"]] == [200, 200, 200, 413]
    api.close()


def test_a_stream_takes_no_idempotency_key(api: Api) -> None:
    """It is not answered in one commit."""
    headers = {**NDJSON, "Idempotency-Key": "a"}
    answer = api.call("POST", "/v1/records", content=b"", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_parameter")


@pytest.mark.parametrize("many", [False, True])
def test_records_are_one_or_an_array(api: Api, many: bool) -> None:  # noqa: FBT001 - pytest's
    """As with merges."""
    answer = api.post("/v1/records", [person(1)] if many else person(1)).json()
    assert (answer["results"][0] if many else answer)["record"] == "crm/1"


def test_a_withdrawn_record_is_gone_and_its_profile_too(api: Api) -> None:
    """410, not 404: the id was issued."""
    profile = api.post("/v1/records", person(1)).json()["profile_id"]
    assert api.call("DELETE", "/v1/records/crm/1").status_code == 200
    answer = api.call("GET", f"/v1/profiles/{profile}")
    assert (answer.status_code, answer.json()["code"]) == (410, "gone_profile")


def test_a_withdrawal_names_its_record_percent_encoded(api: Api) -> None:
    """A slash in an id is no slash of the path."""
    one = {"source": "c/r m", "record_id": "a/1%", "identifiers": {"email": "ann@example.com"}}
    ref = api.post("/v1/records", one).json()["record"]
    assert ref == "c%2Fr%20m/a%2F1%25"
    assert api.call("DELETE", f"/v1/records/{ref}").json()["record"] == ref
    found = api.post("/v1/profiles/lookup", {"type": "email", "value": "ann@example.com"})
    assert found.json()["status"] == "unknown"


def test_a_withdrawal_with_a_bare_slash_is_not_found(api: Api) -> None:
    """Rather than guessing which part is the source."""
    assert api.call("DELETE", "/v1/records/crm/a/1").status_code == 404
    assert api.call("DELETE", "/v1/records/crm/").status_code == 404
    assert api.call("DELETE", "/v1/records/crm/%ff").status_code == 422


def test_a_withdrawal_may_say_when(api: Api) -> None:
    """An earlier one does not hide a later version."""
    api.post("/v1/records", {**person(1), "time": "2026-03-02T00:00:00Z"})
    api.call("DELETE", "/v1/records/crm/1", params={"time": "2026-03-01T00:00:00Z"})
    found = api.post("/v1/profiles/lookup", {"type": "email", "value": "p1@example.com"})
    assert found.json()["status"] == "linked"
