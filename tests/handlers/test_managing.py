"""Reminders that are there: changed by several people, skipped, sent by hand, listed when they are many."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from conftest import FORUM, GROUP, LEADER, LI, WANG, Chatting, labels
from setting_up import below, changing, opened, rules
from standing import DAY, Pressing, let_pass, new_rule, stand

from handlers.reminders import _send_now
from sandbox.model import Button, Message
from scheduler.rule import GroupRule, Lead, Rule, Schedule

HOUR = timedelta(hours=1)
DAILY = "/remind 每天9点学习"


async def saved(chatting: Chatting, sentence: str = DAILY, chat: str = GROUP, **place: int) -> GroupRule:
    page = await chatting.ask(LEADER, chat, sentence, **place)
    await chatting.press(LEADER, chat, page, "确认")
    return (await rules(chatting, chat))[-1]


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
    await chatting.press(LEADER, GROUP, now_shown, "确认")
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


async def test_what_was_typed_for_a_change_outlives_a_skip_by_somebody_else(chatting: Chatting) -> None:
    await saved(chatting)
    page = await changing(chatting)
    agenda = await below(chatting, page, "议程")
    page = await chatting.ask(LEADER, GROUP, "一、传达文件；二、讨论", reply_to=agenda.id)
    await chatting.press(LEADER, GROUP, await opened(chatting), "跳过下一次")
    await chatting.press(LEADER, GROUP, await opened(chatting), "暂停")
    done = await chatting.press(LEADER, GROUP, page, "确认")
    (rule,) = await rules(chatting)
    assert "传达文件" in rule.rule.note and len(rule.skipped) == 1
    assert "正暂停着" in done.text and "我来提醒" not in done.text


async def test_what_was_moved_to_another_topic_meanwhile_is_not_moved_back_without_a_word(chatting: Chatting) -> None:
    topics = list(chatting.world.chat(FORUM).topics)
    rule = await saved(chatting, chat=FORUM)
    page = await changing(chatting, chat=FORUM)
    services = chatting.application.bot_data
    await chatting.stores.rules.change(rule.id, rule.rule, now=services.clock(), thread_id=topics[0])
    page = await at_eight(chatting, page, chat=FORUM)
    assert "刚才被改过" in (await Pressing(chatting).tap(LEADER, page, "确认")).text
    assert [r.thread_id for r in await rules(chatting, FORUM)] == [topics[0]]


async def test_the_second_of_two_taps_is_not_told_that_the_reminder_is_gone(chatting: Chatting) -> None:
    await new_rule(chatting)
    page, pressing = await opened(chatting), Pressing(chatting)
    skip = chatting.data(page, "跳过下一次")
    await pressing.tap(LEADER, page, "跳过下一次")
    now = chatting.world.message(page.chat_id, page.id)
    assert now is not None
    assert "刚才有人点过了" in (await pressing.forge(LEADER, now, skip)).text


async def test_the_page_of_what_is_paused_promises_no_days_and_sends_nothing(chatting: Chatting) -> None:
    await new_rule(chatting)
    page = await chatting.press(LEADER, GROUP, await opened(chatting), "暂停")
    assert "先不提醒" in page.text and "接下来" not in page.text
    assert not any("立即发送" in label for label in labels(page))
    page = await chatting.press(LEADER, GROUP, page, "恢复")
    assert "接下来" in page.text and any("立即发送" in label for label in labels(page))


async def test_dues_of_yesterday_can_be_sent_once_more_as_those_of_that_day(chatting: Chatting) -> None:
    pressing = Pressing(chatting)
    rule = await new_rule(chatting, "dues", starts_in=-DAY)
    day = rule.rule.schedule.start
    page = await opened(chatting)
    assert f"立即发送 {day.month}月{day.day}日" in "".join(labels(page))
    assert (await pressing.tap(LEADER, page, "立即发送")).text == "马上发"
    sent = await chatting.stores.deliveries.of_rule(rule.id, day)
    assert [d.planned.lead for d in sent] == ["+now"]
    let_pass(pressing, 3 * DAY)
    assert "已经过了" in (await pressing.tap(LEADER, page, "立即发送")).text
    assert "都过去了" in (await chatting.ask(LEADER, GROUP, "/reminders")).text


async def test_the_button_says_of_which_day_the_reminder_is(chatting: Chatting) -> None:
    rule = await new_rule(chatting)
    day = rule.rule.schedule.start
    (send,) = [label for label in labels(await opened(chatting)) if "立即发送" in label]
    assert f"{day.month}月{day.day}日" in send


async def again(pressing: Pressing, rule: GroupRule, schedule: Schedule | None = None) -> GroupRule:
    """The same once more, at its own times or others."""
    anew = replace(rule.rule, schedule=schedule or rule.rule.schedule)
    now = pressing.services.clock()
    return await pressing.services.stores.rules.add(anew, chat_id=rule.chat_id, leader_id=rule.leader_id, now=now)


async def deleted_page(chatting: Chatting) -> Message:
    """The page of the group's first reminder, which has just been deleted."""
    page = await chatting.press(LEADER, GROUP, await opened(chatting), "删除")
    return await chatting.press(LEADER, GROUP, page, "真的删除")


@pytest.mark.parametrize("is_paused", [True, False])
async def test_what_was_paused_when_it_was_deleted_comes_back_paused_beside_its_twin(
    chatting: Chatting, is_paused: bool
) -> None:
    pressing = Pressing(chatting)
    rule = await new_rule(chatting)
    if is_paused:
        await chatting.stores.rules.pause(rule.id)
    page = await deleted_page(chatting)
    await again(pressing, rule)
    said = (await pressing.tap(LEADER, page, "撤销")).text
    assert said == "恢复了" if is_paused else "没有恢复" in said
    assert [r.state for r in await rules(chatting)] == (["paused", "active"] if is_paused else ["active"])
    if is_paused:  # what would have everybody told twice is the next step
        assert "没有恢复" in (await pressing.tap(LEADER, page, "恢复")).text


async def test_what_is_over_comes_back_beside_another_one_that_is_over(chatting: Chatting) -> None:
    pressing = Pressing(chatting)
    rule = await new_rule(chatting, "custom", starts_in=-30 * HOUR)
    start = rule.rule.schedule.start
    await again(pressing, rule, Schedule(start + DAY))
    page = await deleted_page(chatting)
    assert (await pressing.tap(LEADER, page, "撤销")).text == "恢复了"


async def two_fridays(chatting: Chatting) -> None:
    """At eight and at seven."""
    for hour in (8, 7):
        await saved(chatting, f"/remind 每周五晚上{hour}点开党小组会")


async def test_a_change_that_would_have_everybody_told_twice_is_not_saved(chatting: Chatting) -> None:
    pressing = Pressing(chatting)
    await two_fridays(chatting)
    page = await changing(chatting)
    page = await chatting.press(LEADER, GROUP, await chatting.press(LEADER, GROUP, page, "几点"), "19:00")
    said = await pressing.tap(LEADER, page, "确认")
    assert "没有保存" in said.text and "两遍" in said.text and said.show_alert
    assert [rule.rule.schedule.start.hour for rule in await rules(chatting)] == [20, 19]
    page = await chatting.press(LEADER, GROUP, await chatting.press(LEADER, GROUP, page, "几点"), "18:30")
    await chatting.press(LEADER, GROUP, page, "确认")
    assert [rule.rule.schedule.start.hour for rule in await rules(chatting)] == [18, 19]


async def test_what_is_paused_can_be_changed_to_what_is_there_and_is_not_resumed_beside_it(chatting: Chatting) -> None:
    pressing = Pressing(chatting)
    await two_fridays(chatting)
    await chatting.stores.rules.pause((await rules(chatting))[0].id)
    page = await changing(chatting)
    page = await chatting.press(LEADER, GROUP, await chatting.press(LEADER, GROUP, page, "几点"), "19:00")
    assert (await pressing.tap(LEADER, page, "确认")).text == "记下了"
    assert "没有恢复" in (await pressing.tap(LEADER, await opened(chatting), "恢复")).text


async def test_a_reminder_is_not_taken_for_another_one_when_its_days_are_chosen_once_more(chatting: Chatting) -> None:
    pressing = Pressing(chatting)
    rule = await saved(chatting, "/remind 每周五晚上8点开党小组会")
    week_before = replace(rule.rule.schedule, start=rule.rule.schedule.start - timedelta(days=7))
    now = pressing.services.clock()
    await chatting.stores.rules.change(rule.id, replace(rule.rule, schedule=week_before), now=now)
    page = await changing(chatting)
    for choice in ("哪天", "每周几", "周五"):
        page = await chatting.press(LEADER, GROUP, page, choice)
    assert (await pressing.tap(LEADER, page, "确认")).text == "记下了"


async def test_the_leads_of_one_of_two_that_are_the_same_can_be_changed(chatting: Chatting) -> None:
    pressing = Pressing(chatting)
    await again(pressing, await saved(chatting))
    page = await changing(chatting)
    page = await chatting.press(LEADER, GROUP, await chatting.press(LEADER, GROUP, page, "提前提醒"), "提前1天")
    page = await chatting.press(LEADER, GROUP, page, "返回")
    assert (await pressing.tap(LEADER, page, "确认")).text == "记下了"


async def test_a_change_to_what_the_configuration_file_has_names_the_file(chatting: Chatting) -> None:
    pressing = Pressing(chatting)
    rule = await saved(chatting)
    at_twenty = replace(rule.rule.schedule, start=rule.rule.schedule.start.replace(hour=20))
    declared, now = replace(rule.rule, schedule=at_twenty), pressing.services.clock()
    await chatting.stores.rules.declare(declared, "学习#1", chat_id=rule.chat_id, leader_id=1, now=now)
    said = await pressing.tap(LEADER, await at_eight(chatting, await changing(chatting)), "确认")
    assert "没有保存" in said.text and "配置文件" in said.text
