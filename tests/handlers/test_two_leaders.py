"""Two leaders at one reminder: each saves what they saw, and nothing that was typed is lost to the other."""

import pytest
from conftest import GROUP, LEADER, LI, Chatting
from setting_up import below, changing, confirmed, rules
from standing import DAY, Pressing

from sandbox.errors import ApiError
from sandbox.model import Message
from scheduler.words import rule_in_words

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


async def typed(chatting: Chatting, page: Message, who: str, days: str) -> Message:
    page = await tapped(chatting, who, page, "哪天")
    prompt = await below(chatting, page, "别的日子", who=who)
    return await chatting.ask(who, GROUP, days, reply_to=prompt.id)


@pytest.mark.parametrize("is_own_twice", [True, False])
async def test_a_single_day_and_two_hours_make_what_can_be_saved(pressing: Pressing, is_own_twice: bool) -> None:
    chatting = pressing.chatting
    await confirmed(chatting, await chatting.ask(LEADER, GROUP, "/remind 每天晚上8点开党小组会"))
    day = pressing.services.clock() + 5 * DAY
    once, twice = f"{day.month}月{day.day}日", "每天中午12点和晚上7点"
    mine, theirs = await changing(chatting), await changing(chatting, LI)
    mine = await typed(chatting, mine, LEADER, twice if is_own_twice else once)
    theirs = await typed(chatting, theirs, LI, once if is_own_twice else twice)
    await tapped(chatting, LI, theirs, "确认")
    assert "你改的还在" in (await pressing.tap(LEADER, mine, "确认")).text
    await tapped(chatting, LEADER, shown(chatting, mine), "确认")
    (rule,) = await rules(chatting)
    assert rule.rule.schedule.rrule == "" and rule.rule.schedule.start.hour in (12, 19)


@pytest.mark.parametrize(("is_own_last", "named"), [(True, "页面上是你的"), (False, "页面上跟着日子走")])
async def test_the_last_working_day_stays_one_beside_what_the_other_says_of_holidays(
    pressing: Pressing, is_own_last: bool, named: str
) -> None:
    chatting = pressing.chatting
    await confirmed(chatting, await chatting.ask(LEADER, GROUP, "/remind 每月25号9点收党费，遇节假日提前"))
    last, plain = ("哪天", "每月最后一个工作日"), ("节假日", "照常")
    mine, theirs = await changing(chatting), await changing(chatting, LI)
    await tapped(chatting, LI, theirs, *(plain if is_own_last else last), "确认")
    mine = await tapped(chatting, LEADER, mine, *(last if is_own_last else plain))
    assert f"节假日两边都改了，{named}" in (await pressing.tap(LEADER, mine, "确认")).text
    await tapped(chatting, LEADER, shown(chatting, mine), "确认")
    (rule,) = await rules(chatting)
    assert "最后一个工作日" in rule_in_words(rule.rule)


async def test_a_page_that_could_not_be_put_together_on_the_screen_is_not_kept(pressing: Pressing) -> None:
    chatting = pressing.chatting
    await confirmed(chatting, await chatting.ask(LEADER, GROUP, MEETING))
    mine, theirs = await changing(chatting), await changing(chatting, LI)
    mine = await noted(chatting, mine, LEADER, AGENDA)
    await tapped(chatting, LI, theirs, "几点", "19:00", "确认")
    chatting.world.fail_next(ApiError(400, "Bad Request: MESSAGE_ID_INVALID"), method="editMessageText")
    assert "过一会儿" in (await pressing.tap(LEADER, mine, "确认")).text
    assert "你改的还在" in (await pressing.tap(LEADER, shown(chatting, mine), "确认")).text
    assert AGENDA in shown(chatting, mine).text and "19:00" in shown(chatting, mine).text
