"""The online engine with a model is the oracle with that model, after every call."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from sameas.engine.evidence import BIT
from sameas.engine.online.events import Event, Withdrawal
from sameas.engine.online.matches import ladder
from sameas.graph.model import Judgement, RecordKey
from sameas.graph.store import open_store
from sameas.graph.store import tables as t
from tests.laws import online_matches_reach
from tests.laws.online import policy
from tests.laws.online_run import Run, begun
from tests.laws.test_online import members, seeds, told, words
from tests.laws.test_online_small import rules
from tests.laws.toy import Toy, few_vectors, toy, toys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def world(r: Random) -> Iterator[Toy]:
    """A toy model, and perhaps a ladder that begins at few vectors."""
    with ExitStack() as stack:
        stack.enter_context(toys())
        stack.enter_context(few_vectors(r.choice((ladder.MAX_VECTORS, 2, 3, 6))))
        yield toy(r)


def history(seed: int, *, steps: int = 12, **more: Any) -> None:
    """One random history with matches, with the laws after each step and at its end."""
    r = Random(seed)
    try:
        with world(r) as model, begun(r, model=model, **more) as run:
            for _ in range(steps):
                run.step(r)
            run.finish()
    except Exception as error:
        error.add_note(f"seed {seed}, {steps} steps")
        raise


def test_any_history_with_matches_keeps_every_law() -> None:
    """Partition, refused matches, review queue, ids, feed; `verify` finds nothing.

    A generator that misses a way is seen.
    """
    with online_matches_reach.counted() as found:
        for seed in seeds(40):
            history(seed)
    missed = [way for way in online_matches_reach.WAYS if not found[way]]
    assert not missed


def test_long_history_with_matches_keeps_every_law() -> None:
    """Many small steps on one store."""
    for seed in seeds(1):
        history(seed, steps=50)


def test_histories_with_matches_on_a_file_keep_every_law(tmp_path: Path) -> None:
    """With the embedded store, closed and opened again."""
    for seed in seeds(4):
        place = tmp_path / f"{seed}.db"
        history(seed, opened=lambda place=place: open_store(place))


@pytest.mark.parametrize("budget", [0, 3, 9])
def test_background_with_matches_ends_where_the_oracle_is(budget: int) -> None:
    """Keys that flip and components that match, beyond the budget, are resolved beside."""
    for seed in seeds(8):
        history(seed, budget=budget)


def test_order_and_company_do_not_matter_to_matches() -> None:
    """Any permutation in any groups is one partition."""
    for seed in seeds(8):
        r = Random(seed)
        with world(r) as model:
            first = policy(r)
            with Run(first, model=model) as empty:
                said = words(r, empty, 24)
            with told(first, said, None, model=model) as run:
                expected = set(map(frozenset, members(run)))
            r.shuffle(said)
            with told(first, said, r, model=model) as run:
                assert set(map(frozenset, members(run))) == expected, f"seed {seed}"
                run.finish()


# -- small ones ---------------------------------------------------------------------------------


class Alike(Toy):
    """The first field blocks, the second says how much: equal is 10 bits, else 10 against."""

    def vector(self, record: Any, /) -> Any:
        found = (record.traits.get("name", ""), record.traits.get("say", ""))
        return found if all(found) else None

    def keys(self, vector: Any, /) -> Any:
        return (self.draw(vector[0]) >> 1,)

    def weight(self, left: Any, right: Any, /) -> int | None:
        return (10 if left[1] == right[1] else int(left[1]) + int(right[1]) - 10) * BIT


def alike(most: int) -> Alike:
    """A key proposes as long as `most` records have it."""
    return Alike(0, 0, -20 * BIT, 0, most, 0)


def row(record_id: str, name: str = "", say: str = "0", *identifiers: str) -> Event:
    """A record of one source."""
    pairs = [(kind, value) for kind, _, value in (one.partition(":") for one in identifiers)]
    traits = {"name": name, "say": say} if name and say else {"name": name} if name else {}
    return Event("web", pairs, traits, record_id, 1)


@contextmanager
def running(most: int) -> Iterator[Run]:
    """A run of its own, with hardly any limits."""
    model = alike(most)
    with toys(model), Run(rules(), model=model) as run:
        yield run


def ids(run: Run) -> list[str]:
    """The record ids of each profile."""
    return sorted(
        "".join(sorted(ref.removeprefix("web/") for ref in profile)) for profile in members(run)
    )


def test_key_of_too_many_records_proposes_nobody_until_they_are_fewer() -> None:
    """Whoever met by it is parted, and meets again."""
    with running(2) as run:
        run.say([row("a", "Ann"), row("b", "Ann")])
        assert ids(run) == ["ab"]
        run.say([row("c", "Ann", "7")])
        assert ids(run) == ["a", "b", "c"]
        run.say([Withdrawal("web", "c", 9)])
        assert ids(run) == ["ab"]
        run.finish()


def test_match_joins_profiles_that_identifiers_made() -> None:
    """And parts them when one says something else."""
    with running(9) as run:
        run.say([row("a", "Ann", "1", "email:1"), row("b", "", "", "email:1")])
        run.say([row("c", "Ann", "1", "email:2"), row("d", "", "", "email:2")])
        assert ids(run) == ["abcd"]
        run.say([Event("web", [("email", "2")], {"name": "Ann", "say": "2"}, "c", 5)])
        assert ids(run) == ["ab", "cd"]
        run.finish()


def test_two_profiles_that_both_have_two_vectors_are_told_apart_once_for_the_two() -> None:
    """By the pair of least keys, whichever way round."""
    with few_vectors(1), running(9) as run:
        run.say([row("a", "Ann", "5", "email:1"), row("b", "Ann", "6", "email:1")])
        run.say([row("c", "Ann", "5", "email:2"), row("d", "Ann", "6", "email:2")])
        assert ids(run) == ["ab", "cd"]
        run.finish()


def test_what_is_near_is_for_review_until_somebody_judges() -> None:
    """Either way: `different` keeps it away, `same` joins; taken back it is there again."""
    with running(9) as run:
        run.say([row("a", "Ann", "1"), row("b", "Ann", "2")])

        def queue() -> int:
            with run.engine.reader() as reader:
                return len(list(reader.scan(t.REVIEW)))

        assert queue() == 1
        for kind in ("different", "same"):
            sides = (frozenset({RecordKey("web", one)}) for one in "ab")
            left, right = sides
            run.say([Judgement(kind, kind, left, right, 3)])
            assert queue() == 0
            run.say([kind])
            assert queue() == 1
        run.finish()


def test_nothing_is_left_of_the_vector_of_a_person_who_is_erased() -> None:
    """Values, keys and pairs go with the last record that had them."""
    with running(9) as run:
        run.say([row("a", "Ann", "1"), row("b", "Ann", "2"), row("c", "Ann", "1")])
        run.call("erase", records=["web/a"])
        with run.engine.reader() as reader:
            assert [one.values for one in reader.scan(t.VECTOR)] == ['["Ann","2"]']
            assert [one.records for one in reader.scan(t.BLOCK)] == [1]
        run.finish()


def test_store_without_a_model_takes_one_and_gives_it_up() -> None:
    """The graph is as if it had always been so."""
    model = alike(9)
    with toys(model), Run(rules()) as run:
        run.say([row("a", "Ann"), row("b", "Ann")])
        assert ids(run) == ["a", "b"]
        run.change_model(model)
        assert ids(run) == ["ab"]
        run.change_model(None)
        assert ids(run) == ["a", "b"]
        with run.engine.reader() as reader:
            assert not list(reader.scan(t.VECTOR))
        run.finish()


def test_record_with_too_little_to_compare_has_no_vector() -> None:
    """And meets nobody."""
    with running(9) as run:
        run.say([row("a", "Ann", ""), row("b")])
        with run.engine.reader() as reader:
            assert not list(reader.scan(t.VOTE))
        run.finish()
