"""Done once, before processes are forked: what a server's first calls would wait for."""

from __future__ import annotations

from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Event
from sameas.graph.model import Judgement, RecordKey
from tests.engine.online.plain_store import PlainStore


def warm() -> None:
    """Take both paths once; every thread that this starts has ended."""
    with Engine(PlainStore()) as engine:
        rows = [Event("web", [("email", "a@x.example")], {"first_name": n}, n) for n in "ab"]
        engine.ingest([*rows, *rows])
        left, right = (frozenset({RecordKey("web", name)}) for name in "ab")
        engine.judge(Judgement("j", "different", left, right, 1)).result()


warm()
