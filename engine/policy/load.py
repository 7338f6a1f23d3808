"""Reads `sameas.toml`: what comes back is complete and valid, or every fault is named at once.

A fault's place is the file and the key as TOML writes it: `shop.toml: identifiers.email.links`.
What the file leaves out keeps the default of `sameas.engine.policy.default`; a key that it names
replaces the default of that key whole, and `[identifiers.TYPE]` replaces single fields of a type.
Blocked values may be written in any spelling; the policy holds the canonical one.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sameas.engine.policy.defaults import default
from sameas.engine.policy.model import Group, IdentifierType, Policy, Survivorship
from sameas.errors import Fault, PolicyError

if TYPE_CHECKING:
    from sameas.engine.policy.document import Document, SurvivorshipTable

__all__ = ["load", "loads"]


def load(path: Path | str) -> Policy:
    """Read a policy file.

    Raises:
        PolicyError: it cannot be read, is no UTF-8, no TOML, or no policy; with all faults.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        remedy = "check the path; `sameas policy show --toml` prints a file to start from"
        raise PolicyError(Fault(str(path), "no such file", remedy)) from None
    except OSError as error:
        raise PolicyError(Fault(str(path), error.strerror or "cannot be read")) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        what = f"byte {raw[error.start]:#04x} is not UTF-8"
        raise PolicyError(Fault(f"{path}:{line}", what, "save the file as UTF-8")) from None
    return loads(text, str(path))


def loads(text: str, name: str = "sameas.toml") -> Policy:
    """Read a policy from the text of a file; `name` is what errors call it.

    Raises:
        PolicyError: the text is no TOML or no policy; with all faults.

    >>> loads('on_conflict = "newest"').on_conflict
    'newest'
    >>> loads('on_conflict = "newst"', "shop.toml")
    Traceback (most recent call last):
    sameas.errors.PolicyError: shop.toml: on_conflict: 'newst' is unknown (did you mean 'newest'?)
    """
    from pydantic import ValidationError

    from sameas.engine.policy.check import across, described
    from sameas.engine.policy.document import Document

    try:
        raw = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(_syntax(name, text, str(error))) from None
    faults: list[Fault] = []
    document = None
    try:
        document = Document.model_validate(raw)
    except ValidationError as error:
        faults += [described(detail) for detail in error.errors(include_url=False)]
    faults += across(raw)
    if faults or document is None:
        raise PolicyError(Fault(f"{name}: {f.where}", f.what, f.remedy) for f in faults)
    return _policy(document)


def _syntax(name: str, text: str, message: str) -> Fault:
    place = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    line, column = (place[1], place[2]) if place and place[1] else (text.count("\n") + 1, "end")
    what = message[: place.start()] if place else message
    return Fault(f"{name}:{line}:{column}", f"not TOML: {what}", "line:column is where it breaks")


def _policy(document: Document) -> Policy:
    from sameas.matching.canonical import Options, canonicalise

    policy = default()
    options = Options(document.phone.default_region, document.email.dots, document.email.tags)
    known = {kind.name: kind for kind in policy.identifiers}
    rank = document.rank if "rank" in document.model_fields_set else tuple(known)
    identifiers = []
    for name in rank:
        kind = known.get(name, IdentifierType(name))
        table = document.identifiers.get(name)
        changes = {key: getattr(table, key) for key in table.model_fields_set} if table else {}
        kind = replace(kind, **changes)
        if "blocked" in changes:
            # Canonical, as the model wants them: a human writes a number as it is spoken.
            values = (canonicalise(kind.canonicaliser, raw, options).value for raw in kind.blocked)
            kind = replace(kind, blocked=frozenset(filter(None, values)))
        identifiers.append(kind)
    return Policy(
        identifiers=tuple(identifiers),
        on_conflict=document.on_conflict,
        max_component=document.max_component,
        exclusive=document.exclusive,
        duplicate_free=frozenset(document.duplicate_free),
        default_region=document.phone.default_region,
        email_dots=document.email.dots,
        email_tags=document.email.tags,
        survivorship=_survivorship(document.survivorship, policy.survivorship),
        columns=dict(document.columns),
        file_columns={name: dict(table.columns) for name, table in document.files.items()},
    )


def _survivorship(table: SurvivorshipTable, base: Survivorship) -> Survivorship:
    own = {
        field.name: getattr(table, field.name)
        for field in fields(base)
        if field.name in table.model_fields_set
    }
    if "groups" in own:
        own["groups"] = tuple(
            Group(group.name, group.traits, group.strategy) for group in table.groups
        )
    return replace(base, **own)
