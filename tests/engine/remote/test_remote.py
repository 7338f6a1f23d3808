"""An engine that is asked over a socket pair answers as the engine itself, and tells as much."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from sameas import errors
from sameas.api.http.errors import Problem
from sameas.engine import policy as policies
from sameas.engine.online.calls import Call, failing, together
from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Answer, Event
from sameas.engine.remote.engine import RemoteEngine
from sameas.engine.remote.frames import Elsewhere, Frames, frame, receive_one
from sameas.engine.remote.host import Host
from sameas.errors import EngineClosedError, Fault, SameasError
from sameas.graph.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit

ANN = ("email", "ann@x.example")
BOB = ("email", "bob@x.example")


@contextmanager
def pair(folder: Path) -> Iterator[tuple[Engine, RemoteEngine]]:
    """An engine, and who asks it."""
    with Engine(open_store(folder / "people.db")) as engine:
        here, there = socket.socketpair()
        host = Host(engine, here)
        remote = RemoteEngine(open_store(engine.store.place, readonly=True), there)
        try:
            yield engine, remote
        finally:
            remote.close()
            host.thread.join()


def test_a_call_is_durable_and_seen_when_it_is_answered(tmp_path: Path) -> None:
    """And so many commits are known of."""

    async def work(remote: RemoteEngine) -> None:
        for number in range(5):
            one = ("cookie", f"c{number}")
            answer = await remote.run_async(remote.calls.take(Event("web", [ANN, one])))
            assert remote.commits == number + 1
            with remote.view() as view:
                assert view.lookup([one])[0].profile_id == answer.profile_id

    with pair(tmp_path) as (engine, remote):
        asyncio.run(work(remote))
        asyncio.run(work_of_none(remote))
        assert engine.commits == 5


async def work_of_none(remote: RemoteEngine) -> None:
    """Another loop, in which nothing fails but what is asked."""
    with pytest.raises(errors.UnknownJudgementError, match="j1"):
        await remote.run_async(remote.calls.take_back("j1"))


def test_what_is_asked_at_once_is_answered_each_by_itself(tmp_path: Path) -> None:
    """More than a socket holds, too; one that fails fails alone."""
    long = "x" * 300_000

    async def work(remote: RemoteEngine) -> list[Any]:
        rows = [Event("web", [("cookie", f"c{n}")], {"note": long}) for n in range(10)]
        calls: list[Call[Any]] = [remote.calls.take(row) for row in rows]
        calls.insert(5, remote.calls.take_back("j1"))
        return await asyncio.gather(*map(remote.run_async, calls), return_exceptions=True)

    with pair(tmp_path) as (_, remote):
        done = asyncio.run(work(remote))
        assert isinstance(done.pop(5), errors.UnknownJudgementError)
        assert [one.created for one in done] == [True] * 10


def test_errors_come_back_as_they_were_raised(tmp_path: Path) -> None:
    """With their faults, and the place; of those that cannot be sent the name of their class."""
    faults = [Fault("a", "is wrong", "mend it"), Fault("b", "is missing")]
    raised: list[Exception] = [
        errors.InputError(faults),
        errors.MissingExtraError("numbers", "bench"),
        Problem(422, "invalid_body", "no", faults=faults, headers={"Retry-After": "1"}),
        KeyError("k"),
    ]

    async def work(remote: RemoteEngine) -> list[Any]:
        many = await remote.run_async(together([failing(one) for one in raised]))
        single = await asyncio.gather(
            *(remote.run_async(failing(one)) for one in raised), return_exceptions=True
        )
        odd = remote.run_async(Call(partial(_odd)))
        with pytest.raises(RuntimeError, match="_OddError"):
            await odd
        return [*many, *single]

    with pair(tmp_path) as (_, remote):
        for sent, found in zip(raised * 2, asyncio.run(work(remote)), strict=True):
            assert type(found) is type(sent)
            assert str(found) == str(sent)
            assert vars(found) == vars(sent)
            assert isinstance(found.__cause__, Elsewhere)
            assert found.__cause__.frames[-1][2] == "_raise"


class _OddError(Exception):
    """It cannot be pickled."""

    def __init__(self) -> None:
        super().__init__("odd")
        self.lock = threading.Lock()


def _odd(_unit: Unit, _state: State) -> None:
    raise _OddError


def test_what_cannot_be_sent_fails_for_who_waits_for_it(tmp_path: Path) -> None:
    """Either way."""

    async def work(remote: RemoteEngine) -> None:
        with pytest.raises((AttributeError, TypeError), match="pickle"):
            await remote.run_async(Call(lambda _unit, _state: 1))
        with pytest.raises((AttributeError, TypeError), match="pickle"):
            await remote.run_async(Call(_generator))

    with pair(tmp_path) as (_, remote):
        asyncio.run(work(remote))


def _generator(_unit: Unit, _state: State) -> Iterator[int]:
    return (one for one in (1, 2))


def test_a_new_policy_is_heard_of(tmp_path: Path) -> None:
    """What is asked from then on is asked under it."""

    async def work(remote: RemoteEngine) -> None:
        first = await remote.run_async(remote.calls.take(Event("web", [ANN])))
        positions: list[int] = []
        leave = remote.subscribe(positions.append)
        no_emails = policies.loads("[identifiers.email]\nlinks = false\n")
        await asyncio.to_thread(remote.set_policy, no_emails)
        await asyncio.to_thread(_wait, remote)
        assert positions == sorted(positions)
        assert positions[-1] == (await asyncio.to_thread(remote.health)).position
        leave()
        again = await remote.run_async(remote.calls.take(Event("crm", [ANN], {}, "1")))
        assert again.profile_id != first.profile_id
        with remote.view() as view:
            assert view.lookup([ANN])[0].status == "unlinked"

    with pair(tmp_path) as (_, remote):
        with pytest.raises(EngineClosedError, match="no event loop"):
            remote.health()
        asyncio.run(work(remote))


def _wait(remote: RemoteEngine) -> None:
    while remote.policy_state().changing:
        time.sleep(0.01)


def test_who_waits_is_told_that_the_engine_is_gone(tmp_path: Path) -> None:
    """And whoever asks afterwards."""
    lost: list[bool] = []
    here, there = socket.socketpair()

    async def work(remote: RemoteEngine) -> None:
        waiting = remote.run_async(remote.calls.take(Event("web", [ANN])))
        await asyncio.sleep(0)
        here.close()
        with pytest.raises(EngineClosedError):
            await waiting
        assert lost == [True]
        with pytest.raises(EngineClosedError):
            remote.run_async(remote.calls.take(Event("web", [ANN])))

    with Engine(open_store(tmp_path / "people.db")) as engine:
        host = Host(engine, here)
        store = open_store(engine.store.place, readonly=True)
        remote = RemoteEngine(store, there, lost=lambda: lost.append(True))
        engine.close()  # it answers nothing any more
        here.shutdown(socket.SHUT_RD)
        host.thread.join()
        asyncio.run(work(remote))
        remote.close()
    here, there = socket.socketpair()
    here.close()
    with there, pytest.raises(EngineClosedError):
        RemoteEngine(store, there)


def test_a_closed_engine_says_so(tmp_path: Path) -> None:
    """Calls that come too late are not lost without a word."""

    async def work(engine: Engine, remote: RemoteEngine) -> None:
        await asyncio.to_thread(engine.close)
        with pytest.raises(EngineClosedError):
            await remote.run_async(remote.calls.take(Event("web", [ANN])))

    with pair(tmp_path) as (engine, remote):
        asyncio.run(work(engine, remote))


def test_frames_are_whole_however_they_come() -> None:
    """Byte by byte; and one is read without a byte of the next."""
    sent = [frame(one) for one in ({"a": 1}, [Answer("web/1", None, 7)], SameasError("no"))]
    frames, found = Frames(), []
    for byte in b"".join(sent):
        found += list(frames.feed(bytes([byte])))
    assert found[:2] == [{"a": 1}, [Answer("web/1", None, 7)]]
    assert str(found[2]) == "no"
    here, there = socket.socketpair()
    with here, there:
        here.sendall(sent[0] + sent[1])
        assert [receive_one(there), receive_one(there)] == found[:2]
        here.shutdown(socket.SHUT_WR)
        with pytest.raises(EOFError):
            receive_one(there)
