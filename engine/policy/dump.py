"""Writes a policy as a file for people, which `sameas.engine.policy.loads` reads back equal.

Every key is written, the defaults too, so the file says all that the run will do.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sameas.engine.policy.model import IdentifierType, Policy, Survivorship

__all__ = ["dumps", "key_path"]

_WIDTH = 100
_HEAD = """\
# The policy of sameas: the rules by which records become people.
# Whatever is left out keeps its default; `sameas policy check FILE` names every fault.
version = 1

# Where records that share an identifier cannot all be one person, those that came first ("oldest")
# or last ("newest") keep it.
on_conflict = {on_conflict}

# Most records and identifiers in one piece of the graph; past it the lowest types stop linking.
max_component = {max_component}

# Traits of which a person has one value: records that differ in them are never joined.
exclusive = {exclusive}

# Sources that hold each person once: two records of such a source are never joined.
duplicate_free = {duplicate_free}

# Identifier types, the strongest evidence first: the higher one decides where two conflict.
rank = {rank}

# One table a type. A limit is a whole number, or "none".
#   canonicaliser     how spellings meet: exact, folded (case too), email, phone, uuid, hash
#   links             false: kept, shown, counted, but joins nobody
#   max_per_profile   distinct values that one person may hold
#   max_fanout        distinct values of one higher type beside it before it counts as shared
#   max_records       records that may carry it before it counts as shared
#   guard             join records on it only if their person names agree
#   blocked           canonical values that never link, beside the built-in junk
#   blocked_patterns  regular expressions; a value that one matches in full never links
"""
_PHONE = """
# The region (ISO 3166) of phone numbers without a country code.
[phone]
default_region = {default_region}
"""
_EMAIL = """
# Where the provider ignores them: drop dots (Gmail), drop what follows a plus sign.
[email]
dots = {dots}
tags = {tags}
"""
_SURVIVORSHIP = """
# Which value of a trait a person shows: most_recent, most_frequent, most_complete,
# source_priority (the order of sources below), min, max, union.
[survivorship]
default = {default}
source_priority = {source_priority}
"""
_GROUPS = """
# Traits that come from one record together: most_recent, most_frequent, most_complete or
# source_priority.
"""
_COLUMNS = """
# Column = role, for all files; other columns are detected. Roles: source, record_id, event_time,
# first_seen, message_id, withdrawn, ignore, "identifier:TYPE", "trait:NAME". For one file:
# [files."NAME".columns]
[columns]
"""


def dumps(policy: Policy) -> str:
    """The policy as TOML, complete and commented.

    >>> from sameas.engine.policy import default, loads
    >>> loads(dumps(default())) == default()
    True
    """
    parts = [
        _HEAD.format(
            on_conflict=_quoted(policy.on_conflict),
            max_component=policy.max_component,
            exclusive=_array(policy.exclusive),
            duplicate_free=_array(sorted(policy.duplicate_free)),
            rank=_array((kind.name for kind in policy.identifiers), margin=len("rank = ")),
        )
    ]
    parts += map(_identifier, policy.identifiers)
    parts += [
        _PHONE.format(default_region=_quoted(policy.default_region)),
        _EMAIL.format(
            dots=_boolean(value=policy.email_dots), tags=_boolean(value=policy.email_tags)
        ),
        _survivorship(policy.survivorship),
        _COLUMNS,
        _pairs(policy.columns),
    ]
    for name, columns in policy.file_columns.items():
        parts.append(f"\n[files.{_quoted(name)}.columns]\n{_pairs(columns)}")
    return "".join(parts)


def _quoted(text: str) -> str:
    """A TOML basic string. JSON's escapes are TOML's, save that TOML escapes DEL too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _identifier(kind: IdentifierType) -> str:
    patterns = [_literal(pattern) for pattern in kind.blocked_patterns]
    lines = (
        f"\n[identifiers.{_key(kind.name)}]",
        f"canonicaliser = {_quoted(kind.canonicaliser)}",
        f"links = {_boolean(value=kind.links)}",
        f"max_per_profile = {_limit(kind.max_per_profile)}",
        f"max_fanout = {_limit(kind.max_fanout)}",
        f"max_records = {_limit(kind.max_records)}",
        f"guard = {_boolean(value=kind.guard)}",
        f"blocked = {_array(sorted(kind.blocked))}",
        f"blocked_patterns = {_joined(patterns)}",
        "",
    )
    return "\n".join(lines)


def _survivorship(rules: Survivorship) -> str:
    text = _SURVIVORSHIP.format(
        default=_quoted(rules.default), source_priority=_array(rules.source_priority)
    )
    # An empty array of tables has no header form: it is a key of its table and comes before others.
    if not rules.groups:
        text += "groups = []\n"
    text += "\n# Single traits that differ from the default.\n[survivorship.traits]\n"
    text += _pairs(rules.traits)
    if rules.groups:
        text += _GROUPS
        text += "\n".join(
            f"[[survivorship.groups]]\nname = {_quoted(group.name)}\n"
            f"traits = {_array(group.traits)}\nstrategy = {_quoted(group.strategy)}\n"
            for group in rules.groups
        )
    return text


def _pairs(table: Mapping[str, str]) -> str:
    return "".join(f"{_key(key)} = {_quoted(value)}\n" for key, value in table.items())


def _array(values: Iterable[str], *, margin: int = 20) -> str:
    return _joined([_quoted(value) for value in values], margin=margin)


def _joined(items: list[str], *, margin: int = 20) -> str:
    line = f"[{', '.join(items)}]"
    if len(line) + margin <= _WIDTH:
        return line
    return "[\n" + "".join(f"    {item},\n" for item in items) + "]"


def _literal(pattern: str) -> str:
    # Single quotes keep backslashes as they are, which is how people know their patterns.
    if re.fullmatch(r"[^'\x00-\x1f\x7f]*", pattern):
        return f"'{pattern}'"
    return _quoted(pattern)


def key_path(*keys: str | int) -> str:
    """A key's path as TOML writes it; numbers are places in an array.

    >>> key_path("files", "crm.csv", "columns", 2)
    'files."crm.csv".columns[2]'
    """
    text = ""
    for key in keys:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            text += ("." if text else "") + _key(key)
    return text


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name, re.ASCII) else _quoted(name)


def _boolean(*, value: bool) -> str:
    return "true" if value else "false"


def _limit(limit: int | None) -> str:
    return '"none"' if limit is None else str(limit)
