"""Keys of many vectors are those of each, and pairs are those that a plain search finds."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from tests.matching.blocking.worlds import KEYS, NAMES, plain_pairs, table, texts

from sameas.matching.blocking import Key, Part, block, collect, held_by, keys_of, lost
from sameas.matching.blocking.columns import Reader
from sameas.matching.blocking.hashes import combine, combined, hash_text, mixed, scattered
from sameas.matching.blocking.reads import hash_values
from sameas.matching.blocking.transforms import TRANSFORMS, apply, sound_of

SEEDS = range(12)


@pytest.mark.parametrize("seed", SEEDS)
def test_many_vectors_have_the_keys_of_each(seed: int) -> None:
    """The column form gives each vector what the single form gives it."""
    coded, vectors = table(seed, 80)
    reader = Reader(NAMES, coded, vectors.codes)
    found: list[set[int]] = [set() for _ in range(len(vectors))]
    for number, key in enumerate(KEYS):
        of, hashes = reader.rows(key, number)
        assert (np.diff(of) >= 0).all()
        for vector, one in zip(of.tolist(), hashes.tolist(), strict=True):
            found[vector].add(one)
    for row, mine in zip(texts(coded, vectors), found, strict=True):
        assert tuple(sorted(mine)) == keys_of(KEYS, NAMES, row), row


@pytest.mark.parametrize("limit", [2, 5, 20, 10_000])
@pytest.mark.parametrize("seed", SEEDS)
def test_pairs_are_those_of_a_plain_search(seed: int, limit: int) -> None:
    """Each pair once, ascending, by its first key; crowded values give nothing."""
    coded, vectors = table(seed, 60)
    groups = block(KEYS, NAMES, coded, vectors, limit=limit)
    pairs = collect(KEYS, groups, vectors)
    wanted = plain_pairs(KEYS, texts(coded, vectors), vectors.counts.tolist(), limit)
    found = list(zip(pairs.left.tolist(), pairs.right.tolist(), pairs.key.tolist(), strict=True))
    assert found == [(*pair, min(keys)) for pair, keys in sorted(wanted.items())]
    apart = pairs.left != pairs.right
    held = held_by(groups, len(vectors), pairs.left[apart], pairs.right[apart]).tolist()
    assert held == [len(keys) for (a, b), keys in sorted(wanted.items()) if a != b]


@pytest.mark.parametrize("records", [0, 1, 2])
def test_hardly_any_records_give_hardly_any_pairs(records: int) -> None:
    """No record and one record pair nobody."""
    coded, vectors = table(3, records)
    pairs = collect(KEYS, block(KEYS, NAMES, coded, vectors), vectors)
    assert len(pairs) <= max(0, records - 1)


def test_equal_records_are_one_pair_of_a_vector_with_itself() -> None:
    """All-equal records are one vector, which pairs with itself where a key holds them."""
    coded, vectors = table(1, 1)
    every = type(vectors)(np.zeros(5, np.int32), vectors.codes, np.array([5], np.int32))
    pairs = collect(KEYS, block(KEYS, NAMES, coded, every), every)
    assert list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)) == [(0, 0)]
    crowded = collect(KEYS, block(KEYS, NAMES, coded, every, limit=4), every)
    assert len(crowded) == 0


def test_the_limit_counts_records_and_not_vectors() -> None:
    """A value that few vectors share is crowded if many records say it."""
    coded, vectors = table(5, 60)
    many = type(vectors)(vectors.of_record, vectors.codes, vectors.counts + 100)
    assert len(collect(KEYS, block(KEYS, NAMES, coded, many), many)) == 0
    report = collect(KEYS, block(KEYS, NAMES, coded, many), many).report
    assert all(one.crowded == one.values and one.dropped >= one.records for one in report)


def test_the_report_counts_pairs_of_records() -> None:
    """A value on three records holds three pairs together, however few vectors they are."""
    coded, vectors = table(1, 1)
    three = type(vectors)(np.zeros(3, np.int32), vectors.codes, np.array([3], np.int32))
    report = collect(KEYS, block(KEYS, NAMES, coded, three), three).report
    assert all(one.pairs % 3 == 0 for one in report)
    assert [one.new for one in report if one.pairs][:1] == [1]


def test_hashes_are_the_same_in_both_forms() -> None:
    """The compiled hashes and mixes are the plain ones."""
    words = ["a", "ann@example.com", "Łukasz", "王小明", "x" * 300]
    _, hashes = hash_values("whole", words)
    assert hashes.tolist() == [hash_text(word) for word in words]
    for value in (0, 1, 2**63, 2**64 - 1):
        assert int(scattered(np.uint64(value))) == mixed(value)
        assert int(combined(np.uint64(value), np.uint64(7))) == combine(value, 7)


def test_hashes_stay_what_they_are() -> None:
    """A store keeps hashes, so another version has to make the same ones."""
    key = Key((Part(("email",), "local"),))
    assert keys_of([key], ["email"], ("ann@example.com",)) == (4189093298062434727,)


@pytest.mark.parametrize("transform", sorted(TRANSFORMS))
@pytest.mark.parametrize(
    "value", ["", "-", "a", "1970", "1970-12", "@", "ann@", "12 high st", "é王"]
)
def test_every_transform_takes_any_value(transform: str, value: str) -> None:
    """Total and bounded: a few texts, none of them empty, none of an empty value."""
    found = apply(transform, value)
    assert len(found) <= 5
    assert all(found)
    assert value or not found


@pytest.mark.parametrize("transform", sorted(TRANSFORMS))
def test_columns_of_values_are_read_like_each_value(transform: str) -> None:
    """Whole columns of ASCII take a way of their own, and others do not; both are `apply`."""
    draw = Random(5)
    names = ["ann", "Bill", "WILLIAM", "smith", "O", "smyth-Jones", "katie", "12", "12b", "7"]
    names += ["high", "street", "St", "x_y"]
    plain = sorted(
        {"".join(draw.choices("ab9@._-+ \n", k=draw.randrange(1, 14))) for _ in range(400)}
        | {"".join(draw.choices("aeSCcshtzkgnpxq ", k=draw.randrange(1, 9))) for _ in range(400)}
        | {" ".join(draw.choices(names, k=draw.randrange(1, 9))) for _ in range(400)}
    )
    for values in (plain, [*plain, "Łucja@x", "王小明"], []):
        starts, hashes = hash_values(transform, values)
        for place, value in enumerate(values):
            found = hashes[starts[place] : starts[place + 1]].tolist()
            assert found == [hash_text(text) for text in apply(transform, value)], value


@pytest.mark.parametrize(
    ("transform", "one", "other"),
    [
        ("day", "1970-12-03", "1970-03-12"),
        ("birthday", "1970-12-03", "1971-03-12"),
        ("year", "1970-12-03", "1970"),
        ("local", "ann.smith@example.com", "ann.smith@example.org"),
        ("letters", "ann.smith1@example.com", "annsmith2@example.org"),
        ("tail", "+12025550143", "2025550143"),
        ("front", "+12025550143", "+12025550199"),
        ("area", "so437dx", "so431aa"),
        ("street", "12 high st", "12 high st #4"),
        ("sound", "smith", "smyth"),
        ("sound", "mohammad", "muhamed"),
        ("form", "bill", "william"),
        ("rough", "fraser", "peuleijeo"),
        ("initial", "ann", "a"),
    ],
)
def test_what_differs_a_little_meets(transform: str, one: str, other: str) -> None:
    """Each transform forgives the error that it is for."""
    assert set(apply(transform, one)) & set(apply(transform, other))


def test_different_names_do_not_sound_alike() -> None:
    """The sound tells names apart."""
    assert len({sound_of(name) for name in ("smith", "brown", "taylor", "garcia", "kim")}) == 5


def test_swapped_names_share_a_key() -> None:
    """Two words of the name are asked in no order."""
    key = Key((Part(("given", "family"), "sound", 2),))
    ann = keys_of([key], ["given", "family"], ("ann", "smith"))
    assert ann
    assert ann == keys_of([key], ["given", "family"], ("smith", "ann"))


def test_a_name_of_many_words_has_no_key_that_would_hold_everybody() -> None:
    """More combinations than a key takes give none at all."""
    parts = (Part(("given", "family"), "words", 2), Part(("born",), "year"))
    row = ("a1 b2 c3 d4 e5", "f6 g7 h8 i9 j10", "1970-01-02", "")
    assert keys_of([Key(parts)], NAMES, row) == ()


def test_what_all_keys_miss_is_estimated_from_what_one_alone_holds() -> None:
    """Nothing is missed where every match is held twice; much where most are held once."""
    assert lost([]) == 0
    assert lost([2, 2, 3]) == 0
    assert lost([1] * 100 + [2] * 49) == 99
