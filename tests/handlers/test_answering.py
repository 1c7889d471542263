"""What members do with a reminder: tap, tap twice, change their minds, come late; and what forged taps do not do."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import FORUM, GROUP, LEADER, LI, TOKEN, WANG, Chatting
from standing import DAY, Pressing, answers_to, data_of, deliver, let_pass, new_rule, running, stand
from telegram import Update

from handlers.answering import words_for
from handlers.names import plain_name
from knowledge import KnowledgeBase
from sandbox import Sandbox
from sandbox.model import Member, Message, MessageEdited, User
from scheduler.rule import GroupRule, Kind, Lead


@pytest.fixture
def pressing(chatting: Chatting) -> Pressing:
    return Pressing(chatting)


async def move_the_hour(pressing: Pressing, rule: GroupRule) -> GroupRule:
    """On the same day, as 修改 does it."""
    schedule = rule.rule.schedule
    start = schedule.start + timedelta(minutes=1 if schedule.start.minute < 59 else -1)
    later = replace(rule.rule, schedule=replace(schedule, start=start))
    rules = pressing.services.stores.rules
    assert await rules.change(rule.id, later, now=pressing.services.clock(), thread_id=None)
    fresh = await rules.get(rule.id)
    assert fresh is not None
    return fresh


async def sent_at_once(pressing: Pressing) -> Message:
    """Another reminder of the event."""
    let_pass(pressing, timedelta(minutes=2))
    chatting = pressing.chatting
    page = await chatting.press(LEADER, GROUP, await chatting.ask(LEADER, GROUP, "/reminders"), "党小组会")
    await pressing.tap(LEADER, page, "立即发送")
    await deliver(chatting)
    return chatting.from_bot(GROUP)[-1]


async def test_a_tap_is_kept_and_said_and_counted_on_the_button(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting)
    message = await stand(pressing.chatting, rule)
    said = await pressing.tap(WANG, message, "参加")
    await pressing.shows(message, "✅ 参加 1", "🙋 请假")
    wang = pressing.chatting.world.user(WANG).id
    assert said.text == "记下了：参加"
    assert await answers_to(pressing.chatting, rule) == {wang: "join"}
    assert [m.user_id for m in await pressing.chatting.stores.people.roster(rule.chat_id)] == [wang]


async def test_a_double_tap_counts_once_and_a_changed_one_moves(pressing: Pressing) -> None:
    message = await stand(pressing.chatting, await new_rule(pressing.chatting))
    await pressing.tap(WANG, message, "参加")
    assert (await pressing.tap(WANG, message, "参加")).text == "已经是这个了"
    assert (await pressing.tap(LI, message, "参加")).text == "记下了：参加"
    assert (await pressing.tap(WANG, message, "请假")).text == "改成请假了"
    await pressing.shows(message, "✅ 参加 1", "🙋 请假 1")


@pytest.mark.parametrize(
    ("kind", "label", "back"), [("dues", "💰 已交", "改回没交了"), ("report", "✅ 已完成", "改回没完成了")]
)
async def test_a_tap_by_mistake_is_taken_back_by_who_means_it(
    pressing: Pressing, kind: Kind, label: str, back: str
) -> None:
    rule = await new_rule(pressing.chatting, kind)
    message = await stand(pressing.chatting, rule)
    await pressing.tap(WANG, message, label)
    await pressing.shows(message, f"{label} 1")
    let_pass(pressing, timedelta(seconds=10))
    assert "点错了就再点一次" in (await pressing.tap(WANG, message, label)).text
    assert len(await answers_to(pressing.chatting, rule)) == 1
    let_pass(pressing, timedelta(seconds=5))
    assert (await pressing.tap(WANG, message, label)).text == back
    assert await answers_to(pressing.chatting, rule) == {}
    await pressing.shows(message, label)
    let_pass(pressing, timedelta(seconds=3))
    assert (await pressing.tap(WANG, message, label)).text.startswith("记下了")
    assert len(await answers_to(pressing.chatting, rule)) == 1


async def test_double_taps_take_nothing_back_and_what_is_taken_back_is_so_once(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting, "dues")
    message = await stand(pressing.chatting, rule)
    taps = [await pressing.tap(WANG, message, "已交") for _ in range(3)]
    assert [tap.text[:3] for tap in taps] == ["记下了", "已经记", "已经记"]
    let_pass(pressing, timedelta(seconds=10))
    for _ in range(2):
        assert (await pressing.tap(WANG, message, "已交")).text == "改回没交了"
        assert await answers_to(pressing.chatting, rule) == {}


async def test_who_taps_it_under_the_next_reminder_again_has_still_paid(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting, "dues")
    message = await stand(pressing.chatting, rule)
    for _ in range(3):
        await pressing.tap(WANG, message, "已交")
        let_pass(pressing, timedelta(hours=2))
    assert len(await answers_to(pressing.chatting, rule)) == 1


async def test_a_reply_to_how_it_is_worked_out_is_a_question(pressing: Pressing) -> None:
    message = await stand(pressing.chatting, await new_rule(pressing.chatting, "dues"))
    await pressing.tap(WANG, message, "怎么算")
    told = pressing.chatting.from_bot(GROUP)[-1]
    answer = await pressing.chatting.ask(WANG, GROUP, "退休的呢", reply_to=told.id)
    assert "养老金" in answer.text


@pytest.mark.parametrize(("kind", "label"), [("meeting", "参加"), ("custom", "知道了")])
async def test_other_answers_stay_however_often_they_are_tapped(pressing: Pressing, kind: Kind, label: str) -> None:
    rule = await new_rule(pressing.chatting, kind)
    message = await stand(pressing.chatting, rule)
    await pressing.tap(WANG, message, label)
    let_pass(pressing, timedelta(seconds=10))
    assert (await pressing.tap(WANG, message, label)).text == "已经是这个了"
    assert len(await answers_to(pressing.chatting, rule)) == 1


@pytest.mark.parametrize("words", ["收到", "我请假，孩子发烧要去医院", "我晚到十分钟", "已交", "会议室有投影吗"])
async def test_what_members_reply_to_a_reminder_is_neither_answered_nor_kept(pressing: Pressing, words: str) -> None:
    chatting = pressing.chatting
    message = await stand(chatting, await new_rule(chatting))
    chatting.world.say(WANG, GROUP, words, reply_to=message.id)
    await chatting.silence(GROUP)
    assert await chatting.stores.misses.all() == []


async def test_a_reply_to_a_nag_is_no_question_either(pressing: Pressing) -> None:
    chatting = pressing.chatting
    await chatting.ask(WANG, GROUP, "/join")
    rule = await new_rule(chatting)
    nagging = replace(rule.rule, nag=Lead(minutes=30))
    assert await chatting.stores.rules.change(rule.id, nagging, now=pressing.services.clock(), thread_id=None)
    message = await stand(chatting, rule, purpose="nag")
    assert WANG in message.text
    chatting.world.say(WANG, GROUP, "我请假，孩子发烧要去医院", reply_to=message.id)
    await chatting.silence(GROUP)
    assert await chatting.stores.misses.all() == []


async def test_fifty_taps_make_few_edits(pressing: Pressing) -> None:
    world = pressing.chatting.world
    message = await stand(pressing.chatting, await new_rule(pressing.chatting))
    edits: list[MessageEdited] = []
    world.listen(lambda event: edits.append(event) if isinstance(event, MessageEdited) else None)
    for number in range(50):
        user = world.add_user(User(30_000 + number, f"同志{number}"))
        world.put_chat(world.chat(GROUP).with_member(Member(user, "member")))
        pressing.fire(user.name, message, pressing.chatting.data(message, "参加"))
    await pressing.shows(message, "✅ 参加 50")
    assert len(edits) <= 4
    assert len(pressing.answers) == 50


@pytest.mark.parametrize(("kind", "words"), [("meeting", "已经开过了，还是给你记下了"), ("dues", "记下了：已交")])
async def test_a_late_tap_still_counts(pressing: Pressing, kind: str, words: str) -> None:
    rule = await new_rule(pressing.chatting, kind, starts_in=-DAY)  # type: ignore[arg-type]
    message = await stand(pressing.chatting, rule)
    said = await pressing.forge(WANG, message, message.keyboard[0][0].value)
    assert said.text == words
    assert len(await answers_to(pressing.chatting, rule)) == 1


@pytest.mark.parametrize(("state", "words"), [("deleted", "删掉了"), ("paused", "先停着")])
async def test_a_rule_that_is_off_gets_a_kind_word(pressing: Pressing, state: str, words: str) -> None:
    rule = await new_rule(pressing.chatting)
    message = await stand(pressing.chatting, rule)
    rules = pressing.chatting.stores.rules
    await (rules.delete(rule.id, now=pressing.services.clock()) if state == "deleted" else rules.pause(rule.id))
    assert words in (await pressing.tap(WANG, message, "参加")).text
    assert await answers_to(pressing.chatting, rule) == {}


async def test_a_press_forged_in_another_chat_changes_nothing(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting)
    await stand(pressing.chatting, rule)
    elsewhere = await pressing.chatting.ask(WANG, FORUM, "/ask 党小组长任期多久")
    in_private = await pressing.chatting.ask(WANG, WANG, "党小组长任期多久")
    for message in (elsewhere, in_private):
        assert "不管用" in (await pressing.forge(WANG, message, data_of("join", rule))).text
    assert await answers_to(pressing.chatting, rule) == {}
    assert await pressing.chatting.stores.people.roster(rule.chat_id) == []


@pytest.mark.parametrize(
    "data",
    [
        "r:join:999999:203001010900",
        "r:join:999999999999:203001010900",
        "r:join:{rule}:203001010900",  # no such event
        "r:join:{rule}:209913010900",
        "r:paid:{event}",  # no answer to a meeting
        "r:fly:{event}",
        "r:join:{event}:1",
        "r:",
        "r:how:1",
        "r:" + "x" * 62,
    ],
)
async def test_unknown_data_is_answered_and_changes_nothing(pressing: Pressing, data: str) -> None:
    rule = await new_rule(pressing.chatting)
    message = await stand(pressing.chatting, rule)
    event = data_of("", rule).removeprefix("r::")
    said = await pressing.forge(WANG, message, data.format(rule=rule.id, event=event))
    assert "再点" in said.text
    assert await answers_to(pressing.chatting, rule) == {}
    assert pressing.labels(message) == ["✅ 参加", "🙋 请假"]


async def test_a_locked_data_base_is_told_and_the_next_tap_works(pressing: Pressing, tmp_path: Path) -> None:
    rule = await new_rule(pressing.chatting)
    message = await stand(pressing.chatting, rule)
    lock = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    assert "记不下来" in (await pressing.tap(WANG, message, "参加")).text
    lock.execute("ROLLBACK")
    lock.close()
    assert "记下了" in (await pressing.tap(WANG, message, "参加")).text


async def test_several_events_in_one_message_are_counted_apart(pressing: Pressing) -> None:
    first = await new_rule(pressing.chatting)
    second = await new_rule(pressing.chatting, "dues", starts_in=2 * DAY)
    message = await stand(pressing.chatting, first, second)
    assert pressing.labels(message) == ["✅ 参加 (1)", "🙋 请假 (1)", "💰 已交 (2)", "怎么算"]
    await pressing.tap(WANG, message, "已交")
    await pressing.shows(message, "✅ 参加 (1)", "🙋 请假 (1)", "💰 已交 1 (2)", "怎么算")


async def test_taps_under_the_old_hour_are_counted_there(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting, starts_in=2 * DAY)
    message = await stand(pressing.chatting, rule)
    await pressing.tap(WANG, message, "参加")
    await pressing.shows(message, "✅ 参加 1")
    fresh = await move_the_hour(pressing, rule)
    await pressing.tap(LI, message, "参加")
    await pressing.shows(message, "✅ 参加 2")
    assert len(await answers_to(pressing.chatting, fresh)) == 2


async def test_taps_under_the_old_hour_of_a_long_past_due_are_counted_there(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting, "dues", starts_in=-4 * DAY)
    message = await stand(pressing.chatting, rule)
    await pressing.tap(WANG, message, "已交")
    await move_the_hour(pressing, rule)
    await pressing.tap(LI, message, "已交")
    await pressing.shows(message, "💰 已交 2")


async def test_a_row_whose_hour_was_moved_keeps_its_count_when_another_row_is_tapped(pressing: Pressing) -> None:
    first = await new_rule(pressing.chatting, starts_in=2 * DAY)
    second = await new_rule(pressing.chatting, starts_in=3 * DAY)
    message = await stand(pressing.chatting, first, second)
    await pressing.tap(WANG, message, "参加 (1)")
    await pressing.shows(message, "✅ 参加 1 (1)")
    await move_the_hour(pressing, first)
    await pressing.tap(LI, message, "参加 (2)")
    await pressing.shows(message, "✅ 参加 1 (1)", "✅ 参加 1 (2)")


async def test_both_reminders_of_the_old_hour_are_counted_anew(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting, starts_in=2 * DAY)
    older, newer = await stand(pressing.chatting, rule), await sent_at_once(pressing)
    assert older.text == newer.text and older.id != newer.id
    await move_the_hour(pressing, rule)
    await pressing.tap(WANG, older, "参加")
    await pressing.shows(older, "✅ 参加 1")
    await pressing.shows(newer, "✅ 参加 1")


async def test_after_a_restart_the_next_tap_shows_all_counts(base: KnowledgeBase, tmp_path: Path) -> None:
    box = Sandbox(TOKEN)
    address = await box.start(port=0)
    async with running(box, address, base, tmp_path) as before:
        message = await stand(before, await new_rule(before))
        await Pressing(before).tap(WANG, message, "参加")
    async with running(box, address, base, tmp_path) as after:
        pressing = Pressing(after)
        assert (await pressing.tap(LI, message, "参加")).text == "记下了：参加"
        await pressing.shows(message, "✅ 参加 2")
    await box.stop()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("<b>王</b> & 李", "<b>王</b> & 李"),
        ("\u202e王\u200f小\u2066明", "王小明"),
        ("王" * 500, "王" * 64),
        ("一行\n又一行\t\x00", "一行 又一行"),
        ("\u200b\u2060", "（没有名字）"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
    ],
)
async def test_hostile_names_stay_names(pressing: Pressing, name: str, kept: str) -> None:
    world = pressing.chatting.world
    user = world.add_user(User(31_000, name))
    world.put_chat(world.chat(GROUP).with_member(Member(user, "member")))
    rule = await new_rule(pressing.chatting)
    message = await stand(pressing.chatting, rule)
    await pressing.tap(name, message, "参加")
    (member,) = await pressing.chatting.stores.people.roster(rule.chat_id)
    assert member.name == kept == plain_name(name)
    assert kept in (await pressing.chatting.ask(LEADER, GROUP, "/roster")).text


async def test_a_tap_from_before_the_group_moved_counts_in_the_new_one(pressing: Pressing) -> None:
    world, stores = pressing.chatting.world, pressing.chatting.stores
    small = world.add_group("小群", LEADER, WANG, LI)
    rule = await new_rule(pressing.chatting, group="小群")
    message = await stand(pressing.chatting, rule)
    await pressing.tap(LI, message, "参加")
    await stores.chats.move(small, world.migrate(small), now=pressing.chatting.application.bot_data.clock())
    assert (await pressing.forge(WANG, message, data_of("join", rule))).text == "记下了：参加"
    assert len(await answers_to(pressing.chatting, rule)) == 2


async def test_a_small_group_that_has_not_moved_there_has_no_say(pressing: Pressing) -> None:
    world = pressing.chatting.world
    world.add_group("别的群", LEADER, WANG)
    rule = await new_rule(pressing.chatting)
    elsewhere = await pressing.chatting.ask(WANG, "别的群", "/ask 党小组长任期多久")
    await stand(pressing.chatting, rule)
    assert "不管用" in (await pressing.forge(WANG, elsewhere, data_of("join", rule))).text
    assert await answers_to(pressing.chatting, rule) == {}


async def test_a_message_too_old_for_telegram_to_show_still_counts(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting)
    message = await stand(pressing.chatting, rule)
    world = pressing.chatting.world
    user = world.user(WANG)
    shape = {
        "update_id": 900_100,
        "callback_query": {
            "id": world.presses.ask(user, "x"),
            "from": {"id": user.id, "is_bot": False, "first_name": user.name},
            "chat_instance": "1",
            "data": data_of("join", rule),
            "message": {
                "message_id": message.id,
                "date": 0,
                "chat": {"id": message.chat_id, "type": "supergroup", "title": GROUP},
            },
        },
    }
    application = pressing.chatting.application
    await application.process_update(Update.de_json(shape, application.bot))
    assert pressing.answers[-1].text == "记下了：参加"
    assert await answers_to(pressing.chatting, rule) == {user.id: "join"}


async def test_how_it_is_worked_out_is_told_once_for_a_while(pressing: Pressing) -> None:
    rule = await new_rule(pressing.chatting, "dues")
    message = await stand(pressing.chatting, rule)
    before = len(pressing.chatting.from_bot(GROUP))
    assert (await pressing.tap(WANG, message, "怎么算")).text == ""
    again = await pressing.tap(LI, message, "怎么算")
    assert again.text == "上面已经有了" and again.show_alert
    (answer,) = pressing.chatting.from_bot(GROUP)[before:]
    assert answer.reply_to == message.id
    assert "%" in answer.text and "/dues 6500" in answer.text
    later = pressing.services.clock() + timedelta(minutes=11)
    object.__setattr__(pressing.services, "clock", lambda: later)
    await pressing.tap(LI, message, "怎么算")
    assert len(pressing.chatting.from_bot(GROUP)) == before + 2


def test_the_words_say_what_has_changed() -> None:
    assert words_for("join", None, "meeting", is_over=False) == "记下了：参加"
    assert words_for("absent", "join", "study", is_over=False) == "改成请假了"
    assert words_for("join", "join", "meeting", is_over=True) == "已经是这个了"
    assert words_for("done", None, "report", is_over=True) == "记下了：已完成"
