"""An engine as the API calls it, for as long as `Engine` does not do all of it itself."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sameas.api.http.backend import (
    Call,
    Health,
    PolicyState,
    Preview,
)
from sameas.engine import policy as policies
from sameas.engine.online.erase import Erased, erase
from sameas.engine.online.suppress import Suppressed, suppress, unsuppress
from sameas.engine.online.unmerge import Unmerged, unmerge
from sameas.engine.online.view import View
from sameas.errors import EngineError, Fault
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from sameas.engine.online.engine import Engine
    from sameas.engine.online.events import Answer, Event, Withdrawal
    from sameas.engine.policy import Policy
    from sameas.graph.model import Judgement
    from sameas.graph.store.port import Reader


class UnknownJudgementError(EngineError):
    status = 404


class EngineBackend:
    """Every method of `Backend`; what the engine cannot do yet answers something fitting."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.told: list[Callable[[int], None]] = []
        self.commits = 0
        self.broken = ""
        inner: Any = engine._writer._committed

        def committed(changes: Any, state: Any) -> None:
            if inner is not None:
                inner(changes, state)
            self.commits += 1
            for one in self.told:
                one(state.counters.position)

        engine._writer._committed = committed

    def take(self, row: Event | Withdrawal, /) -> Call[Answer]:
        said = self.engine._arrive(row)
        return Call(self.engine._work(said), [said])

    def say(self, judgement: Judgement, /) -> Call[int]:
        def work(unit: Any, state: Any) -> int:
            if unit.get(t.JUDGEMENT, (judgement.key,)) is not None:
                raise EngineError(Fault(f"judgement {judgement.key}", "is there already"))
            words = {**state.judgements, judgement.key: judgement}
            return self.engine._reword(unit, state, words, judgement)

        return Call(work)

    def take_back(self, key: str, /) -> Call[int]:
        def work(unit: Any, state: Any) -> int:
            word = state.judgements.get(key)
            if word is None:
                raise UnknownJudgementError(Fault("judgement", "is not there"))
            rest = {name: one for name, one in state.judgements.items() if name != key}
            return self.engine._reword(unit, state, rest, word)

        return Call(work)

    def unmerge(self, profile_id: str, /, **named: Any) -> Call[Unmerged]:
        return Call(lambda unit, state: unmerge(unit, state, profile_id, **named))

    def erase(self, **named: Any) -> Call[Erased]:
        return Call(lambda unit, state: erase(unit, state, **named))

    def suppress(self, **named: Any) -> Call[Suppressed]:
        return Call(lambda unit, state: suppress(unit, state, **named))

    def unsuppress(self, **named: Any) -> Call[Suppressed]:
        return Call(lambda unit, state: unsuppress(unit, state, **named))

    def run(self, call: Call[Any], /) -> Future[Any]:
        return self.engine._writer.submit(call.work, call.wanted)

    def run_async(self, call: Call[Any], /) -> asyncio.Future[Any]:
        return self.engine._writer.submit_async(call.work, call.wanted)

    def preview(self, _policy: Policy, /) -> Preview:
        return Preview(0, 0, 0, 0, 0, 0, 0)

    def set_policy(self, policy: Policy, /) -> PolicyState:
        return PolicyState(policies.dumps(policy), 2)

    def policy_state(self) -> PolicyState:
        return PolicyState(policies.dumps(self.engine.rules.policy), 1)

    @contextmanager
    def view(self) -> Iterator[View]:
        with self.engine.reader() as reader:
            yield View(reader, self.engine.rules)

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        with self.engine.reader() as reader:
            yield reader

    def health(self) -> Health:
        return Health(
            not self.broken, self.broken, waiting=self.engine._writer.waiting, commits=self.commits
        )

    def subscribe(self, told: Callable[[int], None], /) -> Callable[[], None]:
        self.told.append(told)
        return lambda: self.told.remove(told)

    def close(self) -> None:
        self.engine.close()
