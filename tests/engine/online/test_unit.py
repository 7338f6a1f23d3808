"""A unit shows the store with its own changes, however it came to know of the rows."""

from __future__ import annotations

from random import Random

from tests.engine.online.plain_store import PlainStore

from sameas.engine.online.unit import Unit
from sameas.graph.store import tables as t

BY_RECORD = ("record",)


def link(r: Random) -> t.Link:
    return t.Link(r.randrange(5), r.randrange(5), r.randrange(3), 1, None, None)


def test_a_table_that_was_read_whole_answers_as_one_that_was_not() -> None:
    """Whatever was looked for, changed or taken back before and after."""
    for seed in range(200):
        r = Random(seed)
        store = PlainStore()
        for row in (link(r) for _ in range(r.randrange(12))):
            store.rows["link"][row.record, row.identifier] = row
        plain, whole = Unit(store), Unit(store)
        mark = plain.mark(), whole.mark()
        for _ in range(r.randrange(5, 40)):
            turn, row, back = r.randrange(7), link(r), r.random() < 0.1
            key = (row.record, row.identifier)
            if turn == 0:
                rows = {(one.record, one.identifier): one for one in whole.everything(t.LINK)}
                for at in [(x, y) for x in range(5) for y in range(5)]:
                    assert plain.get(t.LINK, at) == rows.get(at), seed
            for unit in (plain, whole):
                if turn == 1:
                    unit.put(t.LINK, row)
                elif turn == 2:
                    unit.delete(t.LINK, key)
                elif turn == 3:
                    unit.look(t.LINK, BY_RECORD, [(0,), (row.record,)])
                elif turn == 4 and back:
                    unit.undo(mark[unit is whole])
            found, other = (
                {one.identifier: one for one in unit.find(t.LINK, BY_RECORD, (row.record,))}
                for unit in (plain, whole)
            )
            assert found == other, seed
            for most in range(4):
                much = [
                    unit.exceeds(t.LINK, BY_RECORD, (row.record,), most) for unit in (plain, whole)
                ]
                assert much == [len(found) > most] * 2, seed
        assert plain.changes() == whole.changes(), seed
