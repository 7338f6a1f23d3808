"""Identity resolution whose partition of records into profiles is a pure function of its inputs.

Importing `sameas` loads nothing heavy: each name is fetched from its module when first used.

>>> import sameas
>>> isinstance(sameas.__version__, str)
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sameas.api.client import AsyncClient, Client
    from sameas.engine.batch import Result, resolve
    from sameas.engine.online.engine import Engine
    from sameas.engine.policy import Policy
    from sameas.errors import (
        ApiError,
        EngineClosedError,
        EngineError,
        Fault,
        GoneProfileError,
        InputError,
        MissingExtraError,
        ModelError,
        OutputError,
        PolicyError,
        SameasError,
        StoreClosedError,
        StoreCorruptError,
        StoreError,
        StoreFormatError,
        StoreFullError,
        StoreLockedError,
        StoreReadOnlyError,
        StoreRowError,
        UnknownJudgementError,
        UnknownProfileError,
        UnreachableError,
    )

    __version__: str

__all__ = [
    "ApiError",
    "AsyncClient",
    "Client",
    "Engine",
    "EngineClosedError",
    "EngineError",
    "Fault",
    "GoneProfileError",
    "InputError",
    "MissingExtraError",
    "ModelError",
    "OutputError",
    "Policy",
    "PolicyError",
    "Result",
    "SameasError",
    "StoreClosedError",
    "StoreCorruptError",
    "StoreError",
    "StoreFormatError",
    "StoreFullError",
    "StoreLockedError",
    "StoreReadOnlyError",
    "StoreRowError",
    "UnknownJudgementError",
    "UnknownProfileError",
    "UnreachableError",
    "__version__",
    "resolve",
]

_HOMES = {
    "AsyncClient": "sameas.api.client",
    "Client": "sameas.api.client",
    "Engine": "sameas.engine.online.engine",
    "Policy": "sameas.engine.policy",
    "Result": "sameas.engine.batch",
    "resolve": "sameas.engine.batch",
}


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        value: object = version("sameas")
    elif name in __all__:
        from importlib import import_module

        value = getattr(import_module(_HOMES.get(name, "sameas.errors")), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
