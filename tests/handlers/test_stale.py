"""Buttons that stand while the reminder behind them has become another one, or Telegram shows nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from conftest import GROUP, LEADER, LI, WANG, Chatting, labels
from setting_up import opened, rules
from standing import DAY, Pressing, answers_to, deliver, let_pass, new_rule, stand

from sandbox.errors import ApiError
from sandbox.model import Message
from scheduler.rule import GroupRule, Lead

HOUR = timedelta(hours=1)
NOT_SHOWN = ApiError(400, "Bad Request: MESSAGE_ID_INVALID")


@pytest.fixture
def pressing(chatting: Chatting) -> Pressing:
    return Pressing(chatting)


async def move(pressing: Pressing, rule: GroupRule, by: timedelta) -> GroupRule:
    """As 修改 does it."""
    schedule = rule.rule.schedule
    later = replace(rule.rule, schedule=replace(schedule, start=schedule.start + by))
    rules = pressing.services.stores.rules
    assert await rules.change(rule.id, later, now=pressing.services.clock(), thread_id=None)
    fresh = await rules.get(rule.id)
    assert fresh is not None
    return fresh


async def summary_of(pressing: Pressing, rule: GroupRule) -> Message:
    pressing.chatting.world.say(LEADER, LEADER, "/start")
    await pressing.chatting.until(lambda: bool(pressing.chatting.from_bot(LEADER)))
    return await stand(pressing.chatting, rule, purpose="summary")


@pytest.mark.parametrize("button", ["再提醒一次", "1小时"])
async def test_a_summary_of_a_day_that_was_moved_leads_to_nothing(pressing: Pressing, button: str) -> None:
    rule = await new_rule(pressing.chatting)
    summary = await summary_of(pressing, rule)
    await move(pressing, rule, 2 * DAY)
    assert "日子改过了" in (await pressing.tap(LEADER, summary, button)).text
    let_pass(pressing, HOUR)
    before = len(pressing.chatting.from_bot(LEADER))
    await deliver(pressing.chatting)
    assert pressing.chatting.from_bot(GROUP) == [] and len(pressing.chatting.from_bot(LEADER)) == before


@pytest.mark.parametrize("button", ["再提醒一次", "1小时"])
async def test_a_summary_of_dues_that_were_is_gone_on_with_whatever_comes_next(pressing: Pressing, button: str) -> None:
    rule = await new_rule(pressing.chatting, "dues", starts_in=-HOUR)
    reminder = await stand(pressing.chatting, rule)
    summary = await summary_of(pressing, rule)
    await move(pressing, rule, 9 * DAY)
    await pressing.tap(WANG, reminder, "已交")
    assert "没有了" not in (await pressing.tap(LEADER, summary, button)).text
    let_pass(pressing, HOUR)
    await deliver(pressing.chatting)
    group, private = pressing.chatting.from_bot(GROUP)[-1], pressing.chatting.from_bot(LEADER)[-1]
    if button == "再提醒一次":
        assert group.id > reminder.id and "💰 已交 1" in labels(group)
        assert (await pressing.tap(LI, group, "已交")).text == "记下了：已交"
    else:
        assert private.id > summary.id and f"已交 1：{WANG}" in private.text


async def test_once_more_does_not_call_to_what_was_skipped(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting)
    summary = await summary_of(pressing, rule)
    await pressing.services.stores.rules.skip(rule.id, rule.rule.schedule.start, now=pressing.services.clock())
    assert (await pressing.tap(LEADER, summary, "再提醒一次")).text == "这一次已经跳过了。"
    await deliver(pressing.chatting)
    assert pressing.chatting.from_bot(GROUP) == []


async def test_once_more_does_not_call_to_a_meeting_that_is_over(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting)
    summary = await summary_of(pressing, rule)
    let_pass(pressing, 2 * DAY)
    assert (await pressing.tap(LEADER, summary, "再提醒一次")).text == "已经开过了，不再提醒了。"
    await deliver(pressing.chatting)
    assert [m for m in pressing.chatting.from_bot(GROUP) if "能不能来" in m.text] == []


async def test_once_more_is_silent_for_what_is_paused(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting)
    summary = await summary_of(pressing, rule)
    await pressing.services.stores.rules.pause(rule.id)
    assert "停着" in (await pressing.tap(LEADER, summary, "再提醒一次")).text
    await deliver(pressing.chatting)
    assert pressing.chatting.from_bot(GROUP) == []


async def test_who_answers_under_the_old_day_is_told_that_it_changed(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting)
    reminder = await stand(pressing.chatting, rule)
    fresh = await move(pressing, rule, 2 * DAY)
    assert "改过了" in (await pressing.tap(WANG, reminder, "参加")).text
    assert await answers_to(pressing.chatting, fresh) == await answers_to(pressing.chatting, rule) == {}


async def test_who_answers_under_the_old_hour_answers_for_the_new_one(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting)
    reminder = await stand(pressing.chatting, rule)
    fresh = await move(pressing, rule, _within_the_day(rule))
    start = fresh.rule.schedule.start
    assert (await pressing.tap(WANG, reminder, "参加")).text == f"改到{start.hour}:{start.minute:02}了，记下了：参加"
    assert list((await answers_to(pressing.chatting, fresh)).values()) == ["join"]


async def test_who_answers_after_the_old_hour_of_what_was_put_off_is_not_too_late(pressing: Pressing) -> None:
    noon = (pressing.services.clock() + DAY).replace(hour=4, minute=0)  # in Shanghai, so that the day stays the same
    let_pass(pressing, noon - pressing.services.clock())
    rule = await new_rule(pressing.chatting, starts_in=timedelta(minutes=1))
    reminder = await stand(pressing.chatting, rule)
    let_pass(pressing, timedelta(minutes=2))
    fresh = await move(pressing, rule, timedelta(minutes=30))
    assert "已经开过" not in (await pressing.tap(WANG, reminder, "参加")).text
    assert list((await answers_to(pressing.chatting, fresh)).values()) == ["join"]


def _within_the_day(rule: GroupRule) -> timedelta:
    return timedelta(minutes=1 if rule.rule.schedule.start.minute < 59 else -1)


async def test_answers_hold_when_only_the_hour_is_moved(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting, starts_in=3 * HOUR)
    reminder = await stand(pressing.chatting, rule)
    await pressing.tap(WANG, reminder, "参加")
    fresh = await move(pressing, rule, _within_the_day(rule))
    again = await stand(pressing.chatting, fresh)
    assert "✅ 参加 1" in labels(again)


async def test_who_answers_to_what_was_skipped_is_told_so(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting)
    reminder = await stand(pressing.chatting, rule)
    await pressing.services.stores.rules.skip(rule.id, rule.rule.schedule.start, now=pressing.services.clock())
    assert (await pressing.tap(WANG, reminder, "参加")).text == "这一次跳过了，不用回复。"
    assert await answers_to(pressing.chatting, rule) == {}


async def test_a_deletion_can_be_undone_from_the_list_too(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting)
    page = await opened(pressing.chatting)
    for label in ("删除", "真的删除", "全部提醒"):
        await pressing.tap(LEADER, page, label)
    assert pressing.labels(page) == ["撤销删除：党小组会"]
    assert "群主和管理员" in (await pressing.tap(LI, page, "撤销删除")).text
    assert (await pressing.tap(LEADER, page, "撤销删除")).text == "恢复了"
    stored = await pressing.services.stores.rules.get(rule.id)
    assert stored is not None and stored.state == "active"
    let_pass(pressing, HOUR)
    await pressing.tap(LEADER, page, "全部提醒")
    assert pressing.labels(page) == ["1. 党小组会"]


async def test_a_member_does_not_call_off_the_leaders_question(pressing: Pressing) -> None:
    await new_rule(pressing.chatting)
    page = await opened(pressing.chatting)
    await pressing.tap(LEADER, page, "删除")
    assert "群主和管理员" in (await pressing.tap(LI, page, "不删")).text
    assert "真的删除" in pressing.labels(page)


async def test_an_old_page_does_not_call_to_what_is_over(pressing: Pressing) -> None:
    await new_rule(pressing.chatting, starts_in=HOUR)
    page = await opened(pressing.chatting)
    let_pass(pressing, 20 * HOUR)
    assert "已经过了" in (await pressing.tap(LEADER, page, "立即发送")).text
    await deliver(pressing.chatting)
    assert [m for m in pressing.chatting.from_bot(GROUP) if "能不能来" in m.text] == []


@pytest.mark.parametrize(
    ("label", "method", "said"),
    [
        ("暂停", "editMessageText", "暂停了"),
        ("立即发送", "editMessageText", "马上发"),
        ("全部提醒", "editMessageText", "过一会儿再试"),
        ("修改", "sendMessage", "过一会儿再试"),
    ],
)
async def test_what_can_not_be_shown_is_not_called_gone(pressing: Pressing, label: str, method: str, said: str) -> None:
    await new_rule(pressing.chatting)
    page = await opened(pressing.chatting)
    pressing.chatting.world.fail_next(NOT_SHOWN, method=method)
    assert said in (await pressing.tap(LEADER, page, label)).text


@pytest.mark.parametrize(("label", "method"), [("几点", "editMessageText"), ("地点", "sendMessage")])
async def test_a_choice_that_can_not_be_shown_is_not_called_saved(pressing: Pressing, label: str, method: str) -> None:
    page = await pressing.chatting.ask(LEADER, GROUP, "/remind 每周五下午3点开党小组会")
    pressing.chatting.world.fail_next(NOT_SHOWN, method=method)
    assert "过一会儿" in (await pressing.tap(LEADER, page, label)).text


async def test_how_it_is_worked_out_is_told_only_where_its_button_is(pressing: Pressing) -> None:
    await pressing.chatting.ask(WANG, GROUP, "/next")
    before = len(pressing.chatting.from_bot(GROUP))
    await pressing.forge(LI, pressing.chatting.from_bot(GROUP)[0], "r:how")
    assert len(pressing.chatting.from_bot(GROUP)) == before


async def test_what_begins_soon_is_announced_by_the_leads_that_are_left(chatting: Chatting) -> None:
    page = await chatting.ask(LEADER, GROUP, "/remind 半小时后开党小组会")
    assert "；到点提醒；" in page.text and "去掉了" in page.text
    page = await chatting.ask(LEADER, GROUP, "/remind 一分钟后交材料，提前1天提醒")
    assert "这次不会发" in page.text


async def test_an_answer_under_an_older_reminder_is_counted_under_the_newest_too(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting)
    older = await stand(pressing.chatting, rule)
    summary = await summary_of(pressing, rule)
    await pressing.tap(LEADER, summary, "再提醒一次")
    await deliver(pressing.chatting)
    newest = pressing.chatting.from_bot(GROUP)[-1]
    assert newest.id != older.id
    await pressing.tap(WANG, newest, "参加")
    await pressing.tap(LI, older, "参加")
    await pressing.shows(older, "✅ 参加 2")
    await pressing.shows(newest, "✅ 参加 2")
    await pressing.tap(WANG, older, "请假")
    await pressing.shows(newest, "✅ 参加 1", "🙋 请假 1")


@pytest.mark.parametrize("is_moved", [True, False])
async def test_a_payment_told_late_counts_whatever_was_changed_since(pressing: Pressing, is_moved: bool) -> None:
    rule = await new_rule(pressing.chatting, "dues", starts_in=-DAY)
    reminder = await stand(pressing.chatting, rule)
    if is_moved:
        await move(pressing, rule, 9 * DAY)
    assert "改过了" not in (await pressing.tap(WANG, reminder, "已交")).text
    assert list((await answers_to(pressing.chatting, rule)).values()) == ["paid"]


async def test_payments_told_before_and_after_the_hour_was_moved_stand_together(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting, "dues", starts_in=-HOUR)
    reminder = await stand(pressing.chatting, rule)
    await pressing.tap(WANG, reminder, "已交")
    fresh = await move(pressing, rule, _within_the_day(rule))
    await pressing.tap(LI, reminder, "已交")
    assert len(await answers_to(pressing.chatting, fresh)) == 2


async def test_a_meeting_that_was_put_off_by_days_is_not_called_over(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting, starts_in=timedelta(minutes=1))
    reminder = await stand(pressing.chatting, rule)
    await move(pressing, rule, 3 * DAY)
    let_pass(pressing, timedelta(minutes=3))
    assert "改过了" in (await pressing.tap(WANG, reminder, "参加")).text


async def test_an_answer_under_the_old_hour_is_counted_under_the_new_reminder(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting)
    older = await stand(pressing.chatting, rule)
    fresh = await move(pressing, rule, _within_the_day(rule))
    newest = await stand(pressing.chatting, fresh)
    await pressing.tap(WANG, older, "参加")
    await pressing.shows(newest, "✅ 参加 1")


async def test_an_old_page_does_not_call_to_what_was_skipped_meanwhile(pressing: Pressing) -> None:
    await new_rule(pressing.chatting)
    mine, theirs = await opened(pressing.chatting), await opened(pressing.chatting)
    await pressing.tap(LEADER, theirs, "跳过下一次")
    assert "已经跳过了" in (await pressing.tap(LEADER, mine, "立即发送")).text
    await deliver(pressing.chatting)
    assert [m for m in pressing.chatting.from_bot(GROUP) if "能不能来" in m.text] == []


async def test_an_old_page_does_not_send_what_is_paused_by_now(pressing: Pressing) -> None:
    await new_rule(pressing.chatting)
    mine, theirs = await opened(pressing.chatting), await opened(pressing.chatting)
    await pressing.tap(LEADER, theirs, "暂停")
    assert "先停着" in (await pressing.tap(LEADER, mine, "立即发送")).text
    await deliver(pressing.chatting)
    assert [m for m in pressing.chatting.from_bot(GROUP) if "能不能来" in m.text] == []


@pytest.mark.parametrize(("label", "said"), [("跳过下一次", "这一次跳过"), ("立即发送", "马上发")])
async def test_an_old_page_means_the_event_at_its_new_hour(pressing: Pressing, label: str, said: str) -> None:
    rule = await new_rule(pressing.chatting, starts_in=2 * DAY)
    page = await opened(pressing.chatting)
    fresh = await move(pressing, rule, _within_the_day(rule))
    assert (await pressing.tap(LEADER, page, label)).text == said
    (stored,) = await rules(pressing.chatting)
    known = await pressing.services.stores.deliveries.of_rule(rule.id, fresh.rule.schedule.start)
    assert bool(stored.skipped) == (label == "跳过下一次") and bool(known) == (label == "立即发送")


async def test_what_was_deleted_too_long_ago_is_not_shown_as_if_it_were_there(pressing: Pressing) -> None:
    await new_rule(pressing.chatting)
    page = await opened(pressing.chatting)
    for label in ("删除", "真的删除"):
        await pressing.tap(LEADER, page, label)
    let_pass(pressing, timedelta(minutes=11))
    assert "恢复不了" in (await pressing.tap(LEADER, page, "撤销")).text
    shown = pressing.chatting.world.message(page.chat_id, page.id)
    assert shown is not None and "还没有提醒" in shown.text and labels(shown) == []


@pytest.mark.parametrize(("away", "back"), [(("删除", "真的删除"), "撤销"), (("暂停",), "恢复")])
async def test_what_was_set_up_anew_meanwhile_does_not_come_back_beside_it(
    pressing: Pressing, away: tuple[str, ...], back: str
) -> None:
    rule = await new_rule(pressing.chatting)
    page = await opened(pressing.chatting)
    for label in away:
        await pressing.tap(LEADER, page, label)
    stores, now = pressing.services.stores, pressing.services.clock()
    anew = await stores.rules.add(rule.rule, chat_id=rule.chat_id, leader_id=rule.leader_id, now=now)
    assert "没有恢复" in (await pressing.tap(LEADER, page, back)).text
    assert [r.id for r in await rules(pressing.chatting) if r.state == "active"] == [anew.id]


async def test_what_is_resumed_after_its_last_reminder_promises_none(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting, starts_in=3 * HOUR)
    early = replace(rule.rule, leads=(Lead(minutes=170),))
    await pressing.services.stores.rules.change(rule.id, early, now=pressing.services.clock())
    page = await opened(pressing.chatting)
    await pressing.tap(LEADER, page, "暂停")
    let_pass(pressing, HOUR)
    assert (await pressing.tap(LEADER, page, "恢复")).text == "恢复了"
    shown = pressing.chatting.world.message(page.chat_id, page.id)
    assert shown is not None and "不会再发" in shown.text and "立即发送" in "".join(labels(shown))
