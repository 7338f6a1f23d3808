"""Says what is wrong with a policy's text: one fault a place, in the words of who wrote TOML.

Faults of single keys come from pydantic, those between keys are found here; neither hides the
other, since the second reads the raw document and passes over what is malformed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phonenumbers import SUPPORTED_REGIONS

from sameas.engine.policy import document
from sameas.engine.policy.defaults import default
from sameas.engine.policy.document import expected
from sameas.engine.policy.dump import key_path
from sameas.engine.policy.model import Policy
from sameas.errors import Fault
from sameas.matching.canonical import KINDS, Options, canonicalise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

__all__ = ["across", "described"]

_WORDS = {
    "string_type": "a string",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "dict_type": "a table",
    "model_type": "a table",
    "tuple_type": "an array",
}
_KINDS: dict[type, str] = {
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    list: "an array",
    dict: "a table",
}
_ONCE_A_FILE = ("source", "record_id", "event_time", "first_seen", "message_id", "withdrawn")


def described(detail: ErrorDetails) -> Fault:
    """What pydantic found, as a fault whose place is the key."""
    loc = tuple(key for key in detail["loc"] if key != "[key]")
    where, kind, got, context = (
        key_path(*loc),
        detail["type"],
        detail["input"],
        detail.get("ctx", {}),
    )
    if "remedy" in context:
        return Fault(where, context["what"], context["remedy"])
    if kind == "extra_forbidden":
        return Fault(where, "unknown key", expected(_keys(loc[:-1]), loc[-1]))
    if kind == "literal_error" and isinstance(got, str):
        return Fault(where, f"{got!r} is unknown", expected(_choices(context["expected"]), got))
    if kind == "literal_error":
        return Fault(where, f"{got!r} is unknown", f"expected {context['expected']}")
    if kind == "missing":
        return Fault(where, "missing", "write the key")
    if kind == "too_short":
        return Fault(where, "empty", "name at least one")
    word = _WORDS.get(kind)
    if word is None:
        return Fault(where, detail["msg"])
    return Fault(where, _KINDS.get(type(got), type(got).__name__), f"expected {word}")


def _choices(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"'([^']*)'", text))


def _keys(loc: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys that the table at `loc` knows."""
    models: dict[tuple[str | int, ...], type[BaseModel]] = {
        (): document.Document,
        ("identifiers",): document.IdentifierTable,
        ("phone",): document.PhoneTable,
        ("email",): document.EmailTable,
        ("survivorship",): document.SurvivorshipTable,
        ("survivorship", "groups"): document.GroupTable,
        ("files",): document.FileTable,
    }
    parent = loc[: 2 if loc[:2] == ("survivorship", "groups") else 1]
    return tuple(models[parent].model_fields)


def across(raw: Mapping[str, object]) -> Iterator[Fault]:
    """Faults that lie between keys. Reads what is well-formed, pydantic names the rest."""
    yield from _twice(raw)
    types = _strings(raw["rank"]) if "rank" in raw else [t.name for t in default().identifiers]
    yield from _unranked(raw, types)
    yield from _unusable_blocks(raw)
    for path, columns in _column_tables(raw):
        for column, role in columns.items():
            kind, _, name = role.partition(":") if isinstance(role, str) else ("", "", "")
            if kind == "identifier" and name.strip() and name not in types:
                yield _unknown_type(key_path(*path, column), name, types)
        yield from _roles_twice(path, columns)
    yield from _survivorship_faults(_table(raw, "survivorship"))


def _roles_twice(path: tuple[str, ...], columns: Mapping[str, object]) -> Iterator[Fault]:
    if path[0] == "files":  # names differ from file to file, so [columns] may list several
        for role in _ONCE_A_FILE:
            named = [column for column, other in columns.items() if other == role]
            if len(named) > 1:
                what = f"{', '.join(map(repr, named))} are all {role!r}"
                yield Fault(key_path(*path), what, "a file has one such column")


def _twice(node: object, *path: str | int) -> Iterator[Fault]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _twice(value, *path, key)
    elif isinstance(node, list):
        names = _strings(node)
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield Fault(key_path(*path), f"{name!r} stands there twice", "name each once")
        for place, value in enumerate(node):
            yield from _twice(value, *path, place)


def _unranked(raw: Mapping[str, object], types: list[str]) -> Iterator[Fault]:
    for name in _table(raw, "identifiers"):
        if name not in types:
            yield _unknown_type(key_path("identifiers", name), name, types)


def _unusable_blocks(raw: Mapping[str, object]) -> Iterator[Fault]:
    """Blocked values that no identifier can have, so that blocking them would do nothing."""
    region = str(_table(raw, "phone").get("default_region", Policy().default_region))
    known = {kind.name: kind.canonicaliser for kind in default().identifiers}
    tables = _table(raw, "identifiers")
    for name in tables:
        table = _table(tables, name)
        kind = table.get("canonicaliser", known.get(name, "exact"))
        if kind not in KINDS or (kind == "phone" and region not in SUPPORTED_REGIONS):
            continue  # named already
        for place, value in enumerate(_list(table.get("blocked"))):
            if not (isinstance(value, str) and value.strip()):
                continue
            outcome = canonicalise(kind, value, Options(region))
            if outcome.value is None:
                what = f"{value!r} never links as {kind}: {outcome.reason or 'empty'}"
                remedy = "remove it, or correct it"
                yield Fault(key_path("identifiers", name, "blocked", place), what, remedy)


def _unknown_type(where: str, name: str, types: list[str]) -> Fault:
    near = expected(types, name)
    remedy = f"{near} else add it to rank" if near.startswith("did") else "add it to rank"
    return Fault(where, f"{name!r} is not among the types in rank", remedy)


def _survivorship_faults(table: Mapping[str, object]) -> Iterator[Fault]:
    own = table.get("groups")
    if isinstance(own, list):
        groups = [group for group in own if isinstance(group, dict)]
    else:
        groups = [
            {"name": group.name, "traits": list(group.traits)}
            for group in default().survivorship.groups
        ]
    holder: dict[str, str] = {}
    names: set[str] = set()
    for place, group in enumerate(groups):
        name, where = str(group.get("name")), key_path("survivorship", "groups", place)
        if name in names:
            yield Fault(f"{where}.name", f"a second group {name!r}", "name each group once")
        names.add(name)
        for trait in dict.fromkeys(_strings(group.get("traits"))):
            if trait in holder:
                what = f"{trait!r} is in group {holder[trait]!r} already"
                yield Fault(f"{where}.traits", what, "a trait survives in one group")
            holder.setdefault(trait, name)
    traits = _table(table, "traits")
    for trait in traits:
        if trait in holder:
            what = f"{trait!r} survives with its group {holder[trait]!r}"
            remedy = "give the group the strategy, or list groups in survivorship.groups without it"
            yield Fault(key_path("survivorship", "traits", trait), what, remedy)
    used = [table.get("default"), *traits.values(), *(group.get("strategy") for group in groups)]
    if "source_priority" in used and not table.get("source_priority"):
        what = "empty, but a strategy says source_priority"
        yield Fault("survivorship.source_priority", what, "list the sources, the best first")


def _column_tables(
    raw: Mapping[str, object],
) -> Iterator[tuple[tuple[str, ...], Mapping[str, object]]]:
    yield ("columns",), _table(raw, "columns")
    files = _table(raw, "files")
    for name in files:
        yield ("files", name, "columns"), _table(_table(files, name), "columns")


def _table(raw: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = raw.get(key)
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _strings(value: object) -> list[str]:
    return [item for item in _list(value) if isinstance(item, str)]
