from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest
from tests.api.demo.demo_tables import Output

from sameas.api.demo.truth import Truth, true_people, write_truth
from sameas.engine.policy import Policy, load
from sameas.graph.model import RecordKey
from sameas.matching.canonical import hash_names

if TYPE_CHECKING:
    from pathlib import Path

    from sameas.api.demo import Shop

ZEROED = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def policy(shop: Shop) -> Policy:
    return load(shop.policy)


def test_a_record_with_an_id_has_its_person(shop: Shop, policy: Policy, folder: Path) -> None:
    output = Output()
    output.said("crm/1", "p", "Ann")
    known = replace(shop, keyed=(("crm", "1", "P1"),), observed=())
    truth = true_people(known, output.read(folder), policy)
    assert truth == Truth({RecordKey("crm", "1"): "P1"}, 0, 0)


def test_an_observation_has_the_person_of_its_events(
    shop: Shop, policy: Policy, folder: Path
) -> None:
    output = Output()
    output.said("web/o", "p", None, "anonymous_id:c", "email:ann@x.example")
    carried = (("anonymous_id", "c"), ("email", "ANN@X.example "))
    known = replace(shop, keyed=(), observed=(("web", carried, "P1"), ("web", carried, "P1")))
    truth = true_people(known, output.read(folder), policy)
    assert truth.person == {RecordKey("web", "o"): "P1"}


def test_an_observation_of_several_people_has_none(
    shop: Shop, policy: Policy, folder: Path
) -> None:
    output = Output()
    output.said("web/o", "p", None, "anonymous_id:tablet")
    carried = (("anonymous_id", "tablet"),)
    known = replace(shop, keyed=(), observed=(("web", carried, "P1"), ("web", carried, "P2")))
    truth = true_people(known, output.read(folder), policy)
    assert truth == Truth({}, 1, 0)


def test_junk_kept_on_an_observation_does_not_hide_its_person(
    shop: Shop, policy: Policy, folder: Path
) -> None:
    output = Output()
    output.said("mobile/o", "p", None, "user_id:u1", f"advertising_id:{ZEROED}")
    carried = (("user_id", "u1"), ("advertising_id", ZEROED))
    known = replace(shop, keyed=(), observed=(("mobile", carried, "P1"),))
    assert true_people(known, output.read(folder), policy).person == {
        RecordKey("mobile", "o"): "P1"
    }


@pytest.mark.parametrize("form", ["plain", "hashed"])
def test_a_hashed_email_is_traced_whichever_form_the_output_shows(
    shop: Shop, policy: Policy, folder: Path, form: str
) -> None:
    email = next(e for p in shop.people for e in p.emails if "gmail" not in e)
    (digest,) = hash_names(email, email)["email_sha256"]
    output = Output()
    shown = f"email:{email}" if form == "plain" else f"email_sha256:{digest}"
    output.said("mobile/o", "p", None, shown)
    known = replace(shop, keyed=(), observed=(("mobile", (("email_sha256", digest),), "P1"),))
    assert true_people(known, output.read(folder), policy).person == {
        RecordKey("mobile", "o"): "P1"
    }


def test_what_cannot_be_traced_is_counted(shop: Shop, policy: Policy, folder: Path) -> None:
    output = Output()
    output.said("crm/9", "p", "Ann")
    output.said("web/o", "q", None, "anonymous_id:c")
    known = replace(shop, keyed=(), observed=())
    assert true_people(known, output.read(folder), policy) == Truth({}, 0, 2)


def test_the_written_truth_can_be_read_back(folder: Path) -> None:
    path = folder / "truth.parquet"
    write_truth(Truth({RecordKey("web", "o"): "P2", RecordKey("crm", "1"): "P1"}, 0, 0), path)
    assert pl.read_parquet(path).rows() == [("crm", "1", "P1"), ("web", "o", "P2")]


def test_an_empty_truth_can_be_written(folder: Path) -> None:
    write_truth(Truth({}, 0, 0), folder / "truth.parquet")
    assert pl.read_parquet(folder / "truth.parquet").columns == [
        "source",
        "record_id",
        "cluster_id",
    ]
