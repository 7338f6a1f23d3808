from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sameas.engine.policy import default, loads

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Sameas = Callable[..., subprocess.CompletedProcess[str]]


def test_a_valid_file_is_said_to_be_valid(sameas: Sameas, tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text('rank = ["user_id", "external_id"]')
    done = sameas("policy", "check", "shop.toml")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "shop.toml: valid; 2 identifier types, 1 link\n"


def test_every_fault_of_a_file_is_named(sameas: Sameas, tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text('on_conflict = "oldst"\n[identifiers.emial]\n')
    done = sameas("policy", "check", "shop.toml")
    assert done.returncode == 2
    assert "error: shop.toml: on_conflict: 'oldst' is unknown" in done.stderr
    assert "error: shop.toml: identifiers.emial: " in done.stderr


def test_show_lists_every_type_in_rank_order(sameas: Sameas) -> None:
    done = sameas("policy", "show")
    assert done.returncode == 0
    places = [done.stdout.index(f" {kind.name} ") for kind in default().identifiers]
    assert places == sorted(places)


def test_show_prints_the_rules_of_a_file(sameas: Sameas, tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text('rank = ["loyalty_card"]\n[phone]\ndefault_region = "DE"')
    shown = sameas("policy", "show", "shop.toml").stdout
    assert "loyalty_card" in shown
    assert "user_id" not in shown
    assert "DE" in shown


def test_toml_is_a_policy_file_equal_to_the_defaults(sameas: Sameas) -> None:
    done = sameas("policy", "show", "--toml", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert loads(done.stdout) == default()


def test_json_is_one_document(sameas: Sameas) -> None:
    shown = json.loads(sameas("policy", "show", "--json").stdout)
    assert [kind["name"] for kind in shown["identifiers"]] == [
        kind.name for kind in default().identifiers
    ]
    assert shown["on_conflict"] == "oldest"


def test_toml_and_json_together_are_refused(sameas: Sameas) -> None:
    done = sameas("policy", "show", "--toml", "--json")
    assert done.returncode == 2
    assert "choose one" in done.stderr
