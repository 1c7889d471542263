"""What the page of a set-up promises before and after it is confirmed."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from handlers.drafting import (
    SetUp,
    Typed,
    answered,
    asking,
    caught_up,
    changing,
    done,
    from_json,
    mark,
    never_comes,
    page,
    rebased,
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


def replied(set_up: SetUp, prompt: int, reply: int, words: str) -> SetUp:
    fresh = answered(set_up, prompt, reply, words, now=TYPED_AT)
    assert isinstance(fresh, SetUp), fresh
    return fresh


def keys(set_up: SetUp) -> set[str]:
    return {lead.key for lead in set_up.rule.leads}


def test_a_lead_that_two_replies_said_goes_when_neither_says_it_any_more() -> None:
    set_up = asking(SetUp(replace(NEAR, leads=(Lead(at=time(9)),))), "ahead", prompt=1, page=9)
    both = "提前2天晚上8点和提前1天晚上8点"
    for reply, words in ((11, "提前2天晚上8点"), (12, both), (11, "提前3天晚上8点"), (12, "提前1天晚上8点")):
        set_up = replied(set_up, 1, reply, words)
    assert keys(set_up) == {"0d@09:00", "3d@20:00", "1d@20:00"}


def test_a_lead_is_corrected_although_an_hour_was_typed_in_the_same_words() -> None:
    set_up = asking(SetUp(replace(NEAR, leads=(Lead(at=time(9)),))), "ahead", prompt=1, page=9)
    set_up = replied(asking(set_up, "at", prompt=2, page=9), 2, 21, "晚上7点")
    for words in ("当天晚上7点", "当天晚上6点"):
        set_up = replied(set_up, 1, 11, words)
    assert keys(set_up) == {"0d@09:00", "0d@18:00"}


@settings(max_examples=40, deadline=None)
@example([(11, {1}), (13, {1, 4}), (11, {4}), (13, {1})])
@given(st.lists(st.tuples(st.sampled_from((11, 12, 13)), st.sets(st.integers(1, 4), min_size=1)), max_size=6))
def test_the_leads_are_those_that_were_there_and_what_is_said_last(replies: list[tuple[int, set[int]]]) -> None:
    set_up = asking(SetUp(replace(NEAR, leads=(Lead(1, at=time(20)),))), "ahead", prompt=1, page=9)
    last: dict[int, set[int]] = {}
    for reply, days in replies:
        last[reply] = days
        set_up = replied(set_up, 1, reply, "和".join(f"提前{n}天晚上8点" for n in sorted(days)))
        assert keys(set_up) == {f"{n}d@20:00" for n in {1}.union(*last.values())}


def test_what_a_page_shows_has_the_same_mark_after_a_restart_and_another_one_when_it_shows_something_else() -> None:
    set_up = changing(stored(NEAR), 5)
    others = (
        replace(set_up, thread_id=None),
        replace(set_up, rule=SINGLE),
        replace(set_up, rule=replace(NEAR, note="一")),
    )
    assert mark(from_json(to_json(set_up))) == mark(replace(set_up, page=9, prompts={3: "place"})) == mark(set_up)
    assert len({mark(shown) for shown in (set_up, *others)}) == 4


def test_what_was_changed_is_put_on_the_rule_as_it_is_by_now() -> None:
    set_up = replace(changing(stored(NEAR), None), rule=replace(NEAR, note="一"), prompts={3: "note"}, page=9)
    now_stored = stored(replace(NEAR, place="三楼"), thread_id=4, state="paused", leader_id=0)
    fresh = rebased(set_up, now_stored)
    assert fresh.rule == replace(NEAR, place="三楼", note="一") and fresh.base == now_stored.rule
    assert (fresh.is_paused, fresh.is_moving, fresh.is_leaderless) == (True, False, True)
    assert fresh.thread_id == 4  # which was not changed here
    assert (fresh.prompts, fresh.page) == (set_up.prompts, 9)
    assert caught_up(fresh, now_stored) == fresh
    assert rebased(replace(set_up, base=None), now_stored).rule == now_stored.rule
    moving = rebased(replace(set_up, is_moving=True, thread_id=6), now_stored)
    assert (moving.thread_id, moving.is_moving) == (6, True)
