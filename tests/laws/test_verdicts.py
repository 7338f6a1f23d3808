"""What the judgement ledger says, against its definition pair by pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from hypothesis import given
from hypothesis import strategies as st

from sameas.engine.judgements import order, verdicts
from sameas.graph.model import Identifier, Judgement, RecordKey
from tests.laws.budget import examples

if TYPE_CHECKING:
    from random import Random

    from sameas.graph.model import Ref

REFS: list[Ref] = [RecordKey("crm", "1"), RecordKey("web", "1"), Identifier("email", "a")]
REFS += [Identifier("email", "b"), Identifier("cookie", "a")]


def ledger(r: Random) -> list[Judgement]:
    found = []
    for number in range(r.randrange(6)):
        left = frozenset(r.sample(REFS, r.choice((1, 1, 2))))
        right = frozenset(r.sample(REFS, r.choice((1, 1, 2)))) - left
        kind: Literal["same", "different"] = "same" if r.randrange(2) else "different"
        if right:
            found.append(Judgement(f"j{9 - number}", kind, left, right, r.randrange(3)))
    return found


@given(st.randoms(use_true_random=False))
@examples(300)
def test_of_all_words_on_a_pair_the_newest_counts(r: Random) -> None:
    """At one time `different` outranks `same`, then the greater key counts; both ways round."""
    words = ledger(r)
    found = verdicts(words)
    same = {frozenset(row[:2]): row[2] for row in found.same}
    for one in REFS:
        for other in REFS:
            if one == other:
                continue
            about = [
                word
                for word in words
                if (one in word.left and other in word.right)
                or (other in word.left and one in word.right)
            ]
            last = [word for word in about if word.time == max(w.time for w in about)]
            against = [word for word in last if word.kind == "different"]
            key = max((word.key for word in against or last), default=None)
            assert found.different.get(one, {}).get(other) == (key if against else None)
            assert same.get(frozenset((one, other))) == (None if against else key)


@given(st.randoms(use_true_random=False))
@examples(200)
def test_the_order_of_the_ledger_does_not_matter(r: Random) -> None:
    """Shuffled words settle the same, applied by time, key and reference."""
    words = ledger(r)
    expected = verdicts(words)
    r.shuffle(words)
    found = verdicts(words)
    assert (found.same, found.different, found.unlink) == (
        expected.same,
        expected.different,
        expected.unlink,
    )
    times = {word.key: word.time for word in words}
    turns = [(times[key], key, order(left), order(right)) for left, right, key in found.same]
    assert turns == sorted(turns)
    assert all(order(left) < order(right) for left, right, _ in found.same)


@given(st.randoms(use_true_random=False))
@examples(200)
def test_only_a_record_on_the_left_is_cut_from_an_identifier(r: Random) -> None:
    """A link is cut by the judgement in force that names its record left, its identifier right."""
    words = ledger(r)
    found = verdicts(words)
    expected = {
        (one, other): word.key
        for word in words
        if word.kind == "different"
        for one in word.left
        for other in word.right
        if isinstance(one, RecordKey)
        and isinstance(other, Identifier)
        and found.different.get(one, {}).get(other) == word.key
    }
    assert found.unlink == expected


def test_a_further_name_speaks_for_its_value() -> None:
    """A judgement on a hash is one on the email."""
    hashed, email = Identifier("email_sha256", "h"), Identifier("email", "a")
    word = Judgement("j", "different", frozenset({hashed}), frozenset({RecordKey("crm", "1")}), 0)
    found = verdicts([word], {hashed: email})
    assert found.different == {
        email: {RecordKey("crm", "1"): "j"},
        RecordKey("crm", "1"): {email: "j"},
    }


def test_the_least_key_keeps_two_sets_apart() -> None:
    """Of several judgements between two sets the first by key is named."""
    one, two, other = RecordKey("crm", "1"), RecordKey("crm", "2"), RecordKey("web", "1")
    words = [
        Judgement("b", "different", frozenset({one}), frozenset({other}), 0),
        Judgement("a", "different", frozenset({two}), frozenset({other}), 1),
    ]
    assert verdicts(words).apart([one, two], {other}) == "a"
    assert verdicts(words).apart([one], {two}) is None


def test_no_word_says_nothing() -> None:
    """An empty ledger."""
    found = verdicts([])
    assert (found.same, found.different, found.unlink) == ((), {}, {})
