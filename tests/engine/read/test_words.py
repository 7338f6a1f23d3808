from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sameas.engine.policy import default
from sameas.engine.read.words import read_judgements, read_matches
from sameas.errors import InputError
from sameas.graph.model import Judgement, RecordKey

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "kind,left,right,judgement,time\n"
SAME = "same,crm/1,web/2,k1,2024-01-01\n"


def read(tmp_path: Path, text: str, *earlier: Judgement, name: str = "j.csv") -> list[Judgement]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_judgements(path, default(), now=0, earlier=earlier)


def faults(tmp_path: Path, text: str, *earlier: Judgement, name: str = "j.csv") -> list[str]:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text, *earlier, name=name)
    return [f"{fault.where}: {fault.what}" for fault in caught.value.faults]


def test_a_row_is_a_judgement_on_records_and_identifiers_in_any_spelling(tmp_path: Path) -> None:
    """Values are canonicalised, so that a judgement names the node of the graph."""
    (one,) = read(tmp_path, HEAD + "different,crm/1,email:Ann@Example.com crm/2,k,2024-01-01\n")
    assert (one.key, one.kind) == ("k", "different")
    assert sorted(ref.ref for ref in one.right) == ["crm/2", "email:ann@example.com"]


def test_a_header_alone_says_nothing(tmp_path: Path) -> None:
    """No rows, no judgements."""
    assert read(tmp_path, HEAD) == []


def test_a_retraction_takes_back_what_the_same_file_says(tmp_path: Path) -> None:
    """The judgement is as if it had never been."""
    assert read(tmp_path, HEAD + SAME + "retract,k1,,,\n") == []


def test_a_retraction_takes_back_what_an_earlier_file_said(tmp_path: Path) -> None:
    """The ledger goes on over files: `--append` hands the earlier judgements in."""
    earlier = read(tmp_path, HEAD + SAME + SAME.replace("k1", "k2"))
    left = read(tmp_path, HEAD + "retract,k1,,,\n", *earlier)
    assert [one.key for one in left] == ["k2"]


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    """Yesterday's file may be appended again: a judgement counts once."""
    earlier = read(tmp_path, HEAD + SAME)
    assert read(tmp_path, HEAD + SAME, *earlier) == earlier


def test_a_key_with_another_meaning_is_taken(tmp_path: Path) -> None:
    """One key says one thing, within a file and over files."""
    earlier = read(tmp_path, HEAD + SAME)
    other = HEAD + SAME.replace("same", "different")
    expected = ["j.csv: judgement 1: the key 'k1' is taken"]
    assert faults(tmp_path, other, *earlier) == expected


def test_a_retraction_of_what_is_not_there_lists_what_is(tmp_path: Path) -> None:
    """A misspelt key is no silent success."""
    earlier = read(tmp_path, HEAD + SAME)
    with pytest.raises(InputError) as caught:
        read(tmp_path, HEAD + "retract,k9,,,\n", *earlier)
    (fault,) = caught.value.faults
    assert fault.what == "retracts 'k9', which is not there"
    assert fault.remedy == "there are k1"


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    """Each with its row and side."""
    rows = (
        "maybe,crm/1,crm/2,a,\nsame,,crm/2,b,\nsame,fax:1,crm/2,c,\nsame,crm/1,crm/1,d,31.31.31\n"
    )
    found = faults(tmp_path, HEAD + rows)
    assert [line.split(": ")[1] for line in found] == [
        "judgement 1",
        "judgement 2, left",
        "judgement 3, left",
        "judgement 4",
        "judgement 4, time",
    ]


def test_a_number_where_a_reference_belongs_is_a_fault(tmp_path: Path) -> None:
    """JSON lets any type stand there."""
    line = '{"kind": "same", "left": 5, "right": ["crm/1"]}\n'
    (one,) = faults(tmp_path, line, name="j.jsonl")
    assert one.startswith("j.jsonl: judgement 1, left: ")


def test_matches_are_pairs_of_records_with_bits(tmp_path: Path) -> None:
    """Weights are integers of 2^-20 bit."""
    path = tmp_path / "m.csv"
    path.write_text("left,right,weight\ncrm/1,web/2,1.5\n")
    (one,) = read_matches(path)
    assert (one.left, one.right) == (RecordKey("crm", "1"), RecordKey("web", "2"))
    assert one.weight == 3 << 19


@pytest.mark.parametrize("row", ["a/1,a/1,2", "a1,b/1,2", "a/1,b/1,nan", "a/1,b/1,inf", "a/1,b/1,"])
def test_a_match_that_says_nothing_usable_is_a_fault_with_its_row(tmp_path: Path, row: str) -> None:
    """The weight is finite, the ends are two records."""
    path = tmp_path / "m.csv"
    path.write_text(f"left,right,weight\n{row}\n")
    with pytest.raises(InputError, match="match 1"):
        read_matches(path)
