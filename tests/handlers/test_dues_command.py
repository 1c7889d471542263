"""/dues as members meet it: the sum, the groups, hints, and what is not kept of it."""

import logging
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import GROUP, LI, WANG, Chatting, labels
from standing import Pressing, new_rule, stand
from telegram import (
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
)

from handlers.dues_texts import card_for, keyboard, pressed
from knowledge import KnowledgeBase
from sandbox.model import Message, PressAnswered

PRIVATE_MATTER = "私聊我算更合适"


def current(message: Message) -> list[str]:
    return [label for label in labels(message) if label.startswith("✓")]


async def test_a_sum_is_worked_out_with_rate_base_and_closing(chatting: Chatting) -> None:
    told = await chatting.ask(WANG, WANG, "/dues 6500")
    assert "在职：每月交 97.5 元" in told.text
    assert "6500 × 1.5% = 97.5 元" in told.text and "5000元以上至10000元" in told.text
    assert "基数：税后月工资" in told.text
    assert told.text.endswith("以所在党组织的最新规定和通知为准。")
    assert labels(told) == ["✓ 在职", "离退休", "农民", "学生或无固定收入", "标准怎么定的"]
    assert PRIVATE_MATTER not in told.text


@pytest.mark.parametrize("typed", ["退休 6500", "6500 退休", "离退休6500元", "六千五 養老金"])
async def test_the_group_may_be_written_before_or_after(chatting: Chatting, typed: str) -> None:
    told = await chatting.ask(WANG, WANG, f"/dues {typed}")
    assert "65 元" in told.text and current(told)[0] in ("✓ 离退休", "✓ 離退休")


async def test_a_press_switches_the_group_in_place(chatting: Chatting) -> None:
    told = await chatting.ask(WANG, WANG, "/dues 6500")
    retired = await chatting.press(WANG, WANG, told, "离退休")
    assert "离退休：每月交 65 元" in retired.text and current(retired) == ["✓ 离退休"]
    student = await chatting.press(WANG, WANG, retired, "学生")
    assert "每月交 0.2 元" in student.text
    again = await chatting.press(WANG, WANG, student, "在职")
    assert (again.text, labels(again)) == (told.text, labels(told))
    assert len(chatting.from_bot(WANG)) == 1


async def test_the_standard_opens_its_entry(chatting: Chatting) -> None:
    told = await chatting.ask(WANG, WANG, "/dues 退休 6500")
    opened = await chatting.press(WANG, WANG, told, "标准怎么定的")
    assert opened.text.startswith(chatting.application.bot_data.base.knowledge.entries["dues-retired"].title)
    back = await chatting.press(WANG, WANG, opened, "返回")
    assert (back.text, labels(back)) == (told.text, labels(told))


async def test_the_bare_command_shows_how_and_the_groups(chatting: Chatting) -> None:
    told = await chatting.ask(WANG, WANG, "/dues")
    assert "/dues 6500" in told.text and current(told) == []
    farmer = await chatting.press(WANG, WANG, told, "农民")
    assert "0.2 元至 1 元" in farmer.text
    working = await chatting.press(WANG, WANG, farmer, "在职")
    assert "要写一个数" in working.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("abc", "没看懂"),
        ("农民 abc", "没看懂"),
        ("<b>6500</b>", "没看懂"),
        ("-5", "大于 0"),
        ("0", "大于 0"),
        ("99999999999", "太大了"),
        ("6500 7000", "一次算一个数"),
        ("6500.505", "两位"),
        ("6.500", "两位"),
        ("²", "没看懂"),
        ("退休 6500²", "没看懂"),
        ("农民 退休 100", "哪一类"),
    ],
)
async def test_a_slip_gets_a_hint(chatting: Chatting, typed: str, words: str) -> None:
    told = await chatting.ask(WANG, WANG, f"/dues {typed}")
    assert words in told.text and "每月交" not in told.text
    assert "离退休" in "".join(labels(told))


async def test_in_a_group_it_answers_and_suggests_private(chatting: Chatting) -> None:
    told = await chatting.ask(WANG, GROUP, "/dues@party_group_bot 6500")
    assert "97.5 元" in told.text and PRIVATE_MATTER in told.text and told.reply_to is not None
    switched = await chatting.press(LI, GROUP, told, "离退休")
    assert "65 元" in switched.text and PRIVATE_MATTER in switched.text


async def test_traditional_script_is_kept_through_presses(chatting: Chatting) -> None:
    told = await chatting.ask(WANG, WANG, "/dues 在職 6500")
    assert "每月交 97.5 元" in told.text and "黨組織" in told.text
    assert "黨組織" in (await chatting.press(WANG, WANG, told, "离退休")).text


@pytest.mark.parametrize(
    "data",
    ["$:", "$:retired", "$:nobody:6500", "$:retired:-1", "$:retired:0", "$:retired:1e9", "$:retired:6500.505",
     "$:retired:99999999", "$:retired:6500:1", "$:../x:1", "$:retired:６５００"],
)  # fmt: skip
async def test_a_button_that_nobody_wrote_is_politely_refused(chatting: Chatting, data: str) -> None:
    told = await chatting.ask(WANG, WANG, "/dues 6500")
    old = InlineKeyboardMarkup([[InlineKeyboardButton("旧按钮", callback_data=data)]])
    await chatting.application.bot.edit_message_reply_markup(told.chat_id, told.id, reply_markup=old)
    shown = chatting.world.message(told.chat_id, told.id)
    answers: list[PressAnswered] = []
    chatting.world.listen(lambda event: answers.append(event) if isinstance(event, PressAnswered) else None)
    chatting.world.press(WANG, WANG, told.id, data)
    await chatting.until(lambda: bool(answers))
    assert "太旧了" in answers[0].text
    assert chatting.world.message(told.chat_id, told.id) == shown


@pytest.mark.parametrize("data", ["$:retired:100", "$h:retired:100", "t:", "s:dues-rate", "n:"])
async def test_a_forged_press_writes_over_no_other_message(chatting: Chatting, data: str) -> None:
    pressing = Pressing(chatting)
    reminder = await stand(chatting, await new_rule(chatting))
    assert "太旧了" in (await pressing.forge(WANG, reminder, data)).text
    assert chatting.world.message(reminder.chat_id, reminder.id) == reminder


async def test_the_amount_is_neither_logged_nor_stored(
    chatting: Chatting, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    remembered = chatting.application.bot_data.base.current.remembered
    told = await chatting.ask(WANG, WANG, "/dues 87654.32")
    await chatting.press(WANG, WANG, told, "离退休")
    await chatting.ask(WANG, WANG, "/dues 87654.3210")
    assert "87654" not in caplog.text
    services = chatting.application.bot_data
    assert await chatting.stores.misses.all() == []
    assert services.answered.get((told.chat_id, "reply", told.id), now=services.clock()) is None
    assert services.base.current.remembered == remembered
    assert not any(b"87654" in file.read_bytes() for file in tmp_path.glob("bot.db*"))


async def test_it_is_in_the_command_lists_and_in_help(chatting: Chatting) -> None:
    assert "/dues" in (await chatting.ask(WANG, WANG, "/help")).text
    for scope in (BotCommandScopeAllPrivateChats(), BotCommandScopeAllGroupChats()):
        commands = await chatting.application.bot.get_my_commands(scope)
        assert "dues" in [c.command for c in commands]


def test_every_button_fits_and_leads_back_to_its_card(base: KnowledgeBase) -> None:
    table = base.knowledge.dues
    for typed in ("9999999.99", "1", "6500.5 退休", ""):
        card = card_for(typed, table)
        for row in keyboard(card, base.knowledge).inline_keyboard[:-1]:
            for choice in row:
                data = str(choice.callback_data)
                again = pressed(data, table)
                assert len(data.encode()) <= 64 and again is not None
                assert again.amount == card.amount


def test_the_boundary_and_the_cap_are_said(base: KnowledgeBase) -> None:
    table = base.knowledge.dues
    assert "按较低一档" in card_for("5000", table).text
    assert "较低" not in card_for("5000.01", table).text
    assert "≈ 75 元" in card_for("5000.01", table).text
    capped = card_for("6万", table)
    assert "每月交 1000 元" in capped.text and "自愿可以多交" in capped.text and capped.amount == Decimal(60000)
