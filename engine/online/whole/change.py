"""Another policy over the same inputs: what it would change, and the change itself.

Afterwards the store is what it would be had it had the policy from the start: live records,
partition, links. Ids follow the contract: they go on from what they were.

The new state is worked out on a snapshot, beside whoever writes. Where inputs are read as before,
the writer then writes down what is otherwise, resolves again what was written meanwhile, and all
switches in one commit. Where they are read anew, or another model asked, the new state is taken
over if nobody wrote meanwhile. What others wrote may be too much: then it is worked out again, and
the last time by the writer itself: other writes wait for it then, reads do not.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from sameas.engine import policy as policies
from sameas.engine.online.attempt import attempt
from sameas.engine.online.feed import Feed
from sameas.engine.online.loading import WANTED, WANTED_MODEL
from sameas.engine.online.unit import Unit
from sameas.engine.online.whole.anew import read_anew
from sameas.engine.online.whole.differing import compared, differing, reads_alike
from sameas.engine.online.whole.meanwhile import Written, catch_up, prepared
from sameas.engine.online.write import write
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable

    from sameas.engine.online.rules import Rules
    from sameas.engine.online.state import State
    from sameas.engine.online.whole.differing import Compared
    from sameas.engine.online.writer import Writer
    from sameas.graph.store.port import ChangeSet, Store

    _Work = Callable[[Unit, State], int | None]
    """A call for the writer; gives the feed position, or None if it cannot be done."""

__all__ = ["change_policy", "resolve_under"]

_TRIES = 2


def change_policy(
    store: Store,
    writer: Writer,
    rules: Rules,
    *,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> int:
    """Make a policy and model the store's, and wait until that is durable.

    Gives the feed position.

    Args:
        store: the writer's store.
        writer: the writer.
        rules: the new policy and model.
        progress: told which try runs.

    Raises:
        SameasError: it was not done; the store has the policy that it had.
    """
    for turn in range(_TRIES):
        if progress is not None:
            progress("beside", turn, _TRIES)
        taken = _Try(store, writer, rules).run()
        if taken is not None:
            return taken
    if progress is not None:
        progress("alone", 0, None)
    return writer.submit(
        lambda unit, state: resolve_under(unit, state, rules).close(), alone=True
    ).result()


class _Try:
    """The new state worked out on a snapshot, and taken over by the writer."""

    def __init__(self, store: Store, writer: Writer, rules: Rules) -> None:
        self.store = store
        self.writer = writer
        self.rules = rules
        self.written = Written()

    def run(self) -> int | None:
        """The feed position; None: others wrote meanwhile, and too much or the wrong thing."""
        before = self.writer.submit(self.watch, alone=True).result()
        try:
            with self.store.snapshot() as reader:
                work = self.work_out(Unit(reader), before)
                return None if work is None else self.writer.submit(work, alone=True).result()
        finally:
            self.writer.submit(self.look_away, alone=True).result()

    def work_out(self, unit: Unit, before: State) -> _Work | None:
        """What the writer has to do; None: the snapshot came too late."""
        if not _same_words(before, self.writer.state):
            return None
        mine = replace(before, counters=msgspec.structs.replace(before.counters))
        new = replace(mine, rules=self.rules)
        if before.rules.model == self.rules.model and reads_alike(new, before.rules):
            found = compared(unit, new, before.rules)
            return self.catch_up(found, prepared(unit, new, found), before)
        if not _untouched(before, self.writer.state):
            return None
        return self.take(unit, mine, resolve_under(unit, mine, self.rules), before)

    def watch(self, _unit: Unit, state: State) -> State:
        """Be told of all commits from now on; gives the state, which is durable."""
        self.writer.watching.add(self.written.committed)
        return replace(state, counters=msgspec.structs.replace(state.counters))

    def look_away(self, _unit: Unit, _state: State) -> None:
        """Be told no more."""
        self.writer.watching.discard(self.written.committed)

    def catch_up(self, found: Compared, still: ChangeSet, before: State) -> _Work:
        """Write what the answer on the snapshot has otherwise, and what was written meanwhile."""

        def work(unit: Unit, state: State) -> int | None:
            new = replace(state, rules=self.rules)
            if not _same_words(before, state) or not reads_alike(new, before.rules):
                return None
            with suppress(_TooMuchError), attempt(unit, state):
                state.rules = self.rules
                feed = Feed(unit, state)
                if not catch_up(unit, state, found, still, self.written, feed):
                    raise _TooMuchError
                _put_rules(unit, self.rules)
                return feed.close()
            return None

        return work

    def take(self, unit: Unit, mine: State, feed: Feed, before: State) -> _Work:
        """Take over what was written on the snapshot, if nobody wrote meanwhile."""

        def work(current: Unit, state: State) -> int | None:
            if not _untouched(before, state):
                return None
            mine.now = state.now
            position = feed.close()
            current.take(unit.changes())
            state.rules, state.counters, state.digests = mine.rules, mine.counters, mine.digests
            return position

        return work


def _same_words(one: State, other: State) -> bool:
    """Whether rules, judgements and suppressions are the very same."""
    return (
        one.rules is other.rules
        and one.judgements is other.judgements
        and one.suppressed is other.suppressed
    )


def _untouched(one: State, other: State) -> bool:
    """Whether nobody wrote in between."""
    return _same_words(one, other) and one.counters.dumps() == other.counters.dumps()


class _TooMuchError(Exception):
    """What was written meanwhile."""


def resolve_under(unit: Unit, state: State, rules: Rules, *, to_tell: bool = False) -> Feed:
    """Resolve all inputs under other rules, in a unit; the feed's rows are not written yet.

    O(store) where the rules read inputs as before, in columns; else O(inputs), one by one.

    Args:
        unit: what the writer, or a snapshot, has.
        state: the same; afterwards it has the new rules.
        rules: the new rules.
        to_tell: profiles, ids and standings suffice: nothing is to be committed.
    """
    before, state.rules = state.rules, rules
    feed = Feed(unit, state)
    if reads_alike(state, before):
        out = differing(unit, state, before, to_tell=to_tell)
        write(unit, state, [out], feed, out.matched.values)
    else:
        read_anew(unit, state, feed)
    _put_rules(unit, rules)
    return feed


def _put_rules(unit: Unit, rules: Rules) -> None:
    """They are in force, and none is wanted instead."""
    unit.put(t.META, t.Meta("policy", policies.dumps(rules.policy)))
    if rules.model is None:
        unit.delete(t.META, ("model",))
    else:
        unit.put(t.META, t.Meta("model", rules.model))
    for name in (WANTED, WANTED_MODEL):
        unit.delete(t.META, (name,))
