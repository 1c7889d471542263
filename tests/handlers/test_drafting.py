"""What the page of a set-up promises before and after it is confirmed."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from handlers.drafting import (
    SetUp,
    Typed,
    answered,
    asking,
    caught_up,
    changing,
    done,
    from_json,
    never_comes,
    page,
    to_json,
)
from scheduler.rule import GroupRule, Lead, Rule, Schedule
from scheduler.workdays import Workdays

NOW = datetime(2026, 11, 25, 11, tzinfo=UTC)  # a Wednesday, 19:00 in Beijing
NEAR = Rule(
    "meeting", "党小组会", Schedule(datetime(2026, 11, 25, 19, 30), "FREQ=WEEKLY;BYDAY=WE"), (Lead(minutes=60),)
)
SINGLE = replace(NEAR, schedule=Schedule(datetime(2026, 11, 25, 19, 30)))
CALENDAR = Workdays()
TYPED_AT = datetime(2026, 11, 25, 19)  # the same, there


def stored(rule: Rule, **more: object) -> GroupRule:
    return replace(GroupRule(7, -100, None, 1, rule, "active", NOW), **more)  # type: ignore[arg-type]


def test_what_comes_too_late_is_still_said_once_it_is_saved() -> None:
    said = done(SetUp(NEAR), CALENDAR, now=NOW)
    assert "这次不会发" in said and "到时候我来提醒" in said and "加一个" not in said
    assert "加一个来得及的" in page(SetUp(NEAR), CALENDAR, now=NOW)


def test_a_single_one_that_nobody_would_be_reminded_of_is_known_as_such() -> None:
    assert never_comes(SetUp(SINGLE), CALENDAR, now=NOW)
    assert not never_comes(SetUp(replace(SINGLE, leads=(Lead(minutes=60), Lead()))), CALENDAR, now=NOW)
    assert not never_comes(SetUp(NEAR), CALENDAR, now=NOW)


def test_a_change_after_the_last_reminder_promises_none() -> None:
    set_up = replace(changing(stored(SINGLE), None), rule=replace(SINGLE, place="三楼"))
    for shown in (page(set_up, CALENDAR, now=NOW), done(set_up, CALENDAR, now=NOW)):
        assert "不会再发" in shown and "到时候我来提醒" not in shown


def test_a_change_that_is_told_at_once_says_so_before_and_after() -> None:
    set_up = replace(changing(stored(NEAR), None), rule=replace(NEAR, leads=(Lead(1, at=time(9)),)))
    assert "马上在群里说一声" in page(set_up, CALENDAR, now=NOW, is_told=True)
    said = done(set_up, CALENDAR, now=NOW, is_told=True)
    assert "马上在群里说一声" in said and "到时候" not in said and "不会再发" not in said


@pytest.mark.parametrize(("kind", "is_said"), [("meeting", True), ("dues", True), ("custom", False)])
def test_the_page_says_who_will_be_told_of_the_answers(kind: str, is_said: bool) -> None:
    rule = replace(NEAR, kind=kind)  # type: ignore[arg-type]
    words = "谁点“确认”"
    assert (words in page(SetUp(rule), CALENDAR, now=NOW)) is is_said
    assert (words in page(changing(stored(rule, leader_id=0), None), CALENDAR, now=NOW)) is is_said
    assert words not in page(changing(stored(rule), None), CALENDAR, now=NOW)


def test_a_set_up_is_read_back_as_it_was_and_without_what_an_earlier_version_wrote() -> None:
    set_up = replace(changing(stored(NEAR), 5), rule=SINGLE, prompts={3: "place"}, page=9, is_over=True)
    set_up = replace(set_up, typed={5: Typed("三楼"), 8: Typed("提前5天", ("5d@09:00",))})
    assert from_json(to_json(set_up)) == set_up
    assert from_json(to_json(set_up) | {"revision": 4, "base": None}) == replace(set_up, base=None)


def test_only_a_rule_that_reads_as_it_did_can_be_changed_from_an_old_page() -> None:
    set_up = replace(changing(stored(NEAR), None), rule=SINGLE)
    later = stored(NEAR, state="paused", revision=8, leader_id=0)
    assert caught_up(set_up, later) == replace(set_up, is_paused=True, is_leaderless=True)
    assert caught_up(set_up, stored(replace(NEAR, place="三楼"))) is None
    assert caught_up(set_up, stored(NEAR, thread_id=4)) is None


def test_a_lead_that_another_reply_says_too_stays_when_one_is_corrected() -> None:
    set_up = asking(SetUp(replace(NEAR, leads=(Lead(at=time(9)),))), "ahead", prompt=1, page=9)
    first = answered(set_up, 1, 11, "提前2天晚上8点", now=TYPED_AT)
    assert isinstance(first, SetUp)
    both = answered(first, 1, 12, "提前2天晚上8点和提前1天晚上8点", now=TYPED_AT)
    assert isinstance(both, SetUp), both
    assert {lead.key for lead in both.rule.leads} == {"0d@09:00", "2d@20:00", "1d@20:00"}
    corrected = answered(both, 1, 11, "提前3天晚上8点", now=TYPED_AT)
    assert isinstance(corrected, SetUp)
    assert "2d@20:00" in {lead.key for lead in corrected.rule.leads}
