"""The page, put together: self-contained, escaped, bounded, and the same for the same input.

Sections are plain values made here; the template only lays them out. No loop below runs over
data: every list is cut before it is looked at, and the page says so where it was.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from sameas.engine.report import svg, text, words
from sameas.engine.report.matching import matching
from sameas.engine.report.tables import KINDS, STATUSES, Row, Tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import polars as pl

__all__ = ["TOP", "build_report"]

COLUMNS: Final = 250
FILES: Final = 40
TOP: Final = 12
EXAMPLES: Final = 4
TRAITS: Final = 20
TYPES: Final = 10
CELL: Final = 56
"""Most rows of each kind on the page, and characters of a cell: together they keep it under 1 MB
even if every character needs escaping."""


_PROFILE_SIZES: Final = (
    "Most people have a handful. A long tail to the right is worth a look: see the largest "
    "profiles below."
)
_COMPONENT_SIZES: Final = (
    "A component is everything that hangs together by any evidence, before rules decide who is "
    "who in it. Large ones show where identifiers chain people together."
)


def build_report(
    out: Path,
    manifest: Mapping[str, Any],
    *,
    largest: Mapping[str, pl.DataFrame] | None = None,
) -> str:
    """Render the report of the run that wrote the folder `out`; write nothing.

    Args:
        out: the folder.
        manifest: what the tables do not say: what was read and how, counts, component sizes,
            timings, warnings. A key that is not there leaves its section out.
        largest: the rows of the `TOP` largest profiles, if they are at hand; see `Tables`.

    Raises:
        OutputError: the folder lacks a table that every run writes.
    """
    tables = Tables(out, largest)
    sizes = tables.profile_sizes()
    context = {
        "css": Markup(_resource("report.css")),  # noqa: S704 - a file of this package
        "version": text.cut(manifest.get("sameas_version", "")),
        "started": text.cut(text.minute(str(manifest.get("started", "")))),
        "warnings": [text.cut(one, 300) for one in _list(manifest, "warnings")[:20]],
        "inputs": _inputs(_list(manifest, "inputs")),
        "headline": _headline(sizes, manifest),
        "charts": _charts(sizes, _sizes(_dict(manifest, "component_sizes"))),
        "identifiers": _identifiers(_dict(manifest, "identifiers")),
        "statuses": words.STATUS_WORDS,
        "matching": matching(_dict(manifest, "matching")),
        "shared": _identifier_rows(tables.identifiers("shared", TOP)),
        "contested": _identifier_rows(tables.identifiers("contested", TOP)),
        "refused": _refused(tables.refused(EXAMPLES), _dict(manifest, "refused")),
        "sources": _sources(tables.sources(TOP), sizes),
        "profiles": [_profile(row) for row in tables.largest_profiles(TOP)],
        "rejected": _rejected(tables.rejected(EXAMPLES), _dict(manifest, "rejected")),
        "changes": _changes(tables.changes(EXAMPLES), _dict(manifest, "changes")),
        "timings": _timings(_dict(manifest, "timings")),
        "counts": [
            (text.cut(name).replace("_", " "), text.cut(_number(value)))
            for name, value in [*_dict(manifest, "counts").items()][:40]
        ],
    }
    return _template().render(context)


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"count": text.count, "cut": lambda value: text.cut(value, CELL)}
    return environment.from_string(_resource("report.html.j2"))


def _resource(name: str) -> str:
    return files("sameas.engine.report").joinpath(name).read_text(encoding="utf-8")


def _headline(sizes: Mapping[int, int], manifest: Mapping[str, Any]) -> dict[str, object]:
    records = sum(size * number for size, number in sizes.items())
    profiles = sum(sizes.values())
    alone = sizes.get(1, 0)
    statuses = {
        status: sum(int(by.get(status, 0)) for by in _dict(manifest, "identifiers").values())
        for status in STATUSES
    }
    refused = sum(_dict(manifest, "refused").values())
    rejected = sum(_dict(manifest, "rejected").values())
    unusable = text.count(statuses["shared"])
    split = text.count(statuses["contested"])
    cards = [
        ("Records", text.count(records), "What the sources say, one entry a person and source."),
        ("Profiles", text.count(profiles), "The people behind them, as far as evidence tells."),
        (
            "Joined",
            text.percent(records - alone, records),
            f"of the records met another of the same person; {text.count(alone)} stand alone.",
        ),
        (
            "Identifiers",
            text.count(sum(statuses.values())),
            f"distinct values; {unusable} shared by too many people to be of use, {split} split.",
        ),
        ("Refused links", text.count(refused), "Evidence that a rule kept from joining people."),
        ("Rejected values", text.count(rejected), "Unreadable as what their column holds."),
    ]
    return {"records": records, "profiles": profiles, "cards": cards}


def _inputs(inputs: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    left = COLUMNS
    shown = []
    for one in inputs[:FILES]:
        mapping = list(one.get("mapping", ()))[: max(left, 0)]
        left -= len(mapping)
        shown.append(
            {
                "name": one.get("name", ""),
                "format": one.get("format", ""),
                "rows": text.plural(one.get("rows", 0), "row"),
                "hidden": len(one.get("mapping", ())) - len(mapping),
                "columns": [
                    {
                        "name": column.get("column", ""),
                        "role": column.get("role", ""),
                        "use": words.role_words(str(column.get("role", ""))),
                        "why": text.cut(column.get("why", "")),
                        "example": column.get("example", ""),
                        "ignored": column.get("role") == "ignore",
                    }
                    for column in mapping
                ],
            }
        )
    return {"files": shown, "hidden": len(inputs) - len(shown)}


def _charts(sizes: Mapping[int, int], components: Mapping[int, int]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for name, title, noun, unit, of, meaning in (
        (
            "profiles",
            "How many records a person has",
            "profiles",
            "records in a profile",
            sizes,
            _PROFILE_SIZES,
        ),
        (
            "components",
            "How far evidence reaches",
            "components",
            "nodes in a component",
            components,
            _COMPONENT_SIZES,
        ),
    ):
        if of:
            number, largest = sum(of.values()), max(of)
            summary = (
                f"{text.count(number)} {noun}; the largest has {text.count(largest)} "
                f"{unit.split(maxsplit=1)[0]}."
            )
            chart = svg.histogram(name, svg.bins(of), title=title, unit=unit, noun=noun)
            found.append({"title": title, "summary": summary, "meaning": meaning, "svg": chart})
    return found


def _identifiers(types: Mapping[str, Mapping[str, int]]) -> list[dict[str, object]]:
    found = []
    for number, (name, by) in enumerate([*types.items()][:40]):
        parts = [(status, int(by.get(status, 0))) for status in STATUSES]
        total = sum(value for _, value in parts)
        bar = svg.stack(f"type-{number}", parts, title=f"{text.cut(name, CELL)} by status")
        found.append({"name": name, "total": total, "parts": parts, "svg": bar})
    return found


def _identifier_rows(rows: Sequence[Row]) -> list[dict[str, object]]:
    return [
        {
            "ref": _identifier(row),
            "fanout": text.count(_int(row["fanout"])),
            "records": text.count(_int(row["records"])),
            "profile": row["profile_id"],
        }
        for row in rows
    ]


def _refused(examples: Mapping[str, Sequence[Row]], totals: Mapping[str, int]) -> list[Row]:
    return [
        {
            "name": name,
            "number": number,
            "meaning": words.constraint_words(name),
            "examples": [
                {
                    "record": _ref(row, "source", "record_id"),
                    "through": (
                        _identifier(row)
                        if row.get("type")
                        else _ref(row, "to_source", "to_record_id")
                    ),
                    "against": [text.cut(one, CELL) for one in _against(row)],
                    "profile": row.get("profile_id"),
                    "other": row.get("other_profile_id"),
                }
                for row in examples.get(name, ())
            ],
        }
        for name, number in _ranked(totals, examples)
    ]


def _rejected(examples: Mapping[str, Sequence[Row]], totals: Mapping[str, int]) -> list[Row]:
    return [
        {"name": name, "number": number, "examples": examples.get(name, ())}
        for name, number in _ranked(totals, examples)
    ]


def _changes(examples: Mapping[str, Sequence[Row]], totals: Mapping[str, int]) -> list[Row]:
    return [
        {
            "name": name,
            "number": number,
            "meaning": words.change_words(name),
            "examples": examples.get(name, ()),
        }
        for name, number in _ranked(totals, examples)
        if number
    ]


def _sources(rows: Sequence[Row], sizes: Mapping[int, int]) -> list[dict[str, str]]:
    total = sum(size * number for size, number in sizes.items())
    return [
        {
            "name": str(row["source"]),
            "records": text.count(_int(row["records"])),
            "share": text.percent(_int(row["records"]), total),
        }
        for row in rows
    ]


def _profile(row: Row) -> dict[str, object]:
    traits, sources, types = (_rows(row[name]) for name in ("traits", "sources", "types"))
    return {
        "id": row["profile_id"],
        "records": text.plural(_int(row["records"]), "record"),
        "identifiers": text.plural(_int(row["identifiers"]), "identifier"),
        "seen": (text.moment(row["first_seen"]), text.moment(row["last_seen"])),
        "traits": traits[:TRAITS],
        "sources": [(one["source"], text.count(one["records"])) for one in sources[:TYPES]],
        "types": [
            {
                "name": one["type"],
                "values": one["values"],
                "more": one["number"] - len(one["values"]),
            }
            for one in types[:TYPES]
        ],
        "more_sources": max(len(sources) - TYPES, 0),
    }


def _timings(timings: Mapping[str, float]) -> dict[str, object]:
    stages = [(name, float(seconds)) for name, seconds in [*timings.items()][:40]]
    parts = [(name, seconds) for name, seconds in stages if name != "total"]
    total = max([sum(seconds for _, seconds in parts), dict(stages).get("total", 0.0)])
    return {
        "total": text.duration(total) if stages else "",
        "stages": [
            {
                "name": name.replace("_", " "),
                "time": text.duration(seconds),
                "share": 100 * seconds / total if total else 0.0,
            }
            for name, seconds in parts
        ],
    }


def _ranked(
    totals: Mapping[str, int], examples: Mapping[str, Sequence[Row]]
) -> list[tuple[str, int]]:
    """Kinds with their numbers, the most frequent first; a kind that only has examples is shown."""
    known = {**{name: len(rows) for name, rows in examples.items()}, **totals}
    return sorted(known.items(), key=lambda item: (-item[1], item[0]))[:KINDS]


def _sizes(raw: Mapping[Any, Any]) -> dict[int, int]:
    """Sizes as numbers: JSON has made their keys strings."""
    return {int(size): int(number) for size, number in raw.items()}


def _identifier(row: Row) -> str:
    return text.cut(f"{text.cut(row['type'], 24)}:{text.cut(row['value'], CELL)}")


def _against(row: Row) -> list[object]:
    against = row.get("against")
    return list(against)[:3] if isinstance(against, list) else []


def _ref(row: Row, source: str, record_id: str) -> str:
    pieces = (quote(text.cut(row.get(name), CELL), safe="") for name in (source, record_id))
    return text.cut("/".join(pieces))


def _list(manifest: Mapping[str, Any], name: str) -> list[Any]:
    return list(manifest.get(name) or ())


def _dict(manifest: Mapping[str, Any], name: str) -> dict[str, Any]:
    return dict(manifest.get(name) or {})


def _rows(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _number(value: object) -> str:
    return text.count(value) if isinstance(value, int | float) else str(value)
