"""House rules that no tool checks for us."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from sameas import errors
from sameas.engine.policy.model import Canonical
from sameas.matching.canonical import KINDS, Kind

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    path
    for folder in ("engine", "matching", "graph", "api", "src/sameas", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
    if not any(part.is_symlink() for part in path.parents)
)
HEAVY = ("numpy", "polars", "numba", "pyarrow", "pydantic", "fastapi")
LONG = 400
"""Lines from which on a module has to say in its docstring why it is one."""


def heavy_after(code: str) -> list[str]:
    """The heavy libraries that are loaded after some code ran in a fresh interpreter."""
    tail = f"import sys; print([n for n in {HEAVY!r} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{tail}"],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    found: list[str] = ast.literal_eval(done.stdout.splitlines()[-1])
    return found


def test_help_loads_nothing_heavy() -> None:
    """`sameas --help` answers at once."""
    code = """
import sys
from sameas.api.cli import main
sys.argv = ["sameas", "--help"]
try:
    main()
except SystemExit as ended:
    assert not ended.code
"""
    assert heavy_after(code) == []


def test_importing_sameas_loads_nothing_heavy() -> None:
    """Names are fetched when they are first used."""
    assert heavy_after("import sameas; sameas.SameasError; dir(sameas)") == []


def test_the_check_for_heavy_imports_sees_them() -> None:
    """The two tests above can fail."""
    assert heavy_after("import sameas; sameas.resolve") != []


def error_classes() -> list[type[Exception]]:
    """Every exception that the module defines."""
    found = [getattr(errors, name) for name in errors.__all__]
    return [one for one in found if isinstance(one, type) and issubclass(one, Exception)]


def test_every_error_is_public_and_drawn_in_the_tree() -> None:
    """The docstring of the module shows each class once, below the root, and no other."""
    tree = re.findall(r"^[ │]*(?:[├└]── )?(\w+Error)\b", errors.__doc__ or "", re.MULTILINE)
    assert sorted(tree) == sorted(one.__name__ for one in error_classes())
    defined = {
        node.name
        for node in ast.parse(Path(errors.__file__).read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    }
    assert defined == set(errors.__all__)


@pytest.mark.parametrize("error", error_classes(), ids=lambda error: error.__name__)
def test_an_error_has_one_root_and_an_exit_code(error: type[errors.SameasError]) -> None:
    """`except SameasError` catches all of them, and the command line knows how to end."""
    assert issubclass(error, errors.SameasError)
    assert error.exit_code == 2


def test_the_policys_canonicalisers_are_those_that_there_are() -> None:
    """What a policy may name is what `matching` can do."""
    assert set(get_args(Canonical)) == set(get_args(Kind)) == set(KINDS)


def test_modules_are_looked_at() -> None:
    """The checks below look at something."""
    assert len(MODULES) > 80


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_is_and_why_it_is_long(path: Path) -> None:
    """Each opens with a docstring; a long one gives its reason there."""
    text = path.read_text(encoding="utf-8")
    doc = ast.get_docstring(ast.parse(text)) or ""
    assert doc, "no docstring"
    if text.count("\n") > LONG:
        assert "One module" in " ".join(doc.split()), (
            f"{text.count(chr(10))} lines: split it, or say 'One module' in its docstring, and why"
        )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_reads_no_environment_when_it_is_imported(path: Path) -> None:
    """Settings are arguments: nothing at the top of a module asks the environment."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.If):
            assert "os.environ" not in ast.unparse(node)
            assert "getenv" not in ast.unparse(node)
