"""A running stand-in for Telegram, and python-telegram-bot talking to it over real HTTP."""

from collections.abc import AsyncIterator

import httpx
import pytest
from telegram import Bot
from telegram_kit import TOKEN, FakeClock, Inbox, NewBot

from sandbox import Options, Sandbox, World


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def box(clock: FakeClock) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(
        token=TOKEN,
        explain=lambda text: {"question": text, "decision": "answer", "candidates": []},
        reload=lambda: ["duties.yaml:3: 缺少 answer"],
        options=Options(retry_wait=0.01, clock=clock),
    )
    await sandbox.start(port=0)
    yield sandbox
    await sandbox.stop()


@pytest.fixture
def world(box: Sandbox) -> World:
    return box.world


@pytest.fixture
def new_bot(box: Sandbox) -> NewBot:
    def make(token: str) -> Bot:
        base, files = f"{box.address}/bot", f"{box.address}/file/bot"
        return Bot(token, base_url=base, base_file_url=files)

    return make


@pytest.fixture
async def bot(new_bot: NewBot) -> AsyncIterator[Bot]:
    async with new_bot(TOKEN) as ready:
        yield ready


@pytest.fixture
def inbox(bot: Bot) -> Inbox:
    return Inbox(bot)


@pytest.fixture
async def web(box: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=box.address) as client:
        yield client
