"""Answers per second through the whole bot, against an echo bot of python-telegram-bot on the same stand-in."""

import asyncio
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from telegram import Update
from telegram.ext import Application, CallbackContext, MessageHandler, filters

from bench.standin import TOKEN
from handlers import ALLOWED_UPDATES, Services, build_application
from handlers.flood import FloodGate
from knowledge import KnowledgeBase
from scheduler.workdays import Workdays
from storage import open_stores

ROOT = Path(__file__).parent.parent
MESSAGES = {0.0: 800, 0.06: 200}
RUNS = 3


async def measured() -> list[str]:
    lines = ["整个机器人，经 HTTP，每秒答案数（接口在另一个进程里）"]
    base = KnowledgeBase(ROOT / "knowledge", ROOT / ".cache")
    asked = [v.phrasing.text for v in base.knowledge.phrasings if v.phrasing.label in base.knowledge.entries]
    for latency, count in MESSAGES.items():
        different = [f"{text}啊" for text in asked[:: len(asked) // count][:count]]
        same = (different[::40] * count)[:count]
        echo = await _rate(latency, different, None)
        for name, questions in (("各不相同的问题", different), (f"{len(set(same))} 个问题反复问", same)):
            whole = await _rate(latency, questions, base)
            rates = f"本机器人 {whole:.0f}，复读机器人 {echo:.0f}，比 {whole / echo:.0%}"
            lines.append(f"  接口延迟 {latency * 1000:.0f} ms，{name}: {rates}")
    return lines


async def _rate(latency: float, questions: Sequence[str], base: KnowledgeBase | None) -> float:
    """The best of a few runs: what else the machine does only slows down. base: None for the echo bot."""
    return max([len(questions) / await _seconds(latency, questions, base) for _ in range(RUNS)])


async def _seconds(latency: float, questions: Sequence[str], base: KnowledgeBase | None) -> float:
    command = [sys.executable, "-m", "bench.standin", str(latency), *questions]
    standin = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, cwd=ROOT)
    assert standin.stdin is not None and standin.stdout is not None
    address = (await standin.stdout.readline()).decode().strip()
    async with AsyncExitStack() as stack:
        application = await stack.enter_async_context(_bot(address, base)) if base else _echo(address)
        await stack.enter_async_context(application)
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling(allowed_updates=list(ALLOWED_UPDATES), poll_interval=0)
        standin.stdin.write(b"\n")
        seconds = float(await standin.stdout.readline())
        await application.updater.stop()
        await application.stop()
    standin.stdin.write(b"\n")
    await standin.wait()
    return seconds


@asynccontextmanager
async def _bot(address: str, base: KnowledgeBase) -> AsyncIterator[Application[Any, Any, Any, Any, Any, Any]]:
    base.reload()  # nothing of the last run is remembered
    with tempfile.TemporaryDirectory() as folder:
        async with open_stores(f"sqlite+aiosqlite:///{folder}/bot.db", Path(folder) / "key") as stores:
            flood = FloodGate(limit=10**9)
            services = Services(base, stores, clock=lambda: datetime.now(UTC), workdays=Workdays, flood=flood)
            yield build_application(TOKEN, services, api_url=address)


async def _echoed(update: Update, _: CallbackContext[Any, Any, Any, Any]) -> None:
    if update.effective_message is not None:
        await update.effective_message.reply_text(update.effective_message.text or "")


def _echo(address: str) -> Application[Any, Any, Any, Any, Any, Any]:
    """The library's own defaults, with the same number of updates at once."""
    application = Application.builder().token(TOKEN).base_url(f"{address}/bot").concurrent_updates(12).build()
    application.add_handler(MessageHandler(filters.TEXT, _echoed))
    return application
