"""The feed replayed is the partition."""

from __future__ import annotations

from sameas.engine.online.replay import number_of, replay
from sameas.engine.online.view.answers import ChangeEntry


def test_no_entries_give_no_profiles() -> None:
    assert replay([]) == {}


def test_withdrawn_records_leave() -> None:
    feed = [
        ChangeEntry(1, 0, "created", "a", records=("r1", "r2")),
        ChangeEntry(2, 0, "updated", "a", records=("r1", "r3"), gone=("r2",)),
    ]
    assert replay(feed) == {"a": {1, 3}}
    feed.append(ChangeEntry(3, 0, "removed", "a", gone=("r1", "r3")))
    assert replay(feed) == {}


def test_a_merge_takes_all_but_what_is_gone_and_a_split_gives_some_back() -> None:
    feed = [
        ChangeEntry(1, 0, "created", "a", records=("r1",)),
        ChangeEntry(2, 0, "created", "b", records=("r2", "r3", "r4")),
        ChangeEntry(3, 0, "merged", "a", other_id="b", gone=("r4",)),
        ChangeEntry(4, 0, "split", "b", other_id="a", records=("r3",)),
    ]
    assert replay(feed[:3]) == {"a": {1, 2, 3}}
    assert replay(feed) == {"a": {1, 2}, "b": {3}}


def test_a_start_is_gone_on_from_and_left_as_it_is() -> None:
    start = {"a": {1}}
    assert replay([ChangeEntry(9, 0, "updated", "a", records=("r2",))], start) == {"a": {1, 2}}
    assert start == {"a": {1}}


def test_opaque_numbers_read_back() -> None:
    assert number_of("r123") == 123
