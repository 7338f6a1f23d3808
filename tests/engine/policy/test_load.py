from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sameas.engine.policy import Group, IdentifierType, default, dumps, load, loads
from sameas.errors import Fault, PolicyError

if TYPE_CHECKING:
    from pathlib import Path


def faults(text: str) -> tuple[Fault, ...]:
    with pytest.raises(PolicyError) as caught:
        loads(text, "shop.toml")
    return caught.value.faults


def the_fault(text: str) -> Fault:
    (only,) = faults(text)
    return only


def test_every_key_of_the_format_arrives_in_the_policy() -> None:
    policy = loads(
        """
        version = 1
        on_conflict = "newest"
        max_component = 500
        exclusive = ["birth_date"]
        duplicate_free = ["crm"]
        rank = ["user_id", "card", "email"]
        [identifiers.email]
        canonicaliser = "folded"
        links = false
        max_per_profile = 3
        max_fanout = "none"
        max_records = 7
        guard = true
        blocked = ["info@shop.example"]
        blocked_patterns = ['test.*']
        [phone]
        default_region = "DE"
        [email]
        dots = false
        tags = false
        [survivorship]
        default = "most_complete"
        source_priority = ["crm", "web"]
        [survivorship.traits]
        plan = "source_priority"
        [[survivorship.groups]]
        name = "address"
        traits = ["street", "city"]
        strategy = "most_frequent"
        [columns]
        "E-Mail" = "identifier:email"
        [files."crm.csv".columns]
        "Kd-Nr" = "record_id"
        """
    )
    assert policy.on_conflict == "newest"
    assert policy.max_component == 500
    assert policy.exclusive == ("birth_date",)
    assert policy.duplicate_free == {"crm"}
    assert [kind.name for kind in policy.identifiers] == ["user_id", "card", "email"]
    assert policy.identifiers[2] == IdentifierType(
        "email",
        canonicaliser="folded",
        links=False,
        max_per_profile=3,
        max_fanout=None,
        max_records=7,
        guard=True,
        blocked=frozenset({"info@shop.example"}),
        blocked_patterns=("test.*",),
    )
    assert (policy.default_region, policy.email_dots, policy.email_tags) == ("DE", False, False)
    assert policy.survivorship.default == "most_complete"
    assert policy.survivorship.source_priority == ("crm", "web")
    assert policy.survivorship.traits == {"plan": "source_priority"}
    assert policy.survivorship.groups == (Group("address", ("street", "city"), "most_frequent"),)
    assert policy.columns == {"E-Mail": "identifier:email"}
    assert policy.file_columns == {"crm.csv": {"Kd-Nr": "record_id"}}


def test_a_table_changes_the_fields_it_names_and_no_other() -> None:
    policy = loads("[identifiers.phone]\nmax_fanout = 20")
    place = default().rank("phone")
    before = default().identifiers[place]
    assert policy.identifiers[place] == replace(before, max_fanout=20)
    assert policy.identifiers[:place] == default().identifiers[:place]


def test_a_ranked_type_that_has_no_default_and_no_table_is_exact_and_links() -> None:
    assert loads('rank = ["card"]').identifiers == (IdentifierType("card"),)


def test_rank_orders_default_types_anew() -> None:
    policy = loads('rank = ["phone", "email"]')
    assert [kind.name for kind in policy.identifiers] == ["phone", "email"]
    assert policy.identifiers[0].guard


def test_an_empty_rank_is_a_policy_without_identifiers() -> None:
    assert loads("rank = []").identifiers == ()


def test_none_lifts_a_limit() -> None:
    policy = loads('[identifiers.email]\nmax_per_profile = "none"')
    assert policy.identifiers[policy.rank("email")].max_per_profile is None


@pytest.mark.parametrize("limit", ["0", "-1", "1.5", "true", '"many"', "[]"])
def test_a_limit_that_is_no_positive_whole_number_is_named(limit: str) -> None:
    fault = the_fault(f"[identifiers.email]\nmax_fanout = {limit}")
    assert fault.where == "shop.toml: identifiers.email.max_fanout"
    assert '"none" for no limit' in fault.remedy


@pytest.mark.parametrize("limit", ["0", "-5", '"none"', "true"])
def test_a_component_needs_a_positive_limit(limit: str) -> None:
    assert the_fault(f"max_component = {limit}").where == "shop.toml: max_component"


@pytest.mark.parametrize(
    ("text", "where", "remedy"),
    [
        ('on_conflct = "oldest"', "on_conflct", "did you mean 'on_conflict'?"),
        ("[identifiers.email]\nmax_fan_out = 1", "identifiers.email.max_fan_out", "'max_fanout'"),
        ('[phone]\nregion = "DE"', "phone.region", "'default_region'"),
        ("[survivorship]\ngroup = 1", "survivorship.group", "'groups'"),
        ("[files.a]\ncolumn = {}", "files.a.column", "'columns'"),
        (
            '[[survivorship.groups]]\nname = "a"\ntraits = ["b"]\nstrateg = "c"',
            "survivorship.groups[0].strateg",
            "'strategy'",
        ),
        ("zzzz = 1", "zzzz", "expected one of"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_one(text: str, where: str, remedy: str) -> None:
    fault = the_fault(text)
    assert fault.where == f"shop.toml: {where}"
    assert fault.what == "unknown key"
    assert remedy in fault.remedy


def test_a_type_outside_rank_is_named_with_the_nearest_one() -> None:
    fault = the_fault("[identifiers.emial]\nlinks = true")
    assert fault.where == "shop.toml: identifiers.emial"
    assert fault.remedy == "did you mean 'email'? else add it to rank"


def test_a_default_type_left_out_of_rank_cannot_have_a_table() -> None:
    assert "add it to rank" in the_fault('rank = ["email"]\n[identifiers.phone]').remedy


@pytest.mark.parametrize(
    ("role", "remedy"),
    [
        ("recordid", "did you mean 'record_id'?"),
        ("identifier", "expected 'identifier:TYPE'"),
        ("trait:", "expected 'trait:NAME'"),
        ("identifer:email", "did you mean 'identifier'?"),
        ("identifier:emial", "did you mean 'email'? else add it to rank"),
        ("", "expected one of"),
    ],
)
def test_a_role_that_does_not_exist_is_named(role: str, remedy: str) -> None:
    fault = the_fault(f'[files."crm.csv".columns]\n"Kd-Nr" = "{role}"')
    assert fault.where == 'shop.toml: files."crm.csv".columns.Kd-Nr'
    assert remedy in fault.remedy


def test_two_record_id_columns_of_one_file_are_refused() -> None:
    fault = the_fault('[files.a.columns]\nx = "record_id"\ny = "record_id"')
    assert fault.what == "'x', 'y' are all 'record_id'"


def test_columns_for_all_files_may_name_one_role_several_times() -> None:
    policy = loads('[columns]\nid = "record_id"\nnr = "record_id"')
    assert policy.columns == {"id": "record_id", "nr": "record_id"}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('rank = ["email", "email"]', "rank"),
        ('exclusive = ["a", "a"]', "exclusive"),
        ('[identifiers.email]\nblocked = ["a@b.c", "a@b.c"]', "identifiers.email.blocked"),
    ],
)
def test_what_stands_in_a_list_twice_is_named(text: str, where: str) -> None:
    fault = the_fault(text)
    assert fault.where == f"shop.toml: {where}"
    assert "twice" in fault.what


def test_blocked_values_are_held_in_their_canonical_spelling() -> None:
    policy = loads(
        """
        [phone]
        default_region = "DE"
        [identifiers.phone]
        blocked = ["030 901820"]
        [identifiers.email]
        blocked = [" Info@Shop.Example "]
        """
    )
    assert policy.identifiers[policy.rank("phone")].blocked == {"+4930901820"}
    assert policy.identifiers[policy.rank("email")].blocked == {"info@shop.example"}


def test_a_blocked_value_that_no_identifier_can_have_is_named() -> None:
    fault = the_fault('[identifiers.email]\nblocked = ["a@b.example", "shop"]')
    assert fault.where == "shop.toml: identifiers.email.blocked[1]"
    assert "no @" in fault.what


def test_blocked_phones_are_left_alone_where_the_region_is_wrong() -> None:
    fault = the_fault('[phone]\ndefault_region = "XX"\n[identifiers.phone]\nblocked = ["030"]')
    assert fault.where == "shop.toml: phone.default_region"


def test_a_bad_pattern_is_named_with_its_place() -> None:
    fault = the_fault("[identifiers.email]\nblocked_patterns = ['ok', 'a(b']")
    assert fault.where == "shop.toml: identifiers.email.blocked_patterns[1]"
    assert "at character 2" in fault.what


@pytest.mark.parametrize("region", ["XX", "", "Germany"])
def test_an_unknown_region_is_refused(region: str) -> None:
    assert the_fault(f'[phone]\ndefault_region = "{region}"').where.endswith("default_region")


def test_a_region_in_small_letters_gets_the_right_spelling() -> None:
    assert the_fault('[phone]\ndefault_region = "de"').remedy == "did you mean 'DE'?"


def test_a_type_name_that_would_break_references_is_refused() -> None:
    assert "cannot name" in the_fault('rank = ["a:b"]').what


def test_a_trait_in_two_groups_is_refused() -> None:
    text = """
    survivorship.groups = [{name = "a", traits = ["x", "y"]}, {name = "b", traits = ["y"]}]
    """
    fault = the_fault(text)
    assert fault.where == "shop.toml: survivorship.groups[1].traits"
    assert fault.what == "'y' is in group 'a' already"


def test_a_trait_of_a_default_group_cannot_have_a_strategy_of_its_own() -> None:
    fault = the_fault('[survivorship.traits]\ncity = "max"')
    assert fault.what == "'city' survives with its group 'address'"


def test_two_groups_of_one_name_are_refused() -> None:
    text = 'survivorship.groups = [{name = "a", traits = ["x"]}, {name = "a", traits = ["y"]}]'
    assert the_fault(text).where == "shop.toml: survivorship.groups[1].name"


def test_a_group_without_name_and_traits_names_both_faults() -> None:
    found = faults("survivorship.groups = [{traits = []}]")
    assert [fault.what for fault in found] == ["missing", "empty"]


def test_a_group_cannot_survive_as_a_union() -> None:
    text = 'survivorship.groups = [{name = "a", traits = ["x"], strategy = "union"}]'
    assert "most_recent" in the_fault(text).remedy


def test_an_unknown_strategy_gets_the_nearest() -> None:
    assert the_fault('survivorship.default = "most_recnt"').remedy == "did you mean 'most_recent'?"


def test_source_priority_without_sources_is_refused() -> None:
    fault = the_fault('survivorship.default = "source_priority"')
    assert fault.where == "shop.toml: survivorship.source_priority"


@pytest.mark.parametrize(
    ("text", "what", "remedy"),
    [
        ("exclusive = 'a'", "a string", "expected an array"),
        ("identifiers = 1", "a number", "expected a table"),
        ("[identifiers.email]\nlinks = 1", "a number", "expected true or false"),
        ("email = []", "an array", "expected a table"),
        ("rank = [1]", "a number", "expected a string"),
        ("columns.a = true", "a boolean", "expected a string"),
        ("version = 2", "2 is unknown", "this sameas reads version = 1"),
        ("version = true", "True is unknown", "this sameas reads version = 1"),
        ("exclusive = ['']", "an empty name", "write a name or remove the entry"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(text: str, what: str, remedy: str) -> None:
    fault = the_fault(text)
    assert (fault.what, fault.remedy) == (what, remedy)


LINES = dumps(default()).splitlines()
VALUES = [place for place, line in enumerate(LINES) if " = " in line and line[0] != "#"]
OTHERS = ["[]", "{}", "0", "''", "true", "[[]]", "[{}]", "['', 1]", "1979-05-27", "nan", "{a = {}}"]


@pytest.mark.parametrize("other", OTHERS)
def test_whatever_a_value_is_replaced_by_a_policy_or_faults_with_places_come(other: str) -> None:
    errors = []
    for place in VALUES:
        lines = list(LINES)
        lines[place] = f"{lines[place].partition(' = ')[0]} = {other}"
        # An array that goes on over several lines loses its head: drop the rest of it.
        end = lines.index("]", place) if LINES[place].endswith("[") else place
        text = "\n".join([*lines[: place + 1], *lines[end + 1 :]])
        try:
            loads(text, "shop.toml")
        except PolicyError as error:
            errors.append(error)
    places = [fault.where for error in errors for fault in error.faults]
    assert places
    assert all(place.startswith("shop.toml: ") for place in places)


def test_all_faults_come_at_once_of_single_keys_and_between_keys() -> None:
    found = faults(
        """
        on_conflict = "oldst"
        rank = ["email", "email", 3]
        [identifiers.phone]
        lnks = 1
        [columns]
        a = "identifier:cookie"
        """
    )
    assert [fault.where.removeprefix("shop.toml: ") for fault in found] == [
        "on_conflict",
        "rank[2]",
        "identifiers.phone.lnks",
        "rank",
        "identifiers.phone",
        "columns.a",
    ]


def test_broken_toml_is_named_by_line_and_column() -> None:
    fault = the_fault("version = 1\n[email\n")
    assert fault.where == "shop.toml:2:7"
    assert fault.what.startswith("not TOML")


def test_toml_that_ends_too_early_is_named_by_its_last_line() -> None:
    assert the_fault("version = 1\non_conflict = ").where == "shop.toml:2:end"


def test_a_file_is_named_in_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text("zzzz = 1")
    with pytest.raises(PolicyError, match=r"shop\.toml: zzzz: unknown key"):
        load(path)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text("max_component = 5", encoding="utf-8-sig")
    assert load(path).max_component == 5


def test_a_file_that_is_not_utf_8_is_named_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_bytes("version = 1\n# größer".encode("latin-1"))
    with pytest.raises(PolicyError, match=r"shop\.toml:2: byte 0xf6 is not UTF-8"):
        load(path)


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="policy show --toml"):
        load(tmp_path / "none.toml")


def test_a_folder_is_no_policy(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="directory"):
        load(tmp_path)
