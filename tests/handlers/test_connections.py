"""The bot's connections against the stand-in: who waits, who is given up, and that each comes back."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from telegram import Bot
from telegram.error import NetworkError, TimedOut

from handlers.connections import Connections
from handlers.outcomes import outcome_of
from sandbox import Sandbox
from scheduler.delivery import TryLater

TOKEN = "7000000001:AAsandboxTokenForTheTests"
LI = "李雷"


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    box = Sandbox(TOKEN)
    await box.start(port=0)
    box.world.say(LI, LI, "/start")
    yield box
    await box.stop()


def bot_of(box: Sandbox, connections: Connections) -> Bot:
    return Bot(TOKEN, base_url=f"{box.address}/bot", request=connections)


async def test_who_finds_all_busy_waits_and_nothing_is_lost(box: Sandbox) -> None:
    li = box.world.messages(LI)[0].chat_id
    async with bot_of(box, Connections(2)) as bot:
        box.world.faults.slow(0.05, times=3)
        await asyncio.gather(*(bot.send_message(li, f"第{n}条") for n in range(10)))
    assert {m.text for m in box.world.messages(LI)} >= {f"第{n}条" for n in range(10)}


async def test_what_waited_too_long_was_not_sent_and_says_so(box: Sandbox) -> None:
    li = box.world.messages(LI)[0].chat_id
    async with bot_of(box, Connections(1, patience=0.05)) as bot:
        box.world.faults.slow(30)
        busy = asyncio.create_task(bot.send_message(li, "慢的"))
        await asyncio.sleep(0)  # it takes the only connection
        with pytest.raises(TimedOut) as given_up:
            await bot.send_message(li, "没轮到的")
        busy.cancel()
    assert outcome_of(given_up.value) == TryLater("unreachable")  # surely not sent: no 可能重复
    assert "没轮到的" not in [m.text for m in box.world.messages(LI)]


async def test_a_connection_comes_back_from_a_request_that_was_cancelled(box: Sandbox) -> None:
    li = box.world.messages(LI)[0].chat_id
    async with bot_of(box, Connections(1)) as bot:
        box.world.faults.slow(30)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await bot.send_message(li, "慢的")
        assert (await bot.send_message(li, "下一条")).text == "下一条"


async def test_a_connection_comes_back_after_it_was_cut(box: Sandbox) -> None:
    li = box.world.messages(LI)[0].chat_id
    async with bot_of(box, Connections(1)) as bot:
        box.world.faults.reset()
        with pytest.raises(NetworkError):
            await bot.send_message(li, "断了的")
        assert (await bot.send_message(li, "下一条")).text == "下一条"
