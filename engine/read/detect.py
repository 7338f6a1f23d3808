"""Which column is what: decided by its name and confirmed by its values, or by its values alone.

The mapping is a pure function of the names, the sample and the policy. Of two mistakes the milder
one is made: a column that is not plainly an identifier stays a trait, because a missed link can be
added later and a wrong one joins people.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sameas.engine.read.arrow import explode, is_list, joined
from sameas.engine.read.born import birth_part, spread
from sameas.engine.read.mapping import ColumnRole, Mapping, Why
from sameas.engine.read.names import (
    OTHER_PERSON,
    QUALIFIERS,
    RESERVED,
    WRAPPERS,
    concepts,
    snake,
    squeeze,
    words,
)
from sameas.engine.read.shapes import Shape
from sameas.engine.read.times import date_order
from sameas.errors import Fault
from sameas.matching.canonical import Options, canonicalise_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyarrow as pa

    from sameas.engine.policy.model import Policy

__all__ = ["SAMPLE_ROWS", "SINGLE_ROLES", "concept_of", "detect", "missing_columns"]

SAMPLE_ROWS = 2_000
SINGLE_ROLES = ("source", "record_id", "event_time", "first_seen", "message_id", "withdrawn")
_CALLED = 0.5
"""Of a column that is headed by what somebody is so many values must look like names."""
_COMPONENT = frozenset(["c", "comp", "component", "part"])
"""Words before a number that say which part of a name is meant: `fname_c1`."""
_READABLE = 0.5
"""Of telephone numbers so many must be readable for them to be identifiers."""
_HASHES = {"sha256": 64, "sha1": 40, "md5": 32}


@dataclass(frozen=True, slots=True)
class _Column:
    place: int
    name: str
    shape: Shape
    values: pa.StringArray
    listed: bool
    concept: str
    """What the name says: a role, an `identifier:` or `trait:`, or nothing."""
    tier: int
    plain: bool
    """The name says it without a qualifier."""
    somebody_else: bool
    born: bool = False
    """It is part of a birth date, which three columns show together."""


def concept_of(name: str) -> tuple[str, int, bool]:
    """What a name alone says: concept (empty if none), tier, and whether it says so plainly.

    >>> concept_of("context.traits.email"), concept_of("billing_city"), concept_of("colour")
    (('identifier:email', 0, True), ('trait:city', 0, False), ('', 0, True))
    """
    known = concepts()
    path = name.split(".")
    while True:
        form = squeeze(".".join(path))
        found = known.get(form) or known.get(form.removesuffix("s"))  # `emails`
        if found:
            return (*found, True)
        if len(path) > 1 and squeeze(path[0]) in WRAPPERS:
            path = path[1:]
        else:
            break
    rest = words(".".join(path))
    while len(rest) > 1:
        if rest[0] in QUALIFIERS:
            rest = rest[1:]
        elif rest[-1] in QUALIFIERS:
            rest = rest[:-1]
        elif rest[-1].isdigit():
            rest = rest[: -2 if len(rest) > 2 and rest[-2] in _COMPONENT else -1]
        else:
            break
        concept, tier = known.get("".join(rest), ("", 0))
        # A qualified id or time is another id or time: `account_id`, `birth_time`.
        if concept.startswith("trait:") or concept in {"identifier:email", "identifier:phone"}:
            return concept, tier, False
    return "", 0, True


def missing_columns(where: str, wanted: Iterable[str], names: Sequence[str]) -> list[Fault]:
    """Columns that a policy names and that are not there, each with the nearest names."""
    by_form = {squeeze(name): name for name in names}
    faults = []
    for column in wanted:
        if column in names:
            continue
        near = difflib.get_close_matches(squeeze(column), by_form, n=3, cutoff=0.5)
        shown = ", ".join([by_form[form] for form in near] or list(names[:10]))
        remedy = f"{'did you mean' if near else 'there are'} {shown}"
        faults.append(Fault(where, f"the policy names the column {column!r}, not there", remedy))
    return faults


def detect(sample: pa.Table, policy: Policy, *, file_name: str = "") -> Mapping:
    """Give every column of a table its role.

    Args:
        sample: the first rows of the file, structures flattened, any column types.
        policy: its `columns` and `file_columns` win; only its identifier types are detected.
        file_name: the name under which `file_columns` may speak of this file.
    """
    forced = {**policy.columns, **policy.file_columns.get(file_name, {})}
    columns = [
        _column(place, name, sample.column(place)) for place, name in enumerate(sample.column_names)
    ]
    born = spread({c.name: c.shape for c in columns if not c.concept})
    columns = [
        replace(c, concept=born[c.name], somebody_else=False, born=True) if c.name in born else c
        for c in columns
    ]
    roles: dict[int, ColumnRole] = {
        c.place: _role(c, forced[c.name], "policy", "") for c in columns if c.name in forced
    }
    types = frozenset(kind.name for kind in policy.identifiers)
    free = [c for c in columns if c.place not in roles]
    for single in SINGLE_ROLES:
        if not any(role.role == single for role in roles.values()):
            _take_single(single, [c for c in free if c.place not in roles], columns, roles)
    for column in free:
        if column.place not in roles:
            found = _identifier(column, types, policy)
            if found:
                roles[column.place] = found
    _traits([c for c in free if c.place not in roles], columns, roles)
    return Mapping(tuple(_with_order(roles[c.place], c, policy) for c in columns))


def _column(place: int, name: str, data: pa.ChunkedArray) -> _Column:
    head = data.slice(0, SAMPLE_ROWS)
    values = joined(head)
    listed = is_list(data.type)
    shape = Shape(explode(head)[0] if listed else values)
    concept, tier, plain = concept_of(name)
    if concept == "trait:name_or_other":  # `customer`: who it is, or its number, or its kind
        concept = "trait:full_name" if shape.several_words >= _CALLED else ""
        plain = False
    concept = birth_part(concept, shape)
    other = bool(OTHER_PERSON.intersection(words(name))) and not concept.startswith("trait:")
    return _Column(place, name, shape, values, listed, concept, tier, plain, other)


def _role(column: _Column, role: str, why: Why, note: str) -> ColumnRole:
    return ColumnRole(column.name, role, why, note, column.shape.example)


def _with_order(role: ColumnRole, column: _Column, policy: Policy) -> ColumnRole:
    if role.role not in {"event_time", "first_seen"}:
        return role
    order, doubt = date_order(column.values, region=policy.default_region)
    note = "; ".join(filter(None, (role.note, doubt)))
    return replace(role, order=order, note=note)


def _take_single(
    single: str, free: list[_Column], columns: list[_Column], roles: dict[int, ColumnRole]
) -> None:
    """Give a role that one column has to the best candidate, if any qualifies."""
    candidates = [c for c in free if c.concept == single and _qualifies(single, c, columns, roles)]
    if not candidates:
        return
    best = min(candidates, key=lambda c: (c.tier, c.place))
    note = f"named as {single.replace('_', ' ')}"
    if single in {"event_time", "first_seen"}:
        note += f", {best.shape.time:.0%} of its values are times"
    roles[best.place] = _role(best, single, "name", note)


def _qualifies(
    single: str, column: _Column, columns: list[_Column], roles: dict[int, ColumnRole]
) -> bool:
    shape = column.shape
    if column.listed:
        return False
    if single == "source":
        return shape.distinct <= max(20, shape.filled // 10)
    if single == "record_id":
        if not shape.filled or shape.email >= 0.9:  # an email as an id links people better
            return False
        unique = _unique_by_source(column, columns, roles)
        return shape.share_filled >= 0.95 and unique >= (0.5 if column.tier == 0 else 0.95)
    if single == "message_id":
        return shape.filled == 0 or shape.unique >= 0.5
    if single == "withdrawn":
        return shape.filled == 0 or shape.flag >= 0.9
    vague = column.tier == 4
    return shape.filled > 0 and shape.time >= (0.9 if vague else 0.5)


def _unique_by_source(
    column: _Column, columns: list[_Column], roles: dict[int, ColumnRole]
) -> float:
    source = next((place for place, r in roles.items() if r.role == "source"), None)
    if source is None:
        return column.shape.unique
    both = zip(columns[source].values.to_pylist(), column.values.to_pylist(), strict=True)
    keys = [pair for pair in both if pair[1]]
    return len(set(keys)) / len(keys)


def _identifier(column: _Column, types: frozenset[str], policy: Policy) -> ColumnRole | None:
    shape, concept = column.shape, column.concept
    own = snake(column.name)
    if own in types and own not in {"email", "phone"}:
        return _role(column, f"identifier:{own}", "name", f"named like the identifier {own}")
    if column.somebody_else:
        return None
    hashed = _hashed(column, types)
    if hashed:
        return hashed
    kind = concept.removeprefix("identifier:") if concept.startswith("identifier:") else ""
    if kind in {"email", "phone"} and kind in types:
        share = shape.email if kind == "email" else shape.phone
        if share >= 0.2 or not shape.filled:
            if kind == "phone" and (local := _local(column, policy)):
                return local
            seen = f"{share:.0%} of its values look like one" if shape.filled else "no value yet"
            return _role(column, f"identifier:{kind}", "name", f"named like {_a(kind)}, {seen}")
    elif kind in types and not (shape.filled and shape.time == 1.0 and shape.phone == 0):
        return _role(column, f"identifier:{kind}", "name", f"named like {_a(kind)}")
    return _by_values(column, types)


def _local(column: _Column, policy: Policy) -> ColumnRole | None:
    """Numbers without a country code of a country that is not the policy's: no identifiers.

    As such most would be rejected; as they stand they can still be compared.
    """
    region = policy.default_region
    read = canonicalise_column("phone", column.values, Options(region)).values
    share = (len(read) - read.null_count) / max(column.shape.filled, 1)
    if column.listed or not column.shape.filled or share >= _READABLE:
        return None
    note = (
        f"named like a phone; {share:.0%} are numbers of {region} or have a country code, so they "
        "are compared and link nobody: the policy's [phone] default_region says where they are from"
    )
    return _role(column, "trait:local_phone", "values", note)


def _by_values(column: _Column, types: frozenset[str]) -> ColumnRole | None:
    shape = column.shape
    if "email" in types and shape.email >= 0.9:
        return _role(column, "identifier:email", "values", f"{shape.email:.0%} are email addresses")
    if column.concept.startswith("trait:") or shape.distinct < 2:
        return None
    if "phone" in types and shape.international >= 0.9 and shape.unique >= 0.3:
        note = f"{shape.international:.0%} are phone numbers with a country code"
        return _role(column, "identifier:phone", "values", note)
    return None


def _hashed(column: _Column, types: frozenset[str]) -> ColumnRole | None:
    """A hashed email: its values tell which hash, but only a name that says email is trusted."""
    about_email = column.concept in {"identifier:email", "identifier:email_hash"} or (
        "email" in words(column.name) and column.concept == ""
    )
    if not about_email:
        return None
    for kind, digits in _HASHES.items():
        share = column.shape.hashes(digits)
        if f"email_{kind}" in types and share >= 0.8:
            note = f"named like an email, {share:.0%} of its values are {kind.upper()} hashes"
            return _role(column, f"identifier:email_{kind}", "values", note)
    return None


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeio' else 'a'} {kind.replace('_', ' ')}"


def _traits(free: list[_Column], columns: list[_Column], roles: dict[int, ColumnRole]) -> None:
    """Name the rest: standard names first to the plainest columns, no name twice."""
    taken = {r.role.removeprefix("trait:") for r in roles.values() if r.role.startswith("trait:")}
    known = {c.concept for c in columns}
    wanted = {c.place: _trait_name(c, known) for c in free}
    standard = [c for c in free if c.concept.startswith("trait:") and not c.somebody_else]
    for column in sorted(free, key=lambda c: (c not in standard, not c.plain, c.place)):
        name = wanted[column.place]
        name = f"trait_{name}" if name in RESERVED else name
        number, final = 2, name
        while final in taken:
            final, number = f"{name}_{number}", number + 1
        taken.add(final)
        meant = name if column in standard else ""
        note = f"named like {_a(meant)}" if meant else "a field of its own"
        roles[column.place] = _role(column, f"trait:{final}", "name", note)


def _trait_name(column: _Column, known: set[str]) -> str:
    concept = column.concept
    somebody_else = not column.born and OTHER_PERSON.intersection(words(column.name))
    if somebody_else or not concept.startswith("trait:"):
        return _own_name(column.name)
    has_first = "trait:first_name" in known or "trait:name_or_first" in known
    has_last = "trait:last_name" in known
    name = concept.removeprefix("trait:")
    if name == "name_or_first":
        return "first_name" if has_last or "trait:name_or_last" in known else "full_name"
    if name == "name_or_last":
        alone = has_first and not has_last and column.shape.one_word >= 0.5
        return "last_name" if alone else "full_name"
    return name


def _own_name(name: str) -> str:
    path = name.split(".")
    while len(path) > 1 and path[0] in {"context", "traits"} and "traits" in path:
        path = path[1:]
    return snake(".".join(path))
