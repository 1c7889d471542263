"""A leader sets reminders up in the group: by tapping, by one sentence, and keeps them in order."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import FORUM, GROUP, LEADER, LI, WANG, Chatting, labels
from setting_up import SENTENCE, below, broken, confirmed, rules
from standing import Pressing
from telegram import Update

from handlers.proposals import parse
from sandbox.errors import ApiError
from sandbox.model import Document
from scheduler.rule import DEFAULT_ZONE, Schedule


async def test_three_taps_set_a_meeting_up(chatting: Chatting) -> None:
    page = await chatting.press(LEADER, GROUP, await chatting.ask(LEADER, GROUP, "/setup"), "党小组会")
    assert "每月第一个周五 19:30" in page.text and "北京时间" in page.text
    done = await confirmed(chatting, page)
    assert "记下了" in done.text and not labels(done)
    (rule,) = await rules(chatting)
    assert (rule.rule.kind, rule.leader_id) == ("meeting", chatting.world.user(LEADER).id)


async def test_every_page_is_turned_and_changes_what_it_says(chatting: Chatting) -> None:
    page = await chatting.press(LEADER, GROUP, await chatting.ask(LEADER, GROUP, "/setup"), "收党费")
    taps = [
        "哪天",
        "每月第几个周几",
        "第二个",
        "周三",
        "几点",
        "19:00",
        "提前提醒",
        "提前1天",
        "返回",
        "节假日",
        "顺延",
    ]
    for label in [*taps, "催一次", "当天 12:00"]:
        page = await chatting.press(LEADER, GROUP, page, label)
    for words in ("每月第二个周三 19:00", "提前1天 9:00", "当天 12:00", "顺延"):
        assert words in page.text
    await confirmed(chatting, page)
    (rule,) = await rules(chatting)
    assert rule.rule.schedule.rrule == "FREQ=MONTHLY;BYDAY=2WE" and rule.rule.schedule.roll == "next"


async def test_a_change_to_what_was_deleted_meanwhile_is_not_said_to_be_saved(chatting: Chatting) -> None:
    await confirmed(chatting, await chatting.ask(LEADER, GROUP, SENTENCE))
    (rule,) = await rules(chatting)
    opened = await chatting.press(LEADER, GROUP, await chatting.ask(LEADER, GROUP, "/reminders"), "1.")
    before = len(chatting.from_bot(GROUP))
    chatting.world.press(LEADER, GROUP, opened.id, chatting.data(opened, "修改"))
    await chatting.until(lambda: len(chatting.from_bot(GROUP)) > before)
    page = chatting.from_bot(GROUP)[-1]
    await chatting.stores.rules.delete(rule.id, now=datetime.now(UTC))
    answer = await Pressing(chatting).tap(LEADER, page, "确认")
    assert "已经删掉了" in answer.text
    assert "记下了" not in chatting.world.message(page.chat_id, page.id).text


async def test_one_sentence_is_echoed_and_saved_only_when_confirmed(chatting: Chatting) -> None:
    page = await chatting.ask(LEADER, GROUP, SENTENCE)
    assert "每月第一个周五 19:30" in page.text and page.text.count("· ") == 3
    assert await rules(chatting) == []
    data = chatting.data(page, "确认")
    for _ in range(2):
        chatting.world.press(LEADER, GROUP, page.id, data)
    await chatting.until(lambda: "记下了" in chatting.world.message(page.chat_id, page.id).text)
    await chatting.ask(LEADER, GROUP, "/next")
    assert len(await rules(chatting)) == 1


@pytest.mark.parametrize(
    ("sentence", "words"),
    [("/remind", "/remind 每月"), ("/remind 每月第九个周五开会", ""), ("/remind 2020年1月1日9点开会", "")],
)
async def test_what_is_not_understood_is_said(chatting: Chatting, sentence: str, words: str) -> None:
    said = await chatting.ask(LEADER, GROUP, sentence)
    assert words in said.text and not labels(said) and await rules(chatting) == []


@pytest.mark.parametrize("command", ["/setup", SENTENCE])
async def test_others_are_told_kindly(chatting: Chatting, command: str) -> None:
    assert "管理员" in (await chatting.ask(WANG, GROUP, command)).text
    assert "群" in (await chatting.ask(WANG, WANG, command)).text


async def test_others_can_press_nothing(chatting: Chatting) -> None:
    page = await chatting.ask(LEADER, GROUP, SENTENCE)
    chatting.world.press(WANG, GROUP, page.id, chatting.data(page, "确认"))
    await chatting.ask(LI, LI, "党小组长任期多久")
    assert await rules(chatting) == []


async def test_a_page_of_another_group_saves_nothing(chatting: Chatting) -> None:
    here = await chatting.ask(LEADER, GROUP, SENTENCE)
    there = await chatting.ask(LEADER, FORUM, SENTENCE)
    press = parse(chatting.data(here, "确认"))
    assert press is not None
    draft = await chatting.stores.drafts.get(press.draft_id)
    assert draft is not None and draft.chat_id == here.chat_id != there.chat_id
    await confirmed(chatting, there, FORUM)
    assert await rules(chatting) == [] and len(await rules(chatting, FORUM)) == 1


async def test_a_topic_keeps_its_reminder(chatting: Chatting) -> None:
    topic = next(iter(chatting.world.chat(FORUM).topics))
    page = await chatting.ask(LEADER, FORUM, SENTENCE, thread_id=topic)
    await confirmed(chatting, page, FORUM)
    assert [r.thread_id for r in await rules(chatting, FORUM)] == [topic]


async def test_an_anonymous_administrator_may_and_is_the_leader_who_pressed(chatting: Chatting) -> None:
    chatting.world.set_anonymous(GROUP, LEADER)
    await confirmed(chatting, await chatting.ask(LEADER, GROUP, SENTENCE))
    assert [r.leader_id for r in await rules(chatting)] == [chatting.world.user(LEADER).id]


async def test_reminders_are_skipped_paused_changed_and_deleted(chatting: Chatting) -> None:
    await confirmed(chatting, await chatting.ask(LEADER, GROUP, SENTENCE))
    page = await chatting.press(LEADER, GROUP, await chatting.ask(LEADER, GROUP, "/reminders"), "1.")
    page = await chatting.press(LEADER, GROUP, page, "跳过下一次")
    assert "（跳过）" in page.text
    page = await chatting.press(LEADER, GROUP, page, "不跳过")
    assert "（跳过）" not in page.text
    page = await chatting.press(LEADER, GROUP, page, "暂停")
    assert [r.state for r in await rules(chatting)] == ["paused"]
    page = await chatting.press(LEADER, GROUP, page, "恢复")
    page = await chatting.press(LEADER, GROUP, page, "删除")
    page = await chatting.press(LEADER, GROUP, page, "真的删除")
    assert await rules(chatting) == []
    page = await chatting.press(LEADER, GROUP, page, "撤销")
    assert [r.state for r in await rules(chatting)] == ["active"]
    before = len(chatting.from_bot(GROUP))
    chatting.world.press(LEADER, GROUP, page.id, chatting.data(page, "修改"))
    await chatting.until(lambda: len(chatting.from_bot(GROUP)) > before)
    change = chatting.from_bot(GROUP)[-1]
    change = await chatting.press(LEADER, GROUP, await chatting.press(LEADER, GROUP, change, "几点"), "20:00")
    await confirmed(chatting, change)
    assert [(r.rule.schedule.start.hour, r.state) for r in await rules(chatting)] == [(20, "active")]


async def test_send_now_is_sent_once(chatting: Chatting) -> None:
    await confirmed(chatting, await chatting.ask(LEADER, GROUP, SENTENCE))
    page = await chatting.press(LEADER, GROUP, await chatting.ask(LEADER, GROUP, "/reminders"), "1.")
    for _ in range(2):
        chatting.world.press(LEADER, GROUP, page.id, chatting.data(page, "立即发送"))
    await chatting.ask(LEADER, GROUP, "/next")
    (rule,) = await rules(chatting)
    assert len([d for d in await chatting.stores.deliveries.of_rule(rule.id) if d.planned.lead == "+now"]) == 1


async def test_the_calendar_is_a_file(chatting: Chatting) -> None:
    assert "/setup" in (await chatting.ask(WANG, GROUP, "/calendar")).text
    await confirmed(chatting, await chatting.ask(LEADER, GROUP, SENTENCE))
    sent = await chatting.ask(WANG, GROUP, "/calendar")
    assert isinstance(sent.content, Document) and sent.content.name.endswith(".ics")


async def test_a_new_group_is_greeted_once_and_the_button_is_the_managers(chatting: Chatting) -> None:
    chatting.world.add_group("新群", LEADER, WANG)
    await chatting.until(lambda: bool(chatting.from_bot("新群")))
    (hello,) = chatting.from_bot("新群")
    chatting.world.press(WANG, "新群", hello.id, "g:setup")
    await chatting.ask(LI, LI, "党小组长任期多久")
    assert len(chatting.from_bot("新群")) == 1
    chatting.world.press(LEADER, "新群", hello.id, "g:setup")
    await chatting.until(lambda: len(chatting.from_bot("新群")) == 2)


async def test_a_group_that_lets_the_bot_back_in_keeps_its_reminders(chatting: Chatting) -> None:
    await confirmed(chatting, await chatting.ask(LEADER, GROUP, SENTENCE))
    chatting.world.kick_bot(GROUP)
    number = chatting.world.chat(GROUP).id
    while (chat := await chatting.stores.chats.get(number)) is None or chat.state != "gone":
        await chatting.ask(LI, LI, "党小组长任期多久")
    (told,) = [d for d in await chatting.stores.deliveries.of_rule(1) if d.planned.purpose == "notice"]
    assert told.planned.chat_id == chatting.world.user(LEADER).id
    chatting.world.add_bot(GROUP)
    await chatting.until(lambda: "我回来了" in chatting.from_bot(GROUP)[-1].text)
    assert [r.state for r in await rules(chatting)] == ["active"]


async def test_a_group_that_becomes_a_supergroup_keeps_its_reminders(chatting: Chatting) -> None:
    small = chatting.world.add_group("小群", LEADER, WANG)
    await chatting.until(lambda: bool(chatting.from_bot("小群")))
    await confirmed(chatting, await chatting.ask(LEADER, "小群", SENTENCE), "小群")
    moved = chatting.world.migrate(small)
    while not await chatting.stores.rules.of_chat(moved):
        await chatting.ask(LI, LI, "党小组长任期多久")
    assert list(await chatting.stores.rules.of_chat(small)) == []


async def test_a_hostile_title_stays_text(chatting: Chatting) -> None:
    page = await chatting.ask(LEADER, GROUP, "/remind 每天9点 “<b>粗</b>&<i>” " + "长" * 300)
    assert len(page.text) < 4096
    page = await chatting.ask(LEADER, GROUP, "/remind 每天9点 “<b>粗</b>&”")
    assert "<b>粗</b>&" in page.text
    await confirmed(chatting, page)
    assert "<b>粗</b>&" in (await chatting.ask(LEADER, GROUP, "/reminders")).text


async def test_talk_in_the_group_is_left_alone(chatting: Chatting) -> None:
    page = await chatting.ask(LEADER, GROUP, SENTENCE)
    said = chatting.world.say(WANG, GROUP, "今晚吃什么")
    chatting.world.say(LI, GROUP, "火锅", reply_to=said.id)
    await chatting.silence(GROUP)
    assert page.id == chatting.from_bot(GROUP)[-1].id


@pytest.mark.parametrize("blank", ["　", "\n", "\u00a0", "  "])
async def test_no_word_after_the_command_is_dropped_whatever_blank_stands_before_it(
    chatting: Chatting, blank: str
) -> None:
    page = await chatting.ask(LEADER, GROUP, f"/remind{blank}每两周的 周五晚上8点学习")
    assert "每2周的周五" in page.text


async def test_marks_that_turn_the_writing_around_are_taken_out(chatting: Chatting) -> None:
    page = await chatting.ask(LEADER, GROUP, "/remind 每天9点 开会\u202e倒过来")
    assert "开会倒过来" in page.text and "\u202e" not in page.text


async def test_days_are_counted_from_when_it_was_said_however_late_it_is_heard(chatting: Chatting) -> None:
    said_at = datetime.now(UTC) - timedelta(hours=30)
    leader, chat = chatting.world.user(LEADER), chatting.world.chat(GROUP)
    message = {
        "message_id": 1,
        "date": int(said_at.timestamp()),
        "chat": {"id": chat.id, "type": "supergroup", "title": GROUP},
        "from": {"id": leader.id, "is_bot": False, "first_name": "张"},
        "text": "/remind 后天23:59 交学习心得",
        "entities": [{"type": "bot_command", "offset": 0, "length": 7}],
    }
    shape = {"update_id": 900_003, "message": message}
    await chatting.application.process_update(Update.de_json(shape, chatting.application.bot))
    day = said_at.astimezone(ZoneInfo(DEFAULT_ZONE)) + timedelta(days=2)
    (page,) = chatting.from_bot(GROUP)
    assert f"{day.month}月{day.day}日" in page.text and "日子从那时算起" in page.text


async def test_a_save_that_can_not_be_shown_is_said_and_is_not_asked_for_again(chatting: Chatting) -> None:
    pressing = Pressing(chatting)
    page = await chatting.ask(LEADER, GROUP, SENTENCE)
    chatting.world.fail_next(ApiError(400, "Bad Request: MESSAGE_ID_INVALID"), method="editMessageText")
    assert (await pressing.tap(LEADER, page, "确认")).text.startswith("记下了")
    again = await pressing.tap(LEADER, page, "确认")
    assert "已经保存了" in again.text and "/reminders" in again.text
    assert len(await rules(chatting)) == 1


async def test_a_save_that_the_data_base_refuses_can_be_tapped_again(chatting: Chatting, tmp_path: Path) -> None:
    pressing = Pressing(chatting)
    page = await chatting.ask(LEADER, GROUP, SENTENCE)
    async with broken(tmp_path, "rules"):
        assert "记不下来" in (await pressing.tap(LEADER, page, "确认")).text
    assert (await pressing.tap(LEADER, page, "确认")).text.startswith("记下了")
    assert len(await rules(chatting)) == 1


@pytest.mark.parametrize("command", ["/setup", SENTENCE, "/reminders"])
async def test_a_failing_data_base_is_said(chatting: Chatting, tmp_path: Path, command: str) -> None:
    async with broken(tmp_path, "rules" if command == "/reminders" else "drafts"):
        assert "过一会儿再试" in (await chatting.ask(LEADER, GROUP, command)).text


async def test_a_save_after_the_bot_was_removed_leaves_the_group_gone(chatting: Chatting) -> None:
    page = await chatting.ask(LEADER, GROUP, SENTENCE)
    chatting.world.kick_bot(GROUP)
    number = chatting.world.chat(GROUP).id
    while (chat := await chatting.stores.chats.get(number)) is None or chat.state != "gone":
        await chatting.ask(LI, LI, "党小组长任期多久")
    await Pressing(chatting).forge(LEADER, page, chatting.data(page, "确认"))
    chat = await chatting.stores.chats.get(number)
    assert chat is not None and chat.state == "gone" and await rules(chatting) == []


async def test_a_choice_that_never_comes_is_refused_with_the_reason(chatting: Chatting) -> None:
    pressing = Pressing(chatting)
    page = await chatting.ask(LEADER, GROUP, "/remind 从2030年1月6日起每周日9点学习")
    page = await chatting.press(LEADER, GROUP, page, "节假日")
    told = await pressing.tap(LEADER, page, "跳过")
    assert "一次也不剩" in told.text and told.show_alert


async def test_an_hour_before_its_own_reminders_is_refused_with_the_reason(chatting: Chatting) -> None:
    page = await chatting.ask(LEADER, GROUP, "/remind 每周五晚上8点党小组会，当天下午5点提醒")
    page = await chatting.press(LEADER, GROUP, page, "几点")
    assert "当天 17:00提醒就晚了" in (await Pressing(chatting).tap(LEADER, page, "16:00")).text
    said = await chatting.ask(LEADER, GROUP, "/remind 每周五上午9点党小组会，没回的当天中午12点催一次")
    assert "就晚了" in said.text and not labels(said)


async def test_the_same_is_not_set_up_twice_in_one_place(chatting: Chatting) -> None:
    await confirmed(chatting, await chatting.ask(LEADER, GROUP, SENTENCE))
    again = await chatting.ask(LEADER, GROUP, SENTENCE)
    assert "同样的提醒" in (await Pressing(chatting).tap(LEADER, again, "确认")).text
    at_eight = await chatting.press(LEADER, GROUP, await chatting.press(LEADER, GROUP, again, "几点"), "20:00")
    await confirmed(chatting, at_eight)
    assert len(await rules(chatting)) == 2


async def test_leads_stand_in_order_however_they_were_tapped(chatting: Chatting) -> None:
    page = await chatting.ask(LEADER, GROUP, "/remind 每月第一个周五晚上7点半开党小组会，提前1小时提醒")
    for label in ("提前提醒", "提前3天 9:00", "返回"):
        page = await chatting.press(LEADER, GROUP, page, label)
    assert "提前3天 9:00、提前1小时提醒" in page.text


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("每周五下午3点学习，地点一楼", "每周五下午3点学习，地点二楼"),
        ("每周五下午3点学习，共3次", "从2027年6月1日起每周五下午3点学习，共3次"),
        ("2027年1月4日到8日每天9点学习", "2027年2月1日到5日每天9点学习"),
        ("从明年6月起每周五下午3点学习", "每周五下午3点学习"),
        ("每周五下午3点学习，议程：第一章", "每周五下午3点学习，议程：第二章"),
    ],
)
async def test_what_only_looks_the_same_is_set_up_beside_it(chatting: Chatting, first: str, second: str) -> None:
    for phrase in (first, second):
        await confirmed(chatting, await chatting.ask(LEADER, GROUP, f"/remind {phrase}"))
    assert len(await rules(chatting)) == 2


async def test_beside_one_that_is_paused_the_same_is_set_up_anew(chatting: Chatting) -> None:
    await confirmed(chatting, await chatting.ask(LEADER, GROUP, SENTENCE))
    (paused,) = await rules(chatting)
    await chatting.stores.rules.pause(paused.id)
    await confirmed(chatting, await chatting.ask(LEADER, GROUP, SENTENCE))
    assert len(await rules(chatting)) == 2


async def test_a_single_one_that_nobody_would_be_reminded_of_is_not_saved(chatting: Chatting) -> None:
    pressing = Pressing(chatting)
    page = await chatting.ask(LEADER, GROUP, "/remind 一小时后交材料，提前1天提醒")
    told = await pressing.tap(LEADER, page, "确认")
    assert "没有保存" in told.text and told.show_alert and await rules(chatting) == []
    page = await chatting.press(LEADER, GROUP, await chatting.press(LEADER, GROUP, page, "提前提醒"), "到点")
    page = await chatting.press(LEADER, GROUP, page, "返回")
    assert "到时候我来提醒" in (await confirmed(chatting, page)).text


async def test_a_single_one_is_moved_by_a_day_with_a_tap_or_a_typed_day(chatting: Chatting) -> None:
    page = await chatting.ask(LEADER, GROUP, "/remind 明天下午三点 交学习心得")
    page = await chatting.press(LEADER, GROUP, page, "哪天")
    assert not any("每" in label for label in labels(page))
    page = await chatting.press(LEADER, GROUP, page, "后天")
    page = await chatting.press(LEADER, GROUP, page, "哪天")
    asked = await below(chatting, page, "别的日子")
    page = await chatting.ask(LEADER, GROUP, "2031年3月6日", reply_to=asked.id)
    assert "日子改好了" in page.text and "3月6日 周四 15:00" in page.text
    await confirmed(chatting, page)
    (rule,) = await rules(chatting)
    assert rule.rule.schedule == Schedule(datetime(2031, 3, 6, 15))
