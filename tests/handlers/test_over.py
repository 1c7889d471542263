"""A meeting that is over by the time the bot can speak of it: nobody is asked to come any more."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from conftest import GROUP, LEADER, WANG
from reminding import Reminding, at_work

from knowledge import KnowledgeBase
from sandbox.errors import ApiError
from scheduler.response import Member
from scheduler.rule import Lead
from tests.scheduler.kit import meeting

HOUR = timedelta(hours=1)
BEFORE = datetime(2026, 3, 6, 9, 30, tzinfo=UTC)  # the meeting is at 19:30 in Beijing, two hours later
AFTER = BEFORE + 6 * HOUR


@pytest.fixture
async def reminding(base: KnowledgeBase, tmp_path: Path) -> AsyncIterator[Reminding]:
    async with at_work(base, tmp_path) as found:
        yield found


async def down_meanwhile(reminding: Reminding) -> None:
    await reminding.until(BEFORE)
    reminding.clock.move_to(AFTER)
    reminding.runner.wake()
    await reminding.runner.settled()


async def test_a_late_reminder_says_so_and_does_not_ask_to_come(reminding: Reminding) -> None:
    await reminding.add(meeting(leads=(Lead(minutes=60),)))
    await down_meanwhile(reminding)
    (text,) = reminding.texts(GROUP)
    assert "已经过了" in text and "晚到了" in text
    assert "能不能来" not in text


async def test_a_late_nag_names_nobody(reminding: Reminding) -> None:
    rule = await reminding.add(meeting(nag=Lead(minutes=30), leads=(Lead(1, at=time(9)),)))
    member = Member(reminding.world.user(WANG).id, WANG)
    await reminding.services.stores.people.join(rule.chat_id, member, now=reminding.clock.now())
    await down_meanwhile(reminding)
    assert not any(WANG in text for text in reminding.texts(GROUP))


async def test_the_checklist_does_not_come_after_the_meeting(reminding: Reminding) -> None:
    await reminding.add(meeting(leads=(Lead(minutes=60),)))
    await down_meanwhile(reminding)
    assert "情况汇总" in reminding.texts(LEADER)[-1]
    assert not any("会前" in text for text in reminding.texts(LEADER))


async def test_who_leads_anonymously_is_not_shown_to_the_group(reminding: Reminding) -> None:
    reminding.world.set_anonymous(GROUP, LEADER)
    await reminding.add(has_written=False)
    await reminding.until(AFTER)
    (asked,) = [m for m in reminding.from_bot(GROUP) if "点我的头像" in m.text]
    assert str(reminding.world.user(LEADER).id) not in str(asked)


async def test_the_leader_is_named_to_the_group_also_after_a_hiccup(reminding: Reminding) -> None:
    rule = await reminding.add(has_written=False)
    reminding.world.fail_next(ApiError(502, "Bad Gateway"), method="getChatMember", chat_id=rule.chat_id)
    await reminding.until(AFTER)
    (asked,) = [text for text in reminding.texts(GROUP) if "点我的头像" in text]
    assert asked.startswith("组长，")
