"""A store of each kind, open and empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.graph.store.contract import STORES, Open

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sameas.graph.store.port import Store


@pytest.fixture(params=STORES, ids=str)
def kind(request: pytest.FixtureRequest) -> str:
    """The name of a store."""
    return str(request.param)


@pytest.fixture
def opened(kind: str) -> Open:
    """What opens it."""
    return STORES[kind]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where it is."""
    return tmp_path / "store.db"


@pytest.fixture
def store(opened: Open, place: Path) -> Iterator[Store]:
    """An empty store."""
    made = opened(place)
    yield made
    made.close()
