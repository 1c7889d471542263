"""People, chats and helpers of the tests against the stand-in for Telegram."""

from collections.abc import Callable
from dataclasses import dataclass, field

from telegram import Bot, Message, Update

TOKEN = "7000000001:AAsandboxToken"
GROUP = -1_001_000_000_001
FORUM = -1_001_000_000_002
LEADER, WANG, LI, ZHAO = 10001, 10002, 10003, 10004

NewBot = Callable[[str], Bot]


@dataclass
class FakeClock:
    """Time moves by hand."""

    now: float = 1_760_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Inbox:
    """What the bot has been told; every look confirms what was seen before."""

    bot: Bot
    offset: int = 0
    kinds: list[str] = field(default_factory=list)

    async def look(self) -> list[Update]:
        updates = await self.bot.get_updates(offset=self.offset, timeout=0, allowed_updates=self.kinds)
        if updates:
            self.offset = updates[-1].update_id + 1
        return list(updates)

    async def messages(self) -> list[Message]:
        return [update.message for update in await self.look() if update.message]

    async def texts(self) -> list[str | None]:
        return [message.text for message in await self.messages()]

    async def one(self) -> Update:
        (update,) = await self.look()
        return update
