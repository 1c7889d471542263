"""The runner at work in a world whose clock is moved by hand: the real library over HTTP, a real data base."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from conftest import GROUP, LEADER, TOKEN

from handlers import Services, open_sender
from knowledge import KnowledgeBase
from sandbox import MovableClock, Options, Sandbox, World
from sandbox.model import Message
from scheduler.gates import LIFTED
from scheduler.rule import GroupRule, Rule
from scheduler.runner import Runner
from scheduler.runner import Stores as RunnerStores
from scheduler.workdays import Workdays
from storage import Chat, open_stores
from tests.scheduler.kit import meeting

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Reminding:
    """A world whose clock is moved by hand, and the runner at work in it."""

    def __init__(self, world: World, clock: MovableClock, services: Services, runner: Runner) -> None:
        self.world, self.clock, self.services, self.runner = world, clock, services, runner

    @property
    def stores(self) -> object:
        return self.services.stores

    async def add(
        self, rule: Rule | None = None, *, group: str = GROUP, thread_id: int | None = None, has_written: bool = True
    ) -> GroupRule:
        """has_written: the leader to the bot, in private."""
        chat = self.world.chat(group)
        await self.services.stores.chats.put(Chat(chat.id, chat.title, "Asia/Shanghai"), now=self.clock.now())
        leader = self.world.user(LEADER).id
        if has_written:
            self.world.say(LEADER, LEADER, "/start")
        return await self.services.stores.rules.add(
            rule or meeting(), chat_id=chat.id, leader_id=leader, now=self.clock.now(), thread_id=thread_id
        )

    async def until(self, moment: datetime) -> None:
        await self.runner.settled()
        while self.clock.now() < moment:
            next_at = await self.services.stores.deliveries.next_at() or moment
            hop = max(next_at, self.clock.now() + timedelta(seconds=1))
            self.clock.move_to(min(hop, moment, self.clock.now() + timedelta(days=1)), back=True)
            self.runner.wake()
            await self.runner.settled()

    def from_bot(self, chat: str) -> list[Message]:
        return [m for m in self.world.messages(chat) if m.sender.id == self.world.bot.id]

    def texts(self, chat: str) -> list[str]:
        return [m.text for m in self.from_bot(chat)]


@asynccontextmanager
async def at_work(base: KnowledgeBase, folder: Path) -> AsyncIterator[Reminding]:
    """From Monday, 2 March 2026, 9:00 in Beijing."""
    clock = MovableClock()
    clock.move_to(MONDAY, back=True)
    box = Sandbox(TOKEN, options=Options(clock=clock))
    address = await box.start(port=0)
    async with open_stores(f"sqlite+aiosqlite:///{folder / 'bot.db'}", folder / "key") as stores:
        services = Services(base, stores, clock=clock.now, workdays=Workdays)
        async with open_sender(TOKEN, services, api_url=address) as sender:
            parts = RunnerStores(stores.plans, stores.deliveries, stores.chats, stores.replicas)
            runner = Runner(parts, sender, clock.now, Workdays, limits=LIFTED, woken=services.woken)
            yield Reminding(box.world, clock, services, runner)
    await box.stop()
