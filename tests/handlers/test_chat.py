"""What members see, in private and in groups."""

from datetime import UTC, datetime, timedelta

import pytest
from conftest import FORUM, GROUP, LEADER, LI, WANG, Chatting, labels
from standing import Pressing

from handlers import Services
from sandbox.model import InlineAnswered

QUESTION = "预备党员能当党小组长吗"


def services_of(chatting: Chatting) -> Services:
    return chatting.application.bot_data


async def test_a_private_question_is_answered_with_its_source(chatting: Chatting) -> None:
    answer = await chatting.ask(WANG, WANG, QUESTION)
    assert "正式党员" in answer.text
    assert "出处" in answer.text and "行" in answer.text
    assert {"👍", "👎", "原文"} <= set(labels(answer))


async def test_in_a_group_the_bot_is_silent_unless_addressed(chatting: Chatting) -> None:
    chatting.world.say(WANG, GROUP, QUESTION)
    chatting.world.say(WANG, GROUP, f"@other_bot {QUESTION}")
    chatting.world.show(WANG, GROUP, "sticker")
    await chatting.silence(GROUP)


async def test_in_a_group_a_mention_is_answered_as_a_reply(chatting: Chatting) -> None:
    answer = await chatting.ask(WANG, GROUP, f"@party_group_bot {QUESTION}")
    assert "正式党员" in answer.text
    assert answer.reply_to is not None


async def test_in_a_group_a_command_and_a_reply_are_answered(chatting: Chatting) -> None:
    first = await chatting.ask(WANG, GROUP, f"/ask {QUESTION}")
    assert "正式党员" in first.text
    second = await chatting.ask(LI, GROUP, "党小组长任期多久", reply_to=first.id)
    assert "支部委员会" in second.text or "支委会" in second.text


async def test_in_a_group_a_reply_to_what_is_no_answer_is_no_question(chatting: Chatting) -> None:
    """Neither said nor kept, whatever members say to one another under it; with the bot's name it is one."""
    page = await chatting.ask(LEADER, GROUP, "/remind 每周五晚上8点开党小组会")
    coming = await chatting.ask(LEADER, GROUP, "/next")
    joined = await chatting.ask(LEADER, GROUP, "/join")
    before = len(chatting.from_bot(GROUP))
    for said in (page, coming, joined):
        chatting.world.say(WANG, GROUP, "我请假，孩子发烧要去医院", reply_to=said.id)
    await chatting.silence(GROUP)
    answer = await chatting.ask(WANG, GROUP, f"@party_group_bot {QUESTION}", reply_to=page.id)
    assert "正式党员" in answer.text
    assert "正式党员" in (await chatting.ask(LI, GROUP, f"/ask {QUESTION}", reply_to=page.id)).text
    assert len(chatting.from_bot(GROUP)) == before + 2
    assert await chatting.stores.misses.all() == []


async def test_in_a_group_a_reply_is_a_question_under_all_that_answers_one(chatting: Chatting) -> None:
    for first in ("/ask 谢谢", "/ask 支部书记的职责有哪些", "/ask", "/dues 6500", "/topics"):
        said = await chatting.ask(WANG, GROUP, first)
        assert "支委会" in (await chatting.ask(WANG, GROUP, "党小组长任期多久", reply_to=said.id)).text


async def test_in_a_group_an_answer_from_before_a_restart_is_one_still(chatting: Chatting) -> None:
    first = await chatting.ask(WANG, GROUP, f"/ask {QUESTION}")
    services_of(chatting).answered.forget_where(lambda _: True)
    assert "支委会" in (await chatting.ask(LI, GROUP, "党小组长任期多久", reply_to=first.id)).text


async def test_a_caption_is_a_question(chatting: Chatting) -> None:
    before = len(chatting.from_bot(WANG))
    chatting.world.show(WANG, WANG, "photo", QUESTION)
    await chatting.until(lambda: len(chatting.from_bot(WANG)) > before)
    assert "正式党员" in chatting.from_bot(WANG)[-1].text


async def test_replies_stay_in_their_topic(chatting: Chatting) -> None:
    topic = chatting.world.create_topic(FORUM, "学习")
    answer = await chatting.ask(WANG, FORUM, f"@party_group_bot {QUESTION}", thread_id=topic)
    assert answer.thread_id == topic


async def test_a_picture_without_words_gets_a_hint_in_private(chatting: Chatting) -> None:
    chatting.world.show(WANG, WANG, "voice")
    await chatting.until(lambda: bool(chatting.from_bot(WANG)))
    assert "文字" in chatting.from_bot(WANG)[-1].text


async def test_buttons_edit_in_place_and_lead_back(chatting: Chatting) -> None:
    answer = await chatting.ask(WANG, WANG, QUESTION)
    other = labels(answer)[0]
    shown = await chatting.press(WANG, WANG, answer, other)
    assert shown.text != answer.text and "‹ 返回" in labels(shown)
    again = await chatting.press(WANG, WANG, shown, "返回")
    assert (again.text, labels(again)) == (answer.text, labels(answer))


async def test_the_source_text_is_shown_by_line(chatting: Chatting) -> None:
    answer = await chatting.ask(WANG, WANG, QUESTION)
    shown = await chatting.press(WANG, WANG, answer, "原文")
    assert "第48行：第48句" in shown.text


async def test_an_edited_question_edits_its_answer(chatting: Chatting) -> None:
    answer = await chatting.ask(WANG, WANG, QUESTION)
    asked = next(m for m in chatting.world.messages(WANG) if m.text == QUESTION)
    chatting.world.edit(WANG, WANG, asked.id, "党小组长任期多久")
    await chatting.until(lambda: chatting.from_bot(WANG)[-1].text != answer.text)
    assert len(chatting.from_bot(WANG)) == 1


async def test_a_refusal_is_recorded_without_a_name_and_can_be_forgotten(chatting: Chatting) -> None:
    answer = await chatting.ask(WANG, WANG, "支部书记的职责有哪些")
    assert labels(answer)
    (miss,) = await chatting.stored(1)
    assert (miss.decision, miss.text) == ("refused", "支部书记的职责有哪些")
    reply = await chatting.ask(WANG, WANG, "/forgetme")
    assert "1 条" in reply.text
    assert await chatting.stores.misses.all() == []


async def test_a_thumb_down_is_recorded_once_and_only_by_who_asked(chatting: Chatting) -> None:
    answer = await chatting.ask(WANG, GROUP, f"@party_group_bot {QUESTION}")
    data = chatting.data(answer, "👎")
    chatting.world.press(LI, GROUP, answer.id, data)
    chatting.world.press(WANG, GROUP, answer.id, data)
    chatting.world.press(WANG, GROUP, answer.id, data)
    await chatting.ask(WANG, WANG, "党小组长任期多久")
    assert [m.decision for m in await chatting.stored(1)] == ["thumbs_down"]


async def test_the_second_of_two_taps_is_not_told_to_ask_again(chatting: Chatting) -> None:
    pressing = Pressing(chatting)
    answer = await chatting.ask(WANG, WANG, QUESTION)
    await pressing.tap(WANG, answer, "原文")
    shown = chatting.world.message(answer.chat_id, answer.id)
    assert shown is not None
    again = await pressing.forge(WANG, shown, chatting.data(answer, "原文"))
    assert again.text == "刚才有人点过了，现在是页面上这样。"
    assert chatting.world.message(answer.chat_id, answer.id) == shown


@pytest.mark.parametrize("data", ["", "x", "s:nowhere", "t:99", "s:../../x", "n:", "😀" * 10])
async def test_foreign_callback_data_does_nothing(chatting: Chatting, data: str) -> None:
    answer = await chatting.ask(WANG, WANG, QUESTION)
    query = chatting.world.press
    try:
        query(WANG, WANG, answer.id, data)
    except Exception:  # the stand-in itself refuses what Telegram would
        return
    await chatting.ask(WANG, WANG, "党小组长任期多久")
    assert chatting.world.message(answer.chat_id, answer.id) == answer


async def test_traditional_script_is_answered_in_kind(chatting: Chatting) -> None:
    answer = await chatting.ask(WANG, WANG, "預備黨員能當黨小組長嗎")
    assert "正式黨員" in answer.text


async def test_markup_in_a_question_stays_text(chatting: Chatting) -> None:
    answer = await chatting.ask(WANG, WANG, "<b>你好</b> & <script>")
    assert answer.text


async def test_start_with_an_entry_opens_it(chatting: Chatting) -> None:
    assert "正式党员" in (await chatting.ask(WANG, WANG, "/start probationary-member")).text
    assert "党小组助手" in (await chatting.ask(WANG, WANG, "/start")).text


async def test_topics_are_browsed_page_by_page(chatting: Chatting) -> None:
    topics = await chatting.ask(WANG, WANG, "/topics")
    page = await chatting.press(WANG, WANG, topics, "职责")
    assert "下一页 ›" in labels(page)
    following = await chatting.press(WANG, WANG, page, "下一页")
    assert set(labels(following)) != set(labels(page))
    entry = await chatting.press(WANG, WANG, following, labels(following)[0])
    assert "出处" in entry.text


@pytest.mark.parametrize("words", ["开始", "“开始”", "開始", " 开始。"])
async def test_begin_typed_in_private_is_the_start(chatting: Chatting, words: str) -> None:
    assert "党小组助手" in (await chatting.ask(WANG, WANG, words)).text
    assert await chatting.stores.misses.all() == []


async def test_begin_typed_in_a_group_is_a_question_like_others(chatting: Chatting) -> None:
    assert "我是党小组助手" not in (await chatting.ask(WANG, GROUP, "@party_group_bot 开始")).text


async def test_everybody_is_told_the_numbers_that_the_configuration_asks_for(chatting: Chatting) -> None:
    world = chatting.world
    assert f"你的编号：{world.user(WANG).id}，" in (await chatting.ask(WANG, WANG, "/id")).text
    in_group = (await chatting.ask(WANG, GROUP, "/id")).text
    assert f"本群的编号：{world.chat(GROUP).id}，" in in_group and "话题" not in in_group
    topic = world.create_topic(FORUM, "学习")
    in_topic = (await chatting.ask(WANG, FORUM, "/id", thread_id=topic)).text
    assert f"本群的编号：{world.chat(FORUM).id}，" in in_topic and f"话题的编号：{topic}，" in in_topic
    assert "/id" in (await chatting.ask(WANG, WANG, "/help")).text
    offered = {c.name for found in world.profile.commands.values() for c in found}
    assert "help" in offered and "id" not in offered


@pytest.mark.parametrize("command", ["/help", "/about", "/privacy"])
async def test_the_other_commands_answer(chatting: Chatting, command: str) -> None:
    assert len((await chatting.ask(WANG, WANG, command)).text) > 20


async def test_commands_are_published_by_scope(chatting: Chatting) -> None:
    commands = await chatting.application.bot.get_my_commands()
    assert commands == ()  # nothing in the default scope: each kind of chat has its own list


async def test_too_many_questions_get_one_hint(chatting: Chatting) -> None:
    for _ in range(15):
        chatting.world.say(WANG, WANG, QUESTION)
    await chatting.until(lambda: any("歇一分钟" in m.text for m in chatting.from_bot(WANG)))
    await chatting.ask(LI, LI, QUESTION)
    assert sum("歇一分钟" in m.text for m in chatting.from_bot(WANG)) == 1


async def test_a_follow_up_is_understood_per_member(chatting: Chatting) -> None:
    await chatting.ask(WANG, WANG, "在职党员党费交多少")
    answer = await chatting.ask(WANG, WANG, "退休的呢")
    assert "5000" in answer.text


async def test_an_old_group_question_is_left_alone_and_an_old_private_one_answered(
    chatting: Chatting, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = chatting.application.bot_data
    later = datetime.now(UTC) + timedelta(minutes=11)
    object.__setattr__(services, "clock", lambda: later)
    chatting.world.say(LEADER, GROUP, f"@party_group_bot {QUESTION}")
    await chatting.silence(GROUP)


@pytest.mark.parametrize(("typed", "first"), [("兼任", "secretary-concurrent"), ("党费基数", "dues-base")])
async def test_inline_mode_offers_entries(chatting: Chatting, typed: str, first: str) -> None:
    answers: list[InlineAnswered] = []
    chatting.world.listen(lambda event: answers.append(event) if isinstance(event, InlineAnswered) else None)
    chatting.world.ask_inline(WANG, typed)
    await chatting.until(lambda: bool(answers))
    assert first in [result.id for result in answers[0].results[:2]]


async def test_an_unknown_command_gets_a_hint_in_private_and_silence_in_a_group(chatting: Chatting) -> None:
    assert "/help" in (await chatting.ask(WANG, WANG, "/nothing")).text
    chatting.world.say(WANG, GROUP, "/nothing")
    await chatting.silence(GROUP)
