"""The whole bot against the local stand-in: the real library, real HTTP, a real data base."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from handlers import ALLOWED_UPDATES, BotApplication, Services, build_application, publish_commands
from knowledge import KnowledgeBase
from sandbox import Sandbox, World
from sandbox.model import Message
from scheduler.workdays import Workdays
from storage import Miss, Stores, open_stores

TOKEN = "7000000001:AAsandboxTokenForTheTests"
GROUP, FORUM = "第一党小组", "支部大群"
WANG, LI, LEADER = "王小明", "李雷", "张组长"


@dataclass
class Chatting:
    """A conversation with the running bot; waits for what it expects and never sleeps for luck."""

    world: World
    application: BotApplication
    stores: Stores

    @property
    def bot_id(self) -> int:
        return self.world.bot.id

    def from_bot(self, chat: str) -> list[Message]:
        return [m for m in self.world.messages(chat) if m.sender.id == self.bot_id]

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not holds():
                await asyncio.sleep(0.01)

    async def stored(self, count: int) -> Sequence[Miss]:
        """What is kept of questions asked in vain, once there are so many: it is written after the answer."""
        async with asyncio.timeout(10):
            while len(found := await self.stores.misses.all()) < count:
                await asyncio.sleep(0.01)
        return found

    async def ask(self, who: str, chat: str, text: str, **more: int) -> Message:
        """Say it and wait for the next message of the bot."""
        before = len(self.from_bot(chat))
        self.world.say(who, chat, text, **more)
        await self.until(lambda: len(self.from_bot(chat)) > before)
        return self.from_bot(chat)[-1]

    async def press(self, who: str, chat: str, message: Message, label: str) -> Message:
        """Press the button with these words and wait until the message has changed."""
        self.world.press(who, chat, message.id, self.data(message, label))
        await self.until(lambda: self.world.message(message.chat_id, message.id) != message)
        changed = self.world.message(message.chat_id, message.id)
        assert changed is not None
        return changed

    def data(self, message: Message, label: str) -> str:
        return next(b.value for row in message.keyboard for b in row if label in b.text)

    async def silence(self, chat: str) -> None:
        """Nothing was said here: the answer to a later private question has come and this chat is still."""
        before = len(self.from_bot(chat))
        await self.ask(LI, LI, "党小组长任期多久")
        assert len(self.from_bot(chat)) == before


def labels(message: Message) -> list[str]:
    return [b.text for row in message.keyboard for b in row]


@pytest.fixture
async def chatting(base: KnowledgeBase, tmp_path: Path) -> AsyncIterator[Chatting]:
    box = Sandbox(TOKEN)
    address = await box.start(port=0)
    async with open_stores(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}", tmp_path / "key") as stores:
        services = Services(
            base,
            stores,
            clock=lambda: datetime.now(UTC),
            workdays=Workdays,
            source_lines=tuple(f"第{n}句" for n in range(1, 66)),
        )
        application = build_application(TOKEN, services, api_url=address)
        async with application:
            await publish_commands(application)
            await application.start()
            assert application.updater is not None
            await application.updater.start_polling(allowed_updates=list(ALLOWED_UPDATES), poll_interval=0)
            yield Chatting(box.world, application, stores)
            await application.updater.stop()
            await application.stop()
    await box.stop()
