"""Work that is spread over threads: its order, its errors, and who may not spread it."""

from __future__ import annotations

import os
import threading
import time

import pytest

from sameas.threads import alone, each, processors

SEVERAL = 4


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many processors as we like, whatever the machine has."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(SEVERAL)), raising=False)


@pytest.mark.usefixtures("several")
def test_items_are_worked_on_at_once_and_come_back_in_order() -> None:
    """All of them have to meet before any is done."""
    meeting = threading.Barrier(SEVERAL, timeout=30)

    def work(item: int) -> int:
        meeting.wait()
        time.sleep((SEVERAL - item) / 100)  # the last is done first
        return item * item

    assert each(work, range(SEVERAL)) == [0, 1, 4, 9]


@pytest.mark.usefixtures("several")
def test_an_error_of_the_work_is_raised() -> None:
    """The first by the order of the items, not by the clock."""

    def work(item: int) -> None:
        time.sleep((SEVERAL - item) / 100)
        if item:
            raise ValueError(item)

    with pytest.raises(ValueError, match=r"\A1\Z"):
        each(work, range(SEVERAL))


@pytest.mark.usefixtures("several")
def test_inside_of_alone_nothing_is_spread() -> None:
    """Afterwards it is again."""
    here = threading.get_ident()
    with alone():
        assert processors() == 1
        with alone():
            pass
        assert each(lambda _: threading.get_ident(), range(3)) == [here] * 3
    assert processors() == SEVERAL


@pytest.mark.usefixtures("several")
def test_spread_work_spreads_nothing_itself() -> None:
    """There would be a thread for each pair of processors."""
    assert each(lambda _: processors(), range(2)) == [1, 1]
