"""New records that matches alone tie to others, among whom profiles lie apart already."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any, Literal

from msgspec.structs import replace as replace_row

from sameas.engine.evidence import BIT
from sameas.engine.online.events import Event, Withdrawal
from sameas.engine.online.whole import verify
from sameas.graph.model import Judgement, RecordKey
from sameas.graph.store import tables as t
from tests.laws import online_matches_reach
from tests.laws.online_run import Run
from tests.laws.test_online import seeds
from tests.laws.test_online_matches import Alike, ids, row, running, world
from tests.laws.test_online_small import rules
from tests.laws.toy import few_vectors, toys

if TYPE_CHECKING:
    from collections.abc import Iterator

WAYS = (
    *("among: joins one", "among: joins nobody", "among: left to the slow path"),
    *("among: a part of the ladder", "among: leaves the ladder", "among: several components"),
    *("among: draws others up the ladder", "among: stirs"),
)


def person(r: Random, number: int) -> Event:
    """A record with some values that few others have; now and then one that links."""
    traits = {
        "first_name": f"{r.randrange(7)}",
        "last_name": f"{r.randrange(7)}",
        "birth_date": f"19{80 + r.randrange(4)}-01-01",
        "city": f"{r.randrange(3)}",
    }
    said = {name: value for name, value in traits.items() if r.randrange(8)}
    pairs = [("email", f"{r.randrange(30)}")] if r.randrange(2) else []
    if r.randrange(6) == 0:
        pairs.append(("phone", f"{r.randrange(12)}"))
    if r.randrange(12) == 0:
        pairs.append(("user_id", f"{r.randrange(12)}"))
    source = r.choice(("crm", "web", "web", "pos"))
    return Event(source, pairs, said, f"{number}", r.randrange(20))


def history(seed: int, *, steps: int = 30) -> None:
    """Records that come, each by itself; few go, hardly anybody judges."""
    r = Random(seed)
    limits = {"links": False, "max_per_profile": r.choice((None, 2, 3))}
    policy = replace(
        rules(email=limits),
        duplicate_free=frozenset(r.choice(((), ("crm",)))),
        exclusive=r.choice(((), ("city",))),
        max_component=r.choice((12, 40, 1000)),
        on_conflict=r.choice(("oldest", "newest")),
    )
    try:
        with world(r) as drawn:
            model = replace(
                drawn,
                edge_threshold=drawn.cut - r.choice((0, 2, 5)) * BIT // 2,
                max_key_records=r.choice((4, 50)),
                high=r.choice((2, 4, 8, 12, 20)),
            )
            with Run(policy, model=model) as run:
                for number in range(steps):
                    run.say([person(r, number)])
                    if r.randrange(12) == 0:
                        gone = run.keys()[r.choice(list(run.profiles()))]
                        run.say([Withdrawal(gone.source, gone.record_id, 50)])
                    if r.randrange(25) == 0:
                        one, other = (
                            frozenset({RecordKey("web", f"{r.randrange(30)}")}) for _ in "ab"
                        )
                        if one != other:
                            kind: Literal["same", "different"] = (
                                "different" if r.randrange(2) else "same"
                            )
                            run.say([Judgement(f"j{number}", kind, one, other, number)])
                run.finish()
    except Exception as error:
        error.add_note(f"seed {seed}, {steps} steps")
        raise


def test_new_record_among_profiles_is_where_the_oracle_has_it() -> None:
    """After every call, circles and all; a generator that misses a way is seen."""
    with online_matches_reach.counted() as found:
        for seed in seeds(25):
            history(seed)
    missed = [way for way in WAYS if not found[way]]
    assert not missed


class Letters(Alike):
    """Each letter of the first field blocks, so one may meet two that do not meet."""

    def keys(self, vector: Any, /) -> Any:
        return tuple(sorted(self.draw(letter) >> 1 for letter in set(vector[0])))


class Weak(Letters):
    """Hardly a weight is far from the cut."""

    def weight(self, left: Any, right: Any, /) -> int | None:
        return (self.draw(*sorted((left, right))) % 11 - 6) * BIT // 2


@contextmanager
def weak(most: int, kind: type[Letters] = Weak, seed: int = 0) -> Iterator[Run]:
    """Pairs down to two bits below the cut tie components, of so many vectors at most."""
    model = kind(seed, -2 * BIT, -20 * BIT, 0, 99, 0)
    with few_vectors(most), toys(model), Run(rules(), model=model) as run:
        yield run


def test_component_that_is_drawn_up_the_ladder_may_fall_apart() -> None:
    """Its weak pair does not count any more, though nothing in it changed."""
    with online_matches_reach.counted() as found, weak(3, Letters) as run:
        for one in "4563":
            run.say([row(f"a{one}", "A", one)])
        run.say([row("b9", "B", "9")])
        run.say([row("b0", "B", "0")])
        run.say([row("c2", "AB", "2")])
        assert found["among: others fall apart on the ladder"] == 1
        assert ids(run) == ["a3", "a4", "a5a6", "b0", "b9c2"]
        run.finish()


def test_weak_ties_and_small_components_keep_every_law() -> None:
    """Where many components go up the ladder; a generator that misses a way is seen."""
    with online_matches_reach.counted() as found:
        for seed in seeds(20):
            r = Random(seed)
            try:
                with weak(r.choice((3, 4, 6)), seed=seed) as run:
                    for number in range(25):
                        name = r.choice("ABCDEFGH") + r.choice(("", "", "", *"ABCDEFGH"))
                        run.say([row(f"{number}", name, f"{r.randrange(40)}")])
                    run.finish()
            except Exception as error:
                error.add_note(f"seed {seed}")
                raise
    ways = ("draws others up the ladder", "others fall apart on the ladder", "stirs", "joins one")
    missed = [way for way in ways if not found[f"among: {way}"]]
    assert not missed


def test_circle_that_was_torn_is_found_by_verify() -> None:
    """And one that holds other vectors."""
    with running(9) as run:
        run.say([row("a", "Ann", "5"), row("b", "Ann", "6"), row("c", "Ann", "4")])
        with run.engine.reader() as reader:
            (part,) = reader.scan(t.COMPONENT)
            assert part.circles == "[[1,2],[3]]"
            assert verify(reader)
            held: Any = reader
            for planted in ("[[1],[2],[3]]", "[[1,2]]"):
                held.rows["component"][part.number,] = replace_row(part, circles=planted)
                assert verify(reader).counts == {"circles": 1}
            held.rows["component"][part.number,] = part
