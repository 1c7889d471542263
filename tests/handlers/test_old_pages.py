"""Pages of set-ups that stand for long: their buttons act on what they show, or on nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from conftest import GROUP, LEADER, LI, Chatting, labels
from setting_up import confirmed, rules
from standing import Pressing

from handlers.proposals import parse
from sandbox.errors import ApiError
from sandbox.model import Button, Message

MEETING = "/remind 每周五晚上8点开党小组会"
DUES = "/remind 每周一早上9点收党费"
NOT_SHOWN = ApiError(400, "Bad Request: MESSAGE_ID_INVALID")


@pytest.fixture
def pressing(chatting: Chatting) -> Pressing:
    return Pressing(chatting)


async def titles(chatting: Chatting) -> list[str]:
    return [rule.rule.title for rule in await rules(chatting)]


@pytest.mark.parametrize("button", ["确认", "取消", "几点"])
async def test_a_page_that_has_expired_acts_on_no_other_set_up(pressing: Pressing, button: str) -> None:
    chatting = pressing.chatting
    old = await chatting.ask(LEADER, GROUP, MEETING)
    await chatting.stores.drafts.purge(before=pressing.services.clock() + timedelta(seconds=1))
    new = await chatting.ask(LEADER, GROUP, DUES)
    assert "过期" in (await pressing.tap(LEADER, old, button)).text
    assert await titles(chatting) == []
    await confirmed(chatting, new)
    assert await titles(chatting) == ["收党费"]


@pytest.mark.parametrize(("end", "left"), [("确认", ["党小组会"]), ("取消", [])])
async def test_a_page_that_still_shows_its_buttons_when_it_is_done_with_acts_on_no_other_set_up(
    pressing: Pressing, end: str, left: list[str]
) -> None:
    chatting = pressing.chatting
    old = await chatting.ask(LEADER, GROUP, MEETING)
    chatting.world.fail_next(NOT_SHOWN, method="editMessageText")
    await pressing.tap(LEADER, old, end)
    await chatting.ask(LEADER, GROUP, DUES)
    assert "过期" in (await pressing.tap(LEADER, old, "确认")).text
    assert await titles(chatting) == left


async def test_a_second_tap_that_arrives_late_saves_no_other_set_up(pressing: Pressing) -> None:
    chatting = pressing.chatting
    chatting.world.set_status(GROUP, LI, "administrator")
    old = await chatting.ask(LEADER, GROUP, MEETING)
    await pressing.tap(LEADER, old, "取消")
    await chatting.ask(LI, GROUP, DUES)
    await pressing.forge(LEADER, old, chatting.data(old, "确认"))
    assert await titles(chatting) == []


async def test_a_page_of_an_earlier_version_is_shown_anew_before_it_saves(pressing: Pressing) -> None:
    chatting = pressing.chatting
    page = await chatting.ask(LEADER, GROUP, MEETING)
    press = parse(chatting.data(page, "确认"))
    assert press is not None
    earlier = f"w:{press.draft_id}:save:"
    old = replace(page, keyboard=((Button("✅ 确认", "callback_data", earlier),),))
    said = await pressing.forge(LEADER, old, earlier)
    assert "没有保存" in said.text and said.show_alert and await titles(chatting) == []
    await confirmed(chatting, _shown(chatting, page))
    assert await titles(chatting) == ["党小组会"]


async def test_the_second_of_two_taps_on_a_choice_is_not_told_that_the_page_has_expired(pressing: Pressing) -> None:
    chatting = pressing.chatting
    page = await chatting.ask(LEADER, GROUP, MEETING)
    hours = chatting.data(page, "几点")
    turned = await chatting.press(LEADER, GROUP, page, "几点")
    assert "20:00" in "".join(labels(turned))
    assert "刚才有人点过了" in (await pressing.forge(LEADER, turned, hours)).text


def _shown(chatting: Chatting, page: Message) -> Message:
    now = chatting.world.message(page.chat_id, page.id)
    assert now is not None
    return now
