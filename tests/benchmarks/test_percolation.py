from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import polars as pl
import pytest
from benchmarks.city import IDENTIFIERS, City, Sharing, write
from benchmarks.percolation import Score, compare, plain_components, row, score

if TYPE_CHECKING:
    from pathlib import Path


def frame(city: City) -> pl.DataFrame:
    table = pl.from_arrow(city.table(city.rows(0, city.records)))
    assert isinstance(table, pl.DataFrame)
    return table


@pytest.mark.parametrize("dial", [0.0, 1.0, 2.0])
def test_plain_components_are_those_of_networkx(dial: float) -> None:
    records = frame(City(300, sharing=Sharing().scaled(dial)))
    graph: nx.Graph[object] = nx.Graph()
    graph.add_nodes_from(range(records.height))
    for kind in IDENTIFIERS:
        for place, value in enumerate(records[kind]):
            if value is not None:
                graph.add_edge(place, (kind, value))
    expected = {
        frozenset(member for member in part if isinstance(member, int))
        for part in nx.connected_components(graph)
    }
    found = pl.DataFrame({"label": plain_components(records)}).with_row_index("place")
    groups = found.group_by("label").agg("place")["place"]
    assert {frozenset(group) for group in groups} == expected


def test_no_records_have_no_components() -> None:
    assert plain_components(pl.DataFrame({"email": pl.Series([], dtype=pl.String)})).tolist() == []


def test_records_without_values_stay_alone() -> None:
    nothing = pl.DataFrame({"email": pl.Series([None, None], dtype=pl.String)})
    assert plain_components(nothing).tolist() == [0, 1]


def test_equal_values_of_different_types_do_not_join() -> None:
    assert plain_components(
        pl.DataFrame({"email": ["x", None], "phone": [None, "x"]})
    ).tolist() == [
        0,
        1,
    ]


def test_a_perfect_partition_scores_one() -> None:
    assert score(pl.Series([5, 5, 6]), pl.Series([1, 1, 2])) == Score(2, 1, 1.0, 1.0)


def test_one_cluster_of_everything_has_full_recall() -> None:
    assert score(pl.Series([0, 0, 0, 0]), pl.Series([1, 1, 2, 2])) == Score(4, 2, 2 / 6, 1.0)


def test_singletons_have_full_precision() -> None:
    assert score(pl.Series([0, 1, 2]), pl.Series([1, 1, 1])) == Score(1, 1, 1.0, 0.0)


def test_no_records_score_one() -> None:
    assert score(pl.Series([], dtype=pl.Int64), pl.Series([], dtype=pl.Int64)) == Score(
        0, 0, 1.0, 1.0
    )


def test_at_dial_one_a_plain_graph_chains_a_quarter_of_the_city_together() -> None:
    city = City(100_000, seed=1, names=False)
    rows = city.rows(0, city.records)
    numbers = pl.DataFrame(rows.number).with_columns(
        pl.when(pl.col(kind) < 2**62).then(pl.col(kind)) for kind in IDENTIFIERS
    )
    largest = score(pl.Series(plain_components(numbers)), pl.Series(rows.person)).largest_people
    assert 0.20 < largest / city.people < 0.30


@pytest.mark.parametrize("dial", [0.0, 1.0])
def test_sameas_joins_fewer_strangers_than_a_plain_graph(tmp_path: Path, dial: float) -> None:
    write(City(2_000, seed=1, sharing=Sharing().scaled(dial)), tmp_path / "city")
    outcome = compare(tmp_path / "city", tmp_path / "out")
    assert outcome.records == 8_000
    assert outcome.sameas.precision >= outcome.plain.precision
    assert outcome.sameas.largest_people <= outcome.plain.largest_people
    assert row("city", outcome)["people"] == outcome.people
    if dial == 0:  # nobody shares: what the guard of phones refuses here is refused wrongly
        assert outcome.sameas.precision == 1
        assert outcome.plain.recall - 0.01 < outcome.sameas.recall <= outcome.plain.recall
