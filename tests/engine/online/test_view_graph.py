"""A profile as nodes and edges."""

from __future__ import annotations

import pytest
from tests.engine.online.view_rows import Hand, contested

from sameas.graph.store import tables as t

PHONE = "phone:+12025550123"


def test_others_who_carry_a_contested_identifier_are_drawn_with_what_refused_them() -> None:
    found = contested().view.graph("p_1")
    assert [node.id for node in found.nodes] == ["crm/1", PHONE, "crm/3", "crm/2", "crm/4"]
    assert [node.profile_id for node in found.nodes] == ["p_1", "p_1", "p_1", "p_2", "p_4"]
    edges = {edge.source: edge for edge in found.edges}
    assert [edges[f"crm/{n}"].status for n in range(1, 5)] == [
        "linked",
        "linked",
        "linked",
        "refused",
    ]
    assert (edges["crm/2"].place, edges["crm/2"].constraint) == (1, "guard")
    assert edges["crm/4"].against == ("phone:+1",)
    assert not found.truncated


def test_a_profiles_own_refused_link_is_drawn() -> None:
    found = contested().view.graph("p_4")
    (own,) = [edge for edge in found.edges if edge.source == "crm/4"]
    assert (own.target, own.status, own.constraint) == (PHONE, "refused", "max_per_profile")


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_a_bounded_graph_says_that_there_is_more(limit: int) -> None:
    found = contested().view.graph("p_1", limit=limit)
    assert len(found.nodes) == limit
    assert found.truncated
    names = {node.id for node in found.nodes}
    assert all({edge.source, edge.target} <= names for edge in found.edges)


def test_a_graph_that_just_fits_is_whole() -> None:
    assert not contested().view.graph("p_1", limit=5).truncated


def test_a_record_without_identifiers_is_a_node_without_edges() -> None:
    hand = Hand()
    hand.record(1, 1)
    hand.profile(1)
    hand.component(1, cluster=1)
    found = hand.view.graph("p_1")
    assert ([node.id for node in found.nodes], found.edges) == (["crm/1"], ())


def test_judgements_on_what_is_drawn_are_edges_and_retracted_ones_are_not() -> None:
    hand = contested()
    for key, right, retracted in (("j1", '["crm/2"]', None), ("j2", '["crm/4"]', 7)):
        hand.add(
            t.JUDGEMENT,
            t.JudgementRow(key, "different", '["crm/1"]', right, 1, "eve", "", 1, retracted),
        )
    found = hand.view.graph("p_1")
    assert [(e.source, e.target, e.kind, e.judgement) for e in found.edges if e.judgement] == [
        ("crm/1", "crm/2", "different", "j1")
    ]


def test_the_same_graph_in_networkx() -> None:
    found = contested().view.graph("p_1")
    graph = found.networkx()
    assert set(graph.nodes) == {node.id for node in found.nodes}
    assert graph.number_of_edges() == len(found.edges)
    assert graph.nodes["crm/2"]["profile_id"] == "p_2"
    assert graph.edges["crm/2", PHONE, 0]["constraint"] == "guard"
