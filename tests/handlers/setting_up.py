"""Rules as they are stored, confirmed on their page, or refused by a data base that fails."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conftest import GROUP, LEADER, Chatting

from sandbox.model import Message
from scheduler.rule import GroupRule

SENTENCE = "/remind 每月第一个周五晚上7点半开党小组会，提前3天和当天早上提醒"


async def rules(chatting: Chatting, chat: str = GROUP) -> list[GroupRule]:
    return list(await chatting.stores.rules.of_chat(chatting.world.chat(chat).id))


async def confirmed(chatting: Chatting, message: Message, chat: str = GROUP) -> Message:
    return await chatting.press(LEADER, chat, message, "确认")


@contextmanager
def broken(folder: Path, table: str) -> Iterator[None]:
    """The data base without one of its tables."""
    rows = sqlite3.connect(folder / "bot.db", isolation_level=None)
    _rename(rows, table, "away")
    try:
        yield
    finally:
        _rename(rows, "away", table)
        rows.close()


def _rename(rows: sqlite3.Connection, old: str, new: str) -> None:
    """Waits for whoever writes just now, as it would not without a transaction of its own."""
    rows.execute("BEGIN IMMEDIATE")
    rows.execute(f"ALTER TABLE {old} RENAME TO {new}")
    rows.execute("COMMIT")
