"""Cases of live records that once went wrong."""

from __future__ import annotations

import pytest
from tests.laws import rows

from sameas.engine.batch.live import live
from sameas.errors import InputError


def test_as_many_rows_as_keys_does_not_mean_one_row_a_key() -> None:
    """A withdrawal of another key must not hide that a key was sent twice."""
    twice = [
        rows.Row("crm", "1", time, None, (("cookie", "1"),), (), None, withdrawn=False)
        for time in (1, 2)
    ]
    other = rows.Row("crm", "2", 3, None, (), (), None, withdrawn=True)
    columns = live(rows.collected([[*twice, other]])).columns
    assert columns.record_ids.to_pylist() == ["1"]
    assert columns.event_time.tolist() == [2]


def test_a_record_sent_after_its_withdrawal_lives() -> None:
    """Versions and withdrawals stand in one order, by time."""
    sent = rows.Row("crm", "1", 3, None, (), (), None, withdrawn=False)
    gone = rows.Row("crm", "1", 2, None, (), (), None, withdrawn=True)
    assert len(live(rows.collected([[sent, gone]])).columns) == 1


def test_more_values_than_places_can_count_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that names the limit, before a number could wrap around."""
    monkeypatch.setattr("sameas.engine.batch.live._MOST_VALUES", 1)
    one = rows.Row("crm", "1", 1, None, (("cookie", "1"),), (), None, withdrawn=False)
    with pytest.raises(InputError, match="too many at once"):
        live(rows.collected([[one]]))
