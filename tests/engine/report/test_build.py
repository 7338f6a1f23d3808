"""The report of a realistic folder, of a hostile one, and of one with nothing in it."""

from __future__ import annotations

import random
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from sameas.engine.report import build_report
from sameas.errors import OutputError

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86_400_000_000
START = 1_700_000_000_000_000
SCHEMAS: dict[str, dict[str, Any]] = {
    "records": {
        "source": pl.String,
        "record_id": pl.String,
        "profile_id": pl.String,
        "event_time": pl.Int64,
        "first_seen": pl.Int64,
        "last_seen": pl.Int64,
        "count": pl.Int64,
        "arrival": pl.Int64,
        "kind": pl.String,
        "name": pl.String,
        "city": pl.String,
    },
    "identifiers": {
        "type": pl.String,
        "value": pl.String,
        "profile_id": pl.String,
        "status": pl.String,
        "fanout": pl.Int32,
        "records": pl.Int32,
    },
    "profiles": {
        "profile_id": pl.String,
        "records": pl.Int32,
        "identifiers": pl.Int32,
        "first_seen": pl.Int64,
        "last_seen": pl.Int64,
        "name": pl.String,
        "city": pl.String,
        "provenance": pl.List(pl.Struct({"trait": pl.String})),
    },
    "refused": {
        "kind": pl.String,
        "source": pl.String,
        "record_id": pl.String,
        "type": pl.String,
        "value": pl.String,
        "to_source": pl.String,
        "to_record_id": pl.String,
        "constraint": pl.String,
        "against": pl.List(pl.String),
        "profile_id": pl.String,
        "other_profile_id": pl.String,
    },
    "rejected": {
        "file": pl.String,
        "line": pl.Int64,
        "source": pl.String,
        "record_id": pl.String,
        "field": pl.String,
        "value": pl.String,
        "reason": pl.String,
    },
    "changes": {"change": pl.String, "old_id": pl.String, "new_id": pl.String},
}
Tables = dict[str, list[dict[str, Any]]]


def write(folder: Path, tables: Tables) -> Path:
    folder.mkdir(exist_ok=True)
    for name, rows in tables.items():
        pl.DataFrame(rows, schema=SCHEMAS[name]).write_parquet(folder / f"{name}.parquet")
    return folder


def mapped(column: str, role: str, why: str, example: str) -> dict[str, str]:
    return {"column": column, "role": role, "why": why, "example": example}


def shop(*, people: int = 900) -> tuple[Tables, dict[str, Any]]:
    """A small invented shop as a run would have written it."""
    chance = random.Random(11)
    given = ["Ann", "Олександр", "محمد", "王小明", "Łukasz", "Zoë", "Ibrahim", "Mary"]
    family = ["Berg", "Коваль", "الهاشمي", "Nowak", "O'Neill", "Øster", "Smith"]
    cities = ["Oslo", "Kyiv", "Gdańsk", "São Paulo", "Taipei", "Leeds"]
    tables: Tables = {name: [] for name in SCHEMAS}
    for number in range(people):
        size = min(int(chance.paretovariate(0.9)), 260) if number else 412
        profile = f"p_{number:016x}"
        name = f"{chance.choice(given)} {chance.choice(family)}"
        city = chance.choice(cities)
        types = [("user_id", str(10_000 + number)), ("email", f"{number}@example.com")]
        types += [("phone", f"+47{number:08d}"), ("cookie", f"{number:032x}")]
        own = types[: chance.randint(1, 4)]
        for place in range(size):
            source = chance.choice(["web", "web", "crm", "pos", "mobile", "call_centre"])
            tables["records"].append(
                {
                    "source": source,
                    "record_id": f"{source[0]}{number}-{place}",
                    "profile_id": profile,
                    "event_time": START + place * DAY,
                    "name": name,
                }
            )
        tables["identifiers"] += [
            {
                "type": kind,
                "value": value,
                "profile_id": profile,
                "status": "unlinked" if kind == "cookie" and number % 3 == 0 else "linked",
                "fanout": 1,
                "records": size,
            }
            for kind, value in own
        ]
        tables["profiles"].append(
            {
                "profile_id": profile,
                "records": size,
                "identifiers": len(own),
                "first_seen": START,
                "last_seen": START + size * DAY,
                "name": name,
                "city": city if number % 4 else None,
            }
        )
    for kind, value, status, fanout, records in (
        ("phone", "+4722000000", "shared", 830, 1204),
        ("cookie", "kiosk-oslo-central-3", "shared", 211, 230),
        ("user_id", "guest", "shared", 97, 3120),
        ("phone", "+4790111222", "contested", 2, 9),
        ("email", "family@example.com", "contested", 3, 14),
        ("email", "test@test.com", "blocked", 0, 55),
    ):
        row = {"type": kind, "value": value, "status": status, "fanout": fanout}
        profile_id = "p_0000000000000001" if status == "contested" else None
        tables["identifiers"].append({**row, "records": records, "profile_id": profile_id})
    for number in range(30):
        constraint = ("max_per_profile", "guard", "different")[number % 3]
        tables["refused"].append(
            {
                "kind": "link",
                "source": "call_centre",
                "record_id": f"c{number}",
                "type": "phone",
                "value": "+4790111222",
                "constraint": constraint,
                "against": [f"user_id:{number}", f"user_id:{number + 1}"]
                if number % 3 != 2
                else [],
                "profile_id": f"p_{number:016x}",
                "other_profile_id": f"p_{number + 1:016x}",
            }
        )
    tables["rejected"] = [
        {
            "file": "crm.csv",
            "line": 17 + number,
            "source": "crm",
            "record_id": f"c{number}",
            "field": "phone" if number % 2 else "email",
            "value": "call me" if number % 2 else "ann(at)example",
            "reason": "not a phone number" if number % 2 else "no @ in an email address",
        }
        for number in range(40)
    ]
    tables["changes"] = [
        {"change": change, "old_id": old, "new_id": new}
        for change, old, new in (
            ("merged", "p_00000000000000a1", "p_00000000000000a0"),
            ("split", "p_00000000000000b1", "p_00000000000000b9"),
            ("created", None, "p_00000000000000c1"),
            ("gone", "p_00000000000000d1", None),
        )
    ]
    statuses: dict[str, dict[str, int]] = {}
    for row in tables["identifiers"]:
        by = statuses.setdefault(str(row["type"]), {})
        status = str(row["status"])
        by[status] = by.get(status, 0) + 1
    manifest = {
        "inputs": [
            {
                "name": "crm.csv",
                "format": "CSV",
                "rows": 1840,
                "mapping": [
                    mapped("customer_no", "record_id", "unique, named like an id", "10023"),
                    mapped("email", "identifier:email", "97% look like emails", "ann@example.com"),
                    mapped("phone", "identifier:phone", "94% parse as phones", "+47 22 00 00 00"),
                    mapped("full_name", "trait:name", "named like a name", "Ann Berg"),
                    mapped("updated_at", "event_time", "ISO 8601 times", "2023-11-14T22:13:20Z"),
                    mapped("batch_no", "ignore", "one value in all rows", "7"),
                ],
            },
            {
                "name": "web_events.parquet",
                "format": "Parquet",
                "rows": 5120,
                "mapping": [
                    mapped("anonymous_id", "identifier:cookie", "UUIDs", "6f1c…"),
                    mapped("user_id", "identifier:user_id", "named user_id", "10023"),
                ],
            },
        ],
        "counts": {"records": len(tables["records"]), "profiles": people},
        "identifiers": statuses,
        "component_sizes": {"2": 310, "3": 240, "5": 160, "9": 70, "30": 22, "140": 4, "1900": 1},
        "refused": {"max_per_profile": 812, "guard": 97, "different": 10},
        "rejected": {"not a phone number": 20, "no @ in an email address": 20},
        "changes": {"created": 41, "merged": 7, "split": 2, "gone": 1, "unchanged": 849},
        "timings": {
            "read": 1.92,
            "canonicalise": 0.81,
            "resolve": 0.44,
            "golden": 0.3,
            "write": 0.6,
        },
        "warnings": ["crm.csv: 3 rows have no event time; the start of the run was taken."],
        "sameas_version": "0.1.0",
        "started": "2023-11-20 08:00 UTC",
    }
    return tables, manifest


class Page(HTMLParser):
    """What a browser would see: open tags, attributes, and whether all tags are closed."""

    VOID = frozenset({"meta", "br", "line", "rect", "img", "link"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID or tag == "rect":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def page(tmp_path: Path) -> str:
    tables, manifest = shop()
    return build_report(write(tmp_path / "out", tables), manifest)


def test_every_tag_is_closed_and_every_id_is_used_once(page: str) -> None:
    found = Page(page)
    assert found.open == []
    ids = [value for name, value in found.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    targets = [str(value)[1:] for name, value in found.attributes if name == "href"]
    assert targets
    assert set(targets) <= set(ids)


def test_the_page_loads_and_runs_nothing(page: str) -> None:
    found = Page(page)
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(found.tags)
    assert not [name for name, _ in found.attributes if name.startswith("on") or name == "src"]
    assert "url(" not in page
    assert "@import" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_charts_have_titles_that_their_labels_point_to(page: str) -> None:
    charts = re.findall(r'<svg role="img"[^>]*aria-labelledby="(\S+) (\S+)"', page)
    assert len(charts) == 6
    assert all(f'<title id="{t}">' in page and f'<desc id="{d}">' in page for t, d in charts)


def test_the_figures_of_the_tables_are_on_the_page(page: str) -> None:
    tables, _ = shop()
    seen = Page(page).text
    for expected in (
        f"{len(tables['records']):,} records describe 900 people",
        "phone:+4722000000",
        "would have joined 1,204 records of up to 830 people",
        "email:family@example.com",
        "The records share the identifier, but the names on them do not fit one person.",
        "call me",
        "p_0000000000000000",
        "412 records",
        "3 rows have no event time",
        "p_00000000000000a1",
        "joins records with the same phone",
    ):
        assert expected in seen


def test_the_largest_profile_comes_first_with_all_of_its_records(page: str) -> None:
    block = page[page.index('id="profiles"') :]
    sizes = [int(size) for size in re.findall(r"<span>(\d+) records?, ", block)]
    assert sizes[0] == 412
    assert sizes == sorted(sizes, reverse=True)
    numbers = re.findall(r"<h4>Sources</h4><dl>(.*?)</dl>", block)[0]
    assert sum(int(one) for one in re.findall(r"<dd>(\d+)</dd>", numbers)) == 412


def test_the_same_folder_gives_the_same_page(tmp_path: Path) -> None:
    tables, manifest = shop(people=50)
    out = write(tmp_path / "out", tables)
    assert build_report(out, manifest) == build_report(out, manifest)


def test_an_empty_run_has_a_page(tmp_path: Path) -> None:
    out = write(tmp_path / "out", {name: [] for name in SCHEMAS})
    found = Page(build_report(out, {}))
    assert found.open == []
    assert "0 records describe 0 people" in found.text
    assert "There are no profiles." in found.text


def test_tables_that_no_run_needs_may_be_missing(tmp_path: Path) -> None:
    tables, manifest = shop(people=3)
    for name in ("refused", "rejected", "changes"):
        del tables[name]
    assert Page(build_report(write(tmp_path / "out", tables), manifest)).open == []


def test_missing_tables_and_columns_are_named_at_once(tmp_path: Path) -> None:
    pl.DataFrame({"source": ["a"]}).write_parquet(tmp_path / "records.parquet")
    (tmp_path / "profiles.parquet").write_text("no parquet")
    with pytest.raises(OutputError) as caught:
        build_report(tmp_path, {})
    assert [fault.what.split(":")[0] for fault in caught.value.faults] == [
        "no column record_id, profile_id",
        "not found",
        "cannot be read",
    ]


HOSTILE = "<script>alert('1')</script>\"'=cmd()\u202e\x00\n{{ 7 * 7 }}" + "'<&\U0001f600" * 400


def hostile() -> tuple[Tables, dict[str, Any]]:
    """Every text hostile and long, every list longer than anyone would read."""

    def row(table: str, number: int) -> dict[str, Any]:
        texts = {name: HOSTILE for name, kind in SCHEMAS[table].items() if kind == pl.String}
        numbers = {
            name: 2**31 - 1 - number if kind == pl.Int32 else 2**62
            for name, kind in SCHEMAS[table].items()
            if kind in {pl.Int32, pl.Int64}
        }
        kind = f"{number}{HOSTILE}"
        own = {"constraint": kind, "reason": kind, "change": kind, "against": [HOSTILE] * 9}
        own |= {"profile_id": kind, "source": kind, "type": kind}
        own |= {"status": ("shared", "contested", "linked")[number % 3]}
        return texts | numbers | {name: own[name] for name in own if name in SCHEMAS[table]}

    tables = {name: [row(name, number) for number in range(60)] for name in SCHEMAS}
    many = {f"{number}{HOSTILE}": 2**62 for number in range(200)}
    column = {"column": HOSTILE, "role": HOSTILE, "why": HOSTILE, "example": HOSTILE}
    manifest: dict[str, Any] = {
        "inputs": [{"name": HOSTILE, "format": HOSTILE, "rows": 2**62, "mapping": [column] * 90}]
        * 90,
        "identifiers": {name: {HOSTILE: 4, "linked": 2**62} for name in many},
        "component_sizes": {2**place + 1: 2**62 for place in range(62)},
        "warnings": [HOSTILE] * 99,
        "sameas_version": HOSTILE,
        "started": HOSTILE,
    }
    named = ("counts", "refused", "rejected", "changes", "timings")
    return tables, manifest | dict.fromkeys(named, many)


def test_hostile_data_does_no_harm_and_stays_under_a_megabyte(tmp_path: Path) -> None:
    tables, manifest = hostile()
    for table in ("records", "profiles"):
        traits = {f"t{number}": HOSTILE for number in range(50)}
        tables[table] = [row | traits for row in tables[table]]
        schema = SCHEMAS[table] | dict.fromkeys(traits, pl.String)
        pl.DataFrame(tables.pop(table), schema=schema).write_parquet(tmp_path / f"{table}.parquet")
    html = build_report(write(tmp_path, tables), manifest)
    found = Page(html)
    assert "script" not in found.tags
    assert found.open == []
    assert not {"\u202e", "\x00"} & set(html)
    assert "{{ 7 * 7 }}" in found.text
    assert len(html.encode()) < 1_000_000
