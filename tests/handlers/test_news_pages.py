"""What the group reads at once when a meeting is changed on its page: what it goes by and is not so any more."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from conftest import GROUP, LEADER, Chatting
from setting_up import changing, confirmed, opened
from standing import DAY, Pressing, at_ten_tomorrow, deliver, let_pass, stand
from test_moved import CODES, HOUR, meeting_at, moved_to, reminders

from scheduler.rule import Lead, Rule, Schedule
from scheduler.words import WEEKDAYS

A_DAY_BEFORE, OFF = Lead(1, at=time(9)), "不算了"


@pytest.fixture
def pressing(chatting: Chatting) -> Pressing:
    return Pressing(chatting)


def on(day: datetime) -> str:
    return f"{day.month}月{day.day}日"


def weekly(*days: datetime) -> str:
    return f"FREQ=WEEKLY;BYDAY={','.join(CODES[day.weekday()] for day in days)}"


def is_for(day: datetime, text: str) -> bool:
    """That it is on, not that it is off."""
    return f"{on(day)} " in text.splitlines()[1]


async def heard(chatting: Chatting, *choices: str) -> str:
    """What the group reads once that was chosen and confirmed."""
    page = await changing(chatting)
    for choice in choices:
        page = await chatting.press(LEADER, GROUP, page, choice)
    assert "马上在群里说一声" in (await confirmed(chatting, page)).text
    await deliver(chatting)
    return reminders(chatting)[-1]


async def test_a_single_meeting_that_was_put_off_by_mistake_is_on_again(pressing: Pressing) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    await stand(chatting, await meeting_at(pressing, now.replace(hour=19, minute=30), A_DAY_BEFORE))
    later = now + 3 * DAY
    for day, choice in ((later, on(later)), (now, "今天")):
        text = await heard(chatting, "哪天", choice)
        assert is_for(day, text) and OFF in text
        let_pass(pressing, timedelta(minutes=10))
    assert len(reminders(chatting)) == 3


@pytest.mark.parametrize("days", [1, 2])
async def test_a_weekly_meeting_that_was_put_off_by_mistake_is_on_again_this_week(
    pressing: Pressing, days: int
) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    evening = now.replace(hour=19, minute=30)
    await stand(chatting, await meeting_at(pressing, evening, A_DAY_BEFORE, rrule=weekly(now)))
    for day in (now + days * DAY, now):
        text = await heard(chatting, "哪天", "每周几", WEEKDAYS[day.weekday()])
        assert is_for(day, text) and OFF in text
        let_pass(pressing, timedelta(minutes=10))
    assert len(reminders(chatting)) == 3


async def test_back_on_its_day_at_another_hour_the_other_day_is_called_off(pressing: Pressing) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    await stand(chatting, await meeting_at(pressing, now.replace(hour=19, minute=30), A_DAY_BEFORE))
    later = on(now + 3 * DAY)
    await heard(chatting, "哪天", later)
    text = await heard(chatting, "哪天", "今天", "几点", "20:00")
    assert is_for(now, text) and "20:00" in text and f"{later} " in text and OFF in text


async def test_of_two_days_that_were_both_told_the_one_that_is_dropped_is_called_off(pressing: Pressing) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    other, evening = now + DAY, now.replace(hour=19, minute=30)
    await meeting_at(pressing, evening, A_DAY_BEFORE, Lead(at=time(9)), rrule=weekly(now, other))
    await deliver(chatting)
    text = await heard(chatting, "哪天", "每周几", WEEKDAYS[other.weekday()])
    assert f"{on(now)} " in text and OFF in text


@pytest.mark.parametrize(
    ("hour", "to", "leads"),
    [(19, "20:00", (A_DAY_BEFORE, Lead(minutes=60))), (20, "19:00", (A_DAY_BEFORE, Lead()))],
)
async def test_the_new_hour_is_told_before_anybody_has_come_or_missed_it(
    pressing: Pressing, hour: int, to: str, leads: tuple[Lead, ...]
) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    await stand(chatting, await meeting_at(pressing, now.replace(hour=hour), *leads))
    await confirmed(chatting, await moved_to(chatting, "几点", to))
    let_pass(pressing, 9 * HOUR - timedelta(minutes=5))  # to 18:55
    await deliver(chatting)
    assert to in reminders(chatting)[-1]


async def late(pressing: Pressing, span: timedelta, *choices: str) -> list[str]:
    """What the bot says of that change when it was down meanwhile."""
    chatting = pressing.chatting
    await confirmed(chatting, await moved_to(chatting, *choices))
    let_pass(pressing, span)
    before = len(chatting.from_bot(GROUP))
    await deliver(chatting)
    return [m.text for m in chatting.from_bot(GROUP)[before:]]


async def test_what_is_off_is_said_in_a_message_of_its_own_when_other_reminders_are_late_too(
    pressing: Pressing,
) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    await stand(chatting, await meeting_at(pressing, now.replace(hour=19, minute=30), A_DAY_BEFORE))
    dues = Rule("dues", "收党费", Schedule(now.replace(hour=18, minute=0)), (Lead(at=time(10, 5)),))
    chat, leader = chatting.world.chat(GROUP).id, chatting.world.user(LEADER).id
    await chatting.stores.rules.add(dues, chat_id=chat, leader_id=leader, now=pressing.services.clock())
    texts = await late(pressing, HOUR / 2, "哪天", on(now + 3 * DAY))
    assert sorted((OFF in text, "收党费" in text) for text in texts) == [(False, True), (True, False)]


async def test_what_is_off_is_said_too_when_a_reminder_of_the_other_day_is_late(pressing: Pressing) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    rule = await meeting_at(pressing, now.replace(hour=10, minute=20), A_DAY_BEFORE)
    await stand(chatting, rule)
    at_eleven = replace(rule.rule, leads=(Lead(1, at=time(11)),))  # of tomorrow in an hour, after the hour of today
    assert await chatting.stores.rules.change(rule.id, at_eleven, now=pressing.services.clock())
    texts = await late(pressing, timedelta(minutes=75), "哪天", "明天")
    assert [text for text in texts if OFF in text and f"{on(now)} " in text] != []
    assert all(is_for(now + DAY, text) for text in texts), texts


@pytest.mark.parametrize(("there", "back"), [("暂停", "恢复"), ("跳过下一次", "不跳过")])
async def test_another_hour_of_what_was_silent_is_told_when_it_is_on_after_all(
    pressing: Pressing, there: str, back: str
) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    await stand(chatting, await meeting_at(pressing, now.replace(hour=19, minute=30), A_DAY_BEFORE))
    await pressing.tap(LEADER, await opened(chatting), there)
    await confirmed(chatting, await moved_to(chatting, "几点", "20:00"))
    await deliver(chatting)
    assert len(reminders(chatting)) == 1
    await pressing.tap(LEADER, await opened(chatting), back)
    await deliver(chatting)
    assert len(reminders(chatting)) == 2 and "20:00" in reminders(chatting)[-1]
