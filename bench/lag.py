"""The whole bot while very many reminders are due and people ask, against the same bot with nothing due."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.backlog import add_due
from bench.crowd import A_SECOND, crowd
from bench.databases import Database, databases
from bench.whole_bot import Figures
from commands.workdays import load_workdays
from knowledge import KnowledgeBase

ROOT = Path(__file__).parent.parent
QUESTIONS = 480
_GROUPS = 2_000  # that the stand-in knows: more than can be reminded meanwhile
_OTHERS = range(-900_000_000, 0)


@dataclass(frozen=True)
class Observed:
    """waits: seconds until each answer, in order of size."""

    figures: Figures
    waits: list[float]


def measured(count: int) -> Iterator[str]:
    yield f"整个机器人，出厂的限速，每秒 {A_SECOND} 个问题、共 {QUESTIONS} 个；{count} 条到期，对照没有到期的"
    base = KnowledgeBase(ROOT / "knowledge", ROOT / ".cache")
    asked = [v.phrasing.text for v in base.knowledge.phrasings if v.phrasing.label in base.knowledge.entries]
    questions = [f"{text}啊" for text in asked[:: len(asked) // QUESTIONS][:QUESTIONS]]
    with databases() as found:
        for name in found.names:
            for due in (count, 0):
                yield _line(f"{name}，{due} 条到期", asyncio.run(_observed(found.new(name), due, questions)))
        yield from found.missing()


async def _observed(database: Database, due: int, questions: Sequence[str]) -> Observed:
    async with crowd(groups=_GROUPS) as telegram:
        chats = [*telegram.standin.groups, *_OTHERS[: max(0, due - _GROUPS)]][:due]
        workdays, _ = load_workdays()
        if workdays is None:
            raise RuntimeError("scheduler/workdays.yaml can't be used, bot.py check says why")
        await add_due(database, chats, now=datetime.now(UTC), calendar=workdays.version)
        where = [database.url, str(database.folder), telegram.standin.address]
        bot = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.whole_bot", *where, stdout=PIPE, cwd=ROOT
        )
        try:
            waits = await telegram.ask(questions)
            bot.terminate()
            said, _ = await bot.communicate()
        finally:
            if bot.returncode is None:
                bot.kill()
                await bot.wait()
    return Observed(Figures(**json.loads(said)), sorted(waits))


def _line(name: str, seen: Observed) -> str:
    found, waits = seen.figures, seen.waits
    middle, last = waits[len(waits) // 2] * 1000, waits[len(waits) * 99 // 100] * 1000
    lag = f"事件循环最多慢 {found.worst:.0f} ms（p99 {found.p99:.1f} ms）"
    answers = f"回答问题 p50 {middle:.0f} ms、p99 {last:.0f} ms"
    return f"  {name}: {lag}，{answers}，内存 {found.resident:.0f} MB、峰值 {found.peak:.0f} MB，发出 {found.sent} 条"
