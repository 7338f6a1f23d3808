"""What a judgement may name, through the engine, over HTTP and from a file alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.api.http.calling import over
from tests.engine.online.people import people

from sameas.engine import policy as policies
from sameas.engine.online.engine import Engine
from sameas.engine.read.words import read_judgements
from sameas.errors import InputError
from sameas.graph.model import Identifier, Judgement, RecordKey
from sameas.graph.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from sameas.graph.model import Ref

TWICE = "email:ann@example.com stands on both sides"


def test_one_thing_on_both_sides_is_refused_however_it_is_spelled(tmp_path: Path) -> None:
    left: frozenset[Ref] = frozenset(
        {RecordKey("crm", "1"), Identifier("email", "Ann@Example.com")}
    )
    right: frozenset[Ref] = frozenset({Identifier("email", "ann@example.com")})
    with people() as all_, pytest.raises(InputError, match=TWICE):
        all_.engine.judge(Judgement("j1", "different", left, right, 1)).result()

    api = over(Engine(open_store(tmp_path / "people.db")))
    sides = {"left": ["crm/1", "email:Ann@Example.com"], "right": ["email:ann@example.com"]}
    answer = api.post("/v1/judgements", {"kind": "different", **sides})
    api.close()
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_body")
    assert TWICE in answer.json()["message"]

    file = tmp_path / "judgements.csv"
    file.write_text(
        "kind,left,right\ndifferent,crm/1 email:Ann@Example.com,email:ann@example.com\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError, match=TWICE):
        read_judgements(file, policies.default(), now=0)
