"""Who is told of the answers: whoever confirms, and whoever takes over from somebody who is gone."""

import asyncio

import pytest
from conftest import GROUP, LEADER, LI, Chatting
from setting_up import SENTENCE, changing, confirmed, rules
from standing import Pressing

from handlers.leading import _BEGIN
from scheduler.phrase import Understood, parse
from scheduler.rule import DEFAULT_ZONE


async def led_by(chatting: Chatting) -> list[int]:
    return [rule.leader_id for rule in await rules(chatting)]


async def gone(chatting: Chatting, how: str) -> None:
    """The leader of the rule that is there; another administrator stays."""
    chatting.world.set_status(GROUP, LI, "administrator")
    if how == "deactivated":
        chatting.world.deactivate(LEADER)
        return
    chatting.world.leave(LEADER, GROUP)
    async with asyncio.timeout(10):
        while await led_by(chatting) != [0]:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("how", ["left", "deactivated"])
async def test_who_sets_up_what_a_gone_leader_had_set_up_is_told_of_the_answers(chatting: Chatting, how: str) -> None:
    await confirmed(chatting, await chatting.ask(LEADER, GROUP, SENTENCE))
    await gone(chatting, how)
    page = await chatting.ask(LI, GROUP, SENTENCE)
    said = (await Pressing(chatting).tap(LI, page, "确认")).text
    assert "没有再设" in said and "私下发给你" in said
    assert await led_by(chatting) == [chatting.world.user(LI).id]
    shown = chatting.world.message(page.chat_id, page.id)
    assert shown is not None and "记下了" in shown.text


@pytest.mark.parametrize("how", ["left", "deactivated"])
@pytest.mark.parametrize("is_changed", [True, False])
async def test_who_changes_what_a_gone_leader_had_set_up_is_told_of_the_answers(
    chatting: Chatting, how: str, is_changed: bool
) -> None:
    await confirmed(chatting, await chatting.ask(LEADER, GROUP, SENTENCE))
    await gone(chatting, how)
    page = await changing(chatting, LI)
    assert ("谁点“确认”" in page.text) is (how == "left")
    if is_changed:
        page = await chatting.press(LI, GROUP, await chatting.press(LI, GROUP, page, "几点"), "20:00")
    assert "记下了" in (await Pressing(chatting).tap(LI, page, "确认")).text
    assert await led_by(chatting) == [chatting.world.user(LI).id]


async def test_a_leader_who_is_there_stays_the_leader(chatting: Chatting) -> None:
    await confirmed(chatting, await chatting.ask(LEADER, GROUP, SENTENCE))
    chatting.world.set_status(GROUP, LI, "administrator")
    pressing = Pressing(chatting)
    assert "要改就改那一条" in (await pressing.tap(LI, await chatting.ask(LI, GROUP, SENTENCE), "确认")).text
    page = await changing(chatting, LI)
    page = await chatting.press(LI, GROUP, await chatting.press(LI, GROUP, page, "几点"), "20:00")
    assert (await pressing.tap(LI, page, "确认")).text == "记下了"
    assert await led_by(chatting) == [chatting.world.user(LEADER).id]


async def test_who_confirms_without_having_begun_is_told_to_begin_and_others_are_not(chatting: Chatting) -> None:
    pressing = Pressing(chatting)
    told = await pressing.tap(LEADER, await chatting.ask(LEADER, GROUP, SENTENCE), "确认")
    assert told.text == f"记下了。{_BEGIN}" and told.show_alert
    other = await chatting.ask(LEADER, GROUP, "/remind 每天9点浇花")
    assert (await pressing.tap(LEADER, other, "确认")).text == "记下了"  # nobody is told of these
    chatting.world.say(LEADER, LEADER, "/start")
    await chatting.until(lambda: bool(chatting.from_bot(LEADER)))
    again = await chatting.ask(LEADER, GROUP, "/remind 每周三晚上8点学习")
    assert (await pressing.tap(LEADER, again, "确认")).text == "记下了"


async def test_beside_what_is_declared_nobody_is_sent_to_change_it(chatting: Chatting) -> None:
    said = "每周五晚上8点开党小组会"
    services = chatting.application.bot_data
    now = services.clock()
    read = parse(said, now=now.replace(tzinfo=None), zone=DEFAULT_ZONE)
    assert isinstance(read, Understood)
    chat = chatting.world.chat(GROUP).id
    await chatting.stores.rules.declare(read.rule, "会#abc", chat_id=chat, leader_id=0, now=now)
    page = await chatting.ask(LEADER, GROUP, f"/remind {said}")
    told = (await Pressing(chatting).tap(LEADER, page, "确认")).text
    assert "配置文件" in told and "就改那一条" not in told
    assert len(await rules(chatting)) == 1 and await led_by(chatting) == [0]
