"""A run with nothing configured: what it learns, decides and writes, and that it is repeatable."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import polars as pl
import pytest
from tests.engine.match.people import write

from sameas.engine import policy as policies
from sameas.engine.batch import resolve_files
from sameas.engine.batch.train import train_files
from sameas.engine.evaluate import evaluate
from sameas.errors import InputError, ModelError

if TYPE_CHECKING:
    from pathlib import Path

    from sameas.engine.batch import Result


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with people.csv, truth.csv, and `out`: what a run made of them."""
    folder = tmp_path_factory.mktemp("learned")
    people, _ = write(folder)
    resolve_files([people], folder / "out")
    return folder


def partition(out: Path) -> set[frozenset[str]]:
    """The profiles of an output as sets of records."""
    rows = pl.read_parquet(out / "records.parquet").with_columns(pl.col("source").cast(pl.String))
    groups = rows.group_by("profile_id").agg(pl.format("{}/{}", "source", "record_id"))
    return {frozenset(members) for members in groups["source"].to_list()}


def matching(out: Path) -> dict[str, object]:
    """What the manifest says of matching."""
    found = json.loads((out / "manifest.json").read_text())["matching"]
    assert isinstance(found, dict)
    return found


def test_people_are_found_without_configuration(learned: Path) -> None:
    """Records with typing errors and without a common identifier become people."""
    result = evaluate(learned / "out", learned / "truth.csv")
    assert result.scores.precision > 0.97
    assert result.scores.recall > 0.9
    assert matching(learned / "out")["state"] == "learned"


def test_the_output_says_what_it_was_made_with(learned: Path) -> None:
    """The model, the policy and the report are in it."""
    found = matching(learned / "out")
    assert (learned / "out" / "model.json").is_file()
    page = (learned / "out" / "report.html").read_text()
    keys = found["keys"]
    assert isinstance(keys, list)
    assert keys[0]["name"] in page
    assert "What makes two of them one person was learned" in page


def test_a_status_is_no_evidence(learned: Path) -> None:
    """A column that is about a contract and not about a person is no field."""
    fields = matching(learned / "out")["fields"]
    assert isinstance(fields, list)
    names = {field["name"] for field in fields}
    assert {"given_name", "family_name", "birth_date", "email"} <= names
    assert "status" not in names


def test_sources_that_hold_each_person_once_are_seen(learned: Path) -> None:
    """Both sources are clean, and the written policy says so."""
    policy = policies.load(learned / "out" / "policy.toml")
    assert policy.duplicate_free == {"crm", "shop"}


def test_the_written_policy_and_model_give_the_same_people(learned: Path) -> None:
    """The next run decides and learns nothing, and answers alike."""
    out = learned / "again"
    resolve_files(
        [learned / "people.csv"],
        out,
        policy=policies.load(learned / "out" / "policy.toml"),
        model=learned / "out" / "model.json",
    )
    assert matching(out)["state"] == "model"
    assert partition(out) == partition(learned / "out")
    for name in ("model.json", "policy.toml"):
        assert (out / name).read_text() == (learned / "out" / name).read_text()


def test_the_order_of_rows_changes_nothing(learned: Path, tmp_path: Path) -> None:
    """Reversed rows in two files give the same model, policy and people."""
    with (learned / "people.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    rows.reverse()
    paths = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for path, part in zip(paths, (rows[:90], rows[90:]), strict=True):
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([head, *part])
    resolve_files(paths, tmp_path / "out")
    for name in ("model.json", "policy.toml"):
        assert (tmp_path / "out" / name).read_text() == (learned / "out" / name).read_text()
    assert partition(tmp_path / "out") == partition(learned / "out")


def test_an_earlier_output_goes_on_with_its_model(learned: Path, tmp_path: Path) -> None:
    """Nobody moves when the same records come again, and added records meet by the model."""
    resolve_files([learned / "people.csv"], tmp_path / "next", previous=learned / "out")
    assert matching(tmp_path / "next")["state"] == "model"
    manifest = json.loads((tmp_path / "next" / "manifest.json").read_text())
    assert manifest["changes"]["unchanged"] == manifest["counts"]["profiles"]
    with (learned / "people.csv").open(newline="") as file:
        head, first, *_ = csv.reader(file)
    added = tmp_path / "added.csv"
    with added.open("w", newline="") as file:
        csv.writer(file).writerows([head, ["desk", "d1", *first[2:]]])
    resolve_files([added], tmp_path / "next", append=True)
    ours = next(people for people in partition(tmp_path / "next") if "desk/d1" in people)
    assert f"{first[0]}/{first[1]}" in ours


def test_no_match_means_identifiers_alone(learned: Path, tmp_path: Path) -> None:
    """Without matching there is no model, and the next run does not match either."""
    resolve_files([learned / "people.csv"], tmp_path / "out", match=False)
    assert matching(tmp_path / "out") == {"state": "off", "why": "not wanted"}
    assert not (tmp_path / "out" / "model.json").exists()
    resolve_files([learned / "people.csv"], tmp_path / "next", previous=tmp_path / "out")
    assert matching(tmp_path / "next")["state"] == "off"


def test_a_policy_that_somebody_wrote_stays_as_it_is(learned: Path, tmp_path: Path) -> None:
    """With a policy nothing is decided."""
    result = resolve_files([learned / "people.csv"], tmp_path / "out", policy=policies.default())
    assert result.manifest["matching"]["decisions"] == []
    assert policies.load(tmp_path / "out" / "policy.toml") == policies.default()


def test_too_few_records_teach_nothing(tmp_path: Path) -> None:
    """A small table is resolved by its identifiers, and the manifest says why."""
    people, _ = write(tmp_path, people=20)
    result: Result = resolve_files([people], tmp_path / "out")
    assert result.manifest["matching"] == {
        "state": "nothing",
        "why": "fewer than 100 records",
    }


def test_a_file_of_identifiers_learns_nothing(tmp_path: Path) -> None:
    """Cookies and addresses alone are no fields that could be compared."""
    path = tmp_path / "events.csv"
    rows = "".join(f"c{n % 150},p{n % 130}@example.com\n" for n in range(400))
    path.write_text("cookie,email\n" + rows)
    result = resolve_files([path], tmp_path / "out")
    assert result.manifest["matching"]["why"] == "too few fields that can be compared"


def test_training_writes_the_model_that_a_run_learns(learned: Path, tmp_path: Path) -> None:
    """`train` and `resolve` learn the same from the same records."""
    used = train_files([learned / "people.csv"], tmp_path / "model.json")
    assert used.state == "learned"
    assert (tmp_path / "model.json").read_text() == (learned / "out" / "model.json").read_text()


def test_training_on_what_teaches_nothing_is_an_error(tmp_path: Path) -> None:
    """There is no model to write, and the reason is said."""
    people, _ = write(tmp_path, people=20)
    with pytest.raises(InputError, match="teaches nothing: fewer than 100 records"):
        train_files([people], tmp_path / "model.json")
    assert not (tmp_path / "model.json").exists()


def test_labels_refine_a_model(learned: Path, tmp_path: Path) -> None:
    """What somebody knows of pairs changes the weights."""
    labels = tmp_path / "labels.csv"
    same = "".join(f"same,crm/crm{n},shop/shop{n}\n" for n in range(60))
    apart = "".join(f"different,crm/crm{n},shop/shop{n + 1}\n" for n in range(60))
    labels.write_text("kind,left,right\n" + same + apart)
    train_files([learned / "people.csv"], tmp_path / "model.json", labels=labels)
    assert (tmp_path / "model.json").read_text() != (learned / "out" / "model.json").read_text()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"match": False, "model": "model.json"}, "--model: has no use with --no-match"),
        ({"match": False, "labels": "labels.csv"}, "--labels: has no use with --no-match"),
        ({"matches": "pairs.csv", "model": "model.json"}, "--model: does not go with --matches"),
        ({"model": "model.json", "labels": "labels.csv"}, "--labels: has no use with --model"),
    ],
)
def test_what_does_not_go_together_is_refused(
    tmp_path: Path, options: dict[str, object], said: str
) -> None:
    """Before anything is read."""
    paths = {
        name: tmp_path / value if isinstance(value, str) else value
        for name, value in options.items()
    }
    with pytest.raises(InputError, match=said):
        resolve_files([tmp_path / "people.csv"], tmp_path / "out", **paths)  # type: ignore[arg-type]


def test_a_model_that_is_none_is_refused(learned: Path, tmp_path: Path) -> None:
    """A missing file and a file of something else, each with its name."""
    with pytest.raises(ModelError, match=r"none\.json"):
        resolve_files([learned / "people.csv"], tmp_path / "out", model=tmp_path / "none.json")
    (tmp_path / "else.json").write_text("[]")
    with pytest.raises(ModelError, match=r"else\.json"):
        resolve_files([learned / "people.csv"], tmp_path / "out", model=tmp_path / "else.json")
    assert not (tmp_path / "out").exists()
