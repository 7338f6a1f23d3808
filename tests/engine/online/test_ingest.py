"""Many rows in one call: each by itself, in pieces that share commits."""

from __future__ import annotations

import gc

import pytest
from tests.engine.online.plain_store import PlainStore

from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Event
from sameas.engine.online.unit import Unit
from sameas.graph.store import tables as t


def cookies(count: int) -> list[Event]:
    """As many people."""
    return [Event("web", [("cookie", f"c{number}")]) for number in range(count)]


def test_a_row_that_cannot_be_read_fails_alone_and_is_told() -> None:
    """A trait with half a character has no place in a store; all others are in."""
    store = PlainStore()
    rows = cookies(600)
    rows[300] = Event("web", [("cookie", "bad")], {"plan": "\ud800"})
    with Engine(store) as engine:
        with pytest.raises(UnicodeEncodeError):
            engine.ingest(rows)
        with engine.reader() as reader:
            assert reader.count(t.RECORD) == 599


def test_answers_are_in_the_order_of_rows_whatever_the_pieces() -> None:
    """One answer a row, of a generator too; nothing gives nothing."""
    with Engine(PlainStore()) as engine:
        rows = (one for one in cookies(700))
        answers = engine.ingest(rows)
        assert len({one.profile_id for one in answers}) == 700
        again = engine.ingest(cookies(700))
        assert [one.profile_id for one in again] == [one.profile_id for one in answers]
        assert engine.ingest([]) == []


def test_rows_of_one_call_share_commits() -> None:
    """A thousand rows are a handful of commits, and never more than some hundred rows in one."""
    with Engine(PlainStore()) as engine:
        before = engine.commits
        engine.ingest(cookies(1_000))
        assert 2 <= engine.commits - before <= 4


def test_what_a_group_read_and_wrote_is_in_no_circle() -> None:
    """So Python need not look for garbage among thousands of rows."""
    unit = Unit(PlainStore())
    mark = unit.mark()
    for number in range(3):
        unit.add(t.CLUSTER, t.Cluster(number, 1, 1), (number,))
        unit.put(t.COMPONENT, t.Component(number, 1, 1, None))
        unit.find(t.COMPONENT, ("number",), (number,))
    unit.undo(mark)
    gc.collect()
    del unit
    assert gc.collect() == 0


@pytest.mark.parametrize("wanted", [True, False])
def test_looking_for_garbage_is_left_as_it_was(wanted: bool) -> None:  # noqa: FBT001
    """The writer stops it during a group only, and not for whoever had stopped it before."""
    was = gc.isenabled()
    (gc.enable if wanted else gc.disable)()
    try:
        with Engine(PlainStore()) as engine:
            engine.ingest(cookies(3))
        assert gc.isenabled() == wanted
    finally:
        (gc.enable if was else gc.disable)()
