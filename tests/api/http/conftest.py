from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.api.http.calling import start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.api.http.calling import Api


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """An API on a store of its own."""
    found = start(tmp_path)
    yield found
    found.close()
