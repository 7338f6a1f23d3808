"""What the API needs of the engine, and nothing else of it.

A `Call` is what is to be done, not yet done: the API may put several into one commit, and the
answer to an idempotency key beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import msgspec

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future
    from contextlib import AbstractContextManager

    from sameas.engine.online.erase import Erased
    from sameas.engine.online.events import Answer, Event, Withdrawal
    from sameas.engine.online.state import State
    from sameas.engine.online.suppress import Suppressed
    from sameas.engine.online.unit import Unit
    from sameas.engine.online.unmerge import Unmerged
    from sameas.engine.online.view.answers import (
        ChangeEntry,
        Export,
        Found,
        Graph,
        History,
        IdentifiersPage,
        Profile,
        RecordsPage,
    )
    from sameas.engine.online.view.answers import Search as SearchAnswer
    from sameas.engine.policy import Policy
    from sameas.graph.model import Judgement, Micros
    from sameas.graph.store.port import Reader

__all__ = [
    "Backend",
    "Call",
    "Health",
    "PolicyState",
    "Preview",
    "Reads",
    "Runs",
]

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Call(Generic[Result]):
    """What the writer is to do in one piece; it raises, and then changes nothing."""

    work: Callable[[Unit, State], Result]
    wanted: Sequence[Any] = ()
    """Inputs whose rows are read with those of all calls of a commit."""


class Example(msgspec.Struct, frozen=True):
    """One profile that a policy would change."""

    profile_id: str
    change: str
    """merged, split, or moved: its id goes to other records."""
    becomes: tuple[str, ...] = ()
    """Ids of the profiles that its records would be in; `new` for one that is not issued yet."""
    why: str = ""


class Preview(msgspec.Struct, frozen=True):
    """What a policy would do to the graph as it is."""

    position: int
    """The feed position of the state that was looked at."""
    profiles_before: int
    profiles_after: int
    unchanged: int
    merged: int
    split: int
    moved: int
    examples: tuple[Example, ...] = ()


class PolicyState(msgspec.Struct, frozen=True):
    """The policy in force, and how far the change to the next one is."""

    policy: str
    """As policy.toml, every default filled in."""
    version: int
    """Goes up by one with every change."""
    changing: bool = False
    done: int = 0
    """Records that are resolved under the next policy."""
    of: int = 0
    position: int | None = None
    """The feed position at which the last change took effect."""


class Health(msgspec.Struct, frozen=True):
    """How the engine does."""

    ready: bool
    """It takes writes."""
    reason: str = ""
    """Why not."""
    waiting: int = 0
    """Calls in the queue."""
    position: int = 0
    commits: int = 0
    fast: int = 0
    """Inputs that took the fast path."""
    slow: int = 0
    pending: int = 0
    """Inputs that are kept and not in effect yet."""


class Runs(Protocol):
    """Does calls."""

    def run(self, call: Call[Result], /) -> Future[Result]:
        """Queue a call; the future is settled when its commit is durable."""


class Reads(Protocol):
    """One state of the store, read; answers are structs that go out as JSON as they are.

    All that names a profile raises an error whose `status` is 404 or 410 if there is none.
    """

    def lookup(self, refs: Sequence[tuple[str, str]], /) -> Sequence[Found]:
        """(type, raw value) each, answered in order."""

    def profile(self, profile_id: str, /, as_of: Micros | None = None) -> Profile:
        """Who an id is, or was at a commit time."""

    def identifiers(
        self, profile_id: str, /, *, after: str | None = None, limit: int = 100
    ) -> IdentifiersPage:
        """The identifiers that its records carry."""

    def records(
        self, profile_id: str, /, *, after: str | None = None, limit: int = 100
    ) -> RecordsPage:
        """Its records."""

    def history(self, profile_id: str, /, *, after: int = 0, limit: int | None = None) -> History:
        """What became of it and of its ids."""

    def graph(self, profile_id: str, /, *, limit: int = 1000) -> Graph:
        """Its evidence."""

    def search(self, text: str, /, *, traits: Mapping[str, str], limit: int = 20) -> SearchAnswer:
        """Profiles by parts of what is known of them."""

    def changes(self, *, after: int = 0, limit: int = 100) -> Sequence[ChangeEntry]:
        """Entries of the feed behind a position."""

    def export(self, profile_id: str, /) -> Export:
        """All that is held on a person."""


class Backend(Runs, Protocol):
    """The engine, as the API calls it. Safe from any thread, but for `run_async`."""

    # -- what may be done: makes a call, does nothing yet ----------------------------------------

    def take(self, row: Event | Withdrawal, /) -> Call[Answer]:
        """Take one row in, or a withdrawal."""

    def say(self, judgement: Judgement, /) -> Call[int]:
        """Add a word to the ledger; gives the feed position. EngineError: the key is taken."""

    def take_back(self, key: str, /) -> Call[int]:
        """Retract a judgement. An EngineError with status 404: there is none."""

    def unmerge(
        self,
        profile_id: str,
        /,
        *,
        records: Sequence[str] = (),
        identifiers: Sequence[tuple[str, str]] = (),
        earlier_id: str | None = None,
        author: str = "",
        reason: str = "",
    ) -> Call[Unmerged]:
        """Part something from the rest of a profile, for good.

        One of the three is given: records (references), identifiers (raw), or an earlier id, which
        means what it carries.
        """

    def erase(
        self,
        *,
        profile_id: str | None = None,
        records: Sequence[str] = (),
        identifiers: Sequence[tuple[str, str]] = (),
        until: Micros | None = None,
        author: str = "",
        reason: str = "",
    ) -> Call[Erased]:
        """Withdraw and redact all records that are meant.

        They and their identifiers are suppressed until a time; None: now.
        """

    def suppress(
        self,
        *,
        records: Sequence[str] = (),
        identifiers: Sequence[tuple[str, str]] = (),
        until: Micros | None = None,
    ) -> Call[Suppressed]:
        """Hide record keys and identifiers wherever the event time is not after a time."""

    def unsuppress(
        self, *, records: Sequence[str] = (), identifiers: Sequence[tuple[str, str]] = ()
    ) -> Call[Suppressed]:
        """Let what comes from now on be seen again."""

    # -- doing it --------------------------------------------------------------------------------

    def run_async(self, call: Call[Result], /) -> asyncio.Future[Result]:
        """Queue a call from a running event loop."""

    # -- the policy; these block, and are called in a thread -------------------------------------

    def preview(self, policy: Policy, /) -> Preview:
        """What a policy would do to the graph as it is."""

    def set_policy(self, policy: Policy, /) -> PolicyState:
        """Begin to change to a policy; returns at once. EngineError: a change is under way."""

    def policy_state(self) -> PolicyState:
        """The policy in force, and the progress of a change."""

    # -- reading ---------------------------------------------------------------------------------

    def view(self) -> AbstractContextManager[Reads]:
        """The last committed state, to be asked."""

    def reader(self) -> AbstractContextManager[Reader]:
        """The same, as rows."""

    def health(self) -> Health:
        """How the engine does. Cheap: it is asked for every few seconds."""

    def subscribe(self, told: Callable[[int], None], /) -> Callable[[], None]:
        """Be told the feed position of each commit, in the writer's thread; gives the way out."""

    def close(self) -> None:
        """Finish what was asked, commit, let go."""
