"""Two leaders at one reminder: each saves what they saw, and nothing that was typed is lost to the other."""

import pytest
from conftest import GROUP, LEADER, LI, Chatting
from setting_up import below, changing, confirmed, rules
from standing import Pressing

from sandbox.errors import ApiError
from sandbox.model import Message

MEETING = "/remind 每周五晚上8点开党小组会"
AGENDA = "学习二十大精神，讨论发展对象"


@pytest.fixture
def pressing(chatting: Chatting) -> Pressing:
    chatting.world.set_status(GROUP, LI, "administrator")
    return Pressing(chatting)


def shown(chatting: Chatting, page: Message) -> Message:
    now = chatting.world.message(page.chat_id, page.id)
    assert now is not None
    return now


async def tapped(chatting: Chatting, who: str, page: Message, *labels: str) -> Message:
    for label in labels:
        page = await chatting.press(who, GROUP, page, label)
    return page


async def noted(chatting: Chatting, page: Message, who: str, words: str) -> Message:
    prompt = await below(chatting, page, "议程", who=who)
    return await chatting.ask(who, GROUP, words, reply_to=prompt.id)


async def hours(chatting: Chatting) -> list[int]:
    return [rule.rule.schedule.start.hour for rule in await rules(chatting)]


@pytest.mark.parametrize("is_turned", [True, False])
async def test_what_was_chosen_by_the_other_is_not_saved_unseen(pressing: Pressing, is_turned: bool) -> None:
    chatting = pressing.chatting
    seen = await chatting.ask(LEADER, GROUP, MEETING)
    page = await tapped(chatting, LEADER, seen, "几点", "19:00")
    said = await pressing.forge(LI, page if is_turned else seen, chatting.data(seen, "确认"))
    assert "没有保存" in said.text and said.show_alert and await hours(chatting) == []
    assert "19:00" in shown(chatting, page).text
    await tapped(chatting, LI, shown(chatting, page), "确认")
    assert await hours(chatting) == [19]


async def test_what_was_chosen_and_taken_back_by_the_other_is_saved_as_it_was_seen(pressing: Pressing) -> None:
    chatting = pressing.chatting
    seen = await chatting.ask(LEADER, GROUP, MEETING)
    await tapped(chatting, LEADER, seen, "几点", "19:00", "几点", "20:00")
    await pressing.forge(LI, seen, chatting.data(seen, "确认"))
    assert await hours(chatting) == [20]


async def test_a_page_that_can_not_be_shown_anew_is_not_said_to_be(pressing: Pressing) -> None:
    chatting = pressing.chatting
    seen = await chatting.ask(LEADER, GROUP, MEETING)
    await tapped(chatting, LEADER, seen, "几点", "19:00")
    chatting.world.fail_next(ApiError(400, "Bad Request: MESSAGE_ID_INVALID"), method="editMessageText")
    said = await pressing.forge(LI, seen, chatting.data(seen, "确认"))
    assert "过一会儿" in said.text and await hours(chatting) == []


async def test_an_agenda_that_was_typed_is_not_lost_to_the_hour_of_the_other(pressing: Pressing) -> None:
    chatting = pressing.chatting
    await confirmed(chatting, await chatting.ask(LEADER, GROUP, MEETING))
    mine, theirs = await changing(chatting), await changing(chatting, LI)
    mine = await noted(chatting, mine, LEADER, AGENDA)
    await tapped(chatting, LI, theirs, "几点", "19:00", "确认")
    said = await pressing.tap(LEADER, mine, "确认")
    assert "没有保存" in said.text and "你改的还在" in said.text and said.show_alert
    assert [rule.rule.note for rule in await rules(chatting)] == [""]
    both = shown(chatting, mine)
    assert AGENDA in both.text and "19:00" in both.text
    await tapped(chatting, LEADER, both, "确认")
    (rule,) = await rules(chatting)
    assert (rule.rule.note, rule.rule.schedule.start.hour) == (AGENDA, 19)


async def test_who_writes_over_the_agenda_of_the_other_is_told_so(pressing: Pressing) -> None:
    chatting = pressing.chatting
    await confirmed(chatting, await chatting.ask(LEADER, GROUP, MEETING))
    mine, theirs = await changing(chatting), await changing(chatting, LI)
    mine = await noted(chatting, mine, LEADER, AGENDA)
    await tapped(chatting, LI, await noted(chatting, theirs, LI, "选举"), "确认")
    said = await pressing.tap(LEADER, mine, "确认")
    assert "议程或备注两边都改了" in said.text
    assert [rule.rule.note for rule in await rules(chatting)] == ["选举"]


async def test_who_changed_nothing_sees_what_the_other_changed(pressing: Pressing) -> None:
    chatting = pressing.chatting
    await confirmed(chatting, await chatting.ask(LEADER, GROUP, MEETING))
    mine, theirs = await changing(chatting), await changing(chatting, LI)
    await tapped(chatting, LI, theirs, "几点", "19:00", "确认")
    said = await pressing.tap(LEADER, mine, "确认")
    assert "19:00" in shown(chatting, mine).text and "你改的" not in said.text and await hours(chatting) == [19]


async def test_what_was_typed_can_be_corrected_after_it_was_put_together_with_the_other(pressing: Pressing) -> None:
    chatting = pressing.chatting
    await confirmed(chatting, await chatting.ask(LEADER, GROUP, MEETING))
    mine, theirs = await changing(chatting), await changing(chatting, LI)
    prompt = await below(chatting, mine, "议程")
    before = len(chatting.from_bot(GROUP))
    reply = chatting.world.say(LEADER, GROUP, "学习二十大金神", reply_to=prompt.id)
    await chatting.until(lambda: len(chatting.from_bot(GROUP)) > before)
    mine = chatting.from_bot(GROUP)[-1]
    await tapped(chatting, LI, theirs, "几点", "19:00", "确认")
    await pressing.tap(LEADER, mine, "确认")
    chatting.world.edit(LEADER, GROUP, reply.id, AGENDA)
    await chatting.until(lambda: AGENDA in shown(chatting, mine).text)
    await tapped(chatting, LEADER, shown(chatting, mine), "确认")
    (rule,) = await rules(chatting)
    assert (rule.rule.note, rule.rule.schedule.start.hour) == (AGENDA, 19)
