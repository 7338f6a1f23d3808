from __future__ import annotations

from typing import TYPE_CHECKING

from tests.api.demo.demo_tables import Output

from sameas.api.demo.figures import joined_blindly, most_people, score
from sameas.graph.model import RecordKey

if TYPE_CHECKING:
    from pathlib import Path

A, B, C = (RecordKey("crm", name) for name in "abc")


def test_joining_blindly_follows_every_identifier(folder: Path) -> None:
    output = Output()
    output.said("crm/a", "p1", "Ann", "phone:+491")
    output.said("crm/b", "p2", "Bob", "phone:+491", "email:b@x.example")
    output.said("crm/c", "p3", "Cid", "email:b@x.example")
    output.said("crm/d", "p4", "Dan")
    output.status("phone:+491", "shared", 40)
    cluster = joined_blindly(output.read(folder))
    assert cluster[A] == cluster[B] == cluster[C] != cluster[RecordKey("crm", "d")]


def test_nothing_joined_blindly_is_nothing(folder: Path) -> None:
    assert joined_blindly(Output().read(folder)) == {}


def test_only_records_with_a_true_person_are_scored() -> None:
    found = score({A: "p", B: "p", C: "p"}, {A: "ann", B: "ann"})
    assert (found.records, found.precision, found.recall) == (2, 1.0, 1.0)


def test_the_worst_profile_is_the_one_with_most_people() -> None:
    assert most_people({A: 1, B: 1, C: 2}, {A: "ann", B: "bob", C: "ann"}) == 2


def test_no_profile_mixes_nobody() -> None:
    assert most_people({}, {}) == 0
