"""Judgement and match files: who a person says is the same, and pairs that somebody else scored.

Everything is checked before anything is used; all faults of a file are raised at once.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import polars as pl

from sameas.engine.evidence import BIT, MAX_WEIGHT
from sameas.engine.judgements import ONE_SIDE, on_both_sides
from sameas.engine.read.times import to_micros
from sameas.errors import Fault, InputError
from sameas.graph.model import Identifier, Judgement, Match, RecordKey
from sameas.matching.canonical import Options, canonicalise

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sameas.engine.policy import Policy
    from sameas.graph.model import Ref

__all__ = ["read_judgements", "read_matches", "reference"]


def reference(text: str, policy: Policy) -> Ref:
    """A record `source/record_id` or an identifier `type:value`, in any spelling of the value.

    Raises:
        ValueError: it is neither, or the value has no canonical form.
    """
    if ":" not in text:
        return RecordKey.parse(text)
    one = Identifier.parse(text)
    kinds = {kind.name: kind for kind in policy.identifiers}
    if one.type not in kinds:
        raise ValueError(f"{one.type!r} is no identifier type; the policy has {', '.join(kinds)}")
    options = Options(policy.default_region, policy.email_dots, policy.email_tags)
    found = canonicalise(kinds[one.type].canonicaliser, one.value, options)
    if found.value is None:
        raise ValueError(f"{text!r} has no canonical value: {found.reason or 'it is empty'}")
    return Identifier(one.type, found.value)


def _rows(path: Path, wanted: tuple[str, ...], optional: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rows of a CSV, JSON-lines or Parquet file with these columns."""
    if not path.is_file():
        raise InputError(Fault(str(path), "no such file", "is the path right?"))
    suffix = "".join(path.suffixes).lower()
    try:
        if suffix.endswith(".parquet"):
            frame = pl.read_parquet(path)
        elif suffix.endswith((".jsonl", ".ndjson", ".json")):
            lines = path.read_text(encoding="utf-8").splitlines()
            rows = [json.loads(line) for line in lines if line.strip()]
            if not all(isinstance(row, dict) for row in rows):
                raise InputError(Fault(str(path), "not every line is an object"))
            names = dict.fromkeys(name for row in rows for name in row)
            return _checked(path, list(names), rows, wanted, optional)
        else:
            frame = pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(Fault(str(path), f"cannot be read: {error}")) from error
    return _checked(path, frame.columns, frame.to_dicts(), wanted, optional)


def _checked(
    path: Path,
    names: list[str],
    rows: list[dict[str, Any]],
    wanted: tuple[str, ...],
    optional: tuple[str, ...],
) -> list[dict[str, Any]]:
    missing = [name for name in wanted if name not in names]
    if missing and rows:
        has = ", ".join(names)
        raise InputError(
            [Fault(str(path), f"no column {name!r}", f"it has {has}") for name in missing]
        )
    return [{name: row.get(name) for name in (*wanted, *optional)} for row in rows]


def _texts(value: object) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        return value.split()
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def read_judgements(
    path: Path, policy: Policy, *, now: int, earlier: Sequence[Judgement] = ()
) -> list[Judgement]:
    """The `earlier` judgements and those of a file, without those that the file retracts.

    Columns: `kind` (`same`, `different` or `retract`), `left` and `right` (references, several
    separated by white space), and if there `judgement` (its key), `time`, `author`, `reason`. A
    `retract` names in `left` the keys that it takes back. A judgement that is there already, word
    for word, changes nothing: the file of yesterday may be given again today.

    Raises:
        InputError: with every fault of the file.
    """
    rows = _rows(path, ("kind", "left"), ("right", "judgement", "time", "author", "reason"))
    faults: list[Fault] = []
    found: dict[str, Judgement] = {one.key: one for one in earlier}
    own: set[str] = set()
    retracted: list[tuple[str, str]] = []
    for number, row in enumerate(rows, 1):
        where = f"{path.name}: judgement {number}"
        kind = str(row["kind"] or "").strip().lower()
        if kind == "retract":
            retracted += [(where, key) for key in _texts(row["left"])]
            continue
        if kind not in ("same", "different"):
            faults.append(
                Fault(where, f"kind is {row['kind']!r}", "expected same, different or retract")
            )
            continue
        sides: list[frozenset[Ref]] = []
        for side in ("left", "right"):
            refs: list[Ref] = []
            for text in _references(row[side]):
                try:
                    refs.append(reference(text, policy))
                except ValueError as error:
                    faults.append(Fault(f"{where}, {side}", str(error)))
            if not _texts(row[side]):
                faults.append(
                    Fault(f"{where}, {side}", "is empty", "name a record or an identifier")
                )
            sides.append(frozenset(refs))
        twice = on_both_sides(*sides)
        if twice:
            faults.append(Fault(where, twice, ONE_SIDE))
        time = now
        if row["time"] is not None and str(row["time"]).strip():
            parsed, bad = to_micros(pl.Series([row["time"]]).to_arrow())
            if bad:
                faults.append(Fault(f"{where}, time", bad[0].reason))
            else:
                time = parsed[0].as_py()
        key = str(row["judgement"] or "") or _key(kind, sides, time)
        said = Judgement(
            key,
            "same" if kind == "same" else "different",
            sides[0],
            sides[1],
            time,
            str(row["author"] or ""),
            str(row["reason"] or ""),
        )
        if key in own or not _repeats(said, found.get(key, said)):
            faults.append(Fault(where, f"the key {key!r} is taken", "give each judgement its own"))
        own.add(key)
        found.setdefault(key, said)
    for where, key in retracted:
        if key not in found:
            known = (
                f"there are {', '.join(sorted(found)[:5])}" if found else "there is no judgement"
            )
            faults.append(Fault(where, f"retracts {key!r}, which is not there", known))
    if faults:
        raise InputError(faults)
    for _, key in retracted:
        found.pop(key, None)
    return list(found.values())


def _repeats(said: Judgement, before: Judgement) -> bool:
    """Whether both say the same; times are left out, since without one it was that of the run."""
    return (said.kind, said.left, said.right) == (before.kind, before.left, before.right)


def _references(value: object) -> list[str]:
    """References; in a text, white space inside an identifier's value is kept."""
    if isinstance(value, str):
        return re.split(r"\s+(?=[\w.%-]+[:/])", value.strip()) if value.strip() else []
    return _texts(value)


def _key(kind: str, sides: list[frozenset[Ref]], time: int) -> str:
    text = json.dumps([kind, *(sorted(ref.ref for ref in side) for side in sides), time])
    return "j_" + hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def read_matches(path: Path) -> list[Match]:
    """Scored pairs: columns `left`, `right` (record references) and `weight` (bits).

    Raises:
        InputError: with every fault of the file.
    """
    faults = []
    found = []
    for number, row in enumerate(_rows(path, ("left", "right", "weight"), ()), 1):
        where = f"{path.name}: match {number}"
        try:
            left, right = RecordKey.parse(str(row["left"])), RecordKey.parse(str(row["right"]))
            weight = round(float(row["weight"]) * BIT)
        except (ValueError, TypeError, OverflowError) as error:
            faults.append(Fault(where, str(error), "left, right: source/record_id; weight: bits"))
            continue
        if left == right:
            faults.append(Fault(where, f"matches {left.ref} with itself"))
        if abs(weight) > MAX_WEIGHT:
            most = f"at most {MAX_WEIGHT // BIT:,} bits either way"
            faults.append(Fault(where, f"weighs {row['weight']} bits", most))
        found.append(Match(left, right, weight))
    if faults:
        raise InputError(faults)
    return found
