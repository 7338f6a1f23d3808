"""Columns are mapped by name and values together, and the mapping says why."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from pyarrow import parquet

from sameas.engine.policy import IdentifierType, Policy, default
from sameas.engine.read.detect import detect, missing_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sameas.engine.read.mapping import Mapping

POLICY = default()
UUID = "123e4567-e89b-12d3-a456-42661417400{}"
SHA256 = "{:064x}"


def found(policy: Policy = POLICY, /, **columns: Sequence[object]) -> dict[str, str]:
    return mapped(policy, **columns).columns()


def mapped(policy: Policy = POLICY, /, **columns: Sequence[object]) -> Mapping:
    return detect(pa.table(columns), policy)


def made_up(name: str) -> list[str]:
    """Values that a column of this name might hold."""
    folded = name.casefold()
    if folded in {"record_id", "soc_sec_id", "identifiers", "ssn_number"}:
        return ["x1", "x2", "x3"]
    if folded == "source":
        return ["a", "a", "b"]
    if folded == "updated_at":
        return ["2024-01-01", "2024-01-02", "2024-01-02"]
    if "email" in folded:
        return ["ann@example.com", "bob@example.com", "cy@example.com"]
    if folded in {"phone", "phone_number"}:
        return ["+1 415 555 0100", "+1 415 555 0101", "+1 415 555 0102"]
    if folded == "date":
        return ["1/28/18", "1/10/18", "2/3/19"]
    return ["some text", "other text", "some text"]


_PERSON = {
    "record_id": "record_id",
    "source": "source",
    "updated_at": "event_time",
    "first_name": "trait:first_name",
    "middle_name": "trait:middle_name",
    "last_name": "trait:last_name",
    "gender": "trait:gender",
    "dob": "trait:birth_date",
    "street": "trait:street",
    "city": "trait:city",
    "state": "trait:state",
    "postcode": "trait:postal_code",
    "phone": "identifier:phone",
    "email": "identifier:email",
}
_FEBRL = {
    "record_id": "record_id",
    "source": "source",
    "given_name": "trait:first_name",
    "surname": "trait:last_name",
    "street_number": "trait:street_number",
    "address_1": "trait:street",
    "address_2": "trait:street_2",
    "suburb": "trait:city",
    "postcode": "trait:postal_code",
    "state": "trait:state",
    "date_of_birth": "trait:birth_date",
    "soc_sec_id": "trait:ssn",
}
SETS: dict[str, dict[str, str]] = {
    "synth_person_20k": _PERSON,
    "synth_person_100k": _PERSON,
    "febrl3": _FEBRL,
    "febrl4": _FEBRL,
    "synth_multiscript_20k": {
        "record_id": "record_id",
        "source": "source",
        "full_name": "trait:full_name",
        "dob": "trait:birth_date",
        "phone": "identifier:phone",
        "email": "identifier:email",
    },
    "fake_1000": {
        "record_id": "record_id",
        "source": "source",
        "first_name": "trait:first_name",
        "surname": "trait:last_name",
        "dob": "trait:birth_date",
        "city": "trait:city",
        "email": "identifier:email",
    },
    "historical_50k": {
        "record_id": "record_id",
        "source": "source",
        "full_name": "trait:full_name",
        "first_and_surname": "trait:first_and_surname",
        "first_name": "trait:first_name",
        "surname": "trait:last_name",
        "dob": "trait:birth_date",
        "birth_place": "trait:birth_place",
        "postcode_fake": "trait:postal_code",
        "gender": "trait:gender",
        "occupation": "trait:job_title",
    },
    "cdc_tuning_100": {
        "record_id": "record_id",
        "source": "source",
        "first_name": "trait:first_name",
        "last_name": "trait:last_name",
        "birth_date": "trait:birth_date",
        "sex": "trait:gender",
        "street": "trait:street",
        "city": "trait:city",
        "state": "trait:state",
        "postal_code": "trait:postal_code",
        "county": "trait:county",
        "phone": "identifier:phone",
        "identifiers": "trait:trait_identifiers",
    },
    "senzing_truthset": {
        "record_id": "record_id",
        "source": "source",
        "PRIMARY_NAME_FULL": "trait:full_name",
        "PRIMARY_NAME_ORG": "trait:company",
        "PRIMARY_NAME_LAST": "trait:last_name",
        "PRIMARY_NAME_FIRST": "trait:first_name",
        "PRIMARY_NAME_MIDDLE": "trait:middle_name",
        "NATIVE_NAME_FULL": "trait:native_name_full",
        "SECONDARY_NAME_ORG": "trait:company_2",
        "DATE_OF_BIRTH": "trait:birth_date",
        "PASSPORT_NUMBER": "trait:passport",
        "PASSPORT_COUNTRY": "trait:passport_country",
        "DRIVERS_LICENSE_NUMBER": "trait:driver_license",
        "SSN_NUMBER": "trait:ssn",
        "NATIONAL_ID_NUMBER": "trait:national_id",
        "EMAIL_ADDRESS": "identifier:email",
        "ADDR_FULL": "trait:address",
        "ADDR_LINE1": "trait:street",
        "ADDR_CITY": "trait:city",
        "ADDR_STATE": "trait:state",
        "ADDR_POSTAL_CODE": "trait:postal_code",
        "ADDR_COUNTRY": "trait:country",
        "ADDR_TYPE": "trait:addr_type",
        "PHONE_NUMBER": "identifier:phone",
        "PHONE_TYPE": "trait:phone_type",
        "RECORD_TYPE": "trait:record_type",
        "DATE": "event_time",
        "EMPLOYER": "trait:employer",
        "TAX_ID_NUMBER": "trait:tax_id",
    },
}


@pytest.mark.parametrize("name", SETS)
def test_columns_named_as_in_known_sets_map_sensibly(name: str) -> None:
    expected = SETS[name]
    columns: dict[str, list[object]] = {column: [*made_up(column)] for column in expected}
    assert found(**columns) == expected


if "SAMEAS_DATA" in os.environ:  # labelled sets are no part of the project

    @pytest.mark.parametrize("name", SETS)
    def test_the_known_sets_map_sensibly(name: str) -> None:
        path = Path(os.environ["SAMEAS_DATA"], name, "records.parquet")
        sample = next(parquet.ParquetFile(path).iter_batches(2_000))
        mapping = detect(pa.Table.from_batches([sample]), POLICY).columns()
        assert {column: mapping[column] for column in SETS[name]} == SETS[name]
        assert len(mapping) == sample.num_columns


def test_events_of_web_analytics_map_rightly() -> None:
    columns: dict[str, Sequence[object]] = {
        "userId": ["u1", "u2", None],
        "anonymousId": ["a1", "a2", "a3"],
        "context.device.id": ["d1", "d1", "d2"],
        "context.device.advertisingId": ["i1", "i1", "i2"],
        "context.traits.email": ["ann@example.com", None, "bob@example.com"],
        "traits.phone": ["+14155550100", None, None],
        "traits.plan": ["pro", "free", "free"],
        "context.ip": ["10.0.0.1"] * 3,
        "messageId": ["m1", "m2", "m3"],
        "timestamp": ["2024-01-01T00:00:00Z"] * 3,
        "originalTimestamp": ["2024-01-01T00:00:00Z"] * 3,
        "sentAt": ["2024-01-01T00:00:00Z"] * 3,
    }
    assert found(**columns) == {
        "userId": "identifier:user_id",
        "anonymousId": "identifier:anonymous_id",
        "context.device.id": "identifier:device_id",
        "context.device.advertisingId": "identifier:advertising_id",
        "context.traits.email": "identifier:email",
        "traits.phone": "identifier:phone",
        "traits.plan": "trait:plan",
        "context.ip": "trait:ip",
        "messageId": "message_id",
        "timestamp": "event_time",
        "originalTimestamp": "trait:original_timestamp",
        "sentAt": "trait:sent_at",
    }


def test_a_column_named_email_without_addresses_is_no_identifier() -> None:
    assert found(email=["yes", "no", "yes"]) == {"email": "trait:email"}


def test_a_column_full_of_emails_is_one_whatever_its_name() -> None:
    mapping = mapped(contact=["ann@example.com", "bob@example.com"])
    assert mapping["contact"].role == "identifier:email"
    assert mapping["contact"].why == "values"


def test_a_column_full_of_international_phones_is_one() -> None:
    assert found(kontakt=["+380501234567", "+380671234567"])["kontakt"] == "identifier:phone"


def test_numbers_alone_are_no_phones() -> None:
    assert found(amount=["4155550100", "4155550101"])["amount"] == "trait:amount"


@pytest.mark.parametrize("name", ["manager_email", "referrer_email", "assigned_to", "owner"])
def test_somebody_elses_email_joins_nobody(name: str) -> None:
    role = found(**{name: ["boss@example.com", "chief@example.com"]})[name]
    assert role.startswith("trait:")


def test_a_hashed_email_is_recognised_by_its_values() -> None:
    hashes = [SHA256.format(i) for i in range(5)]
    assert found(email=hashes)["email"] == "identifier:email_sha256"
    assert found(hashed_email=hashes)["hashed_email"] == "identifier:email_sha256"
    assert found(checksum=hashes)["checksum"] == "trait:checksum"


def test_only_types_of_the_policy_are_detected() -> None:
    policy = Policy(identifiers=(IdentifierType("phone"),))
    columns: dict[str, Sequence[object]] = {
        "email": ["ann@example.com"],
        "user_id": ["7"],
        "external_id": ["x"],
    }
    assert found(policy, **columns) == {
        "email": "trait:email",
        "user_id": "trait:user_id",
        "external_id": "trait:external_id",
    }


def test_a_type_of_the_policy_is_found_by_its_own_name() -> None:
    policy = Policy(identifiers=(IdentifierType("loyalty_card"),))
    assert found(policy, **{"Loyalty Card": [*"1"]}) == {"Loyalty Card": "identifier:loyalty_card"}


def test_the_policy_wins_over_what_a_column_looks_like() -> None:
    policy = Policy(
        columns={"email": "ignore", "x": "trait:a"}, file_columns={"f": {"x": "trait:b"}}
    )
    table = pa.table({"email": ["ann@example.com"], "x": ["1"]})
    mapping = detect(table, policy, file_name="f")
    assert mapping.columns() == {"email": "ignore", "x": "trait:b"}
    assert {role.why for role in mapping} == {"policy"}


def test_the_more_specific_record_id_wins() -> None:
    assert found(id=["1", "2"], record_id=["a", "b"]) == {
        "id": "trait:id",
        "record_id": "record_id",
    }


def test_an_id_that_repeats_is_no_record_id() -> None:
    assert found(customer_id=["1", "1", "2", "2"])["customer_id"] == "trait:customer_id"


def test_ids_are_unique_within_their_source() -> None:
    assert found(source=["a", "b"], id=["1", "1"])["id"] == "record_id"


def test_an_id_that_is_an_email_is_an_identifier() -> None:
    assert found(id=["ann@example.com", "bob@example.com"]) == {"id": "identifier:email"}


def test_a_user_id_stays_an_identifier() -> None:
    assert found(user_id=["1", "2"]) == {"user_id": "identifier:user_id"}


def test_the_best_time_is_the_event_time_and_creation_the_first_seen() -> None:
    times: list[object] = ["2024-01-01"]
    assert found(created_at=times, timestamp=times, event_time=times, birth_date=times) == {
        "created_at": "first_seen",
        "timestamp": "trait:timestamp",
        "event_time": "event_time",
        "birth_date": "trait:birth_date",
    }


def test_a_column_named_as_a_time_that_holds_none_is_a_trait() -> None:
    assert found(updated_at=["never", "always"])["updated_at"] == "trait:updated_at"


def test_an_ambiguous_order_of_day_and_month_is_said() -> None:
    role = mapped(updated_at=["03/04/2024"])["updated_at"]
    assert role.role == "event_time"
    assert "no value tells day from month" in role.note


def test_traits_named_like_output_columns_get_a_prefix() -> None:
    assert found(count=["1"], source=[f"s{i}" for i in range(1)]) == {
        "count": "trait:trait_count",
        "source": "source",
    }


def test_a_second_column_of_a_trait_gets_a_number_and_the_plain_name_comes_first() -> None:
    assert found(billing_city=["A"], city=["B"]) == {
        "billing_city": "trait:city_2",
        "city": "trait:city",
    }


def test_two_columns_of_one_identifier_type_are_both_identifiers() -> None:
    roles = found(home_phone=["+14155550100"], mobile=["+14155550101"])
    assert set(roles.values()) == {"identifier:phone"}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"Vorname": ["A"], "Name": ["B"]}, ["trait:first_name", "trait:last_name"]),
        ({"Name": ["Ann Lee"]}, ["trait:full_name"]),
        ({"Imię": ["A"], "Nazwisko": ["B"]}, ["trait:first_name", "trait:last_name"]),
        ({"Ім'я": ["A"], "Прізвище": ["B"]}, ["trait:first_name", "trait:last_name"]),
        ({"Prénom": ["A"], "Nom": ["B"]}, ["trait:first_name", "trait:last_name"]),
        ({"Ad": ["A"], "Soyad": ["B"]}, ["trait:first_name", "trait:last_name"]),
        ({"Nombre": ["Ann Lee"]}, ["trait:full_name"]),
    ],
)
def test_a_word_for_name_means_what_the_other_columns_leave(
    columns: dict[str, list[object]], expected: list[str]
) -> None:
    assert list(found(**columns).values()) == expected


@pytest.mark.parametrize(
    ("values", "role"),
    [
        (["Ann Smith", "Dr. Lee, Bob", "CLEO DE LA CRUZ"], "trait:full_name"),
        (["Müller, Jörg", "", "Олена Коваль"], "trait:full_name"),
        (["10442", "10443", "10444"], "trait:customer"),
        (["gold", "new", "vip"], "trait:customer"),
        (["Ann Smith 2", "Order 17 open", "Bob 7"], "trait:customer"),
    ],
)
def test_a_column_headed_by_what_somebody_is_holds_names_if_it_looks_so(
    values: list[str], role: str
) -> None:
    assert found(customer=values, city=["Rome", "Oslo", "Bonn"])["customer"] == role


def test_a_plain_name_goes_before_a_contact() -> None:
    people = ["Ann Smith", "Bob Lee", "Cleo Park"]
    assert found(contact=people, name=people) == {
        "contact": "trait:full_name_2",
        "name": "trait:full_name",
    }


def test_a_list_of_emails_is_an_identifier() -> None:
    assert (
        found(emails=[["ann@example.com", "a@example.org"], None])["emails"] == "identifier:email"
    )


def test_a_column_without_values_goes_by_its_name() -> None:
    roles = found(email=[None, None], record_id=[None, None], x=[None, None])
    assert roles == {
        "email": "identifier:email",
        "record_id": "trait:trait_record_id",
        "x": "trait:x",
    }


def test_a_mapping_renders_as_rows_with_reason_and_example() -> None:
    (row,) = mapped(email=["ann@example.com"]).rows()
    assert row[:2] == ("email", "identifier:email")
    assert "100%" in row[2]
    assert row[3] == "ann@example.com"


def test_a_missing_column_is_named_with_the_nearest_ones() -> None:
    (fault,) = missing_columns("f.csv", ["E-Mail Adress", "ok"], ["email_address", "ok"])
    assert "email_address" in fault.remedy


def test_five_thousand_columns_are_mapped() -> None:
    columns: dict[str, list[object]] = {f"field {i}": [i] for i in range(5_000)}
    assert len(set(found(**columns).values())) == 5_000


@pytest.mark.parametrize(
    "names",
    [
        ("by", "bm", "bd"),
        ("birth_year", "birth_month", "birth_day"),
        ("dob_year", "dob_month", "dob_day"),
        ("yob", "mob", "dob"),
        ("Geburtsjahr", "Geburtsmonat", "Geburtstag"),
        ("birth_yy", "birth_mm", "birth_dd"),
        ("BirthYear", "BirthMonth", "BirthDay"),
    ],
)
@pytest.mark.parametrize("end", ["", ".0"])
def test_a_birth_date_in_three_columns_is_known(names: tuple[str, str, str], end: str) -> None:
    rows = [(1949, 7, 22), (1968, 12, 31), (2001, 1, 1)]
    columns = [[f"{value}{end}" for value in column] for column in zip(*rows, strict=True)]
    said = found(**dict(zip(names, columns, strict=True)))
    assert [said[name] for name in names] == [
        "trait:birth_year",
        "trait:birth_month",
        "trait:birth_day",
    ]


def test_headings_that_say_little_are_no_birth_date_by_themselves() -> None:
    assert found(by=["1949", "1968"], bm=["7", "12"])["by"] == "trait:by"
    said = found(by=["ann", "bob"], bm=["7", "12"], bd=["1", "31"])
    assert set(said.values()).isdisjoint({"trait:birth_year", "trait:birth_day"})
    said = found(by=["1949", "1968"], bm=["7", "13"], bd=["1", "31"])
    assert "trait:birth_month" not in said.values()


def test_what_heads_whole_dates_and_days_of_the_month_is_told_by_its_values() -> None:
    assert found(birth_day=["1980-04-22", "1975-01-03"])["birth_day"] == "trait:birth_date"
    assert found(day_of_birth=["22.4.1980", "3.1.1975"])["day_of_birth"] == "trait:birth_date"
    assert found(birthday=["22", "3"])["birthday"] == "trait:birth_day"
    assert found(dob=["1980", "1975"])["dob"] == "trait:birth_date"
    assert found(yob=["1980", "1975"])["yob"] == "trait:birth_year"
    assert found(mother_birth_year=["1980", "1975"]) == {
        "mother_birth_year": "trait:mother_birth_year"
    }


def test_numbered_parts_of_names_are_names() -> None:
    said = found(fname_c1=["CARSTEN"], fname_c2=[""], lname_c1=["MEIER"], lname_c2=[""])
    assert said["fname_c1"] == "trait:first_name"
    assert said["lname_c1"] == "trait:last_name"
    assert said["fname_c2"] == "trait:first_name_2"


LOCAL = ["01602438344", "01624862657", "0175 0511767", "030 901820"]


def test_numbers_of_another_country_are_compared_and_link_nobody() -> None:
    """As identifiers they would all be rejected."""
    mapping = mapped(handy=LOCAL)
    assert mapping.columns() == {"handy": "trait:local_phone"}
    (role,) = mapping
    assert "0% are numbers of US" in role.note
    assert "default_region" in role.note
    german = replace(POLICY, default_region="DE")
    assert found(german, handy=LOCAL) == {"handy": "identifier:phone"}
    assert found(handy=["+49 160 2438344", "0175 0511767"]) == {"handy": "identifier:phone"}
    assert found(phone=["", "(202) 555-0143", "n/a"]) == {"phone": "identifier:phone"}
    assert found(phone=[""]) == {"phone": "identifier:phone"}
