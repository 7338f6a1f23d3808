"""The online engine is the oracle after every call, whatever is said, in whatever company."""

from __future__ import annotations

from collections import Counter
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from sameas.engine.online import background
from sameas.engine.online.whole import change as whole_change
from sameas.engine.online.whole.differing import compared
from sameas.engine.online.whole.meanwhile import catch_up
from sameas.graph.model import Judgement
from sameas.graph.store import open_store
from tests.laws.budget import examples, fresh, scale
from tests.laws.online import policy
from tests.laws.online_reach import only_slow
from tests.laws.online_run import Run, Word, begun

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sameas.engine.online.feed import Feed
    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit
    from sameas.engine.online.whole.meanwhile import Written
    from sameas.engine.policy import Policy
    from sameas.graph.store.port import ChangeSet

STEPS = 12


def seeds(count: int) -> Iterator[int]:
    """Some seeds, others in a long look; the one that fails is in the failure's notes."""
    first = SystemRandom().randrange(1 << 40) if fresh() else 0
    yield from range(first, first + max(1, int(count * scale())))


def history(seed: int, *, steps: int = STEPS, **more: Any) -> None:
    """One random history, with the laws after each step and at its end."""
    r = Random(seed)
    try:
        with begun(r, **more) as run:
            for _ in range(steps):
                run.step(r)
            run.finish()
    except Exception as error:
        error.add_note(f"seed {seed}, {steps} steps")
        raise


def test_any_history_in_any_company_keeps_every_law() -> None:
    """Partition, ids, answers, feed, histories, past and summaries, over groups of calls."""
    for seed in seeds(70):
        history(seed)


def test_long_histories_keep_every_law() -> None:
    """Many small steps on one store."""
    for seed in seeds(3):
        history(seed, steps=60)


def test_histories_on_a_file_keep_every_law(tmp_path: Path) -> None:
    """With the embedded store, closed and opened again."""
    for seed in seeds(8):
        place = tmp_path / f"{seed}.db"
        history(seed, opened=lambda place=place: open_store(place))


def test_background_ends_where_the_oracle_is(tmp_path: Path) -> None:
    """With a budget of three nodes nearly everything is resolved beside the writer."""
    for seed in seeds(12):
        history(seed, budget=3)
    for seed in seeds(3):
        place = tmp_path / f"{seed}.db"
        history(seed, budget=3, opened=lambda place=place: open_store(place))


def disturbed(*_: object) -> None:
    """What was read is not so any more."""
    raise background._ChangedError


def test_background_that_is_always_disturbed_ends_in_the_writer() -> None:
    """When others change what was read all the time, the writer does the work; nothing waits on."""
    r = Random(1)
    with Run(policy(r), budget=3) as run:
        run.say([run.history.event(r) for _ in range(8)])
        run.quiet()
        with patch.object(background.Background, "_take_over", lambda *_: disturbed):
            run.say([run.history.event(r) for _ in range(30)])
            assert run.engine.settled(120)
        run.finish()


def words(r: Random, run: Run, count: int) -> list[Word]:
    """What may come in any order: rows, and judgements that stay."""
    found: list[Word] = []
    heard = run.history
    while len(found) < count:
        if r.randrange(8) == 0:
            word = heard.judgement(r)
            heard.judgements[word.key] = word
            found.append(word)
            continue
        takes_back = heard.versions and r.randrange(5) == 0
        row = heard.withdrawal(r) if takes_back else heard.event(r)
        heard.heard(row)
        found.append(row)
    heard.versions.clear()
    heard.judgements.clear()
    return found


def told(first: Policy, said: list[Word], sizes: Random | None, **more: Any) -> Run:
    """A run that was told all, in groups of some sizes; None: one by one."""
    run = Run(first, **more)
    at = 0
    while at < len(said):
        size = 1 if sizes is None else sizes.randrange(1, 12)
        run.say(said[at : at + size])
        at += size
    return run


def test_order_and_company_do_not_matter() -> None:
    """Any permutation in any groups is one partition."""
    for seed in seeds(20):
        r = Random(seed)
        first = policy(r)
        with Run(first) as empty:
            said = words(r, empty, 24)
        with told(first, said, None) as run:
            expected = set(map(frozenset, members(run)))
        r.shuffle(said)
        with told(first, said, r) as run:
            assert set(map(frozenset, members(run))) == expected, f"seed {seed}"
            run.finish()


def members(run: Run) -> list[set[str]]:
    """The records of each profile, as references."""
    keys = run.keys()
    found: dict[str, set[str]] = {}
    for number, name in run.profiles().items():
        found.setdefault(name, set()).add(keys[number].ref)
    return list(found.values())


def test_fast_path_is_slow_path() -> None:
    """Without the fast path: the same partition, the same ids, after every group."""

    def ways(first: Policy, said: list[Word], sizes: Random) -> list[dict[int, str]]:
        found = []
        with told(first, [], None) as run:
            at = 0
            while at < len(said):
                size = sizes.randrange(1, 5)
                run.say(said[at : at + size])
                found.append(run.profiles())
                at += size
        return found

    for seed in seeds(15):
        r = Random(seed)
        first = policy(r)
        with Run(first) as empty:
            said = words(r, empty, 24)
        mine = ways(first, said, Random(seed))
        with only_slow():
            assert ways(first, said, Random(seed)) == mine, f"seed {seed}"


def test_policy_change_is_as_if_it_had_always_been_so() -> None:
    """Rows under one policy, then another, are the rows under the other."""
    for seed in seeds(12):
        r = Random(seed)
        first = policy(r)
        with Run(first) as empty:
            said = words(r, empty, 16)
        with told(first, said, r) as run:
            run.change_policy(r)
            expected = set(map(frozenset, members(run)))
            second = run.history.policy
        with told(second, said, r) as run:
            assert set(map(frozenset, members(run))) == expected, f"seed {seed}"


def test_what_is_said_during_a_policy_change_keeps_every_law() -> None:
    """Rows that come when the new partition is known and not yet in force."""
    caught = Counter[bool]()

    def counted(
        unit: Unit, state: State, found: Any, still: ChangeSet, written: Written, feed: Feed
    ) -> bool:
        done = catch_up(unit, state, found, still, written, feed)
        caught[done and bool(written.records)] += 1
        return done

    for seed in seeds(12):
        r = Random(seed)
        more = {"budget": 9} if seed % 3 == 0 else {}  # the background works beside, too
        with begun(r, **more) as run:

            def interrupted(*given: Any, r: Random = r, run: Run = run) -> Any:
                found = compared(*given)
                said = run.words(r, r.randrange(4))
                rows = [one for one in said if not isinstance(one, Judgement | str)]
                if said:
                    run.say(said if r.randrange(8) == 0 else rows)
                return found

            with (
                patch.object(whole_change, "compared", interrupted),
                patch.object(whole_change, "catch_up", counted),
            ):
                for _ in range(STEPS):
                    if r.randrange(3) == 0:
                        run.change_policy(r)
                    else:
                        run.step(r)
            run.finish()
    assert caught[True] >= max(1, 10 * scale())


class Machine(RuleBasedStateMachine):
    """A history whose every choice hypothesis can shrink."""

    def __init__(self) -> None:
        super().__init__()
        self.run: Run | None = None

    def at(self, r: Random) -> Run:
        """The run; the first rule chooses its policy."""
        if self.run is None:
            self.run = begun(r)
        return self.run

    @rule(r=st.randoms(use_true_random=False), count=st.integers(1, 4))
    def rows(self, r: Random, count: int) -> None:
        """Rows and words that share a commit."""
        run = self.at(r)
        run.say(run.words(r, count))

    @rule(r=st.randoms(use_true_random=False))
    def step(self, r: Random) -> None:
        """Anything else."""
        self.at(r).step(r)

    def teardown(self) -> None:
        """What takes longer, and the end."""
        if self.run is not None:
            with self.run as run:
                run.finish()


def test_machine() -> None:
    """As above, with histories that shrink."""
    run_state_machine_as_test(Machine, settings=settings(examples(12), stateful_step_count=STEPS))


@pytest.mark.parametrize("budget", [3, 12_000])
def test_nothing_said_is_nothing_kept(budget: int) -> None:
    """An empty history keeps every law."""
    with Run(policy(Random(0)), budget=budget) as run:
        run.say([])
        run.reopen()
        run.finish()
