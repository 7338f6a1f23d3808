"""What another policy would change, as tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.api.cli.console import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from sameas.engine.online.outcomes import Preview

__all__ = ["previewed"]


def previewed(found: Preview) -> Iterator[Table]:
    """Counts; identifiers that would stand otherwise; examples with their reasons."""
    rows: list[list[object]] = [
        ["live records", found.records],
        ["profiles now", found.profiles_before],
        ["profiles then", found.profiles_after],
        ["the same in both", found.unchanged],
        ["would merge into another", found.merged],
        ["would lose a part", found.split],
        ["would be new", found.created],
        ["would be gone", found.removed],
        ["records that change their profile", found.moved_records],
        ["ids that lead to another profile", found.moved_ids],
    ]
    if found.pending:
        rows.append(["inputs that wait and are in neither", found.pending])
    yield table("What it would change", ["", "how many"], rows)
    if found.standings:
        yield table(
            "Identifiers that would stand otherwise",
            ["type", "now", "then", "how many"],
            [[one.type, one.before, one.after, one.identifiers] for one in found.standings],
        )
    if found.examples:
        yield table(
            "Examples",
            ["change", "profile", "other", "records", "why"],
            [
                [
                    one.change,
                    one.profile_id or "new",
                    one.other_id or "",
                    one.records,
                    "; ".join(one.why),
                ]
                for one in found.examples
            ],
        )
