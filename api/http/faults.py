"""All faults of a body at once: what a struct's decoder finds first, this finds to the end.

Slow and complete, for bodies that the fast decoder refused.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin

import msgspec

from sameas.errors import Fault

__all__ = ["convert", "sound"]

if TYPE_CHECKING:
    from collections.abc import Sequence

Made = TypeVar("Made", bound=msgspec.Struct)

_AT = re.compile(r"^(.*?)(?: - at `(?:key in )?\$(.*)`)?$", re.DOTALL)


def convert(value: Any, kind: type[Made], where: str = "") -> tuple[Made | None, list[Fault]]:
    """A struct out of decoded JSON, or every fault that keeps it from being one.

    >>> class Dog(msgspec.Struct, forbid_unknown_fields=True):
    ...     name: str
    ...     age: int = 0
    >>> for fault in convert({"nam": "Rex", "age": "old"}, Dog)[1]:
    ...     print(fault)
    nam: is no field here (did you mean `name`?)
    name: is missing
    age: expected `int`, got `str`
    """
    faults = list(_struct(value, kind, where))
    if faults:
        return None, faults
    try:
        return msgspec.convert(value, kind), []
    except msgspec.ValidationError as error:
        return None, [_fault(error, where)]


def sound(value: Any, kind: type[Made], faults: Sequence[Fault]) -> Made:
    """The struct without the fields that have faults: what is in the others is checked, too.

    A field that must be there is empty; nothing but faults may come of it.

    >>> class Dog(msgspec.Struct):
    ...     name: str
    ...     age: int = 0
    >>> sound({"age": 3}, Dog, [Fault("name", "is missing")])
    Dog(name='', age=3)
    """
    sent = value if isinstance(value, dict) else {}
    bad = {re.split(r"[.\[]", fault.where, maxsplit=1)[0] for fault in faults}
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    made = {name: "" for name, field in fields.items() if field.required}
    made |= {
        name: msgspec.convert(sent[name], field.type)
        for name, field in fields.items()
        if name in sent and name not in bad
    }
    return kind(**made)


def _struct(value: Any, kind: Any, where: str) -> list[Fault]:
    if not isinstance(value, dict):
        return [Fault(where or "body", "is no object", f"send an object of {_names(kind)}")]
    faults = []
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    if kind.__struct_config__.forbid_unknown_fields:
        for name in value:
            if name not in fields:
                near = get_close_matches(name, fields, 1)
                remedy = f"did you mean `{near[0]}`?" if near else f"there are {_names(kind)}"
                faults.append(Fault(_join(where, name), "is no field here", remedy))
    for name, field in fields.items():
        if name in value:
            faults += _value(value[name], field.type, _join(where, name))
        elif field.required:
            faults.append(Fault(_join(where, name), "is missing"))
    return faults


def _value(value: Any, kind: Any, where: str) -> list[Fault]:
    inner = _element(kind)
    if isinstance(value, list) and inner is not None:
        return [
            fault for at, one in enumerate(value) for fault in _struct(one, inner, f"{where}[{at}]")
        ]
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        return [_fault(error, where, kind)]
    return []


def _element(kind: Any) -> Any:
    """The struct that a type is, or may be, a list of."""
    if get_origin(kind) in (list, tuple):
        inner = get_args(kind)[0]
        return inner if isinstance(inner, type) and issubclass(inner, msgspec.Struct) else None
    found = (_element(one) for one in get_args(kind))
    return next((one for one in found if one is not None), None)


def _fault(error: msgspec.ValidationError, where: str, kind: Any = None) -> Fault:
    what, path = _AT.fullmatch(str(error)).groups()  # type: ignore[union-attr]  # it fits anything
    place = where + (path or "") if where else (path or "").lstrip(".")
    return Fault(place or "body", what[:1].lower() + what[1:], _among(kind))


def _among(kind: Any) -> str:
    """What a value may be, if there are a few."""
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(f"`{one}`" for one in get_args(kind))
    return next(filter(None, map(_among, get_args(kind))), "")


def _join(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _names(kind: Any) -> str:
    return ", ".join(f"`{field.encode_name}`" for field in msgspec.structs.fields(kind))
