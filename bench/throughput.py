"""Answers per second through the whole bot, against an echo bot of python-telegram-bot on the same stand-in."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from telegram import Update
from telegram.ext import Application, CallbackContext, MessageHandler, filters

from handlers import ALLOWED_UPDATES, Services, build_application
from handlers.flood import FloodGate
from knowledge import KnowledgeBase
from sandbox import Sandbox
from sandbox.model import User
from storage import open_store

ROOT = Path(__file__).parent.parent
TOKEN = "7000000001:AAsandboxTokenForTheBench"
PEOPLE = tuple(range(20_001, 20_041))  # one chat each: the bot keeps the order within a chat
QUESTIONS = ("预备党员能当党小组长吗", "党小组长任期多久", "党费交多少", "书记可以兼任吗")
UNLIMITED = 100_000  # Telegram allows 30 a second; here the bot itself is measured
MESSAGES = {0.0: 400, 0.06: 120}


async def measured() -> list[str]:
    lines = ["整个机器人，经 HTTP，每秒答案数"]
    for latency, count in MESSAGES.items():
        echo = await _rate(latency, count, whole=False)
        whole = await _rate(latency, count, whole=True)
        lines.append(
            f"  接口延迟 {latency * 1000:.0f} ms: 本机器人 {whole:.0f}，复读机器人 {echo:.0f}，比 {whole / echo:.0%}"
        )
    return lines


async def _rate(latency: float, count: int, *, whole: bool) -> float:
    box = Sandbox(TOKEN, latency=latency)
    address = await box.start(port=0)
    for person in PEOPLE:
        box.world.add_user(User(person, f"成员{person}"))
    async with AsyncExitStack() as stack:
        application = await stack.enter_async_context(_bot(address)) if whole else _echo(address)
        async with application:
            await application.start()
            assert application.updater is not None
            await application.updater.start_polling(allowed_updates=list(ALLOWED_UPDATES), poll_interval=0)
            begun = time.perf_counter()
            for number in range(count):
                who = PEOPLE[number % len(PEOPLE)]
                box.world.say(who, who, QUESTIONS[number % len(QUESTIONS)])
            while sum(m.sender.is_bot for who in PEOPLE for m in box.world.messages(who)) < count:  # noqa: ASYNC110  nothing to wait on
                await asyncio.sleep(0.005)
            seconds = time.perf_counter() - begun
            await application.updater.stop()
            await application.stop()
    await box.stop()
    return count / seconds


@asynccontextmanager
async def _bot(address: str) -> AsyncIterator[Application[Any, Any, Any, Any, Any, Any]]:
    base = KnowledgeBase(ROOT / "knowledge", ROOT / ".cache")
    _ = base.current
    with tempfile.TemporaryDirectory() as folder:
        async with open_store(f"sqlite+aiosqlite:///{folder}/bot.db", Path(folder) / "key") as store:
            flood = FloodGate(limit=10**9)
            services = Services(base, store, clock=lambda: datetime.now(UTC), flood=flood)
            application = build_application(TOKEN, services, api_url=address, per_second=UNLIMITED)
            yield application


async def _echoed(update: Update, _: CallbackContext[Any, Any, Any, Any]) -> None:
    if update.effective_message is not None:
        await update.effective_message.reply_text(update.effective_message.text or "")


def _echo(address: str) -> Application[Any, Any, Any, Any, Any, Any]:
    """The library's own defaults, with the same number of updates at once."""
    application = Application.builder().token(TOKEN).base_url(f"{address}/bot").concurrent_updates(12).build()
    application.add_handler(MessageHandler(filters.TEXT, _echoed))
    return application
