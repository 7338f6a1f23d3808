"""Matches in the graph of a profile: what joins it, and what it was kept from."""

from __future__ import annotations

from tests.laws.test_online_matches import row, running

from sameas.graph.model import Judgement, RecordKey


def test_a_match_is_an_edge_with_its_weight() -> None:
    with running(9) as run:
        run.say([row("a", "Ann"), row("b", "Ann")])
        with run.engine.view() as view:
            graph = view.graph(run.profiles()[1])
        (edge,) = [one for one in graph.edges if one.kind == "match"]
        assert (edge.source, edge.target, edge.status) == ("web/a", "web/b", "linked")
        assert edge.weight == 10.0


def test_a_refused_match_names_what_refused_it() -> None:
    with running(9) as run:
        run.say([row("a", "Ann"), row("b", "Ann")])
        left, right = (frozenset({RecordKey("web", one)}) for one in "ab")
        run.say([Judgement("j", "different", left, right, 3)])
        with run.engine.view() as view:
            graph = view.graph(run.profiles()[1])
        (edge,) = [one for one in graph.edges if one.kind == "match"]
        assert (edge.status, edge.constraint, edge.against) == ("refused", "different", ("j",))
