"""What must hold when something goes wrong: no answer lost, nobody disturbed, nothing kept that should not be."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from conftest import GROUP, LEADER, LI, WANG, Chatting, labels
from telegram import Update

from handlers.memory import Memory
from sandbox.errors import ApiError
from sandbox.model import InlineAnswered

OUTSIDE = "支部书记的职责有哪些"
NOW = datetime(2026, 3, 2, tzinfo=UTC)
ANONYMOUS = {"id": 1_087_968_824, "is_bot": True, "first_name": "Group"}


async def test_a_locked_data_base_costs_no_answer(chatting: Chatting, tmp_path: Path) -> None:
    lock = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    assert "书记" in (await chatting.ask(WANG, WANG, OUTSIDE)).text
    lock.execute("ROLLBACK")
    lock.close()


async def test_server_trouble_costs_no_answer(chatting: Chatting) -> None:
    chatting.world.fail_next(ApiError(502, "Bad Gateway"), method="sendMessage")
    assert "支委会" in (await chatting.ask(WANG, WANG, "党小组长任期多久")).text


async def test_one_chat_told_to_slow_down_does_not_hold_up_another(chatting: Chatting) -> None:
    chatting.world.flood(retry_after=3, method="sendMessage")
    chatting.world.say(WANG, WANG, "党小组长任期多久")
    await asyncio.sleep(0.2)
    async with asyncio.timeout(2):
        await chatting.ask(LI, LI, "党小组长任期多久")
    await chatting.until(lambda: bool(chatting.from_bot(WANG)))


async def test_a_question_asked_before_the_group_moved_is_answered_in_the_new_one(chatting: Chatting) -> None:
    old = chatting.world.say(WANG, GROUP, "大家好")
    moved = chatting.world.migrate(GROUP)
    shape = {
        "update_id": 900_001,
        "message": {
            "message_id": old.id + 50,
            "date": int(datetime.now(UTC).timestamp()),
            "chat": {"id": old.chat_id, "type": "group", "title": GROUP},
            "from": {"id": 20_001, "is_bot": False, "first_name": "王"},
            "text": "/ask 党小组长任期多久",
            "entities": [{"type": "bot_command", "offset": 0, "length": 4}],
        },
    }
    await chatting.application.process_update(Update.de_json(shape, chatting.application.bot))
    assert any("支委会" in m.text for m in chatting.world.messages(moved) if m.sender.id == chatting.bot_id)


async def test_another_members_words_are_answered_and_not_kept(chatting: Chatting) -> None:
    said = chatting.world.say(LI, GROUP, OUTSIDE)
    await chatting.ask(WANG, GROUP, "/ask", reply_to=said.id)
    assert await chatting.stores.misses.all() == []


async def test_a_reply_to_the_bot_that_calls_somebody_else_is_left_alone(chatting: Chatting) -> None:
    answer = await chatting.ask(WANG, GROUP, "/ask 党小组长任期多久")
    chatting.world.say(LI, GROUP, "@lilei 你看看这个，晚上八点老地方见", reply_to=answer.id)
    await chatting.silence(GROUP)


async def test_what_the_bot_wrote_inline_is_no_question(chatting: Chatting) -> None:
    answers: list[InlineAnswered] = []
    chatting.world.listen(lambda event: answers.append(event) if isinstance(event, InlineAnswered) else None)
    chatting.world.ask_inline(WANG, "书记兼任")
    await chatting.until(lambda: bool(answers))
    before = len(chatting.from_bot(WANG))
    chatting.world.choose(WANG, WANG, answers[0].results[0].id)
    await chatting.ask(LI, LI, "党小组长任期多久")
    assert len([m for m in chatting.from_bot(WANG) if m.via_bot is None]) == before


async def test_ten_pictures_get_one_hint(chatting: Chatting) -> None:
    for _ in range(10):
        chatting.world.show(WANG, WANG, "photo")
    await chatting.ask(WANG, WANG, "党小组长任期多久")
    assert sum("文字" in m.text for m in chatting.from_bot(WANG)) == 1


async def test_editing_again_and_again_is_not_answered_for_ever(chatting: Chatting) -> None:
    question = chatting.world.say(WANG, WANG, f"{OUTSIDE} 0")
    await chatting.until(lambda: bool(chatting.from_bot(WANG)))
    for number in range(1, 40):
        chatting.world.edit(WANG, WANG, question.id, f"{OUTSIDE} {number}")
    await chatting.ask(LI, LI, "党小组长任期多久")
    assert len(await chatting.stores.misses.all()) <= 12


async def test_an_answer_that_nobody_asked_for_has_no_thumbs(chatting: Chatting) -> None:
    assert not {"👍", "👎"} & set(labels(await chatting.ask(WANG, WANG, "/about")))


async def test_the_source_lines_always_lead_back(chatting: Chatting) -> None:
    answer = await chatting.ask(WANG, WANG, "预备党员能当党小组长吗")
    shown = await chatting.press(WANG, WANG, answer, "原文")
    chatting.application.bot_data.answered.forget_where(lambda _: True)  # as after a restart
    back = await chatting.press(WANG, WANG, shown, "返回")
    assert "正式党员" in back.text


async def test_an_anonymous_administrator_is_told_that_nobody_knows_who_it_is(chatting: Chatting) -> None:
    group = chatting.world.say(LEADER, GROUP, "大家好").chat_id
    chat = {"id": group, "type": "group", "title": GROUP}
    shape = {
        "update_id": 900_002,
        "message": {
            "message_id": 9_000,
            "date": int(datetime.now(UTC).timestamp()),
            "chat": chat,
            "sender_chat": chat,
            "from": ANONYMOUS,
            "text": "/forgetme",
            "entities": [{"type": "bot_command", "offset": 0, "length": 9}],
        },
    }
    await chatting.application.process_update(Update.de_json(shape, chatting.application.bot))
    assert "匿名" in chatting.from_bot(GROUP)[-1].text


async def test_forgetting_empties_the_recent_questions(chatting: Chatting) -> None:
    await chatting.ask(WANG, WANG, "党小组长任期多久呀我问问")
    await chatting.ask(WANG, WANG, "/forgetme")
    assert chatting.application.bot_data.base.current.remembered == 0


def test_what_is_past_its_time_goes_without_being_asked_for() -> None:
    memory: Memory[int] = Memory(timedelta(minutes=10), 100)
    memory.put("old", 1, now=NOW)
    memory.sweep(now=NOW + timedelta(minutes=11))
    assert len(memory) == 0
