"""A model that was learned goes on in a store: what comes is matched as a batch would."""

from __future__ import annotations

import csv
import subprocess
import sys
from random import Random
from typing import TYPE_CHECKING

import polars as pl
import pytest
from tests.engine.match.people import FAMILY, GIVEN

from sameas.engine.batch.run import resolve_files
from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Event, Withdrawal
from sameas.engine.online.whole import dump, load, verify
from sameas.graph.store import open_store
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from pathlib import Path

TRAITS = ("first_name", "last_name", "birth_date", "city")


def person(r: Random) -> dict[str, str]:
    """Somebody of few names, days and cities."""
    born = f"19{r.randrange(50, 99)}-{r.randrange(1, 13):02}-{r.randrange(1, 29):02}"
    city = r.choice(("Oslo", "Bergen", "Trondheim", "Stavanger"))
    return {
        "first_name": r.choice(GIVEN),
        "last_name": r.choice(FAMILY),
        "birth_date": born,
        "city": city,
    }


def told(r: Random, one: dict[str, str]) -> dict[str, str]:
    """The same, perhaps with a slip."""
    found = dict(one)
    if r.randrange(3) == 0:
        name = found["last_name"]
        at = r.randrange(1, len(name))
        found["last_name"] = name[:at] + name[at + 1 :]
    if r.randrange(8) == 0:
        found["city"] = ""
    return found


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run that learned a model wrote of 240 people with two records each."""
    folder = tmp_path_factory.mktemp("model")
    r = Random(7)
    people = [person(r) for _ in range(240)]
    with (folder / "crm.csv").open("w", newline="", encoding="utf-8") as file:
        lines = csv.DictWriter(file, ["id", "updated_at", *TRAITS])
        lines.writeheader()
        for number, one in enumerate([*people, *people]):
            lines.writerow({"id": number, "updated_at": "2024-01-01", **told(r, one)})
    resolve_files([folder / "crm.csv"], folder / "out")
    assert (folder / "out" / "model.json").is_file()
    return folder / "out"


def test_a_loaded_store_matches_as_the_run_did(out: Path, tmp_path: Path) -> None:
    """Profile by profile; and it dumps what it took."""
    with open_store(tmp_path / "people.db") as store:
        loaded = load(out, store)
        found = verify(store)
        assert found.differences == []
        dump(store, tmp_path / "back")
    before, after = (
        pl.read_parquet(folder / "records.parquet", columns=["source", "record_id", "profile_id"])
        for folder in (out, tmp_path / "back")
    )
    assert sorted(before.rows()) == sorted(after.rows())
    assert loaded.profiles < 2 * 240
    assert (tmp_path / "back" / "model.json").read_text() == (out / "model.json").read_text()


def test_what_comes_is_matched_as_a_batch_would(out: Path, tmp_path: Path) -> None:
    """New records, changed ones, withdrawn ones; `verify` computes the whole anew."""
    r = Random(8)
    with open_store(tmp_path / "people.db") as store:
        load(out, store)
        known = [row.record_id for row in store.scan(t.RECORD) if row.live]
        with Engine(store) as engine:
            traits = [person(r) for _ in range(30)]
            joined = 0
            for number, one in enumerate([*traits, *traits]):
                answer = engine.submit(Event("web", [], told(r, one), str(number), 10**15)).result()
                joined += not answer.created
            assert joined > 20
            for record_id in r.sample(known, 20):
                engine.submit(Withdrawal("crm", record_id, 2 * 10**15)).result()
            for record_id in r.sample(known, 20):
                event = Event("crm", [], told(r, r.choice(traits)), record_id, 3 * 10**15)
                engine.submit(event).result()
            assert engine.settled(60)
            with engine.reader() as reader:
                found = verify(reader)
                assert found.differences == []
                assert reader.count(t.VECTOR_PAIR)


WARMED = """
import sys
from sameas.engine.online.engine import Engine
from sameas.engine.online.warm import warm
from sameas.graph.store import open_store
with Engine(open_store(sys.argv[1])) as engine:
    warm(engine.rules)
from sameas.engine.batch.plain import resolve_plain
from sameas.matching.compare.name_kernel import name_levels
print(bool(name_levels.signatures), bool(resolve_plain.signatures))
"""


def test_warming_a_store_with_a_model_loads_what_matching_needs(out: Path, tmp_path: Path) -> None:
    """In a process that has loaded nothing yet."""
    with open_store(tmp_path / "people.db") as store:
        load(out, store)
    command = [sys.executable, "-c", WARMED, str(tmp_path / "people.db")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]
