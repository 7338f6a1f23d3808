"""The pages of the documentation as data: fenced blocks, tables, and a way to run the blocks."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

_FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: its language, the file it is to be saved as, its text, its line."""

    language: str
    name: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did."""

    code: int
    output: str


def read(name: str) -> str:
    """The text of a page, by its path from the project's root."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page that name a language."""
    return [
        Block(found[1], found[2] or "", found[3], text.count("\n", 0, found.start()) + 1)
        for found in _FENCE.finditer(text)
    ]


def section(text: str, heading: str) -> str:
    """What stands under a heading of level two or three, to the next of any of these levels."""
    found = re.search(rf"^##+ {re.escape(heading)}$(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no section {heading!r}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The cells of every table row in a text, without headers and rulers."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    headers = {at - 1 for at, line in enumerate(lines) if re.fullmatch(r"[|\- :]+", line)}
    return [
        cells
        for at, cells in enumerate(found)
        if at not in headers and not re.fullmatch(r"[|\- :]+", lines[at])
    ]


def quoted(cell: str) -> list[str]:
    """The words in backticks in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def run(command: str, folder: Path, **environment: str) -> Ran:
    """Run a line of shell where `sameas` is the one under test."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": "200", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    return Ran(done.returncode, done.stdout)


def play(text: str, folder: Path) -> None:
    """Do all that a page says, in its order, and hold it to what it shows.

    Blocks with a name are saved. Commands must end with exit code 0, and print the lines below
    them, in this order; `...` stands for any lines. Python blocks share their names. A server gets
    a free port instead of 8080; a page that ends in the middle does not leave its server running.
    """
    names: dict[str, object] = {"__name__": "page"}
    port = str(_free_port())
    text = text.replace("127.0.0.1:8080", f"127.0.0.1:{port}")
    before = Path.cwd()
    os.chdir(folder)
    try:
        for block in blocks(text):
            if block.name:
                (folder / block.name).write_text(block.text, encoding="utf-8")
            elif block.language == "console":
                for command, shown in _COMMAND.findall(block.text):
                    done = run(command, folder, SAMEAS_PORT=port)
                    assert done.code == 0, f"{command}: exit code {done.code}\n{done.output}"
                    _compare(command, shown, done.output)
            elif block.language == "python":
                code = compile("\n" * block.line + block.text, "page", "exec")
                exec(code, names)
    except BaseException:
        _end(folder / "server.pid")
        raise
    finally:
        os.chdir(before)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def _end(file: Path) -> None:
    if file.exists():
        with suppress(ProcessLookupError):
            os.kill(int(file.read_text()), signal.SIGKILL)


def _compare(command: str, shown: str, output: str) -> None:
    lines = iter([" ".join(line.split()) for line in output.splitlines()])
    for wanted in shown.splitlines():
        if wanted not in ("...", ""):
            line = " ".join(wanted.split())
            assert line in lines, f"{command} does not print {wanted!r} there; it prints\n{output}"
