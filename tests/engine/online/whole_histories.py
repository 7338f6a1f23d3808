"""Engines with a random history behind them, for tests of whole stores."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.engine.online.plain_store import PlainStore
from tests.laws import worlds

from sameas.engine.online.engine import Engine

if TYPE_CHECKING:
    from random import Random

    from tests.laws.online import History

    from sameas.engine.policy import Policy

__all__ = ["KEY", "engine_of", "live_on", "plain_policy"]

KEY = bytes(range(16))


def plain_policy(r: Random) -> Policy:
    """A random policy, types in any order of rank."""
    policy = worlds.policy(r)
    kinds = [kind for kind in policy.identifiers if kind.name != "email_sha256"]
    if r.randrange(3) == 0:
        r.shuffle(kinds)
    return replace(policy, identifiers=tuple(kinds))


def engine_of(policy: Policy, store: PlainStore | None = None) -> Engine:
    """An engine on a new store."""
    return Engine(store or PlainStore(), policy=policy, id_key=KEY)


def live_on(engine: Engine, history: History, r: Random, steps: int) -> None:
    """Rows, withdrawals, judgements and retractions, as it happens."""
    for _ in range(steps):
        turn = r.randrange(12)
        if turn == 0:
            word = history.judgement(r)
            engine.judge(word).result()
            history.judgements[word.key] = word
        elif turn == 1 and history.judgements:
            key = r.choice(sorted(history.judgements))
            engine.retract(key).result()
            del history.judgements[key]
        elif turn == 2 and history.versions:
            row = history.withdrawal(r)
            engine.ingest([row])
            history.heard(row)
        else:
            event = history.event(r)
            engine.ingest([event])
            history.heard(event)
