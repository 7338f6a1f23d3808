"""Judgements in numbers: what is there is found, what is not sleeps."""

from __future__ import annotations

from typing import Literal

from sameas.engine.batch.columns import Columns
from sameas.engine.batch.settled import alias_of, settle
from sameas.engine.policy import IdentifierType, Policy
from sameas.graph.model import Identifier, Judgement, Record, RecordKey, Ref

POLICY = Policy(identifiers=(IdentifierType("email"), IdentifierType("email_sha256", "hash")))
ANN, BOB, HASH = Identifier("email", "a"), Identifier("email", "b"), Identifier("email_sha256", "h")
ONE, TWO = RecordKey("crm", "1"), RecordKey("crm", "2")


def word(kind: Literal["same", "different"], left: Ref, right: Ref) -> Judgement:
    return Judgement("j", kind, frozenset({left}), frozenset({right}), 0)


def columns(*records: Record) -> Columns:
    return Columns.from_records(records, POLICY)


def test_no_judgement_settles_to_nothing() -> None:
    """An empty ledger on any records."""
    found = settle(columns(Record(ONE, 0, 0, (ANN,))), [], None)
    assert (list(found.same), found.different, found.cuts) == ([], {}, {})


def test_a_record_that_is_not_there_lets_the_word_sleep() -> None:
    """Only pairs whose two ends are live are kept."""
    found = settle(columns(Record(ONE, 0, 0, (ANN,))), [word("same", ONE, TWO)], None)
    assert list(found.same) == []


def test_a_value_that_no_live_record_carries_lets_the_word_sleep() -> None:
    """It may be numbered, as an older version's values are."""
    some = columns(Record(ONE, 0, 0, (ANN,)), Record(TWO, 0, 0, (), also=frozenset({(HASH, BOB)})))
    found = settle(some, [word("same", ANN, BOB)], alias_of(some))
    assert list(found.same) == []


def test_a_hash_is_settled_as_the_email_it_names() -> None:
    """A word on the hash and one on the email are one; several at once are no trouble."""
    some = columns(
        Record(ONE, 0, 0, (ANN,), also=frozenset({(HASH, ANN)})), Record(TWO, 0, 0, (BOB,))
    )
    alias = alias_of(some)
    by_hash = settle(some, [word("different", HASH, TWO), word("same", HASH, BOB)], alias)
    by_email = settle(some, [word("different", ANN, TWO), word("same", ANN, BOB)], alias)
    assert by_hash.different == by_email.different
    assert [row[:2] for row in by_hash.same] == [row[:2] for row in by_email.same]
