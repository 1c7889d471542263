"""The parts of the handlers that decide without Telegram."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from telegram import Chat, Message, Update

from handlers.buttons import Press, parse
from handlers.flood import FloodGate, Verdict
from handlers.logs import TokenFilter, set_up_logging
from handlers.memory import Memory
from handlers.order import OrderedByChat
from handlers.render import rendered, split, units
from knowledge import KnowledgeBase

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_every_button_fits_into_64_bytes_and_reads_back(base: KnowledgeBase) -> None:
    for entry_id in base.knowledge.entries:
        for action in ("show", "pick", "source", "down"):
            press = Press(action, entry_id)  # type: ignore[arg-type]
            assert len(press.data.encode()) <= 64
            assert parse(press.data) == press


@given(st.text())
def test_foreign_callback_data_is_never_a_crash(data: str) -> None:
    press = parse(data)
    assert press is None or press.action


@given(st.text(alphabet="党😀a\n", max_size=400), st.integers(4, 60))
def test_split_parts_fit_and_lose_no_word(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(units(p) <= limit for p in parts)
    assert "".join(parts).replace("\n", "") == text.replace("\n", "")


def test_html_is_escaped_and_traditional_leaves_numbers() -> None:
    assert rendered("<b>&党费3000元", in_traditional=True) == "&lt;b&gt;&amp;黨費3000元"


def test_the_token_never_reaches_a_record() -> None:
    token = "123456789:AAabcdefghijklmnopqrstuvwxyz012345"
    record = logging.LogRecord("x", logging.INFO, "", 0, "GET /bot%s/getMe", (token,), None)
    TokenFilter(token).filter(record)
    assert token not in record.getMessage()
    try:
        raise ValueError(f"token {token} rejected")
    except ValueError as error:
        failed = logging.LogRecord("x", logging.ERROR, "", 0, "no", (), (type(error), error, error.__traceback__))
    TokenFilter().filter(failed)
    assert token not in logging.Formatter().format(failed)


def test_memory_forgets_in_time_and_stays_small() -> None:
    memory: Memory[int] = Memory(timedelta(minutes=10), 2)
    for key in (1, 2, 3):
        memory.put(key, key, now=NOW)
    assert memory.get(1, now=NOW) is None
    assert memory.get(3, now=NOW + timedelta(minutes=10)) == 3
    assert memory.get(3, now=NOW + timedelta(minutes=11)) is None


def test_the_flood_gate_hints_once_and_opens_again() -> None:
    gate = FloodGate(limit=2)
    verdicts = [gate.judge(1, NOW) for _ in range(4)]
    assert verdicts == [Verdict.WELCOME, Verdict.WELCOME, Verdict.HINT, Verdict.SILENCE]
    assert gate.judge(1, NOW + timedelta(minutes=2)) is Verdict.WELCOME


async def test_a_busy_chat_keeps_its_order_and_holds_up_nobody() -> None:
    order, done, blocked = OrderedByChat(2), [], asyncio.Event()

    async def handle(name: str, *, wait: bool = False) -> None:
        if wait:
            await blocked.wait()
        done.append(name)

    busy = [
        asyncio.create_task(order.process_update(update_in(chat=1), handle(f"busy {i}", wait=True))) for i in range(5)
    ]
    await asyncio.wait_for(order.process_update(update_in(chat=2), handle("other")), 5)
    blocked.set()
    await asyncio.gather(*busy)
    assert done == ["other", *(f"busy {i}" for i in range(5))]


def update_in(chat: int) -> Update:
    return Update(1, Message(1, NOW, Chat(chat, "private")))


def test_even_at_debug_nobodys_words_are_logged() -> None:
    before = {name: logging.getLogger(name).level for name in (None, "telegram", "sqlalchemy", "aiosqlite", "httpx")}
    handlers = logging.getLogger().handlers[:]
    try:
        set_up_logging("", "DEBUG")
        assert not logging.getLogger("telegram.ext.Application").isEnabledFor(logging.DEBUG)
        for name in ("sqlalchemy.engine.Engine", "aiosqlite", "httpx"):
            assert not logging.getLogger(name).isEnabledFor(logging.INFO)
    finally:
        logging.getLogger().handlers[:] = handlers
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
