"""What every store does: rows come back as they went in, found by key, index, order and text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.graph.store.contract import (
    DIGEST,
    ITEM,
    PAIR,
    TABLES,
    WORD,
    Digest,
    Item,
    Open,
    Pair,
    Word,
    batches,
    deleted,
    put,
)

from sameas.errors import StoreClosedError, StoreError, StoreRowError
from sameas.graph.store.port import ChangeSet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sameas.graph.store.port import Reader, Store

ODD_TEXTS = ["", " ", "Ann", "a\0b", "\0", "Łukasz", "王小明", "🜁\U0010ffff", "a'b\"c%_\\", "\r\n"]
ODD_NUMBERS = [0, -1, 1, 2**31, -(2**63), 2**63 - 1]


def everything(reader: Reader) -> dict[str, list[Any]]:
    """All rows of all tables, in order."""
    return {table.name: list(reader.scan(table)) for table in TABLES}


# -- reads ------------------------------------------------------------------------------------


def test_an_empty_store_has_no_rows(store: Store) -> None:
    assert everything(store) == {table.name: [] for table in TABLES}
    assert store.get(ITEM, [(1,)]) == []
    assert store.get(ITEM, []) == []
    assert store.find(ITEM, ("value", "kind"), [("a", "b")]) == []
    assert store.find(ITEM, ("score",), []) == []
    assert store.prefixed(ITEM, "value", "", limit=5) == []
    assert store.containing(ITEM, "value", "", limit=5) == []
    assert store.count(ITEM) == 0
    assert store.last(PAIR) is None


def test_rows_are_got_by_key_those_that_are_there_once_each(store: Store) -> None:
    items = [Item(number, "k", f"v{number}") for number in range(1000)]
    store.commit(put(*items, Pair(1, 2), Pair(1, 3), Word("a"), Digest(b"\0", "a")))
    keys = [(number,) for number in (*range(0, 1000, 2), 4, 4, 5000)]
    found = store.get(ITEM, iter(keys))
    assert sorted(row.number for row in found) == list(range(0, 1000, 2))
    assert store.get(PAIR, [(1, 2), (2, 1)]) == [Pair(1, 2)]
    assert store.get(WORD, [("a",), ("A",)]) == [Word("a")]
    assert store.get(DIGEST, [(b"\0", "a"), (b"", "a")]) == [Digest(b"\0", "a")]


def test_rows_are_counted_as_far_as_is_asked(store: Store) -> None:
    store.commit(put(Pair(1, 2), Pair(1, 3), Pair(2, 3)))
    counts = [store.reaches(PAIR, ("left",), (1,), count) for count in (0, 1, 2, 3)]
    assert counts == [True, True, True, False]
    assert not store.reaches(PAIR, ("left",), (None,), 1)


@pytest.mark.parametrize("text", ODD_TEXTS, ids=ascii)
def test_any_text_comes_back_as_it_went_in(store: Store, text: str) -> None:
    rows = [Item(1, text, text, None, text), Word(text, 1), Digest(text.encode(), text)]
    store.commit(put(*rows))
    assert store.get(ITEM, [(1,)]) == [rows[0]]
    assert store.get(WORD, [(text,)]) == [rows[1]]
    assert store.get(DIGEST, [(text.encode(), text)]) == [rows[2]]
    assert store.find(ITEM, ("value", "kind"), [(text, text)]) == [rows[0]]
    assert store.find(ITEM, ("note",), [(text,)]) == [rows[0]]
    store.commit(put(Item(1, text, text + "x")))
    assert store.find(ITEM, ("value", "kind"), [(text, text)]) == []


@pytest.mark.parametrize("number", ODD_NUMBERS)
def test_any_integer_of_64_bits_comes_back_as_it_went_in(store: Store, number: int) -> None:
    store.commit(put(Item(number, "", "", number), Pair(number, number, number)))
    assert store.get(ITEM, [(number,)]) == [Item(number, "", "", number)]
    assert store.find(PAIR, ("right",), [(number,)]) == [Pair(number, number, number)]
    assert store.find(ITEM, ("score",), [(number,)]) == [Item(number, "", "", number)]


def test_bytes_and_none_come_back_as_they_went_in(store: Store) -> None:
    rows = [Item(1, "", "1", blob=bytes(range(256))), Item(2, "", "2", blob=b""), Item(3, "", "3")]
    store.commit(put(*rows))
    assert list(store.scan(ITEM)) == rows


def test_rows_are_found_by_an_index_or_its_first_columns(store: Store) -> None:
    rows = [Item(n, "ab"[n % 2], f"v{n // 2}", n % 3 or None, "n") for n in range(20)]
    store.commit(put(*rows, *(Pair(n % 4, n) for n in range(8))))

    def numbers(columns: tuple[str, ...], *values: tuple[Any, ...]) -> list[int]:
        return sorted(row.number for row in store.find(ITEM, columns, values))

    assert numbers(("value", "kind"), ("v3", "a"), ("v3", "b"), ("v4", "c"), ("v3", "a")) == [6, 7]
    assert numbers(("value",), ("v3",), ("v4",)) == [6, 7, 8, 9]
    assert numbers(("score",), (1,)) == list(range(1, 20, 3))
    assert numbers(("note", "kind"), ("n", "a")) == list(range(0, 20, 2))
    assert numbers(("number",), (3,), (99,)) == [3]
    assert sorted(store.find(PAIR, ("left",), [(1,)]), key=str) == [Pair(1, 1), Pair(1, 5)]
    assert store.find(PAIR, ("left", "right"), [(1, 5)]) == [Pair(1, 5)]


def test_none_is_found_by_nothing(store: Store) -> None:
    store.commit(put(Item(1, "k", "v"), Digest(b"a", ""), Digest(b"b", "")))
    assert store.find(ITEM, ("score",), [(None,)]) == []
    assert store.find(ITEM, ("note", "kind"), [(None, "k")]) == []
    assert len(list(store.scan(DIGEST))) == 2, "None breaks no unique index"


def test_columns_without_an_index_are_refused(store: Store) -> None:
    for columns in (("kind",), ("kind", "value"), ("right", "left"), ("nonsense",)):
        with pytest.raises(ValueError, match="index"):
            store.find(ITEM, columns, [("a",) * len(columns)])


def test_a_scan_goes_through_the_keys_in_order(store: Store) -> None:
    words = sorted({"", "a", "B", "é", "z", "퟿", "\ue000", "\U00010000", "a\0", "ab"})
    pairs = [Pair(left, right) for left in range(-2, 3) for right in range(-1, 2)]
    digests = [Digest(one, kind) for one in (b"", b"\0", b"a", b"\xff") for kind in ("", "k")]
    store.commit(put(*map(Word, reversed(words)), *reversed(pairs), *reversed(digests)))
    assert [row.text for row in store.scan(WORD)] == words
    assert [row.text for row in store.scan(WORD, descending=True)] == words[::-1]
    assert list(store.scan(PAIR)) == pairs
    assert list(store.scan(PAIR, descending=True)) == pairs[::-1]
    assert list(store.scan(DIGEST)) == digests
    assert store.last(PAIR) == pairs[-1]
    assert store.last(WORD) == Word(words[-1])
    assert store.last(DIGEST) == digests[-1]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("first", [(), (0,), (1,), (7,), (1, 2)])
@pytest.mark.parametrize("after", [None, (0,), (1,), (0, 1), (1, 0), (1, 2), (2, 9), (-1, 0)])
@pytest.mark.parametrize("limit", [None, 0, 1, 3])
def test_a_scan_goes_on_where_it_is_told(
    store: Store,
    first: tuple[int, ...],
    after: tuple[int, ...] | None,
    limit: int | None,
    *,
    descending: bool,
) -> None:
    keys = [(left, right) for left in range(3) for right in range(3)]
    store.commit(put(*(Pair(*key) for key in keys)))
    wanted = [key for key in keys if key[: len(first)] == first]
    if descending:
        wanted.reverse()
    if after is not None:
        cut = [(key[: len(after)], after) for key in wanted]
        wanted = [
            key
            for key, (head, last) in zip(wanted, cut, strict=True)
            if (head < last if descending else head > last)
        ]
    found = store.scan(PAIR, after=after, first=first, limit=limit, descending=descending)
    assert [(row.left, row.right) for row in found] == wanted[:limit]


def test_a_scan_of_many_rows_is_complete_while_rows_come_and_go(store: Store) -> None:
    store.commit(put(*(Pair(n // 700, n % 700) for n in range(3500))))
    seen = []
    for row in store.scan(PAIR):
        if (row.left, row.right) == (1, 0):
            store.commit(deleted(PAIR, [(1, 1), (4, 0)]))
        seen.append((row.left, row.right))
    assert len(seen) == len(set(seen)) >= 3498
    assert seen == sorted(seen)
    assert (4, 0) not in seen
    backwards = [(row.left, row.right) for row in store.scan(PAIR, descending=True)]
    assert backwards == sorted(backwards, reverse=True)
    assert len(backwards) == 3498


def test_some_columns_of_all_rows_come_in_the_order_of_the_key(store: Store) -> None:
    assert list(store.columns(PAIR, ("left",))) == []
    many = [(n // 700, n % 700) for n in range(20_000)]
    store.commit(put(*(Pair(*key) for key in reversed(many))))
    for names in (("left", "right"), ("right", "left"), ("right",), ("left", "left")):
        read = [row for page in store.columns(PAIR, names) for row in page]
        assert read == [tuple({"left": a, "right": b}[name] for name in names) for a, b in many]
    with store.snapshot() as before:
        store.commit(deleted(PAIR, [(0, 1)]))
        assert sum(map(len, before.columns(PAIR, ("left",)))) == 20_000
    assert sum(map(len, store.columns(PAIR, ("left",)))) == 19_999
    with pytest.raises(ValueError, match="nonsense"):
        list(store.columns(PAIR, ("left", "nonsense")))


def test_texts_are_found_by_their_beginning_case_apart(store: Store) -> None:
    values = [
        "ann",
        "Ann",
        "ANNA",
        "anne",
        "an",
        "banana",
        "Émile",
        "émilie",
        "ЖИЗНЬ",
        "жизнь2",
        "100%",
    ]
    store.commit(put(*(Item(n, "k", value) for n, value in enumerate(values))))

    def found(prefix: str, limit: int = 99) -> set[str]:
        rows = store.prefixed(ITEM, "value", prefix, limit=limit)
        assert len(rows) == len({row.number for row in rows}) <= limit
        return {row.value for row in rows}

    assert found("ann") == found("ANN") == {"ann", "Ann", "ANNA", "anne"}
    assert found("anna") == {"ANNA"}
    assert found("éMIL") == {"Émile", "émilie"}
    assert found("жизнь") == {"ЖИЗНЬ", "жизнь2"}
    assert found("100%") == {"100%"}
    assert found("1%") == found("annx") == found("\U0010ffff") == set()
    assert found("") == set(values)
    assert len(found("a", limit=2)) == 2
    assert found("a", limit=0) == set()


def test_texts_are_found_by_a_part_of_them_case_apart(store: Store) -> None:
    values = [
        "Ann Smith",
        "smithers",
        "ANNE",
        "100%",
        "100x",
        "a_b",
        "axb",
        "a\\b",
        "Großmann",
        "ИЛЬЯ",
    ]
    store.commit(put(*(Item(n, "k", value) for n, value in enumerate(values))))

    def found(text: str, limit: int = 99) -> set[str]:
        return {row.value for row in store.containing(ITEM, "value", text, limit=limit)}

    assert found("SMITH") == {"Ann Smith", "smithers"}
    assert found("0%") == {"100%"}
    assert found("_") == {"a_b"}
    assert found("\\") == {"a\\b"}
    assert found("ßM") == {"Großmann"}
    assert found("илья") == {"ИЛЬЯ"}
    assert found("") == set(values)
    assert len(found("a", limit=2)) == 2
    assert found("a", limit=0) == found("nobody") == set()


# -- commits ----------------------------------------------------------------------------------


def test_a_row_that_is_put_replaces_the_one_under_its_key(store: Store) -> None:
    store.commit(put(Item(1, "k", "old", 5, "note", b"x"), Item(2, "k", "other")))
    store.commit(put(Item(1, "k", "new", None, "note", b"y"), Pair(1, 1, 3)))
    assert list(store.scan(ITEM)) == [
        Item(1, "k", "new", None, "note", b"y"),
        Item(2, "k", "other"),
    ]
    assert store.find(ITEM, ("value", "kind"), [("old", "k")]) == []
    assert store.find(ITEM, ("score",), [(5,)]) == []


def test_deleted_rows_are_gone_and_others_are_not(store: Store) -> None:
    store.commit(put(*(Item(n, "k", str(n), n) for n in range(10)), Pair(1, 2), Pair(1, 3)))
    store.commit(deleted(ITEM, [(n,) for n in range(0, 12, 2)]))
    store.commit(deleted(PAIR, [(1, 2), (9, 9)]))
    assert [row.number for row in store.scan(ITEM)] == [1, 3, 5, 7, 9]
    assert store.find(ITEM, ("score",), [(4,)]) == []
    assert store.count(PAIR) == 1


def test_what_is_put_and_deleted_is_there(store: Store) -> None:
    changes = put(Item(1, "k", "v"))
    changes.deletes["item"] = {(1,), (2,)}
    store.commit(put(Item(2, "k", "v")))
    store.commit(changes)
    assert list(store.scan(ITEM)) == [Item(1, "k", "v")]


def test_rows_may_trade_a_unique_value(store: Store) -> None:
    rows = [Item(n, "k", f"v{n}", n) for n in range(5)]
    store.commit(put(*rows))
    traded = [Item(n, "k", f"v{(n + 1) % 5}", n) for n in range(5)]
    store.commit(put(*traded, Item(5, "k", "new")))
    assert list(store.scan(ITEM)) == [*traded, Item(5, "k", "new")]
    assert store.check() == []


def test_an_empty_change_set_changes_nothing(store: Store) -> None:
    store.commit(put(Word("a")))
    before = everything(store)
    for changes in (ChangeSet(), ChangeSet({"item": {}}, {"word": set()})):
        assert not changes
        store.commit(changes)
    assert everything(store) == before


def _taken(changes: ChangeSet) -> None:
    changes.puts["item"][(9,)] = Item(9, "k", "one")


def _twice(changes: ChangeSet) -> None:
    changes.puts["item"] |= {(8,): Item(8, "k", "twin"), (9,): Item(9, "k", "twin")}


def _missing(changes: ChangeSet) -> None:
    changes.puts["item"][(9,)] = Item(9, None, "x")  # type: ignore[arg-type]  # what is tested


def _type(changes: ChangeSet) -> None:
    changes.puts["pair"] = {(9, 9): Pair(9, 9, "x")}  # type: ignore[arg-type]  # what is tested


def _surrogate(changes: ChangeSet) -> None:
    changes.puts["item"][(9,)] = Item(9, "k", "a\ud800")


def _long(changes: ChangeSet) -> None:
    changes.puts["pair"] = {(2**63, 0): Pair(2**63, 0)}


def _other_key(changes: ChangeSet) -> None:
    changes.puts["item"][(9,)] = Item(8, "k", "x")


def _no_table(changes: ChangeSet) -> None:
    changes.puts["nonsense"] = {(1,): Word("x")}


@pytest.mark.parametrize(
    "spoil", [_taken, _twice, _missing, _type, _surrogate, _long, _other_key, _no_table]
)
def test_a_row_that_cannot_be_kept_leaves_nothing_of_its_change_set(
    store: Store, place: Path, spoil: Callable[[ChangeSet], None]
) -> None:
    store.commit(put(Item(1, "k", "one"), Item(2, "k", "two"), Word("gone"), Pair(3, 3)))
    before = everything(store)
    changes = put(Item(1, "k", "changed"), Item(2, "k", "one"), Item(3, "k", "new"), Word("new"))
    changes.puts["item"][(1,)] = Item(1, "k", "two" if spoil is not _taken else "one")
    changes.deletes["word"] = {("gone",)}
    spoil(changes)
    with pytest.raises(StoreRowError):
        store.commit(changes)
    assert everything(store) == before
    with store.snapshot() as reader:
        assert everything(reader) == before
    store.commit(put(Word("after")))
    assert store.count(WORD) == 2, f"{place} is still in use"


def test_a_key_that_no_row_can_have_is_an_error_that_says_so(store: Store) -> None:
    with pytest.raises(StoreRowError, match="surrogate"):
        store.get(WORD, [("\udc80",)])
    with pytest.raises(StoreRowError, match="64 bits"):
        store.get(ITEM, [(1,), (2**63,)])
    assert store.get(ITEM, [(1,)]) == []


# -- the whole --------------------------------------------------------------------------------


def test_what_was_committed_is_there_when_it_is_opened_again(opened: Open, place: Path) -> None:
    store = opened(place)
    store.commit(put(Item(1, "k", "v"), Pair(1, 2), Word("a"), Digest(b"a", "k", 5)))
    before = everything(store)
    store.close()
    again = opened(place)
    assert everything(again) == before
    again.commit(put(Word("b")))
    again.close()


def test_a_closed_store_says_so(opened: Open, place: Path) -> None:
    store = opened(place)
    with store.snapshot() as reader:
        pass
    store.close()
    store.close()
    uses: list[Callable[[], object]] = [
        lambda: store.get(ITEM, [(1,)]),
        lambda: next(store.scan(ITEM)),
        lambda: store.commit(put(Word("a"))),
        lambda: store.commit(ChangeSet()),
        lambda: store.load([]),
        lambda: store.snapshot().__enter__(),
        lambda: store.backup(place.with_name("copy")),
        store.check,
        lambda: reader.count(ITEM),
    ]
    for use in uses:
        with pytest.raises(StoreClosedError):
            use()


def test_a_load_fills_an_empty_store(opened: Open, place: Path) -> None:
    rows = [
        *(Item(n, "k", f"v{n:05}", n % 7 or None, None, b"b") for n in range(5000, 0, -1)),
        *(Pair(n % 50, n) for n in range(2000)),
        Word("a"),
    ]
    store = opened(place)
    store.load([*batches(rows[:3000]), *batches(rows[3000:])])
    assert [row.number for row in store.scan(ITEM)] == list(range(1, 5001))
    assert len(store.find(PAIR, ("right",), [(n,) for n in range(2000)])) == 2000
    assert len(store.find(ITEM, ("score",), [(3,)])) == len(range(3, 5001, 7))
    assert store.get(WORD, [("a",)]) == [Word("a")]
    store.commit(put(Item(1, "k", "changed"), Word("b")))
    with pytest.raises(StoreRowError):
        store.commit(put(Item(9999, "k", "v00002")))
    store.close()
    again = opened(place)
    assert again.count(ITEM) == 5000
    assert again.find(ITEM, ("value", "kind"), [("changed", "k")]) == [Item(1, "k", "changed")]
    assert again.check() == []
    again.close()


def test_a_load_takes_values_in_the_order_of_the_key(store: Store) -> None:
    items = [(n, "k", f"v{n}", n % 7 or None, None, b"b") for n in range(1, 3000)]
    store.load([(ITEM, iter(items[:2000])), (ITEM, iter(items[2000:])), (WORD, [Word("a")])])
    assert list(store.scan(ITEM)) == [Item(*one) for one in items]
    assert len(store.find(ITEM, ("score",), [(3,)])) == len(range(3, 3000, 7))
    assert store.get(WORD, [("a",)]) == [Word("a")]


def test_what_is_known_of_rows_need_not_be_whole(store: Store) -> None:
    """A change set may say what the store has under all keys, under some or under none."""
    kept, other = Item(1, "k", "a"), Item(2, "k", "b", 5)
    new, changed, same = Item(3, "k", "c"), Item(1, "k", "a", 7), Item(2, "k", "b", 5)
    for known in ({}, {(1,): kept}, {(1,): kept, (2,): other, (3,): None}):
        store.commit(put(kept, other))
        changes = put(new, changed, same)
        changes.before = {"item": dict(known)}
        store.commit(changes)
        assert list(store.scan(ITEM)) == [changed, same, new]
        store.commit(deleted(ITEM, [(1,), (2,), (3,)]))


def test_rows_trade_a_value_whose_rows_are_known(store: Store) -> None:
    one, two = Item(1, "k", "a"), Item(2, "k", "b")
    store.commit(put(one, two))
    changes = put(Item(1, "k", "b"), Item(2, "k", "a"))
    changes.before = {"item": {(1,): one, (2,): two}}
    store.commit(changes)
    assert [row.value for row in store.scan(ITEM)] == ["b", "a"]


def test_a_load_that_fails_leaves_the_store_empty_and_usable(store: Store) -> None:
    for rows in ([Item(1, "k", "twin"), Item(2, "k", "twin")], [Word("\ud800")], [Pair(1, 1)] * 2):
        with pytest.raises(StoreRowError):
            store.load(batches([Word("first"), *rows]))
        assert everything(store) == {table.name: [] for table in TABLES}
    store.load(batches([Item(1, "k", "v"), Word("a")]))
    with pytest.raises(StoreRowError):
        store.commit(put(Item(2, "k", "v")))
    assert store.count(ITEM) == 1


def test_a_store_that_holds_rows_is_not_loaded_into(store: Store) -> None:
    store.commit(put(Word("a")))
    with pytest.raises(StoreError, match="holds rows already"):
        store.load(batches([Item(1, "k", "v")]))
    assert store.count(ITEM) == 0
