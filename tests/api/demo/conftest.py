from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sameas.api.demo import Shop, generate

# The hand-made outputs are imported from the root of the checkout, whoever starts the tests.
sys.path.insert(0, str(Path(__file__).resolve().parents[3]))


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop of four hundred people, seed 7."""
    return generate(tmp_path_factory.mktemp("shop"), people=400, seed=7)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a hand-made output goes."""
    return tmp_path
