"""What an API asks of an engine, wherever the engine is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from sameas.engine.online.calls import Call, Calls
    from sameas.engine.online.outcomes import Health, PolicyState, Preview
    from sameas.engine.online.view import View
    from sameas.engine.policy import Policy
    from sameas.graph.store.port import Reader

__all__ = ["EnginePort"]

Result = TypeVar("Result")


class EnginePort(Protocol):
    """An `Engine` of this process, or a `RemoteEngine`; each says what its methods do."""

    calls: Calls

    @property
    def commits(self) -> int: ...
    def run_async(self, call: Call[Result], /) -> asyncio.Future[Result]: ...
    def subscribe(self, told: Callable[[int], None], /) -> Callable[[], None]: ...
    def view(self) -> AbstractContextManager[View]: ...
    def reader(self) -> AbstractContextManager[Reader]: ...
    def preview(self, policy: Policy | None = None, *, model: str | None = ...) -> Preview: ...
    def health(self) -> Health: ...
    def policy_state(self) -> PolicyState: ...
    def set_policy(self, policy: Policy) -> PolicyState: ...
    def set_model(self, model: str | None) -> PolicyState: ...
    def close(self) -> None: ...
