"""One history said to an engine and, beside it, to the oracle; and the laws that both must keep."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import partial
from time import sleep
from typing import TYPE_CHECKING, Any, Self

from sameas.engine import reference
from sameas.engine.online.background import held
from sameas.engine.online.engine import BUDGET, Engine
from sameas.engine.online.events import Event, Withdrawal
from sameas.engine.online.loading import judgement_of
from sameas.engine.online.unit import Unit
from sameas.engine.online.whole import verify
from sameas.engine.reference.ids import Ledger
from sameas.errors import GoneProfileError, SameasError
from sameas.graph.model import Judgement, RecordKey
from sameas.graph.store import tables as t
from tests.engine.online.forgetting import ERASE_KEY, key_of, left_of_version
from tests.laws import worlds
from tests.laws.online import History, Plain, kept, nearby, oracle, policy
from tests.laws.online_laws import (
    answered,
    circles,
    earliest,
    histories,
    profiles_of,
    raises,
    renamed,
    replayed,
    same,
    same_records,
)
from tests.laws.toy import Toy, toy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from sameas.engine.online.events import Answer
    from sameas.engine.policy import Policy

__all__ = ["Run", "Word", "begun"]

ID_KEY = bytes(range(16))

Word = Event | Withdrawal | Judgement | str
"""What is said: a row, a word for the ledger, or the key of one that is taken back."""


def begun(r: Random, **more: Any) -> Run:
    """A run under a random policy; one in three is calm."""
    calm, forgets = r.randrange(3) == 0, r.randrange(2) == 0
    first = policy(r, calm=calm)
    return Run(first, values=9 if calm else 4, forgets=forgets, **more)


class Run:
    """An engine, the oracle's history, and the ledger that the contract of ids asks for."""

    def __init__(
        self,
        first: Policy,
        *,
        opened: Callable[[], Any] | None = None,
        budget: int = BUDGET,
        values: int = 4,
        forgets: bool = False,
        model: Toy | None = None,
    ) -> None:
        plain = Plain()
        self._opened = opened or (lambda: plain)
        self._budget = budget
        self._forgets = forgets
        self.history = History(first, model=model, values=values)
        self.ledger = Ledger(ID_KEY)
        self.now = 100
        self.moments: dict[int, tuple[dict[int, str], set[str]]] = {}
        """By commit time: the profile id of each live record, and the ids that were gone."""
        self.log: list[object] = [first, model]
        text = None if model is None else model.to_json()
        self.engine = self._open(policy=first, model=text, id_key=ID_KEY)

    def _open(self, **new: Any) -> Engine:
        return Engine(
            self._opened(),
            erase_key=ERASE_KEY,
            budget=self._budget,
            clock=lambda: self.now,
            **new,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, *_: object) -> None:
        self.engine.close()
        if isinstance(error, Exception):
            error.add_note("\n".join(map(str, self.log)))

    # -- what may happen --------------------------------------------------------------------

    def word(self, r: Random) -> Word:
        """Anything that may share its commit with others."""
        history, turn = self.history, r.randrange(12)
        if turn == 0:
            return history.judgement(r)
        if turn == 1 and history.judgements:
            return r.choice(sorted(history.judgements))
        if turn in (2, 3) and history.versions:
            return history.withdrawal(r)
        return history.event(r)

    def step(self, r: Random, *, most: int = 4) -> None:
        """Something that a history has, and the laws after it."""
        turn = r.randrange(24)
        steps: dict[int, Callable[[Random], None]] = {
            0: self.reopen,
            1: self.unmerge,
            2: self.change_policy,
        }
        if self.history.model is not None:
            steps[6] = lambda r: self.change_model(toy(r))
        if self._forgets:
            steps |= {3: self.erase, 4: self.suppress, 5: self.unsuppress}
        if turn in steps:
            steps[turn](r)
            return
        self.say(self.words(r, r.randrange(1, most + 1)))

    def words(self, r: Random, count: int) -> list[Word]:
        """Up to so many that may share a commit."""
        found: list[Word] = []
        for _ in range(count):
            one = self.word(r)
            if not isinstance(one, str) or one not in found:
                found.append(one)
        return found

    def say(self, words: Sequence[Word]) -> list[Any]:
        """Queue all, then wait for all; each is one arrival."""
        self.now += 1
        self.log.append(list(words))
        engine = self.engine
        waiting: list[Any] = []
        for word in words:
            if isinstance(word, Judgement):
                waiting.append(engine.judge(word))
            elif isinstance(word, str):
                waiting.append(engine.retract(word))
            else:
                waiting.append(engine.submit(word))
        answers = [one.result() for one in waiting]
        for word, answer in zip(words, answers, strict=True):
            if isinstance(word, Judgement):
                self.history.judgements[word.key] = word
            elif isinstance(word, str):
                del self.history.judgements[word]
            else:
                self.hear(word, answer)
            if self._budget >= BUDGET:
                self.advance(None if isinstance(word, Judgement | str) else answer)
        self.check()
        return answers

    def hear(self, row: Event | Withdrawal, answer: Answer) -> None:
        """Keep for the oracle what suppressions leave of a row."""
        history = self.history
        history.heard(row)
        seen = left_of_version(history.versions.pop(), self.suppressed(), history.policy)
        assert answer.hidden == (seen is None)
        if seen is not None:
            history.versions.append(seen)

    def suppressed(self) -> dict[bytes, int]:
        with self.engine.reader() as reader:
            return {one.digest: one.time for one in reader.scan(t.SUPPRESSION)}

    def advance(self, answer: Answer | None = None) -> None:
        """The ledger after one arrival; what the call answered is what the contract says."""
        found, before = oracle(self.history), self.ledger
        records = reference.live_records(self.history.versions)
        single = {
            kind.name
            for kind in self.history.policy.identifiers
            if kind.links and kind.max_per_profile == 1
        }
        signed_up = {key for key, one in found.granted if one.type in single}
        times = {record.key: record.event_time for record in records}
        self.ledger, moved = reference.advance(before, found.profiles, times, signed_up)
        if answer is not None and not answer.hidden:
            answered(answer, found, before, self.ledger, moved)

    def call(self, what: str, **named: Any) -> None:
        """Erase, suppress or part what is named; what is refused changes nothing."""
        self.now += 1
        self.log.append((what, named))
        before = self.keys()
        try:
            call: Callable[..., Any] = getattr(self.engine, what)
            call(*named.pop("args", ()), **named).result()
        except SameasError as error:
            self.log.append(error)
        after = self.keys()
        suppressed = self.suppressed()
        versions = [
            seen
            for version in self.history.versions
            if (seen := left_of_version(version, suppressed, self.history.policy)) is not None
        ]
        with self.engine.reader() as reader:
            rows = [row for row in reader.scan(t.JUDGEMENT) if row.retracted is None]
        words = {row.key: judgement_of(row) for row in rows}
        self.history = replace(self.history, versions=versions, judgements=words)
        if self._budget >= BUDGET:
            self.advance()
            names = {key: after[n] for n, key in before.items() if after[n] != key}
            self.ledger = renamed(self.ledger, names)
        self.check()

    def erase(self, r: Random) -> None:
        """A record, a profile, or whoever an identifier answers with."""
        keys = sorted(self.keys().values())
        turn = r.randrange(3)
        if turn == 0 or not keys:
            self.call("erase", identifiers=[self.history.identifier(r)])
        elif turn == 1 and (ids := sorted(set(self.profiles().values()))):
            self.call("erase", profile_id=r.choice(ids))
        else:
            self.call("erase", records=[r.choice(keys).ref])

    def suppress(self, r: Random) -> None:
        """A record key or an identifier, up to some time."""
        self.call("suppress", until=r.randrange(14), **self.named(r))

    def unsuppress(self, r: Random) -> None:
        """Let something be seen again that may have been hidden."""
        self.call("unsuppress", **self.named(r))

    def named(self, r: Random) -> dict[str, Any]:
        """A record key or an identifier; of events also the keys that they had."""
        turn, versions = r.randrange(5), self.history.versions
        if turn == 0 and versions:
            version = r.choice(versions)
            return {"records": [RecordKey(version.source, key_of(version)).ref]}
        if turn < 3:
            return {"records": [RecordKey(r.choice(worlds.SOURCES), str(r.randrange(8))).ref]}
        return {"identifiers": [self.history.identifier(r)]}

    def unmerge(self, r: Random) -> None:
        """Part a record, or what an earlier id carries, from its profile."""
        keys, ids = self.keys(), self.profiles()
        if not ids:
            return
        record = r.choice(sorted(ids))
        profile = ids[record]
        earlier = [
            name
            for name, one in sorted(self.ledger.ids.items())
            if name != profile
            and one.carrier is not None
            and self.ledger.profiles[one.carrier] == profile
        ]
        if earlier and r.randrange(2):
            self.call("unmerge", args=(profile,), earlier_id=r.choice(earlier))
        else:
            self.call("unmerge", args=(profile,), records=[keys[record].ref])

    def change_policy(self, r: Random) -> None:
        """Other rules for the same inputs."""
        self.now += 1
        calm = self.history.calm
        new = policy(r, calm=calm) if r.randrange(2) else nearby(r, self.history.policy)
        self.log.append(new)
        self.engine.set_policy(new)
        self.wait()  # what is said meanwhile is said under the policy of before
        self.history.policy = new
        self.changed()

    def change_model(self, model: Toy | None) -> None:
        """Another model for the same inputs."""
        self.now += 1
        self.log.append(model)
        self.engine.set_model(None if model is None else model.to_json())
        self.wait()
        self.history.model = model
        self.changed()

    def wait(self) -> None:
        """Until a change of policy or model is done."""
        while self.engine.policy_state().changing:
            sleep(0.0002)
        failed = self.engine.policy_state().failed
        assert failed is None, failed

    def changed(self) -> None:
        """Another policy or model is in force."""
        if self._budget >= BUDGET:
            self.advance()
        self.check()

    def reopen(self, _r: Random | None = None) -> None:
        """Close, and go on from what is there."""
        self.log.append("reopen")
        self.engine.close()
        self.engine = self._open()
        self.check()

    # -- what must hold ---------------------------------------------------------------------

    def quiet(self) -> None:
        """Wait until nothing is pending."""
        waits = True
        while waits:
            assert self.engine.settled(120), "it stays pending"
            with self.engine.reader() as reader:
                waits = bool(held(Unit(reader)))

    def keys(self) -> dict[int, RecordKey]:
        """By number: the key that each record has now."""
        with self.engine.reader() as reader:
            return {
                row.number: RecordKey(row.source, row.record_id) for row in reader.scan(t.RECORD)
            }

    def profiles(self) -> dict[int, str]:
        """By number of a live record: its profile's id."""
        with self.engine.reader() as reader:
            return profiles_of(reader)

    def check(self) -> None:
        """The store is what the oracle says, its ledger, its feed and its histories, too."""
        if self._budget < BUDGET:
            return
        expected = oracle(self.history)
        with self.engine.reader() as reader:
            same(kept(reader, self.history.policy), expected)
            same_records(reader, self.history)
            self.same_ids(reader)
            self.remember(reader)
            histories(reader)
            circles(reader, self.history.model)
        with self.engine.view() as view:
            replayed(view.changes(limit=1_000_000), self.moments[self.now][0])

    def same_ids(self, reader: Any) -> None:
        keys = {row.number: RecordKey(row.source, row.record_id) for row in reader.scan(t.RECORD)}
        mine = {keys[number]: name for number, name in profiles_of(reader).items()}
        assert mine == self.ledger.profiles
        carried = {
            row.id: None if row.carrier is None else keys[row.carrier]
            for row in reader.scan(t.ISSUED)
        }
        assert carried == {name: one.carrier for name, one in self.ledger.ids.items()}
        assert [row.id for row in sorted(reader.scan(t.ISSUED), key=lambda row: row.number)] == (
            sorted(self.ledger.ids, key=lambda name: self.ledger.ids[name].issued)
        )

    def remember(self, reader: Any) -> None:
        """What a later question about this time must be answered with."""
        gone = {row.id for row in reader.scan(t.ISSUED) if row.carrier is None}
        self.moments[self.now] = profiles_of(reader), gone

    def finish(self) -> None:
        """What takes longer: the whole store computed anew, and every moment asked again."""
        self.quiet()
        with self.engine.reader() as reader:
            same(kept(reader, self.history.policy), oracle(self.history))
            same_records(reader, self.history)
            histories(reader)
            circles(reader, self.history.model)
            found = verify(reader)
            assert found.differences == [], found.differences[:5]
            assert not found.pending
            now = profiles_of(reader)
            earliest(reader)
        keys = self.keys()
        with self.engine.view() as view:
            replayed(view.changes(limit=1_000_000), now)
            for time, (then, gone) in self.moments.items():
                past = view.as_of(time)
                members: dict[str, list[int]] = defaultdict(list)
                for number, name in sorted(then.items()):
                    assert past.record(keys[number].source, keys[number].record_id) == name
                    members[name].append(number)
                for name, numbers in members.items():
                    assert past.id(name) == name
                    assert past.records(name) == numbers
                for name in gone:
                    assert raises(GoneProfileError, partial(past.id, name))
