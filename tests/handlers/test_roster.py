"""Who is on a group's roster: those who pressed, joined or were entered, until they leave or are taken off."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from conftest import FORUM, GROUP, LEADER, LI, WANG, Chatting, labels
from standing import Pressing, answers_to, new_rule, stand

from handlers.roster import names_in
from handlers.roster_page import PAGE, RosterPress, listed, roster_press
from sandbox.errors import ApiError
from sandbox.model import Message
from scheduler.response import Member, tally
from scheduler.rule import Lead


@pytest.fixture
def pressing(chatting: Chatting) -> Pressing:
    return Pressing(chatting)


async def names(chatting: Chatting, chat: str = GROUP) -> list[str]:
    return [m.name for m in await chatting.stores.people.roster(chatting.world.chat(chat).id)]


async def test_joining_and_leaving_is_everybodys(chatting: Chatting) -> None:
    assert "共 1 人" in (await chatting.ask(WANG, GROUP, "/join")).text
    assert "已经在名单" in (await chatting.ask(WANG, GROUP, "/join")).text
    assert await names(chatting) == [WANG]
    assert "移出名单" in (await chatting.ask(WANG, GROUP, "/leave")).text
    assert "本来就不在" in (await chatting.ask(WANG, GROUP, "/leave")).text
    assert await names(chatting) == []


async def test_leaving_deletes_the_answers_in_this_group_alone(pressing: Pressing) -> None:
    chatting = pressing.chatting
    here, there = await new_rule(chatting), await new_rule(chatting, group=FORUM)
    for rule in (here, there):
        message = await stand(chatting, rule)
        await pressing.forge(WANG, message, message.keyboard[0][0].value)
    await chatting.ask(WANG, GROUP, "/leave")
    assert await answers_to(chatting, here) == {}
    assert len(await answers_to(chatting, there)) == 1


async def answered(pressing: Pressing) -> Message:
    """A reminder under which 王小明 has tapped."""
    message = await stand(pressing.chatting, await new_rule(pressing.chatting))
    await pressing.tap(WANG, message, "参加")
    await pressing.shows(message, "✅ 参加 1")
    return message


@pytest.mark.parametrize(("chat", "words"), [(GROUP, "/leave"), (WANG, "/forgetme")])
async def test_the_count_under_the_reminder_falls_with_the_answers(pressing: Pressing, chat: str, words: str) -> None:
    message = await answered(pressing)
    await pressing.chatting.ask(WANG, chat, words)
    await pressing.shows(message, "✅ 参加")


async def test_the_count_falls_for_who_is_taken_off_and_for_who_leaves_the_group(pressing: Pressing) -> None:
    chatting = pressing.chatting
    message = await answered(pressing)
    picking = await chatting.press(LEADER, GROUP, await chatting.ask(LEADER, GROUP, "/roster"), "移出…")
    await pressing.tap(LEADER, await chatting.press(LEADER, GROUP, picking, WANG), "移出")
    await pressing.shows(message, "✅ 参加")
    await pressing.tap(LI, message, "请假")
    await pressing.shows(message, "🙋 请假 1")
    chatting.world.leave(LI, GROUP)
    await pressing.shows(message, "🙋 请假")


@pytest.mark.parametrize("command", ["/join", "/leave", "/roster", "/roster 张三"])
async def test_in_private_there_is_no_roster(chatting: Chatting, command: str) -> None:
    assert "到群里发" in (await chatting.ask(WANG, WANG, command)).text


@pytest.mark.parametrize("command", ["/join", "/leave"])
async def test_an_anonymous_administrator_is_told_kindly(chatting: Chatting, command: str) -> None:
    chatting.world.set_anonymous(GROUP, LEADER)
    assert "匿名" in (await chatting.ask(LEADER, GROUP, command)).text
    assert await names(chatting) == []


async def test_the_list_is_for_those_who_manage_the_group(chatting: Chatting) -> None:
    await chatting.ask(WANG, GROUP, "/join")
    assert "群主和管理员" in (await chatting.ask(WANG, GROUP, "/roster")).text
    assert "群主和管理员" in (await chatting.ask(WANG, GROUP, "/roster 张三")).text
    shown = await chatting.ask(LEADER, GROUP, "/roster")
    assert f"1. {WANG}" in shown.text and "看不到群成员" in shown.text
    chatting.world.set_anonymous(GROUP, LEADER)
    assert f"1. {WANG}" in (await chatting.ask(LEADER, GROUP, "/roster")).text
    assert await names(chatting) == [WANG]


async def test_people_are_entered_by_name_once(chatting: Chatting) -> None:
    said = await chatting.ask(LEADER, GROUP, "/roster 张三、李四 张三，<b>王五</b>")
    assert "录入了：张三、李四、<b>王五</b>" in said.text
    again = await chatting.ask(LEADER, GROUP, "/roster 李四 赵六")
    assert "已经在名单里：李四" in again.text and "共 4 人" in again.text
    assert await names(chatting) == ["张三", "李四", "<b>王五</b>", "赵六"]
    assert "张三（录入）" in (await chatting.ask(LEADER, GROUP, "/roster")).text


async def test_who_was_entered_and_presses_later_is_one_person(pressing: Pressing) -> None:
    chatting = pressing.chatting
    await chatting.ask(LEADER, GROUP, f"/roster {WANG} {LI}")
    message = await stand(chatting, await new_rule(chatting))
    await pressing.tap(WANG, message, "参加")
    await chatting.ask(LI, GROUP, "/join")
    roster = await chatting.stores.people.roster(chatting.world.chat(GROUP).id)
    assert sorted(m.user_id for m in roster) == sorted(chatting.world.user(n).id for n in (WANG, LI))


def test_who_is_only_a_name_is_told_apart_from_those_who_did_not_answer() -> None:
    """Nobody can tap for them: they are asked in person."""
    entered, silent, there = Member(-1, "张三"), Member(7, "李四"), Member(8, "王五")
    found = tally("meeting", [entered, silent, there], {8: "join"})
    assert (found.missing, found.entered, found.count("join")) == ((silent,), (entered,), 1)


async def test_who_is_only_a_name_is_not_nagged(pressing: Pressing) -> None:
    chatting = pressing.chatting
    await chatting.ask(LEADER, GROUP, "/roster 张三")
    rule = await new_rule(chatting)
    nagging = replace(rule.rule, nag=Lead(minutes=30))
    assert await chatting.stores.rules.change(rule.id, nagging, now=pressing.services.clock(), thread_id=None)
    before = chatting.from_bot(GROUP)
    assert await stand(chatting, rule, purpose="nag") == before[-1]  # nobody is left to be named


async def test_an_entry_of_another_group_is_left_alone(chatting: Chatting) -> None:
    await chatting.ask(LEADER, FORUM, f"/roster {WANG}")
    await chatting.ask(WANG, GROUP, "/join")
    assert await names(chatting, FORUM) == [WANG]


async def test_somebody_is_taken_off_after_a_second_question(pressing: Pressing) -> None:
    chatting = pressing.chatting
    await chatting.ask(LEADER, GROUP, "/roster 张三 李四")
    shown = await chatting.ask(LEADER, GROUP, "/roster")
    picking = await chatting.press(LEADER, GROUP, shown, "移出…")
    asking = await chatting.press(LEADER, GROUP, picking, "张三")
    assert "把 张三（录入） 移出名单？" in asking.text
    back = await chatting.press(LEADER, GROUP, asking, "不了")
    assert await names(chatting) != ["李四"] and "张三" in back.text
    picking = await chatting.press(LEADER, GROUP, back, "移出…")
    asking = await chatting.press(LEADER, GROUP, picking, "张三")
    assert (await pressing.tap(LEADER, asking, "移出")).text == "移出了：张三"
    assert await names(chatting) == ["李四"]


async def test_a_number_given_to_somebody_else_meanwhile_takes_nobody_off(pressing: Pressing) -> None:
    chatting = pressing.chatting
    await chatting.ask(LEADER, GROUP, "/roster 张三")
    shown = await chatting.ask(LEADER, GROUP, "/roster")
    picking = await chatting.press(LEADER, GROUP, shown, "移出…")
    asking = await chatting.press(LEADER, GROUP, picking, "张三")
    await chatting.stores.people.leave(asking.chat_id, -1)
    await chatting.ask(LEADER, GROUP, "/roster 李四")
    assert (await pressing.tap(LEADER, asking, "移出")).text == "已经不在名单里了"
    assert await names(chatting) == ["李四"]


async def test_a_longer_name_on_the_page_is_another_person(pressing: Pressing) -> None:
    chatting = pressing.chatting
    await chatting.ask(LEADER, GROUP, "/roster 张三丰")
    shown = await chatting.ask(LEADER, GROUP, "/roster")
    picking = await chatting.press(LEADER, GROUP, shown, "移出…")
    asking = await chatting.press(LEADER, GROUP, picking, "张三丰")
    await chatting.stores.people.leave(asking.chat_id, -1)
    await chatting.ask(LEADER, GROUP, "/roster 张三")  # gets the number that has become free
    assert (await pressing.tap(LEADER, asking, "移出")).text == "已经不在名单里了"
    assert await names(chatting) == ["张三"]


async def test_what_was_entered_is_confirmed_however_long(chatting: Chatting) -> None:
    typed = "/roster " + "、".join(f"{number:03d}" + "名" * 17 for number in range(194))
    said = await chatting.ask(LEADER, GROUP, typed[:4096])
    assert "……等 194 位" in said.text and "共 194 人" in said.text


async def test_a_telegram_that_does_not_answer_makes_nobody_a_stranger(pressing: Pressing) -> None:
    chatting = pressing.chatting
    chatting.world.fail_next(ApiError(500, "Internal Server Error"), method="getChatMember", times=3)
    assert "问不到 Telegram" in (await chatting.ask(LEADER, GROUP, "/roster")).text
    shown = await chatting.ask(LEADER, GROUP, "/roster")
    pressing.services.managers.forget((shown.chat_id, chatting.world.user(LEADER).id))
    await chatting.ask(LEADER, GROUP, "/roster 张三")
    pressing.services.managers.forget((shown.chat_id, chatting.world.user(LEADER).id))
    chatting.world.fail_next(ApiError(500, "Internal Server Error"), method="getChatMember", times=3)
    assert "问不到 Telegram" in (await pressing.forge(LEADER, shown, "y:list:0")).text


async def test_a_member_may_not_take_anybody_off(pressing: Pressing) -> None:
    chatting = pressing.chatting
    await chatting.ask(LEADER, GROUP, "/roster 张三")
    shown = await chatting.ask(LEADER, GROUP, "/roster")
    for data in ("y:pick:0", "y:ask:0:-1", "y:drop:0:-1"):
        said = await pressing.forge(WANG, shown, data)
        assert "群主和管理员" in said.text and said.show_alert
    assert await names(chatting) == ["张三"]
    assert chatting.world.message(shown.chat_id, shown.id) == shown


@pytest.mark.parametrize("data", ["y:", "y:list", "y:fly:0", "y:list:99999", "y:drop:0:x", "y:list:-1"])
async def test_unknown_data_is_answered_and_changes_nothing(pressing: Pressing, data: str) -> None:
    shown = await pressing.chatting.ask(LEADER, GROUP, "/roster")
    assert "重新发一次 /roster" in (await pressing.forge(LEADER, shown, data)).text
    assert pressing.chatting.world.message(shown.chat_id, shown.id) == shown


async def test_two_hundred_people_fit_and_no_more_are_entered(chatting: Chatting) -> None:
    chat_id = chatting.world.chat(GROUP).id
    now = datetime.now(UTC)
    for number in range(1, 200):
        await chatting.stores.people.join(chat_id, Member(40_000 + number, "宽" * 64), now=now)
    assert "200" in (await chatting.ask(LEADER, GROUP, "/roster 张三 李四")).text
    assert len(await names(chatting)) == 199
    assert "共 200 人" in (await chatting.ask(LEADER, GROUP, "/roster 张三")).text
    shown = await chatting.ask(LEADER, GROUP, "/roster")
    for page in range(1, 200 // PAGE):
        shown = await chatting.press(LEADER, GROUP, shown, "下一页")
        assert f"{page * PAGE + 1}. " in shown.text
    assert "200. " in shown.text and "下一页 ›" not in labels(shown)
    await chatting.press(LEADER, GROUP, shown, "移出…")


async def test_who_leaves_the_group_is_off_its_roster(chatting: Chatting) -> None:
    for who in (WANG, LI):
        await chatting.ask(who, GROUP, "/join")
    chatting.world.leave(WANG, GROUP)
    chatting.world.set_status(GROUP, LI, "kicked", by=LEADER)
    await chatting.ask(LEADER, GROUP, "/roster")  # one chat is served in order
    assert await names(chatting) == []


async def test_a_bot_that_is_administrator_is_told_by_telegram_itself(chatting: Chatting) -> None:
    world = chatting.world
    world.set_status(GROUP, world.bot.id, "administrator", by=LEADER)
    await chatting.ask(WANG, GROUP, "/join")
    world.set_status(GROUP, WANG, "restricted", by=LEADER)
    await chatting.ask(LI, GROUP, "/join")
    assert await names(chatting) == [WANG, LI]  # restricted, and still there
    world.leave(WANG, GROUP)
    await chatting.ask(LI, GROUP, "/join")
    assert await names(chatting) == [LI]


async def test_forgetting_takes_names_and_answers_from_every_group(pressing: Pressing) -> None:
    chatting = pressing.chatting
    rule = await new_rule(chatting)
    await pressing.tap(WANG, await stand(chatting, rule), "参加")
    await chatting.ask(WANG, FORUM, "/join")
    assert "2 个群" in (await chatting.ask(WANG, WANG, "/forgetme")).text
    assert await answers_to(chatting, rule) == {}
    assert await names(chatting) == await names(chatting, FORUM) == []
    assert "没有找到" in (await chatting.ask(WANG, WANG, "/forgetme")).text


async def test_what_is_kept_for_reminders_is_told(chatting: Chatting) -> None:
    told = (await chatting.ask(WANG, WANG, "/privacy")).text
    for words in ("名字", "/leave", "/forgetme", "400天"):
        assert words in told


async def test_commands_are_offered_in_groups(chatting: Chatting) -> None:
    offered = {place[0]: {c.name for c in found} for (place, _), found in chatting.world.profile.commands.items()}
    assert {"join", "leave"} <= offered["all_group_chats"] and "roster" not in offered["all_group_chats"]
    assert {"join", "leave", "roster"} <= offered["all_chat_administrators"]


def test_names_are_read_apart_and_once() -> None:
    assert names_in("张三，李四、张三; 王五\n赵\u202e六") == ["张三", "李四", "王五", "赵六"]
    assert names_in("  ，、 ") == []


@pytest.mark.parametrize("press", [RosterPress("list", 0), RosterPress("drop", 9, -12), RosterPress("ask", 1, 10**13)])
def test_what_is_written_on_a_button_is_read_back(press: RosterPress) -> None:
    assert roster_press(press.data) == press and len(press.data.encode()) <= 64


def test_a_page_past_the_end_shows_the_last() -> None:
    roster = [Member(number, f"同志{number}") for number in range(1, PAGE + 2)]
    assert f"{PAGE + 1}. 同志{PAGE + 1}" in listed(roster, 7).html
    assert "名单还是空的" in listed([], 3).html
