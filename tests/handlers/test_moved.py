"""An event that is moved: the group hears of it at once when no reminder would tell it soon enough."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from conftest import GROUP, LEADER, WANG, Chatting
from setting_up import changing, confirmed
from standing import DAY, Pressing, at_ten_tomorrow, deliver, let_pass, stand

from sandbox.errors import ApiError
from sandbox.model import Message
from scheduler.rule import GroupRule, Lead, Rule, Schedule
from scheduler.words import WEEKDAYS

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
HOUR = timedelta(hours=1)


@pytest.fixture
def pressing(chatting: Chatting) -> Pressing:
    return Pressing(chatting)


async def meeting_at(pressing: Pressing, start: datetime, *leads: Lead, rrule: str = "") -> GroupRule:
    rule = Rule("meeting", "党小组会", Schedule(start, rrule), leads)
    chat, leader = pressing.chatting.world.chat(GROUP).id, pressing.chatting.world.user(LEADER).id
    return await pressing.services.stores.rules.add(
        rule, chat_id=chat, leader_id=leader, now=pressing.services.clock() - 3 * DAY
    )


async def moved_to(chatting: Chatting, *choices: str) -> Message:
    page = await changing(chatting)
    for choice in choices:
        page = await chatting.press(LEADER, GROUP, page, choice)
    assert "到时候" not in page.text
    return page


def reminders(chatting: Chatting) -> list[str]:
    return [m.text for m in chatting.from_bot(GROUP) if "能不能来" in m.text]


async def test_an_hour_moved_after_the_last_reminder_is_told_at_once(pressing: Pressing) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    rule = await meeting_at(pressing, now.replace(hour=19, minute=30), Lead(1, at=time(9)))
    await stand(chatting, rule)
    page = await moved_to(chatting, "几点", "20:00")
    assert "马上在群里说一声" in page.text
    done = await confirmed(chatting, page)
    assert "马上在群里说一声" in done.text and "到时候我来提醒" not in done.text
    await deliver(chatting)
    assert len(reminders(chatting)) == 2 and "20:00" in reminders(chatting)[-1]
    told = next(m for m in reversed(chatting.from_bot(GROUP)) if "能不能来" in m.text)
    assert (await pressing.tap(WANG, told, "参加")).text == "记下了：参加"


async def test_moved_twice_it_is_told_as_it_is_in_the_end(pressing: Pressing) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    await stand(chatting, await meeting_at(pressing, now.replace(hour=19, minute=30), Lead(1, at=time(9))))
    for hour in ("20:00", "18:30"):
        await confirmed(chatting, await moved_to(chatting, "几点", hour))
    await deliver(chatting)
    assert len(reminders(chatting)) == 2 and "18:30" in reminders(chatting)[-1]
    await confirmed(chatting, await moved_to(chatting, "几点", "20:00"))
    await deliver(chatting)
    assert len(reminders(chatting)) == 3 and "20:00" in reminders(chatting)[-1]


async def test_a_day_moved_after_a_reminder_is_told_before_anybody_comes_on_the_old_one(pressing: Pressing) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    await stand(chatting, await meeting_at(pressing, now.replace(hour=19, minute=30), Lead(1, at=time(9))))
    in_three_days = f"{(now + 3 * DAY).month}月{(now + 3 * DAY).day}日"
    await confirmed(chatting, await moved_to(chatting, "哪天", in_three_days))
    await deliver(chatting)
    assert len(reminders(chatting)) == 2 and in_three_days in reminders(chatting)[-1]


async def test_what_is_moved_before_its_last_reminder_is_told_by_that_one(pressing: Pressing) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    rule = await meeting_at(pressing, now.replace(hour=19, minute=30), Lead(1, at=time(9)), Lead(minutes=60))
    await stand(chatting, rule)
    page = await moved_to(chatting, "几点", "20:00")
    assert "马上" not in page.text
    assert "到时候我来提醒" in (await confirmed(chatting, page)).text
    await deliver(chatting)
    assert len(reminders(chatting)) == 1


async def test_what_nobody_was_reminded_of_and_nobody_would_be_is_told_at_once(pressing: Pressing) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    await meeting_at(pressing, now.replace(hour=19, minute=30) + 5 * DAY, Lead(1, at=time(9)))
    await confirmed(chatting, await moved_to(chatting, "哪天", "今天"))
    await deliver(chatting)
    assert len(reminders(chatting)) == 1 and "19:30" in reminders(chatting)[-1]


@pytest.mark.parametrize("what", ["paused", "skipped", "other"])
async def test_nothing_is_told_of_what_is_silent_or_stays_at_its_time(pressing: Pressing, what: str) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    rule = await meeting_at(pressing, now.replace(hour=19, minute=30), Lead(1, at=time(9)))
    await stand(chatting, rule)
    if what == "paused":
        await chatting.stores.rules.pause(rule.id)
    if what == "skipped":
        await chatting.stores.rules.skip(rule.id, rule.rule.schedule.start, now=pressing.services.clock())
    taps = ("节假日", "顺延") if what == "other" else ("几点", "20:00")
    done = await confirmed(chatting, await moved_to(chatting, *taps))
    assert "马上" not in done.text
    await deliver(chatting)
    assert len(reminders(chatting)) == 1


async def test_what_was_put_off_after_it_should_have_begun_is_told_to_those_who_wait(pressing: Pressing) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    rule = await meeting_at(pressing, now.replace(minute=30), Lead(minutes=60))
    weekly = replace(rule.rule, schedule=replace(rule.rule.schedule, rrule="FREQ=WEEKLY"))
    await pressing.services.stores.rules.change(rule.id, weekly, now=pressing.services.clock() - 3 * DAY)
    await deliver(chatting)
    let_pass(pressing, HOUR)
    await confirmed(chatting, await moved_to(chatting, "几点", "14:00"))
    await deliver(chatting)
    assert len(reminders(chatting)) == 2 and "14:00" in reminders(chatting)[-1]


async def test_moved_there_and_back_in_time_nobody_is_told_anything(pressing: Pressing) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    leads = (Lead(1, at=time(9)), Lead(at=time(11)))
    await stand(chatting, await meeting_at(pressing, now.replace(hour=19, minute=30), *leads))
    await confirmed(chatting, await moved_to(chatting, "几点", "20:00"))
    let_pass(pressing, timedelta(minutes=30))
    await confirmed(chatting, await moved_to(chatting, "几点", "19:30"))
    await deliver(chatting)
    assert len(reminders(chatting)) == 1


async def test_moved_by_an_hour_and_then_by_days_those_who_go_by_the_first_hour_are_told(pressing: Pressing) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    leads = (Lead(1, at=time(9)), Lead(at=time(11)))
    await stand(chatting, await meeting_at(pressing, now.replace(hour=19, minute=30), *leads))
    await confirmed(chatting, await moved_to(chatting, "几点", "20:00"))  # told by the lead at eleven
    in_three_days = f"{(now + 3 * DAY).month}月{(now + 3 * DAY).day}日"
    await confirmed(chatting, await moved_to(chatting, "哪天", in_three_days))
    await deliver(chatting)
    assert len(reminders(chatting)) == 2 and in_three_days in reminders(chatting)[-1]


async def test_what_is_overdue_when_it_is_moved_is_told_once(pressing: Pressing) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    await meeting_at(pressing, now.replace(hour=19, minute=30), Lead(at=time(9)))
    group = chatting.world.chat(GROUP).id
    chatting.world.fail_next(ApiError(502, "Bad Gateway"), method="sendMessage", chat_id=group)
    await deliver(chatting)
    assert reminders(chatting) == []
    await confirmed(chatting, await moved_to(chatting, "几点", "20:00"))
    let_pass(pressing, timedelta(minutes=2))
    await deliver(chatting)
    assert [("20:00" in text, "改时间了" in text) for text in reminders(chatting)] == [(True, True)]


async def test_what_was_told_and_is_dropped_for_a_day_that_was_to_come_anyway_is_called_off(pressing: Pressing) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    other = now + 3 * DAY
    both = f"FREQ=WEEKLY;BYDAY={CODES[now.weekday()]},{CODES[other.weekday()]}"
    rule = await meeting_at(pressing, now.replace(hour=19, minute=30), Lead(1, at=time(9)), rrule=both)
    await stand(chatting, rule)
    page = await moved_to(chatting, "哪天", "每周几", WEEKDAYS[other.weekday()])
    assert "马上在群里说一声" in page.text
    assert "马上在群里说一声" in (await confirmed(chatting, page)).text
    await deliver(chatting)
    assert len(reminders(chatting)) == 2 and f"{other.month}月{other.day}日" in reminders(chatting)[-1]


async def test_a_copy_that_arrived_without_a_word_is_answered_after_another_hour(pressing: Pressing) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    await meeting_at(pressing, now.replace(hour=19, minute=30), Lead(at=time(9)))
    chatting.world.lose_answer(method="sendMessage", chat_id=chatting.world.chat(GROUP).id)
    await deliver(chatting)  # nobody hears that it has arrived: it waits to be tried again
    copy = next(m for m in reversed(chatting.from_bot(GROUP)) if "能不能来" in m.text)
    await confirmed(chatting, await moved_to(chatting, "几点", "20:00"))
    assert (await pressing.tap(WANG, copy, "参加")).text == "改到20:00了，记下了：参加"
