"""Another policy over the same inputs: what it would change, and the change itself.

Afterwards the store is what it would be had it had the policy from the start: live records,
partition, links. Ids follow the contract: they go on from what they were.

The new state is built beside the old one on a snapshot, and taken over in one commit if nobody
wrote meanwhile. If somebody did, it is built again, and the last time by the writer itself: other
writes wait for it then, reads do not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from sameas.engine import policy as policies
from sameas.engine.online import slow
from sameas.engine.online.feed import Feed
from sameas.engine.online.loading import WANTED, WANTED_MODEL
from sameas.engine.online.unit import Unit
from sameas.engine.online.whole.anew import read_anew
from sameas.engine.online.whole.differing import differing, reads_alike
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable

    from sameas.engine.online.rules import Rules
    from sameas.engine.online.state import State
    from sameas.engine.online.writer import Writer
    from sameas.graph.store.port import Store

__all__ = ["change_policy", "resolve_under", "switch"]

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
        before = writer.submit(lambda _unit, state: _mark(state), alone=True).result()
        with store.snapshot() as reader:
            unit = Unit(reader)
            mine = replace(writer.state, counters=msgspec.structs.replace(writer.state.counters))
            if _mark(mine) != before:
                continue
            feed = resolve_under(unit, mine, rules)
        taken = writer.submit(_take_over(unit, mine, feed, before), alone=True).result()
        if taken is not None:
            return taken
    if progress is not None:
        progress("alone", 0, None)
    return writer.submit(lambda unit, state: switch(unit, state, rules), alone=True).result()


def _mark(state: State) -> tuple[object, ...]:
    """What differs once anybody wrote."""
    return (state.counters.dumps(), id(state.rules), id(state.judgements), id(state.suppressed))


def _take_over(
    unit: Unit, mine: State, feed: Feed, before: tuple[object, ...]
) -> Callable[[Unit, State], int | None]:
    def work(current: Unit, state: State) -> int | None:
        if _mark(state) != before:
            return None
        mine.now = state.now
        position = feed.close()
        current.take(unit.changes())
        state.rules, state.counters, state.digests = mine.rules, mine.counters, mine.digests
        return position

    return work


def switch(unit: Unit, state: State, rules: Rules) -> int:
    """Go over to other rules in one call, alone in its group; gives the feed position."""
    before = state.rules, state.digests, msgspec.structs.replace(state.counters)
    try:
        return resolve_under(unit, state, rules).close()
    except BaseException:
        state.rules, state.digests, state.counters = before
        raise


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
        slow.write(unit, state, out, feed, out.matched.values)
    else:
        read_anew(unit, state, feed)
    unit.put(t.META, t.Meta("policy", policies.dumps(rules.policy)))
    if rules.model is None:
        unit.delete(t.META, ("model",))
    else:
        unit.put(t.META, t.Meta("model", rules.model))
    for name in (WANTED, WANTED_MODEL):
        unit.delete(t.META, (name,))
    return feed
