"""What the README shows of the demo. `python -m tests.docs.demo_excerpt` writes it anew."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from tests.docs.pages import ROOT, read, run

__all__ = ["demo", "excerpt", "shown"]

_BETWEEN = re.compile(r"(<!-- demo: begin [^\n]*-->\n)(.*?)(<!-- demo: end -->)", re.DOTALL)
STORIES = ("One person, ", "One person in two scripts", "Two people, one telephone")
"""Those that are shown, by what their titles begin with."""


def demo(folder: Path) -> str:
    """What `sameas demo` prints with the seed and size of `make demo`."""
    done = run("sameas demo --serve 0 --out demo", folder)
    assert done.code == 0, done.output
    return done.output


def excerpt(printed: str) -> str:
    """The part that the README shows: what came out, how right it is, and some of the stories."""
    panels = re.split(r"^╭─ (.*?) ─*╮$", printed, flags=re.MULTILINE)[1:]
    named = dict(zip(panels[::2], panels[1::2], strict=True))
    parts = []
    for title, body in named.items():
        rows = [line[2:].rstrip("│ ") for line in body.splitlines() if line.startswith("│")]
        if title.startswith(("What came out", "How right it is")):
            parts.append("\n".join([title, *(f"  {row}".rstrip() for row in rows)]))
        elif title.startswith("What it has to tell"):
            told = re.split(r"^(?=\d+\. )", "\n".join(rows), flags=re.MULTILINE)
            parts += [
                story.rstrip()
                for story in told
                if re.sub(r"^\d+\. ", "", story).startswith(STORIES)
            ]
    return "\n\n".join(parts)


def shown() -> str:
    """What stands in the README now."""
    found = _BETWEEN.search(read("README.md"))
    assert found, "the README has no place for the demo"
    return found[2].removeprefix("```text\n").removesuffix("\n```\n")


def main() -> None:
    """Run the demo and put its excerpt into the README."""
    with tempfile.TemporaryDirectory() as folder:
        text = excerpt(demo(Path(folder)))
    page = ROOT / "README.md"
    page.write_text(
        _BETWEEN.sub(
            lambda found: f"{found[1]}```text\n{text}\n```\n{found[3]}", read("README.md")
        ),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
