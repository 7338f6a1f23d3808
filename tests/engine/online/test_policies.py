"""The policy of a running engine: one change at a time, told while it lasts."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from sameas.engine import policy as policies
from sameas.engine.online import whole
from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Event
from sameas.errors import EngineError, StoreFullError
from sameas.graph.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sameas.engine.online.outcomes import PolicyState

APART = policies.loads("[identifiers.cookie]\nlinks = false\n")
ROWS = [
    Event("web", [("email", "ann@example.com"), ("cookie", "c1")]),
    Event("app", [("phone", "+47 22 00 00 01"), ("cookie", "c1")]),
]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Two events that a cookie joins."""
    with Engine(open_store(tmp_path / "people.db")) as found:
        found.ingest(ROWS)
        yield found


def settled(engine: Engine) -> PolicyState:
    until = time.monotonic() + 120
    while (state := engine.policy_state()).changing:
        assert time.monotonic() < until
        time.sleep(0.01)
    return state


def profiles(engine: Engine) -> set[str | None]:
    asked = [("email", "ann@example.com"), ("phone", "+47 22 00 00 01")]
    with engine.view() as view:
        return {one.profile_id for one in view.lookup(asked)}


def test_a_preview_changes_nothing(engine: Engine) -> None:
    assert len(profiles(engine)) == 1
    before = engine.policy_state()
    found = engine.preview(APART)
    assert (found.profiles_before, found.profiles_after, found.split) == (1, 2, 1)
    assert engine.policy_state() == before
    assert len(profiles(engine)) == 1


def test_a_change_is_begun_and_then_done(engine: Engine) -> None:
    begun = engine.set_policy(APART)
    assert begun.failed is None
    state = settled(engine)
    assert (state.changing, state.failed) == (False, None)
    assert policies.loads(state.policy) == APART
    assert state.position == engine.health().position
    assert state.attempt >= 1
    assert len(profiles(engine)) == 2
    assert settled(engine) == state


def test_the_change_is_there_after_a_start(tmp_path: Path) -> None:
    with Engine(open_store(tmp_path / "people.db")) as engine:
        engine.ingest(ROWS)
        engine.set_policy(APART)
        settled(engine)
    with Engine(open_store(tmp_path / "people.db")) as engine:
        assert policies.loads(engine.policy_state().policy) == APART
        assert len(profiles(engine)) == 2


def test_a_change_that_a_stop_cut_short_is_taken_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was begun, so it is done, by whoever opens the store next."""
    go = threading.Event()
    real: Any = whole.change_policy

    def late(*given: Any, **named: Any) -> int:
        assert go.wait(120)
        position: int = real(*given, **named)
        return position

    with monkeypatch.context() as patch, Engine(open_store(tmp_path / "people.db")) as first:
        first.ingest(ROWS)
        patch.setattr(whole, "change_policy", late)
        assert first.set_policy(APART).changing
    with Engine(open_store(tmp_path / "people.db")) as engine:
        assert settled(engine).failed is None
        assert policies.loads(engine.policy_state().policy) == APART
        assert len(profiles(engine)) == 2
        go.set()
    until = time.monotonic() + 120
    while first.policy_state().changing:
        assert time.monotonic() < until
        time.sleep(0.01)
    with Engine(open_store(tmp_path / "people.db")) as engine:
        assert not engine.policy_state().changing
        assert len(profiles(engine)) == 2


def test_a_second_change_waits_its_turn(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused, and may be asked for again."""
    go = threading.Event()
    real: Any = whole.change_policy

    def slowly(*given: Any, **named: Any) -> int:
        assert go.wait(120)
        position: int = real(*given, **named)
        return position

    monkeypatch.setattr(whole, "change_policy", slowly)
    assert engine.set_policy(APART).changing
    with pytest.raises(EngineError, match="a change is under way"):
        engine.set_policy(APART)
    assert engine.ingest([Event("web", [("email", "bob@example.com")])])[0].created
    go.set()
    assert settled(engine).failed is None
    engine.set_policy(policies.default())
    assert settled(engine).failed is None
    assert len(profiles(engine)) == 1


def test_a_change_that_fails_is_told_and_changes_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> int:
        raise StoreFullError("no room is left")

    before = engine.policy_state()
    monkeypatch.setattr(whole, "change_policy", fail)
    engine.set_policy(APART)
    state = settled(engine)
    assert state.failed == "no room is left"
    assert state.policy == before.policy


def test_an_engine_closes_in_the_middle_of_a_change(tmp_path: Path) -> None:
    """The store has the policy that it had, or the next one: nothing between."""
    engine = Engine(open_store(tmp_path / "people.db"))
    engine.ingest(ROWS)
    engine.set_policy(APART)
    engine.close()
    with Engine(open_store(tmp_path / "people.db")) as again:
        apart = policies.loads(again.policy_state().policy) == APART
        assert len(profiles(again)) == (2 if apart else 1)
