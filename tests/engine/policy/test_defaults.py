from __future__ import annotations

from dataclasses import fields

from sameas.engine.policy import default, loads
from sameas.engine.policy.model import Policy

FAMILY_OF_SIX_WITH_TWO_ADDRESSES_EACH = 12
SMALL_SHOP = 30


def test_a_user_id_is_the_top_type_and_a_profile_holds_one() -> None:
    assert default().identifiers[0].name == "user_id"
    assert default().identifiers[0].max_per_profile == 1


def test_a_family_of_six_does_not_make_its_phone_or_tablet_shared() -> None:
    limits = {kind.name: kind.max_fanout for kind in default().identifiers}
    for name in ("phone", "device_id", "cookie"):
        limit = limits[name]
        assert limit is not None
        assert FAMILY_OF_SIX_WITH_TWO_ADDRESSES_EACH <= limit < SMALL_SHOP


def test_six_accounts_on_one_email_are_a_family_and_seven_a_team() -> None:
    policy = default()
    assert policy.identifiers[policy.rank("email")].max_fanout == 6


def test_every_linking_type_can_become_shared() -> None:
    for kind in default().identifiers:
        assert not kind.links or (kind.max_fanout and kind.max_records)


def test_what_a_household_shares_is_guarded() -> None:
    """The landline and the tablet."""
    guarded = [kind.name for kind in default().identifiers if kind.guard]
    assert guarded == ["phone", "device_id"]


def test_an_external_id_joins_nobody_unless_the_policy_says_so() -> None:
    place = default().rank("external_id")
    assert not default().identifiers[place].links
    assert loads("[identifiers.external_id]\nlinks = true").identifiers[place].links


def test_no_trait_survives_by_two_rules() -> None:
    rules = default().survivorship
    grouped = [trait for group in rules.groups for trait in group.traits]
    assert len(grouped) == len(set(grouped))
    assert not set(grouped) & set(rules.traits)


def test_everything_but_types_and_survivorship_is_the_models_own_default() -> None:
    for field in fields(Policy):
        if field.name not in {"identifiers", "survivorship"}:
            assert getattr(default(), field.name) == getattr(Policy(), field.name)


def test_an_empty_text_is_the_default_policy() -> None:
    assert loads("") == default()
