from __future__ import annotations

import stat
import time
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.engine.online.plain_store import PlainStore
from tests.engine.online.whole_histories import KEY, engine_of, live_on, plain_policy
from tests.laws.online import History

from sameas.engine import policy as policies
from sameas.engine.batch import resolve_files
from sameas.engine.batch.result import TABLES, Result
from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Event, Withdrawal
from sameas.engine.online.whole import dump, load, load_file, verify
from sameas.errors import OutputError, StoreError
from sameas.graph.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from sameas.engine.policy import Policy

CRM = """id,email,phone,first_name,last_name,updated_at
1,ann@shop.example,+4930901820,Ann,Lee,2024-01-01
2,Ann@Shop.example,,Ann,"L""ee",2024-01-02
3,bob@shop.example,+4930901821,Bob,Ray,2024-01-03
4,not an email,+4930901821,Carla,Gomez,2024-01-03
"""
WEB = """email,cookie,event_time,full_name,plan
ann@shop.example,c1,2024-02-01,Ann,a
ann@shop.example,c1,2024-02-02,,b
,c2,2024-02-02,x,
,,2024-02-02,nobody,
,,2024-02-02,nobody,
ANN@shop.example,c1,2024-02-03,Annie,
"""
GONE = '{"source": "crm", "id": "3", "withdrawn": true, "event_time": "2024-03-01"}\n'
JUDGED = "kind,left,right\nsame,crm/1,cookie:c2\ndifferent,crm/2,email:ann@shop.example\n"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A run over folded events, spellings, contents, rejected values, judgements."""
    (tmp_path / "crm.csv").write_text(CRM)
    (tmp_path / "web.csv").write_text(WEB)
    (tmp_path / "words.csv").write_text(JUDGED)
    files = [tmp_path / "crm.csv", tmp_path / "web.csv"]
    resolve_files(files, tmp_path / "out", judgements=tmp_path / "words.csv", id_key=KEY)
    return tmp_path / "out"


def rows(result: Result, name: str) -> list[str]:
    """A table's rows as text, in an order of their own."""
    table = result.table(name)
    if name == "rejected":
        table = table.drop("file", "line", "field")
    return sorted(map(repr, table.iter_rows()))


def assert_same(one: Path, other: Path, *, apart: tuple[str, ...] = ()) -> None:
    """All tables hold the same rows."""
    left, right = Result({}, one), Result({}, other)
    for name in TABLES:
        if name not in apart:
            assert left.table(name).columns == right.table(name).columns
            assert rows(left, name) == rows(right, name), name


def test_what_was_loaded_is_dumped_again(out: Path, tmp_path: Path) -> None:
    """Every row of every table, but for where a rejected value stood."""
    store = PlainStore()
    load(out, store)
    assert verify(store)
    dump(store, tmp_path / "back")
    assert_same(out, tmp_path / "back")


def test_a_dump_is_loaded_like_any_output(out: Path, tmp_path: Path) -> None:
    store, again = PlainStore(), PlainStore()
    load(out, store)
    dump(store, tmp_path / "back")
    load(tmp_path / "back", again)
    assert verify(again)
    for name in ("record", "identifier", "link", "cluster", "component", "issued"):
        assert store.rows[name] == again.rows[name]


@pytest.mark.parametrize("seed", range(4))
def test_the_store_of_an_engine_survives_dump_and_load(seed: int, tmp_path: Path) -> None:
    """Profiles, ids and their carriers; and both stores go on alike."""
    r = Random(seed)
    policy = plain_policy(r)
    history = History(policy)
    store, again = PlainStore(), PlainStore()
    with engine_of(policy, store) as engine:
        live_on(engine, history, r, 25)
    dump(store, tmp_path / "out")
    load(tmp_path / "out", again)
    assert verify(again), verify(again).differences[:5]
    assert profiles(again) == profiles(store)
    rest = [event for event in (history.event(r) for _ in range(12)) if event.message_id is None]
    for one in (store, again):
        with Engine(one) as engine:
            engine.ingest(rest)
        assert verify(one), verify(one).differences[:5]
    assert profiles(again) == profiles(store)


def change(engine: Engine, policy: Policy) -> None:
    """Change the policy, and wait until it is in force."""
    engine.set_policy(policy)
    while engine.policy_state().changing:
        time.sleep(0.005)
    assert engine.policy_state().failed is None


def profiles(store: PlainStore) -> dict[tuple[str, str], str]:
    """The profile id of every live record."""
    ids = {row.number: row.id for row in store.rows["issued"].values()}
    named = {row.number: ids[row.profile] for row in store.rows["cluster"].values()}
    live = [row for row in store.rows["record"].values() if row.live]
    return {(row.source, row.record_id): named[row.cluster] for row in live}


def test_a_store_with_identifiers_of_no_type_of_its_policy_survives_dump_and_load(
    tmp_path: Path,
) -> None:
    """As after a change of policy that drops a type, and another that brings it back."""
    both = policies.loads('rank = ["email", "cookie"]')
    store, again = PlainStore(), PlainStore()
    with engine_of(both, store) as engine:
        engine.ingest([Event("web", [("email", "a@x.com"), ("cookie", "c1")])])
        engine.ingest([Event("web", [("cookie", "c1")]), Event("crm", [("cookie", "c1")], {}, "7")])
        before = profiles(store)
        change(engine, policies.loads('rank = ["email"]'))
    dump(store, tmp_path / "out")
    load(tmp_path / "out", again)
    assert verify(again), verify(again).differences[:5]
    assert profiles(again) == profiles(store) != before
    with Engine(again) as engine:
        change(engine, both)
    assert profiles(again) == before
    assert verify(again), verify(again).differences[:5]


def test_an_engine_goes_on_from_what_was_loaded(out: Path, tmp_path: Path) -> None:
    """Later rows end as if the run had seen them: same partition, folds and traits."""
    store = PlainStore()
    load(out, store)
    early, at = 1_705_276_800_000_000, 1_707_004_800_000_000
    more: list[Event | Withdrawal] = [
        Event("web", [("email", "ann@shop.example"), ("cookie", "c1")], {"plan": "c"}, None, at),
        Event("web", [("email", "ann@shop.example"), ("cookie", "c1")], {"plan": "z"}, None, early),
        Event("crm", [("phone", "+4930901821"), ("cookie", "c2")], {}, "5", at),
        Event("web", [], {"full_name": "nobody"}, None, at + 1_000_000),
        Withdrawal("crm", "3", at),
    ]
    with Engine(store) as engine:
        engine.ingest(more)
    assert verify(store), verify(store).differences
    dump(store, tmp_path / "online")
    (tmp_path / "more.csv").write_text(
        "source,email,cookie,plan,full_name,event_time\n"
        "web,ann@shop.example,c1,c,,2024-02-04\n"
        "web,ann@shop.example,c1,z,,2024-01-15\n"
        "web,,,,nobody,2024-02-04T00:00:01Z\n"
    )
    (tmp_path / "five.csv").write_text(
        "source,id,phone,cookie,event_time\ncrm,5,+4930901821,c2,2024-02-04\n"
    )
    (tmp_path / "gone.jsonl").write_text(
        '{"source": "crm", "id": "3", "withdrawn": true, "event_time": "2024-02-04"}\n'
    )
    files = [tmp_path / name for name in ("more.csv", "five.csv", "gone.jsonl")]
    resolve_files(files, tmp_path / "both", previous=out, append=True)
    online, batch = Result({}, tmp_path / "online"), Result({}, tmp_path / "both")
    key = ["source", "record_id", "event_time", "first_seen", "count", "plan", "full_name"]
    assert sorted(online.records[key].iter_rows(), key=repr) == sorted(
        batch.records[key].iter_rows(), key=repr
    )
    for name in ("edges", "refused"):
        drop = [] if name == "edges" else ["profile_id", "other_profile_id"]
        mine, theirs = online.table(name).drop(drop), batch.table(name).drop(drop)
        assert sorted(map(repr, mine.iter_rows())) == sorted(map(repr, theirs.iter_rows()))


def test_the_same_row_again_changes_nothing(out: Path) -> None:
    """Its content hash, which loading leaves out, is made when somebody asks."""
    store = PlainStore()
    load(out, store)
    time = next(row for row in store.rows["record"].values() if row.record_id == "2").event_time
    traits = {"first_name": "Ann", "last_name": 'L"ee'}
    with Engine(store) as engine:
        (answer,) = engine.ingest(
            [Event("crm", [("email", "Ann@Shop.example")], traits, "2", time)]
        )
    assert answer.duplicate
    assert verify(store)


def test_a_withdrawn_observation_goes_with_all_that_was_folded_into_it(out: Path) -> None:
    store = PlainStore()
    load(out, store)
    folded = next(row for row in store.rows["record"].values() if row.count == 3)
    with Engine(store) as engine:
        engine.ingest([Withdrawal("web", folded.record_id, folded.event_time - 1)])
        kept = store.rows["record"][folded.number,]
        assert (kept.live, kept.count, kept.traits) == (1, 3, folded.traits)
        engine.ingest([Withdrawal("web", folded.record_id, folded.event_time)])
    assert not store.rows["record"][folded.number,].live
    assert verify(store)


def test_withdrawals_arrivals_and_ids_that_are_gone_go_on(out: Path, tmp_path: Path) -> None:
    (tmp_path / "gone.jsonl").write_text(GONE)
    resolve_files([tmp_path / "gone.jsonl"], tmp_path / "next", previous=out, append=True)
    store = PlainStore()
    loaded = load(tmp_path / "next", store)
    assert loaded.withdrawn == 1
    assert verify(store)
    dump(store, tmp_path / "back")
    assert_same(tmp_path / "next", tmp_path / "back", apart=("changes",))
    with Engine(store) as engine:
        engine.ingest([Event("crm", [("email", "bob@shop.example")], {}, "3", 2**51)])
    row = next(row for row in store.rows["record"].values() if row.record_id == "3")
    assert (row.live, row.incarnation) == (1, 1)
    assert verify(store)


def test_an_empty_result_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,email\n1,a@x.example\n")
    resolve_files([tmp_path / "a.csv"], tmp_path / "one")
    gone = '{"source": "a", "id": "1", "withdrawn": true, "event_time": "2100-01-01"}\n'
    (tmp_path / "gone.jsonl").write_text(gone)
    resolve_files(
        [tmp_path / "gone.jsonl"], tmp_path / "none", previous=tmp_path / "one", append=True
    )
    store = PlainStore()
    load(tmp_path / "none", store)
    assert verify(store), verify(store).differences


def test_hashed_emails_go_on(tmp_path: Path) -> None:
    """A digest is a further name of an email that somebody sent in plain."""
    from hashlib import sha256

    digest = sha256(b"ann@shop.example").hexdigest()
    (tmp_path / "a.csv").write_text(
        f"id,email,email_sha256\n1,Ann@shop.example,\n2,,{digest}\n3,,{'0f' * 32}\n"
    )
    resolve_files([tmp_path / "a.csv"], tmp_path / "out", id_key=KEY)
    store = PlainStore()
    load(tmp_path / "out", store)
    assert verify(store), verify(store).differences
    dump(store, tmp_path / "back")
    assert_same(tmp_path / "out", tmp_path / "back")


def test_matches_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,name\n1,Ann Lee\n2,Ann Lee\n")
    (tmp_path / "pairs.csv").write_text("left,right,weight\na/1,a/2,9\n")
    resolve_files([tmp_path / "a.csv"], tmp_path / "out", matches=tmp_path / "pairs.csv")
    with pytest.raises(OutputError, match="rests on 1 matches"):
        load(tmp_path / "out", PlainStore())


def test_the_file_is_private_and_whole(out: Path, tmp_path: Path) -> None:
    target = tmp_path / "people.db"
    load_file(out, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with open_store(target, create=False, readonly=True) as store, store.snapshot() as reader:
        assert verify(reader)


def test_a_store_that_is_there_is_replaced_only_by_force(out: Path, tmp_path: Path) -> None:
    target = tmp_path / "people.db"
    load_file(out, target)
    before = target.read_bytes()
    with pytest.raises(StoreError, match="--force"):
        load_file(out, target)
    assert target.read_bytes() == before
    load_file(out, target, force=True)


def test_a_store_that_somebody_writes_to_is_not_replaced(out: Path, tmp_path: Path) -> None:
    target = tmp_path / "people.db"
    with open_store(target), pytest.raises(StoreError, match="writes to it"):
        load_file(out, target, force=True)


def test_nothing_is_left_of_a_load_that_failed(out: Path, tmp_path: Path) -> None:
    policy = replace(policies.default(), identifiers=policies.default().identifiers[:1])
    (out / "policy.toml").write_text(policies.dumps(policy))
    before = set(tmp_path.iterdir())
    with pytest.raises((KeyError, OutputError)):
        load_file(out, tmp_path / "people.db")
    assert set(tmp_path.iterdir()) - before <= {tmp_path / "people.db-lock"}


def test_the_feed_of_a_loaded_store_creates_its_profiles(out: Path) -> None:
    store = PlainStore()
    loaded = load(out, store)
    feed = [store.rows["change"][key] for key in sorted(store.rows["change"])]
    told = [msgspec.json.decode(one.detail)["records"] for one in feed]
    assert len(feed) == loaded.profiles
    assert sorted(number for records in told for number in records) == [
        row.number for row in store.rows["record"].values() if row.live
    ]
    assert {row.since for row in store.rows["record"].values() if row.live} == {1}
    assert not store.rows["membership"]
