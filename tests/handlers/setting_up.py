"""Rules as they are stored, confirmed on their page, or refused by a data base that fails."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from conftest import GROUP, LEADER, Chatting

from sandbox.model import Message
from scheduler.rule import GroupRule

SENTENCE = "/remind 每月第一个周五晚上7点半开党小组会，提前3天和当天早上提醒"


async def rules(chatting: Chatting, chat: str = GROUP) -> list[GroupRule]:
    return list(await chatting.stores.rules.of_chat(chatting.world.chat(chat).id))


async def confirmed(chatting: Chatting, message: Message, chat: str = GROUP) -> Message:
    return await chatting.press(LEADER, chat, message, "确认")


async def opened(chatting: Chatting, who: str = LEADER, chat: str = GROUP) -> Message:
    """The page of the group's first reminder."""
    return await chatting.press(who, chat, await chatting.ask(who, chat, "/reminders"), "1.")


async def changing(chatting: Chatting, who: str = LEADER, chat: str = GROUP) -> Message:
    """The page behind 修改."""
    return await below(chatting, await opened(chatting, who, chat), "修改", who=who, chat=chat)


async def below(chatting: Chatting, page: Message, label: str, *, who: str = LEADER, chat: str = GROUP) -> Message:
    """Press a button that is answered by a new message."""
    page = chatting.world.message(page.chat_id, page.id) or page
    before = len(chatting.from_bot(chat))
    chatting.world.press(who, chat, page.id, chatting.data(page, label))
    await chatting.until(lambda: len(chatting.from_bot(chat)) > before)
    return chatting.from_bot(chat)[-1]


@asynccontextmanager
async def broken(folder: Path, table: str) -> AsyncIterator[None]:
    """The data base without one of its tables."""
    rows = sqlite3.connect(folder / "bot.db", isolation_level=None, timeout=0)
    await _rename(rows, table, "away")
    try:
        yield
    finally:
        await _rename(rows, "away", table)
        rows.close()


async def _rename(rows: sqlite3.Connection, old: str, new: str) -> None:
    """Without holding up the bot, which runs in the same thread, while it is in the middle of a transaction."""
    while True:
        try:
            rows.execute("BEGIN IMMEDIATE")
            break
        except sqlite3.OperationalError:
            await asyncio.sleep(0.01)
    rows.execute(f"ALTER TABLE {old} RENAME TO {new}")
    rows.execute("COMMIT")
