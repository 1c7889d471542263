"""An hour that is past already on the day when it is chosen: what was held was, and what was not is not made up."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from conftest import LEADER, LI, WANG, Chatting
from setting_up import confirmed
from standing import DAY, Pressing, at_ten_tomorrow, deliver, let_pass, stand
from test_moved import CODES, HOUR, meeting_at, moved_to, reminders

from sandbox.model import Message
from scheduler.rule import DEFAULT_ZONE, Lead
from scheduler.words import WEEKDAYS


@pytest.fixture
def pressing(chatting: Chatting) -> Pressing:
    chatting.world.say(LEADER, LEADER, "/start")
    return Pressing(chatting)


async def told(pressing: Pressing, start: datetime, *leads: Lead) -> Message:
    """Every week, and the group has heard of the one of today."""
    return await stand(
        pressing.chatting,
        await meeting_at(pressing, start, *leads, rrule=f"FREQ=WEEKLY;BYDAY={CODES[start.weekday()]}"),
    )


def summaries(chatting: Chatting) -> list[str]:
    return [m.text for m in chatting.from_bot(LEADER) if "情况汇总" in m.text]


async def test_who_answers_for_an_hour_that_was_past_when_it_was_chosen_is_not_told_that_it_was_held(
    pressing: Pressing,
) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    message = await told(pressing, now.replace(hour=19, minute=30), Lead(1, at=time(9)))
    await confirmed(chatting, await moved_to(chatting, "几点", "8:00"))
    await deliver(chatting)
    assert "还有7天" in reminders(chatting)[-1] and "不算了" in reminders(chatting)[-1]
    assert "开过了" not in (await pressing.tap(WANG, message, "参加")).text


@pytest.mark.parametrize("hour", ["8:00", "8:30"])
async def test_a_meeting_that_was_called_off_by_an_hour_that_was_past_is_not_summed_up(
    pressing: Pressing, hour: str
) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    await told(pressing, now.replace(hour=19, minute=30), Lead(1, at=time(9)))
    await confirmed(chatting, await moved_to(chatting, "几点", hour))
    await deliver(chatting)
    let_pass(pressing, 14 * HOUR)
    await deliver(chatting)
    assert summaries(chatting) == []


async def test_a_meeting_that_was_held_is_summed_up_with_the_hour_it_was_held_at(pressing: Pressing) -> None:
    chatting, now = pressing.chatting, at_ten_tomorrow(pressing)
    await told(pressing, now.replace(hour=9), Lead(at=time(8)))
    await confirmed(chatting, await moved_to(chatting, "几点", "8:30"))
    let_pass(pressing, timedelta(hours=3))
    await deliver(chatting)
    (summary,) = summaries(chatting)
    assert "9:00" in summary and "8:30" not in summary


async def held(pressing: Pressing) -> Message:
    """At 19:30, and told at ten; who had said that they come did so before."""
    message = await told(pressing, at_ten_tomorrow(pressing).replace(hour=19, minute=30), Lead(at=time(9)))
    await pressing.tap(WANG, message, "参加")
    await pressing.shows(message, "✅ 参加 1")
    return message


@pytest.mark.parametrize("after", [11 * HOUR, 3 * DAY])
async def test_who_answers_for_what_was_held_counts_with_the_others_when_the_next_ones_are_at_another_hour(
    pressing: Pressing, after: timedelta
) -> None:
    message = await held(pressing)
    let_pass(pressing, after)
    await confirmed(pressing.chatting, await moved_to(pressing.chatting, "几点", "20:00"))
    assert (await pressing.tap(LI, message, "参加")).text == "已经开过了，还是给你记下了"
    await pressing.shows(message, "✅ 参加 2")


async def test_what_is_answered_late_is_summed_up_with_what_was_held(pressing: Pressing) -> None:
    message = await held(pressing)
    let_pass(pressing, 11 * HOUR)
    await confirmed(pressing.chatting, await moved_to(pressing.chatting, "几点", "20:00"))
    await pressing.tap(WANG, message, "请假")
    let_pass(pressing, 24 * HOUR)
    await deliver(pressing.chatting)
    assert f"请假 1：{WANG}" in summaries(pressing.chatting)[-1]


async def test_the_first_who_answers_for_what_was_held_answers_for_that(pressing: Pressing) -> None:
    start = at_ten_tomorrow(pressing).replace(hour=19, minute=30)
    message = await told(pressing, start, Lead(at=time(9)))
    let_pass(pressing, 11 * HOUR)
    await confirmed(pressing.chatting, await moved_to(pressing.chatting, "几点", "20:00"))
    assert (await pressing.tap(LI, message, "参加")).text == "已经开过了，还是给你记下了"
    await pressing.shows(message, "✅ 参加 1")


async def test_who_answers_for_what_was_held_does_so_when_the_next_ones_are_on_other_days(pressing: Pressing) -> None:
    message = await held(pressing)
    let_pass(pressing, 11 * HOUR)
    local = pressing.services.clock().astimezone(ZoneInfo(DEFAULT_ZONE)) + 3 * DAY
    await confirmed(pressing.chatting, await moved_to(pressing.chatting, "哪天", "每周几", WEEKDAYS[local.weekday()]))
    assert (await pressing.tap(LI, message, "参加")).text == "已经开过了，还是给你记下了"
    await pressing.shows(message, "✅ 参加 2")


async def test_who_answers_for_what_was_brought_forward_counts_for_it_once_it_has_begun(pressing: Pressing) -> None:
    message = await held(pressing)
    await confirmed(pressing.chatting, await moved_to(pressing.chatting, "几点", "18:30"))
    let_pass(pressing, 9 * HOUR)
    assert (await pressing.tap(LI, message, "参加")).text == "改到18:30了，已经开过了，还是给你记下了"
    await pressing.shows(message, "✅ 参加 2")


async def test_what_was_put_off_to_another_day_was_not_held(pressing: Pressing) -> None:
    message = await held(pressing)
    local = pressing.services.clock().astimezone(ZoneInfo(DEFAULT_ZONE)) + 3 * DAY
    await confirmed(pressing.chatting, await moved_to(pressing.chatting, "哪天", "每周几", WEEKDAYS[local.weekday()]))
    let_pass(pressing, 11 * HOUR)
    assert "改过了" in (await pressing.tap(LI, message, "参加")).text


@pytest.mark.parametrize("then", ["nothing", "another leader", "another hour"])
async def test_what_was_put_off_was_not_held_whatever_is_changed_later(pressing: Pressing, then: str) -> None:
    message = await held(pressing)
    services, chatting = pressing.services, pressing.chatting
    in_three_days = services.clock().astimezone(ZoneInfo(DEFAULT_ZONE)) + 3 * DAY
    await confirmed(chatting, await moved_to(chatting, "哪天", "每周几", WEEKDAYS[in_three_days.weekday()]))
    await deliver(chatting)
    let_pass(pressing, 11 * HOUR)
    await deliver(chatting)
    (rule,) = await services.stores.rules.all()
    if then == "another leader":
        await services.stores.rules.hand_over(rule.id, 77, now=services.clock())
    elif then == "another hour":
        await confirmed(chatting, await moved_to(chatting, "几点", "20:00"))
    assert "改过了" in (await pressing.tap(LI, message, "参加")).text
