"""New records that matches alone tie to others, among whom profiles lie apart already."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any, Literal

from msgspec.structs import replace as replace_row

from sameas.engine.online.events import Event, Withdrawal
from sameas.engine.online.whole import verify
from sameas.graph.model import Judgement, RecordKey
from sameas.graph.store import tables as t
from tests.laws import online_matches_reach
from tests.laws.online_run import Run
from tests.laws.test_online import seeds
from tests.laws.test_online_matches import row, running, world
from tests.laws.test_online_small import rules

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
            model = replace(drawn, max_key_records=r.choice((4, 50)), high=r.choice((8, 12, 20)))
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
