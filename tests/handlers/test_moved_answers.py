"""Answers to what was moved: for which day and hour they count, and that every message shows the same."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from conftest import GROUP, LEADER, LI, WANG, Chatting
from setting_up import changing, confirmed, opened
from standing import DAY, Pressing, at_ten_tomorrow, deliver, let_pass, stand
from test_moved import meeting_at

from sandbox.model import Message
from scheduler.rule import Lead, Rule, Schedule

HOUR = timedelta(hours=1)


@pytest.fixture
def pressing(chatting: Chatting) -> Pressing:
    return Pressing(chatting)


async def changed(chatting: Chatting, *choices: str) -> None:
    page = await changing(chatting)
    for choice in choices:
        page = await chatting.press(LEADER, GROUP, page, choice)
    await confirmed(chatting, page)


def newest(chatting: Chatting) -> Message:
    return [m for m in chatting.from_bot(GROUP) if "能不能来" in m.text][-1]


async def a_saturday_told(pressing: Pressing) -> Message:
    """5 December 2026, told at ten on the day before."""
    let_pass(pressing, datetime(2026, 12, 4, 2, tzinfo=UTC) - pressing.services.clock())
    saturday = await meeting_at(pressing, datetime(2026, 12, 5, 19, 30), Lead(1, at=time(9)))
    await stand(pressing.chatting, saturday)
    return newest(pressing.chatting)


async def test_who_answers_to_what_is_rolled_to_another_day_is_told_which(pressing: Pressing) -> None:
    told = await a_saturday_told(pressing)
    assert (await pressing.tap(WANG, told, "参加")).text == "记下了：参加"
    await changed(pressing.chatting, "节假日", "顺延")
    assert (await pressing.tap(LI, told, "参加")).text == "改到12月7日 周一 19:30了，记下了：参加"
    await deliver(pressing.chatting)
    assert "12月7日" in newest(pressing.chatting).text
    assert (await pressing.tap(LEADER, newest(pressing.chatting), "参加")).text == "记下了：参加"


async def test_who_answers_to_what_is_rolled_and_at_another_hour_is_told_both(pressing: Pressing) -> None:
    told = await a_saturday_told(pressing)
    await changed(pressing.chatting, "节假日", "顺延", "几点", "20:00")
    assert (await pressing.tap(LI, told, "参加")).text == "改到12月7日 周一 20:00了，记下了：参加"


async def test_away_and_back_at_another_hour_everybody_counts_the_same(pressing: Pressing) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    chatting.world.say(LEADER, LEADER, "/start")
    leads = (Lead(2, at=time(9)), Lead(at=time(9)))
    await stand(chatting, await meeting_at(pressing, now.replace(hour=19, minute=30) + DAY, *leads))
    old, away = newest(chatting), now + 3 * DAY
    await pressing.tap(WANG, old, "参加")
    for choices in (("哪天", f"{away.month}月{away.day}日"), ("哪天", "明天", "几点", "20:00")):
        await changed(chatting, *choices)
        await deliver(chatting)
    assert (await pressing.tap(LI, old, "请假")).text == "改到20:00了，记下了：请假"
    for message in (old, newest(chatting)):
        await pressing.shows(message, "✅ 参加", "🙋 请假 1")
    let_pass(pressing, DAY)
    await deliver(chatting)
    assert newest(chatting).id != old.id and pressing.labels(newest(chatting)) == ["✅ 参加", "🙋 请假 1"]
    let_pass(pressing, DAY / 2)
    await deliver(chatting)
    summary = chatting.from_bot(LEADER)[-1].text
    assert f"请假 1：{LI}" in summary and f"未回复 1：{WANG}" in summary


async def told_twice(pressing: Pressing) -> tuple[Message, Message]:
    """Of 19:30, and of 20:00."""
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    leads = (Lead(1, at=time(9)), Lead(at=time(11)))
    await stand(chatting, await meeting_at(pressing, now.replace(hour=19, minute=30), *leads))
    oldest = newest(chatting)
    await changed(chatting, "几点", "20:00")
    await pressing.tap(LEADER, await opened(chatting), "立即发送")
    await deliver(chatting)
    latest = newest(chatting)
    return oldest, latest


async def test_the_newest_shows_what_is_answered_under_the_oldest(pressing: Pressing) -> None:
    chatting = pressing.chatting
    oldest, latest = await told_twice(pressing)
    assert "20:00" in latest.text and latest.id != oldest.id
    await changed(chatting, "几点", "18:30")
    assert (await pressing.tap(WANG, oldest, "参加")).text == "改到18:30了，记下了：参加"
    await pressing.shows(oldest, "✅ 参加 1")
    await pressing.shows(latest, "✅ 参加 1")


async def test_the_newest_shows_what_is_answered_when_the_hour_is_the_first_one_again(pressing: Pressing) -> None:
    chatting = pressing.chatting
    oldest, latest = await told_twice(pressing)
    await changed(chatting, "几点", "19:30")
    assert (await pressing.tap(WANG, oldest, "参加")).text == "记下了：参加"
    await pressing.shows(latest, "✅ 参加 1")


async def test_of_two_meetings_a_day_each_has_its_own_newest(pressing: Pressing) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    leads = (Lead(minutes=120), Lead(minutes=60))
    await meeting_at(pressing, now.replace(hour=12), *leads, rrule="FREQ=DAILY;BYHOUR=12,14;COUNT=2")
    told = []
    for _ in range(3):  # at ten and eleven of the one, at twelve of the other
        await deliver(chatting)
        told.append(newest(chatting))
        let_pass(pressing, HOUR)
    assert [text in message.text for message, text in zip(told, ("12:00", "12:00", "14:00"), strict=True)] == [True] * 3
    await pressing.tap(WANG, told[0], "参加")
    await pressing.shows(told[1], "✅ 参加 1")
    assert "✅ 参加" in pressing.labels(told[2])


async def test_dues_paid_long_after_their_hour_was_moved_count_with_the_others(pressing: Pressing) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    chatting.world.say(LEADER, LEADER, "/start")
    chat, leader = chatting.world.chat(GROUP).id, chatting.world.user(LEADER).id
    dues = Rule("dues", "收党费", Schedule(now.replace(hour=9)), (Lead(),))
    stored = await chatting.stores.rules.add(dues, chat_id=chat, leader_id=leader, now=pressing.services.clock() - DAY)
    reminder = await stand(chatting, stored)
    await pressing.tap(WANG, reminder, "已交")
    later = replace(dues, schedule=replace(dues.schedule, start=now.replace(hour=8)))
    assert await chatting.stores.rules.change(stored.id, later, now=pressing.services.clock())
    let_pass(pressing, 4 * DAY)
    assert "记下了：已交" in (await pressing.tap(LI, reminder, "已交")).text
    await pressing.shows(reminder, "💰 已交 2")
    assert len(await chatting.stores.people.answers(stored.id, now.replace(hour=8))) == 2


async def test_dues_whose_hour_is_moved_long_after_they_were_stay_as_they_were(pressing: Pressing) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    chat, leader = chatting.world.chat(GROUP).id, chatting.world.user(LEADER).id
    dues = Rule("dues", "收党费", Schedule(now.replace(hour=9)), (Lead(),))
    stored = await chatting.stores.rules.add(dues, chat_id=chat, leader_id=leader, now=pressing.services.clock() - DAY)
    reminder = await stand(chatting, stored)
    await pressing.tap(WANG, reminder, "已交")
    let_pass(pressing, 4 * DAY)
    later = replace(dues, schedule=replace(dues.schedule, start=now.replace(hour=8)))
    assert await chatting.stores.rules.change(stored.id, later, now=pressing.services.clock())
    assert (await pressing.tap(LI, reminder, "已交")).text == "记下了：已交"
    await pressing.shows(reminder, "💰 已交 2")
    assert len(await chatting.stores.people.answers(stored.id, now.replace(hour=9))) == 2


async def test_the_names_of_a_day_are_those_from_midnight_to_midnight(pressing: Pressing) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    midnight = now.replace(hour=0) + DAY
    rrule = "FREQ=DAILY;BYHOUR=0,12,23;COUNT=9"
    rule = await meeting_at(pressing, midnight - HOUR, Lead(), rrule=rrule)
    let_pass(pressing, 2 * DAY)
    await deliver(chatting)
    names = await chatting.stores.deliveries.names_on(rule.id, midnight.date())
    assert names == {midnight, midnight + 12 * HOUR, midnight + 23 * HOUR}
