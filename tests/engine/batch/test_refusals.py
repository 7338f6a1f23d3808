"""Reasons in words."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import numpy as np
import pyarrow as pa

from sameas.engine.batch.columns import Columns
from sameas.engine.batch.held import DUPLICATE, EXCLUSIVE, GUARD, LIMIT
from sameas.engine.batch.refusals import OTHER, Reasons, Words
from sameas.engine.batch.stepwise import Reason
from sameas.engine.batch.texts import Texts
from sameas.engine.policy import IdentifierType, Policy
from sameas.graph.model import Identifier, Record, RecordKey

POLICY = Policy(
    identifiers=(IdentifierType("email_x"), IdentifierType("email"), IdentifierType("c"))
)
PAIRS = [("email_x", "b"), ("email_x", ""), ("email", "é"), ("email", "ab"), ("email", "a")]
RECORDS = [
    Record(RecordKey("crm", "2"), 0, 0, tuple(Identifier(*one) for one in PAIRS), {}, 0),
    Record(RecordKey("crm", "10/1"), 0, 0, (), {}, 0),
]
WORDS = Words(
    Columns.from_records(RECORDS, POLICY),
    ["Zoe\x1fRay", "ann\x1fray", "Ann\x1fRay"],
    [("born", ["2001", "1999"])],
)


def reasons(*spans: tuple[int, list[int]], other: list[Reason]) -> Reasons:
    widths = [len(numbers) for _, numbers in spans]
    stops = np.cumsum(widths)
    return Reasons(
        np.array([code for code, _ in spans], dtype=np.int8),
        np.array(
            [
                n[0] if c == OTHER else s - w
                for (c, n), s, w in zip(spans, stops, widths, strict=True)
            ]
        ),
        stops,
        np.array([number for _, numbers in spans for number in numbers]),
        other,
    )


def test_reasons_of_all_kinds_are_spelled_in_their_order_and_each_is_sorted() -> None:
    """Texts are compared with the name of their type: a colon comes before an underscore."""
    every = list(range(WORDS.columns.n_identifiers))
    found = reasons(
        (GUARD, [0, 2]),
        (LIMIT, every),
        (OTHER, [1]),
        (LIMIT, every[::-1]),
        (DUPLICATE, [0, 1]),
        (EXCLUSIVE, [0, 0, 1]),
        (OTHER, [0]),
        (GUARD, [2, 1]),
        other=[Reason("component limit"), Reason("different", ("k2", "k1"))],
    )
    spelled = sorted(f"{kind}:{value}" for kind, value in PAIRS)
    assert found.against(WORDS).to_pylist() == [
        ["Ann Ray", "Zoe Ray"],
        spelled,
        ["k1", "k2"],
        spelled,
        ["crm/10%2F1", "crm/2"],
        ["born:1999", "born:2001"],
        [],
        ["Ann Ray", "ann ray"],
    ]


def test_no_reasons_have_no_words() -> None:
    """An empty table has a column of lists."""
    assert Reasons.of([]).against(WORDS).to_pylist() == []


def test_long_runs_are_sorted_like_short_ones() -> None:
    """By bytes, ties and beginnings of one another included."""
    r = Random(1)
    texts = ["".join(r.choices("aé\0", k=r.randrange(12))) for _ in range(300)]
    pool = Texts.of([pa.array(texts)])
    for ptr in ([0, 300], [0, 0, 1, 3, 40, 300]):
        places = np.arange(300, dtype=np.int32)
        pool.sort_runs(places, np.zeros(300, np.int32), np.array(ptr), np.zeros(1, np.int32))
        for start, stop in pairwise(ptr):
            expected = sorted(texts[start:stop], key=str.encode)
            assert [texts[at] for at in places[start:stop].tolist()] == expected
