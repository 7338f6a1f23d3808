"""The short way writes the very rows that the long one writes, on random input."""

from __future__ import annotations

from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import msgspec
import pytest
from tests.laws.online import Plain, policy

from sameas.engine.online import apply
from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Answer, Event
from sameas.engine.online.quick import quick
from sameas.graph.model import Identifier, Judgement

if TYPE_CHECKING:
    from sameas.engine.online.door import Said
    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit
    from sameas.engine.policy import Policy


def event(r: Random, *, hashed: bool = False) -> Event:
    """One of few people, in one of few shapes; now and then somebody new, or two people at once.

    Hashed: a few say the digest of an address, which others may say in plain.
    """
    who = r.randrange(12)
    pairs = [("email", f"Ann{who}@x.example" if r.randrange(5) == 0 else f"ann{who}@x.example")]
    if r.randrange(2):
        pairs.append(("cookie", f"c{who}.{r.randrange(3)}"))
    if r.randrange(3) == 0:
        pairs.append(("user_id", f"u{who if r.randrange(9) else r.randrange(12)}"))
    if r.randrange(6) == 0:
        pairs.append(("phone", f"+1202555{r.randrange(4):04}"))
    if r.randrange(9) == 0:
        pairs.append(("email", "n/a"))
    if hashed and r.randrange(12) == 0:
        pairs = [("email_sha256", sha256(f"ann{who // 4}@x.example".encode()).hexdigest())]
    traits = {"full_name": f"Ann Lee{who}"} if r.randrange(2) else {}
    if r.randrange(3) == 0:
        traits["plan"] = r.choice("abc")
    return Event(
        r.choice(("web", "crm")),
        pairs,
        traits,
        f"r{r.randrange(30)}" if r.randrange(3) == 0 else None,
        1_000 + r.randrange(40),
        r.choice((None, None, 900)),
        f"m{r.randrange(60)}" if r.randrange(4) == 0 else None,
    )


def said(rules: Policy, events: list[Event], groups: list[int]) -> tuple[Plain, list[Answer]]:
    """A store after some events, in groups, and what was answered."""
    store = Plain()
    answers: list[Answer] = []
    key = bytes(16)
    with Engine(store, policy=rules, id_key=key, erase_key=key, clock=lambda: 10_000) as engine:
        rest = iter(events)
        for turn, size in enumerate(groups):
            if turn == len(groups) // 8:  # from here on some are spoken of, and some were erased
                left, right = (
                    frozenset({Identifier("email", f"ann{who}@x.example")}) for who in "01"
                )
                engine.judge(Judgement("j", "different", left, right, 1)).result()
                engine.erase(answers[0].profile_id).result()
            answers += engine.ingest([one for one, _ in zip(rest, range(size), strict=False)])
        engine.settled()
    return store, answers


def shown(store: Plain) -> dict[str, Any]:
    """All rows; identifiers by what they are, since a number may be left out."""
    names = {row.number: (row.type, row.value) for row in store.rows["identifier"].values()}
    found: dict[str, Any] = {}
    for name, rows in store.rows.items():
        if name in ("meta", "judgement"):  # there, what was erased has a name by chance
            continue
        found[name] = [msgspec.structs.asdict(row) for _, row in sorted(rows.items())]
    for row in found["identifier"]:
        del row["number"]
    for name in ("link", "mention"):
        for row in found[name]:
            number = row["identifier"]  # of a mention it may be a record's, turned round
            row["identifier"] = names.get(number, number)
    for row in found["further"]:
        row["email"] = names.get(row["email"], 0)
    for row in found["component"]:
        if row["summary"] is not None:
            summary = msgspec.json.decode(row["summary"])
            summary[2] = sorted([*names[number], *rest] for number, *rest in summary[2])
            row["summary"] = summary
    for name in ("identifier", "link", "mention", "further"):
        found[name].sort(key=lambda row: str(sorted(row.items())))
    return found


@pytest.mark.parametrize("seed", range(25))
def test_short_and_long_way_write_the_same(seed: int) -> None:
    """Rows of all tables, numbers and all, and every answer."""
    r = Random(seed)
    rules = policy(r, calm=seed % 4 > 0)
    events = [event(r) for _ in range(120)]
    groups = [r.choice((1, 1, 5, 20)) for _ in range(120)]
    mine = said(rules, events, groups)
    with patch.object(apply, "quick", lambda *_: None):
        theirs = said(rules, events, groups)
    assert mine[1] == theirs[1]
    assert shown(mine[0]) == shown(theirs[0])


@pytest.mark.parametrize("seed", range(15))
def test_beside_hashed_emails_too(seed: int) -> None:
    """Where digests are kept, the short way is taken, and further names are written as well."""
    r = Random(seed)
    rules = policy(r, calm=True)
    events = [event(r, hashed=True) for _ in range(120)]
    groups = [r.choice((1, 1, 5, 20)) for _ in range(120)]
    taken = 0

    def counted(unit: Unit, state: State, row: Said) -> Answer | None:
        nonlocal taken
        answer = quick(unit, state, row)
        plain = any(state.rules.types[place] == "email" for place, _ in row.identifiers)
        taken += state.digests and plain and answer is not None
        return answer

    with patch.object(apply, "quick", counted):
        mine = said(rules, events, groups)
    with patch.object(apply, "quick", lambda *_: None):
        theirs = said(rules, events, groups)
    assert taken > 10
    assert mine[1] == theirs[1]
    assert shown(mine[0]) == shown(theirs[0])
