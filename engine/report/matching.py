"""The section on what matching did, from the manifest; nothing where that says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sameas.engine.report import text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["matching"]

_KEYS: Final = 30
_FIELDS: Final = 16
_DECISIONS: Final = 20
_LEADS: Final = {
    "model": "Records were also compared with one another, by the model that was there.",
    "learned": "Records were also compared with one another. What makes two of them one person was "
    "learned from the records themselves: nobody told it.",
    "pairs": "Scored pairs of records were given and taken as evidence.",
    "off": "Records met by identifiers alone: matching was not wanted.",
    "nothing": "Records met by identifiers alone: there was nothing to learn from",
}


def matching(found: Mapping[str, Any]) -> dict[str, object] | None:
    """What the template lays out; None leaves the section out."""
    lead = _LEADS.get(str(found.get("state")))
    if lead is None:
        return None
    if found["state"] == "nothing":
        lead = f"{lead}: {text.cut(found.get('why', ''), 200)}."
    if "fields" not in found:
        return {"lead": lead, "fields": [], "blocking": [], "decisions": []}
    figures = [
        (
            "Candidate pairs",
            "candidates",
            "were weighed; a pair stands for all records that say it.",
        ),
        ("Evidence", "edges", "of them weigh enough to bring records to one table."),
        (
            "Matches",
            "matches",
            "of them are one person by themselves, before anything else is seen.",
        ),
        ("Missed, about", "lost", "matches share no key, by how many share only one (Chao 1984)."),
    ]
    return {
        "lead": lead,
        "fields": [text.cut(field["name"], 40) for field in found["fields"][:_FIELDS]],
        "voters": f"{text.count(found['voters'])} records",
        "figures": [(name, text.count(found[key]), said) for name, key, said in figures],
        "blocking": found["keys"][:_KEYS],
        "decisions": [
            {
                "about": one["about"],
                "what": text.cut(one["what"]).replace("_", " "),
                "why": text.cut(one["why"], 300),
            }
            for one in found["decisions"][:_DECISIONS]
        ],
    }
