"""The demo: invent a shop, resolve its five files, check the answer, tell what was found.

Everything printed is read from the files that were written; nothing is known beforehand.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from rich.console import Group
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from sameas.api.demo.answer import Answer
from sameas.api.demo.figures import joined_blindly, most_people, score
from sameas.api.demo.shop import generate
from sameas.api.demo.stories import stories
from sameas.api.demo.truth import true_people, write_truth

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console, RenderableType

    from sameas.api.demo.shop import Shop
    from sameas.api.demo.stories import Story
    from sameas.api.demo.truth import Truth

__all__ = ["run_demo"]

_ABOUT = {
    "crm.csv": "customer list, names as people write them",
    "web.jsonl": "web shop events: cookies, logins, guest orders",
    "mobile.jsonl": "app events, a family tablet, hashed ad clicks",
    "pos.csv": "store receipts, capitals, loyalty cards",
    "call.csv": "calls, names typed while listening",
}


def run_demo(out: Path, *, seed: int, people: int, console: Console) -> list[Story]:
    """Write the shop to `out`/data and the answer to `out`/result; print, and give, its stories.

    Raises:
        InputError: `people` is less than one, or `out` is a file.
        OutputError: `out`/result cannot be written.
    """
    from sameas.engine.batch import resolve_files
    from sameas.engine.policy import load

    shop = generate(out / "data", people=people, seed=seed)
    console.print(_what_went_in(shop, seed))
    policy = load(shop.policy)
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
        console=console, transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task("resolving", total=None)
        result = resolve_files(
            [path for path in shop.files if _rows(path)],
            out / "result",
            policy=policy,
            force=True,
            # Its stories are about identifiers, and a store takes it up afterwards.
            match=False,
            # The demo's ids are to be the same on every machine; they protect nobody.
            id_key=bytes(16),
            progress=lambda stage, _done, _total: bar.update(task, description=stage),
        )
    answer = Answer.read(result.folder)
    truth = true_people(shop, answer, policy)
    write_truth(truth, out / "truth.parquet")
    console.print(_what_came_out(answer))
    console.print(_how_right(shop, answer, truth))
    told = stories(answer, [kind.name for kind in policy.identifiers])
    console.print(_telling(told, truth))
    console.print(
        f"Look further: [bold]{escape(str(result.out))}[/] holds the tables and report.html; "
        f"check the figures with [bold]sameas evaluate {escape(str(result.out))} "
        f"--truth {escape(str(out / 'truth.parquet'))}[/]",
        soft_wrap=True,
        markup=True,
    )
    return told


def _what_went_in(shop: Shop, seed: int) -> RenderableType:
    parts: list[RenderableType] = []
    for path in shop.files:
        rows = _rows(path)
        head = Text.assemble((f"{path.name:13}", "bold"), f"{rows:>8,} rows  ")
        head.append(_ABOUT[path.name], "dim")
        parts.append(head)
        if rows:
            with path.open(encoding="utf-8-sig") as lines:
                first = list(islice(lines, 2))[-1].strip()
            parts.append(Text(f"  {first}", "cyan", no_wrap=True, overflow="ellipsis"))
    title = (
        f"What went in: five files of one invented shop, {len(shop.people):,} people, seed {seed}"
    )
    return Panel(Group(*parts), title=title, title_align="left")


def _rows(path: Path) -> int:
    with path.open(encoding="utf-8-sig") as lines:
        return sum(1 for _ in lines) - (path.suffix == ".csv")


def _what_came_out(answer: Answer) -> RenderableType:
    status: dict[str, int] = {}
    for seen in answer.identifiers.values():
        status[seen.status] = status.get(seen.status, 0) + 1
    constraints: dict[str, int] = {}
    for row in answer.refused:
        name = str(row["constraint"])
        constraints[name] = constraints.get(name, 0) + 1
    reasons: dict[str, int] = {}
    for row in answer.rejected:
        reasons[str(row["reason"])] = reasons.get(str(row["reason"]), 0) + 1
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_column()
    table.add_row(
        "profiles",
        f"{len(answer.profiles):,}",
        f"of {len(answer.members):,} records (events with equal identifiers are one record)",
    )
    for name, total, parts in (
        ("identifiers", len(answer.identifiers), status),
        ("refused links", len(answer.refused), constraints),
        ("rejected values", len(answer.rejected), reasons),
    ):
        table.add_row(name, f"{total:,}", Text(_counts(parts)))
    return Panel(table, title="What came out", title_align="left")


def _counts(parts: dict[str, int], most: int = 5) -> str:
    ordered = sorted(parts.items(), key=lambda item: (-item[1], item[0]))
    text = ", ".join(f"{count:,} {name}" for name, count in ordered[:most])
    return f"{text}, …" if len(ordered) > most else text


def _how_right(shop: Shop, answer: Answer, truth: Truth) -> RenderableType:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("")
    table.add_column("sameas", justify="right", style="bold green")
    table.add_column("joining on every identifier", justify="right", style="dim")
    both = ({m.key: m.profile for m in answer.members.values()}, joined_blindly(answer))
    scores = [score(clusters, truth.person) for clusters in both]
    for label, values in (
        ("precision: joined pairs that are right", [s.precision for s in scores]),
        ("recall: true pairs that are joined", [s.recall for s in scores]),
        ("F1 of the two", [s.f1 for s in scores]),
        ("B-cubed F1: the same, counted by record", [s.bcubed_f1 for s in scores]),
    ):
        table.add_row(label, *(f"{100 * value:.1f} %" for value in values))
    worst = (f"{most_people(clusters, truth.person):,}" for clusters in both)
    table.add_row("people mixed in the worst profile", *worst)
    note = (
        "nobody can join a cookie that never logged in, so recall ends where joining blindly ends; "
        f"{len(truth.person):,} records of {len(set(truth.person.values())):,} people are scored"
        f" (of {len(shop.people):,} invented)"
    )
    if truth.several:
        note += f"; {truth.several:,} observations that several people made have no one truth"
    if truth.unknown:
        note += f"; {truth.unknown:,} records could not be traced"
    title = "How right it is, against the truth that the files do not tell"
    return Panel(Group(table, Text(note, style="dim")), title=title, title_align="left")


def _telling(told: list[Story], truth: Truth) -> RenderableType:
    parts: list[RenderableType] = []
    for number, story in enumerate(told, 1):
        title = Text(f"{number}. {story.title}", style="bold")
        right = verdict(story, truth)
        if right is not None:
            title.append("  ✓ true" if right else "  ✗ wrong", "green" if right else "red")
        parts.append(title)
        parts += [Padding(Text(line, overflow="fold"), (0, 0, 0, 3)) for line in story.lines]
    return Panel(Group(*parts), title="What it has to tell", title_align="left")


def verdict(story: Story, truth: Truth) -> bool | None:
    """Whether a story's claim is true; None if it makes none that the truth can settle."""
    groups = (story.together, *story.apart)
    people = [{truth.person[m.key] for m in group if m.key in truth.person} for group in groups]
    together, apart = people[0], people[1:]
    if not together and sum(map(bool, apart)) < 2:
        return None
    distinct = all(not (one & other) for n, one in enumerate(apart) for other in apart[n + 1 :])
    return len(together) <= 1 and distinct
