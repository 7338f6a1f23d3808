"""What a human writes in `sameas.toml`, key by key: each key's own check, nothing across keys.

Every model is strict and knows its keys; `sameas.engine.policy.load` turns what pydantic finds
into faults and fills the defaults in.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

# pydantic reads the annotations when the class is made
from sameas.engine.policy.model import Canonical, Strategy  # noqa: TC001

__all__ = ["ROLES", "Document", "IdentifierTable", "expected"]

ROLES = (
    "source",
    "record_id",
    "event_time",
    "first_seen",
    "message_id",
    "withdrawn",
    "ignore",
    "identifier:TYPE",
    "trait:NAME",
)
_PLAIN_ROLES = frozenset(role for role in ROLES if ":" not in role)
_NAMING_ROLES = {role.partition(":")[0]: role for role in ROLES if ":" in role}
GroupStrategy = Literal["most_recent", "most_frequent", "most_complete", "source_priority"]


def expected(names: tuple[str, ...] | list[str], got: object = None) -> str:
    """The remedy for a word that is not one of `names`: the nearest, or all of them.

    >>> expected(["oldest", "newest"], "oldst")
    "did you mean 'oldest'?"
    >>> expected(["oldest", "newest"], 7)
    "expected one of 'newest', 'oldest'"
    """
    if isinstance(got, str):
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        folded = {name.casefold(): name for name in names}
        nearest = process.extractOne(
            got.casefold(), folded.keys(), scorer=OSA.normalized_similarity, score_cutoff=0.6
        )
        if nearest:
            return f"did you mean {folded[nearest[0]]!r}?"
    return f"expected one of {', '.join(map(repr, sorted(names)))}"


def _fault(kind: str, what: str, remedy: str) -> PydanticCustomError:
    # Braces in what a human wrote must not be read as a template's.
    return PydanticCustomError(kind, "{what}", {"what": what, "remedy": remedy})


def _limit(value: object) -> int | None:
    if value == "none":
        return None
    if type(value) is int and value > 0:
        return value
    raise _fault(
        "limit", f"{value!r} is no limit", 'expected a whole number above 0, or "none" for no limit'
    )


def _version(value: object) -> object:
    if type(value) is int and value == 1:
        return value
    raise _fault("version", f"{value!r} is unknown", "this sameas reads version = 1")


def _positive(value: object) -> int:
    if type(value) is int and value > 0:
        return value
    raise _fault("limit", f"{value!r} is no limit", "expected a whole number above 0")


def _type_name(value: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", value, re.ASCII):
        return value
    raise _fault(
        "type_name",
        f"{value!r} cannot name an identifier type",
        "use ASCII letters, digits, '_', '-' and '.', starting with a letter or digit",
    )


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        place = "" if error.pos is None else f" at character {error.pos + 1}"
        raise _fault(
            "pattern",
            f"{value!r} is no regular expression: {error.msg}{place}",
            "Python's syntax; a TOML string in single quotes keeps its backslashes",
        ) from None
    return value


def _region(value: str) -> str:
    from phonenumbers import SUPPORTED_REGIONS

    if value in SUPPORTED_REGIONS:
        return value
    near = value.upper() if value.upper() in SUPPORTED_REGIONS else None
    raise _fault(
        "region",
        f"{value!r} is no region with a telephone plan",
        f"did you mean {near!r}?" if near else "expected two letters of ISO 3166, such as 'DE'",
    )


def _role(value: str) -> str:
    kind, colon, name = value.partition(":")
    if value in _PLAIN_ROLES or (kind in _NAMING_ROLES and name.strip()):
        return value
    if kind in _NAMING_ROLES:
        remedy = f"expected {_NAMING_ROLES[kind]!r}"
    else:
        remedy = expected(tuple(_NAMING_ROLES), kind) if colon else expected(ROLES, value)
    raise _fault("role", f"{value!r} is no role of a column", remedy)


def _name(value: str) -> str:
    if value.strip():
        return value
    raise _fault("name", "an empty name", "write a name or remove the entry")


# TOML has arrays, the policy has tuples; strict pydantic would not let a list pass as one.
_Listed = BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value)
Limit = Annotated[int | None, BeforeValidator(_limit)]
Positive = Annotated[int, BeforeValidator(_positive)]
Name = Annotated[str, AfterValidator(_name)]
Names = Annotated[tuple[Name, ...], _Listed]
TypeName = Annotated[str, AfterValidator(_type_name)]
Region = Annotated[str, AfterValidator(_region)]
Role = Annotated[str, AfterValidator(_role)]


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class IdentifierTable(_Table):
    """`[identifiers.TYPE]`: what is left out keeps its default."""

    canonicaliser: Canonical = "exact"
    links: bool = True
    max_per_profile: Limit = None
    max_fanout: Limit = None
    max_records: Limit = None
    guard: bool = False
    blocked: Names = ()
    blocked_patterns: Annotated[tuple[Annotated[Name, AfterValidator(_pattern)], ...], _Listed] = ()


class PhoneTable(_Table):
    """`[phone]`."""

    default_region: Region = "US"


class EmailTable(_Table):
    """`[email]`."""

    dots: bool = True
    tags: bool = True


class GroupTable(_Table):
    """`[[survivorship.groups]]`. A group takes one record's values, so a union has no meaning."""

    name: Name
    traits: Annotated[Names, Field(min_length=1)]
    strategy: GroupStrategy = "most_recent"


class SurvivorshipTable(_Table):
    """`[survivorship]`."""

    default: Strategy = "most_recent"
    source_priority: Names = ()
    traits: dict[Name, Strategy] = {}
    groups: Annotated[tuple[GroupTable, ...], _Listed] = ()


class FileTable(_Table):
    """`[files."NAME"]`."""

    columns: dict[str, Role] = {}


class Document(_Table):
    """The whole file."""

    version: Annotated[Literal[1], BeforeValidator(_version)] = 1
    on_conflict: Literal["oldest", "newest"] = "oldest"
    max_component: Positive = 10_000
    exclusive: Names = ()
    duplicate_free: Names = ()
    rank: Annotated[tuple[TypeName, ...], _Listed] = ()
    identifiers: dict[str, IdentifierTable] = {}
    phone: PhoneTable = PhoneTable()
    email: EmailTable = EmailTable()
    survivorship: SurvivorshipTable = SurvivorshipTable()
    columns: dict[str, Role] = {}
    files: dict[Name, FileTable] = {}
