"""What was skipped and is then changed: it stays skipped, and no page promises it."""

from datetime import UTC, datetime, time

import pytest
from conftest import GROUP, LEADER, Chatting
from setting_up import changing, confirmed, opened
from standing import DAY, Pressing, deliver, let_pass
from test_moved import meeting_at, reminders

from sandbox.model import Message
from scheduler.rule import Lead

TUESDAY = datetime(2026, 12, 1, 10)  # in Shanghai
WEDNESDAY_EVENING = datetime(2026, 12, 2, 19, 30)


@pytest.fixture
def pressing(chatting: Chatting) -> Pressing:
    found = Pressing(chatting)
    let_pass(found, datetime(2026, 12, 1, 2, tzinfo=UTC) - found.services.clock())
    return found


async def skipped_and_then(pressing: Pressing, *choices: str) -> tuple[Message, Message]:
    """The page of the change, and what it becomes once it is confirmed."""
    await pressing.tap(LEADER, await opened(pressing.chatting), "跳过下一次")
    page = await changing(pressing.chatting)
    for choice in choices:
        page = await pressing.chatting.press(LEADER, GROUP, page, choice)
    return page, await confirmed(pressing.chatting, page)


def line_of(day: str, page: Message) -> str:
    return next(line for line in page.text.splitlines() if day in line)


async def test_a_single_one_that_was_skipped_and_set_to_another_hour_is_not_promised(pressing: Pressing) -> None:
    await meeting_at(pressing, WEDNESDAY_EVENING, Lead(at=time(9)))
    for page in await skipped_and_then(pressing, "几点", "20:00"):
        assert "20:00（跳过）" in page.text and "到 /reminders 点开它，点“不跳过”" in page.text
        assert "到时候我来提醒" not in page.text and "马上" not in page.text
    let_pass(pressing, DAY)
    await deliver(pressing.chatting)
    assert reminders(pressing.chatting) == []


@pytest.mark.parametrize("choices", [("几点", "20:00"), ("节假日", "顺延"), ("提前提醒", "到点", "返回")])
async def test_of_a_weekly_one_the_skipped_day_is_marked_and_the_others_are_promised(
    pressing: Pressing, choices: tuple[str, ...]
) -> None:
    await meeting_at(pressing, WEDNESDAY_EVENING, Lead(at=time(9)), rrule="FREQ=WEEKLY;BYDAY=WE")
    page, done = await skipped_and_then(pressing, *choices)
    for shown in (page, done):
        assert line_of("12月2日", shown).endswith("（跳过）") and "跳过" not in line_of("12月9日", shown)
        assert "不跳过" not in shown.text
    assert "到时候我来提醒" in done.text
    let_pass(pressing, DAY)
    await deliver(pressing.chatting)
    assert reminders(pressing.chatting) == []


async def test_reminders_of_a_skipped_day_that_have_passed_are_nothing_to_speak_of(pressing: Pressing) -> None:
    await meeting_at(pressing, TUESDAY.replace(hour=19), Lead(at=time(9)), rrule="FREQ=WEEKLY;BYDAY=TU")
    for shown in await skipped_and_then(pressing, "几点", "20:00"):
        assert "不会再发" not in shown.text


async def test_another_day_is_not_skipped(pressing: Pressing) -> None:
    await meeting_at(pressing, WEDNESDAY_EVENING, Lead(at=time(9)))
    _, done = await skipped_and_then(pressing, "哪天", "12月4日")
    assert "跳过" not in done.text and "到时候我来提醒" in done.text
    let_pass(pressing, 3 * DAY)
    await deliver(pressing.chatting)
    assert len(reminders(pressing.chatting)) == 1


async def test_a_day_stays_skipped_whatever_was_tried_out_meanwhile(pressing: Pressing) -> None:
    await meeting_at(pressing, WEDNESDAY_EVENING, Lead(at=time(9)), rrule="FREQ=WEEKLY;BYDAY=WE")
    _, away = await skipped_and_then(pressing, "哪天", "每周几", "周四")
    assert "跳过" not in away.text and "12月3日" in away.text
    back = await changing(pressing.chatting)
    for choice in ("哪天", "每周几", "周三", "几点", "20:00"):
        back = await pressing.chatting.press(LEADER, GROUP, back, choice)
    for shown in (back, await confirmed(pressing.chatting, back), await opened(pressing.chatting)):
        assert line_of("12月2日", shown).endswith("（跳过）") and "跳过" not in line_of("12月9日", shown)
