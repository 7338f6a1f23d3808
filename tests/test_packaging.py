"""The wheel holds the whole package and nothing else, and works without the source tree."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("engine", "matching", "graph", "api")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without network from the source tree."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(out)]
    done = subprocess.run(
        [*command, str(ROOT)], capture_output=True, encoding="utf-8", timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    return built


def sources() -> set[str]:
    """Every file of the package, by its name in the wheel."""
    found = {
        f"sameas/{path.name}" for path in (ROOT / "src" / "sameas").iterdir() if path.is_file()
    }
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                found.add(f"sameas/{path.relative_to(ROOT).as_posix()}")
    return found


def test_the_wheel_holds_every_file_of_the_package_once(wheel: Path) -> None:
    """Modules, `py.typed`, the report's template and its CSS, each once."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
    assert sorted(names) == sorted(sources())
    assert {"sameas/py.typed", "sameas/engine/report/report.html.j2"} <= set(names)


def test_sameas_is_the_only_top_level_package(wheel: Path) -> None:
    """Nobody's own `api` or `graph` is shadowed."""
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"sameas"}


def test_the_wheel_has_the_licence_the_command_and_the_readme(wheel: Path) -> None:
    """What a package index shows, and what pip makes a command of."""
    with zipfile.ZipFile(wheel) as archive:
        (info,) = {n.split("/")[0] for n in archive.namelist() if ".dist-info/" in n}
        assert f"{info}/licenses/LICENSE" in archive.namelist()
        assert "sameas = sameas.api.cli:main" in archive.read(f"{info}/entry_points.txt").decode()
        metadata = archive.read(f"{info}/METADATA").decode()
    assert "License-Expression: Apache-2.0" in metadata
    assert metadata.rstrip().endswith((ROOT / "README.md").read_text(encoding="utf-8").rstrip())


def test_the_installed_wheel_resolves_with_the_source_tree_out_of_reach(
    wheel: Path, tmp_path: Path
) -> None:
    """Installed beside its dependencies, with the editable install hidden, it does its work."""
    target = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", str(target), str(wheel)], check=True, timeout=300)
    (tmp_path / "people.csv").write_text("id,email\n1,ann@shop.example\n2,Ann@shop.example\n")
    code = """
import pathlib, sys
root, target = sys.argv[1:]
sys.meta_path = [f for f in sys.meta_path if "editable" not in type(f).__module__]
tree = pathlib.Path(root, "src")
sys.path = [target, *(p for p in sys.path if p and not pathlib.Path(p).is_relative_to(tree))]
import sameas
from sameas.api.cli import main
sys.argv = ["sameas", "resolve", "people.csv", "-o", "out", "--quiet"]
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
for module in list(sys.modules.values()):
    name, path = module.__name__, getattr(module, "__file__", None)
    if name.split(".")[0] == "sameas":
        assert pathlib.Path(path).is_relative_to(target), path
print(len(__import__("polars").read_parquet("out/profiles.parquet")), "sameas" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(ROOT), str(target)],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.split() == ["1", "True"]
    assert (tmp_path / "out" / "report.html").stat().st_size > 10_000
