"""The online engine: the function of docs/design.md kept incrementally over a store."""

from __future__ import annotations

import time
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sameas.engine.online.background import Background
from sameas.engine.online.calls import Calls, failing, together
from sameas.engine.online.door import Said, further_names
from sameas.engine.online.hidden import usable_key
from sameas.engine.online.loading import fact, found, load_state
from sameas.engine.online.outcomes import Health
from sameas.engine.online.policies import Policies
from sameas.engine.online.readings import Readings
from sameas.engine.online.writer import Job, Writer
from sameas.errors import EngineError, Fault
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Future
    from typing import Self

    from sameas.engine.online.calls import Call
    from sameas.engine.online.events import Answer, Event, Withdrawal
    from sameas.engine.online.outcomes import Erased, PolicyState, Suppressed, Unmerged
    from sameas.engine.online.rules import Rules
    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit
    from sameas.engine.online.writer import Desk
    from sameas.engine.policy import Policy
    from sameas.graph.model import Judgement
    from sameas.graph.store.port import ChangeSet, Store

__all__ = ["Engine"]

_NAME = ("value", "type")
BUDGET = 600
"""Nodes that a call may make the writer look at; beyond, its input waits for the background."""
_PIECE = 250
"""Rows of `ingest` that the writer does in one go: what others ask waits for one piece at most."""

Result = TypeVar("Result")


class Engine(Readings):
    """One store's writer and readers. Safe to use from any thread.

    >>> import tempfile
    >>> from sameas.engine.online import Event
    >>> from sameas.graph.store import open_store
    >>> folder = tempfile.TemporaryDirectory()
    >>> with Engine(open_store(f"{folder.name}/people.db")) as engine:
    ...     first = engine.submit(Event("web", [("email", "Ann@Example.com")])).result()
    ...     again = engine.submit(Event("crm", [("email", "ann@example.com")], {}, "7")).result()
    >>> first.created, again.created, again.profile_id == first.profile_id
    (True, False, True)
    >>> folder.cleanup()
    """

    def __init__(
        self,
        store: Store,
        *,
        policy: Policy | None = None,
        model: str | None = None,
        id_key: bytes | None = None,
        erase_key: bytes | None = None,
        budget: int = BUDGET,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000,
    ) -> None:
        """Go on with a store, or begin one.

        Args:
            store: an open store; the engine closes it.
            policy: of a store that is new; None: the default policy.
            model: the text of a model.json, of a store that is new; None: nothing is matched.
            id_key: 16 bytes or more that make the profile ids of a store that is new.
            erase_key: 16 to 64 bytes kept apart from the store; needed to erase and suppress, and
                from then on to open the store. See `erase_key_of`.
            budget: nodes that one call may make the writer look at.
            clock: microseconds since 1970.

        Raises:
            EngineError: a policy or id key is given for a store that has its own, or not the erase
                key of its suppressions.
        """
        if fact(store, "policy") is None:
            found(store, policy=policy, id_key=id_key, model=model)
        elif policy is not None or model is not None or id_key is not None:
            raise EngineError(
                Fault("store", "has a policy and an id key", "change the policy with set_policy")
            )
        key = usable_key(erase_key, fact(store, "erase_check"))
        super().__init__(store)
        self.commits = 0
        self._told: list[Callable[[int], None]] = []
        self._writer = Writer(
            store,
            partial(load_state, erase_key=key),
            clock=clock,
            prefetch=_prefetch,
            committed=self._committed,
        )
        self.calls = Calls(lambda: self._writer.state.rules, clock, budget=budget)
        self._background = Background(store, self._writer)
        self._policies = Policies(store, self._writer)

    # -- writes -----------------------------------------------------------------------------

    def run(self, call: Call[Result], /) -> Future[Result]:
        """Queue a call; the future is settled when its commit is durable."""
        return self._writer.submit(call.work, call.wanted)

    def run_async(self, call: Call[Result], /) -> asyncio.Future[Result]:
        """The same for the running event loop."""
        return self._writer.submit_async(call.work, call.wanted)

    def run_for(self, desk: Desk, ticket: Any, call: Call[Any], /) -> None:
        """The same for a desk, which is told by the ticket."""
        self._writer.put(Job(call.work, desk, ticket, call.wanted))

    def submit(self, row: Event | Withdrawal) -> Future[Answer]:
        """Take one row in."""
        return self.run(self.calls.take(row))

    def ingest(self, rows: Iterable[Event | Withdrawal]) -> list[Answer]:
        """Take rows in, each by itself, and wait until all are durable.

        Raises:
            SameasError: the first row that failed; the others are in.
        """
        rows = iter(rows)
        waiting = []
        while piece := list(islice(rows, _PIECE)):
            waiting.append(self.run(together([self._tried(row) for row in piece])))
        answers: list[Answer] = []
        failed: list[Exception] = []
        for done in waiting:
            for one in done.result():
                (failed if isinstance(one, Exception) else answers).append(one)  # type: ignore[arg-type]
        if failed:
            raise failed[0]
        return answers

    def _tried(self, row: Event | Withdrawal) -> Call[Answer]:
        try:
            return self.calls.take(row)
        except Exception as failure:  # noqa: BLE001 - whatever it is, it is this row's
            return failing(failure)

    def judge(self, judgement: Judgement) -> Future[int]:
        """Add a word to the ledger and resolve what it speaks of; gives the feed position."""
        return self.run(self.calls.say(judgement))

    def retract(self, key: str) -> Future[int]:
        """Take a word back: the graph is what it would be without it."""
        return self.run(self.calls.take_back(key))

    def unmerge(self, profile_id: str, **named: Any) -> Future[Unmerged]:
        """Part what is named from the rest of a profile, for good; see `Calls.unmerge`."""
        return self.run(self.calls.unmerge(profile_id, **named))

    def erase(self, profile_id: str | None = None, **named: Any) -> Future[Erased]:
        """Erase whoever is named, and hide what comes late of them; see `Calls.erase`."""
        return self.run(self.calls.erase(profile_id=profile_id, **named))

    def suppress(self, **named: Any) -> Future[Suppressed]:
        """Hide what was and will be said up to a time; see `Calls.suppress`."""
        return self.run(self.calls.suppress(**named))

    def unsuppress(self, **named: Any) -> Future[Suppressed]:
        """Let what comes from now on be seen again; see `Calls.unsuppress`."""
        return self.run(self.calls.unsuppress(**named))

    def set_policy(self, policy: Policy) -> PolicyState:
        """Begin to change the policy; see `whole.change_policy`. Returns when that is durable.

        Raises:
            EngineError: a change is under way.
        """
        return self._policies.change(policy)

    def set_model(self, model: str | None) -> PolicyState:
        """Begin to change the model, the text of a model.json; None: nothing is matched.

        As a change of the policy, and told by `policy_state` too.

        Raises:
            SameasError: the text is no model, or a change is under way.
        """
        return self._policies.change(None, model)

    def policy_state(self) -> PolicyState:
        """Tell the policy in force, and how far a change to another one is."""
        return self._policies.state()

    def subscribe(self, told: Callable[[int], None], /) -> Callable[[], None]:
        """Be told the feed position of each commit, in the writer's thread; gives the way out."""
        self._told.append(told)
        return lambda: self._told.remove(told)

    def _committed(self, changes: ChangeSet, state: State) -> None:
        self.commits += 1
        self._background.committed(changes)
        for told in list(self._told):
            told(state.counters.position)

    def settled(self, timeout: float | None = None) -> bool:
        """Wait until no input is pending; False: it took longer than `timeout` seconds."""
        return self._background.wait(timeout)

    # -- the engine itself ------------------------------------------------------------------

    def health(self) -> Health:
        """How the engine does. Cheap."""
        writer = self._writer
        return Health(
            not writer.broken,
            writer.broken,
            writer.waiting,
            writer.state.counters.position,
            self.commits,
            writer.state.fast,
            writer.state.slow,
            not self._background.wait(0),
        )

    @property
    def rules(self) -> Rules:
        """The policy in force, as the engine asks it."""
        return self._writer.state.rules

    def close(self) -> None:
        """Finish what was asked, commit, and let go of the store."""
        self._background.close()
        self._writer.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _prefetch(unit: Unit, state: State, rows: Sequence[Any]) -> None:
    """Read in few statements what a group's inputs will ask for."""
    said = [one for one in rows if isinstance(one, Said)]
    types = state.rules.types
    names = [(value, types[place]) for one in said for place, value in one.identifiers]
    known = unit.look(t.IDENTIFIER, _NAME, names)
    unit.look(t.RECORD, ("record_id", "source"), [(one.record_id, one.source) for one in said])
    if state.digests:
        further = {name for one in said for name in further_names(one, state.rules)}
        unit.look(t.FURTHER, _NAME, [(digest, kind) for kind, digest, _ in further])
    messages = [(one.message_id, one.source) for one in said if one.message_id is not None]
    if messages:
        unit.look(t.INPUT, ("message_id", "source"), messages)
    components = {(row.component,) for row in known if row.component is not None}
    if not components:
        return
    clusters = [
        (part.cluster,)
        for part in unit.get_all(t.COMPONENT, components)
        if part.cluster is not None
    ]
    unit.fetch(t.ISSUED, [(one.profile,) for one in unit.get_all(t.CLUSTER, clusters)])
