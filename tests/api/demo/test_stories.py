# ruff: noqa: RUF001 - a name in its own script is what is tested
from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from tests.api.demo.demo_tables import RANK, YEAR, Output

from sameas.api.demo.stories import Story, stories

if TYPE_CHECKING:
    from pathlib import Path


def tell(folder: Path, output: Output) -> list[Story]:
    return stories(output.read(folder), RANK)


def titled(told: list[Story], start: str) -> Story:
    return next(story for story in told if story.title.startswith(start))


def refs(story: Story) -> list[set[str]]:
    return [{m.key.ref for m in group} for group in (story.together, *story.apart)]


def family(*, later: int = 1) -> Output:
    output = Output()
    output.said("crm/1", "p1", "Ann Smith", "phone:+491", time=0)
    output.said("crm/2", "p2", "Bob Smith", "phone:+491", time=later)
    output.said("call/3", "p1", "Ann Smith", "phone:+491", time=2)
    output.status("phone:+491", "contested")
    output.refuse("crm/2", "phone:+491", "guard", "Ann Smith", "Bob Smith")
    return output


def test_an_empty_output_has_nothing_to_tell(folder: Path) -> None:
    assert tell(folder, Output()) == []


def test_a_single_record_has_nothing_to_tell(folder: Path) -> None:
    output = Output()
    output.said("crm/1", "p1", "Ann Smith", "email:a@x.example")
    assert tell(folder, output) == []


def test_one_person_is_told_with_the_evidence_of_each_record(folder: Path) -> None:
    output = Output()
    output.said("crm/1", "p1", "Ann Smith", "email:a@x.example")
    output.said("web/2", "p1", None, "email:a@x.example", time=1)
    story = titled(tell(folder, output), "One person, 2 records, 2 sources")
    assert refs(story) == [{"crm/1", "web/2"}]
    assert "web shop 2 ← email a@x.example ← crm/1" in story.lines


def test_one_person_in_two_scripts_is_told_with_both_spellings(folder: Path) -> None:
    output = Output()
    for n in (1, 2):  # the first case of a person is taken by the first story
        output.said(f"crm/{n}", f"p{n}", "Тарас Вовк", f"email:{n}@x.example")
        output.said(f"call/{n}", f"p{n}", "Taras Vovk", f"email:{n}@x.example", time=1)
    story = titled(tell(folder, output), "One person in two scripts")
    assert "Тарас Вовк = Taras Vovk" in story.title


def test_two_people_with_one_phone_are_told_with_the_clash(folder: Path) -> None:
    story = titled(tell(folder, family()), "Two people, one telephone")
    assert refs(story) == [set(), {"crm/1", "call/3"}, {"crm/2"}]
    assert any("guard" in line for line in story.lines)


def test_a_household_phone_is_no_recycled_number(folder: Path) -> None:
    told = tell(folder, family())
    assert not any(story.title.startswith("A number that changed") for story in told)


def test_a_number_is_recycled_after_years_of_silence(folder: Path) -> None:
    output = Output()
    output.said("crm/1", "p1", "Ann Smith", "phone:+491")
    output.said("crm/2", "p2", "Tomasz Wróbel", "phone:+491", time=4 * YEAR)
    output.status("phone:+491", "contested")
    told = tell(folder, output)
    story = titled(told, "A number that changed hands: phone +491")
    assert refs(story) == [set(), {"crm/1"}, {"crm/2"}]
    assert not any(story.title.startswith("Two people") for story in told)


def test_a_number_that_stays_in_the_family_has_not_changed_hands(folder: Path) -> None:
    assert not any("changed" in s.title for s in tell(folder, family(later=4 * YEAR)))


def test_a_profile_of_two_names_is_not_told_as_one_person(folder: Path) -> None:
    output = Output()
    output.said("crm/1", "p1", "Ann Smith", "email:a@x.example")
    output.said("crm/2", "p1", "Bob Smith", "email:a@x.example", time=1)
    assert tell(folder, output) == []


def test_a_kiosk_is_told_with_how_many_used_it(folder: Path) -> None:
    output = Output()
    for n in range(15):
        output.said(f"web/{n}", f"p{n}", None, "anonymous_id:kiosk", f"email:{n}@x.example")
    output.status("anonymous_id:kiosk", "shared", 15)
    story = titled(tell(folder, output), "The kiosk in the store: cookie kiosk")
    assert "on 15 records, beside 15 different emails" in story.lines[0]
    assert "15 profiles" in story.lines[1]


def test_the_guest_is_told_shared_or_blocked(folder: Path) -> None:
    for status in ("shared", "blocked"):
        output = Output()
        for n in range(3):
            output.said(f"web/{n}", f"p{n}", None, "user_id:guest", f"email:{n}@x.example")
        output.status("user_id:guest", status, 3)
        assert titled(tell(folder, output), "An account that is nobody's: account guest")


def test_a_tablet_is_split_between_its_accounts(folder: Path) -> None:
    output = Output()
    for n in (1, 2):
        output.said(f"crm/{n}", f"p{n}", f"Ann{n} Smith", f"user_id:u{n}")
        output.said(f"mobile/{n}", f"p{n}", None, "device_id:tablet", f"user_id:u{n}", time=1)
    output.status("device_id:tablet", "contested", 2)
    story = titled(tell(folder, output), "The family tablet: device tablet, 2 accounts")
    assert refs(story) == [set(), {"mobile/1"}, {"mobile/2"}]


def test_a_hashed_address_is_told_with_the_plain_one(folder: Path) -> None:
    output = Output()
    digest = sha256(b"a@x.example").hexdigest()
    output.said("call/0", "p0", "Zoe Quinn", "phone:+492")
    output.said("pos/0", "p0", "ZOE QUINN", "phone:+492")
    output.said("web/0", "p0", None, "phone:+492")
    output.said("crm/1", "p1", "Ann Smith", "email:a@x.example")
    output.said("mobile/2", "p1", None, "email:a@x.example", raw=digest, time=1)
    story = titled(tell(folder, output), "An address that nobody sent")
    assert "a@x.example" in story.lines[1]
    assert refs(story) == [{"crm/1", "mobile/2"}]


def test_a_new_family_name_is_told(folder: Path) -> None:
    output = Output()
    for n in (1, 2):
        output.said(f"pos/{n}", f"p{n}", "ANNA VOGEL", f"loyalty_card:{n}", time=0)
        output.said(f"crm/{n}", f"p{n}", "Anna Brandt", f"loyalty_card:{n}", time=9)
    story = titled(tell(folder, output), "A new family name")
    assert "ANNA VOGEL became Anna Brandt" in story.title


def test_the_same_output_tells_the_same_stories(folder: Path) -> None:
    assert tell(folder, family()) == tell(folder, family())
