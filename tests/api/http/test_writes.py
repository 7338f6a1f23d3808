"""Calls that share a commit do not fail one another, and what fails leaves nothing behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.engine.online.plain_store import PlainStore

from sameas.engine.online.calls import Call, together
from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Answer, Event
from sameas.graph.model import Judgement, RecordKey
from sameas.matching.canonical import hash_names

if TYPE_CHECKING:
    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit

ANN = "ann@x.example"
(DIGEST,) = hash_names(ANN, ANN)["email_sha256"]
HASHED = Event("crm", [("email_sha256", DIGEST)], {}, "2")


class BrokenError(Exception):
    """What a call ends in."""


def broken(call: Call[Answer] | Call[int]) -> Call[Answer]:
    """A call that is done, and then fails."""

    def work(unit: Unit, state: State) -> Answer:
        call.work(unit, state)
        raise BrokenError

    return Call(work)


def test_first_hashed_email_that_fails_in_a_batch_is_as_if_it_had_not_come() -> None:
    """The next one finds whoever has the address in plain."""
    with Engine(PlainStore()) as engine:
        ann = engine.submit(Event("web", [("email", ANN)], {}, "1")).result()
        other = engine.calls.take(Event("web", [("cookie", "1")], {}, "3"))
        batch = together([broken(engine.calls.take(HASHED)), other])
        failed, done = engine.run(batch).result()
        assert isinstance(failed, BrokenError)
        assert isinstance(done, Answer)
        assert engine.submit(HASHED).result().profile_id == ann.profile_id


def test_judgement_that_fails_in_a_batch_is_not_heard() -> None:
    """Nor by what comes behind it in the batch."""
    with Engine(PlainStore()) as engine:
        engine.submit(Event("web", [("email", ANN)], {}, "1")).result()
        sides = frozenset({RecordKey("web", "1")}), frozenset({RecordKey("crm", "1")})
        word = engine.calls.say(Judgement("j", "different", *sides, 1))
        row = engine.calls.take(Event("crm", [("email", ANN)], {}, "1"))
        failed, done = engine.run(together([broken(word), row])).result()
        assert isinstance(failed, BrokenError)
        assert isinstance(done, Answer)
        assert not done.created
        assert done.refused == ()
