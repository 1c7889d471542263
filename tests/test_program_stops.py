"""The program against a Bot API server: told to stop, pushed aside by another, with nobody there, turned away."""

import asyncio
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from pathlib import Path

from telegram import Bot

from sandbox import Sandbox
from sandbox.errors import ApiError
from sandbox.model import User
from tests.conftest import ROOT
from tests.test_program import environment

TOKEN = "7000000002:AAsandboxTokenForTheStops"
PEOPLE = range(20_001, 20_025)


async def started(tmp_path: Path, address: str) -> Process:
    config = tmp_path / "config.yaml"
    config.write_text(f"data_folder: {tmp_path / 'data'}\n", "utf-8")
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "bot.py", "--config", str(config), "run"),
        cwd=ROOT,
        env=environment() | {"BOT_TOKEN": TOKEN, "BOT_API_URL": address},
        stdout=DEVNULL,
        stderr=PIPE,
    )


async def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.02)


async def test_told_to_stop_it_answers_what_it_has_fetched(tmp_path: Path) -> None:
    box = Sandbox(TOKEN, latency=0.3)
    bot = await started(tmp_path, await box.start(port=0))
    for person in PEOPLE:
        box.world.add_user(User(person, f"成员{person}"))
    await until(lambda: box.is_polled)

    def answered() -> int:
        return sum(m.sender.is_bot for p in PEOPLE for m in box.world.messages(p))

    for person in PEOPLE:
        box.world.say(person, person, "党小组长任期多久")
    await until(lambda: answered() >= 1)
    bot.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(bot.wait(), 30) == 0
    assert answered() == len(PEOPLE)
    await box.stop()


async def test_when_another_program_takes_the_token_it_stops_and_says_so(tmp_path: Path) -> None:
    box = Sandbox(TOKEN)
    address = await box.start(port=0)
    bot = await started(tmp_path, address)
    await until(lambda: box.is_polled)
    async with Bot(TOKEN, base_url=f"{address}/bot") as other:
        await other.get_updates(timeout=1)
    _, said = await asyncio.wait_for(bot.communicate(), 30)
    assert bot.returncode == 1
    assert "另有一个程序" in said.decode() and TOKEN not in said.decode()
    await box.stop()


async def test_it_waits_for_a_server_that_is_not_there_yet(tmp_path: Path) -> None:
    box = Sandbox(TOKEN)
    address = await box.start(port=0)
    await box.stop()
    bot = await started(tmp_path, address)
    await asyncio.sleep(3)
    assert bot.returncode is None
    again = Sandbox(TOKEN)
    await again.start(port=int(address.rpartition(":")[2]))
    await until(lambda: again.is_polled, 60)
    bot.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(bot.wait(), 30) == 0
    await again.stop()


async def test_a_token_that_telegram_refuses_is_a_clear_error(tmp_path: Path) -> None:
    box = Sandbox("7000000003:AAanotherToken")
    bot = await started(tmp_path, await box.start(port=0))
    _, said = await asyncio.wait_for(bot.communicate(), 30)
    assert bot.returncode == 1
    assert "token" in said.decode() and TOKEN not in said.decode() and "Traceback" not in said.decode()
    await box.stop()


async def test_a_token_refused_while_polling_ends_the_program(tmp_path: Path) -> None:
    box = Sandbox(TOKEN)
    bot = await started(tmp_path, await box.start(port=0))
    await until(lambda: box.is_polled)
    box.world.fail_next(ApiError(401, "Unauthorized"), method="getUpdates")
    box.world.say("王小明", "王小明", "党小组长任期多久")
    _, said = await asyncio.wait_for(bot.communicate(), 40)
    assert bot.returncode == 1
    assert "BotFather" in said.decode() and TOKEN not in said.decode()
    await box.stop()
