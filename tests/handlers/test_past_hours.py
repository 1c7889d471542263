"""An hour that is past already on the day when it is chosen: what was held was, and what was not is not made up."""

from datetime import datetime, time, timedelta

import pytest
from conftest import LEADER, WANG, Chatting
from setting_up import confirmed
from standing import Pressing, at_ten_tomorrow, deliver, let_pass, stand
from test_moved import CODES, HOUR, meeting_at, moved_to, reminders

from sandbox.model import Message
from scheduler.rule import Lead


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
