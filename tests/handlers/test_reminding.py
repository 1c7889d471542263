"""Reminders end to end: the runner, the real library over HTTP, a real data base; time moves by hand."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from conftest import FORUM, GROUP, LEADER, WANG, labels
from reminding import Reminding, at_work

from knowledge import KnowledgeBase
from scheduler.response import Member, Response
from scheduler.rule import Lead, Schedule
from storage import Chat
from tests.scheduler.kit import meeting

THURSDAY_9 = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
async def reminding(base: KnowledgeBase, tmp_path: Path) -> AsyncIterator[Reminding]:
    async with at_work(base, tmp_path) as found:
        yield found


async def test_the_group_is_told_what_when_where_and_can_answer(reminding: Reminding) -> None:
    await reminding.add(meeting(place="三楼 <会议室>", note="学习 & 讨论"))
    await reminding.until(THURSDAY_9)
    (message,) = reminding.from_bot(GROUP)
    for words in ("党小组会", "3月6日 周五 19:30", "明天", "三楼 <会议室>", "学习 & 讨论"):
        assert words in message.text
    assert [b.text for row in message.keyboard for b in row] == ["✅ 参加", "🙋 请假"]


async def test_counts_stand_on_the_buttons_of_the_next_reminder(reminding: Reminding) -> None:
    rule = await reminding.add()
    await reminding.until(THURSDAY_9)
    member = Member(reminding.world.user(WANG).id, WANG)
    response = Response(rule.id, datetime(2026, 3, 6, 19, 30), member, "join", reminding.clock.now())
    await reminding.services.stores.people.answer(response, rule.chat_id)
    await reminding.until(THURSDAY_9 + 34 * HOUR)
    assert "✅ 参加 1" in [b.text for row in reminding.from_bot(GROUP)[-1].keyboard for b in row]


async def test_the_leader_gets_checklist_and_summaries_in_private(reminding: Reminding) -> None:
    rule = await reminding.add()
    people = reminding.services.stores.people
    for name in (WANG, "李雷"):
        await people.join(rule.chat_id, Member(reminding.world.user(name).id, name), now=reminding.clock.now())
    await reminding.until(THURSDAY_9 + timedelta(days=2))
    checklist, before, after = reminding.texts(LEADER)
    assert "会前" in checklist and "地点" in checklist
    assert "未回复 2：王小明、李雷" in before
    assert [labels(m) for m in reminding.from_bot(LEADER)[1:]] == [
        ["再提醒一次", "知道了"],  # an hour before: there is no later to look again
        ["知道了"],  # nobody is reminded of a meeting that is over
    ]
    assert "情况汇总" in after and GROUP in after


async def test_the_group_is_asked_once_when_its_leader_has_never_written(reminding: Reminding) -> None:
    await reminding.add(has_written=False)
    await reminding.until(THURSDAY_9 + timedelta(days=10))
    assert sum("点我的头像" in text for text in reminding.texts(GROUP)) == 1


async def test_a_nag_names_those_who_have_not_answered(reminding: Reminding) -> None:
    rule = await reminding.add(meeting(nag=Lead(1, at=time(20))))
    people = reminding.services.stores.people
    now = reminding.clock.now()
    for number in range(1, 13):
        await people.join(rule.chat_id, Member(20_000 + number, f"同志{number}"), now=now + timedelta(seconds=number))
    await reminding.until(THURSDAY_9 + 12 * HOUR)
    nag = reminding.texts(GROUP)[-1]
    assert "同志10" in nag and "同志11" not in nag and "还有 2 位" in nag


async def test_a_nag_without_anybody_to_nag_is_not_sent(reminding: Reminding) -> None:
    await reminding.add(meeting(nag=Lead(1, at=time(20))))
    await reminding.until(THURSDAY_9 + 12 * HOUR)
    assert len(reminding.from_bot(GROUP)) == 1


async def test_it_stands_in_its_topic_and_in_the_main_one_when_that_is_closed(reminding: Reminding) -> None:
    topic = next(iter(reminding.world.chat(FORUM).topics))
    await reminding.add(group=FORUM, thread_id=topic)
    await reminding.until(THURSDAY_9)
    assert [m.thread_id for m in reminding.from_bot(FORUM)] == [topic]
    reminding.world.close_topic(FORUM, topic)
    await reminding.until(THURSDAY_9 + 34 * HOUR)
    moved = reminding.from_bot(FORUM)[-1]
    assert moved.thread_id is None and "话题" in moved.text
    assert any("话题" in text for text in reminding.texts(LEADER))


async def test_kicked_and_back_again(reminding: Reminding) -> None:
    rule = await reminding.add()
    reminding.world.kick_bot(GROUP)
    await reminding.until(THURSDAY_9 + timedelta(days=3))
    assert any("移出" in text for text in reminding.texts(LEADER))
    assert reminding.texts(GROUP) == []
    reminding.world.add_bot(GROUP)
    await reminding.services.stores.chats.put(Chat(rule.chat_id, GROUP, "Asia/Shanghai"), now=reminding.clock.now())
    await reminding.until(THURSDAY_9 + timedelta(days=7))
    assert len(reminding.from_bot(GROUP)) == 1


async def test_a_group_that_became_a_supergroup_gets_its_reminder(reminding: Reminding) -> None:
    small = reminding.world.add_group("小群", LEADER, WANG)
    await reminding.add(group="小群")
    moved = reminding.world.migrate(small)
    await reminding.until(THURSDAY_9 + timedelta(minutes=1))
    assert any("党小组会" in m.text for m in reminding.world.messages(moved) if m.sender.id == reminding.world.bot.id)


async def test_several_late_ones_are_one_message_with_a_row_each(reminding: Reminding) -> None:
    for title in ("党小组会", "集中学习"):
        await reminding.add(meeting(title=title, leads=(Lead(1, at=time(9)),)))
    await reminding.runner.settled()
    reminding.clock.move_to(THURSDAY_9 + 2 * HOUR)
    reminding.runner.wake()
    await reminding.runner.settled()
    (message,) = reminding.from_bot(GROUP)
    assert "党小组会" in message.text and "集中学习" in message.text and "晚到" in message.text
    assert len(message.keyboard) == 2


async def test_late_and_rolled_and_provisional_are_said(reminding: Reminding) -> None:
    schedule = Schedule(datetime(2026, 10, 2, 19, 30), "FREQ=MONTHLY;BYMONTHDAY=2", "next")
    await reminding.add(meeting(schedule=schedule, leads=(Lead(1, at=time(9)),)))
    await reminding.until(datetime(2026, 10, 8, 1, 0, tzinfo=UTC) - timedelta(days=1))
    reminding.clock.move_to(datetime(2026, 10, 7, 3, 0, tzinfo=UTC), back=True)
    await reminding.until(datetime(2026, 10, 8, 1, 0, tzinfo=UTC))
    text = reminding.texts(GROUP)[-1]
    assert "10月8日" in text and "国庆" in text and "顺延" in text
    await reminding.until(datetime(2026, 12, 31, 2, 0, tzinfo=UTC))
    assert not any("尚未公布" in t for t in reminding.texts(GROUP)[:-1])
    await reminding.until(datetime(2027, 1, 3, 2, 0, tzinfo=UTC))
    assert "尚未公布" in reminding.texts(GROUP)[-1]
