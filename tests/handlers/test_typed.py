"""What has to be typed for a set-up: a reply to the message that asks for it."""

from datetime import time
from pathlib import Path

import pytest
from conftest import GROUP, LEADER, WANG, Chatting, labels
from setting_up import SENTENCE, broken, confirmed, rules

from handlers.proposals import reply_field
from sandbox.model import Message
from scheduler.rule import Lead

COMING = ("这个群还没有提醒", "往后30天")  # what /next says


async def test_place_and_agenda_are_typed_as_a_reply(chatting: Chatting) -> None:
    page = await chatting.ask(LEADER, GROUP, SENTENCE)
    before = len(chatting.from_bot(GROUP))
    chatting.world.press(LEADER, GROUP, page.id, chatting.data(page, "地点"))
    await chatting.until(lambda: len(chatting.from_bot(GROUP)) > before)
    prompt = chatting.from_bot(GROUP)[-1]
    said = await chatting.ask(WANG, GROUP, "我说了算", reply_to=prompt.id)
    assert "管理员" in said.text
    below = await chatting.ask(LEADER, GROUP, "三楼 <b>大</b> 会议室", reply_to=prompt.id)
    assert "地点改好了" in below.text and "地点：三楼 <b>大</b> 会议室" in below.text
    await chatting.until(lambda: not labels(chatting.world.message(page.chat_id, page.id)))
    await confirmed(chatting, below)
    assert [r.rule.place for r in await rules(chatting)] == ["三楼 <b>大</b> 会议室"]


async def prompted(chatting: Chatting, page: Message, *buttons: str) -> Message:
    page = chatting.world.message(page.chat_id, page.id) or page
    for button in buttons[:-1]:
        page = await chatting.press(LEADER, GROUP, page, button)
    before = len(chatting.from_bot(GROUP))
    chatting.world.press(LEADER, GROUP, page.id, chatting.data(page, buttons[-1]))
    await chatting.until(lambda: len(chatting.from_bot(GROUP)) > before)
    return chatting.from_bot(GROUP)[-1]


async def replied(chatting: Chatting, page: Message, *buttons: str, words: str) -> Message:
    """Tap through to a prompt, reply to it; what the bot says to that."""
    prompt = await prompted(chatting, page, *buttons)
    return await chatting.ask(LEADER, GROUP, words, reply_to=prompt.id)


async def test_any_hour_and_any_lead_can_be_typed(chatting: Chatting) -> None:
    page = await chatting.ask(LEADER, GROUP, SENTENCE)
    assert "没看懂" in (await replied(chatting, page, "几点", "别的钟点", words="下午")).text
    below = await replied(chatting, page, "别的钟点", words="晚上7点一刻")
    assert "改好了（19:15）" in below.text
    assert "没看懂" in (await replied(chatting, below, "提前提醒", "别的时候", words="明天")).text
    below = await replied(chatting, below, "别的时候", words="提前2天晚上8点")
    assert "改好了" in below.text
    await confirmed(chatting, below)
    (rule,) = await rules(chatting)
    assert rule.rule.schedule.start.time() == time(19, 15)
    assert Lead(2, at=time(20)) in rule.rule.leads


async def test_every_prompt_takes_its_answer_late_and_more_than_once(chatting: Chatting) -> None:
    page = await chatting.ask(LEADER, GROUP, SENTENCE)
    place = await prompted(chatting, page, "地点")
    agenda = await prompted(chatting, page, "议程")
    shown = chatting.world.message(page.chat_id, page.id) or page
    await chatting.press(LEADER, GROUP, await chatting.press(LEADER, GROUP, shown, "几点"), "20:00")
    for prompt, words in ((place, "三楼"), (agenda, "学习文件"), (place, "老干部活动中心二楼")):
        page = await chatting.ask(LEADER, GROUP, words, reply_to=prompt.id)
        assert "改好了" in page.text
    await confirmed(chatting, page)
    (rule,) = await rules(chatting)
    assert (rule.rule.place, rule.rule.note) == ("老干部活动中心二楼", "学习文件")
    said = await chatting.ask(LEADER, GROUP, "四楼", reply_to=place.id)
    assert "已经保存了" in said.text and await chatting.stores.misses.all() == []


async def test_words_typed_for_the_page_are_no_question_when_the_data_base_fails(
    chatting: Chatting, tmp_path: Path
) -> None:
    prompt = await prompted(chatting, await chatting.ask(LEADER, GROUP, SENTENCE), "地点")
    async with broken(tmp_path, "drafts"):
        said = await chatting.ask(LEADER, GROUP, "老干部活动中心二楼", reply_to=prompt.id)
    assert "记不下来" in said.text


async def test_a_prompt_names_who_pressed_and_asks_nobody_else(chatting: Chatting) -> None:
    page = await chatting.ask(LEADER, GROUP, SENTENCE)
    prompt = await prompted(chatting, page, "地点")
    assert prompt.text.startswith(f"{chatting.world.user(LEADER).name}，") and reply_field("地点").selective
    chatting.world.set_anonymous(GROUP, LEADER)
    assert (await prompted(chatting, page, "地点")).text.startswith("回复这条消息")


async def test_words_that_are_edited_correct_the_page_and_are_no_question(chatting: Chatting) -> None:
    prompt = await prompted(chatting, await chatting.ask(LEADER, GROUP, SENTENCE), "地点")
    typed = chatting.world.say(LEADER, GROUP, "三搂会议室", reply_to=prompt.id)
    await chatting.until(lambda: "三搂" in chatting.from_bot(GROUP)[-1].text)
    page = chatting.from_bot(GROUP)[-1]
    chatting.world.edit(LEADER, GROUP, typed.id, "三楼会议室")
    await chatting.until(lambda: "三楼会议室" in (chatting.world.message(page.chat_id, page.id) or page).text)
    shown = chatting.from_bot(GROUP)[-1]
    assert shown.id == page.id and "确认" in "".join(labels(shown))
    await confirmed(chatting, shown)
    chatting.world.edit(LEADER, GROUP, typed.id, "四楼会议室")
    await chatting.until(lambda: "已经保存了" in chatting.from_bot(GROUP)[-1].text)
    assert [r.rule.place for r in await rules(chatting)] == ["三楼会议室"]


async def typed(chatting: Chatting, page: Message, *buttons: str, words: str) -> tuple[Message, Message]:
    """Tap through to a prompt and reply to it: the reply, and the page that answers it."""
    prompt, before = await prompted(chatting, page, *buttons), len(chatting.from_bot(GROUP))
    said = chatting.world.say(LEADER, GROUP, words, reply_to=prompt.id)
    await chatting.until(lambda: len(chatting.from_bot(GROUP)) > before)
    return said, chatting.from_bot(GROUP)[-1]


async def edited(chatting: Chatting, said: Message, words: str) -> list[str]:
    """And taken in: a group is answered in the order of what is said there. What the bot has said to it."""
    before = len(chatting.from_bot(GROUP))
    chatting.world.edit(LEADER, GROUP, said.id, words)
    chatting.world.say(WANG, GROUP, "/next")
    await chatting.until(lambda: any(m.text.startswith(COMING) for m in chatting.from_bot(GROUP)[before:]))
    return [m.text for m in chatting.from_bot(GROUP)[before:] if not m.text.startswith(COMING)]


def text_of(chatting: Chatting, page: Message) -> str:
    return (chatting.world.message(page.chat_id, page.id) or page).text


async def test_a_lead_that_is_edited_takes_the_place_of_the_one_it_was(chatting: Chatting) -> None:
    page = await chatting.ask(LEADER, GROUP, SENTENCE)
    said, shown = await typed(chatting, page, "提前提醒", "别的时候", words="提前5天晚上8点")
    assert "提前5天 20:00" in shown.text
    steps = {
        "提前6天晚上8点": "提前6天 20:00、提前3天",
        "提前3天": "；提前3天",  # which was there before
        "提前4天": "提前4天 9:00、提前3天",
    }
    for words, leads in steps.items():
        assert await edited(chatting, said, words) == []
        assert leads in text_of(chatting, shown) and "提前5天" not in text_of(chatting, shown)


async def test_an_edit_that_says_the_same_leaves_what_was_chosen_since(chatting: Chatting) -> None:
    page = await chatting.ask(LEADER, GROUP, SENTENCE)
    said, shown = await typed(chatting, page, "几点", "别的钟点", words="19:15")
    shown = await chatting.press(LEADER, GROUP, await chatting.press(LEADER, GROUP, shown, "几点"), "20:00")
    for words in ("19:15 ", "晚上7点一刻"):
        assert await edited(chatting, said, words) == []
        assert "20:00" in text_of(chatting, shown)
    await edited(chatting, said, "19:20")
    assert "19:20" in text_of(chatting, shown)


@pytest.mark.parametrize("end", ["确认", "取消"])
async def test_an_edit_that_says_the_same_needs_no_word_once_the_page_is_done_with(
    chatting: Chatting, end: str
) -> None:
    page = await chatting.ask(LEADER, GROUP, SENTENCE)
    said, shown = await typed(chatting, page, "几点", "别的钟点", words="19:15")
    shown = await chatting.press(LEADER, GROUP, await chatting.press(LEADER, GROUP, shown, "几点"), "20:00")
    await chatting.press(LEADER, GROUP, shown, end)
    assert await edited(chatting, said, "19:15 ") == []
    (told,) = await edited(chatting, said, "19:20")
    assert "已经保存了" in told
