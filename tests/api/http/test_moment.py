"""Lookups of one moment share a state, and none is older than what was answered before."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sameas.api.http.moment import Moment
from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Event
from sameas.graph.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

ANN = ("email", "ann@x.example")


def test_view_is_shared_until_something_is_committed(tmp_path: Path) -> None:
    """And whoever was answered finds what was answered."""

    async def use(engine: Engine) -> None:
        moment = Moment(engine)
        first = moment.view()
        assert moment.view() is first
        assert moment.view().lookup([ANN])[0].profile_id is None
        answer = engine.submit(Event("web", [ANN])).result()
        assert moment.view() is not first
        assert moment.view().lookup([ANN])[0].profile_id == answer.profile_id
        moment.end()

    with Engine(open_store(tmp_path / "store.db")) as engine:
        asyncio.run(use(engine))


def test_view_is_let_go_by_itself(tmp_path: Path) -> None:
    """So that the log can be tidied up though nobody asks again."""

    async def use(engine: Engine) -> None:
        moment = Moment(engine)
        first, ended = moment.view(), asyncio.Event()
        moment._open.callback(ended.set)
        await ended.wait()
        second = moment.view()
        assert second is not first
        assert second.lookup([ANN])[0].profile_id is None
        moment.end()
        moment.end()

    with Engine(open_store(tmp_path / "store.db")) as engine:
        asyncio.run(use(engine))
