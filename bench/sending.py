"""Reminders a second without limits, by the worker as it is, against a bare send loop of python-telegram-bot.

The same messages with the same buttons, as many at once, to the same stand-in; counted by the stand-in's journal.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from telegram import Bot, InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.request import HTTPXRequest

from bench.backlog import add_due
from bench.crowd import TOKEN, Crowd, crowd
from bench.databases import Database, Databases, databases
from faults.processes import start_worker
from handlers.counts import reminder_keyboard
from handlers.reminder_texts import Item, reminders
from sandbox import Accepted, sends
from scheduler.gates import LIFTED
from scheduler.workdays import Workdays
from storage import open_stores

LATENCIES = (0.0, 0.06)
MESSAGES = 2_000
RUNS = 3
_SPREAD = timedelta(minutes=1)  # nothing is late yet: each message is one reminder
_PATIENCE = 120  # seconds


@dataclass(frozen=True)
class Letter:
    chat_id: int
    text: str
    markup: InlineKeyboardMarkup | None


def measured(_: int) -> Iterator[str]:
    yield f"每秒提醒数，不限速，同时 {LIFTED.in_flight} 条，各 {MESSAGES} 条，{RUNS} 次取最快（接口在另一个进程里）"
    with databases() as found:
        for latency in LATENCIES:
            for name in found.names:
                yield asyncio.run(_compared(found, name, latency))
        yield from found.missing()


async def _compared(found: Databases, name: str, latency: float) -> str:
    """By turns, so that what else the machine does slows down both."""
    ours, bare = [], []
    for _ in range(RUNS):
        async with _ground(found.new(name), latency) as (database, telegram):
            letters = await _letters(database)
            ours.append(await _by_worker(database, telegram))
        async with crowd(groups=MESSAGES, latency=latency) as telegram:
            bare.append(await _by_loop(letters, telegram))
    rates = f"本机器人 {max(ours):.0f}，只有 python-telegram-bot 的循环 {max(bare):.0f}，比 {max(ours) / max(bare):.0%}"
    return f"  接口延迟 {latency * 1000:.0f} ms，{name}: {rates}"


@asynccontextmanager
async def _ground(database: Database, latency: float) -> AsyncIterator[tuple[Database, Crowd]]:
    async with crowd(groups=MESSAGES, latency=latency) as telegram:
        groups, calendar = telegram.standin.groups, Workdays().version
        await add_due(database, groups, now=datetime.now(UTC), calendar=calendar, spread=_SPREAD)
        yield database, telegram


async def _letters(database: Database) -> list[Letter]:
    """What the worker is going to send, written beforehand."""
    now, workdays = datetime.now(UTC), Workdays()
    async with open_stores(database.url, database.key) as stores:
        rules = {rule.id: rule for rule in await stores.rules.all()}
        found = []
        for delivery in await stores.deliveries.coming(until=now):
            rule = rules[delivery.planned.rule_id or 0]
            keyboard = await reminder_keyboard([delivery], {rule.id: rule}, stores)
            found.append(Letter(rule.chat_id, reminders([Item(delivery, rule)], workdays, now=now), keyboard))
    return found


async def _by_worker(database: Database, telegram: Crowd) -> float:
    where = ["--database", database.url, "--api", telegram.standin.address, "--token", TOKEN]
    arguments = [*where, "--folder", str(database.folder), "--limits", "lifted"]
    worker = await start_worker(arguments, database.folder / "log")
    try:
        return _rate(await _all_accepted(telegram))
    finally:
        await worker.kill()


async def _by_loop(letters: Sequence[Letter], telegram: Crowd) -> float:
    remaining = iter(letters)
    async with Bot(TOKEN, f"{telegram.standin.address}/bot", request=HTTPXRequest(LIFTED.in_flight)) as bot:

        async def send() -> None:
            for letter in remaining:
                await bot.send_message(
                    letter.chat_id, letter.text, parse_mode=ParseMode.HTML, reply_markup=letter.markup
                )

        await asyncio.gather(*(send() for _ in range(LIFTED.in_flight)))
    return _rate(await _all_accepted(telegram))


async def _all_accepted(telegram: Crowd) -> list[Accepted]:
    end = time.monotonic() + _PATIENCE
    while len(accepted := sends(await telegram.standin.journal())) < MESSAGES:
        if time.monotonic() > end:
            raise RuntimeError(f"only {len(accepted)} of {MESSAGES} messages arrived")
        await asyncio.sleep(0.5)
    return accepted


def _rate(accepted: Sequence[Accepted]) -> float:
    """Messages a second between the first and the last."""
    return (len(accepted) - 1) / (accepted[-1].at - accepted[0].at)
