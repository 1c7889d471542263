"""What a leader does with a summary: the group is reminded once more, the summary comes again, or it is enough."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from conftest import GROUP, LEADER, WANG, Chatting, labels
from standing import DAY, Pressing, deliver, new_rule, stand

from sandbox.errors import ApiError
from sandbox.model import Member, Message
from scheduler.again import Summarized, one_more, worthwhile
from scheduler.delivery import Delivery, Planned
from scheduler.response import Member as Named
from scheduler.response import Response
from scheduler.rule import GroupRule, Occurrence, Rule, Schedule

HOUR = timedelta(hours=1)


@dataclass
class Desk:
    """The leader's private chat with a summary in it."""

    pressing: Pressing
    rule: GroupRule
    summary: Message

    @property
    def chatting(self) -> Chatting:
        return self.pressing.chatting

    @property
    def number(self) -> int:
        return int(self.summary.keyboard[0][0].value.rsplit(":", 1)[1])

    def shown(self) -> Message:
        message = self.chatting.world.message(self.summary.chat_id, self.summary.id)
        assert message is not None
        return message

    async def planned(self) -> list[Planned]:
        """What was asked for by the buttons."""
        deliveries = await self.chatting.stores.deliveries.of_rule(self.rule.id)
        return [d.planned for d in deliveries if d.planned.lead in ("+again", "+later")]


@pytest.fixture
async def desk(chatting: Chatting) -> AsyncIterator[Desk]:
    chatting.world.say(LEADER, LEADER, "/start")
    await chatting.until(lambda: bool(chatting.from_bot(LEADER)))
    rule = await new_rule(chatting)
    yield Desk(Pressing(chatting), rule, await stand(chatting, rule, purpose="summary"))


async def test_once_more_reaches_the_group_once_however_often_it_is_tapped(desk: Desk) -> None:
    await deliver(desk.chatting)
    desk.pressing.services.woken.clear()
    before = len(desk.chatting.from_bot(GROUP))
    data = f"l:again:{desk.number}"
    assert (await desk.pressing.forge(LEADER, desk.summary, data)).text == "已经再提醒了一次"
    assert desk.pressing.services.woken.is_set()
    assert (await desk.pressing.forge(LEADER, desk.summary, data)).text == "刚才已经提醒过了"
    await deliver(desk.chatting)
    (reminder,) = desk.chatting.from_bot(GROUP)[before:]
    assert "党小组会" in reminder.text and labels(reminder) == ["✅ 参加", "🙋 请假"]
    assert desk.shown().text.endswith("— 已经再提醒了一次")
    assert labels(desk.shown()) == ["知道了", "1小时后再看", "明早9点再看"]


async def test_the_extra_reminder_takes_answers_like_any_other(desk: Desk) -> None:
    await desk.pressing.tap(LEADER, desk.summary, "再提醒一次")
    await deliver(desk.chatting)
    reminder = desk.chatting.from_bot(GROUP)[-1]
    assert (await desk.pressing.tap(WANG, reminder, "参加")).text == "记下了：参加"
    await desk.pressing.shows(reminder, "✅ 参加 1")


@pytest.mark.parametrize(("label", "line"), [("1小时", "1小时后再发给你"), ("明早", "明早9点再发给你")])
async def test_later_plans_the_same_summary_once(desk: Desk, label: str, line: str) -> None:
    data = desk.chatting.data(desk.summary, label)
    assert (await desk.pressing.tap(LEADER, desk.summary, label)).text == line
    assert (await desk.pressing.forge(LEADER, desk.summary, data)).text == "已经记着了"
    assert desk.shown().text.endswith(line) and labels(desk.shown()) == []
    (later,) = await desk.planned()
    assert (later.purpose, later.chat_id) == ("summary", desk.summary.chat_id)


async def test_the_later_summary_comes_with_buttons_of_its_own(desk: Desk) -> None:
    await desk.pressing.tap(LEADER, desk.summary, "1小时")
    later = desk.pressing.services.clock() + HOUR
    object.__setattr__(desk.pressing.services, "clock", lambda: later)
    await deliver(desk.chatting)
    again = desk.chatting.from_bot(LEADER)[-1]
    assert again.id > desk.summary.id and "党小组会" in again.text
    assert (await desk.pressing.tap(LEADER, again, "1小时")).text == "1小时后再发给你"
    assert len(await desk.planned()) == 2


async def test_enough_takes_the_buttons_away(desk: Desk) -> None:
    assert (await desk.pressing.tap(LEADER, desk.summary, "知道了")).text == "好的"
    assert labels(desk.shown()) == [] and desk.shown().text == desk.summary.text
    assert (await desk.pressing.forge(LEADER, desk.summary, f"l:ok:{desk.number}")).text == "好的"


@pytest.mark.parametrize("action", ["again", "hour", "morning", "ok"])
async def test_nobody_else_may_press_it(desk: Desk, action: str) -> None:
    elsewhere = await desk.chatting.ask(WANG, WANG, "党小组长任期多久")
    in_group = await desk.chatting.ask(LEADER, GROUP, "/ask 党小组长任期多久")
    for who, message in ((WANG, elsewhere), (LEADER, in_group), (WANG, desk.summary)):
        assert "不是发给你的" in (await desk.pressing.forge(who, message, f"l:{action}:{desk.number}")).text
    assert await desk.planned() == []
    assert labels(desk.shown()) == labels(desk.summary)


async def test_another_message_to_the_leader_is_no_summary(desk: Desk) -> None:
    await stand(desk.chatting, desk.rule, purpose="checklist")
    deliveries = await desk.chatting.stores.deliveries.of_rule(desk.rule.id)
    (number,) = [d.id for d in deliveries if d.planned.purpose == "checklist" and d.state == "sent"]
    assert "不是发给你的" in (await desk.pressing.forge(LEADER, desk.summary, f"l:again:{number}")).text


async def test_who_handed_the_group_over_has_no_say(desk: Desk) -> None:
    wang = desk.chatting.world.user(WANG).id
    await desk.chatting.stores.rules.change(
        desk.rule.id, desk.rule.rule, now=desk.pressing.services.clock(), leader_id=wang
    )
    assert "不是发给你的" in (await desk.pressing.tap(LEADER, desk.summary, "再提醒一次")).text
    assert await desk.planned() == []


@pytest.mark.parametrize("data", ["l:again:999999", "l:again:0", "l:fly:1", "l:", "l:ok:x", "l:hour:-1"])
async def test_unknown_data_is_answered_and_changes_nothing(desk: Desk, data: str) -> None:
    assert "不管用" in (await desk.pressing.forge(LEADER, desk.summary, data)).text
    assert labels(desk.shown()) == labels(desk.summary)


async def test_of_a_deleted_rule_nothing_more_is_sent(desk: Desk) -> None:
    await desk.chatting.stores.rules.delete(desk.rule.id, now=desk.pressing.services.clock())
    assert "删掉了" in (await desk.pressing.tap(LEADER, desk.summary, "再提醒一次")).text
    assert labels(desk.shown()) == [] and await desk.planned() == []


async def test_once_more_of_a_meeting_whose_hour_was_moved_says_the_new_one(desk: Desk) -> None:
    schedule = desk.rule.rule.schedule
    minute = timedelta(minutes=1 if schedule.start.minute < 59 else -1)
    moved = replace(desk.rule.rule, schedule=replace(schedule, start=schedule.start + minute))
    await desk.chatting.stores.rules.change(desk.rule.id, moved, now=desk.pressing.services.clock())
    assert (await desk.pressing.tap(LEADER, desk.summary, "再提醒一次")).text == "已经再提醒了一次"
    await deliver(desk.chatting)
    sent = desk.chatting.from_bot(GROUP)[-1]
    assert f"{moved.schedule.start.hour}:{moved.schedule.start.minute:02}" in sent.text and "能不能来" in sent.text


async def test_who_leaves_is_told_nothing_of_a_reminder_that_comes_back_either(desk: Desk) -> None:
    rules, clock = desk.chatting.stores.rules, desk.pressing.services.clock
    await rules.delete(desk.rule.id, now=clock())
    desk.chatting.world.leave(LEADER, GROUP)
    async with asyncio.timeout(10):
        while (stored := await rules.get(desk.rule.id)) is None or stored.leader_id:
            await asyncio.sleep(0.01)
    await deliver(desk.chatting)
    assert desk.chatting.from_bot(GROUP) == []  # nor is the group told of a leader that nothing has
    assert await rules.restore(desk.rule.id, now=clock())


async def test_a_group_that_is_gone_is_told_before_anything_is_promised(desk: Desk) -> None:
    await desk.chatting.stores.chats.gone(
        desk.rule.chat_id, "kicked", zone="Asia/Shanghai", now=desk.pressing.services.clock()
    )
    assert "发不进" in (await desk.pressing.tap(LEADER, desk.summary, "再提醒一次")).text
    assert await desk.planned() == []


def silently(chatting: Chatting, status: str) -> None:
    """The leader is something else in the group now, and no update says so."""
    world = chatting.world
    world.put_chat(world.chat(GROUP).with_member(Member(world.user(LEADER), status)))  # type: ignore[arg-type]


@pytest.mark.parametrize("status", ["left", "kicked", "member"])
async def test_who_leads_no_more_does_not_make_the_bot_speak_in_the_group(desk: Desk, status: str) -> None:
    silently(desk.chatting, status)
    said = (await desk.pressing.tap(LEADER, desk.summary, "再提醒一次")).text
    assert ("群主和管理员" if status == "member" else "不在那个群") in said
    assert await desk.planned() == []


async def test_whom_the_administrator_named_as_leader_need_not_manage_the_group(desk: Desk) -> None:
    rules, now = desk.chatting.stores.rules, desk.pressing.services.clock()
    await rules.change(desk.rule.id, desk.rule.rule, now=now, declared="党小组会#1")
    silently(desk.chatting, "member")
    assert "再提醒了一次" in (await desk.pressing.tap(LEADER, desk.summary, "再提醒一次")).text


@pytest.mark.parametrize("status", ["left", "kicked"])
async def test_who_leads_from_outside_the_group_is_sent_no_more_summaries(desk: Desk, status: str) -> None:
    silently(desk.chatting, status)
    assert "不在那个群" in (await desk.pressing.tap(LEADER, desk.summary, "1小时")).text
    assert await desk.planned() == []
    rule = await desk.chatting.stores.rules.get(desk.rule.id)
    assert rule is not None and rule.leader_id == 0


async def test_a_leader_who_leaves_is_followed_by_nobody_until_somebody_sets_it_up(desk: Desk) -> None:
    desk.chatting.world.leave(LEADER, GROUP)
    await desk.chatting.ask(WANG, GROUP, "/join")  # one chat is served in order
    rule = await desk.chatting.stores.rules.get(desk.rule.id)
    assert rule is not None and rule.leader_id == 0
    await deliver(desk.chatting)
    assert "汇总没处发了" in desk.chatting.from_bot(GROUP)[-1].text


async def test_the_summary_of_a_big_group_arrives(chatting: Chatting) -> None:
    chatting.world.say(LEADER, LEADER, "/start")
    await chatting.until(lambda: bool(chatting.from_bot(LEADER)))
    rule, people = await new_rule(chatting), chatting.stores.people
    for number in range(150):
        member = Named(50_000 + number, f"{number:03d}Aleksandr Konstantinopolskij 🚩")
        await people.join(rule.chat_id, member, now=datetime.now(UTC))
        if number < 100:
            answer = "join" if number < 50 else "absent"
            response = Response(rule.id, rule.rule.schedule.start, member, answer, datetime.now(UTC))  # type: ignore[arg-type]
            await people.answer(response, chat_id=rule.chat_id)
    summary = await stand(chatting, rule, purpose="summary")
    assert "参加 50：000A" in summary.text and "请假 50：050A" in summary.text and "未回复 50：100A" in summary.text
    assert summary.text.count("……等 50 位") == 3 and "/roster" in summary.text


async def test_a_telegram_that_does_not_answer_is_called_so(desk: Desk) -> None:
    desk.chatting.world.fail_next(ApiError(500, "Internal Server Error"), method="getChatMember", times=3)
    assert "问不到 Telegram" in (await desk.pressing.tap(LEADER, desk.summary, "再提醒一次")).text
    assert await desk.planned() == []


@pytest.mark.parametrize(
    ("zone", "now", "morning"),
    [
        ("Asia/Shanghai", "2026-03-02T15:59", "2026-03-03T01:00"),
        (
            "Asia/Shanghai",
            "2026-03-02T16:30",
            "2026-03-03T01:00",
        ),  # past midnight there: still the one to come
        ("Asia/Shanghai", "2026-03-02T21:00", "2026-03-04T01:00"),  # who is up already means the next
        ("Europe/Berlin", "2026-03-28T12:00", "2026-03-29T07:00"),  # the clock is put forward in the night
        ("America/New_York", "2026-12-31T20:00", "2027-01-01T14:00"),
    ],
)
def test_tomorrow_morning_is_where_the_group_is(zone: str, now: str, morning: str) -> None:
    start = datetime(2026, 3, 6, 19, 30)
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    rule = GroupRule(7, -100, 3, 10, Rule("meeting", "会", Schedule(start, zone=zone), ()), "active", moment)
    event_at = start.replace(tzinfo=ZoneInfo(zone))
    planned = Planned("k", 10, None, "summary", moment, moment + DAY, 7, start, event_at, "before")
    event = Occurrence(start, start, event_at)
    summary = Summarized(Delivery(42, planned, "sent", moment), rule, event)
    later = one_more("morning", summary, now=moment)
    assert later.due_at == datetime.fromisoformat(morning).replace(tzinfo=UTC)
    again = one_more("again", summary, now=moment)
    assert (again.key, again.chat_id, again.thread_id) == ("7/20260306T1930/remind/+again42", -100, 3)
    assert again.expires_at - again.due_at == 12 * HOUR


def test_a_summary_offers_to_look_again_only_before_the_meeting_begins() -> None:
    at = datetime(2026, 3, 6, 11, 30, tzinfo=UTC)
    rule = Rule("meeting", "会", Schedule(datetime(2026, 3, 6, 19, 30)), ())
    assert worthwhile(rule, at, now=at - 2 * DAY) == ("again", "hour", "morning")
    assert worthwhile(rule, at, now=at - 2 * HOUR) == ("again", "hour")
    assert worthwhile(rule, at, now=at - HOUR / 2) == ("again",)
    assert worthwhile(rule, at, now=at) == ()
    assert worthwhile(replace(rule, kind="dues"), at, now=at + DAY) == ("again", "hour", "morning")
