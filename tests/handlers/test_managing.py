"""Reminders that are there: changed by several people, skipped, sent by hand, listed when they are many."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from conftest import FORUM, GROUP, LEADER, LI, WANG, Chatting, labels
from standing import Pressing, new_rule, stand

from handlers.reminders import _send_now
from sandbox.model import Button, Message
from scheduler.rule import GroupRule, Lead, Rule, Schedule

DAILY = "/remind 每天9点学习"


async def rules(chatting: Chatting, chat: str = GROUP) -> list[GroupRule]:
    return list(await chatting.stores.rules.of_chat(chatting.world.chat(chat).id))


async def saved(chatting: Chatting, sentence: str = DAILY, chat: str = GROUP, **place: int) -> GroupRule:
    page = await chatting.ask(LEADER, chat, sentence, **place)
    await chatting.press(LEADER, chat, page, "确认")
    return (await rules(chatting, chat))[-1]


async def opened(chatting: Chatting, who: str = LEADER, chat: str = GROUP) -> Message:
    return await chatting.press(who, chat, await chatting.ask(who, chat, "/reminders"), "1.")


async def changing(chatting: Chatting, who: str = LEADER, chat: str = GROUP) -> Message:
    """The page behind 修改."""
    page = await opened(chatting, who, chat)
    before = len(chatting.from_bot(chat))
    chatting.world.press(who, chat, page.id, chatting.data(page, "修改"))
    await chatting.until(lambda: len(chatting.from_bot(chat)) > before)
    return chatting.from_bot(chat)[-1]


async def at_eight(chatting: Chatting, page: Message, who: str = LEADER, chat: str = GROUP) -> Message:
    return await chatting.press(who, chat, await chatting.press(who, chat, page, "几点"), "20:00")


async def test_a_change_made_meanwhile_by_another_administrator_is_shown_and_not_undone(chatting: Chatting) -> None:
    chatting.world.set_status(GROUP, LI, "administrator")
    await saved(chatting)
    mine, theirs = await changing(chatting), await changing(chatting, LI)
    await chatting.press(LI, GROUP, await at_eight(chatting, theirs, LI), "确认")
    mine = await chatting.press(LEADER, GROUP, await chatting.press(LEADER, GROUP, mine, "节假日"), "顺延")
    told = await Pressing(chatting).tap(LEADER, mine, "确认")
    assert "刚才被改过" in told.text and told.show_alert
    (rule,) = await rules(chatting)
    assert (rule.rule.schedule.start.hour, rule.rule.schedule.roll) == (20, "none")
    now_shown = chatting.world.message(mine.chat_id, mine.id)
    assert now_shown is not None and "20:00" in now_shown.text and "确认" in "".join(labels(now_shown))
    again = await chatting.press(LEADER, GROUP, await chatting.press(LEADER, GROUP, now_shown, "节假日"), "顺延")
    await chatting.press(LEADER, GROUP, again, "确认")
    (rule,) = await rules(chatting)
    assert (rule.rule.schedule.start.hour, rule.rule.schedule.roll) == (20, "next")


async def test_a_paused_reminder_that_is_changed_promises_nothing(chatting: Chatting) -> None:
    rule = await saved(chatting)
    await chatting.stores.rules.pause(rule.id)
    page = await changing(chatting)
    assert "正暂停着" in page.text
    done = await chatting.press(LEADER, GROUP, await at_eight(chatting, page), "确认")
    assert "正暂停着" in done.text and "我来提醒" not in done.text
    assert [r.state for r in await rules(chatting)] == ["paused"]


async def test_a_reminder_moves_to_another_topic_only_when_the_page_says_so(chatting: Chatting) -> None:
    topic = next(iter(chatting.world.chat(FORUM).topics))
    await saved(chatting, chat=FORUM, thread_id=topic)
    page = await changing(chatting, chat=FORUM)  # in General
    assert "以后发在主话题" in page.text
    done = await chatting.press(LEADER, FORUM, await at_eight(chatting, page, chat=FORUM), "确认")
    assert "以后发在主话题" in done.text
    assert [r.thread_id for r in await rules(chatting, FORUM)] == [None]


async def test_send_now_tapped_around_a_full_minute_is_sent_once_and_later_once_more(chatting: Chatting) -> None:
    group_rule = await new_rule(chatting)
    services = chatting.application.bot_data
    at = services.clock().replace(second=59, microsecond=900_000)
    nominal = group_rule.rule.schedule.start
    said = []
    for wait in (0.0, 0.3, 61.0, 61.3):
        now = at + timedelta(seconds=wait)
        said.append(await _send_now(group_rule, nominal, replace(services, clock=lambda now=now: now)))
    assert said == ["马上发", "刚发过了"] * 2
    sent = [d for d in await chatting.stores.deliveries.of_rule(group_rule.id) if d.planned.lead == "+now"]
    assert len(sent) == 2


async def test_an_old_page_does_not_claim_to_have_skipped_what_is_over(chatting: Chatting) -> None:
    rule = await saved(chatting)
    page = await opened(chatting)
    past = f"m:{rule.id}:skip:{rule.rule.schedule.start - timedelta(days=7):%Y%m%d%H%M}"
    last_week = replace(page, keyboard=((Button("跳过下一次", "callback_data", past),),))
    assert "已经过了" in (await Pressing(chatting).forge(LEADER, last_week, past)).text
    assert [r.skipped for r in await rules(chatting)] == [frozenset()]


async def test_every_reminder_of_a_group_can_be_reached_and_what_is_over_hides_none(chatting: Chatting) -> None:
    now = datetime.now(UTC)
    today = now.replace(tzinfo=None, microsecond=0)
    for number in range(20):
        for title, schedule in (("旧事", Schedule(today - timedelta(days=30))), ("事", Schedule(today, "FREQ=DAILY"))):
            rule = Rule("custom", f"{title}{number}", schedule, (Lead(),))
            await chatting.stores.rules.add(rule, chat_id=chatting.world.chat(GROUP).id, leader_id=1, now=now)
    page = await chatting.ask(WANG, GROUP, "/reminders")
    assert "旧事" not in page.text and "事9" in page.text and "事10" not in page.text
    page = await chatting.press(WANG, GROUP, page, "下一页")
    assert "事19" in page.text and "下一页" not in "".join(labels(page))
    assert "事0" in (await chatting.press(WANG, GROUP, page, "上一页")).text


async def test_a_member_can_not_overwrite_a_reminder_by_a_forged_press(chatting: Chatting) -> None:
    pressing = Pressing(chatting)
    message = await stand(chatting, await new_rule(chatting))
    for data in ("m:1:list:", "m:0:page:", "m:1:open:"):
        assert "不在了" in (await pressing.forge(WANG, message, data)).text
    assert "参加" in "".join(pressing.labels(message))
    page = await chatting.ask(LEADER, GROUP, DAILY)
    assert "过期" in (await pressing.forge(LEADER, message, chatting.data(page, "确认"))).text
    assert len(await rules(chatting)) == 1
