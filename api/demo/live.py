"""The demo's people behind the API: a store of the result, a key, and calls to try on somebody.

Nothing is known beforehand: who is asked about is somebody of the stories.
"""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from sameas.api.demo.stories import Story
    from sameas.engine.online.engine import Engine
    from sameas.graph.model import Identifier

__all__ = ["calls", "load_demo", "show_calls"]

_TELLING = ("email", "user_id", "loyalty_card", "anonymous_id")
"""Types that are good to ask by, the best first."""
_READABLE = " | python3 -m json.tool"


def load_demo(out: Path, *, console: Console) -> Path:
    """Make a store of `out`/result, in `out`, in place of the one of an earlier demo.

    Raises:
        StoreError: a server of an earlier demo still writes to it.
    """
    from sameas.engine.online.whole import load_file

    store = out / "people.db"
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
        console=console, transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task("loading", total=None)
        load_file(
            out / "result",
            store,
            force=True,
            progress=lambda stage, _done, _total: bar.update(task, description=f"loading: {stage}"),
        )
    return store


def show_calls(engine: Engine, told: Sequence[Story], url: str, *, console: Console) -> None:
    """Make a key, and print where the server is and what to ask it."""
    from sameas.api.http import create_key

    key = create_key(engine, "demo", ["admin"])
    lines = [
        ("These people are behind an API now. In another terminal:", "bold"),
        ("", ""),
        (f"  KEY={key}", "cyan"),
    ]
    for why, command in calls(told, url):
        lines += [("", ""), (f"  # {why}", ""), (f"  {command}", "cyan")]
    lines += [("", ""), (f"All calls: {url}/docs  Ctrl-C ends the server.", "bold")]
    for text, style in lines:
        console.print(Text(text, style), soft_wrap=True)


def calls(told: Sequence[Story], url: str) -> list[tuple[str, str]]:
    """What to try, and the line of shell that does it; of nobody's story nothing."""
    found = _somebody(told)
    if found is None:
        return []
    identifier, profile = found
    asked = json.dumps({"type": identifier.type, "value": identifier.value}, ensure_ascii=False)
    more = {"identifiers": {identifier.type: identifier.value, "anonymous_id": "a-new-cookie"}}
    said = json.dumps(more, ensure_ascii=False)
    curl = 'curl -s -u "$KEY:"'
    return [
        ("who is this?", f"{curl} {url}/v1/profiles/lookup -d {shlex.quote(asked)}{_READABLE}"),
        (
            "on what evidence?",
            f"{curl} {url}/v1/profiles/{profile}/graph{_READABLE}",
        ),
        (
            "a cookie logs in: it is the same person's from now on",
            f"{curl} {url}/v1/merge -d {shlex.quote(said)}{_READABLE}",
        ),
    ]


def _somebody(told: Sequence[Story]) -> tuple[Identifier, str] | None:
    """An identifier of the first story's person that has a good one, and the profile."""
    for story in told:
        carried = {one.type: one for member in reversed(story.together) for one in member.carries}
        for kind in _TELLING:
            if kind in carried:
                return carried[kind], story.together[0].profile
    return None
