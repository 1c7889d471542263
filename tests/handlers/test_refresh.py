"""Edits of buttons: few of them, whatever Telegram says, and the last state arrives."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from conftest import GROUP, TOKEN
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from handlers.refresh import Refresher
from sandbox import ApiError, Sandbox
from storage import StoreError

EDIT = "editMessageReplyMarkup"


@dataclass
class Board:
    """A message of a bot whose one button shows a number."""

    box: Sandbox
    bot: Bot
    place: tuple[int, int]
    number: int = 0
    made: int = 0

    async def markup(self) -> InlineKeyboardMarkup:
        self.made += 1
        return InlineKeyboardMarkup([[InlineKeyboardButton(str(self.number), callback_data="x")]])

    @property
    def shown(self) -> str:
        message = self.box.world.message(*self.place)
        return message.keyboard[0][0].text if message and message.keyboard else ""

    @property
    def edits(self) -> int:
        return sum(entry.kind == "edit" for entry in self.box.journal)

    def count(self, refresher: Refresher) -> None:
        self.number += 1
        refresher.changed(self.bot, self.place, self.markup)

    async def until_shown(self, text: str) -> None:
        async with asyncio.timeout(10):
            while self.shown != text:
                await asyncio.sleep(0.01)


@pytest.fixture
async def board() -> AsyncIterator[Board]:
    box = Sandbox(TOKEN)
    address = await box.start(port=0)
    async with Bot(TOKEN, base_url=f"{address}/bot") as bot:
        sent = await bot.send_message(box.world.chat(GROUP).id, "提醒")
        yield Board(box, bot, (sent.chat_id, sent.message_id))
    await box.stop()


async def test_the_first_edit_is_at_once_and_the_rest_are_one(board: Board) -> None:
    refresher = Refresher(pause=0.5)
    began = time.monotonic()
    board.count(refresher)
    await board.until_shown("1")
    assert time.monotonic() - began < 0.4
    for _ in range(20):
        board.count(refresher)
    await board.until_shown("21")
    assert time.monotonic() - began >= 0.5
    assert board.edits == 2
    await refresher.stop()


async def test_a_change_after_a_rest_is_shown_at_once_again(board: Board) -> None:
    refresher = Refresher(pause=0.01)
    for expected in ("1", "2", "3"):
        board.count(refresher)
        await board.until_shown(expected)
    await refresher.stop()


async def test_told_to_slow_down_it_waits_and_the_last_state_arrives(board: Board) -> None:
    refresher = Refresher(pause=0.01)
    board.box.world.flood(retry_after=1, method=EDIT)
    began = time.monotonic()
    board.count(refresher)
    board.count(refresher)
    await board.until_shown("2")
    assert time.monotonic() - began >= 1
    assert board.edits == 1
    await refresher.stop()


async def test_trouble_that_passes_is_survived(board: Board) -> None:
    refresher = Refresher(pause=0.01)
    board.box.world.fail_next(ApiError(502, "Bad Gateway"), method=EDIT, times=3)
    board.count(refresher)
    await board.until_shown("1")
    await refresher.stop()


async def test_a_data_base_that_fails_once_is_asked_again(board: Board) -> None:
    refresher = Refresher(pause=0.01)

    async def make() -> InlineKeyboardMarkup:
        markup = await board.markup()
        if board.made == 1:
            raise StoreError("OperationalError")
        return markup

    refresher.changed(board.bot, board.place, make)
    await board.until_shown("0")
    await refresher.stop()


async def test_nothing_new_and_a_message_that_is_gone_do_no_harm(board: Board) -> None:
    refresher = Refresher(pause=0.01)
    board.count(refresher)
    await board.until_shown("1")
    refresher.changed(board.bot, board.place, board.markup)
    board.box.world.delete(*board.place)
    refresher.changed(board.bot, board.place, board.markup)
    sent = await board.bot.send_message(board.place[0], "又一条")
    board.place = (sent.chat_id, sent.message_id)
    board.count(refresher)
    await board.until_shown("2")
    await refresher.stop()


async def test_the_message_is_not_tried_for_ever(board: Board) -> None:
    refresher = Refresher(pause=0.001)
    board.box.world.fail_next(ApiError(502, "Bad Gateway"), method=EDIT, times=100)
    board.count(refresher)
    async with asyncio.timeout(5):
        while board.made < 8:
            await asyncio.sleep(0.01)
        while refresher.busy:
            await asyncio.sleep(0.01)
    assert board.made == 8


async def test_a_stop_makes_the_pending_edit_now(board: Board) -> None:
    refresher = Refresher(pause=60)
    board.count(refresher)
    await board.until_shown("1")
    board.count(refresher)
    began = time.monotonic()
    await refresher.stop()
    assert board.shown == "2"
    assert time.monotonic() - began < 2
    board.count(refresher)
    assert not refresher.busy


async def test_a_stop_waits_for_nobody_for_long(board: Board) -> None:
    refresher = Refresher(pause=0.01)
    board.box.world.faults.slow(30, times=1)
    board.count(refresher)
    began = time.monotonic()
    async with asyncio.timeout(5):
        while not board.edits:
            await asyncio.sleep(0.01)
    await refresher.stop()
    assert time.monotonic() - began < 4
    assert not refresher.busy
