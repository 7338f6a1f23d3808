"""Warming up leaves nothing behind."""

from __future__ import annotations

import tempfile
import threading
from typing import TYPE_CHECKING

from sameas.engine.online.warm import warm

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_warming_up_leaves_no_file_and_no_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = threading.active_count()
    warm()
    assert list(tmp_path.iterdir()) == []
    assert threading.active_count() == before
