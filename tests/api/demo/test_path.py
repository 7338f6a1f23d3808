from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from tests.api.demo.demo_tables import RANK, Output

from sameas.api.demo.path import steps

if TYPE_CHECKING:
    from pathlib import Path


def told(folder: Path, output: Output, profile: str) -> list[tuple[str, str, str]]:
    answer = output.read(folder)
    found = steps(answer, answer.profiles[profile], RANK)
    return [(s.by.key.ref, s.via.ref, s.member.key.ref) for s in found]


def test_a_record_hangs_on_another_by_what_both_carry(folder: Path) -> None:
    output = Output()
    output.said("crm/1", "p", "Ann", "email:a@x.example", "phone:+491")
    output.said("web/2", "p", None, "email:a@x.example", "anonymous_id:c", time=1)
    output.said("web/3", "p", None, "anonymous_id:c", time=2)
    assert told(folder, output, "p") == [
        ("crm/1", "email:a@x.example", "web/2"),
        ("web/2", "anonymous_id:c", "web/3"),
    ]


def test_stronger_evidence_is_named_first(folder: Path) -> None:
    output = Output()
    output.said("crm/1", "p", "Ann", "phone:+491", "user_id:u")
    output.said("web/2", "p", None, "phone:+491", "user_id:u", time=1)
    assert told(folder, output, "p") == [("crm/1", "user_id:u", "web/2")]


def test_a_shared_identifier_is_no_evidence(folder: Path) -> None:
    output = Output()
    output.said("crm/1", "p", "Ann", "phone:+491")
    output.said("crm/2", "p", "Ann", "phone:+491")
    output.status("phone:+491", "shared", 40)
    assert told(folder, output, "p") == []


def test_a_hash_meets_its_plain_address(folder: Path) -> None:
    digest = sha256(b"a@x.example").hexdigest()
    output = Output()
    output.said("crm/1", "p", "Ann", "email:a@x.example")
    output.said("mobile/2", "p", None, f"email_sha256:{digest}", time=1)
    assert told(folder, output, "p") == [("crm/1", f"email_sha256:{digest}", "mobile/2")]


def test_a_single_record_needs_no_evidence(folder: Path) -> None:
    output = Output()
    output.said("crm/1", "p", "Ann", "email:a@x.example")
    assert told(folder, output, "p") == []


def test_no_records_need_no_evidence(folder: Path) -> None:
    assert steps(Output().read(folder), [], RANK) == []
