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
    def commits(self) -> int:
        """How many commits there were; of a remote engine those that were heard of."""

    def run_async(self, call: Call[Result], /) -> asyncio.Future[Result]:
        """Do a call; settled in the running loop when its commit is durable."""

    def subscribe(self, told: Callable[[int], None], /) -> Callable[[], None]:
        """Be told the feed position of each commit; gives the way out."""

    def view(self) -> AbstractContextManager[View]:
        """The last committed state, to be asked."""

    def reader(self) -> AbstractContextManager[Reader]:
        """The same, as rows."""

    def preview(self, policy: Policy | None = None, *, model: str | None = ...) -> Preview:
        """Say what another policy or model would do; from any thread."""

    def health(self) -> Health:
        """How the engine does. This and all below: not from an event loop."""

    def policy_state(self) -> PolicyState:
        """The policy in force, and how far a change is."""

    def set_policy(self, policy: Policy) -> PolicyState:
        """Begin to change the policy."""

    def set_model(self, model: str | None) -> PolicyState:
        """Begin to change the model."""

    def close(self) -> None:
        """Let go of it."""
