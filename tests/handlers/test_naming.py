"""Whom nags name, and how a summary tells who has no account from who has not answered."""

from dataclasses import replace

import pytest
from conftest import GROUP, LEADER, LI, WANG, Chatting
from standing import Pressing, new_rule, stand

from sandbox.errors import ApiError
from sandbox.model import Message
from scheduler.rule import GroupRule, Lead


async def nagging(chatting: Chatting) -> GroupRule:
    rule = await new_rule(chatting)
    with_nag = replace(rule.rule, nag=Lead(minutes=30))
    now = chatting.application.bot_data.clock()
    assert await chatting.stores.rules.change(rule.id, with_nag, now=now, thread_id=None)
    return rule


async def nag(chatting: Chatting) -> Message:
    return await stand(chatting, await nagging(chatting), purpose="nag")


@pytest.mark.parametrize("status", ["administrator", "creator"])
async def test_an_anonymous_administrator_is_not_named(chatting: Chatting, status: str) -> None:
    who = LI if status == "administrator" else LEADER
    await chatting.ask(WANG, GROUP, "/join")
    await chatting.ask(who, GROUP, "/join")
    if status == "administrator":
        chatting.world.set_status(GROUP, LI, "administrator")
    chatting.world.set_anonymous(GROUP, who)
    text = (await nag(chatting)).text
    assert WANG in text and who not in text


async def test_an_administrator_who_is_seen_is_named(chatting: Chatting) -> None:
    await chatting.ask(LI, GROUP, "/join")
    chatting.world.set_status(GROUP, LI, "administrator")
    assert LI in (await nag(chatting)).text


async def test_nobody_is_named_while_telegram_does_not_say_who_is_anonymous(chatting: Chatting) -> None:
    await chatting.ask(WANG, GROUP, "/join")
    before = chatting.from_bot(GROUP)
    chatting.world.fail_next(ApiError(502, "Bad Gateway"), method="getChatAdministrators")
    rule = await nagging(chatting)
    assert await stand(chatting, rule, purpose="nag") == before[-1]
    nags = [d for d in await chatting.stores.deliveries.of_rule(rule.id) if d.planned.purpose == "nag"]
    assert {(d.state, d.is_doubtful) for d in nags} == {("pending", False)}  # tried again: surely nothing was sent


async def test_the_summary_tells_who_has_no_account(chatting: Chatting) -> None:
    pressing = Pressing(chatting)
    await chatting.ask(LEADER, GROUP, "/roster 张三 李四")
    await chatting.ask(LI, GROUP, "/join")
    rule = await new_rule(chatting)
    await pressing.tap(WANG, await stand(chatting, rule), "参加")
    chatting.world.say(LEADER, LEADER, "/start")
    await chatting.until(lambda: bool(chatting.from_bot(LEADER)))
    text = (await stand(chatting, rule, purpose="summary")).text
    assert f"参加 1：{WANG}\n请假 0\n未回复 1：{LI}\n没有账号，线下问 2：张三、李四\n" in text
