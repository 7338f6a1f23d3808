"""The invented shop on disk: the same people and seed give the same bytes.

Beside the five files of the sources stand the shop's policy and the truth. The truth of records is
keyed by (source, record id); events have no record id before they are resolved, so theirs is keyed
by the identifiers they carry, and `sameas.api.demo.truth` meets them with the engine's records.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sameas.api.demo import sources
from sameas.api.demo.people import populate
from sameas.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from sameas.api.demo.people import Person
    from sameas.api.demo.sources import Event, Row

__all__ = ["Shop", "generate"]

POLICY = """\
# The rules of the demo shop. What is not said here is the default: `sameas policy show`.
version = 1
rank = ["user_id", "email", "email_sha256", "loyalty_card", "phone", "device_id",
        "advertising_id", "anonymous_id"]
duplicate_free = ["crm"]          # the CRM is cleaned by hand: two rows there are two people

[identifiers.email]
guard = true                      # couples share a mailbox: it joins only names that agree

[identifiers.loyalty_card]
max_per_profile = 3

[phone]
default_region = "DE"             # for numbers without a country code

[survivorship]
source_priority = ["crm", "call", "pos", "web", "mobile"]

# Most columns are recognised by name and values; these names are this shop's own.
[files."crm.csv".columns]
"Kundenkonto" = "identifier:user_id"
"Kundenkarte" = "identifier:loyalty_card"

[files."pos.csv".columns]
"receipt_no" = "record_id"
"loyalty_card" = "identifier:loyalty_card"
"sold_at" = "event_time"

[files."call.csv".columns]
"call_id" = "record_id"
"caller_phone" = "identifier:phone"
"caller_name" = "trait:full_name"
"called_at" = "event_time"
"""


@dataclass(frozen=True, slots=True)
class Shop:
    """Where everything is, and the truth that the files do not tell."""

    folder: Path
    files: tuple[Path, ...]
    """The five sources, in the order in which they are resolved."""
    policy: Path
    people: tuple[Person, ...]
    keyed: tuple[tuple[str, str, str], ...]
    """(source, record id, person) of every record with a record id."""
    observed: tuple[tuple[str, tuple[tuple[str, str], ...], str], ...]
    """(source, identifiers as (type, raw value), person) of every event."""


def generate(folder: Path, *, people: int = 2000, seed: int = 7) -> Shop:
    """Write the shop into `folder` (made if missing) and return it.

    Writes crm.csv, pos.csv, call.csv, web.jsonl, mobile.jsonl, sameas.toml, truth.csv (source,
    record_id, cluster_id) and truth_events.csv (source, identifiers, cluster_id).

    Raises:
        InputError: `people` is less than one, or `folder` is a file.
    """
    faults = []
    if people < 1:
        faults.append(Fault("people", f"{people} is no number of people", "give 1 or more"))
    if folder.exists() and not folder.is_dir():
        faults.append(Fault(str(folder), "is a file", "name a folder"))
    if faults:
        raise InputError(faults)
    folder.mkdir(parents=True, exist_ok=True)
    persons = populate(people, seed=seed)
    tables: dict[str, list[Row]] = {
        "crm": sources.crm(persons, seed=seed),
        "pos": sources.point_of_sale(persons, seed=seed),
        "call": sources.call_centre(persons, seed=seed),
    }
    streams: dict[str, list[Event]] = {
        "web": sources.web(persons, seed=seed),
        "mobile": sources.mobile(persons, seed=seed),
    }
    _table(folder / "crm.csv", sources.CRM_HEADER, tables["crm"], delimiter=";", bom=True)
    _table(folder / "pos.csv", sources.POS_HEADER, tables["pos"])
    _table(folder / "call.csv", sources.CALL_HEADER, tables["call"])
    for name, events in streams.items():
        lines = (json.dumps(event.body, ensure_ascii=False) for event in events)
        _write(folder / f"{name}.jsonl", "".join(f"{line}\n" for line in lines))
    _write(folder / "sameas.toml", POLICY)
    keyed = tuple(
        (name, row.record_id, row.person) for name, rows in tables.items() for row in rows
    )
    observed = tuple(
        (name, event.identifiers, event.person)
        for name, events in streams.items()
        for event in events
    )
    _cells(folder / "truth.csv", ("source", "record_id", "cluster_id"), keyed)
    _cells(
        folder / "truth_events.csv",
        ("source", "identifiers", "cluster_id"),
        ((name, " ".join(f"{t}:{v}" for t, v in carried), who) for name, carried, who in observed),
    )
    files = tuple(
        folder / name for name in ("crm.csv", "web.jsonl", "mobile.jsonl", "pos.csv", "call.csv")
    )
    return Shop(folder, files, folder / "sameas.toml", tuple(persons), keyed, observed)


def _table(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Row],
    *,
    delimiter: str = ",",
    bom: bool = False,
) -> None:
    _cells(path, header, (row.cells for row in rows), delimiter=delimiter, bom=bom)


def _cells(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    delimiter: str = ",",
    bom: bool = False,
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    # A spreadsheet needs the mark to read an umlaut; a reader has to take it off again.
    _write(path, ("\ufeff" if bom else "") + text.getvalue())


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
