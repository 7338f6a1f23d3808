"""The writer's state from what is durable, and the facts of a new store."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from sameas.buffers import read_as
from sameas.engine import policy as policies
from sameas.engine.judgements import verdicts
from sameas.engine.online.counters import Counters
from sameas.engine.online.rules import Rules
from sameas.engine.online.state import State
from sameas.graph.model import Identifier, Judgement, RecordKey
from sameas.graph.store import tables as t
from sameas.graph.store.port import ChangeSet

if TYPE_CHECKING:
    from sameas.engine.policy import Policy
    from sameas.graph.model import Ref
    from sameas.graph.store.port import Reader, Store

__all__ = [
    "WANTED",
    "WANTED_MODEL",
    "fact",
    "found",
    "judgement_of",
    "load_state",
    "row_of",
    "settle_words",
]

WANTED = "policy_wanted"
"""The fact that a change to another policy was begun, until it is done or has failed."""
WANTED_MODEL = "model_wanted"
"""The text of the model that goes with it; empty: none."""

_refs = msgspec.json.Decoder(list[str]).decode


def fact(store: Reader, name: str) -> str | None:
    """One fact of a store."""
    rows = store.get(t.META, [(name,)])
    return rows[0].value if rows else None


def found(
    store: Store, *, policy: Policy | None, id_key: bytes | None, model: str | None = None
) -> None:
    """Write the facts of a store that has none yet."""
    facts = {
        "policy": policies.dumps(policy or policies.default()),
        "id_key": (id_key or secrets.token_bytes(16)).hex(),
        "counters": Counters().dumps(),
        "digests": "",
    }
    if model is not None:
        facts["model"] = model
    rows: dict[tuple[str, ...], t.Row] = {
        (name,): t.Meta(name, value) for name, value in facts.items()
    }
    store.commit(ChangeSet({"meta": rows}, {}))


def load_state(store: Reader, *, erase_key: bytes = b"") -> State:
    """What the writer must know, read from the store."""
    policy = policies.loads(fact(store, "policy") or "")
    state = State(
        Rules(policy, fact(store, "model")),
        Counters.loads(fact(store, "counters")),
        read_as(bytes.fromhex(fact(store, "id_key") or "")[:16], np.uint64),
        digests=bool(fact(store, "digests")),
        erase_key=erase_key,
    )
    for row in store.scan(t.JUDGEMENT):
        if row.retracted is None:
            state.judgements[row.key] = judgement_of(row)
    settle_words(state)
    for one in store.scan(t.SUPPRESSION):
        state.suppressed[one.digest] = one.time
        if one.kind != "message":
            state.hidden_until = max(state.hidden_until, one.time)
    last = store.last(t.CHANGE)
    state.now = 0 if last is None else last.time
    return state


def settle_words(state: State) -> None:
    """Index the judgements by what they name."""
    state.named = {}
    state.digests_named = False
    state.same_values = {}
    for key, judgement in state.judgements.items():
        for ref in judgement.left | judgement.right:
            state.named.setdefault(ref.ref, set()).add(key)
            if isinstance(ref, Identifier) and ref.type in state.rules.digests:
                state.digests_named = True
    for left, right, _ in verdicts(list(state.judgements.values()), {}).same:
        if isinstance(left, Identifier) and isinstance(right, Identifier):
            state.same_values.setdefault(left, set()).add(right)
            state.same_values.setdefault(right, set()).add(left)


def judgement_of(row: t.JudgementRow) -> Judgement:
    """A row as a judgement."""
    assert row.kind in ("same", "different")
    return Judgement(
        row.key,
        row.kind,  # type: ignore[arg-type]  # one of the two, as asserted
        frozenset(map(_ref, _refs(row.left))),
        frozenset(map(_ref, _refs(row.right))),
        row.time,
        row.author,
        row.reason,
    )


def row_of(judgement: Judgement, position: int) -> t.JudgementRow:
    """A judgement as a row."""
    encode = msgspec.json.encode
    return t.JudgementRow(
        judgement.key,
        judgement.kind,
        encode(sorted(ref.ref for ref in judgement.left)).decode(),
        encode(sorted(ref.ref for ref in judgement.right)).decode(),
        judgement.time,
        judgement.author,
        judgement.reason,
        position,
        None,
    )


def _ref(text: str) -> Ref:
    return Identifier.parse(text) if ":" in text else RecordKey.parse(text)
