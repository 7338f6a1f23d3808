"""What `sameas resolve` tells a person of a run: what it read, what it made, where to look next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sameas.api.cli.console import safe, table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

__all__ = ["matching", "show"]

_STATUSES = ("linked", "contested", "shared", "blocked", "unlinked")


def show(console: Console, out: Path, manifest: Mapping[str, Any]) -> None:
    """Print the manifest of a run as tables."""
    from rich.text import Text

    for made in _tables(manifest):
        console.print(made)
    for warning in manifest["warnings"]:
        console.print(Text.assemble(("warning: ", "bold yellow"), safe(warning)), soft_wrap=True)
    seconds = sum(manifest["timings"].values())
    page = out / "report.html"
    for label, text in (
        ("done", f"{seconds:,.1f} s; the tables are in {safe(out)}"),
        ("look", f"open {safe(page)} in a browser" if page.exists() else ""),
        ("score", f"sameas evaluate {safe(out)} --truth FILE, if you know who is who"),
        ("change", "sameas policy show --toml > sameas.toml; resolve again with --policy"),
    ):
        if text:
            console.print(Text.assemble((f"{label:>7}  ", "bold"), text), soft_wrap=True)


def _tables(manifest: Mapping[str, Any]) -> Iterator[Table]:
    for read in manifest["inputs"]:
        rows = [
            [column["column"], column["role"], column["why"], column["example"] or ""]
            for column in read["mapping"]
        ]
        rows_read = "" if read["rows"] is None else f", {read['rows']:,} rows"
        title = f"{read['name']} ({read['format']}{rows_read})"
        yield table(title, ["column", "read as", "because of its", "example"], rows)
    yield from matching(manifest.get("matching") or {"state": "off"})
    yield table("Result", ["", "how many"], manifest["counts"].items())
    if manifest["identifiers"]:
        yield table(
            "Identifiers",
            ["type", *_STATUSES],
            [
                [kind, *(statuses.get(status, 0) for status in _STATUSES)]
                for kind, statuses in manifest["identifiers"].items()
            ],
        )
    for key, title, head in (
        ("refused", "Refused links", "constraint"),
        ("rejected", "Rejected values", "reason"),
    ):
        if any(manifest[key].values()):
            yield table(title, [head, "how many"], manifest[key].items())
    # In a first run every profile is created, which the result has said.
    if any(count for change, count in manifest["changes"].items() if change != "created"):
        yield table("Changes", ["profiles", "how many"], manifest["changes"].items())


_STATES = {
    "model": "by the model that was there",
    "learned": "by a model that was learned from the records",
}


def matching(found: Mapping[str, Any]) -> Iterator[Table]:
    """What matching did, as tables; none where there was no matching."""
    if "fields" not in found:
        return
    fields = ", ".join(field["name"] for field in found["fields"])
    rows: list[list[object]] = [
        ["matched", _STATES[found["state"]]],
        ["compared by", fields],
        ["records that can be compared", found["voters"]],
        ["candidate pairs", found["candidates"]],
        ["pairs that match", found["matches"]],
        ["matches that no key finds, about", found["lost"]],
    ]
    yield table("Matching", ["", ""], rows)
    if found["decisions"]:
        yield table(
            "Decided, since no policy was given",
            ["about", "is", "because"],
            [
                [one["about"], one["what"].replace("_", " "), one["why"]]
                for one in found["decisions"]
            ],
        )
