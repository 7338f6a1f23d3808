"""The law where something is hidden: erase, suppress and unmerge anywhere in a random history."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from sameas.engine import reference
from sameas.engine.online.engine import Engine
from sameas.errors import EngineError
from sameas.graph.model import RecordKey
from sameas.graph.store import tables as t
from tests.engine.online.forgetting import ERASE_KEY, key_of, left_of
from tests.engine.online.plain_store import PlainStore
from tests.laws import worlds
from tests.laws.budget import scale
from tests.laws.online import History, kept, oracle, policy
from tests.laws.online_laws import histories

if TYPE_CHECKING:
    from collections.abc import Callable

    from sameas.engine.online.events import Event, Withdrawal

ID_KEY = bytes(range(16))
BLOCKS = range(int(8 * max(1.0, scale())))
PER_BLOCK = 5
STEPS = 30


class Story:
    """A random history, told to an engine, and what the slow functions make of it."""

    def __init__(self, r: Random) -> None:
        self.r = r
        self.now = 0
        self.history = History(policy(r))
        self.store = PlainStore()
        self.engine = Engine(
            self.store,
            policy=self.history.policy,
            id_key=ID_KEY,
            erase_key=ERASE_KEY,
            clock=lambda: self.now,
        )
        self.ledger = reference.Ledger(ID_KEY)

    def rows(self, table: t.Table[Any]) -> list[Any]:
        return list(self.store.scan(table))

    def step(self) -> None:
        """Something happens."""
        self.now += self.r.randrange(2)
        acts: dict[int, Callable[[], None]] = {
            0: self.judge,
            1: self.retract,
            2: self.withdraw,
            3: self.erase,
            4: self.suppress,
            5: self.unmerge,
        }
        acts.get(self.r.randrange(14), self.event)()

    def event(self) -> None:
        row = self.history.event(self.r)
        self.engine.ingest([row])
        self.history.heard(row)

    def withdraw(self) -> None:
        if self.history.versions:
            row = self.history.withdrawal(self.r)
            self.engine.ingest([row])
            self.history.heard(row)

    def judge(self) -> None:
        self.engine.judge(self.history.judgement(self.r)).result()

    def retract(self) -> None:
        live = [row.key for row in self.rows(t.JUDGEMENT) if row.retracted is None]
        if live:
            self.engine.retract(self.r.choice(live)).result()

    def erase(self) -> None:
        records = self.rows(t.RECORD)
        if not records:
            return
        row = self.r.choice(records)
        named: dict[str, Any] = {"records": [RecordKey(row.source, row.record_id).ref]}
        if row.live and self.r.randrange(2):
            named = {"profile_id": self.id_of(row)}
        elif self.r.randrange(2):
            named = {"identifiers": [self.history.identifier(self.r)]}
        self.tried(self.engine.erase, named)

    def suppress(self) -> None:
        named: dict[str, Any] = {"until": self.r.randrange(14)}
        if self.r.randrange(3) == 0 and self.history.versions:
            version = self.r.choice(self.history.versions)
            named["records"] = [RecordKey(version.source, key_of(version)).ref]
        elif self.r.randrange(2):
            named["records"] = [f"{self.r.choice(worlds.SOURCES)}/{self.r.randrange(8)}"]
        else:
            named["identifiers"] = [self.history.identifier(self.r)]
        self.tried(self.engine.suppress, named)

    def unmerge(self) -> None:
        rows = [row for row in self.rows(t.RECORD) if row.live]
        if not rows:
            return
        row = self.r.choice(rows)
        mine = {one.number for one in rows if one.cluster == row.cluster}
        whole = self.id_of(row)
        ids = [one.id for one in self.rows(t.ISSUED) if one.carrier in mine and one.id != whole]
        named: dict[str, Any] = {"records": [RecordKey(row.source, row.record_id).ref]}
        if ids and self.r.randrange(2):
            named = {"earlier_id": self.r.choice(ids)}
        self.tried(self.engine.unmerge, {"profile_id": whole, **named})

    def tried(self, call: Any, named: dict[str, Any]) -> None:
        """A call that may have nothing to do."""
        whole = (named.pop("profile_id"),) if call == self.engine.unmerge else ()
        try:
            call(*whole, **named).result()
        except EngineError:
            return

    def id_of(self, row: t.RecordRow) -> str:
        clusters = {one.number: one.profile for one in self.rows(t.CLUSTER)}
        assert row.cluster is not None
        ids = {one.number: one.id for one in self.rows(t.ISSUED)}
        found: str = ids[clusters[row.cluster]]
        return found

    # -- what must hold -----------------------------------------------------------------------

    def check(self) -> None:
        """Partition, ids, live versions and histories are what the slow functions say."""
        left = left_of(self.history, self.store)
        wanted = oracle(left)
        assert kept(self.store, self.history.policy) == wanted
        live = reference.live_records(left.versions)
        kinds = self.history.policy.identifiers
        single = {one.name for one in kinds if one.links and one.max_per_profile == 1}
        self.ledger, _ = reference.advance(
            self.ledger,
            wanted.profiles,
            {one.key: one.event_time for one in live},
            {key for key, one in wanted.granted if one.type in single},
        )
        self.check_ids()
        rows = [row for row in self.rows(t.RECORD) if row.live]
        assert {
            (row.source, row.record_id): (json.loads(row.traits), row.event_time, row.count)
            for row in rows
        } == {
            (one.key.source, one.key.record_id): (dict(one.traits), one.event_time, one.count)
            for one in live
        }
        self.check_history(rows)

    def check_ids(self) -> None:
        records = {
            row.number: (RecordKey(row.source, row.record_id), row) for row in self.rows(t.RECORD)
        }
        found = {key: self.id_of(row) for key, row in records.values() if row.live}
        assert found == self.ledger.profiles
        assert {
            one.id: None if one.carrier is None else records[one.carrier][0]
            for one in self.rows(t.ISSUED)
        } == {name: carried.carrier for name, carried in self.ledger.ids.items()}

    def check_history(self, live: list[t.RecordRow]) -> None:
        held: dict[int, set[int]] = {}
        for row in self.rows(t.CHANGE):
            detail = json.loads(row.detail) if row.detail else {}
            came, gone = set(detail.get("records", ())), set(detail.get("gone", ()))
            for records in held.values():
                records.difference_update(gone | came)
            if row.change == "merged":
                came |= held.pop(row.other, set())
            held.setdefault(row.profile, set()).update(came)
        clusters = {one.number: one.profile for one in self.rows(t.CLUSTER)}
        now: dict[int, set[int]] = {}
        for one in live:
            assert one.cluster is not None
            now.setdefault(clusters[one.cluster], set()).add(one.number)
        assert {profile: records for profile, records in held.items() if records} == now
        histories(self.store)


@pytest.mark.parametrize("block", BLOCKS)
def test_the_law_holds_whatever_is_hidden(block: int) -> None:
    for seed in range(block * PER_BLOCK, (block + 1) * PER_BLOCK):
        story = Story(Random(seed))
        try:
            for _ in range(STEPS):
                story.step()
                story.check()
        finally:
            story.engine.close()


@pytest.mark.parametrize("block", BLOCKS)
def test_suppressions_may_come_before_or_after_what_they_hide(block: int) -> None:
    for seed in range(block * PER_BLOCK, (block + 1) * PER_BLOCK):
        r = Random(seed)
        history = History(policy(r))
        said: list[Event | Withdrawal | dict[str, Any]] = []
        for _ in range(STEPS):
            row = history.withdrawal(r) if history.versions and not r.randrange(8) else None
            said.append(row or history.event(r))
            history.heard(said[-1])  # type: ignore[arg-type]  # it is a row
        for _ in range(4):
            until = r.randrange(14)
            said.append(
                {"until": until, "records": [f"{r.choice(worlds.SOURCES)}/{r.randrange(8)}"]}
            )
            said.append({"until": until, "identifiers": [history.identifier(r)]})
        found = []
        for _ in range(2):
            r.shuffle(said)
            store = PlainStore()
            with Engine(store, policy=history.policy, erase_key=ERASE_KEY, clock=lambda: 0) as told:
                for one in said:
                    if isinstance(one, dict):
                        told.suppress(**one).exception()  # an address that is none
                    else:
                        told.ingest([one])
                found.append(kept(store, history.policy))
        assert found[0] == found[1] == oracle(left_of(history, store))
