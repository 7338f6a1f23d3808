from __future__ import annotations

import csv
import json
from collections import defaultdict
from typing import TYPE_CHECKING

import phonenumbers
import pytest

from sameas.api.demo import Shop, generate
from sameas.engine.policy import load
from sameas.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


def bytes_of(shop: Shop) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(shop.folder.iterdir())}


def table(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))


def events(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    one = generate(tmp_path / "a", people=60, seed=3)
    other = generate(tmp_path / "b", people=60, seed=3)
    assert bytes_of(one) == bytes_of(other)


def test_another_seed_writes_another_shop(tmp_path: Path) -> None:
    one = generate(tmp_path / "a", people=60, seed=3)
    other = generate(tmp_path / "b", people=60, seed=4)
    assert all((one.folder / f.name).read_bytes() != f.read_bytes() for f in other.files)


@pytest.mark.parametrize("people", [1, 2, 5])
def test_a_tiny_shop_is_a_shop(tmp_path: Path, people: int) -> None:
    shop = generate(tmp_path, people=people)
    assert len(shop.people) == people
    assert all(path.exists() for path in shop.files)


def test_no_people_and_a_file_for_a_folder_are_two_faults_at_once(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(InputError) as error:
        generate(file, people=0)
    assert [fault.where for fault in error.value.faults] == ["people", str(file)]


def test_every_number_of_a_person_is_possible(shop: Shop) -> None:
    numbers = {n for p in shop.people for n in (p.mobile, p.landline, p.switchboard) if n}
    assert numbers
    assert all(phonenumbers.is_possible_number(phonenumbers.parse(n)) for n in numbers)


def test_the_truth_names_every_row_with_an_id_once(shop: Shop) -> None:
    rows = [
        *(("crm", row["Kundennummer"]) for row in table(shop.folder / "crm.csv", ";")),
        *(("pos", row["receipt_no"]) for row in table(shop.folder / "pos.csv")),
        *(("call", row["call_id"]) for row in table(shop.folder / "call.csv")),
    ]
    assert sorted(rows) == sorted((source, key) for source, key, _ in shop.keyed)
    assert len(set(rows)) == len(rows)


def test_the_truth_names_every_event(shop: Shop) -> None:
    lines = sum(len(events(shop.folder / f"{name}.jsonl")) for name in ("web", "mobile"))
    assert lines == len(shop.observed)
    assert all(carried for _, carried, _ in shop.observed)


def test_the_truth_says_only_people_who_exist(shop: Shop) -> None:
    people = {person.key for person in shop.people}
    assert {who for *_, who in (*shop.keyed, *shop.observed)} <= people


def test_the_crm_holds_each_person_once(shop: Shop) -> None:
    people = [who for source, _, who in shop.keyed if source == "crm"]
    assert len(set(people)) == len(people)


def test_the_crm_writes_native_names_where_the_call_centre_writes_latin_ones(shop: Shop) -> None:
    native = {row["Vorname"] for row in table(shop.folder / "crm.csv", ";") if row["Land"] == "UA"}
    typed = {row["caller_name"] for row in table(shop.folder / "call.csv")}
    assert native
    assert all("\u0400" <= name[0] <= "\u04ff" for name in native)
    assert not any("\u0400" <= name[0] <= "\u04ff" for name in typed)


def test_a_kiosk_is_used_by_many_accounts(shop: Shop) -> None:
    users = defaultdict(set)
    for source, carried, who in shop.observed:
        cookie = dict(carried).get("anonymous_id", "")
        if source == "web" and cookie.startswith("kiosk"):
            users[cookie].add(who)
    assert max(map(len, users.values())) >= 10


def test_guests_share_one_user_id(shop: Shop) -> None:
    guests = {who for _, carried, who in shop.observed if ("user_id", "guest") in carried}
    assert len(guests) >= 10


def test_some_phones_were_somebody_elses_years_ago(shop: Shop) -> None:
    owners = defaultdict(list)
    for person in shop.people:
        owners[person.mobile].append(person)
    pairs = [sorted(o, key=lambda p: p.since) for o in owners.values() if len(o) > 1]
    assert pairs
    assert all((new.since - old.until).days > 365 for old, new in pairs)


def test_housemates_share_landlines_and_some_couples_an_address(shop: Shop) -> None:
    homes = defaultdict(list)
    for person in shop.people:
        homes[person.household].append(person)
    couples = [home for home in homes.values() if len(home) > 1]
    assert any(home[0].landline and home[0].landline == home[1].landline for home in couples)
    assert any(home[0].emails[0] == home[1].emails[0] for home in couples)


def test_a_switchboard_is_called_from_by_many(shop: Shop) -> None:
    calls = [row["caller_phone"] for row in table(shop.folder / "call.csv")]
    number = next(person.switchboard for person in shop.people if person.switchboard)
    assert calls.count(number) > 12


def test_ad_clicks_carry_a_hash_and_no_address(shop: Shop) -> None:
    clicks = [e for e in events(shop.folder / "mobile.jsonl") if e["event"] == "ad_click"]
    assert clicks
    assert all(len(str(click["email_sha256"])) == 64 for click in clicks)
    assert not any(click["user_id"] or click["device_id"] for click in clicks)


def test_the_till_and_the_app_send_junk(shop: Shop) -> None:
    till = table(shop.folder / "pos.csv")
    app = (shop.folder / "mobile.jsonl").read_text(encoding="utf-8")
    assert any(row["email"] == "test@test.com" for row in till)
    assert "00000000-0000-0000-0000-000000000000" in app


def test_the_policy_beside_the_data_is_valid(shop: Shop) -> None:
    policy = load(shop.policy)
    assert policy.default_region == "DE"
    assert policy.rank("loyalty_card") > policy.rank("email")
