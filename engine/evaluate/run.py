"""An output folder against the truth: scores, what could not be scored, and the worst mistakes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from sameas.engine.evaluate.partition import Scores, cells, scores
from sameas.engine.evaluate.truth import read_truth
from sameas.errors import Fault, InputError
from sameas.graph.model import RecordKey

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Evaluation", "Example", "evaluate"]

EXAMPLES: Final = 10
PARTS: Final = 5
REFERENCES: Final = 3
"""Examples of a kind, parts shown of each, references shown of each part."""


@dataclass(frozen=True, slots=True)
class Example:
    """A cluster that is wrong, and the largest of the pieces that show it."""

    id: str
    """The profile's id of a wrong profile, the truth's cluster id of a split person."""
    records: int
    parts: int
    """People in the profile, or profiles of the person."""
    shown: tuple[tuple[str, int, tuple[str, ...]], ...]
    """(cluster or profile id, records, some record references) of the largest parts."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What `evaluate` found. Only records that both sides know are scored."""

    scores: Scores
    unlabelled: int
    """Records of the output that the truth does not name."""
    missing: int
    """Records of the truth that the output does not have."""
    missing_examples: tuple[str, ...]
    wrong_profiles: tuple[Example, ...]
    """The largest profiles that hold several people."""
    split_people: tuple[Example, ...]
    """The people in the most profiles."""

    def as_dict(self) -> dict[str, object]:
        """Everything as plain data for JSON, the scores at the top level."""
        return {
            **self.scores.as_dict(),
            **{name: value for name, value in asdict(self).items() if name != "scores"},
        }

    def rows(self) -> list[tuple[str, str]]:
        """Label and value, in the order to print."""
        found = self.scores
        several = f"{found.over_merged:,} of {found.profiles:,}"
        rows = [
            ("records scored", f"{found.records:,}"),
            ("people in the truth", f"{found.people:,}"),
            ("profiles in the output", f"{found.profiles:,}"),
            ("pairwise precision", f"{found.precision:.4f}"),
            ("pairwise recall", f"{found.recall:.4f}"),
            ("pairwise F1", f"{found.f1:.4f}"),
            ("B-cubed precision", f"{found.bcubed_precision:.4f}"),
            ("B-cubed recall", f"{found.bcubed_recall:.4f}"),
            ("B-cubed F1", f"{found.bcubed_f1:.4f}"),
            ("people found exactly", f"{found.exact:,} of {found.people:,}"),
            ("people split over several profiles", f"{found.over_split:,} of {found.people:,}"),
            ("profiles that hold several people", several),
        ]
        if self.unlabelled:
            rows.append(("records not in the truth (not scored)", f"{self.unlabelled:,}"))
        if self.missing:
            rows.append(("records of the truth not in the output", f"{self.missing:,}"))
        return rows


def evaluate(out: Path, truth: Path) -> Evaluation:
    """Score the output folder `out` against the file `truth`.

    Records are joined on `record_id`, and on `source` if the truth has that column.

    Raises:
        InputError: the output has no records table, the truth cannot be used (see `read_truth`),
            a record id of a truth without sources is in several sources, or nothing joins.
    """
    table = out / "records.parquet"
    if not table.is_file():
        raise InputError(Fault(str(table), "not found", "give a folder that `resolve` wrote"))
    records = pl.read_parquet(table, columns=["source", "record_id", "profile_id"])
    records = records.cast(pl.String)  # sources are dictionary-coded
    labels = read_truth(truth)
    key = [role for role in ("source", "record_id") if role in labels.columns]
    joined = records.join(labels, on=key)  # the truth names a record once: it was checked
    if joined.is_empty():
        raise InputError(
            Fault(str(truth), f"none of its records is in {table}", _sides(records, labels, key))
        )
    if "source" not in key:
        _check_ambiguous(joined, truth)
    joined = joined.rename({"profile_id": "profile", "cluster_id": "person"})
    table_of_cells = cells(joined.select("profile", "person"))
    # Keys are unique on both sides by now, so the second join runs only if something is missing.
    missing = labels.clear()
    if joined.height < labels.height:
        missing = labels.join(records, on=key, how="anti")
    return Evaluation(
        scores=scores(table_of_cells),
        unlabelled=records.height - joined.height,
        missing=missing.height,
        missing_examples=tuple(
            "/".join(row) for row in missing.select(key).sort(key).head(EXAMPLES).rows()
        ),
        wrong_profiles=_examples(joined, table_of_cells, "profile", "person"),
        split_people=_examples(joined, table_of_cells, "person", "profile"),
    )


def _sides(records: pl.DataFrame, labels: pl.DataFrame, key: Sequence[str]) -> str:
    here, there = (
        ", ".join("/".join(map(str, row)) for row in side.select(key).head(3).rows()) or "none"
        for side in (records, labels)
    )
    return f"the output has {here} ...; the truth has {there} ..."


def _check_ambiguous(joined: pl.DataFrame, truth: Path) -> None:
    # Counting distinct ids takes a quarter of the time of marking the repeated ones.
    if joined["record_id"].n_unique() < joined.height:
        twice = joined.filter(pl.col("record_id").is_duplicated())
        example = twice.sort("record_id", "source").head(2)
        shown = " and ".join(RecordKey(*row).ref for row in example["source", "record_id"].rows())
        what = f"{twice['record_id'].n_unique()} record ids are in several sources: {shown}"
        raise InputError(Fault(str(truth), what, "add a source column to the truth"))


def _examples(
    joined: pl.DataFrame, table: pl.DataFrame, whole: str, part: str
) -> tuple[Example, ...]:
    size, parts = pl.col(f"of_{whole}"), pl.col(f"parts_{whole}")
    # The largest profiles are the worst of theirs; of people, those in the most pieces.
    order = [size, parts] if whole == "profile" else [parts, size]
    wrong = table.filter(parts > 1)
    top = (
        wrong.unique(whole)
        .sort(*order, pl.col(whole).cast(pl.String), descending=[True, True, False])
        .head(EXAMPLES)
    )
    shown = (
        wrong.join(top.select(whole), on=whole)
        .sort("both", part, descending=[True, False])
        .group_by(whole, maintain_order=True)
        .head(PARTS)
        .join(joined, on=["profile", "person"])
        .sort("source", "record_id")
        .group_by(whole, part, "both", maintain_order=True)
        .agg(pl.struct("source", "record_id").head(REFERENCES).alias("keys"))
        .sort("both", part, descending=[True, False])
    )
    pieces: dict[str, list[tuple[str, int, tuple[str, ...]]]] = {}
    for owner, name, both, keys in shown.select(whole, part, "both", "keys").iter_rows():
        references = tuple(RecordKey(key["source"], key["record_id"]).ref for key in keys)
        pieces.setdefault(owner, []).append((name, both, references))
    return tuple(
        Example(name, records, count, tuple(pieces[name]))
        for name, records, count in top.select(whole, size, parts).iter_rows()
    )
